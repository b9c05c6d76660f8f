"""Keeps a copy of each hearing's log beside its recording, so that the folder alone proves itself.

What is entered is copied within seconds, at once when the hearing stands still or a root is signed;
a start compares the copies with the log and mends them.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.roots import RECENT

COPY_EVERY = 5.0  # seconds
AGAIN_AFTER = 5.0
ALARM_AFTER = 60_000  # ms that a copy cannot be written
FAULT = "log_copy"

log = structlog.get_logger()


class Records(Protocol):
    """The log as it is stored. Each raises Refused(busy) while the store cannot be reached."""

    async def records(self, hearing: str, after: int = 0) -> list[bytes]:
        """A page of entries above number `after`, in canonical form."""

    async def leaves(self, hearing: str, after: int = 0) -> list[bytes]:
        """A page of their leaf hashes."""

    async def opened(self, closed_since: int) -> list[str]: ...


class CopyFiles(Protocol):
    """The copies in the recordings directories. Blocking; each raises OSError."""

    def known(self, hearing: str) -> int | None:
        """How many entries every copy has; None if the files must be looked at first."""

    def forget(self, hearing: str) -> None: ...

    def check(self, hearing: str, leaves: Sequence[bytes]) -> bool:
        """Compare with the log, mend; whether one had been altered."""

    def append(self, hearing: str, after: int, records: Sequence[bytes]) -> None: ...


class RecordCopies:
    def __init__(self, hearings: Hearings, records: Records, files: CopyFiles, now: Clock) -> None:
        self._hearings = hearings
        self._records = records
        self._files = files
        self._now = now
        self._behind: dict[str, None] = {}  # hearings whose copies lack something
        self._failing: dict[str, int] = {}  # since when
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        if state.opened_at is None:
            return
        self._behind[state.hearing] = None
        signed = any(isinstance(entry.event, ev.RootSigned) for entry in entries)
        if signed or state.phase_seq >= entries[0].seq:
            self._woken.set()

    async def run(self) -> None:
        """Mend what an earlier run left, then copy what comes, until cancelled."""
        recalled = False
        while True:
            try:
                if not recalled:
                    begun = await self._records.opened(self._now() - RECENT)
                    self._behind = dict.fromkeys(begun) | self._behind
                    recalled = True
                await self.copy()
            except Exception:
                log.exception("logs not copied")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COPY_EVERY):
                    await self._woken.wait()
            self._woken.clear()

    async def copy(self) -> None:
        """Bring every copy up to what is saved now."""
        async with self._turn:
            behind, self._behind = self._behind, {}
            for hearing in behind:
                try:
                    await self._copy_one(hearing)
                    await self._worked(hearing)
                except Refused:
                    self._behind[hearing] = None
                except OSError as error:
                    self._behind[hearing] = None
                    await self._failed(hearing, error)

    async def close(self) -> None:
        """What is saved is copied; what cannot be is left to the next start."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_AFTER):
                await self.copy()

    async def _copy_one(self, hearing: str) -> None:
        have = await asyncio.to_thread(self._files.known, hearing)
        if have is None:
            await self._check(hearing)
            have = await asyncio.to_thread(self._files.known, hearing)
        while have is not None and (page := await self._records.records(hearing, have)):
            await asyncio.to_thread(self._files.append, hearing, have, page)
            have += len(page)

    async def _check(self, hearing: str) -> None:
        leaves: list[bytes] = []
        while page := await self._records.leaves(hearing, len(leaves)):
            leaves += page
        if await asyncio.to_thread(self._files.check, hearing, leaves):
            log.error("a copy of the log was altered; it is put aside", hearing=hearing)
            await self._enter(hearing, ev.RecordingFault(code=FAULT, detail="altered"))
            await self._enter(hearing, ev.RecordingRecovered(code=FAULT, detail="written anew"))

    async def _failed(self, hearing: str, error: OSError) -> None:
        self._files.forget(hearing)
        since = self._failing.setdefault(hearing, self._now())
        log.error("log not copied", hearing=hearing, why=error.strerror or str(error))
        if self._now() - since >= ALARM_AFTER and not await self._lasting(hearing):
            detail = (error.strerror or str(error))[:500]
            await self._enter(hearing, ev.RecordingFault(code=FAULT, detail=detail))

    async def _worked(self, hearing: str) -> None:
        if self._failing.pop(hearing, None) is not None and await self._lasting(hearing):
            await self._enter(hearing, ev.RecordingRecovered(code=FAULT, detail="it is written"))

    async def _lasting(self, hearing: str) -> bool:
        faults = (await self._hearings.state(hearing)).faults
        return any(fault.code == FAULT and fault.over_at is None for fault in faults)

    async def _enter(self, hearing: str, event: ev.RecordingFault | ev.RecordingRecovered) -> None:
        with contextlib.suppress(Refused):
            await self._hearings.execute(hearing, cmd.EnterRecording(event=event), SERVER)
