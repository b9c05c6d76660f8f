"""Wherever the signing of roots is ended, the next start signs what is due, once."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.log import Entry
from hearing_server.domain.planning import Claim
from hearing_server.services import roots as module
from tests.hearing_server.domain.world import World, in_session

from .fakes import FakeLog, until
from .test_roots import Court

SLOW = 4  # turns of the event loop that an append takes


class QuickLog(FakeLog):
    """Read at once, which leaves fewer waits to be tried."""

    async def leaves(self, hearing: str, after: int = 0, most: int = 1000) -> list[bytes]:
        return await super().leaves(hearing, after, most)


class SlowLog(QuickLog):
    """Whoever is cancelled while it writes is gone before it has written."""

    async def append(
        self,
        hearing: str,
        expected_seq: int,
        entries: list[Entry],  # type: ignore[override]
        claim: Claim | None = None,
    ) -> None:
        for _ in range(SLOW):
            await asyncio.sleep(0)
        await super().append(hearing, expected_seq, entries, claim)


class Cancelled:
    """Runs a coroutine and cancels it at the wait with this number, counted from 0.

    `late`: what it waits for has come already, but it has not gone on yet.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, None], at: int, late: bool) -> None:
        self._coroutine = coroutine
        self._at = at
        self._late = late
        self.reached = asyncio.Event()

    @types.coroutine
    def run(self) -> Generator[Any, Any, None]:
        task = asyncio.current_task()
        assert task is not None
        waits, error = 0, None
        while True:
            try:
                waited = self._coroutine.throw(error) if error else self._coroutine.send(None)
            except StopIteration:
                return
            if waits == self._at:
                self.reached.set()
                if self._late and waited is not None:
                    waited.add_done_callback(lambda _: task.cancel())
                else:
                    task.cancel()
            waits, error = waits + 1, None
            try:
                yield waited
            except BaseException as thrown:
                error = thrown


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.01)


def _closed() -> World:
    world = in_session()
    world.do("judge", cmd.CloseHearing(override="演示"))
    return world


async def _cancel(court: Court, at: int, late: bool) -> bool:
    """A start that is cancelled at a wait; False if all was done before that one."""
    court.start()
    cancelled = Cancelled(court.roots.run(), at, late)
    task = asyncio.ensure_future(cancelled.run())
    await until(lambda: cancelled.reached.is_set() or court.is_done())
    if not cancelled.reached.is_set():
        task.cancel()
    ended, _ = await asyncio.wait([task], timeout=5)
    assert ended, f"not ended by being cancelled at its wait {at}"
    return cancelled.reached.is_set()


@pytest.mark.parametrize("late", [False, True], ids=["waiting", "going on"])
@pytest.mark.parametrize("store", [QuickLog, SlowLog])
async def test_cancelled_anywhere_it_ends_and_the_next_start_signs_once(
    store: type[FakeLog], late: bool
) -> None:
    """At each of its waits in turn; the next start does not wait for what the last one still writes."""
    at = 0
    while True:
        court = Court(_closed())
        court.store = store(_closed())
        reached = await _cancel(court, at, late)
        async with court.running():
            await until(court.is_done)
            await asyncio.sleep(0.02)
        assert len(court.signed()) == 1, f"cancelled at its wait {at}"
        if not reached:
            break
        at += 1
    assert at > 5  # it was cancelled while it read, signed, stamped and entered
