"""What happens in a private room stays there: what is sent in it, who asked for it, and when it is over."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.copies import withheld
from hearing_server.domain.errors import Code
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import Presence
from hearing_server.domain.log import SERVER
from hearing_server.domain.unrecorded import why_unrecorded
from hearing_server.domain.visible import seen
from hearing_server.domain.watch import LineSample
from hearing_server.services.media import GapCause
from signaling import lines, views
from signaling.views import view

from .test_privacy import opened, refused
from .world import (
    ADVOCATE,
    CLERK,
    DEFENDANT,
    INTERPRETER,
    JUDGE,
    MEMBER,
    PROSECUTOR,
    WITNESS,
    World,
)

EVERYBODY = (JUDGE, MEMBER, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE, INTERPRETER)
SENDS = ev.SourceStarted | ev.SourceStopped | ev.SourcePaused | ev.SourceResumed


def talk(world: World) -> None:
    """Counsel and client, with whatever leave it needs."""
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    number = world.state.consultations_made
    world.do("advocate", cmd.AcceptConsultation(consultation=number))
    if world.state.seats["defendant"].consultation is None:
        world.do("judge", cmd.PermitConsultation(consultation=number))


def sources(world: World, party: str, reader: str) -> dict[Source, bool]:
    """What `reader` sees that `party` sends."""
    return next(s.sources for s in view(world.state, reader).seats if s.party == party)


def told(world: World, after: int, reader: str) -> list[ev.Event]:
    """What a reader hears of what is sent, also when they ask for it later."""
    found = (seen(world.state, entry, reader) for entry in world.entries[after:])
    return [event for event in found if isinstance(event, SENDS)]


def in_a_talk(world: World) -> tuple[str, str]:
    talk(world)
    return "defendant", "advocate"


def in_deliberation(world: World) -> tuple[str, str]:
    world.do("judge", cmd.BeginDeliberation())
    return "member", "judge"


def in_a_check(world: World) -> tuple[str, str]:
    world.do(SERVER, cmd.AddParty(party=WITNESS, account="a1"))
    world.arrive(WITNESS).send(WITNESS)
    world.do("clerk", cmd.BeginIdentityCheck(party="witness"))
    return "clerk", "witness"


ROOMS: dict[str, tuple[Callable[[World], tuple[str, str]], tuple[str, cmd.Command]]] = {
    "talk": (in_a_talk, ("judge", cmd.EndConsultation(consultation=1))),
    "deliberation": (in_deliberation, ("judge", cmd.EndDeliberation())),
    "identity check": (in_a_check, ("clerk", cmd.EndIdentityCheck(party="witness"))),
}


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_sent_in_a_private_room_is_known_in_it_alone(room: str) -> None:
    """A share begun there, a camera put off there: nobody outside hears of it, then or later."""
    world = opened(*EVERYBODY)
    enter, end = ROOMS[room]
    one, other = enter(world)
    mark, before = len(world.entries), {r: sources(world, one, r) for r in world.state.seats}
    world.do(one, cmd.PauseSource(source=Source.CAMERA))
    if world.state.seats[one].presence in (Presence.ADMITTED, Presence.CONSULTING):
        world.do(one, cmd.StartSource(source=Source.SCREEN))
    inside = {one, other}
    for reader in world.state.seats:
        if reader in inside:
            assert sources(world, one, reader)[Source.CAMERA] is False
            assert told(world, mark, reader)
        else:
            assert sources(world, one, reader) == before[reader]
            assert not told(world, mark, reader)
    private = len(world.entries)
    world.do(*end)
    for reader in world.state.seats.keys() - inside:
        assert told(world, mark, reader) == told(world, private, reader)
        assert not any(event.source is Source.SCREEN for event in told(world, mark, reader))
        assert sources(world, one, reader)[Source.CAMERA] is False, (
            "as they come back they are seen"
        )
    assert Source.SCREEN not in world.state.seats[one].sources


def muted(world: World, party: str, reader: str) -> tuple[bool, bool]:
    """Whether `reader` sees that `party` is muted, and locked."""
    seat = next(s for s in view(world.state, reader).seats if s.party == party)
    return seat.muted, seat.locked


def mutes(world: World, after: int, reader: str) -> list[ev.Event]:
    found = (seen(world.state, entry, reader) for entry in world.entries[after:])
    kinds = ev.MicrophoneMuted | ev.MicrophoneUnmuted
    return [event for event in found if isinstance(event, kinds)]


@pytest.mark.parametrize("locked", [False, True])
def test_who_is_muted_in_the_deliberation_the_bench_alone_knows(locked: bool) -> None:
    """A member opens their microphone there: nobody else is told, then or at the end, when it is as before."""
    world = opened(*EVERYBODY)
    world.do("judge", cmd.Mute(party="member", locked=locked))
    world.do("judge", cmd.BeginDeliberation())
    mark = len(world.entries)
    world.do("judge" if locked else "member", cmd.Unmute(party="member"))
    for reader in world.state.seats:
        bench = reader in ("judge", "member")
        assert muted(world, "member", reader) == ((False, False) if bench else (True, locked))
        assert bool(mutes(world, mark, reader)) is bench
    world.do("judge", cmd.EndDeliberation())
    assert world.state.seats["member"].muted
    for reader in world.state.seats:
        assert muted(world, "member", reader) == (True, locked)
    for reader in ("clerk", "prosecutor", "defendant"):
        assert not mutes(world, mark, reader)


@pytest.mark.parametrize("away", [False, True])
def test_who_was_muted_in_the_deliberation_is_as_told_when_it_ends(away: bool) -> None:
    """Whoever stays muted is known to be; whoever is away comes back as they were known to be."""
    world = opened(*EVERYBODY)
    world.do("judge", cmd.BeginDeliberation())
    mark = len(world.entries)
    world.do("judge", cmd.Mute(party="member", locked=False))
    assert not mutes(world, mark, "prosecutor")
    if away:
        connection = world.state.seats["member"].connection
        gone = cmd.Leave(party="member", connection=connection, cause=ev.Departure.NETWORK)
        world.do(SERVER, gone)
    world.do("judge", cmd.EndDeliberation())
    assert world.state.seats["member"].muted is not away
    for reader in ("judge", "clerk", "prosecutor"):
        assert muted(world, "member", reader) == (not away, False)
    public = [ev.MicrophoneMuted(party="member", locked=False)]
    assert mutes(world, mark, "prosecutor") == ([] if away else public)


def test_who_ends_the_deliberation_is_heard_and_known_to_be() -> None:
    world = opened(*EVERYBODY)
    world.do("judge", cmd.Mute(party="judge", locked=False))
    world.do("judge", cmd.BeginDeliberation())
    mark = len(world.entries)
    world.do("judge", cmd.Unmute(party="judge"))
    assert muted(world, "judge", "prosecutor") == (True, False)
    world.do("judge", cmd.EndDeliberation())
    assert mutes(world, mark, "prosecutor")[0] == ev.MicrophoneUnmuted(party="judge")
    assert muted(world, "judge", "prosecutor") == (False, False)


@pytest.mark.parametrize("room", ROOMS)
def test_a_line_tells_no_technician_what_is_sent_in_a_private_room(room: str) -> None:
    """How good it is stays."""
    world = opened(*EVERYBODY)
    line = LineSample(loss_up=0.1, kbit_up=1500, codecs="opus vp8")
    for one in (party.id for party in EVERYBODY):
        assert lines.told(world.state, one, line) == line
    for one in ROOMS[room][0](world):
        assert lines.told(world.state, one, line) == LineSample(loss_up=0.1)
    assert lines.told(world.state, "prosecutor", line) == line


def test_a_share_of_the_courtroom_does_not_go_along_into_an_identity_check() -> None:
    world = opened(*EVERYBODY)
    world.do("clerk", cmd.StartSource(source=Source.SCREEN))
    in_a_check(world)
    assert Source.SCREEN not in world.state.seats["clerk"].sources
    assert Source.SCREEN not in sources(world, "clerk", "prosecutor")


@pytest.mark.parametrize(
    "act", [cmd.Dismiss(party="advocate"), cmd.Remove(party="advocate", reason="扰乱法庭")]
)
def test_what_is_shared_in_a_talk_is_not_told_when_the_court_sends_somebody_out(
    act: cmd.Command,
) -> None:
    """A talk goes on outside the courtroom, with what is shown in it; whoever is removed is out of it too."""
    world = opened(*EVERYBODY)
    in_a_talk(world)
    world.do("advocate", cmd.StartSource(source=Source.SCREEN))
    mark = len(world.entries)
    world.do("judge", act)
    assert not told(world, mark, "prosecutor")
    goes_on = isinstance(act, cmd.Dismiss)
    assert (Source.SCREEN in world.state.seats["advocate"].sources) is goes_on
    assert (world.state.seats["defendant"].consultation is not None) is goes_on


def test_the_log_of_a_recording_does_not_say_that_an_identity_was_checked() -> None:
    """Causes of gaps are open in every copy: the clerk is elsewhere, and checks nobody by name or kind."""
    world = opened(*EVERYBODY)
    in_a_check(world)
    causes = {why_unrecorded(world.state, "clerk", source) for source in Source}
    assert causes == {"elsewhere"}
    assert not any("identity" in cause for cause in get_args(GapCause))


def test_one_who_leaves_a_talk_of_three_knows_no_more_of_it() -> None:
    world = opened(*EVERYBODY)
    world.do("judge", cmd.PauseHearing())
    world.do("defendant", cmd.AskConsultation(parties=("advocate", "interpreter")))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    world.do("interpreter", cmd.AcceptConsultation(consultation=1))
    world.do("advocate", cmd.StartSource(source=Source.SCREEN))
    assert Source.SCREEN in sources(world, "advocate", "interpreter")
    world.do("interpreter", cmd.LeaveConsultation(consultation=1))
    assert Source.SCREEN not in sources(world, "advocate", "interpreter")


def heard(world: World, reader: str) -> set[str]:
    """The kinds of what a reader may know of talks."""
    found = (seen(world.state, entry, reader) for entry in world.entries)
    names = (type(event).__name__ for event in found if event is not None)
    return {name for name in names if name.startswith("Consultation")}


COURT = ("judge", "member", "clerk")


@pytest.mark.parametrize("answer", [cmd.DeclineConsultation, cmd.AcceptConsultation])
def test_who_asked_for_a_talk_and_who_declined_is_for_its_people_alone(answer: type) -> None:
    """In a pause not even the judge hears of it, until it takes place."""
    world = opened(*EVERYBODY)
    world.do("judge", cmd.PauseHearing())
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    for reader in (*COURT, "prosecutor", "interpreter"):
        assert not view(world.state, reader).consultations
    assert refused(world, "judge", cmd.PermitConsultation(consultation=1)) is Code.NOT_FOUND
    world.do("advocate", answer(consultation=1))
    took_place = answer is cmd.AcceptConsultation
    for reader in COURT:
        assert heard(world, reader) == ({"ConsultationBegan"} if took_place else set())
    if took_place:
        (shown,) = view(world.state, "clerk").consultations
        assert (shown.asked_by, set(shown.members)) == ("", {"defendant", "advocate"})


@pytest.mark.parametrize("asker", ["defendant", "advocate"])
@pytest.mark.parametrize("old", [False, True])
def test_nothing_that_others_hear_of_a_talk_tells_who_answered(asker: str, old: bool) -> None:
    """Nor what is laid down for it, nor that leave is no longer asked; nor the copy that leaves the court."""
    (other,) = {"defendant", "advocate"} - {asker}
    world = opened(*EVERYBODY)
    after = len(world.entries)
    world.do("advocate", cmd.RaiseObjection(reason="程序"))
    world.do(asker, cmd.AskConsultation(parties=(other,)))
    world.do(other, cmd.AcceptConsultation(consultation=1))
    world.do(asker, cmd.DeclineConsultation(consultation=1))
    world.do("judge", cmd.PauseHearing(reason=""))
    world.do(asker, cmd.AskConsultation(parties=(other,)))
    world.do(other, cmd.AcceptConsultation(consultation=2))
    entries = world.entries[after:]
    dropped = {e.at for e in entries if isinstance(e.event, ev.ConsultationLeaveDropped)}
    if old:  # in which everything stood under the name of who gave the answer
        name = {True: asker, False: other}
        entries = [replace(e, by=name[e.at in dropped]) if e.by == SERVER else e for e in entries]
    heard = {
        (t.event["type"], t.by)
        for reader in ("judge", "prosecutor")
        for t in views.told(world.state, entries, reader)
    }
    assert heard >= {
        ("consultation_awaits_leave", SERVER),
        ("consultation_leave_dropped", SERVER),
        ("request_withdrawn", SERVER),
        ("consultation_began", SERVER),
        ("hearing_paused", "judge"),
    }
    assert {kind for kind, by in heard if by in ("defendant", "advocate")} == {"request_raised"}
    open_ = [e for e in world.entries[after:] if not withheld(world.state, e, None)]
    assert {type(e.event) for e in open_ if e.by == "advocate"} == {ev.RequestRaised}
    assert not any(e.by == "defendant" for e in open_)


@pytest.mark.parametrize("old", [False, True])
def test_the_order_of_a_talks_people_tells_nothing_of_who_asked(old: bool) -> None:
    """Whoever did: live, in catch-up, in the view, in the log that leaves the court."""
    told = []
    for asker, other in (("defendant", "advocate"), ("advocate", "defendant")):
        world = opened(*EVERYBODY)
        world.do(asker, cmd.AskConsultation(parties=(other,)))
        world.do(other, cmd.AcceptConsultation(consultation=1))
        world.do("judge", cmd.PermitConsultation(consultation=1))
        entries = world.entries
        if old:  # in which who asked was named first
            named = (ev.ConsultationAwaitsLeave, ev.ConsultationBegan)
            first = {"parties": (asker, other)}
            entries = [
                replace(e, event=replace(e.event, **first)) if isinstance(e.event, named) else e
                for e in entries
            ]
        found = [seen(world.state, entry, "judge") for entry in entries]
        found += [] if old else [e.event for e in entries if not withheld(world.state, e, None)]
        told.append([getattr(event, "parties", ()) for event in found])
        (talk,) = view(world.state, "judge").consultations
        told[-1] += [tuple(talk.parties), tuple(talk.members)]
    assert told[0] == told[1]
