"""The judge's leave for a private talk: who asks, who hears of it, when it is needed and when no more."""

from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import Presence
from hearing_server.domain.log import SERVER
from hearing_server.domain.reach import reach
from hearing_server.domain.visible import seen
from signaling.views import view

from .test_privacy import opened
from .test_private_room import EVERYBODY, heard, talk
from .world import (
    CLERK,
    DEFENDANT,
    INTERPRETER,
    JUDGE,
    PROSECUTOR,
    SHA,
    WITNESS,
    World,
)


def test_in_session_the_presiding_judge_alone_is_asked_for_leave_once_all_accepted() -> None:
    world = opened(*EVERYBODY)
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    assert not heard(world, "judge")
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    assert heard(world, "judge") == {"ConsultationAwaitsLeave"}
    assert len(view(world.state, "judge").consultations) == 1
    for reader in ("member", "clerk", "prosecutor"):
        assert not heard(world, reader)
        assert not view(world.state, reader).consultations
    world.do("judge", cmd.PermitConsultation(consultation=1))
    assert world.state.seats["defendant"].presence is Presence.CONSULTING


PAUSES: dict[str, cmd.Command] = {
    "pause": cmd.PauseHearing(reason=""),
    "adjournment": cmd.SuspendHearing(reason="改期", until=None),
    "deliberation": cmd.BeginDeliberation(),
    "closing": cmd.CloseHearing(override="演示"),
}


@pytest.mark.parametrize("how", PAUSES)
def test_a_talk_that_waits_for_leave_begins_when_the_court_sits_no_more(how: str) -> None:
    """By itself; one that somebody has not accepted yet waits for them, one whose people went for them."""
    world = opened(*EVERYBODY)
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    world.do("interpreter", cmd.AskConsultation(parties=("defendant",)))
    world.do("judge", PAUSES[how])
    for party in ("defendant", "advocate"):
        assert world.state.seats[party].presence is Presence.CONSULTING
    assert not world.state.consultations[1].permitted
    assert world.state.consultations[2].began_at is None
    assert world.state.seats["interpreter"].presence is Presence.ADMITTED


def test_of_two_talks_that_wait_for_one_person_the_first_begins() -> None:
    """Nobody is in two; the other waits on."""
    world = opened(*EVERYBODY)
    for asker, other, number in (("defendant", "advocate", 1), ("interpreter", "defendant", 2)):
        world.do(asker, cmd.AskConsultation(parties=(other,)))
        world.do(other, cmd.AcceptConsultation(consultation=number))
    world.do("judge", cmd.PauseHearing(reason=""))
    assert world.state.consultations[1].members
    assert world.state.consultations[2].began_at is None


def test_leave_that_is_taken_back_is_gone_from_the_judges_list() -> None:
    world = opened(*EVERYBODY)
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    world.do("defendant", cmd.DeclineConsultation(consultation=1))
    assert not view(world.state, "judge").consultations
    assert heard(world, "judge") == {"ConsultationAwaitsLeave", "ConsultationLeaveDropped"}


@pytest.mark.parametrize("how", ["opening", "resuming", "after the deliberation"])
def test_a_talk_without_leave_is_over_when_the_court_sits(how: str) -> None:
    """Its people come back muted, and everybody is told why."""
    world = World(*EVERYBODY).arrive(*EVERYBODY)
    world.do("judge", cmd.AdmitAll())
    world.send(*EVERYBODY)
    sits: cmd.Command = cmd.OpenHearing()
    if how != "opening":
        world.do("judge", sits)
        aside, sits = {
            "resuming": (cmd.PauseHearing(), cmd.ResumeHearing()),
            "after the deliberation": (cmd.BeginDeliberation(), cmd.EndDeliberation()),
        }[how]
        world.do("judge", aside)
    talk(world)
    mark = len(world.entries)
    world.do("judge", sits)
    for party in ("defendant", "advocate"):
        seat = world.state.seats[party]
        assert (seat.presence, seat.muted) == (Presence.ADMITTED, True)
    for reader in world.state.seats:
        found = [seen(world.state, entry, reader) for entry in world.entries[mark:]]
        assert ev.ConsultationEnded(consultation=1, cause=ev.TalkEnd.SESSION) in found


