"""The outbox in SQL. Implements OutboxStore."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Update, and_, insert, or_, select, tuple_, update

from hearing_server.adapters.case_store import party_of
from hearing_server.adapters.case_tables import (
    case_party,
    court_case,
    hearing,
    hearing_staff,
    outbox,
    seat_person,
)
from hearing_server.adapters.database import Database
from hearing_server.adapters.paper_tables import paper
from hearing_server.adapters.sealing import Sealing
from hearing_server.domain.cases import CaseParty
from hearing_server.domain.outbox import Channel, Kind, Message, MessageState
from hearing_server.services.letters import OF_PERSON, MessageFilter

AT_ONCE = 200  # rows of one INSERT, and values of one IN
WAITING = (MessageState.QUEUED, MessageState.HELD)


class SqlOutbox:
    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def enqueue(
        self, messages: Sequence[Message], *, told: str = "", dropping: Sequence[Kind] = ()
    ) -> None:
        rows = [self._row(message) for message in messages]
        async with self._database.writing() as connection:
            if told and dropping:
                mine = (outbox.c.hearing == told, outbox.c.kind.in_(dropping))
                drop = update(outbox).where(*mine, outbox.c.state.in_(WAITING))
                await connection.execute(drop.values(state=MessageState.DROPPED, sealed=None))
            for at in range(0, len(rows), AT_ONCE):
                await connection.execute(insert(outbox), rows[at : at + AT_ONCE])
            if told:
                done = update(hearing).where(hearing.c.hearing == told).values(notify="")
                await connection.execute(done)

    async def lease(self, now: int, limit: int, until: int) -> list[Message]:
        due = or_(
            and_(outbox.c.state == MessageState.QUEUED, outbox.c.due_at <= now),
            and_(outbox.c.state == MessageState.SENDING, outbox.c.leased_until <= now),
        )
        wanted = (
            select(outbox.c.id).where(due).order_by(outbox.c.priority, outbox.c.due_at).limit(limit)
        )
        async with self._database.reading() as connection:
            ids = list((await connection.execute(wanted)).scalars())
        if not ids:
            return []
        lost = outbox.c.state == MessageState.SENDING
        take = (
            update(outbox)
            .where(outbox.c.id.in_(ids), due)
            .values(
                state=MessageState.SENDING,
                leased_until=until,
                uncertain=or_(outbox.c.uncertain, lost),
            )
            .returning(outbox)
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(take)).all()
        return sorted(map(self._message, rows), key=lambda m: (m.priority, m.due_at))

    async def settle(self, message: Message) -> None:
        async with self._database.writing() as connection:
            await connection.execute(_settled(message))

    async def read_once(self, message: Message) -> bool:
        unread = _settled(message).where(outbox.c.state != MessageState.READ_OUT)
        async with self._database.writing() as connection:
            return bool((await connection.execute(unread)).rowcount)

    async def get(self, message: str) -> Message | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(outbox).where(outbox.c.id == message))).first()
        return self._message(row) if row else None

    async def find(
        self, wanted: MessageFilter, after: tuple[int, str] | None, limit: int
    ) -> list[Message]:
        query = select(outbox).order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit)
        if wanted.hearing:
            query = query.where(outbox.c.hearing == wanted.hearing)
        if wanted.states:
            query = query.where(outbox.c.state.in_(wanted.states))
        if wanted.kinds:
            query = query.where(outbox.c.kind.in_(wanted.kinds))
        if wanted.account:
            mine = select(hearing_staff.c.hearing).where(hearing_staff.c.account == wanted.account)
            query = query.where(outbox.c.hearing.in_(mine))
        if after is not None:
            query = query.where(tuple_(outbox.c.created_at, outbox.c.id) < tuple_(*after))
        async with self._database.reading() as connection:
            return [self._message(row) for row in await connection.execute(query)]

    async def drop_expired(self, now: int) -> None:
        late = and_(outbox.c.state == MessageState.HELD, outbox.c.expires_at <= now)
        async with self._database.reading() as connection:
            if (await connection.execute(select(outbox.c.id).where(late).limit(1))).first() is None:
                return
        async with self._database.writing() as connection:
            drop = update(outbox).where(late).values(state=MessageState.DROPPED, sealed=None)
            await connection.execute(drop)

    async def to_tell(self) -> list[tuple[str, str]]:
        query = select(hearing.c.hearing, hearing.c.notify).where(hearing.c.notify != "").limit(20)
        async with self._database.reading() as connection:
            return [(row.hearing, row.notify) for row in await connection.execute(query)]

    async def sittings(self, hearings: Sequence[str]) -> dict[str, tuple[str, int]]:
        query = select(hearing.c.hearing, hearing.c.number, hearing.c.planned_at).where(
            hearing.c.hearing.in_(set(hearings))
        )
        papers = (
            select(paper.c.id, court_case.c.number, paper.c.deadline, paper.c.made_at)
            .join(court_case, court_case.c.id == paper.c.case_id)
            .where(paper.c.id.in_(set(hearings)))
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            found = {row.hearing: (row.number, row.planned_at) for row in rows}
            for row in await connection.execute(papers):
                found[row.id] = (row.number, row.deadline or row.made_at)
        return found

    async def people(self, seats: Sequence[str]) -> dict[str, CaseParty]:
        found: dict[str, CaseParty] = {}
        async with self._database.reading() as connection:
            for at in range(0, len(seats), AT_ONCE):
                query = (
                    select(seat_person.c.party, case_party)
                    .join(case_party, case_party.c.id == seat_person.c.case_party)
                    .where(seat_person.c.party.in_(seats[at : at + AT_ONCE]))
                )
                found |= {row.party: party_of(row) for row in await connection.execute(query)}
            persons = [s.removeprefix(OF_PERSON) for s in seats if s.startswith(OF_PERSON)]
            for at in range(0, len(persons), AT_ONCE):
                query = select(case_party).where(case_party.c.id.in_(persons[at : at + AT_ONCE]))
                for row in await connection.execute(query):
                    found[OF_PERSON + row.id] = party_of(row)
        return found

    def _row(self, message: Message) -> dict[str, Any]:
        secret = json.dumps(dict(message.secret)).encode() if message.secret else b""
        return {
            **{name: getattr(message, name) for name in _PLAIN},
            "kind": message.kind,
            "channel": message.channel,
            "state": message.state,
            "args": json.dumps(dict(message.args), ensure_ascii=False),
            "sealed": self._sealing.seal(secret, message.id) if secret else None,
        }

    def _message(self, row: Row[Any]) -> Message:
        secret = self._sealing.open(row.sealed, row.id) if row.sealed else None
        return Message(
            kind=Kind(row.kind),
            channel=Channel(row.channel),
            state=MessageState(row.state),
            args=json.loads(row.args),
            secret=json.loads(secret) if secret else {},
            **{name: getattr(row, name) for name in _PLAIN},
        )


def _settled(message: Message) -> Update:
    values: dict[str, Any] = {
        "state": message.state,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "attempts": message.attempts,
        "done_at": message.done_at,
        "error": message.error,
        "leased_until": None,
    }
    if message.state not in (*WAITING, MessageState.SENDING):
        values["sealed"] = None
    return update(outbox).where(outbox.c.id == message.id).values(**values)


_PLAIN = (
    "id", "hearing", "party", "priority", "created_at", "due_at", "expires_at", "attempts",
    "uncertain", "done_at", "error",
)  # fmt: skip
