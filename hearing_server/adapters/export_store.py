"""Exports in SQL. Implements ExportStore."""

from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from hearing_server.adapters.database import Database
from hearing_server.adapters.export_tables import export_job as table
from hearing_server.domain.export_jobs import ACTIVE, ExportJob, ExportKind, JobState, Wish


class SqlExports:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, job: ExportJob) -> None:
        async with self._database.writing() as connection:
            await connection.execute(insert(table).values(_values(job)))

    async def update(self, job: ExportJob) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(table).where(table.c.id == job.id).values(_values(job)))

    async def remove(self, job: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.id == job))

    async def of_hearing(self, hearing: str) -> list[ExportJob]:
        query = select(table).where(table.c.hearing == hearing)
        query = query.order_by(table.c.asked_at.desc(), table.c.id)
        async with self._database.reading() as connection:
            return [_job(row) for row in await connection.execute(query)]

    async def active(self, node: str) -> list[ExportJob]:
        query = select(table).where(table.c.node == node, table.c.state.in_(sorted(ACTIVE)))
        query = query.order_by(table.c.asked_at, table.c.id)
        async with self._database.reading() as connection:
            return [_job(row) for row in await connection.execute(query)]


def _values(job: ExportJob) -> dict[str, Any]:
    wish = job.wish
    return {
        "id": job.id,
        "hearing": job.hearing,
        "node": job.node,
        "by": job.by,
        "kind": wish.kind,
        "party": wish.party,
        "started_at": wish.started_at,
        "ended_at": wish.ended_at,
        "sealed": wish.sealed,
        "state": job.state,
        "asked_at": job.asked_at,
        "begun_at": job.begun_at,
        "finished_at": job.ended_at,
        "code": job.code,
        "detail": job.detail,
        "segment": job.segment,
        "size": job.size,
        "masked": job.masked,
        "damaged": "\n".join(job.damaged),
    }


def _job(row: Row[Any]) -> ExportJob:
    wish = Wish(
        kind=ExportKind(row.kind),
        party=row.party,
        started_at=row.started_at,
        ended_at=row.ended_at,
        sealed=row.sealed,
    )
    return ExportJob(
        id=row.id,
        hearing=row.hearing,
        node=row.node,
        by=row.by,
        wish=wish,
        state=JobState(row.state),
        asked_at=row.asked_at,
        begun_at=row.begun_at,
        ended_at=row.finished_at,
        code=row.code,
        detail=row.detail,
        segment=row.segment,
        size=row.size,
        masked=row.masked,
        damaged=tuple(row.damaged.splitlines()),
    )