def test_a_talk_is_over_when_its_hearing_is_cancelled() -> None:
    """Those in it come back muted, nobody else is asked any more, and none begins after that."""
    world = World(*EVERYBODY).arrive(*EVERYBODY)
    world.do("interpreter", cmd.AskConsultation(parties=("defendant",)))
    talk(world)
    mark = len(world.entries)
    world.do(SERVER, cmd.Cancel(reason="撤诉", account="a1"))
    assert not world.state.consultations
    assert world.state.seats["defendant"].presence is Presence.WAITING
    assert world.state.seats["defendant"].muted
    assert not reach(world.state).sinks("defendant", Source.MICROPHONE)
    for reader in world.state.seats:
        found = [seen(world.state, entry, reader) for entry in world.entries[mark:]]
        assert ev.ConsultationEnded(consultation=2, cause=ev.TalkEnd.CANCELLED) in found
    with pytest.raises(Refused) as caught:
        world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    assert caught.value.code is Code.WRONG_PHASE


def test_the_judge_may_let_a_talk_go_on_when_the_hearing_resumes() -> None:
    world = opened(*EVERYBODY)
    world.do("judge", cmd.PauseHearing())
    talk(world)
    world.do("judge", cmd.PermitConsultation(consultation=1))
    world.do("judge", cmd.ResumeHearing())
    assert world.state.seats["defendant"].presence is Presence.CONSULTING


def test_a_talk_of_those_who_still_wait_outside_goes_on() -> None:
    world = World(*EVERYBODY).arrive(*EVERYBODY)
    talk(world)
    world.do("judge", cmd.OpenHearing())
    assert world.state.seats["defendant"].presence is Presence.CONSULTING


@pytest.mark.parametrize("called", [False, True])
def test_whoever_the_court_has_come_in_comes_out_of_a_talk_it_gave_no_leave_for(
    called: bool,
) -> None:
    """Let in late, or called in as a witness. Into the courtroom that sits nobody brings a private talk."""
    helped = replace(INTERPRETER, interpreter_for=("witness",))
    people = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, WITNESS, helped)
    world = World(*people).arrive(*people)
    world.do("judge", cmd.OpenHearing())
    if called:
        world.do("judge", cmd.Admit(party="witness"))
    world.do("witness", cmd.AskConsultation(parties=("interpreter",)))
    world.do("interpreter", cmd.AcceptConsultation(consultation=1))
    assert world.state.seats["witness"].presence is Presence.CONSULTING
    world.do("judge", cmd.Call(party="witness") if called else cmd.Admit(party="interpreter"))
    assert not world.state.consultations
    assert world.state.seats["witness" if called else "interpreter"].muted
    assert any(
        entry.event == ev.ConsultationEnded(consultation=1, cause=ev.TalkEnd.SESSION)
        for entry in world.entries
    )


def waiting_for(world: World, *pairs: tuple[str, str]) -> None:
    """Talks that all have accepted and that wait for the judge's leave."""
    for number, (asker, other) in enumerate(pairs, start=1):
        world.do(asker, cmd.AskConsultation(parties=(other,)))
        world.do(other, cmd.AcceptConsultation(consultation=number))


def test_a_talk_that_could_not_begin_in_the_pause_begins_when_its_people_are_free() -> None:
    world = opened(*EVERYBODY)
    waiting_for(world, ("defendant", "advocate"), ("interpreter", "defendant"))
    world.do("judge", cmd.PauseHearing())
    assert world.state.consultations[2].began_at is None
    world.do("defendant", cmd.LeaveConsultation(consultation=1))
    assert set(world.state.consultations[2].members) == {"defendant", "interpreter"}


def test_a_talk_of_people_who_are_sent_out_waits_for_no_leave_any_more() -> None:
    world = opened(*EVERYBODY)
    waiting_for(world, ("defendant", "advocate"))
    world.do("judge", cmd.Dismiss(party="defendant"))
    assert world.state.consultations[1].leave_asked
    world.do("judge", cmd.Dismiss(party="advocate"))
    assert world.state.consultations[1].members
    assert not view(world.state, "clerk").consultations[0].permitted


def test_what_the_presenter_of_a_waiting_talk_shows_is_hidden_once_at_the_close() -> None:
    world = opened(*EVERYBODY)
    world.do(
        SERVER,
        cmd.SubmitExhibit(
            party="advocate", name="a.pdf", media_type="application/pdf", size=1, sha256=SHA,
            pages=1,
        ),
    )  # fmt: skip
    world.do("advocate", cmd.ShowExhibit(exhibit=1))
    waiting_for(world, ("defendant", "advocate"))
    found = world.do("judge", cmd.CloseHearing())
    assert sum(isinstance(event, ev.ExhibitHidden) for event in found) == 1
    assert world.state.consultations[1].members
