"""One clock for a hearing's log and its recording, whatever is done to the calendar."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.custody import Span
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.playable import masked_spans
from hearing_server.services.hearings import Hearings
from tests.hearing_server.domain.world import CLERK, JUDGE, NOW, in_session

from .fakes import FakeEvents

HOUR = 3_600_000
BEGINS = NOW + 1_000_000


class Machine:
    """A server with a calendar that can be set, and seconds that only pass."""

    def __init__(self, calendar: int = BEGINS, store: FakeEvents | None = None) -> None:
        self.calendar, self.seconds = calendar, 5000.0
        self.store = store or FakeEvents(in_session())
        self.hearings = Hearings(self.store, lambda: self.calendar, lambda: self.seconds)

    async def sit(self) -> "Machine":
        for party in (JUDGE, CLERK):
            await self.do(cmd.Arrive(connection=f"new-{party.id}"), party.id)
        return self

    def pass_(self, seconds: int) -> None:
        self.calendar += seconds * 1000
        self.seconds += seconds

    def recorded_at(self, anchor: float) -> int:
        """The time that the recorder gives to what is said now."""
        return round(anchor + self.seconds * 1000)

    async def do(self, command: cmd.Command, by: str = "judge") -> HearingState:
        await self.hearings.execute("h1", command, by)
        return await self.hearings.state("h1")


@pytest.mark.parametrize("step", [0, 60_000, HOUR, -60_000, -HOUR])
async def test_a_step_moves_no_seal_off_what_was_recorded(step: int) -> None:
    """Set ahead or back while the court sits: the sealed span is that of the recording."""
    machine = await Machine().sit()
    anchor = machine.hearings.hold_clock("h1")
    machine.pass_(100)
    machine.calendar += step
    machine.pass_(10)
    await machine.do(cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    began = machine.recorded_at(anchor)
    machine.pass_(600)
    state = await machine.do(cmd.AdmitPublic())
    assert masked_spans(state, None) == (Span(began, machine.recorded_at(anchor)),)
    assert machine.recorded_at(anchor) - began == 600_000
    assert machine.hearings.now("h1") == state.at == BEGINS + 710_000


async def test_a_step_within_a_sealed_span_does_not_move_its_end() -> None:
    machine = await Machine().sit()
    anchor = machine.hearings.hold_clock("h1")
    state = await machine.do(cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    (span,) = masked_spans(state, None)
    machine.pass_(30)
    machine.calendar -= HOUR
    machine.pass_(30)
    state = await machine.do(cmd.AdmitPublic())
    assert masked_spans(state, None) == (Span(span.started_at, machine.recorded_at(anchor)),)


async def test_a_track_that_begins_after_a_step_has_the_first_one_s_clock() -> None:
    machine = await Machine().sit()
    anchor = machine.hearings.hold_clock("h1")
    machine.pass_(10)
    machine.calendar += HOUR
    assert machine.hearings.hold_clock("h1") == anchor


async def test_after_a_restart_with_the_clock_set_back_time_goes_on_from_the_log() -> None:
    """Nothing is recorded at times that have been, and a seal lasts as long as what it seals."""
    before = await Machine().sit()
    before.hearings.hold_clock("h1")
    before.pass_(1800)
    newest = (await before.do(cmd.EnterLine(speaker="judge", text="此前。"), "clerk")).at
    after = await Machine(before.calendar - HOUR, before.store).sit()
    after.pass_(5)
    anchor = after.hearings.hold_clock("h1")
    assert after.recorded_at(anchor) == newest
    after.pass_(60)
    await after.do(cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    after.pass_(60)
    state = await after.do(cmd.AdmitPublic())
    assert masked_spans(state, None) == (Span(newest + 60_000, newest + 120_000),)
    assert after.recorded_at(anchor) == newest + 120_000


async def test_before_anything_is_recorded_a_seal_holds_at_least_a_moment() -> None:
    """The log's times stand still where the calendar is behind and nothing holds the clock."""
    before = await Machine().sit()
    machine = await Machine(before.calendar - HOUR, before.store).sit()
    await machine.do(cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    machine.pass_(60)
    state = await machine.do(cmd.AdmitPublic())
    assert masked_spans(state, None) == (Span(state.at, state.at + 1),)


@pytest.mark.parametrize(
    "end", [cmd.CloseHearing(override="演示"), cmd.SuspendHearing(reason="改期", until=None)]
)
async def test_when_the_court_has_risen_the_calendar_holds_again(end: cmd.Command) -> None:
    """What is done weeks later is of its own day, and so is what is recorded when the court sits again."""
    machine = await Machine().sit()
    machine.hearings.hold_clock("h1")
    machine.calendar += HOUR
    machine.pass_(10)
    ended = await machine.do(end)
    assert ended.at == BEGINS + 10_000
    assert machine.hearings.now("h1") == machine.calendar
    assert machine.recorded_at(machine.hearings.hold_clock("h1")) == machine.calendar


async def test_a_pause_lets_no_clock_go() -> None:
    machine = await Machine().sit()
    anchor = machine.hearings.hold_clock("h1")
    machine.calendar += HOUR
    await machine.do(cmd.PauseHearing(reason="休息"))
    assert machine.hearings.hold_clock("h1") == anchor


async def test_each_hearing_begins_with_the_calendar_as_it_then_is() -> None:
    """Set right while one hearing sits: the next is not wrong with it."""
    machine = await Machine().sit()
    first = machine.hearings.hold_clock("h1")
    machine.calendar += HOUR
    second = machine.hearings.hold_clock("h2")
    assert second - first == HOUR
