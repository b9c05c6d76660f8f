"""The store on real databases: nothing twice, nothing by halves, nothing lost."""

import asyncio
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from hearing_server.adapters import tables
from hearing_server.adapters.database import Database, StoreUnusable
from hearing_server.adapters.store import SqlStore
from hearing_server.config import BadSetting
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import Entry, canonical, leaf_hash
from hearing_server.services.access import Seated
from hearing_server.services.hearings import NotSaved, SeqConflict
from tests.hearing_server.domain.world import NOW, SHA, in_session

from .postgres import Postgres

LOG = in_session().entries
SEAT = Seated(hearing="h1", party="clerk")


def segment(seq: int, name: str = "h1/judge/camera/1.mkv") -> Entry:
    event = ev.SegmentRecorded(
        party="judge", source="camera", name=name, codec="vp8", sha256=SHA, size=7, frames=3,
        started_at=NOW, ended_at=NOW + 10_000, recovered=False,
    )  # fmt: skip
    return Entry(hearing="h1", seq=seq, at=NOW, by="server", event=event)


def fault(seq: int, code: str) -> Entry:
    event = ev.RecordingFault(code=code, detail="")
    return Entry(hearing="h1", seq=seq, at=NOW, by="server", event=event)


async def test_what_is_appended_is_read(store: SqlStore) -> None:
    """The same entries in the same order, whole or from a number on; another hearing's are apart."""
    await store.append("h1", 0, LOG[:1])
    await store.append("h1", 1, LOG[1:])
    assert await store.read("h1") == LOG
    assert await store.read("h1", after=3) == LOG[3:]
    assert await store.read("h2") == []


async def test_a_long_log_is_read_in_order(store: SqlStore) -> None:
    entries = [fault(n, f"c{n}") for n in range(1, 451)]
    await store.append("h1", 0, entries)
    assert await store.read("h1") == entries


async def test_the_leaves_are_of_the_canonical_records(store: SqlStore) -> None:
    await store.append("h1", 0, LOG)
    assert await store.leaves("h1") == [leaf_hash(canonical(entry)) for entry in LOG]


async def test_a_number_is_given_once(store: SqlStore) -> None:
    await store.append("h1", 0, LOG[:2])
    with pytest.raises(SeqConflict):
        await store.append("h1", 1, [fault(2, "late")])
    assert await store.read("h1") == LOG[:2]


async def test_there_is_no_hole_in_the_numbers(store: SqlStore) -> None:
    """Not between the log and the entries, and not among the entries."""
    await store.append("h1", 0, LOG[:1])
    with pytest.raises(SeqConflict):
        await store.append("h1", 2, [fault(3, "hole")])
    with pytest.raises(ValueError, match="follow"):
        await store.append("h1", 1, [fault(2, "a"), fault(4, "b")])
    assert await store.read("h1") == LOG[:1]


async def test_of_two_writers_at_once_exactly_one_wins(store: SqlStore, rival: SqlStore) -> None:
    """Every time, for single entries and for several; the loser's leave no trace."""
    for start in range(0, 30, 3):
        mine = [fault(start + n, "mine") for n in (1, 2, 3)]
        theirs = [fault(start + n, "theirs") for n in (1, 2, 3)]
        results = await asyncio.gather(
            store.append("h1", start, mine),
            rival.append("h1", start, theirs),
            return_exceptions=True,
        )
        assert sorted(type(r).__name__ for r in results) == ["NoneType", "SeqConflict"], results
        written = await store.read("h1", after=start)
        assert written == (mine if results[0] is None else theirs)


async def test_look_ups_are_written_with_the_entries(store: SqlStore) -> None:
    """Seats and segments can be found at once, and not at all when the entries were not written."""
    await store.append("h1", 0, LOG)
    assert await store.hearings() == ["h1"]
    assert await store.hearing_of("defendant") == "h1"
    assert await store.hearing_of("nobody") is None
    last = len(LOG)
    with pytest.raises(SeqConflict):
        await store.append("h1", last - 1, [segment(last)])
    assert await store.segment_names() == set()
    await store.append("h1", last, [segment(last + 1)])
    assert await store.segment_names() == {"h1/judge/camera/1.mkv"}


