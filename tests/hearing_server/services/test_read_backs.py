"""Reading back begins where there is sound, is heard line by line, and is over when its time is."""

from typing import Any

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.read_back import LEAD_IN_MS, LEAD_MS, TAIL_MS
from hearing_server.services import line_sound
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings, Make
from hearing_server.services.playback import Playback
from hearing_server.services.read_backs import ReadBacks
from tests.hearing_server.domain.world import World, in_session

from .fakes import FakeEvents, until
from .test_playback import MadeFragments, segment


def order(*lines: int) -> Make:
    async def make(state: HearingState, now: int) -> cmd.Command:
        return cmd.ReadBack(lines=lines)

    return make


def recorded() -> World:
    """One second of the defendant in a written segment, one of the judge that nothing was recorded of, and
    at last one of the defendant that is not written yet.
    """
    world = in_session()
    world.now = segment("defendant", "microphone", 0).started_at + 2000
    for speaker in ("defendant", "judge"):
        world.do("clerk", cmd.EnterLine(speaker=speaker, text="……", started_at=world.now - 1000))
    world.now += 40_000
    written = segment("defendant", "microphone", 0)
    world.do(SERVER, cmd.EnterRecording(event=written))
    world.do("clerk", cmd.EnterLine(speaker="defendant", text="……", started_at=world.now - 1000))
    return world


class Court:
    """A hearing whose clock is moved by hand."""

    def __init__(self) -> None:
        world = recorded()
        self.now = world.now
        self.events = FakeEvents(world)
        self.hearings = Hearings(self.events, lambda: self.now)
        self.playback = Playback(self.hearings, MadeFragments())
        self.read_backs = ReadBacks(self.hearings, self.playback)

    async def begin(self, *lines: int) -> int:
        """By a judge who is here again: whoever loads a hearing finds its seats empty."""
        state = await self.state()
        for party in ("judge", "counsel"):
            if not state.seats[party].here:
                arrive = cmd.Arrive(connection=f"again-{party}", accepted_as=party)
                await self.hearings.execute("h1", arrive, party)
        return await self.read_backs.begin("h1", lines, order(*lines), "judge")

    async def state(self) -> HearingState:
        return await self.hearings.state("h1")


async def test_only_what_can_be_heard_is_begun() -> None:
    court = Court()
    for line, code in ((2, Code.NO_SOUND), (3, Code.SOUND_NOT_READY), (9, Code.UNKNOWN_LINE)):
        with pytest.raises(Refused) as refused:
            await court.begin(line)
        assert refused.value.code is code, line
    await court.begin(1, 2)
    assert (await court.state()).reading is not None
    await court.read_backs.close()


async def test_it_is_over_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before it by the hearing's clock."""
    court = Court()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        court.now += int(seconds * 1000)

    monkeypatch.setattr("hearing_server.services.read_backs.asyncio.sleep", sleep)
    await court.begin(1)
    await until(lambda: court.hearings.loaded("h1").reading is None)  # type: ignore[union-attr]
    last = (await court.hearings.entries("h1"))[-1]
    assert last.event == ev.ReadBackEnded(read_back=1, cause=ev.ReadBackEnd.FINISHED)
    assert [one for one in slept if one] == [
        pytest.approx((LEAD_MS + LEAD_IN_MS + 2000 + TAIL_MS) / 1000)
    ]


async def test_it_is_on_the_timeline_of_the_playback() -> None:
    """With the numbers that the lines had in the record."""
    court = Court()
    await court.begin(1, 2)
    found = await court.playback.index(Seated(hearing="h1", party="clerk"), 0, "")
    marks = [turn for turn in found["turns"] if turn["kind"] == "read_back"]
    assert [(mark["name"], mark["at"]) for mark in marks] == [("1 2", (await court.state()).at)]
    await court.read_backs.close()


async def test_one_that_was_going_on_when_the_server_ended_is_ended_by_the_next() -> None:
    court = Court()
    await court.begin(1)
    await court.read_backs.close()
    later = Hearings(court.events, lambda: court.now + 60_000)
    again = ReadBacks(later, court.playback)
    await later.state("h1")
    await until(lambda: later.loaded("h1").reading is None)  # type: ignore[union-attr]
    await again.close()


async def test_a_line_is_heard_while_it_is_read_back_and_at_the_desk_by_the_court() -> None:
    court = Court()
    await court.begin(1)
    state = await court.state()
    line = state.lines[0]
    span = ev.Span(line.started_at - LEAD_IN_MS, line.ended_at)
    assert line_sound.read_back(state, "counsel", 1, 1) == ("defendant", span)
    assert line_sound.at_the_desk(state, "clerk", 1) == ("defendant", span)
    refused: list[tuple[Any, ...]] = [
        (line_sound.read_back, "counsel", 2, 1),
        (line_sound.read_back, "counsel", 1, 2),
        (line_sound.at_the_desk, "counsel", 1),
        (line_sound.at_the_desk, "clerk", 9),
    ]
    for heard, *which in refused:
        with pytest.raises(Refused, match="not_found"):
            heard(state, *which)
    await court.read_backs.close()
