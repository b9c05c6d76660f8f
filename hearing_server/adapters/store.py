"""The store in SQL: SQLite by default, PostgreSQL for more than one node. One schema.

`append` is the only write path of the log: the primary key (hearing, seq) lets one of two writers win.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import structlog
from alembic import command as alembic
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Table, create_engine, delete, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hearing_server.adapters import tables
from hearing_server.config import BadSetting
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import HearingPlanned, SegmentRecorded
from hearing_server.domain.log import Entry, canonical, entry_from, leaf_hash
from hearing_server.services.access import Seated
from hearing_server.services.hearings import NotSaved, SeqConflict

# asyncpg's own errors and the socket's come through unwrapped while a connection is being made.
FAULTS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
CONNECT_IN = 5.0  # seconds
COMMAND_IN = 10.0  # seconds
TURN_IN = 3.0  # seconds to wait for one's turn to write

log = structlog.get_logger()


class StoreUnusable(Exception):
    """The database cannot be used; the text says why in one line."""


class WriteTurn:
    """Who writes next where the database takes one writer at a time (SQLite).

    Left to SQLite a writer polls for the lock, and a flood of tickets starves the log. Here at most one
    token stands in the queue beside the log's entries.
    """

    def __init__(self, one_writer: bool) -> None:
        self._one_writer = one_writer
        self._writing, self._tokens = asyncio.Lock(), asyncio.Lock()

    @asynccontextmanager
    async def of_log(self) -> AsyncIterator[None]:
        """TimeoutError when whoever writes now is stuck."""
        if not self._one_writer:
            yield
            return
        async with _held(self._writing):
            yield

    @asynccontextmanager
    async def of_token(self) -> AsyncIterator[None]:
        """TimeoutError likewise."""
        if not self._one_writer:
            yield
            return
        async with _held(self._tokens), _held(self._writing):
            yield


@asynccontextmanager
async def _held(lock: asyncio.Lock) -> AsyncIterator[None]:
    async with asyncio.timeout(TURN_IN):
        await lock.acquire()
    try:
        yield
    finally:
        lock.release()


class SqlStore:
    """Implements EventStore and AccessStore. `url` is an SQLAlchemy URL with an async driver.

    BadSetting when it is none. Reads and tokens raise Refused(busy) while the database is out of reach.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self._engine = _engine(url)
            self._log_engine = _engine(url)  # so that the log never queues behind a flood of reads
            self._turn = WriteTurn(_is_sqlite(url))
        except (SQLAlchemyError, ImportError, ValueError):
            raise BadSetting(
                "database: not an SQLAlchemy URL of sqlite+aiosqlite or postgresql+asyncpg"
            ) from None

    async def start(self) -> None:
        """Bring the schema up to date; StoreUnusable."""
        try:
            await asyncio.to_thread(migrate, self._url)
        except (*FAULTS, CommandError) as error:
            raise StoreUnusable(str(error).partition("\n")[0]) from error

    async def close(self) -> None:
        await self._engine.dispose()
        await self._log_engine.dispose()

    async def append(self, hearing: str, expected_seq: int, entries: Sequence[Entry]) -> None:
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
            async with self._turn.of_log(), self._log_engine.begin() as connection:
                if expected_seq:
                    await _must_exist(connection, hearing, expected_seq)
                try:
                    await connection.execute(insert(tables.event), rows)
                except IntegrityError:
                    raise SeqConflict(f"{hearing} after {expected_seq}") from None
                try:
                    await _project(connection, hearing, entries)
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
        async with self._connected() as connection:
            records = (await connection.execute(query)).scalars().all()
        if len(records) < 200:
            return [_entry(record) for record in records]
        return await asyncio.to_thread(lambda: [_entry(record) for record in records])

    async def leaves(self, hearing: str) -> list[bytes]:
        """The leaf hashes of the hearing's tree, in order."""
        query = (
            select(tables.event.c.leaf)
            .where(tables.event.c.hearing == hearing)
            .order_by(tables.event.c.seq)
        )
        async with self._connected() as connection:
            return list((await connection.execute(query)).scalars())

    async def hearings(self) -> list[str]:
        """Every hearing that has seats, in no order."""
        async with self._connected() as connection:
            return list(
                (await connection.execute(select(tables.seat.c.hearing).distinct())).scalars()
            )

    async def segment_names(self) -> set[str]:
        """The names of all segments that stand in the log."""
        async with self._connected() as connection:
            return set((await connection.execute(select(tables.segment.c.name))).scalars())

    async def hearing_of(self, party: str) -> str | None:
        query = select(tables.seat.c.hearing).where(tables.seat.c.party == party)
        async with self._connected() as connection:
            hearing: str | None = (await connection.execute(query)).scalar_one_or_none()
            return hearing

    async def save_session(self, digest: bytes, seated: Seated, expires_at: int) -> None:
        await self._save_token(tables.session, digest, seated, expires_at)

    async def session(self, digest: bytes, now: int) -> Seated | None:
        table = tables.session
        query = select(table.c.hearing, table.c.party).where(
            table.c.digest == digest, table.c.expires_at > now
        )
        async with self._connected() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Seated(hearing=row.hearing, party=row.party) if row else None

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
        async with self._writing_token() as connection:
            row = (await connection.execute(use)).one_or_none()
        return Seated(hearing=row.hearing, party=row.party) if row else None

    async def forget_expired(self, now: int) -> None:
        """Drop sessions and tickets that can no longer be used."""
        async with self._connected() as connection:
            for table in (tables.session, tables.ticket):
                await connection.execute(delete(table).where(table.c.expires_at <= now))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for whatever is not the log: to be tried again while the database is away."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except FAULTS as error:
            log.warning("database out of reach", error=type(error).__name__)
            raise Refused(Code.BUSY, "database") from error

    @asynccontextmanager
    async def _writing_token(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._turn.of_token())
            except TimeoutError as error:
                raise Refused(Code.BUSY, "database") from error
            yield await stack.enter_async_context(self._connected())

    async def _save_token(
        self, table: Table, digest: bytes, seated: Seated, expires_at: int
    ) -> None:
        row = {"hearing": seated.hearing, "party": seated.party, "expires_at": expires_at}
        async with self._writing_token() as connection:
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
    for entry in entries:
        if isinstance(entry.event, HearingPlanned):
            seats = [{"party": party.id, "hearing": hearing} for party in entry.event.parties]
            await connection.execute(insert(tables.seat), seats)
        elif isinstance(entry.event, SegmentRecorded):
            row = {"name": entry.event.name, "hearing": hearing}
            await connection.execute(insert(tables.segment).values(**row))


def _entry(record: bytes) -> Entry:
    return entry_from(json.loads(record))


def _engine(url: str) -> AsyncEngine:
    if _is_sqlite(url):
        engine = create_async_engine(url)
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
        return engine
    patience = {"timeout": CONNECT_IN, "command_timeout": COMMAND_IN}
    return create_async_engine(url, pool_pre_ping=True, connect_args=patience)


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _configure_sqlite(connection: Any, record: Any) -> None:
    """Durable at every commit, readers beside the writer, wait for a lock rather than fail at once."""
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def migrate(url: str) -> None:
    """Run the migrations that the database lacks. Blocking; each runs in a transaction."""
    if not _is_sqlite(url):
        asyncio.run(_migrate_async(url))
        return
    engine = create_engine(make_url(url).set(drivername="sqlite"))
    # Left to itself the driver commits after every CREATE: a crash would leave half a schema.
    event.listen(engine, "connect", _configure_sqlite)  # also makes it WAL, before anybody locks it
    event.listen(engine, "connect", _no_implicit_transactions)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    finally:
        engine.dispose()


def _no_implicit_transactions(connection: Any, record: Any) -> None:
    connection.isolation_level = None


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _migrate_async(url: str) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    alembic.upgrade(config, "head")