async def test_a_segment_enters_the_log_once(store: SqlStore) -> None:
    """Again is refused for good, not as a conflict that would be tried again for ever."""
    await store.append("h1", 0, [segment(1)])
    with pytest.raises(Refused) as caught:
        await store.append("h1", 1, [fault(2, "with it"), segment(3)])
    assert caught.value.code is Code.NO_CHANGE
    assert await store.read("h1") == [segment(1)]


async def test_a_ticket_is_used_by_one_of_two_callers(store: SqlStore, rival: SqlStore) -> None:
    for n in range(10):
        digest = bytes([n]) * 32
        await store.save_ticket(digest, SEAT, NOW + 1000)
        used = await asyncio.gather(store.use_ticket(digest, NOW), rival.use_ticket(digest, NOW))
        assert sorted(used, key=str) == [None, SEAT]
        assert await store.use_ticket(digest, NOW) is None


async def test_sessions_and_tickets_expire(store: SqlStore) -> None:
    """At their time they are good for nothing; forgetting takes those and leaves the others."""
    old, young = b"o" * 32, b"y" * 32
    for digest, expires in ((old, NOW), (young, NOW + 1)):
        await store.save_session(digest, SEAT, expires)
        await store.save_ticket(digest, SEAT, expires)
    await store.forget_expired(NOW)
    assert (await store.session(old, NOW - 1), await store.use_ticket(old, NOW - 1)) == (None, None)
    assert await store.session(young, NOW) == SEAT
    assert await store.session(young, NOW + 1) is None
    assert await store.use_ticket(young, NOW + 1) is None
    assert await store.use_ticket(young, NOW) == SEAT


async def test_migrating_again_changes_nothing(store: SqlStore, url: str) -> None:
    await store.append("h1", 0, LOG)
    await store.database.start()
    assert await store.read("h1") == LOG


async def test_the_migrated_schema_is_that_of_the_tables(store: SqlStore, url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, tables.metadata))

    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    """A stranger's table is in the way: no half a schema, and the reason is one line."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE session (x INTEGER)"))
    store = SqlStore(Database(url))
    with pytest.raises(StoreUnusable) as caught:
        await store.database.start()
    assert "\n" not in str(caught.value)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE session"))
    await engine.dispose()
    await store.database.start()
    await store.append("h1", 0, LOG)
    await store.database.close()


async def test_a_database_from_the_future_is_not_touched(store: SqlStore, url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(StoreUnusable, match="9999"):
        await store.database.start()


@pytest.mark.parametrize("url", ["nonsense", "sqlite:///x", "oracle+none://a:s3cret@h/x"])
def test_a_url_that_is_none_is_a_bad_setting(url: str) -> None:
    """In words that do not repeat it, as it may hold a password."""
    with pytest.raises(BadSetting, match="database") as caught:
        SqlStore(Database(url))
    assert "s3cret" not in str(caught.value)


# SQLite


@pytest.fixture
async def sqlite(tmp_path: Path) -> "SqlStore":
    store = SqlStore(Database(f"sqlite+aiosqlite:///{tmp_path / 'hearings.sqlite3'}"))
    await store.database.start()
    return store


async def test_sqlite_is_durable_at_every_commit(sqlite: SqlStore) -> None:
    """WAL and synchronous=FULL on every connection that the store opens."""
    async with sqlite.database.engine.connect() as one, sqlite.database.log_engine.connect() as two:
        for connection in (one, two):
            found = [
                (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one()
                for pragma in ("journal_mode", "synchronous", "busy_timeout")
            ]
            assert found == ["wal", 2, 5000]
    await sqlite.database.close()


async def test_a_flood_of_tokens_does_not_hold_the_log(sqlite: SqlStore) -> None:
    """An entry waits for one token at most, not for all that asked before it, and for no reader."""
    flood = [
        asyncio.create_task(sqlite.save_ticket(bytes([n]) * 32, SEAT, NOW)) for n in range(100)
    ]
    readers = [asyncio.create_task(sqlite.session(b"", NOW)) for _ in range(100)]
    await asyncio.sleep(0)
    for before in range(5):
        await sqlite.append("h1", before, [fault(before + 1, "c")])
    assert sum(task.done() for task in flood) < 50
    await asyncio.gather(*flood, *readers)
    await sqlite.database.close()


async def test_a_locked_database_is_waited_for(sqlite: SqlStore, tmp_path: Path) -> None:
    """A lock that goes away within the patience of the store costs time and nothing else."""
    other = sqlite3.connect(tmp_path / "hearings.sqlite3", check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    append = asyncio.create_task(sqlite.append("h1", 0, LOG))
    done, _ = await asyncio.wait([append], timeout=0.3)
    assert not done
    other.rollback()
    await append
    assert await sqlite.read("h1") == LOG
    other.close()
    await sqlite.database.close()


async def test_a_lock_that_stays_is_not_saved_and_reading_goes_on(
    sqlite: SqlStore, tmp_path: Path
) -> None:
    """Within the busy timeout it is said; nothing was written; later it is."""
    await sqlite.append("h1", 0, LOG[:1])
    other = sqlite3.connect(tmp_path / "hearings.sqlite3")
    other.execute("BEGIN IMMEDIATE")
    started = asyncio.get_running_loop().time()
    results = await asyncio.gather(
        sqlite.append("h1", 1, LOG[1:2]),
        sqlite.save_ticket(b"t" * 32, SEAT, NOW),
        return_exceptions=True,
    )
    assert isinstance(results[0], NotSaved)
    assert isinstance(results[1], Refused)
    assert results[1].code is Code.BUSY
    assert asyncio.get_running_loop().time() - started < 9
    assert await sqlite.read("h1") == LOG[:1]
    other.rollback()
    other.close()
    await sqlite.append("h1", 1, LOG[1:2])
    assert await sqlite.read("h1") == LOG[:2]
    await sqlite.database.close()


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, of one's own."""
    folder = tmp_path / "volume"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def remount(volume: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(volume)], check=True)


