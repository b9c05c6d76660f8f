"""Every pair of parties under every rule: who hears and sees whom, what is recorded, who may know."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import Presence, Seat
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import STAFF
from hearing_server.domain.reach import RECOGNISER, RECORDER, SEAT_READ, STATE_READ, Edge, reach
from hearing_server.domain.visible import visible

from .world import (
    ADVOCATE,
    CLERK,
    DEFENDANT,
    FIVE,
    JUDGE,
    PROSECUTOR,
    SHA,
    WITNESS,
    World,
    courtroom,
    in_session,
)


def meetings(world: World, source: Source = Source.CAMERA) -> set[tuple[str, str]]:
    """Who meets whom and what is recorded; the recogniser listens wherever a microphone is recorded."""
    met = {(e.party, e.sink) for e in reach(world.state) if e.source is source}
    recognised = {party for party, sink in met if sink == RECOGNISER}
    recorded = {party for party, sink in met if sink == RECORDER}
    assert recognised == (recorded if source is Source.MICROPHONE else set())
    return {pair for pair in met if pair[1] != RECOGNISER}


EVERYBODY = {(a.id, b.id) for a in FIVE for b in FIVE if a is not b}
RECORDED = {(a.id, RECORDER) for a in FIVE}
STAFF_IDS = {p.id for p in FIVE if p.role in STAFF}


def test_before_the_opening_all_meet_and_nothing_is_recorded() -> None:
    assert meetings(courtroom()) == EVERYBODY


def test_in_session_all_meet_and_all_is_recorded() -> None:
    assert meetings(in_session()) == EVERYBODY | RECORDED


def test_in_a_pause_only_bench_and_clerk_meet_and_nothing_is_recorded() -> None:
    world = in_session()
    world.do("judge", cmd.PauseHearing())
    assert meetings(world) == {(a, b) for a in STAFF_IDS for b in STAFF_IDS if a != b}
    world.do("judge", cmd.ResumeHearing())
    assert meetings(world) == EVERYBODY | RECORDED


def test_after_the_closing_each_party_meets_the_clerk_alone() -> None:
    world = in_session()
    world.do("judge", cmd.CloseHearing())
    expected = {pair for pair in EVERYBODY if "clerk" in pair or set(pair) <= STAFF_IDS}
    assert meetings(world) == expected


@pytest.mark.parametrize("party", [p.id for p in FIVE])
def test_a_muted_microphone_reaches_nobody_and_the_picture_everybody(party: str) -> None:
    world = in_session()
    world.do("judge", cmd.Mute(party=party))
    assert party not in {a for a, _ in meetings(world, Source.MICROPHONE)}
    assert meetings(world) == EVERYBODY | RECORDED
    world.do(party, cmd.PauseSource(source=Source.MICROPHONE))
    world.do("judge", cmd.Unmute(party=party))
    assert party not in {a for a, _ in meetings(world, Source.MICROPHONE)}, (
        "its own mute still holds"
    )
    world.do(party, cmd.ResumeSource(source=Source.MICROPHONE))
    assert meetings(world, Source.MICROPHONE) == EVERYBODY | RECORDED


def test_a_locked_microphone_does_not_go_on_as_the_sound_of_a_share() -> None:
    """A mute leaves a film its sound; a lock leaves nothing to speak through, until it is lifted."""
    world = in_session()
    world.do("counsel", cmd.StartSource(source=Source.SCREEN))
    world.do("counsel", cmd.StartSource(source=Source.SCREEN_SOUND))
    heard = meetings(world, Source.SCREEN_SOUND)
    assert ("counsel", RECORDER) in heard
    world.do("judge", cmd.Mute(party="counsel", locked=False))
    assert meetings(world, Source.SCREEN_SOUND) == heard
    world.do("judge", cmd.Mute(party="counsel", locked=True))
    assert not meetings(world, Source.SCREEN_SOUND)
    assert meetings(world, Source.SCREEN)
    world.do("judge", cmd.Unmute(party="counsel"))
    assert meetings(world, Source.SCREEN_SOUND) == heard


@pytest.mark.parametrize("party", [p.id for p in FIVE])
def test_who_is_away_neither_sends_nor_receives(party: str) -> None:
    world = in_session()
    leave = cmd.Leave(party=party, connection=f"c-{party}", cause=ev.Departure.NETWORK)
    world.do(SERVER, leave)
    assert not any(party in (e.party, e.sink) for e in reach(world.state))


def test_the_waiting_room_hears_and_sees_nothing() -> None:
    world = World(*FIVE).arrive(*FIVE)
    world.send(*FIVE)
    assert meetings(world) == {("judge", "clerk"), ("clerk", "judge")}


def test_no_edge_to_oneself_or_from_the_recorder() -> None:
    for edge in reach(in_session().state):
        assert edge.party != edge.sink
        assert edge.party not in (RECORDER, RECOGNISER)


LINE = ev.LineEntered(line=1, speaker="judge", text="x", started_at=1, ended_at=2)
SEGMENT = ev.SegmentRecorded(
    party="judge", source="camera", name="n", codec="vp8", sha256=SHA, size=1, frames=1,
    started_at=1, ended_at=2, recovered=False,
)  # fmt: skip


def test_who_may_know_what() -> None:
    """Recording is the staff's; the record is for those in the courtroom, but for a witness."""
    world = in_session(WITNESS)
    readers = {p for p in world.state.seats if visible(world.state, LINE, p)}
    assert readers == {p.id for p in FIVE}
    assert {p for p in world.state.seats if visible(world.state, SEGMENT, p)} == {"judge", "clerk"}
    devices = ev.DevicesReported(
        party="counsel", camera=ev.Device.DENIED, microphone=ev.Device.READY
    )
    assert {p for p in world.state.seats if visible(world.state, devices, p)} == {
        "judge", "clerk", "counsel",
    }  # fmt: skip
    assert not visible(world.state, ev.HearingOpened(), "stranger")


