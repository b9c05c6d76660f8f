"""One writer a hearing, whoever else writes; nothing told that is not saved, nothing saved untold."""

import asyncio
from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState, Phase, Presence
from hearing_server.services import hearings as module
from hearing_server.services.hearings import Hearings
from tests.hearing_server.domain.world import (
    CLERK,
    JUDGE,
    NOW,
    World,
    courtroom,
    in_session,
    planned,
)

from .fakes import FakeEvents, Told


class Node:
    """A node's hearings over a store; `at` is what its clock shows."""

    def __init__(self, store: FakeEvents) -> None:
        self.at = NOW + 1_000_000
        self.store = store
        self.hearings = Hearings(store, lambda: self.at)
        self.told = Told(self.hearings)

    async def sit(self) -> "Node":
        """Load the hearing; judge and clerk come back in."""
        for party in (JUDGE, CLERK):
            await self.hearings.execute("h1", cmd.Arrive(connection=f"new-{party.id}"), party.id)
        self.told.entries.clear()
        self.told.states.clear()
        return self

    async def line(self, text: str) -> int:
        return await self.hearings.execute("h1", cmd.EnterLine(speaker="judge", text=text), "clerk")


async def refusal(awaitable: object) -> Code:
    with pytest.raises(Refused) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


async def test_of_two_writers_the_second_catches_up_and_decides_again() -> None:
    """It tells the other's entries first, then its own, in the order of the log."""
    node = await Node(FakeEvents(in_session())).sit()
    before = (await node.hearings.state("h1")).seq
    node.store.rivals = [("clerk", cmd.EnterLine(speaker="judge", text="别处。"))]
    seq = await node.line("此处。")
    state = await node.hearings.state("h1")
    assert seq == before + 2 == state.seq
    assert node.told.numbers == [before + 1, before + 2]
    assert [line.text for line in state.lines] == ["别处。", "此处。"]
    assert state == replay(node.store.logs["h1"])


async def test_what_the_other_writer_did_first_is_refused_the_second_time() -> None:
    """Two judges close at once: one wins, the other is told that it is closed."""
    node = await Node(FakeEvents(in_session())).sit()
    node.store.rivals = [("judge", cmd.CloseHearing())]
    assert await refusal(node.hearings.execute("h1", cmd.CloseHearing(), "judge")) is (
        Code.WRONG_PHASE
    )
    assert (await node.hearings.state("h1")).phase is Phase.CLOSED
    assert [type(e.event) for e in node.told.entries] == [ev.HearingClosed]


async def test_a_writer_that_never_wins_is_told_to_try_again() -> None:
    node = await Node(FakeEvents(in_session())).sit()
    line = cmd.EnterLine(speaker="judge", text="又快一步。")
    node.store.rivals = [("clerk", line)] * module.ATTEMPTS
    assert await refusal(node.line("总是慢。")) is Code.BUSY
    assert len((await node.hearings.state("h1")).lines) == module.ATTEMPTS


async def test_what_is_not_saved_has_not_happened() -> None:
    """The state stays, nobody is told, and the next command goes through when the store is back."""
    node = await Node(FakeEvents(in_session())).sit()
    before = await node.hearings.state("h1")
    node.store.broken = True
    assert await refusal(node.line("丢失？")) is Code.NOT_SAVED
    assert await node.hearings.state("h1") is before
    assert node.told.entries == []
    node.store.broken = False
    assert await node.line("保存。") == before.seq + 1


async def test_many_at_once_are_told_in_the_order_of_the_log() -> None:
    node = await Node(FakeEvents(in_session())).sit()
    await asyncio.gather(*(node.line(f"第{n}句。") for n in range(20)))
    assert node.told.numbers == [e.seq for e in node.store.logs["h1"][-20:]]
    assert [e.seq for e in node.store.logs["h1"]] == list(range(1, node.told.numbers[-1] + 1))


async def test_a_command_whose_caller_goes_away_is_carried_through() -> None:
    """What is saved is also told, and the state knows it: nothing waits for the next command."""
    node = await Node(FakeEvents(in_session())).sit()
    node.store.gate = asyncio.Event()
    node.store.begun.clear()
    call = asyncio.create_task(node.line("断线。"))
    await node.store.begun.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert call.cancelled()
    node.told.heard.clear()
    node.store.gate.set()
    await asyncio.wait_for(node.told.heard.wait(), 5)
    assert [line.text for line in (await node.hearings.state("h1")).lines] == ["断线。"]
    assert node.told.numbers == [node.store.logs["h1"][-1].seq]


async def test_a_listener_that_fails_keeps_nobody_from_hearing() -> None:
    """The command is saved: its caller gets the number and the other listeners get the entry."""
    node = await Node(FakeEvents(in_session())).sit()

    def fails(state: HearingState, entries: object) -> None:
        raise RuntimeError("a fault of the listener")

    node.hearings._listeners.insert(0, fails)
    seq = await node.line("照样。")
    assert node.told.numbers == [seq]