@pytest.fixture
async def small(volume: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(Database(f"sqlite+aiosqlite:///{volume / 'hearings.sqlite3'}"))
    await store.database.start()
    await store.append("h1", 0, [fault(1, "first")])
    yield store
    await store.database.close()


async def test_a_full_disk_is_not_saved_and_recovers(small: SqlStore, volume: Path) -> None:
    """What was there is still read; when there is room again the log goes on where it was."""
    ballast = volume / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
        file.writelines(bytes(4096) for _ in range(1000))
    large = fault(2, "x" * 50_000)
    with pytest.raises(NotSaved):
        await small.append("h1", 1, [large])
    assert await small.read("h1") == [fault(1, "first")]
    ballast.unlink()
    await small.append("h1", 1, [large])
    assert await small.read("h1") == [fault(1, "first"), large]


async def test_a_read_only_disk_is_not_saved_and_recovers(small: SqlStore, volume: Path) -> None:
    await small.database.close()  # a volume with files open for writing cannot be made read-only
    remount(volume, "ro")
    with pytest.raises(NotSaved):
        await small.append("h1", 1, [fault(2, "second")])
    await small.database.close()
    remount(volume, "rw")
    await small.append("h1", 1, [fault(2, "second")])
    assert len(await small.read("h1")) == 2


# PostgreSQL


async def test_postgresql_that_goes_and_comes_back(postgres: Postgres) -> None:
    """Nothing is acknowledged while it is away, reads say so by their code, and afterwards all goes on."""
    store = SqlStore(Database(postgres.create("away")))
    await store.database.start()
    await store.append("h1", 0, LOG[:1])
    postgres.stop()
    try:
        for _ in range(2):  # over a broken connection, then without any
            with pytest.raises(NotSaved):
                await store.append("h1", 1, LOG[1:2])
            with pytest.raises(Refused) as caught:
                await store.read("h1")
            assert caught.value.code is Code.BUSY
        fresh = SqlStore(Database(postgres.url("away")))
        with pytest.raises(StoreUnusable):
            await fresh.database.start()
    finally:
        postgres.start()
    await store.append("h1", 1, LOG[1:2])
    assert await store.read("h1") == LOG[:2]
    await store.database.close()


async def test_a_projection_is_of_its_own_hearing(store: SqlStore) -> None:
    """A party's id is unique over all hearings: a second hearing cannot take the seat."""
    await store.append("h1", 0, LOG[:1])
    stolen = replace(LOG[0], hearing="h2")
    with pytest.raises(Refused):
        await store.append("h2", 0, [stolen])
    assert await store.hearing_of("judge") == "h1"
    assert await store.read("h2") == []
