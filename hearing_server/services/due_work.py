"""Does what is due of each hearing until nothing is. What fails is tried again, ever later, and told of.

One after another for a hearing; what fails does not keep the rest.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.due_work import UNFINISHED, Due
from hearing_server.domain.errors import Refused
from hearing_server.domain.log import SERVER
from hearing_server.services.hearings import Hearings

AGAIN_AFTER = 5.0  # seconds; twice as long each time
AGAIN_AT_MOST = 600.0
TOLD_AFTER = 3  # rounds that failed: what passes by itself within half a minute is no alarm

log = structlog.get_logger()

Read = Callable[[str], Awaitable[Sequence[Due]]]
Do = Callable[[str, Due], Awaitable[None]]


class DueWork:
    """`read` says what is due of a hearing now; `do` does one thing of it, and enters it."""

    def __init__(self, hearings: Hearings, read: Read, do: Do) -> None:
        self._hearings = hearings
        self._read = read
        self._do = do
        self._woken: dict[str, asyncio.Event] = {}  # of the hearings that are worked at
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def begin(self, hearing: str) -> None:
        """Something may be due of it. What waits to be tried again is tried at once."""
        if self._closing:
            return
        if hearing in self._woken:
            self._woken[hearing].set()
            return
        self._woken[hearing] = asyncio.Event()
        task = asyncio.create_task(self._run(hearing), name=f"due work {hearing}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What was begun is finished; what waits is left to the next start."""
        self._closing = True
        for woken in self._woken.values():
            woken.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, hearing: str) -> None:
        woken, failures = self._woken[hearing], 0
        try:
            while not self._closing:
                woken.clear()
                failed = await self._round(hearing)
                if not failed and not woken.is_set():
                    return
                failures = failures + 1 if failed else 0
                if failures >= TOLD_AFTER:
                    await self._tell(hearing, failed)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_pause(failures)):
                        await woken.wait()
        finally:
            del self._woken[hearing]

    async def _round(self, hearing: str) -> str:
        """Everything that is due, each once; what failed last, empty when nothing did."""
        try:
            failed = await self._everything(hearing)
            if not failed:
                await self._tell_done(hearing)
        except Refused as refusal:
            log.warning("due work not known", hearing=hearing, why=str(refusal))
            return str(refusal.code)
        except Exception:
            log.exception("due work not known", hearing=hearing)
            return "internal"
        return failed

    async def _everything(self, hearing: str) -> str:
        tried: set[Due] = set()
        failed = ""
        while not self._closing:
            todo = next((one for one in await self._read(hearing) if one not in tried), None)
            if todo is None:
                break
            tried.add(todo)
            failed = await self._one(hearing, todo) or failed
        return failed

    async def _one(self, hearing: str, todo: Due) -> str:
        """What it was, if it failed."""
        said = " ".join(filter(None, (todo.work, str(todo.version), todo.party)))
        try:
            await self._do(hearing, todo)
        except Refused as refusal:
            log.warning("document work refused", work=said, hearing=hearing, why=str(refusal))
            return said
        except Exception:
            log.exception("document work failed", work=said, hearing=hearing)
            return said
        return ""

    async def _tell(self, hearing: str, what: str) -> None:
        """To the clerk and whoever watches the hearings, once, until it is done."""
        with contextlib.suppress(Refused):
            if not await self._told(hearing):
                log.error("documents unfinished", hearing=hearing, work=what)
                await self._enter(hearing, ev.RecordingFault(code=UNFINISHED, detail=what))

    async def _tell_done(self, hearing: str) -> None:
        if await self._told(hearing):
            await self._enter(hearing, ev.RecordingRecovered(code=UNFINISHED, detail="done"))

    async def _told(self, hearing: str) -> bool:
        faults = (await self._hearings.state(hearing)).faults
        return any(fault.code == UNFINISHED and fault.over_at is None for fault in faults)

    async def _enter(self, hearing: str, event: ev.RecordingFault | ev.RecordingRecovered) -> None:
        await self._hearings.execute(hearing, cmd.EnterRecording(event=event), SERVER)


def _pause(failures: int) -> float:
    return 0.0 if not failures else min(AGAIN_AFTER * 2 ** (failures - 1), AGAIN_AT_MOST)
