"""What a copy of the record is without: over wandering hearings nothing that may not be known is in it."""

from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.continuity import Continuity
from hearing_server.domain.copies import INSIDE, OPEN, PROVES, left_out, not_in_copy, withheld
from hearing_server.domain.events import Level, Source
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry, canonical, to_record
from hearing_server.domain.playable import plays_track
from hearing_server.domain.visible import visible

from .expected import sealed_texts
from .test_machine import Hearing
from .world import (
    ADVOCATE,
    CLERK,
    DEFENDANT,
    JUDGE,
    NOW,
    PUBLIC,
    SHA,
    World,
    in_session,
    planned,
)


def shown(state: HearingState, entries: list[Entry], reader: str | None) -> list[Entry]:
    return [entry for entry in entries if not withheld(state, entry, reader)]


@pytest.mark.parametrize("seed", range(8))
def test_over_a_wandering_hearing_nothing_leaves_the_court_that_may_not(seed: int) -> None:
    """No message, no word of a sealed span, no name of whoever was ever screened."""
    hearing = Hearing(seed)
    for _ in range(60):
        hearing.step()
    state = hearing.state
    entries = shown(state, hearing.entries, None)
    text = b"\n".join(canonical(entry) for entry in entries).decode()
    assert not any(isinstance(one.event, ev.MessageSent) for one in entries)
    for words in sealed_texts(state, hearing.entries, None):
        assert words not in text
    for party in state.screened_ever:
        assert state.seats[party].party.name not in text


@pytest.mark.parametrize("seed", range(8))
def test_over_a_wandering_hearing_everybody_s_copy_can_be_made(seed: int) -> None:
    """Never more than they may know; and what proves the recording is in each."""
    hearing = Hearing(seed)
    for _ in range(60):
        hearing.step()
    for reader in hearing.state.seats:
        for entry in shown(hearing.state, hearing.entries, reader):
            proves = isinstance(entry.event, PROVES)
            assert proves or visible(hearing.state, entry.event, reader)
    for reader in (None, *hearing.state.seats):
        kept = shown(hearing.state, hearing.entries, reader)
        proving = [one for one in hearing.entries if isinstance(one.event, PROVES)]
        assert [one for one in kept if isinstance(one.event, PROVES)] == proving


@pytest.mark.parametrize("seed", range(12))
def test_what_leaves_the_court_tells_the_course_all_the_same(seed: int) -> None:
    """When each source was to be recorded, and why not: the same from the copy, where it can be told at all."""
    hearing = Hearing(seed)
    for _ in range(60):
        hearing.step()
    whole, copy = Continuity(), Continuity()
    for entry in hearing.entries:
        whole.add(entry)
    for entry in shown(hearing.state, hearing.entries, None):
        copy.add(entry)
    if copy.blind:
        assert hearing.state.screened_ever
        return
    assert copy.span() is None or copy.tracks() == whole.tracks()
    for track in copy.tracks():
        assert copy.judged(track) == whole.judged(track)


def test_every_kind_of_event_has_its_place() -> None:
    """Open, inside, or part of the proof: a new one is decided on, and until then stays inside."""
    assert not OPEN & INSIDE
    assert OPEN | INSIDE | set(PROVES) == set(ev.EVENT_TYPES)


def segment(party: str, source: str, started_at: int) -> ev.SegmentRecorded:
    return ev.SegmentRecorded(
        party=party, source=source, name="n", codec="vp8", sha256=SHA, size=1, frames=1,
        started_at=started_at, ended_at=started_at + 10_000, recovered=False,
    )  # fmt: skip


def test_a_segment_that_touches_a_sealed_moment_is_left_out() -> None:
    """Whole, from the copy that leaves the court and from the clerk's; the bench has it."""
    world = in_session()
    start = world.now
    sealed = cmd.SetAccess(
        level=Level.SEALED, started_at=start + 9_999, ended_at=start + 20_000, reason="隐私"
    )
    world.now += 60_000
    world.do("judge", sealed)
    first, second = segment("judge", "camera", start), segment("judge", "camera", start - 10_000)
    for reader, out in ((None, True), ("clerk", True), ("judge", False)):
        assert left_out(world.state, first, reader) is out
        assert not left_out(world.state, second, reader)


