"""Deletion of a recording by two persons after its retention; the hashes stay in the log.

A mark is made before the consent is entered and taken away when the files are gone, the log says so and
the court's key has signed that: a server that ends in between finds the mark at its next start and
finishes. Reading the hearing for it lets the roots be looked at too (services/roots.py).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.proof import deletion_unsigned
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.custody import Custodian
from hearing_server.services.hearings import Hearings

RETRY_AFTER = 60.0  # seconds, while a directory cannot be written

log = structlog.get_logger()

Erase = Callable[[str], Awaitable[None]]  # all files of a hearing's recording in one place; OSError


class Marks(Protocol):
    """The hearings whose deletion is under way, on the disk. Blocking; raise OSError."""

    def make(self, hearing: str) -> None: ...

    def remove(self, hearing: str) -> None: ...

    def all(self) -> list[str]: ...


class Deletions:
    """`erasers` are the places where files of a recording lie: its directories, and what was made of it."""

    def __init__(
        self,
        hearings: Hearings,
        custodian: Custodian,
        audit: Audit,
        marks: Marks,
        erasers: Sequence[Erase],
    ) -> None:
        self._hearings = hearings
        self._custodian = custodian
        self._audit = audit
        self._marks = marks
        self._erasers = tuple(erasers)
        self._consenting = asyncio.Lock()
        self._running: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """What is not finished is left to the next start."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def propose(self, seated: Seated, reason: str, address: str) -> None:
        until = await self._kept_until(seated.hearing)
        command = cmd.ProposeDeletion(reason=reason, kept_until=until)
        action = Action.DELETION_PROPOSED
        await self._custodian.act(seated, command, action, "", address)

    async def drop(self, seated: Seated, address: str) -> None:
        command, action = cmd.DropDeletion(), Action.DELETION_DROPPED
        await self._custodian.act(seated, command, action, "", address)

    async def consent(self, seated: Seated, address: str) -> None:
        """The second person's; the files go in the background."""
        hearing, action = seated.hearing, Action.DELETION_CONSENTED
        command = cmd.ConsentToDeletion(kept_until=await self._kept_until(hearing))
        await self._custodian.rehearse(seated, command)
        async with self._consenting:
            await self.settle(hearing)  # a mark without a consent is being taken away
            try:
                await asyncio.to_thread(self._marks.make, hearing)
            except OSError as error:
                raise Refused(Code.NOT_SAVED, error.strerror or "") from error
            try:
                await self._custodian.act(seated, command, action, "", address)
            finally:
                self.finish(hearing)  # takes the mark away again if there was no consent

    async def resume(self) -> None:
        """At the start: finish what an earlier run left."""
        for hearing in await asyncio.to_thread(self._marks.all):
            self.finish(hearing)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """That the recording is deleted may be signed now."""
        signed = any(isinstance(entry.event, ev.RootSigned) for entry in entries)
        if signed and state.custody.deleted:
            self.finish(state.hearing)

    def finish(self, hearing: str) -> None:
        if hearing not in self._running:
            task = asyncio.create_task(self._run(hearing), name=f"delete {hearing}")
            self._running[hearing] = task
            task.add_done_callback(lambda _: self._running.pop(hearing, None))

    async def settle(self, hearing: str) -> None:
        """Return when nothing of this hearing is being deleted."""
        while (task := self._running.get(hearing)) is not None:
            await asyncio.wait({task})

    async def _kept_until(self, hearing: str) -> int:
        """0 while it is not closed: then the phase refuses."""
        return self._custodian.kept_until(await self._hearings.state(hearing)) or 0

    async def _run(self, hearing: str) -> None:
        while True:
            try:
                await self._delete(hearing)
                return
            except (OSError, Refused) as error:
                log.error("recording not deleted yet", hearing=hearing, why=str(error))
            await asyncio.sleep(RETRY_AFTER)

    async def _delete(self, hearing: str) -> None:
        with contextlib.suppress(_Unknown):
            state = await self._state(hearing)
            if state.custody.deleting:
                await self._erase(hearing)
                state = await self._state(hearing)
            if state.custody.deleted:
                await self._clear(hearing)  # of what was being written while the files went
            if deletion_unsigned(state):
                return  # until it is signed
        await asyncio.to_thread(self._marks.remove, hearing)

    async def _state(self, hearing: str) -> HearingState:
        try:
            return await self._hearings.state(hearing)
        except Refused as refusal:
            if refusal.code is Code.UNKNOWN_HEARING:
                raise _Unknown from refusal
            raise

    async def _erase(self, hearing: str) -> None:
        entries = await self._hearings.entries(hearing)
        segments = [e.event for e in entries if isinstance(e.event, ev.SegmentRecorded)]
        size = sum(segment.size for segment in segments)
        await self._clear(hearing)
        detail = f"{len(segments)} segments, {size} bytes"
        await self._audit.note(
            Action.RECORDING_DELETED, actor=SERVER, subject=hearing, detail=detail
        )
        deleted = cmd.EnterDeletion(segments=len(segments), size=size)
        await self._hearings.execute(hearing, deleted, SERVER)

    async def _clear(self, hearing: str) -> None:
        for erase in self._erasers:
            await erase(hearing)


class _Unknown(Exception):
    """A mark of a hearing that this server does not have."""
