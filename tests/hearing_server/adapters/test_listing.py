"""A database of before the calendar: its hearings are listed when it is brought up to date."""

from pathlib import Path

import pytest
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import Connection, insert
from sqlalchemy.ext.asyncio import create_async_engine

from hearing_server.adapters import database as adapter
from hearing_server.adapters import tables
from hearing_server.adapters.calendar_store import SqlCalendar
from hearing_server.adapters.database import Database
from hearing_server.domain.log import canonical, leaf_hash
from tests.hearing_server.domain.world import NOW, in_session

MIGRATIONS = Path(adapter.__file__).parent / "migrations"


def upgrade_to_accounts(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    alembic.upgrade(config, "0002")


@pytest.mark.parametrize("begun", [False, True])
async def test_old_hearings_are_in_the_calendar(url: str, begun: bool) -> None:
    """With their phase, read from the log; the log itself stays as it is."""
    world = in_session()
    entries = world.entries
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to_accounts)
        records = [canonical(entry) for entry in entries]
        rows = [
            {"hearing": e.hearing, "seq": e.seq, "record": r, "leaf": leaf_hash(r)}
            for e, r in zip(entries, records, strict=True)
        ]
        await connection.execute(insert(tables.event), rows[: None if begun else 1])
    await engine.dispose()
    database = Database(url)
    await database.start()
    sitting = await SqlCalendar(database).get("h1")
    assert sitting is not None
    assert (sitting.number, sitting.planned_at) == (world.state.case_number, NOW)
    assert sitting.phase == ("in_session" if begun else "scheduled")
    await database.close()
