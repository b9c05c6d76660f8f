"""What is overridden in a hearing reaches the audit trail once, whatever is out of reach and whoever crashes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.audit import Action, Link, Row
from hearing_server.domain.errors import Code, Refused
from hearing_server.services import overrides as service
from hearing_server.services.audit import Search
from hearing_server.services.overrides import Overrides
from tests.hearing_server.domain.world import NOW, World, in_session

from .fakes import FakeLog, until


class Trail:
    """Takes notes and finds them; out of reach while `busy`."""

    def __init__(self) -> None:
        self.busy = False
        self.rows: list[Row] = []

    async def note(self, action: Action, *, actor: str, subject: str, detail: str) -> None:
        await asyncio.sleep(0)
        if self.busy:
            raise Refused(Code.BUSY)
        row = Row(
            id=0, at=NOW, actor=actor, action=action, subject=subject, detail=detail, address=""
        )
        self.rows.append(row)

    async def pages(self, search: Search) -> AsyncIterator[Sequence[Link]]:
        if self.busy:
            raise Refused(Code.BUSY)
        found = [row for row in self.rows if row.subject == search.subject]
        yield [Link(row=row, previous=b"", hash=b"") for row in found]

    @property
    def noted(self) -> list[str]:
        return [f"{row.actor} {row.action} {row.subject} {row.detail}" for row in self.rows]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AGAIN_IN", 0.01)


def overridden() -> World:
    """The clerk kept order for a while, and the hearing was closed over its checklist."""
    plan = in_session().entries[0].event
    assert isinstance(plan, ev.HearingPlanned)
    item = ev.ChecklistItem(id="recusal", stage=ev.Stage.PREPARATION)
    world = World(plan=ev.HearingPlanned(**{**plan.__dict__, "checklist": (item,)}))
    world.arrive(*plan.parties).admit(*(p for p in plan.parties if p.id not in ("judge", "clerk")))
    world.do("judge", cmd.OpenHearing())
    leave = cmd.Leave(party="judge", connection="c-judge", cause=ev.Departure.NETWORK)
    world.do("server", leave)
    world.do("clerk", cmd.TakeCharge())
    world.do("judge", cmd.Arrive(connection="c2", accepted_as="虚构"))
    world.do("judge", cmd.CloseHearing(override="撤诉"))
    return world


@contextlib.asynccontextmanager
async def running(store: FakeLog, trail: Any) -> AsyncIterator[Overrides]:
    overrides = Overrides(store, trail, lambda: NOW)
    task = asyncio.create_task(overrides.run())
    try:
        yield overrides
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def expected(world: World) -> list[str]:
    numbers = {type(e.event): e.seq for e in world.entries}
    return [
        f"clerk override h1 entry {numbers[ev.ChargeTaken]}: clerk took charge",
        f"judge override h1 entry {numbers[ev.HearingClosed]}: closed over recusal: 撤诉",
    ]


async def test_what_overrides_is_noted_once_also_by_the_next_start() -> None:
    """With the judge's reason; from the log alone, as after a crash before anything was noted."""
    world, trail = overridden(), Trail()
    for _ in range(3):
        async with running(FakeLog(world), trail):
            await until(lambda: len(trail.noted) == 2)
            await asyncio.sleep(0.03)
    assert trail.noted == expected(world)


async def test_a_crash_between_two_notes_leaves_the_other_to_the_next_start() -> None:
    world, trail = overridden(), Trail()
    async with running(FakeLog(world), trail):
        await until(lambda: bool(trail.noted))
    async with running(FakeLog(world), trail):
        await until(lambda: len(trail.noted) == 2)
    assert trail.noted == expected(world)


async def test_what_happens_while_the_trail_is_out_of_reach_is_noted_afterwards() -> None:
    """However long, and however much of it."""
    world, trail = overridden(), Trail()
    store = FakeLog(world)
    store.recent = []
    trail.busy = True
    async with running(store, trail) as overrides:
        for _ in range(2000):
            overrides.on_entries(world.state, world.entries)
        await asyncio.sleep(0.05)
        assert trail.noted == []
        trail.busy = False
        await until(lambda: len(trail.noted) == 2)
        await asyncio.sleep(0.03)
    assert trail.noted == expected(world)


async def test_a_log_that_cannot_be_read_at_the_start_is_read_later() -> None:
    world, trail = overridden(), Trail()
    store = FakeLog(world)
    store.unreadable = True
    async with running(store, trail):
        await asyncio.sleep(0.03)
        store.unreadable = False
        await until(lambda: len(trail.noted) == 2)


async def test_a_hearing_in_order_overrides_nothing() -> None:
    world, trail = in_session(), Trail()
    world.do("judge", cmd.CloseHearing())
    async with running(FakeLog(world), trail) as overrides:
        overrides.on_entries(world.state, world.entries)
        await asyncio.sleep(0.03)
    assert trail.noted == []
