"""Papers in SQL: their logs in `event`, by the same rule as a hearing's; what follows from them beside it.

Implements PaperStore. A person's consent is a log of the same kind, with nothing beside it.
"""

import json
from collections.abc import Sequence

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing_server.adapters.case_tables import outbox
from hearing_server.adapters.database import FAULTS, Database, insert_into
from hearing_server.adapters.paper_tables import paper, paper_letter, paper_person
from hearing_server.adapters.tables import event
from hearing_server.domain.log import leaf_hash
from hearing_server.domain.outbox import MessageState
from hearing_server.domain.papers.log import Entry, canonical, entry_from
from hearing_server.domain.papers.paper import Phase
from hearing_server.domain.papers.shape import Change, Shape
from hearing_server.services.hearings import NotSaved, SeqConflict

GOING_ON = (Phase.SEALING, Phase.SIGNING, Phase.CLOSING)
MOST_ROOTS = 50  # at once
ARRIVED = (MessageState.SENT, MessageState.READ_OUT)


class SqlPapers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self, log: str, expected: int, entries: Sequence[Entry], change: Change | None
    ) -> None:
        rows = [
            {"hearing": log, "seq": entry.seq, "record": record, "leaf": leaf_hash(record)}
            for entry in entries
            for record in (canonical(entry),)
        ]
        try:
            async with self._database.writing_log() as connection:
                if expected:
                    await _must_exist(connection, log, expected)
                try:
                    await connection.execute(insert(event), rows)
                except IntegrityError:
                    raise SeqConflict(f"{log} after {expected}") from None
                if change is not None:
                    await _project(connection, change)
        except FAULTS as error:
            raise NotSaved(type(error).__name__) from error

    async def read(self, log: str, types: tuple[type, ...], after: int = 0) -> list[Entry]:
        query = select(event.c.record).where(event.c.hearing == log, event.c.seq > after)
        async with self._database.reading() as connection:
            records = (await connection.execute(query.order_by(event.c.seq))).scalars().all()
        return [entry_from(json.loads(record), types) for record in records]

    async def of_case(self, case: str) -> list[Shape]:
        query = select(paper).where(paper.c.case_id == case).order_by(paper.c.made_at.desc())
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Shape(
                case=row.case_id,
                phase=Phase(row.phase),
                people=(),
                **{name: getattr(row, name) for name in _PLAIN},
            )
            for row in rows
        ]

    async def made(self, papers: Sequence[str]) -> set[str]:
        """Those of them that there are."""
        found: set[str] = set()
        async with self._database.reading() as connection:
            for start in range(0, len(papers), 500):
                query = select(paper.c.id).where(paper.c.id.in_(papers[start : start + 500]))
                found |= set((await connection.execute(query)).scalars())
        return found

    async def of_person(self, person: str) -> list[str]:
        query = (
            select(paper.c.id)
            .join(paper_person, paper_person.c.paper == paper.c.id)
            .where(paper_person.c.person == person)
            .order_by(paper.c.made_at.desc(), paper.c.id)
        )
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def going_on(self) -> list[str]:
        query = select(paper.c.id).where(paper.c.phase.in_(GOING_ON)).order_by(paper.c.made_at)
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def roots_due(self, now: int) -> list[str]:
        query = select(paper.c.id).where(paper.c.root_due <= now).order_by(paper.c.root_due)
        async with self._database.reading() as connection:
            return list((await connection.execute(query.limit(MOST_ROOTS))).scalars())

    async def letters(self) -> list[tuple[str, str]]:
        """(message, paper) of letters that the outbox does not have yet, or of which it has news."""
        news = or_(
            outbox.c.id.is_(None),
            outbox.c.state.in_(ARRIVED),
            and_(outbox.c.state == MessageState.FAILED, paper_letter.c.failed.is_(False)),
            and_(outbox.c.state == MessageState.DROPPED, paper_letter.c.failed.is_(False)),
        )
        query = (
            select(paper_letter.c.message, paper_letter.c.paper)
            .outerjoin(outbox, outbox.c.id == paper_letter.c.message)
            .where(news)
            .limit(200)
        )
        async with self._database.reading() as connection:
            return [(row.message, row.paper) for row in await connection.execute(query)]


async def _must_exist(connection: AsyncConnection, log: str, seq: int) -> None:
    """A hole in the numbers would be a lost event: refuse to write behind one."""
    query = select(event.c.seq).where(event.c.hearing == log, event.c.seq == seq)
    if (await connection.execute(query)).one_or_none() is None:
        raise SeqConflict(f"{log} has no {seq}")


async def _project(connection: AsyncConnection, change: Change) -> None:
    shape = change.shape
    row = {name: getattr(shape, name) for name in _PLAIN}
    row |= {"case_id": shape.case, "phase": shape.phase}
    put = insert_into(connection, paper).values(row)
    put = put.on_conflict_do_update(index_elements=["id"], set_=row)
    await connection.execute(put)
    for person in shape.people:
        add = insert_into(connection, paper_person).values(person=person, paper=shape.id)
        await connection.execute(add.on_conflict_do_nothing())
    if change.queued:
        letters = [
            {"message": p.message, "paper": shape.id, "failed": False} for p in change.queued
        ]
        await connection.execute(insert(paper_letter), letters)
    if change.failed:
        given_up = update(paper_letter).where(paper_letter.c.message.in_(change.failed))
        await connection.execute(given_up.values(failed=True))
    if change.delivered:
        done = delete(paper_letter).where(paper_letter.c.message.in_(change.delivered))
        await connection.execute(done)


_PLAIN = (
    "id", "title", "template", "language", "made_at", "deadline", "signers", "signed", "refused", "stuck",
    "root_due",
)  # fmt: skip