async def test_whoever_was_here_when_the_server_ended_has_left() -> None:
    """After a restart the log says so, with the server as the cause, and the state has them away."""
    store = FakeEvents(courtroom())
    here = {s.party.id for s in replay(store.logs["h1"]).seats.values() if s.here}
    node = Node(store)
    state = await node.hearings.state("h1")
    left = [e.event for e in node.told.entries]
    assert {e.party for e in left if isinstance(e, ev.PartyLeft)} == here
    assert {e.cause for e in left if isinstance(e, ev.PartyLeft)} == {ev.Departure.SERVER}
    assert {s.presence for s in state.seats.values()} == {Presence.AWAY}
    assert state == replay(store.logs["h1"])


async def test_seats_are_emptied_although_another_node_writes() -> None:
    store = FakeEvents(in_session())
    store.rivals = [("clerk", cmd.EnterLine(speaker="judge", text="别处。"))]
    state = await Node(store).hearings.state("h1")
    assert not any(seat.here for seat in state.seats.values())
    assert len(state.lines) == 1


async def test_a_command_is_made_from_the_very_state_it_is_decided_on() -> None:
    """Also when another writer comes between: it is made again from the newer state."""
    node = await Node(FakeEvents(in_session())).sit()
    node.store.rivals = [("clerk", cmd.EnterLine(speaker="judge", text="别处。"))]
    seen: list[tuple[int, int]] = []

    async def make(state: HearingState, now: int) -> cmd.Command:
        seen.append((state.seq, now))
        return cmd.EnterLine(speaker="judge", text=f"第{len(state.lines) + 1}句。")

    seq = await node.hearings.execute_with("h1", make, "clerk")
    assert [s for s, _ in seen] == [seq - 2, seq - 1]
    assert node.told.entries[-1].at == seen[-1][1]
    assert (await node.hearings.state("h1")).lines[-1].text == "第2句。"


async def test_a_command_that_changes_nothing_writes_nothing() -> None:
    node = await Node(FakeEvents(in_session())).sit()
    gone = cmd.Leave(party="judge", connection="old", cause=ev.Departure.NETWORK)
    assert await node.hearings.execute("h1", gone, "server") == 0
    assert node.told.entries == []


async def test_time_never_runs_backwards_when_the_clock_jumps_back() -> None:
    """An hour back: entries stay in order of time, and time goes on when the clock has caught up."""
    node = await Node(FakeEvents(in_session())).sit()
    await node.line("一。")
    node.at -= 3_600_000
    await node.line("二。")
    node.at += 3_600_000 + 5
    await node.line("三。")
    first, second, third = (entry.at for entry in node.told.entries)
    assert (second - first, third - first) == (0, 5)


async def test_an_idle_hearing_is_forgotten_and_replayed_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One with somebody in it stays in memory, however many others are opened."""
    monkeypatch.setattr(module, "MAX_CACHED", 2)
    node = await Node(FakeEvents(in_session())).sit()
    for name in ("h2", "h3", "h4"):
        await node.hearings.plan(cmd.Plan(planned=replace(planned(), hearing=name)))
    node.store.reads.clear()
    for name in ("h4", "h1", "h2"):
        await node.hearings.state(name)
    assert node.store.reads == ["h2"]


async def test_a_hearing_can_be_loaded_while_all_others_are_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cache's size is no limit on hearings: the new one is not the one to be forgotten."""
    monkeypatch.setattr(module, "MAX_CACHED", 1)
    store = FakeEvents(in_session())
    store.logs["h2"] = [replace(e, hearing="h2") for e in World().entries]
    node = await Node(store).sit()
    assert (await node.hearings.state("h2")).seq == 1
    arrive = cmd.Arrive(connection="c", accepted_as="季书记")
    await asyncio.gather(
        node.hearings.execute("h2", arrive, "clerk"), *(node.line("同时。") for _ in range(3))
    )
    assert (await node.hearings.state("h2")).seats["clerk"].here


async def test_a_hearing_that_is_asked_for_twice_at_once_is_read_once() -> None:
    """And its load hooks are called once, when its state can be asked for."""
    node = Node(FakeEvents(World()))
    loaded: list[int] = []

    async def hook(hearing: str) -> None:
        loaded.append((await node.hearings.state(hearing)).seq)

    node.hearings.on_load(hook)
    await asyncio.gather(*(node.hearings.state("h1") for _ in range(5)))
    assert node.store.reads == ["h1"]
    assert loaded == [1]


async def test_a_hearing_without_a_log_is_unknown() -> None:
    assert await refusal(Node(FakeEvents()).hearings.state("nowhere")) is Code.UNKNOWN_HEARING


async def test_a_hearing_is_planned_once() -> None:
    """Also when its log was begun elsewhere and is not in memory here."""
    node = Node(FakeEvents(World()))
    assert await refusal(node.hearings.plan(cmd.Plan(planned=planned()))) is Code.NO_CHANGE
    assert len(node.store.logs["h1"]) == 1


async def test_a_hearing_that_cannot_be_read_can_be_asked_for_again() -> None:
    node = Node(FakeEvents(World()))
    node.store.unreadable = True
    assert await refusal(node.hearings.state("h1")) is Code.BUSY
    node.store.unreadable = False
    assert (await node.hearings.state("h1")).seq == 1
