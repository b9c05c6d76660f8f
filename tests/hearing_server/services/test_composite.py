"""What a composite shows when, worked out from logs."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER
from hearing_server.services.composite import FOREVER, Extent, script_of
from tests.hearing_server.domain.world import COUNSEL, FIVE, PUBLIC, SHA, WITNESS, World, in_session


def recorded(
    world: World, party: str, source: str, seconds: int = 10, *, clean: bool | None = None
) -> None:
    """The last seconds of a party's track are in a segment."""
    start = world.now - seconds * 1000
    segment = ev.SegmentRecorded(
        party=party, source=source, name=f"h1/{party}/{source}/{start}-0.mkv",
        codec="opus" if source == "microphone" else "vp8", sha256=SHA, size=1, frames=1,
        started_at=start, ended_at=world.now, recovered=False, clean=clean,
    )  # fmt: skip
    world.do(SERVER, cmd.EnterRecording(event=segment))


def test_from_the_opening_to_the_closing_with_cards_for_what_is_not_recorded() -> None:
    """A pause of an hour and a deliberation are told in five seconds each."""
    world = in_session()
    opened = world.now
    world.now += 60_000
    world.do("judge", cmd.PauseHearing(reason="证人未到"))
    paused = world.now
    world.now += 3_600_000
    world.do("judge", cmd.ResumeHearing())
    resumed = world.now
    world.now += 60_000
    world.do("judge", cmd.BeginDeliberation())
    world.now += 600_000
    world.do("judge", cmd.EndDeliberation())
    world.now += 9_000
    world.do("judge", cmd.CloseHearing())
    script = script_of(world.entries)
    told = [(one.cause, one.reason, one.frames) for one in script.stretches]
    assert told == [
        ("", "", (paused - opened) // 40),
        ("paused", "证人未到", 125),
        ("", "", 61_000 // 40),
        ("deliberation", "", 125),
        ("", "", 10_000 // 40),
    ]
    assert script.stretches[0].started_at == opened
    assert script.stretches[2].started_at == resumed
    part = script_of(world.entries, None, resumed + 1_000, resumed + 3_000)
    assert [(one.started_at, one.frames) for one in part.stretches] == [(resumed + 1_000, 50)]


def test_seats_are_of_who_is_there_at_the_time() -> None:
    """A witness only while they are in the courtroom, whoever lost the line still, observers never."""
    world = in_session(WITNESS)
    assert "witness" not in script_of(world.entries).scenes[-1].seats
    world.do("judge", cmd.Call(party="witness"))
    assert "witness" in script_of(world.entries).scenes[-1].seats
    world.do(
        SERVER,
        cmd.Leave(party="counsel", connection="c-counsel", cause=ev.Departure.NETWORK),
    )
    world.do("judge", cmd.Dismiss(party="witness"))
    script = script_of(world.entries)
    assert "counsel" in script.scenes[-1].seats
    assert script.scenes[-1].why["counsel"] == "network"
    assert "witness" not in script.scenes[-1].seats
    watched = script_of(World(*FIVE, PUBLIC).entries)
    assert {seat.party for seat in watched.seats} == {party.id for party in FIVE}
    assert [seat.place for seat in script.seats if seat.party in ("judge", "witness")] == [
        "bench",
        "stand",
    ]


def test_a_screened_person_is_left_out_of_a_copy_that_leaves_the_court() -> None:
    """Picture, voice and name, at any time of the hearing; the court's own copy has them."""
    world = in_session(WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    for source in ("camera", "microphone"):
        recorded(world, "witness", source)
        recorded(world, "counsel", source)
    screening = ev.Screening(party="witness", hidden_from=("defendant",), alias="证人甲")
    world.do("judge", cmd.Screen(screening=screening))
    world.do("clerk", cmd.EnterLine(speaker="witness", text="我看见了。"))
    world.do("judge", cmd.Unscreen(party="witness"))
    copy = script_of(world.entries)
    assert [cue.text for cue in copy.cues] == ["证人（证人甲）：我看见了。"]
    (seat,) = [seat for seat in copy.seats if seat.party == "witness"]
    assert (seat.name, seat.hidden, seat.silent) == ("证人甲", True, True)
    assert {one.track.party for one in copy.segments} == {"counsel"}
    own = script_of(world.entries, "judge")
    (seat,) = [seat for seat in own.seats if seat.party == "witness"]
    assert (seat.name, seat.hidden, seat.silent) == (WITNESS.name, False, False)
    assert {one.track.party for one in own.segments} == {"counsel", "witness"}


def test_what_is_sealed_is_masked_and_none_of_its_lines_are_captions() -> None:
    """For a copy; the bench's own has it."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="公开的话。"))
    begun = world.now + 5_000
    world.now += 10_000
    world.do("clerk", cmd.EnterLine(speaker="counsel", text="秘密的话。"))
    world.do("judge", cmd.PauseHearing(reason="秘密的原因"))
    world.now += 10_000
    world.do("judge", cmd.ResumeHearing())
    sealed = cmd.SetAccess(level=ev.Level.SEALED, started_at=begun, ended_at=None, reason="隐私")
    world.do("judge", sealed)
    copy = script_of(world.entries)
    assert [one.reason for one in copy.stretches if one.cause] == [""]
    assert copy.masked == (Extent(begun, FOREVER),)
    assert [cue.text.partition("：")[2] for cue in copy.cues] == ["公开的话。"]
    own = script_of(world.entries, "judge")
    assert own.masked == ()
    assert [one.reason for one in own.stretches if one.cause] == ["秘密的原因"]
    assert len(own.cues) == 2
    assert COUNSEL.name in own.cues[1].text


def test_a_pause_keeps_its_own_reason_when_the_court_adjourns_from_it() -> None:
    """The later one, given in a sealed span, is not told of the pause that began before it."""
    world = in_session()
    world.do("judge", cmd.PauseHearing(reason="休息"))
    world.now += 10_000
    begun = world.now
    world.do("judge", cmd.SuspendHearing(reason="秘密的原因"))
    world.now += 10_000
    sealed = cmd.SetAccess(
        level=ev.Level.SEALED, started_at=begun, ended_at=world.now, reason="隐私"
    )
    world.do("judge", sealed)
    world.do("judge", cmd.ResumeHearing())
    told = [(one.cause, one.reason) for one in script_of(world.entries).stretches if one.cause]
    assert told == [("paused", "休息"), ("suspended", "")]


def test_what_was_said_in_a_sealed_span_is_not_told_after_it() -> None:
    """The reason of a pause begun in it, also in a copy from after it; the name of an exhibit opened in it."""
    world = in_session()
    world.now += 10_000
    begun = world.now
    submitted = cmd.SubmitExhibit(
        party="prosecutor", name="秘密的书证", media_type="application/pdf", size=1, sha256=SHA, pages=2
    )  # fmt: skip
    world.do(SERVER, submitted)
    world.do("judge", cmd.ShowExhibit(exhibit=1))
    world.do("judge", cmd.PauseHearing(reason="秘密的原因"))
    world.now += 60_000
    ended = world.now
    world.now += 60_000
    world.do("judge", cmd.ResumeHearing())
    world.do("judge", cmd.TurnPage(page=2))
    world.now += 10_000
    world.do("judge", cmd.CloseHearing(override="已核对"))
    sealed = cmd.SetAccess(level=ev.Level.SEALED, started_at=begun, ended_at=ended, reason="隐私")
    world.do("judge", sealed)
    own = script_of(world.entries, "judge", ended + 1_000)
    assert [one.reason for one in own.stretches if one.cause] == ["秘密的原因"]
    named = [one.exhibit for one in own.scenes if one.exhibit and one.started_at >= ended]
    assert named == ["1. 秘密的书证 · 2/2"]
    copy = script_of(world.entries, None, ended + 1_000)
    assert [one.reason for one in copy.stretches if one.cause] == [""]
    assert {one.exhibit for one in copy.scenes} == {""}


@pytest.mark.parametrize(
    ("lifted", "for_prosecutor"), [(False, "1. · 1/2"), (True, "1. 甲的证书 · 1/2")]
)
def test_an_exhibit_of_whoever_was_screened_is_called_by_its_number(
    lifted: bool, for_prosecutor: str
) -> None:
    """Outside for ever; inside for whoever they are screened from."""
    world = in_session()
    submitted = cmd.SubmitExhibit(
        party="counsel", name="甲的证书", media_type="application/pdf", size=1, sha256=SHA, pages=2
    )
    world.do(SERVER, submitted)
    world.do("judge", cmd.ShowExhibit(exhibit=1))
    screening = ev.Screening(party="counsel", hidden_from=("prosecutor",), alias="甲")
    world.do("judge", cmd.Screen(screening=screening))
    if lifted:
        world.do("judge", cmd.Unscreen(party="counsel"))
    world.do("judge", cmd.CloseHearing(override="已核对"))
    own, theirs, outside = (
        {one.exhibit for one in script_of(world.entries, reader).scenes if one.exhibit}
        for reader in ("judge", "prosecutor", None)
    )
    assert own == {"1. 甲的证书 · 1/2"}
    assert theirs == {for_prosecutor}
    assert outside == {"1. · 1/2"}


def test_a_hearing_that_runs_has_what_was_recorded_so_far() -> None:
    """Up to the end of the newest segment."""
    world = in_session()
    opened = world.now
    world.now += 20_000
    recorded(world, "judge", "camera")
    (only,) = script_of(world.entries).stretches
    (segment,) = script_of(world.entries).segments
    assert (only.started_at, only.ended_at) == (opened, segment.ended_at)


def test_a_span_has_what_its_first_pictures_go_on_from() -> None:
    """Up to the segment that begins with a key frame; of a voice nothing."""
    world = in_session()
    began = world.now
    for number in range(4):
        for source in ("camera", "microphone"):
            world.now = began + (number + 1) * 10_000
            recorded(world, "judge", source, clean=number == 1)
    script = script_of(world.entries, "judge", began + 31_000, began + 38_000)
    assert [one.started_at - began for one in script.segments] == [30_000, 30_000]
    assert [one.started_at - began for one in script.leads] == [10_000, 20_000]
    assert {one.track.source for one in script.leads} == {"camera"}
    assert script_of(world.entries, "judge").leads == ()
