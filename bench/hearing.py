"""A real server process with a hearing planned for the bench, whatever number of seats it needs."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.clock import now
from hearing_server.config import Settings
from hearing_server.demo import new_id
from hearing_server.domain import commands as cmd
from hearing_server.domain.events import HearingPlanned
from hearing_server.domain.parties import Party, Role
from hearing_server.services.hearings import Hearings
from tests.integration.harness import ServerProcess


@contextlib.asynccontextmanager
async def serving(
    counsels: int, *, module: str = "hearing_server", **environment: str
) -> AsyncIterator[ServerProcess]:
    """A hearing with a presiding judge, a clerk and `counsels` counsel, named counsel-0 and on.

    Each but the first is counsel of the first, so that they may talk in private.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        roles = ["presiding_judge", "clerk", *(f"counsel-{n}" for n in range(counsels))]
        await _plan(data, roles)
        server = await ServerProcess(
            data=data, seats=roles, module=module, environment=environment
        ).start()
        try:
            yield server
        finally:
            await server.stop()


async def _plan(data: Path, roles: list[str]) -> None:
    await asyncio.to_thread(data.mkdir, parents=True)
    store = SqlStore(Database(Settings(data=str(data)).database_url))
    await store.database.start()
    ids = [new_id() for _ in roles]
    planned = HearingPlanned(
        hearing=new_id(),
        court="示范人民法院",
        case_number="（2026）测0001民初1号",
        procedure="civil",
        courtroom="第一法庭",
        title="测量",
        planned_at=now(),
        parties=tuple(
            Party(
                id=ids[n],
                role=Role(role.partition("-")[0]),
                name=f"虚构{n}",
                counsel_for=tuple(ids[2:3]) if n > 2 else (),
            )
            for n, role in enumerate(roles)
        ),
    )
    await Hearings(store, now).plan(cmd.Plan(planned=planned))
    await store.database.close()


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
