"""Has films, sounds and moving pictures written anew by a child, without what their files tell besides.
Implements Bare.

They are kept beside the files they are made of, and can be made again. What many ask for at once is made
once, one at a time on this node; one that cannot be made is not tried again for a while, for it keeps the
others waiting.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import structlog

from hearing_server.adapters.examining.ask import have_written
from hearing_server.adapters.exhibit_files import StoredExhibits, StoredPart
from hearing_server.domain.errors import Code, Refused

WAITING = 64  # different files in the queue
WITHIN = 60.0  # seconds for one
AGAIN = 600.0  # seconds until one that failed is tried again: the machine may have been busy
FAILED = 1000  # of which that is known

log = structlog.get_logger()


class BareFiles:
    def __init__(self, files: StoredExhibits, clock: Callable[[], float] = monotonic) -> None:
        self._files = files
        self._clock = clock
        self._failed: dict[str, float] = {}  # when, by hash; the oldest first
        self._turn = asyncio.Semaphore(1)
        self._making: dict[str, asyncio.Task[Path]] = {}

    async def close(self) -> None:
        for task in list(self._making.values()):
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def make(self, path: Path, sha256: str, media_type: str) -> Path:
        made = self._files.bare(sha256)
        if await asyncio.to_thread(made.is_file):
            return made
        task = self._making.get(sha256)
        if task is None:
            if self._clock() - self._failed.get(sha256, -AGAIN) < AGAIN:
                raise Refused(Code.BAD_FILE, "too_heavy")
            if len(self._making) >= WAITING:
                raise Refused(Code.BUSY, "files")
            task = asyncio.create_task(self._make(path, sha256, media_type), name="bare")
            self._making[sha256] = task
            task.add_done_callback(lambda _: self._making.pop(sha256, None))
        return await asyncio.shield(task)

    async def _make(self, path: Path, sha256: str, media_type: str) -> Path:
        async with self._turn:
            part = await asyncio.to_thread(self._begin, path)
            try:
                if not await have_written(path, part.file, media_type, within=WITHIN):
                    log.warning("file not written anew", sha256=sha256)
                    self._note_failure(sha256)
                    raise Refused(Code.BAD_FILE, "too_heavy")
                return await asyncio.to_thread(part.keep_bare, sha256)
            finally:
                await asyncio.to_thread(part.discard)

    def _note_failure(self, sha256: str) -> None:
        self._failed.pop(sha256, None)
        self._failed[sha256] = self._clock()
        if len(self._failed) > FAILED:
            del self._failed[next(iter(self._failed))]

    def _begin(self, path: Path) -> StoredPart:
        return self._files.begin(path.stat().st_size)
