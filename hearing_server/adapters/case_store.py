"""Cases and courtrooms in SQL. Implements CaseStore."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing_server.adapters.case_tables import (
    case_party,
    court_case,
    courtroom,
    hearing,
    hearing_staff,
    seat_person,
)
from hearing_server.adapters.database import Database
from hearing_server.adapters.paper_tables import paper, paper_person
from hearing_server.adapters.projection import CANCELLED
from hearing_server.domain.cases import Case, CaseParty, Courtroom
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Phase
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.procedures import Procedure
from hearing_server.services.cases import CaseFilter, Cursor, NumberTaken

AT_ONCE = 400  # rows of one INSERT, and values of one IN: SQLite has a limit


class SqlCases:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, cases: Sequence[Case]) -> None:
        async with self._database.writing() as connection:
            try:
                for at in range(0, len(cases), AT_ONCE):
                    await connection.execute(
                        insert(court_case), [_case_row(c) for c in cases[at : at + AT_ONCE]]
                    )
            except IntegrityError:
                raise NumberTaken from None
            await _add_parties(connection, cases)

    async def change(self, case: Case, seen: int) -> None:
        async with self._database.writing() as connection:
            same = (court_case.c.id == case.id, court_case.c.version == seen)
            try:
                done = await connection.execute(
                    update(court_case).where(*same).values(**_case_row(case))
                )
            except IntegrityError:
                raise NumberTaken from None
            if not done.rowcount:
                raise Refused(Code.STALE_REVISION, case.number)
            await _keep_seated(connection, case)
            await connection.execute(delete(case_party).where(case_party.c.case_id == case.id))
            await _add_parties(connection, [case])

    async def remove(self, case: str) -> None:
        """One statement decides: a hearing planned or a paper made meanwhile keeps its case."""
        free = ~exists().where(hearing.c.case_id == case), ~exists().where(paper.c.case_id == case)
        async with self._database.writing() as connection:
            gone = delete(court_case).where(court_case.c.id == case, *free)
            done = await connection.execute(gone)
            if not done.rowcount:
                raise Refused(Code.IN_USE)
            await connection.execute(delete(case_party).where(case_party.c.case_id == case))

    async def get(self, case: str) -> Case | None:
        found = await self._with_parties(select(court_case).where(court_case.c.id == case))
        return found[0] if found else None

    async def of_party(self, person: str) -> Case | None:
        """The case that a person of it belongs to."""
        inner = select(case_party.c.case_id).where(case_party.c.id == person)
        found = await self._with_parties(select(court_case).where(court_case.c.id.in_(inner)))
        return found[0] if found else None

    async def numbers(self, numbers: Sequence[str]) -> set[str]:
        taken: set[str] = set()
        async with self._database.reading() as connection:
            for at in range(0, len(numbers), AT_ONCE):
                query = select(court_case.c.number).where(
                    court_case.c.number.in_(numbers[at : at + AT_ONCE])
                )
                taken |= set((await connection.execute(query)).scalars())
        return taken

    async def find(self, wanted: CaseFilter, after: Cursor | None, limit: int) -> list[Case]:
        query = (
            select(court_case)
            .where(*_conditions(wanted))
            .order_by(court_case.c.created_at.desc(), court_case.c.id.desc())
            .limit(limit)
        )
        if after is not None:
            place = tuple_(court_case.c.created_at, court_case.c.id)
            query = query.where(place < tuple_(after.created_at, after.id))
        return await self._with_parties(query)

    async def next_hearings(self, cases: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
        """For each case its next hearing, or the last one if none is to come."""
        query = (
            select(hearing.c.case_id, hearing.c.hearing, hearing.c.planned_at)
            .where(hearing.c.case_id.in_(cases), hearing.c.phase != "cancelled")
            .order_by(hearing.c.planned_at)
        )
        found: dict[str, tuple[str, int]] = {}
        async with self._database.reading() as connection:
            for row in await connection.execute(query):
                if row.case_id not in found or found[row.case_id][1] < now:
                    found[row.case_id] = (row.hearing, row.planned_at)
        return found

    async def sees(self, account: str, case: str) -> bool:
        query = select(court_case.c.id).where(court_case.c.id == case, _sits_in(account))
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def courtrooms(self) -> list[Courtroom]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(courtroom).order_by(courtroom.c.name))
            return [Courtroom(name=r.name, site=r.site, active=r.active) for r in rows]

    async def put_courtroom(self, room: Courtroom) -> None:
        values = {"site": room.site, "active": room.active}
        async with self._database.writing() as connection:
            same = update(courtroom).where(courtroom.c.name == room.name)
            if not (await connection.execute(same.values(**values))).rowcount:
                await connection.execute(insert(courtroom).values(name=room.name, **values))

    async def _with_parties(self, query: Any) -> list[Case]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
            people: dict[str, list[CaseParty]] = {}
            for at in range(0, len(rows), AT_ONCE):
                ids = [row.id for row in rows[at : at + AT_ONCE]]
                parties = (
                    select(case_party)
                    .where(case_party.c.case_id.in_(ids))
                    .order_by(case_party.c.case_id, case_party.c.position)
                )
                for row in await connection.execute(parties):
                    people.setdefault(row.case_id, []).append(party_of(row))
        return [_case(row, people.get(row.id, [])) for row in rows]


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        like = f"%{_escaped(wanted.text)}%"
        named = select(case_party.c.case_id).where(case_party.c.name.like(like, escape="\\"))
        found.append(
            or_(
                court_case.c.number.like(f"%{_escaped(wanted.number)}%", escape="\\"),
                court_case.c.title.like(like, escape="\\"),
                court_case.c.id.in_(named),
            )
        )
    if wanted.procedure:
        found.append(court_case.c.procedure == wanted.procedure)
    if wanted.closed is not None:
        found.append(court_case.c.closed == wanted.closed)
    if wanted.account:
        found.append(_sits_in(wanted.account))
    return found


def _sits_in(account: str) -> ColumnElement[bool]:
    inner = (
        select(hearing.c.case_id)
        .join(hearing_staff, hearing_staff.c.hearing == hearing.c.hearing)
        .where(hearing_staff.c.account == account)
    )
    return court_case.c.id.in_(inner)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _keep_seated(connection: AsyncConnection, case: Case) -> None:
    """Refused(in_use) if somebody is left out who has a seat in a hearing that is still to end, or a paper."""
    gone = (
        case_party.c.case_id == case.id,
        case_party.c.id.not_in([party.id for party in case.parties]),
    )
    addressed = select(case_party.c.name).join(
        paper_person, paper_person.c.person == case_party.c.id
    )
    query = (
        select(case_party.c.name)
        .join(seat_person, seat_person.c.case_party == case_party.c.id)
        .join(hearing, hearing.c.hearing == seat_person.c.hearing)
        .where(*gone, hearing.c.phase.not_in((Phase.CLOSED, CANCELLED)))
    )
    for each in (query, addressed.where(*gone)):
        found = (await connection.execute(each)).first()
        if found is not None:
            raise Refused(Code.IN_USE, found.name)


async def _add_parties(connection: AsyncConnection, cases: Sequence[Case]) -> None:
    people = [(case, n, party) for case in cases for n, party in enumerate(case.parties)]
    for at in range(0, len(people), AT_ONCE):
        rows = [_party_row(*one) for one in people[at : at + AT_ONCE]]
        await connection.execute(insert(case_party), rows)


def _case_row(case: Case) -> dict[str, Any]:
    names = ("id", "number", "procedure", "title", "closed", "version", "created_at")
    return {name: getattr(case, name) for name in names}


_PLAIN = ("id", "name", "email", "telephone", "language", "sign_language", "notes", "detained_at")


def _party_row(case: Case, position: int, party: CaseParty) -> dict[str, Any]:
    return {
        **{name: getattr(party, name) for name in _PLAIN},
        "case_id": case.id,
        "position": position,
        "role": party.role,
        "side": party.side,
        "interpreter_for": json.dumps(party.interpreter_for),
        "counsel_for": json.dumps(party.counsel_for),
    }


def _case(row: Row[Any], parties: Sequence[CaseParty]) -> Case:
    return Case(
        id=row.id,
        number=row.number,
        procedure=Procedure(row.procedure),
        title=row.title,
        parties=tuple(parties),
        closed=row.closed,
        version=row.version,
        created_at=row.created_at,
    )


def party_of(row: Row[Any]) -> CaseParty:
    return CaseParty(
        role=Role(row.role),
        side=Side(row.side),
        interpreter_for=tuple(json.loads(row.interpreter_for)),
        counsel_for=tuple(json.loads(row.counsel_for)),
        **{name: getattr(row, name) for name in _PLAIN},
    )
