"""The same tests on each database: a fresh, migrated one for every test."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore

from .postgres import Postgres, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("no initdb, on the path or under /usr/lib/postgresql: PostgreSQL is not here")
    server = Postgres(bin_folder)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hearings.sqlite3'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.create(f"t{secrets.token_hex(6)}")


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(Database(url))
    await store.database.start()
    yield store
    await store.database.close()


@pytest.fixture
async def rival(url: str, store: SqlStore) -> AsyncIterator[SqlStore]:
    """Another node on the same database."""
    other = SqlStore(Database(url))
    yield other
    await other.database.close()
