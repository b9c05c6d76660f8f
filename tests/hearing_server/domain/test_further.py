"""A further person asked into a private talk that goes on; and nobody in one who has not shown who they are."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code
from hearing_server.domain.hearing import Presence
from hearing_server.domain.log import SERVER
from hearing_server.domain.reach import RECORDER, reach
from hearing_server.domain.visible import seen
from signaling.views import view

from .test_privacy import opened, refused
from .world import ADVOCATE, CLERK, DEFENDANT, INTERPRETER, JUDGE, PROSECUTOR, World, planned

PEOPLE = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE, INTERPRETER)
ALL = {"defendant", "advocate", "interpreter"}


def talking(world: World) -> World:
    """Counsel and client, with leave where it is needed."""
    world.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    if 1 in world.state.consultations and not world.state.consultations[1].began_at:
        world.do("judge", cmd.PermitConsultation(consultation=1))
    assert world.state.consultations[1].members
    return world


def paused() -> World:
    world = opened(*PEOPLE)
    world.do("judge", cmd.PauseHearing())
    return talking(world)


def ask(world: World, by: str = "advocate") -> None:
    world.do(by, cmd.AskConsultation(parties=("interpreter",), into=1))


def accept(world: World, *parties: str) -> None:
    for party in parties:
        world.do(party, cmd.AcceptConsultation(consultation=2))


def members(world: World) -> set[str]:
    talk = world.state.consultations.get(1)
    return set(talk.members) if talk else set()


def meets(world: World, party: str) -> set[str]:
    """Whom their microphone reaches, muted or not in the courtroom."""
    return set(reach(world.state).sinks(party, ev.Source.MICROPHONE))


@pytest.mark.parametrize("order", [("interpreter", "defendant"), ("defendant", "interpreter")])
def test_a_further_one_comes_in_when_all_have_accepted(order: tuple[str, str]) -> None:
    """Until the last has, they neither hear nor are heard; then they do, and nobody else."""
    world = paused()
    ask(world)
    accept(world, order[0])
    assert members(world) == {"defendant", "advocate"}
    assert "interpreter" not in meets(world, "defendant")
    accept(world, order[1])
    assert members(world) == ALL
    assert set(world.state.consultations) == {1}
    for party in ALL:
        assert meets(world, party) == ALL - {party}
    assert world.state.seats["interpreter"].muted is False
    world.do("interpreter", cmd.LeaveConsultation(consultation=1))
    assert members(world) == {"defendant", "advocate"}
    world.do("interpreter", cmd.JoinConsultation(consultation=1))
    assert members(world) == ALL, "who was in it may come back"


def test_in_session_it_needs_the_judges_leave() -> None:
    """Of which the judge hears once all have accepted, and not who asked."""
    world = talking(opened(*PEOPLE))
    mark = len(world.entries)
    ask(world)
    accept(world, "defendant")
    assert len(view(world.state, "judge").consultations) == 1
    accept(world, "interpreter")
    assert members(world) == {"defendant", "advocate"}
    asked = next(t for t in view(world.state, "judge").consultations if t.consultation == 2)
    assert (set(asked.parties), asked.into, asked.asked_by) == (ALL, 1, "")
    world.do("judge", cmd.PermitConsultation(consultation=2))
    assert members(world) == ALL
    assert RECORDER not in meets(world, "interpreter")
    told = [seen(world.state, entry, "judge") for entry in world.entries[mark:]]
    assert not any(isinstance(e, ev.ConsultationAsked | ev.ConsultationAccepted) for e in told)


def test_one_that_waits_for_leave_is_taken_in_when_the_court_pauses() -> None:
    world = talking(opened(*PEOPLE))
    ask(world)
    accept(world, "defendant", "interpreter")
    world.do("judge", cmd.PauseHearing())
    assert members(world) == ALL


def test_a_leave_is_not_for_who_was_asked_in_without_it() -> None:
    """Counsel and client have leave; the interpreter comes in while the court pauses, and when it sits again
    they are not kept out of the courtroom by a leave that was not theirs."""
    world = talking(opened(*PEOPLE))
    world.do("judge", cmd.PauseHearing())
    ask(world)
    accept(world, "defendant", "interpreter")
    assert members(world) == ALL
    assert not world.state.consultations[1].permitted
    world.do("judge", cmd.ResumeHearing())
    assert not members(world)
    assert world.state.seats["interpreter"].presence is Presence.ADMITTED


def test_with_the_judges_leave_in_the_pause_all_of_them_go_on() -> None:
    world = talking(opened(*PEOPLE))
    world.do("judge", cmd.PauseHearing())
    ask(world)
    accept(world, "defendant", "interpreter")
    world.do("judge", cmd.PermitConsultation(consultation=1))
    world.do("judge", cmd.ResumeHearing())
    assert members(world) == ALL


def test_nobody_else_hears_of_it_before() -> None:
    """Neither who asked, nor whom, nor who declined: not from messages, not from a view, not later."""
    world = paused()
    mark = len(world.entries)
    ask(world)
    accept(world, "defendant")
    world.do("interpreter", cmd.DeclineConsultation(consultation=2))
    ask_again = len(world.entries)
    world.do("defendant", cmd.AskConsultation(parties=("interpreter",), into=1))
    for reader in ("judge", "clerk", "prosecutor"):
        assert not [e for e in world.entries[mark:] if seen(world.state, e, reader)], reader
        assert {t.consultation for t in view(world.state, reader).consultations} <= {1}
    for reader in ALL:
        assert [e for e in world.entries[ask_again:] if seen(world.state, e, reader)], reader


@pytest.mark.parametrize(
    ("by", "command"),
    [
        ("advocate", cmd.LeaveConsultation(consultation=1)),
        ("judge", cmd.EndConsultation(consultation=1)),
        ("judge", cmd.ResumeHearing()),
    ],
)
def test_an_ask_lapses_with_the_talk(by: str, command: cmd.Command) -> None:
    world = paused()
    ask(world)
    accept(world, "interpreter")
    world.do(by, command)
    assert not world.state.consultations
    assert refused(world, "defendant", cmd.AcceptConsultation(consultation=2)) is Code.NOT_FOUND
    assert world.state.seats["interpreter"].presence is Presence.ADMITTED


def test_whoever_goes_is_asked_no_more() -> None:
    world = paused()
    ask(world)
    gone = cmd.Leave(party="interpreter", connection="c-interpreter", cause=ev.Departure.NETWORK)
    world.do(SERVER, gone)
    assert set(world.state.consultations) == {1}
    ask_elsewhere = cmd.AskConsultation(parties=("interpreter",), into=1)
    assert refused(world, "defendant", ask_elsewhere) is Code.NOT_PRESENT


def test_who_may_ask_whom_into_a_talk() -> None:
    world = paused()
    into = cmd.AskConsultation(parties=("interpreter",), into=1)
    assert refused(world, "interpreter", into) is Code.NOT_FOUND, "who is not in it"
    assert refused(world, "judge", into) is Code.NOT_ALLOWED
    for party, code in (
        ("prosecutor", Code.NOT_LINKED),
        ("clerk", Code.NOT_LINKED),
        ("nobody", Code.UNKNOWN_PARTY),
        ("defendant", Code.BAD_MESSAGE),
    ):
        found = refused(world, "advocate", cmd.AskConsultation(parties=(party,), into=1))
        assert found is code, party
    world.do("advocate", cmd.LockConsultation(consultation=1))
    assert refused(world, "defendant", into) is Code.CONSULTATION_LOCKED
    world.do("advocate", cmd.LockConsultation(consultation=1, locked=False))
    ask(world)
    assert refused(world, "advocate", into) is Code.NO_CHANGE
    accept(world, "defendant")
    world.do("advocate", cmd.LockConsultation(consultation=1))
    locked = cmd.AcceptConsultation(consultation=2)
    assert refused(world, "interpreter", locked) is Code.CONSULTATION_LOCKED


def demanding() -> World:
    """Counsel and client wait; the hearing demands a document."""
    plan = planned(*PEOPLE)
    object.__setattr__(plan, "demands", ev.Demands(identity=True))
    return World(plan=plan).arrive(*PEOPLE)


def confirm(world: World, party: str) -> None:
    world.do("clerk", cmd.BeginIdentityCheck(party=party))
    world.do(
        "clerk", cmd.ConfirmIdentity(party=party, document="身份证", number="510104199001011234")
    )


def test_nobody_comes_into_a_talk_who_has_not_shown_who_they_are() -> None:
    """Neither asking nor asked; once both are known it goes on as ever, before they are let in."""
    world = demanding()
    asks = cmd.AskConsultation(parties=("defendant",))
    for party in ("defendant", "advocate"):
        assert refused(world, "advocate", asks) is Code.IDENTITY_NOT_CONFIRMED
        confirm(world, party)
    world.do("advocate", asks)
    world.do("defendant", cmd.AcceptConsultation(consultation=1))
    assert members(world) == {"defendant", "advocate"}
    further = cmd.AskConsultation(parties=("interpreter",), into=1)
    assert refused(world, "advocate", further) is Code.IDENTITY_NOT_CONFIRMED


def test_that_somebody_is_known_is_told_to_those_who_may_talk_to_them_and_not_by_what() -> None:
    world = demanding()
    confirm(world, "defendant")
    entry = next(e for e in world.entries if isinstance(e.event, ev.IdentityConfirmed))
    for reader in ("advocate", "interpreter", "prosecutor"):
        seat = next(s for s in view(world.state, reader).seats if s.party == "defendant")
        told = ev.IdentityConfirmed(party="defendant", document="", number="")
        knows = reader != "prosecutor"
        assert seat.identified is knows
        assert seat.entry is None
        assert seen(world.state, entry, reader) == (told if knows else None)
    for reader in ("defendant", "clerk"):
        assert seen(world.state, entry, reader) == entry.event
