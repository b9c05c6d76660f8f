"""The line of those who sign a document: many press at once, one at a time is on the file, nobody notices.

A signer holds the file from preparing to finishing, in no time for a browser that is there. One that is not is
given up: soon when others wait. The line is bounded; whoever does not fit is told to try again.
"""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from hearing_server.domain.errors import Code, Refused

HOLD = 20.0  # seconds between preparing and finishing
HOLD_BEFORE_OTHERS = 3.0  # while somebody waits
QUEUE = 60.0  # seconds in the line
MOST_WAITING = 60  # for one document

T = TypeVar("T")


@dataclass
class Hold(Generic[T]):
    """A document held for one signer while their browser signs, and what was prepared for it."""

    document: str
    signer: str
    prepared: T
    since: float  # of the event loop
    expiry: asyncio.TimerHandle


class SigningLine(Generic[T]):
    """Whose turn it is, of each document."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()
        self._asking: set[tuple[str, str]] = set()
        self.holds: dict[str, Hold[T]] = {}  # by preparation

    @contextlib.contextmanager
    def once(self, document: str, signer: str) -> Iterator[None]:
        """Each signer stands there once; one that tries again does not wait for themselves."""
        mine = (document, signer)
        if mine in self._asking:
            raise Refused(Code.BUSY)
        for preparation, hold in list(self.holds.items()):
            if (hold.document, hold.signer) == mine:
                hold.expiry.cancel()
                self._give_up(preparation)
        self._asking.add(mine)
        try:
            yield
        finally:
            self._asking.discard(mine)

    @contextlib.asynccontextmanager
    async def held(self, document: str) -> AsyncIterator[None]:
        await self.take(document)
        try:
            yield
        finally:
            self.release(document)

    async def take(self, document: str) -> None:
        """Wait for one's turn; Refused(busy) when the line is full or stands still.

        Whoever holds the file has less time from now on.
        """
        if self._waiting[document] >= MOST_WAITING:
            raise Refused(Code.BUSY, "line")
        self._waiting[document] += 1
        self._hurry(document)
        try:
            async with asyncio.timeout(QUEUE):
                await self._locks.setdefault(document, asyncio.Lock()).acquire()
        except TimeoutError:
            raise Refused(Code.BUSY, "line") from None
        finally:
            self._waiting[document] -= 1

    def release(self, document: str) -> None:
        lock = self._locks[document]
        lock.release()
        if not lock.locked() and not self._waiting[document]:
            del self._locks[document], self._waiting[document]

    def hold(self, document: str, signer: str, prepared: T) -> str:
        """Whose turn it is keeps it until they finish, or their time is over; the preparation's id."""
        preparation, loop = secrets.token_urlsafe(16), asyncio.get_running_loop()
        lasts = HOLD_BEFORE_OTHERS if self._waiting[document] else HOLD
        expiry = loop.call_later(lasts, self._give_up, preparation)
        self.holds[preparation] = Hold(document, signer, prepared, loop.time(), expiry)
        return preparation

    def claim(self, signer: str, preparation: str, of: str | None = None) -> Hold[T]:
        """Finish one's hold, of this document: it is still one's turn, until `release`.

        Refused(not_found) when it has run out.
        """
        hold = self.holds.get(preparation)
        if hold is None or hold.signer != signer or of not in (None, hold.document):
            raise Refused(Code.NOT_FOUND)
        del self.holds[preparation]
        hold.expiry.cancel()
        return hold

    def _hurry(self, document: str) -> None:
        for preparation, hold in self.holds.items():
            if hold.document == document:
                until = min(hold.expiry.when(), hold.since + HOLD_BEFORE_OTHERS)
                hold.expiry.cancel()
                hold.expiry = asyncio.get_running_loop().call_at(until, self._give_up, preparation)

    def _give_up(self, preparation: str) -> None:
        hold = self.holds.pop(preparation, None)
        if hold is not None:
            self.release(hold.document)
