"""The database behind every store: engines, whose turn it is to write, migrations. SQLite or PostgreSQL.

A store of one subject (store.py, and the others beside it) takes a `Database` and its own tables.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import structlog
from alembic import command as alembic
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hearing_server.config import BadSetting
from hearing_server.domain.errors import Code, Refused

# asyncpg's own errors and the socket's come through unwrapped while a connection is being made.
FAULTS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
CONNECT_IN = 5.0  # seconds
COMMAND_IN = 10.0  # seconds
TURN_IN = 3.0  # seconds to wait for whoever writes now
LINE_IN = (
    15.0  # seconds to stand in the line of those others: thirty-five who read at once are served
)
MOST_IN_LINE = 200

log = structlog.get_logger()


class StoreUnusable(Exception):
    """The database cannot be used; the text says why in one line."""


class WriteTurn:
    """Who writes next where the database takes one writer at a time (SQLite).

    Left to SQLite a writer polls for the lock, and a flood of tickets starves the log. Here at most one
    other write stands in the queue beside the log's entries; the rest stand in a line of their own.
    """

    def __init__(self, one_writer: bool) -> None:
        self._one_writer = one_writer
        self._writing, self._others = asyncio.Lock(), asyncio.Lock()
        self._in_line = 0

    @asynccontextmanager
    async def of_log(self) -> AsyncIterator[None]:
        """TimeoutError when whoever writes now is stuck."""
        if not self._one_writer:
            yield
            return
        async with _held(self._writing, TURN_IN):
            yield

    @asynccontextmanager
    async def of_others(self) -> AsyncIterator[None]:
        """TimeoutError likewise, or when the line is too long."""
        if not self._one_writer:
            yield
            return
        if self._in_line >= MOST_IN_LINE:
            raise TimeoutError
        self._in_line += 1
        try:
            async with _held(self._others, LINE_IN), _held(self._writing, TURN_IN):
                yield
        finally:
            self._in_line -= 1


@asynccontextmanager
async def _held(lock: asyncio.Lock, within: float) -> AsyncIterator[None]:
    async with asyncio.timeout(within):
        await lock.acquire()
    try:
        yield
    finally:
        lock.release()


class Database:
    """`url` is an SQLAlchemy URL with an async driver; BadSetting when it is none.

    Outside the log a database out of reach is Refused(busy): to be tried again.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self.engine = _engine(url)
            self.log_engine = _engine(url)  # so that the log never queues behind a flood of reads
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
        await self.engine.dispose()
        await self.log_engine.dispose()

    @asynccontextmanager
    async def writing_log(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of the log, before all others. Raises FAULTS as they come."""
        async with self._turn.of_log(), self.log_engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads, or drops what nobody waits for."""
        try:
            async with self.engine.begin() as connection:
                yield connection
        except FAULTS as error:
            log.warning("database out of reach", error=type(error).__name__)
            raise Refused(Code.BUSY, "database") from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes anything but the log, in its turn.

        An IntegrityError inside is to be caught inside: out here every fault is Refused(busy).
        """
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._turn.of_others())
            except TimeoutError as error:
                raise Refused(Code.BUSY, "database") from error
            yield await stack.enter_async_context(self.reading())


def insert_into(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that can say what is to be done about a row that is there already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


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
