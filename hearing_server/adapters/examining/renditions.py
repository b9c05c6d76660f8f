"""Has pages made by a child, one at a time on this node, and keeps the last of them. Implements Maker.

Not in the examiner's queue: a page is waited for by a courtroom. What many ask for at once is made once.
"""

import asyncio
from collections import OrderedDict
from pathlib import Path

import structlog

from hearing_server.adapters.examining.ask import ask_child
from hearing_server.domain.errors import Code, Refused

KEPT = 128 << 20  # bytes of pages
MOST = 64 << 20  # bytes of one
WAITING = 64  # different pages in the queue
WITHIN = 30.0  # seconds for one
Key = tuple[str, int]

log = structlog.get_logger()


class ChildRenditions:
    def __init__(self, *, kept: int = KEPT) -> None:
        self._most_kept = kept
        self._turn = asyncio.Semaphore(1)
        self._made: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0
        self._making: dict[Key, asyncio.Task[bytes]] = {}

    async def close(self) -> None:
        for task in list(self._making.values()):
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def make(self, path: Path, sha256: str, media_type: str, page: int) -> bytes:
        key = (sha256, page)
        if (made := self._made.get(key)) is not None:
            self._made.move_to_end(key)
            return made
        task = self._making.get(key)
        if task is None:
            if len(self._making) >= WAITING:
                raise Refused(Code.BUSY, "pages")
            task = asyncio.create_task(self._make(key, path, media_type), name="page")
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(task)

    async def _make(self, key: Key, path: Path, media_type: str) -> bytes:
        async with self._turn:
            made = await ask_child(path, media_type, str(key[1]), within=WITHIN, most=MOST)
        if not made:
            log.warning("page not made", sha256=key[0], page=key[1])
            raise Refused(Code.BAD_FILE, "too_heavy")
        self._keep(key, made)
        return made

    def _keep(self, key: Key, made: bytes) -> None:
        self._made[key] = made
        self._size += len(made)
        while self._size > self._most_kept:
            _, dropped = self._made.popitem(last=False)
            self._size -= len(dropped)
