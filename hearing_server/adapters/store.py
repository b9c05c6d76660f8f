"""The log in SQL, and what lets people in: sessions and tickets.

`append` is the only write path of the log: the primary key (hearing, seq) lets one of two writers win.
"""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Table, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing_server.adapters import case_tables, projection, tables
from hearing_server.adapters.database import FAULTS, Database
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import (
    HearingPlanned,
    ObserverRegistered,
    PartyAdded,
    SegmentRecorded,
)
from hearing_server.domain.log import Entry, canonical, entry_from, leaf_hash
from hearing_server.domain.planning import Claim
from hearing_server.services.access import Seated
from hearing_server.services.hearings import NotSaved, SeqConflict


class SqlStore:
    """Implements EventStore and AccessStore. Reads and tokens raise Refused(busy) while it is away."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def append(
        self,
        hearing: str,
        expected_seq: int,
        entries: Sequence[Entry],
        claim: Claim | None = None,
    ) -> None:
        if [e.seq for e in entries] != list(
            range(expected_seq + 1, expected_seq + 1 + len(entries))
        ):
            raise ValueError("entries must follow the expected number")
        records = [canonical(entry) for entry in entries]
        rows = [
            {"hearing": hearing, "seq": entry.seq, "record": record, "leaf": leaf_hash(record)}
            for entry, record in zip(entries, records, strict=True)
        ]
        try:
            async with self.database.writing_log() as connection:
                if expected_seq:
                    await _must_exist(connection, hearing, expected_seq)
                try:
                    await connection.execute(insert(tables.event), rows)
                except IntegrityError:
                    raise SeqConflict(f"{hearing} after {expected_seq}") from None
                try:
                    await _project(connection, hearing, entries)
                    if claim is not None:
                        await projection.take(connection, claim)
                except IntegrityError:
                    raise Refused(Code.NO_CHANGE, "in the log already") from None
        except FAULTS as error:
            raise NotSaved(type(error).__name__) from error

    async def read(self, hearing: str, after: int = 0) -> list[Entry]:
        query = (
            select(tables.event.c.record)
            .where(tables.event.c.hearing == hearing, tables.event.c.seq > after)
            .order_by(tables.event.c.seq)
        )
        async with self.database.reading() as connection:
            records = (await connection.execute(query)).scalars().all()
        if len(records) < 200:
            return [_entry(record) for record in records]
        return await asyncio.to_thread(lambda: [_entry(record) for record in records])

    async def leaves(self, hearing: str, after: int = 0, most: int = 2000) -> list[bytes]:
        """The leaf hashes of the hearing's tree above number `after`, in order."""
        return await self._column(tables.event.c.leaf, hearing, after, most)

    async def records(self, hearing: str, after: int = 0, most: int = 500) -> list[bytes]:
        """The entries above number `after` in canonical form, as they were hashed."""
        return await self._column(tables.event.c.record, hearing, after, most)

    async def _column(
        self, column: ColumnElement[bytes], hearing: str, after: int, most: int
    ) -> list[bytes]:
        query = (
            select(column)
            .where(tables.event.c.hearing == hearing, tables.event.c.seq > after)
            .order_by(tables.event.c.seq)
            .limit(most)
        )
        async with self.database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def opened(self, closed_since: int) -> list[str]:
        """Hearings that were opened and are not closed, or were closed since (Unix ms); oldest first."""
        table = case_tables.hearing
        query = (
            select(table.c.hearing)
            .where(
                table.c.opened_at.is_not(None),
                or_(table.c.closed_at.is_(None), table.c.closed_at >= closed_since),
            )
            .order_by(table.c.planned_at)
        )
        async with self.database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def hearings(self) -> list[str]:
        """Every hearing that has seats, in no order."""
        async with self.database.reading() as connection:
            return list(
                (await connection.execute(select(tables.seat.c.hearing).distinct())).scalars()
            )

    async def segment_names(self) -> set[str]:
        """The names of all segments that stand in the log."""
        async with self.database.reading() as connection:
            return set((await connection.execute(select(tables.segment.c.name))).scalars())

    async def hearing_of(self, party: str) -> str | None:
        query = select(tables.seat.c.hearing).where(tables.seat.c.party == party)
        async with self.database.reading() as connection:
            hearing: str | None = (await connection.execute(query)).scalar_one_or_none()
            return hearing

    async def save_session(
        self, digest: bytes, seated: Seated, expires_at: int, account: str = ""
    ) -> None:
        own = {"account": account or None}
        await self._save_token(tables.session, digest, seated, expires_at, own)

    async def end_seats(self, account: str) -> set[str]:
        """End the sessions of seats that were entered from this account of the staff; whose."""
        return await self._end_seats(tables.session.c.account == account)

    async def end_seats_of(self, digests: Collection[bytes], but: str = "") -> set[str]:
        """Those of these sessions that were entered from an account, but this one; whose."""
        account = tables.session.c.account
        return await self._end_seats(
            tables.session.c.digest.in_(digests), account.is_not(None), account != but
        )

    async def _end_seats(self, *which: ColumnElement[bool]) -> set[str]:
        session, ticket = tables.session, tables.ticket
        end = delete(session).where(*which).returning(session.c.party)
        async with self.database.writing() as connection:
            parties = set((await connection.execute(end)).scalars())
            await connection.execute(delete(ticket).where(ticket.c.party.in_(parties)))
        return parties

    async def session(self, digest: bytes, now: int) -> Seated | None:
        table = tables.session
        query = select(table.c.hearing, table.c.party).where(
            table.c.digest == digest, table.c.expires_at > now
        )
        async with self.database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Seated(hearing=row.hearing, party=row.party) if row else None

    async def end_session(self, digest: bytes) -> None:
        session, ticket = tables.session, tables.ticket
        party = select(session.c.party).where(session.c.digest == digest).scalar_subquery()
        async with self.database.writing() as connection:
            await connection.execute(delete(ticket).where(ticket.c.party == party))
            await connection.execute(delete(session).where(session.c.digest == digest))

    async def save_ticket(self, digest: bytes, seated: Seated, expires_at: int) -> None:
        await self._save_token(tables.ticket, digest, seated, expires_at)

    async def use_ticket(self, digest: bytes, now: int) -> Seated | None:
        table = tables.ticket
        use = (
            update(table)
            .where(table.c.digest == digest, table.c.expires_at > now, table.c.used_at.is_(None))
            .values(used_at=now)
            .returning(table.c.hearing, table.c.party)
        )
        async with self.database.writing() as connection:
            row = (await connection.execute(use)).one_or_none()
        return Seated(hearing=row.hearing, party=row.party) if row else None

    async def forget_expired(self, now: int) -> None:
        """Drop sessions and tickets that can no longer be used."""
        async with self.database.reading() as connection:
            for table in (tables.session, tables.ticket):
                await connection.execute(delete(table).where(table.c.expires_at <= now))

    async def _save_token(
        self,
        table: Table,
        digest: bytes,
        seated: Seated,
        expires_at: int,
        more: Mapping[str, str | None] | None = None,
    ) -> None:
        row = {"hearing": seated.hearing, "party": seated.party, "expires_at": expires_at}
        row |= more or {}
        async with self.database.writing() as connection:
            await connection.execute(insert(table).values(digest=digest, **row))


async def _must_exist(connection: AsyncConnection, hearing: str, seq: int) -> None:
    """A hole in the numbers would be a lost event: refuse to write behind one."""
    query = select(tables.event.c.seq).where(
        tables.event.c.hearing == hearing, tables.event.c.seq == seq
    )
    if (await connection.execute(query)).one_or_none() is None:
        raise SeqConflict(f"{hearing} has no {seq}")


async def _project(connection: AsyncConnection, hearing: str, entries: Sequence[Entry]) -> None:
    """Keep the look-up tables in step, in the same transaction."""
    await projection.project(connection, hearing, entries)
    for entry in entries:
        if isinstance(entry.event, HearingPlanned):
            seats = [{"party": party.id, "hearing": hearing} for party in entry.event.parties]
            await connection.execute(insert(tables.seat), seats)
        elif isinstance(entry.event, PartyAdded | ObserverRegistered):
            row = {"party": entry.event.party.id, "hearing": hearing}
            await connection.execute(insert(tables.seat).values(**row))
        elif isinstance(entry.event, SegmentRecorded):
            row = {"name": entry.event.name, "hearing": hearing}
            await connection.execute(insert(tables.segment).values(**row))


def _entry(record: bytes) -> Entry:
    return entry_from(json.loads(record))
