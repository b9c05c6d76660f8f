"""Side doors: ways to hear or read what one must not that are nobody's open request for it."""

from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import check_signer, signing_order
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Source
from hearing_server.domain.exhibit_readers import reads_page, sees_shown
from hearing_server.domain.hearing import Phase
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.reach import RECORDER, reach
from hearing_server.domain.visible import reads_document, renews, seen, visible
from signaling.views import view

from .world import (
    ADVOCATE,
    CLERK,
    DEFENDANT,
    DIGEST,
    INTERPRETER,
    JUDGE,
    MEMBER,
    PROSECUTOR,
    PUBLIC,
    SHA,
    WITNESS,
    World,
)

SECOND_DEFENDANT = Party(id="second-defendant", role=Role.DEFENDANT, name="被告子（虚构）")
BOTH_COUNSEL = replace(ADVOCATE, counsel_for=("defendant", "second-defendant"))
PLAINTIFF = Party(id="plaintiff", role=Role.PLAINTIFF, name="原告丑（虚构）")
BOTH_INTERPRETER = replace(INTERPRETER, interpreter_for=("defendant", "plaintiff"))


def opened(*parties: Party) -> World:
    """In session, everybody admitted and sending; who must be called has not been."""
    world = World(*parties).arrive(*parties)
    world.do("judge", cmd.AdmitAll())
    world.send(*(party for party in parties if party.role is not Role.OBSERVER))
    world.do("judge", cmd.OpenHearing())
    return world


def refused(world: World, by: str, command: cmd.Command) -> Code:
    with pytest.raises(Refused) as caught:
        world.do(by, command)
    return caught.value.code


def frozen_in_a_pause(world: World) -> None:
    world.do("clerk", cmd.EnterLine(speaker="prosecutor", text="宣读起诉书。"))
    world.do("judge", cmd.PauseHearing())
    freeze(world)


def freeze(world: World) -> None:
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    assert world.state.freeze is not None
    version = world.state.freeze.version
    world.do(SERVER, cmd.EnterSeal(version=version, pages=1, sha256=SHA))


@pytest.mark.parametrize(
    ("stranger", "between"),
    [(PLAINTIFF, BOTH_INTERPRETER), (SECOND_DEFENDANT, BOTH_COUNSEL)],
)
def test_nobody_comes_into_a_talk_by_somebody_who_serves_both(
    stranger: Party, between: Party
) -> None:
    """Nor is the court's interpreter, or counsel of two, a door to the other side's talk."""
    world = World(JUDGE, CLERK, DEFENDANT, stranger, between)
    world.arrive(JUDGE, CLERK, DEFENDANT, stranger, between)
    world.do("defendant", cmd.AskConsultation(parties=(between.id,)))
    world.do(between.id, cmd.AcceptConsultation(consultation=1))
    assert refused(world, stranger.id, cmd.JoinConsultation(consultation=1)) is Code.NOT_FOUND


def test_whoever_was_asked_to_a_talk_comes_back_into_it_and_nobody_comes_in_unasked() -> None:
    """Nor does it help to serve one of its people."""
    world = World(JUDGE, CLERK, DEFENDANT, ADVOCATE, INTERPRETER)
    world.arrive(JUDGE, CLERK, DEFENDANT, ADVOCATE, INTERPRETER)
    second = replace(ADVOCATE, id="second", name="辩护卯（虚构）")
    world.do(SERVER, cmd.AddParty(party=second, account="a1"))
    world.arrive(second)
    world.do("defendant", cmd.AskConsultation(parties=("advocate", "second")))
    world.do("advocate", cmd.AcceptConsultation(consultation=1))
    world.do("second", cmd.AcceptConsultation(consultation=1))
    assert refused(world, "interpreter", cmd.JoinConsultation(consultation=1)) is Code.NOT_FOUND
    world.do("defendant", cmd.LeaveConsultation(consultation=1))
    world.do("defendant", cmd.JoinConsultation(consultation=1))
    assert world.state.seats["defendant"].consultation == 1


def test_a_witness_who_is_not_heard_yet_signs_and_reads_nothing() -> None:
    """法释〔2021〕12号 art. 26: a freeze in a pause must not hand them the record."""
    world = opened(JUDGE, CLERK, PROSECUTOR, WITNESS)
    frozen_in_a_pause(world)
    assert "witness" not in signing_order(world.state)
    assert not reads_document(world.state, "witness")
    assert reads_document(world.state, "prosecutor")
    assert view(world.state, "witness").freeze is None


