"""Heartbeats and tasks in SQL. Implements HeartbeatStore and TaskStore."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select

from hearing_server.adapters.centre_tables import centre_task, heartbeat
from hearing_server.adapters.database import Database
from hearing_server.domain.watch import AlarmKind
from hearing_server.services.heartbeats import Heartbeat
from hearing_server.services.tasks import Task


class SqlCentre:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, beats: Sequence[Heartbeat]) -> None:
        async with self._database.writing() as connection:
            await connection.execute(insert(heartbeat), [asdict(beat) for beat in beats])

    async def beats(self, hearing: str, party: str, limit: int) -> list[Heartbeat]:
        query = select(heartbeat).where(heartbeat.c.hearing == hearing, heartbeat.c.party == party)
        query = query.order_by(heartbeat.c.at.desc()).limit(limit)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [Heartbeat(**row._mapping) for row in reversed(rows)]

    async def save_task(self, task: Task) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(centre_task).where(centre_task.c.id == task.id))
            await connection.execute(insert(centre_task).values(asdict(task)))

    async def tasks_since(self, since: int, limit: int) -> list[Task]:
        query = select(centre_task).where(
            or_(centre_task.c.since >= since, centre_task.c.done_at.is_(None))
        )
        query = query.order_by(centre_task.c.since.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [_task(row) for row in await connection.execute(query)]


def _task(row: Row[Any]) -> Task:
    return Task(**{**row._mapping, "kind": AlarmKind(row.kind)})
