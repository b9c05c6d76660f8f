"""The calendar and the lists of hearings, read from the rows that follow the log. Implements CalendarStore."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, tuple_

from hearing_server.adapters import projection
from hearing_server.adapters.case_tables import hearing, hearing_staff, seat_person
from hearing_server.adapters.database import Database
from hearing_server.domain.planning import LONGEST, MINUTE, Claim, Clash
from hearing_server.services.planning import CalendarFilter, Sitting


class SqlCalendar:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(
        self, since: int, until: int, wanted: CalendarFilter, limit: int
    ) -> list[Sitting]:
        query = select(hearing).where(
            hearing.c.planned_at > since - LONGEST * MINUTE,
            hearing.c.planned_at < until,
            hearing.c.ends_at > since,
        )
        query = _narrowed(query, wanted).order_by(hearing.c.planned_at, hearing.c.hearing)
        async with self._database.reading() as connection:
            return [_sitting(row) for row in await connection.execute(query.limit(limit))]

    async def find(
        self, wanted: CalendarFilter, after: tuple[int, str] | None, limit: int
    ) -> list[Sitting]:
        query = _narrowed(select(hearing), wanted)
        query = query.order_by(hearing.c.planned_at.desc(), hearing.c.hearing.desc())
        if after is not None:
            query = query.where(tuple_(hearing.c.planned_at, hearing.c.hearing) < tuple_(*after))
        async with self._database.reading() as connection:
            return [_sitting(row) for row in await connection.execute(query.limit(limit))]

    async def get(self, name: str) -> Sitting | None:
        async with self._database.reading() as connection:
            row = (
                await connection.execute(select(hearing).where(hearing.c.hearing == name))
            ).first()
        return _sitting(row) if row else None

    async def sits(self, account: str, name: str) -> bool:
        query = select(hearing_staff.c.account).where(
            hearing_staff.c.hearing == name, hearing_staff.c.account == account
        )
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def seats(self, name: str) -> dict[str, str]:
        query = select(seat_person.c.party, seat_person.c.case_party).where(
            seat_person.c.hearing == name
        )
        async with self._database.reading() as connection:
            return {row.party: row.case_party for row in await connection.execute(query)}

    async def without_case(self, limit: int) -> list[str]:
        """The oldest hearings that belong to no case: a demonstration's."""
        query = select(hearing.c.hearing).where(hearing.c.case_id == "")
        query = query.order_by(hearing.c.planned_at, hearing.c.hearing).limit(limit)
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def clashes(self, claim: Claim) -> Sequence[Clash]:
        async with self._database.reading() as connection:
            return await projection.clashes(connection, claim)


def _narrowed(query: Any, wanted: CalendarFilter) -> Any:
    if wanted.courtroom:
        query = query.where(hearing.c.courtroom == wanted.courtroom)
    if wanted.phases:
        query = query.where(hearing.c.phase.in_(wanted.phases))
    if wanted.case:
        query = query.where(hearing.c.case_id == wanted.case)
    for account in filter(None, (wanted.account, wanted.judge)):
        sits = select(hearing_staff.c.hearing).where(hearing_staff.c.account == account)
        query = query.where(hearing.c.hearing.in_(sits))
    return query


def _sitting(row: Row[Any]) -> Sitting:
    return Sitting(
        hearing=row.hearing,
        case=row.case_id,
        number=row.number,
        title=row.title,
        procedure=row.procedure,
        courtroom=row.courtroom,
        judge=row.judge,
        planned_at=row.planned_at,
        ends_at=row.ends_at,
        phase=row.phase,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        parties=row.parties,
    )