def test_a_witness_who_was_heard_reads_the_record_when_the_hearing_is_over() -> None:
    """Until then they may be called back; the closing shows it to them."""
    world = opened(JUDGE, CLERK, PROSECUTOR, WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    world.do("judge", cmd.Dismiss(party="witness"))
    frozen_in_a_pause(world)
    assert "witness" in signing_order(world.state)
    assert not reads_document(world.state, "witness")
    with pytest.raises(Refused, match="not_your_turn"):
        check_signer(world.state, "witness", 1)
    told = [e.event for e in world.entries if visible(world.state, e.event, "witness")]
    assert not any(isinstance(event, ev.TranscriptFrozen) for event in told)
    world.do("judge", cmd.CloseHearing())
    assert world.state.phase is Phase.CLOSED
    assert reads_document(world.state, "witness")
    world.read_by(WITNESS)
    assert check_signer(world.state, "witness", 1).version == 1
    assert view(world.state, "witness").freeze is not None


def test_whoever_never_came_in_is_not_asked_to_sign() -> None:
    """An arrival in the waiting room, unidentified, opens no record."""
    world = World(JUDGE, CLERK, PROSECUTOR, DEFENDANT)
    world.arrive(JUDGE, CLERK, PROSECUTOR, DEFENDANT).admit(PROSECUTOR)
    world.do("judge", cmd.OpenHearing())
    frozen_in_a_pause(world)
    assert signing_order(world.state) == ("prosecutor", "clerk", "judge")
    assert not reads_document(world.state, "defendant")


def test_a_document_from_before_a_screening_is_for_the_court_alone() -> None:
    """It holds the name that the screening hides; the next freeze does not."""
    world = opened(JUDGE, CLERK, PROSECUTOR, DEFENDANT, WITNESS)
    frozen_in_a_pause(world)
    screening = ev.Screening(
        party="witness", hidden_from=("defendant",), sight=True, sound=True, alias="证人甲"
    )
    world.do("judge", cmd.Screen(screening=screening))
    assert not reads_document(world.state, "defendant")
    assert reads_document(world.state, "clerk")
    freeze(world)
    assert reads_document(world.state, "defendant")


def test_signing_is_not_the_publics_business() -> None:
    world = opened(JUDGE, CLERK, PROSECUTOR, PUBLIC)
    frozen_in_a_pause(world)
    world.do("prosecutor", cmd.RefuseSignature(version=1, reason="记录不完整"))
    told = [e.event for e in world.entries if visible(world.state, e.event, "public")]
    assert not any(isinstance(e, ev.TranscriptFrozen | ev.SignatureRefused) for e in told)
    assert view(world.state, "public").freeze is None


def test_what_was_written_in_the_chat_before_a_witness_came_in_stays_there() -> None:
    world = opened(JUDGE, CLERK, PROSECUTOR, WITNESS)
    world.do("judge", cmd.OpenChat())
    (before,) = world.do("prosecutor", cmd.SendMessage(to="all", text="证人说过在场"))
    world.do("judge", cmd.Call(party="witness"))
    (after,) = world.do("prosecutor", cmd.SendMessage(to="all", text="请看附件"))
    assert [m.text for m in view(world.state, "witness").messages] == ["请看附件"]
    assert not visible(world.state, before, "witness")
    assert visible(world.state, after, "witness")


@pytest.mark.parametrize(
    "end", [cmd.EndDeliberation(), cmd.SuspendHearing(reason="改日"), cmd.CloseHearing()]
)
def test_the_benchs_last_words_stay_in_its_deliberation(end: cmd.Command) -> None:
    """Who ends it knows; the others are muted, and no draft that was shared is left open."""
    world = opened(JUDGE, MEMBER, CLERK, PROSECUTOR)
    world.do("judge", cmd.BeginDeliberation())
    world.do("member", cmd.StartSource(source=Source.SCREEN))
    world.do("judge", end)
    state = world.state
    assert state.seats["member"].muted
    assert not state.seats["judge"].muted
    assert Source.SCREEN not in state.seats["member"].sources
    assert not reach(state).sinks("member", Source.MICROPHONE)
    world.do("member", cmd.Unmute(party="member"))
    heard = reach(world.state).sinks("member", Source.MICROPHONE)
    assert (RECORDER in heard) is (world.state.phase is Phase.IN_SESSION)


@pytest.mark.parametrize("how", ["left", "superseded", "admitted", "removed"])
def test_an_identity_check_that_somebody_else_ends_leaves_the_clerk_muted(how: str) -> None:
    """They may be reading a number aloud."""
    world = opened(JUDGE, CLERK, PROSECUTOR)
    world.do(SERVER, cmd.AddParty(party=DEFENDANT, account="a1"))
    world.arrive(DEFENDANT)
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    end: dict[str, tuple[str, cmd.Command]] = {
        "left": (
            SERVER,
            cmd.Leave(party="defendant", connection="c-defendant", cause=ev.Departure.NETWORK),
        ),
        "superseded": ("defendant", cmd.Arrive(connection="d", take_over=True)),
        "admitted": ("judge", cmd.Admit(party="defendant")),
        "removed": ("judge", cmd.Remove(party="defendant", reason="冒名")),
    }
    world.do(*end[how])
    assert not world.state.identity_checks
    assert world.state.seats["clerk"].muted
    world.do("clerk", cmd.Unmute(party="clerk"))


def test_a_witness_sent_out_for_the_next_takes_their_floor_along() -> None:
    expert = Party(id="expert", role=Role.EXPERT, name="鉴定寅（虚构）")
    world = opened(JUDGE, CLERK, PROSECUTOR, WITNESS, expert)
    world.do("judge", cmd.Call(party="expert"))
    world.do("judge", cmd.GiveWord(party="expert"))
    world.do("expert", cmd.StartSource(source=Source.SCREEN))
    world.do("expert", cmd.RaiseHand())
    world.do("judge", cmd.Call(party="witness"))
    assert (world.state.word, world.state.requests) == ("", ())
    assert Source.SCREEN not in world.state.seats["expert"].sources


def register(world: World, name: str, address: str, origin: str, *holds: str) -> ev.Event:
    party = Party(id=f"o{len(world.entries)}", role=Role.OBSERVER, name=name)
    asked = cmd.RegisterObserver(party=party, address=address, origin=origin, holds=holds)
    (event,) = world.do(SERVER, asked)
    return event


def test_all_observers_are_sent_out_at_once_and_nobody_else() -> None:
    """Who watches and who only registered; they do not come back, and there must be one to be sent out."""
    world = opened(JUDGE, CLERK, PROSECUTOR)
    out = cmd.RemoveObservers(reason="扰乱秩序")
    world.do("judge", cmd.AllowObservers(allowed=True))
    with pytest.raises(Refused, match="no_change"):
        world.do("judge", out)
    for n in "甲乙":
        register(world, f"旁听{n}（虚构）", f"示范路{n}号", "")
    watching = next(s.party for s in world.state.seats.values() if s.party.role is Role.OBSERVER)
    world.arrive(watching).admit(watching)
    with pytest.raises(Refused, match="not_allowed"):
        world.do("clerk", out)
    events = world.do("judge", out)
    assert sum(isinstance(event, ev.PartyRemoved) for event in events) == 2
    assert [event.party for event in events if isinstance(event, ev.PartyLeft)] == [watching.id]
    for seat in world.state.seats.values():
        assert seat.removed is (seat.party.role is Role.OBSERVER)
    with pytest.raises(Refused, match="removed"):
        register(world, "旁听甲（虚构）", "示范路甲号", "")


def test_a_removed_observer_does_not_come_back_as_themselves() -> None:
    """Not with their browser's session, nor by name and address; who only resembles them is marked, for
    the court alone, and is not let in with everybody."""
    world = opened(JUDGE, CLERK, PROSECUTOR)
    world.do("judge", cmd.AllowObservers(allowed=True))
    first = register(world, "旁听甲（虚构）", "示范路1号", "N1")
    assert isinstance(first, ev.ObserverRegistered)
    gone = first.party
    world.arrive(gone).admit(gone)
    world.do("judge", cmd.Remove(party=gone.id, reason="扰乱秩序"))
    for name, address, holds in (
        ("旁听甲（虚构）", " 示范路 1号 ", ()),
        ("旁听乙（虚构）", "示范路2号", (gone.id,)),
    ):
        with pytest.raises(Refused, match="removed"):
            register(world, name, address, "N2", *holds)
    for name, address, origin, like in (
        ("旁听甲（虚构）", "示范路9号", "N2", gone.id),
        ("旁听乙（虚构）", "示范路2号", "N1", gone.id),
        ("旁听丙（虚构）", "示范路3号", "", ""),
    ):
        event = register(world, name, address, origin)
        assert isinstance(event, ev.ObserverRegistered)
        assert event.resembles == like
        entry = world.entries[-1]
        world.arrive(event.party)
        entries = {s.party: s.entry for s in view(world.state, "clerk").seats}
        assert (entries[event.party.id] or pytest.fail("no entry")).resembles == like
        own = next(s.entry for s in view(world.state, event.party.id).seats if s.entry)
        assert own.resembles == ""
        told = seen(world.state, entry, event.party.id)
        assert isinstance(told, ev.ObserverRegistered)
        assert (told.resembles, told.origin) == ("", "")
    (admitted,) = world.do("judge", cmd.AdmitAll())
    assert isinstance(admitted, ev.PartyAdmitted)
    assert world.state.seats[admitted.party].party.name == "旁听丙（虚构）"
    world.do(
        "clerk",
        cmd.Admit(party=next(p for p, s in world.state.seats.items() if s.here and not s.admitted)),
    )


def test_who_waits_outside_to_be_heard_is_told_no_reasons() -> None:
    """Of a pause, an adjournment, another's removal: they might tell what was said. The sides read them."""
    world = opened(JUDGE, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE, WITNESS)
    after = len(world.entries)
    world.do("judge", cmd.Remove(party="prosecutor", reason="SECRET-removal"))
    world.do("judge", cmd.PauseHearing(reason="SECRET-pause"))
    for reader, reads in (("witness", False), ("defendant", True), ("clerk", True)):
        assert (view(world.state, reader).pause_reason == "SECRET-pause") is reads
    world.do("judge", cmd.SuspendHearing(reason="SECRET-adjournment"))
    world.do(
        SERVER, cmd.Leave(party="advocate", connection="c-advocate", cause=ev.Departure.NETWORK)
    )
    world.arrive(ADVOCATE, connection="back")
    readers = {"witness": 0, "defendant": 3, "advocate": 3, "clerk": 3, "prosecutor": 1}
    for reader, count in readers.items():
        told = [seen(world.state, entry, reader) for entry in world.entries[after:]]
        assert str(told).count("SECRET") == count, reader
    assert view(world.state, "advocate").pause_reason == "SECRET-adjournment"
    assert view(world.state, "witness").pause_reason == ""


@pytest.mark.parametrize("pause", [cmd.PauseHearing(), cmd.SuspendHearing(reason="改期")])
def test_an_observer_is_shown_exhibits_in_session_alone(pause: cmd.Command) -> None:
    """In a pause it is gone from their page; when the hearing goes on it is there again."""
    world = opened(JUDGE, CLERK, PROSECUTOR, DEFENDANT, PUBLIC)
    exhibit = cmd.SubmitExhibit(
        party="prosecutor", name="a.pdf", media_type="application/pdf", size=9, sha256=SHA, pages=1
    )
    world.do(SERVER, exhibit)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    for command, in_session in ((None, True), (pause, False), (cmd.ResumeHearing(), True)):
        if command is not None:
            world.do("judge", command)
            assert any(renews(world.state, e.event, PUBLIC.id) for e in world.entries[-1:])
        for reader, sees in (("defendant", True), (PUBLIC.id, in_session)):
            state = world.state
            assert sees_shown(state, reader) is sees
            assert reads_page(state, state.exhibits[0], reader, 1) is sees
            assert (view(state, reader).shown is not None) is sees


def test_who_has_left_a_talk_of_three_may_ask_for_another_while_it_lasts() -> None:
    both = replace(ADVOCATE, counsel_for=("defendant", "second"))
    second = replace(DEFENDANT, id="second", name="丁某（虚构）")
    world = opened(JUDGE, CLERK, PROSECUTOR, DEFENDANT, INTERPRETER, both, second)
    world.do("judge", cmd.PauseHearing())
    world.do("advocate", cmd.AskConsultation(parties=("defendant", "interpreter")))
    another = cmd.AskConsultation(parties=("second",))
    assert refused(world, "advocate", another) is Code.NO_CHANGE
    world.do("defendant", cmd.AcceptConsultation(consultation=1))
    world.do("interpreter", cmd.AcceptConsultation(consultation=1))
    world.do("advocate", cmd.LeaveConsultation(consultation=1))
    world.do("advocate", another)
    assert world.state.consultations_made == 2
    assert world.state.seats["defendant"].consultation == 1