def test_the_waiting_room_may_not_read_the_record() -> None:
    world = World(*FIVE).arrive(*FIVE)
    assert not visible(world.state, LINE, "counsel")
    assert visible(world.state, ev.PartyArrived(party="judge", connection="c"), "counsel")


def test_an_edge_names_a_source_not_a_person() -> None:
    assert Edge("judge", Source.CAMERA, RECORDER) in reach(in_session().state)


def test_all_that_reach_reads_is_named() -> None:
    """What it reads of a state and of a seat is what `may_differ` looks at."""
    read: set[str] = set()

    class Watched:
        def __init__(self, inner: object, prefix: str = "") -> None:
            self.__dict__.update(_inner=inner, _prefix=prefix)

        def __getattr__(self, name: str) -> object:
            read.add(self._prefix + name)
            value = getattr(self._inner, name)
            if name == "seats":
                return {party: Watched(seat, "seat.") for party, seat in value.items()}
            return value

        @property
        def presence(self) -> object:
            return Seat.presence.fget(self)  # type: ignore[attr-defined]

        @property
        def here(self) -> bool:
            return bool(self.connection)

        @property
        def arrived(self) -> bool:
            return self.first_seen is not None

    world = in_session(WITNESS)
    everything = reach(Watched(world.state))  # type: ignore[arg-type]
    assert set(everything) == set(reach(world.state))
    world.do("judge", cmd.BeginDeliberation())
    reach(Watched(world.state))  # type: ignore[arg-type]
    assert {name for name in read if not name.startswith("seat.")} <= set(STATE_READ)
    assert {name[5:] for name in read if name.startswith("seat.")} <= set(SEAT_READ)


def test_a_private_talk_waits_for_an_identity_check() -> None:
    """Or the clerk's voice would come into it."""
    world = World(JUDGE, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE).arrive(
        JUDGE, CLERK, DEFENDANT, ADVOCATE
    )
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    with pytest.raises(Refused) as caught:
        world.do("advocate", cmd.AcceptConsultation(consultation=1))
    assert caught.value.code is Code.BUSY
    world.do("clerk", cmd.EndIdentityCheck(party="defendant"))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    assert world.state.seats["defendant"].presence is Presence.CONSULTING