def test_pictures_that_may_go_on_from_sealed_ones_are_left_out_too() -> None:
    """What begins where the span ends; and, up to a key frame, one after the other, however long after it."""
    world = in_session()
    start = world.now
    world.now += 120_000
    sealed = cmd.SetAccess(
        level=Level.SEALED, started_at=start, ended_at=start + 5_000, reason="隐私"
    )
    world.do("judge", sealed)

    def out(source: str, *spans: tuple[int, int], clean: bool | None = None) -> list[int]:
        made = [
            replace(
                segment("judge", source, start + begun),
                name=f"{begun}", ended_at=start + ended, codec="vp8" if source == "camera" else "opus",
                clean=clean if begun < 30_000 else True,
            )
            for begun, ended in spans
        ]  # fmt: skip
        return sorted(map(int, not_in_copy(world.state, made, None)))

    tens = [(at, at + 10_000) for at in range(0, 30_000, 10_000)]
    for clean in (False, None):  # as in a log that does not say it
        assert out("camera", *tens, (30_000, 39_000), clean=clean) == [0, 10_000, 20_000]
        stood = (
            (0, 8_000),
            (11_000, 15_000),
        )  # the camera stood still, or the line brought all of it late
        assert out("camera", *stood, clean=clean) == [0, 11_000]
        assert out("microphone", *tens, clean=clean) == [0]
    assert out("camera", *tens, clean=True) == [0]
    for source in ("camera", "microphone"):
        spans = (-4_000, 5_000), (5_000, 14_000), (14_000, 23_000)
        assert out(source, *spans, clean=True) == [-4_000, 5_000]
        assert out(source, (-9_000, -1_000)) == []


def test_a_screened_person_s_sources_are_left_out_by_what_is_kept() -> None:
    """Seen but not heard, and the room camera never."""
    world = in_session()
    screening = ev.Screening(party="defendant", hidden_from=("counsel",), sight=False, alias="甲")
    world.do("judge", cmd.Screen(screening=screening))
    for source in ("camera", "microphone", "room"):
        event = segment("defendant", source, NOW)
        expected = not plays_track(world.state, None, "defendant", Source(source))
        assert left_out(world.state, event, None) is expected
    assert left_out(world.state, segment("defendant", "microphone", NOW), None)
    assert not left_out(world.state, segment("defendant", "camera", NOW), None)
    assert SERVER not in world.state.seats


def test_what_was_sent_in_a_private_room_and_who_watched_stay_inside() -> None:
    """A talk is known by who and when alone; observers are named to nobody."""
    world = in_session(ADVOCATE)
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    world.do("judge", cmd.PermitConsultation(consultation=1))
    world.do("advocate", cmd.StartSource(source=Source.SCREEN))
    world.do("advocate", cmd.StopSource(source=Source.SCREEN))
    world.do(SERVER, cmd.AddParty(party=PUBLIC, account="a1"))
    leave = [entry.event for entry in world.entries if not withheld(world.state, entry, None)]
    assert any(isinstance(event, ev.ConsultationBegan) for event in leave)
    assert not any(getattr(event, "source", "") == Source.SCREEN for event in leave)
    assert PUBLIC.name not in repr(leave)
    planned = World(JUDGE, CLERK, PUBLIC)
    assert withheld(planned.state, planned.entries[0], None)


def test_no_account_and_no_check_of_identity_leaves_the_court() -> None:
    """Nor in a party's own copy; who sat there, and that they came, does."""
    people = [replace(party, account=f"ACCOUNT-{party.id}") for party in (JUDGE, CLERK)]
    world = World(*people, DEFENDANT).arrive(*people, DEFENDANT)
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    world.do("clerk", cmd.EndIdentityCheck(party="defendant"))
    late = replace(ADVOCATE, counsel_for=("defendant",), account="ACCOUNT-late")
    world.do(SERVER, cmd.AddParty(party=late, account="ACCOUNT-adder"))
    assert world.state.seats["judge"].party.account == "ACCOUNT-judge"
    assert world.state.seats["advocate"].party.account == "ACCOUNT-late"
    for reader in (None, "defendant", "advocate"):
        kept = [to_record(entry) for entry in shown(world.state, world.entries, reader)]
        assert "ACCOUNT-" not in str(kept)
        kinds = [entry["event"]["type"] for entry in kept]
        assert {"hearing_planned", "party_added", "party_arrived"} <= set(kinds)
        assert reader == "defendant" or not any("identity" in kind for kind in kinds)
    before = replace(planned(*people))  # a log from before the accounts had a fact of their own
    old = Entry(hearing="h1", seq=1, at=NOW, by=SERVER, event=before)
    assert withheld(world.state, old, None)


def test_a_note_that_was_removed_is_in_no_copy_that_leaves_the_court() -> None:
    """Its removal is not told there; inside both are."""
    world = in_session()
    for text in ("误记", "留存"):
        world.do("clerk", cmd.PlaceNote(at=world.now, text=text, private=False))
    world.do("clerk", cmd.RemoveNote(note=1))
    placed = [e for e in world.entries if isinstance(e.event, ev.NotePlaced)]
    assert [withheld(world.state, each, None) for each in placed] == [True, False]
    assert withheld(world.state, world.entries[-1], None)
    assert not any(withheld(world.state, each, "judge") for each in (*placed, world.entries[-1]))
