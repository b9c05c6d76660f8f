"""Exhibits as files: announced, received piece by piece, examined, kept, and then a fact of the hearing.

A file is durable before the event that names it. It waits under the hearing's name until the event is
in the log, so that a start after a crash knows which of the two came last (`recover`).
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import decide
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_names import fitting_name, kept_name
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Clock, Hearings

PIECE = 1 << 20  # bytes written at once
PACE = 32  # pieces a second, of all uploads together: the media come first
AT_ONCE = 8  # uploads that are being received
ANNOUNCED = 128  # uploads that may be under way, also those that broke off
OF_A_SEAT = 3
STALLED = 30.0  # seconds in which less has come than SLOWEST allows: others wait for the place
SLOWEST = 2048  # bytes a second
KEPT = 1800.0  # seconds that an upload may lie broken off, or done with nobody asking
MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ExhibitLimits:
    """Bytes: of one file, of one party's in a hearing, of all in a hearing."""

    file: int = 200 * MB
    party: int = 2000 * MB
    hearing: int = 20_000 * MB


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What a file really is. `notes` name what its owner should know."""

    media_type: str
    pages: int
    notes: tuple[str, ...]


class Examiner(Protocol):
    async def examine(self, path: Path) -> Examined:
        """Refused(bad_file) with the reason, Refused(busy)."""


class Part(Protocol):
    """A file that is being received. Blocking."""

    path: Path

    def append(self, data: bytes) -> None:
        """Refused(not_saved)."""

    def hold(self, hearing: str) -> "Held":
        """Make it durable, under its hash, waiting for its event; Refused(not_saved)."""

    def discard(self) -> None: ...


class Held(Protocol):
    """A whole file that waits for its event. Blocking."""

    sha256: str

    def settle(self) -> None:
        """The event is in the log: the file stays."""

    def discard(self) -> None: ...


class ExhibitFiles(Protocol):
    """Blocking."""

    def begin(self, size: int) -> Part:
        """A new file. `size` is what it and all that is still to come need: Refused(not_saved) when the
        disk has too little."""

    def path(self, hearing: str, sha256: str) -> Path:
        """Where the file of an event lies; Refused(not_found)."""


@dataclass(frozen=True, kw_only=True)
class Submitted:
    exhibit: int
    notes: tuple[str, ...]


@dataclass(kw_only=True)
class _Upload:
    seated: Seated
    name: str
    size: int
    part: Part
    received: int = 0
    touched: float = field(default_factory=time.monotonic)
    task: "asyncio.Task[Submitted | None] | None" = None
    held: bool = False
    done: Submitted | None = None


class Exhibits:
    def __init__(
        self,
        hearings: Hearings,
        files: ExhibitFiles,
        examiner: Examiner,
        limits: ExhibitLimits,
        now: Clock,
    ) -> None:
        self._hearings = hearings
        self._files = files
        self._examiner = examiner
        self._limits = limits
        self._now = now
        self._uploads: dict[str, _Upload] = {}
        self._turn = asyncio.Lock()
        self._announcing = asyncio.Lock()

    async def close(self) -> None:
        """What is being received or examined is given up; its event has not been made."""
        for upload in list(self._uploads.values()):
            await self._stop(upload)
        for key in list(self._uploads):
            await self._forget(key)

    async def announce(self, seated: Seated, key: str, name: str, size: int) -> None:
        """Begin an upload under `key`. Refused when the file could not become an exhibit as things stand."""
        state = await self._hearings.state(seated.hearing)
        name = kept_name(name)
        decide(state, _submission(seated.party, name, "", size, "", 0), SERVER, self._now())
        async with self._announcing:  # of two at once the second counts the first
            await self._drop_old(seated)
            self._check_room(state, seated, size)
            part = await asyncio.to_thread(self._files.begin, size + self._to_come())
            self._uploads[key] = _Upload(seated=seated, name=name, size=size, part=part)

    def progress(self, seated: Seated, key: str) -> tuple[int, Submitted | None]:
        """How much has come, and what became of it; Refused(not_found)."""
        upload = self._upload(seated, key)
        return upload.received, upload.done

    async def receive(
        self, seated: Seated, key: str, offset: int, pieces: AsyncIterator[bytes]
    ) -> tuple[int, Submitted | None]:
        """Take more of the file, from `offset` on; when it is whole, it is examined and submitted.

        A later call takes over from an earlier one, whose line has died without a word.
        """
        upload = self._upload(seated, key)
        if upload.task is not None and upload.received == upload.size:
            return upload.size, await _result(upload.task)  # it is being examined
        await self._stop(upload)
        if upload.done is None:
            if offset != upload.received:
                raise Refused(Code.BAD_MESSAGE, f"at {upload.received}")
            if sum(one.task is not None for one in self._uploads.values()) >= AT_ONCE:
                raise Refused(Code.BUSY, "uploads")
            upload.task = asyncio.create_task(self._take(key, upload, pieces), name="upload")
            try:
                upload.done = await _result(upload.task)
            finally:
                upload.task, upload.touched = None, time.monotonic()
        return upload.received, upload.done

    def _upload(self, seated: Seated, key: str) -> _Upload:
        upload = self._uploads.get(key)
        if upload is None or upload.seated != seated:
            raise Refused(Code.NOT_FOUND)
        return upload

    def _to_come(self) -> int:
        """Bytes that have been announced and still need their place on the disk."""
        return sum(u.size - u.received for u in self._uploads.values() if u.done is None)

    def _check_room(self, state: HearingState, seated: Seated, size: int) -> None:
        limits = self._limits
        if size > limits.file:
            raise Refused(Code.TOO_LARGE, str(limits.file // MB))
        coming = [u for u in self._uploads.values() if u.done is None]
        mine = sum(e.size for e in state.exhibits if e.party == seated.party)
        mine += sum(u.size for u in coming if u.seated == seated)
        if mine + size > limits.party:
            raise Refused(Code.QUOTA, str(limits.party // MB))
        every = sum(e.size for e in state.exhibits)
        every += sum(u.size for u in coming if u.seated.hearing == seated.hearing)
        if every + size > limits.hearing:
            raise Refused(Code.QUOTA, str(limits.hearing // MB))

    async def _drop_old(self, seated: Seated) -> None:
        """Make room: what lies too long, and of one seat the oldest that is not being received."""
        stale = time.monotonic() - KEPT
        for key, upload in list(self._uploads.items()):
            if upload.task is None and upload.touched < stale:
                await self._forget(key)
        own = [k for k, u in self._uploads.items() if u.seated == seated and u.task is None]
        for key in own[: max(0, len(own) - OF_A_SEAT + 1)]:
            await self._forget(key)
        running = sum(u.seated == seated and u.task is not None for u in self._uploads.values())
        if len(self._uploads) >= ANNOUNCED or running >= OF_A_SEAT:
            raise Refused(Code.TOO_MANY, "uploads")

    async def _forget(self, key: str) -> None:
        upload = self._uploads.pop(key, None)
        if upload is not None and upload.done is None:
            await asyncio.to_thread(upload.part.discard)

    async def _stop(self, upload: _Upload) -> None:
        if upload.task is not None:
            upload.task.cancel()
            await asyncio.gather(upload.task, return_exceptions=True)

    async def _take(
        self, key: str, upload: _Upload, pieces: AsyncIterator[bytes]
    ) -> Submitted | None:
        try:
            await self._write(upload, pieces)
            if upload.received < upload.size:
                return None
            return await self._submit(upload)
        except Refused as refusal:
            if refusal.code is not Code.BUSY or upload.held:
                await self._forget(key)
            raise

    async def _write(self, upload: _Upload, pieces: AsyncIterator[bytes]) -> None:
        buffer = bytearray()
        try:
            async for piece in _unstalled(pieces):
                if upload.received + len(buffer) + len(piece) > upload.size:
                    raise Refused(Code.TOO_LARGE, "more than announced")
                buffer += piece
                if len(buffer) >= PIECE:
                    await self._append(upload, buffer)
        finally:
            with contextlib.suppress(Refused):  # what has come is not asked for again
                await self._append(upload, buffer)

    async def _append(self, upload: _Upload, buffer: bytearray) -> None:
        """A piece to the disk, in turn and not too fast."""
        if not buffer:
            return
        data = bytes(buffer)
        buffer.clear()
        async with self._turn:
            await asyncio.to_thread(upload.part.append, data)
            upload.received += len(data)
            await asyncio.sleep(len(data) / PIECE / PACE)

    async def _submit(self, upload: _Upload) -> Submitted:
        found = await self._examiner.examine(upload.part.path)
        name = fitting_name(upload.name, found.media_type)
        hearing = upload.seated.hearing
        held = await asyncio.to_thread(upload.part.hold, hearing)
        upload.held = True
        number = 0

        async def make(state: HearingState, now: int) -> cmd.Command:
            nonlocal number
            number = len(state.exhibits) + 1
            return _submission(
                upload.seated.party, name, found.media_type, upload.size, held.sha256, found.pages
            )

        try:
            await self._hearings.execute_with(hearing, make, SERVER)
        except Refused:
            await asyncio.to_thread(held.discard)
            raise
        await asyncio.to_thread(held.settle)
        return Submitted(exhibit=number, notes=found.notes)


def _submission(
    party: str, name: str, media_type: str, size: int, sha256: str, pages: int
) -> cmd.SubmitExhibit:
    return cmd.SubmitExhibit(
        party=party, name=name, media_type=media_type, size=size, sha256=sha256, pages=pages
    )


async def _result(task: "asyncio.Task[Submitted | None]") -> Submitted | None:
    """Of the task that was taken over from, nothing."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise Refused(Code.SUPERSEDED) from None
        raise


async def _unstalled(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, as long as they keep coming, and not byte by byte."""
    since, come = time.monotonic(), 0
    while True:
        try:
            async with asyncio.timeout(STALLED):
                piece = await anext(pieces, None)
        except TimeoutError:
            raise Refused(Code.BUSY, "stalled") from None
        if piece is None:
            return
        yield piece
        come += len(piece)
        lasted = time.monotonic() - since
        if lasted >= STALLED:
            if come < SLOWEST * lasted:
                raise Refused(Code.BUSY, "stalled")
            since, come = time.monotonic(), 0
