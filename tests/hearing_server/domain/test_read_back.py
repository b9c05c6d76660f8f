"""What is read back to the courtroom: who orders it, who hears it, and that nobody speaks into it."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level, Source
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party
from hearing_server.domain.reach import RECOGNISER, RECORDER, reach
from hearing_server.domain.read_back import (
    LEAD_IN_MS,
    LEAD_MS,
    LONGEST_MS,
    REST_MS,
    TAIL_MS,
    lead_in,
    lines_heard,
)
from hearing_server.domain.visible import seen, visible

from .world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    FIVE,
    INTERPRETER,
    JUDGE,
    PROSECUTOR,
    PUBLIC,
    WITNESS,
    World,
)


def spoken(*extra: Party) -> World:
    """Three lines, of four seconds each: of the judge, the defendant and the prosecutor."""
    parties = (*FIVE, *extra)
    world = World(*parties)
    world.arrive(*parties).admit(*(p for p in parties if p not in (JUDGE, CLERK)))
    world.send(*(p for p in parties if p is not PUBLIC))
    world.do("judge", cmd.OpenHearing())
    for speaker in (JUDGE, DEFENDANT, PROSECUTOR):
        began = world.now
        world.now += 4000
        world.do(CLERK.id, cmd.EnterLine(speaker=speaker.id, text="……", started_at=began))
    return world


def read(world: World, *lines: int, by: Party = JUDGE) -> ev.ReadBackBegan:
    began = world.do(by.id, cmd.ReadBack(lines=lines))[-1]
    assert isinstance(began, ev.ReadBackBegan)
    return began


def code(world: World, by: Party, *lines: int) -> Code:
    with pytest.raises(Refused) as refused:
        world.do(by.id, cmd.ReadBack(lines=lines))
    return refused.value.code


def heard(world: World, reader: Party) -> list[int]:
    assert world.state.reading is not None
    return [one.line for one in lines_heard(world.state, reader.id, world.state.reading.lines)]


def test_the_lines_follow_each_other_in_their_order_in_the_record() -> None:
    """Each says where it stands, whose voice it is, and when it is heard; the log who ordered it."""
    world = spoken()
    world.do(CLERK.id, cmd.EnterLine(speaker="counsel", text="在第二条之前。", after=1))
    began = read(world, 3, 2)
    first, second = began.lines
    assert [(one.line, one.place, one.speaker) for one in began.lines] == [
        (2, 3, "defendant"),
        (3, 4, "prosecutor"),
    ]
    length = first.ended_at - first.started_at
    assert (first.after, second.after) == (LEAD_MS, LEAD_MS + length + REST_MS)
    over = second.after + second.ended_at - second.started_at
    assert began.ends_at == world.now + over + TAIL_MS
    assert world.entries[-1].by == "judge"
    assert world.do(SERVER, cmd.FinishReadBack(read_back=1)) == (
        ev.ReadBackEnded(read_back=1, cause=ev.ReadBackEnd.FINISHED),
    )
    assert world.state.reading is None


def begins(world: World, line: int) -> int:
    """How long before its span a line is heard."""
    found = world.state.lines[line - 1]
    return found.started_at - lead_in(world.state, found.speaker, found.started_at)


def test_a_line_is_heard_from_a_little_before_its_span() -> None:
    """The clerk began to type after the first word; but not from before the court was opened."""
    world = spoken()
    (one,) = read(world, 2).lines
    line = world.state.lines[1]
    assert (one.started_at, one.ended_at) == (line.started_at - LEAD_IN_MS, line.ended_at)
    assert world.state.opened_at is not None
    assert read(world, 1).lines[0].started_at > world.state.opened_at - 1


def test_what_was_just_heard_leads_in_no_second_time() -> None:
    """Of two lines of one speaker that follow each other."""
    world = spoken()
    began = world.now
    world.now += 4000
    world.do(CLERK.id, cmd.EnterLine(speaker="prosecutor", text="……", started_at=began))
    first, second = read(world, 3, 4).lines
    assert second.started_at == first.ended_at
    assert read(world, 4).lines[0].started_at == world.state.lines[3].started_at - LEAD_IN_MS


def test_nothing_sealed_is_heard_before_a_line() -> None:
    """A span that ends, or begins and ends, just before it."""
    for start, end in ((9000, 1000), (2500, 1000)):
        world = spoken()
        line = world.state.lines[2]
        from_, to = line.started_at - start, line.started_at - end
        seal = cmd.SetAccess(level=Level.SEALED, started_at=from_, ended_at=to, reason="涉及隐私")
        world.do("judge", seal)
        assert begins(world, 3) == end
        (one,) = read(world, 3).lines
        assert not touches((ev.Span(from_, to),), one.started_at, one.ended_at)


def test_who_came_in_just_before_a_line_hears_all_that_is_heard_of_it() -> None:
    world = spoken(WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    world.now += 1000
    began = world.now
    world.now += 3000
    world.do(CLERK.id, cmd.EnterLine(speaker="witness", text="我看见了。", started_at=began))
    assert 0 < begins(world, 4) <= 1000
    read(world, 4)
    assert heard(world, WITNESS) == [4]


def test_a_gap_before_a_line_is_not_waited_through() -> None:
    world = spoken()
    line = world.state.lines[1]
    ended = line.started_at - 700
    gap = ev.GapFound(
        party="defendant",
        source="microphone",
        started_at=ended - 5000,
        ended_at=ended,
        cause="muted",
    )
    world.do(SERVER, cmd.EnterRecording(event=gap))
    assert begins(world, 2) == 700
    assert begins(world, 3) == LEAD_IN_MS, "of another's sound"


def test_judge_and_clerk_order_it_and_either_stops_it() -> None:
    world = spoken()
    assert code(world, DEFENDANT, 1) is Code.NOT_ALLOWED
    read(world, 1, by=CLERK)
    stopped = ev.ReadBackEnded(read_back=1, cause=ev.ReadBackEnd.STOPPED)
    assert world.do("judge", cmd.StopReadBack()) == (stopped,)
    with pytest.raises(Refused, match="no_change"):
        world.do("judge", cmd.StopReadBack())
    read(world, 1)
    assert world.do("judge", cmd.ReadBack(lines=(2,)))[0] == ev.ReadBackEnded(
        read_back=2, cause=ev.ReadBackEnd.STOPPED
    )
    with pytest.raises(Refused, match="no_change"):
        world.do(SERVER, cmd.FinishReadBack(read_back=2))


def test_what_cannot_be_read_back() -> None:
    """A line that is not there or struck, one that the judge has sealed, too much at once."""
    world = spoken()
    assert code(world, JUDGE, 9) is Code.UNKNOWN_LINE
    world.do(CLERK.id, cmd.StrikeLine(line=3, revision=1))
    assert code(world, JUDGE, 2, 3) is Code.UNKNOWN_LINE
    line = world.state.lines[1]
    seal = cmd.SetAccess(
        level=Level.SEALED, started_at=line.started_at, ended_at=line.ended_at, reason="涉及隐私"
    )
    world.do("judge", seal)
    assert code(world, JUDGE, 1, 2) is Code.SEALED
    world.now += LONGEST_MS + 1000
    began = world.now - LONGEST_MS
    world.do(CLERK.id, cmd.EnterLine(speaker="judge", text="……", started_at=began))
    assert code(world, JUDGE, 4) is Code.TOO_MANY


def test_the_courtroom_hears_it_and_who_waits_outside_does_not() -> None:
    world = spoken(WITNESS, PUBLIC)
    read(world, 1, 2)
    for party in (*FIVE, PUBLIC):
        assert heard(world, party) == [1, 2], party.role
    assert heard(world, WITNESS) == [], "not called"
    assert not visible(world.state, world.entries[-1].event, "witness")


def test_a_witness_hears_again_what_was_said_while_they_were_there() -> None:
    world = spoken(WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    began = world.now
    world.now += 3000
    world.do(CLERK.id, cmd.EnterLine(speaker="witness", text="我看见了。", started_at=began))
    read(world, 2, 4)
    assert heard(world, WITNESS) == [4]
    told = seen(world.state, world.entries[-1], "witness")
    assert isinstance(told, ev.ReadBackBegan)
    assert [one.line for one in told.lines] == [4]


def test_nobody_hears_a_voice_that_was_ever_screened_from_them() -> None:
    world = spoken(PUBLIC)
    screening = ev.Screening(
        party="defendant", hidden_from=("counsel",), sight=False, sound=True, alias="甲"
    )
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.Unscreen(party="defendant"))
    read(world, 1, 2)
    assert heard(world, COUNSEL) == [1]
    assert heard(world, PUBLIC) == [1]
    assert heard(world, PROSECUTOR) == [1, 2]


def test_what_was_said_without_the_public_is_read_back_without_it() -> None:
    """The sides hear it, and the public not, also once it is back."""
    world = spoken(PUBLIC)
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私"))
    began = world.now
    world.now += 3000
    world.do(CLERK.id, cmd.EnterLine(speaker="defendant", text="隐情。", started_at=began))
    read(world, 4)
    assert heard(world, PUBLIC) == []
    assert heard(world, COUNSEL) == [4]
    assert heard(world, CLERK) == [4]
    world.now += 1000
    world.do("judge", cmd.AdmitPublic())
    assert heard(world, PUBLIC) == []
    assert heard(world, COUNSEL) == [4]


def test_what_is_sealed_meanwhile_falls_silent() -> None:
    """The bench alone has its sound, as in playback."""
    world = spoken()
    read(world, 1, 2)
    line = world.state.lines[1]
    seal = cmd.SetAccess(
        level=Level.SEALED, started_at=line.started_at, ended_at=line.ended_at, reason="涉及隐私"
    )
    world.do("judge", seal)
    assert heard(world, DEFENDANT) == [1]
    assert heard(world, CLERK) == [1]
    assert heard(world, JUDGE) == [1, 2]


def test_in_a_pause_the_public_does_not_hear_it_and_a_pause_ends_what_goes_on() -> None:
    world = spoken(PUBLIC)
    read(world, 1)
    ended = ev.ReadBackEnded(read_back=1, cause=ev.ReadBackEnd.SESSION)
    assert ended in world.do("judge", cmd.PauseHearing())
    assert world.state.reading is None
    read(world, 2)
    assert heard(world, DEFENDANT) == [2]
    assert heard(world, PUBLIC) == []
    assert world.do("judge", cmd.SuspendHearing(reason="休庭"))[-1] == ev.ReadBackEnded(
        read_back=2, cause=ev.ReadBackEnd.SESSION
    )
    assert code(world, JUDGE, 1) is Code.WRONG_PHASE


def test_the_bench_that_deliberates_has_nothing_read_back() -> None:
    world = spoken()
    read(world, 1)
    assert ev.ReadBackEnded(read_back=1, cause=ev.ReadBackEnd.SESSION) in world.do(
        "judge", cmd.BeginDeliberation()
    )
    assert code(world, JUDGE, 1) is Code.DELIBERATING


def test_nobody_speaks_into_it_and_all_goes_on_being_recorded() -> None:
    """But who presides. No word of it is said anew: the recogniser rests."""
    world = spoken(INTERPRETER)
    world.do("judge", cmd.SetChannel(party="interpreter", closed=True))
    before = set(reach(world.state))
    read(world, 2)
    now = {edge for edge in reach(world.state) if edge.source is Source.MICROPHONE}
    heard_of = {edge.party for edge in now if edge.sink not in (RECORDER, RECOGNISER)}
    assert heard_of == {"judge", "interpreter"}
    assert {edge.sink for edge in now if edge.party == "interpreter"} == {"defendant", RECORDER}
    assert {edge.party for edge in now if edge.sink == RECORDER} == {
        p.id for p in (*FIVE, INTERPRETER)
    }
    assert not any(edge.sink == RECOGNISER for edge in now)
    world.do("judge", cmd.StopReadBack())
    assert set(reach(world.state)) == before


def test_who_is_taken_aside_in_the_pause_still_talks_to_the_clerk() -> None:
    """They sit apart, to be known before they sign: what is read back is played elsewhere."""
    world = spoken()
    world.do("judge", cmd.PauseHearing())
    world.do("clerk", cmd.FreezeTranscript(digest="d" * 64))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=2, sha256="a" * 64))
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    before = set(reach(world.state))
    read(world, 1)
    voices = {(one.party, one.sink) for one in reach(world.state) if one.source in ev.HEARD}
    assert {("defendant", "clerk"), ("clerk", "defendant")} <= voices
    world.do("judge", cmd.StopReadBack())
    assert set(reach(world.state)) == before
