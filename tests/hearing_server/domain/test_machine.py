"""Hearings that wander: whatever is asked in whatever order, what must never happen does not.

Who asks what is left to chance, from a seed; after each event the rules of privacy are looked at from outside, by what
`reach`, `seen` and `view` say, and not by how they are made.
"""

import json
from dataclasses import replace
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import check, decide
from hearing_server.domain.errors import Refused
from hearing_server.domain.fold import apply, replay
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.log import SERVER, Entry, canonical, entry_from
from hearing_server.domain.parties import BENCH, STAFF, Right, Role, may
from hearing_server.domain.reach import RECOGNISER, RECORDER, Edge, may_differ, reach
from hearing_server.domain.visible import seen
from signaling import views

from . import chance
from .expected import course_of, sealed_texts
from .world import NOW

# What ends much is rarely done: the walk is to go on.
RARE = (cmd.CloseHearing, cmd.Cancel, cmd.Remove, cmd.Leave, cmd.SuspendHearing)
TALKERS = ("defendant", "advocate", "interpreter")


class Hearing:
    """Begins with everybody here; wanders from there, or from in session."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.state = HearingState()
        self.entries: list[Entry] = []
        self.now = NOW
        self.watched = False
        self.attempt(SERVER, cmd.Plan(planned=chance.cast_planned()))
        for party in chance.CAST:
            self.attempt(party.id, cmd.Arrive(connection=f"c-{party.id}", accepted_as="ACCEPTED"))
            for source in (ev.Source.CAMERA, ev.Source.MICROPHONE):
                self.attempt(party.id, cmd.StartSource(source=source))
        if seed % 3:
            self.attempt("judge", cmd.AdmitAll())
            self.attempt("judge", cmd.OpenHearing())
        self.watched = True

    def step(self) -> None:
        """Somebody asks something that the table lets them ask, until something happens."""
        if self.chance.random() < 0.1:
            self.talk()
        elif self.chance.random() < 0.1:
            self.identify()
        before = len(self.entries)
        for _ in range(8):
            self.ask()
            if len(self.entries) > before:
                return

    def ask(self) -> None:
        by = self.chance.choice((*self.state.seats, SERVER, "judge", "clerk", "prosecutor"))
        kinds = [kind for kind in chance.COMMANDS if kind is not cmd.Plan and self.may(kind, by)]
        kind = self.chance.choice(kinds or [cmd.ReportReady])
        if kind in RARE and self.chance.random() < 0.8:
            return
        if kind is cmd.Leave:
            self.attempt(by, chance.leave(self.chance, self.state))
        else:
            self.attempt(by, chance.command(self.chance, kind, self.state))

    def talk(self) -> None:
        """The way to a private talk is long: it is taken more often than by chance."""
        by, other = self.chance.sample(TALKERS, 2)
        self.attempt(by, cmd.AskConsultation(parties=(other,)))
        number = self.state.consultations_made
        self.attempt(other, cmd.AcceptConsultation(consultation=number))
        self.attempt("judge", cmd.PermitConsultation(consultation=number))
        third = self.chance.choice(TALKERS)
        self.attempt(by, cmd.AskConsultation(parties=(third,), into=number))
        for party in (other, third):
            self.attempt(party, cmd.AcceptConsultation(consultation=number + 1))
        self.attempt("judge", cmd.PermitConsultation(consultation=number + 1))

    def identify(self) -> None:
        """As long is the way to a confirmed identity: somebody waits, the clerk looks, then says who it is."""
        waiting = [p for p, s in self.state.seats.items() if s.presence is Presence.WAITING]
        if not waiting:
            return
        party = self.chance.choice(waiting)
        self.attempt("clerk", cmd.BeginIdentityCheck(party=party))
        for kind in (cmd.ConfirmIdentity, cmd.KeepDocumentPicture, cmd.EndIdentityCheck):
            by = SERVER if kind is cmd.KeepDocumentPicture else "clerk"
            made = chance.command(self.chance, kind, self.state)
            if self.chance.random() < 0.6:
                self.attempt(by, replace(made, party=party))

    def may(self, kind: type, by: str) -> bool:
        try:
            check(self.state, kind, by)
        except Refused:
            return False
        return True

    def attempt(self, by: str, command: cmd.Command) -> None:
        """Nothing but a refusal may come of it, or events that can be applied, kept and shown."""
        self.now += 1000
        try:
            events = decide(self.state, command, by, self.now)
        except Refused:
            return
        before, made = self.state, []
        for event in events:
            entry = Entry(hearing="h1", seq=self.state.seq + 1, at=self.now, by=by, event=event)
            assert entry_from(json.loads(canonical(entry))) == entry
            self.state = apply(self.state, entry)
            made.append(entry)
        self.entries += made
        if made and self.watched:
            check_reach(before, self.state)
            check_words(before, self.state, self.entries[: -len(made)], made)


def check_reach(before: HearingState, state: HearingState) -> None:
    edges = reach(state)
    assert may_differ(before, state) or set(edges) == set(reach(before))
    for edge in edges:
        check_edge(state, edge)
        if edge.sink == RECOGNISER:
            assert RECORDER in edges.sinks(edge.party, edge.source), "what is heard is recorded"
    sharing = {
        s.party.id
        for s in state.seats.values()
        if s.presence is Presence.ADMITTED and any(source in s.sources for source in ev.SHARE)
    }
    assert len(sharing) <= 1, "one screen is before the courtroom"


def check_edge(state: HearingState, edge: Edge) -> None:
    sender, sink = state.seats[edge.party], state.seats.get(edge.sink)
    assert sender.sources[edge.source]
    assert sender.party.role is not Role.OBSERVER
    assert edge.party != edge.sink
    check_place(state, sender, sink)
    if sink is None:
        assert edge.sink in (RECORDER, RECOGNISER)
        assert edge.sink == RECORDER or edge.source is ev.Source.MICROPHONE
        check_recorded(state, sender)
    screening = state.screened(edge.party, edge.sink)
    if screening is not None:
        assert not (screening.sight and edge.source in ev.SEEN)
        assert not (screening.sound and edge.source in ev.HEARD)
    in_court = sender.presence is Presence.ADMITTED and not checks(state, sender)
    assert not (in_court and sender.muted and edge.source is ev.Source.MICROPHONE)
    assert not (in_court and sender.locked and edge.source in ev.HEARD)
    if edge.source is ev.Source.ROOM:
        assert sink is None or sink.party.role in BENCH


def check_place(state: HearingState, sender: Seat, sink: Seat | None) -> None:
    """Who is not in the same room, or in none, does not meet."""
    allowed = {Presence.ADMITTED, Presence.CONSULTING, Presence.WAITING}
    for seat in (sender, sink):
        assert seat is None or seat.presence in allowed
    if sender.consultation is not None or (sink and sink.consultation is not None):
        assert sink is not None
        assert sender.consultation == sink.consultation, "no edge out of a talk or into it"
        return
    waiting = [s for s in (sender, sink) if s and s.presence is Presence.WAITING]
    if waiting or checks(state, sender):
        assert sink is not None
        pair = {sender.party.id, sink.party.id}
        assert any(pair == {party, clerk} for party, clerk in state.identity_checks.items())
        return
    if state.deliberating:
        assert sink is not None
        assert {sender.party.role, sink.party.role} <= BENCH
    if state.phase in (Phase.PAUSED, Phase.SUSPENDED):
        assert sink is not None
        assert {sender.party.role, sink.party.role} <= STAFF
    if sink is not None and sink.party.role is Role.OBSERVER:
        assert state.phase is Phase.IN_SESSION
        assert not state.public_excluded


def checks(state: HearingState, seat: Seat) -> bool:
    """Whether this clerk is busy with somebody's identity."""
    return seat.party.id in state.identity_checks.values()


def check_recorded(state: HearingState, sender: Seat) -> None:
    assert state.phase is Phase.IN_SESSION
    assert not state.deliberating
    assert not state.off_record
    assert sender.presence is Presence.ADMITTED
    assert not checks(state, sender)


def check_words(
    before: HearingState, state: HearingState, past: list[Entry], made: list[Entry]
) -> None:
    """What each reader is told, and sees in the whole view, holds nothing that is not for them."""
    entries = [*past, *made]
    course = course_of(entries)
    for reader in state.seats:
        told = msgspec.json.encode(views.told(state, made, reader)).decode()
        view = msgspec.json.encode(views.view(state, reader)).decode()
        for secret in secrets(state, entries, course, reader):
            assert secret not in told, (reader, secret, told)
            assert secret not in view, (reader, secret, view)
        gone = reader not in before.seats or state.seats[reader].removed
        if not gone and not views.widens(state, made, reader):
            check_past(before, state, past[-20:], reader)


def secrets(
    state: HearingState, entries: list[Entry], course: list[HearingState], reader: str
) -> list[str]:
    """The words that this reader must not find anywhere."""
    seat = state.seats[reader]
    found = ["510104200001010000", "ORIGIN"]
    if may(seat.party.role, Right.OVERSEE):
        return found + hidden_messages(state, seat)
    found += ["ACCOUNT-", "ADDRESS", "FAULT"]
    for other in state.seats.values():
        hidden = state.screened(other.party.id, reader) is not None
        unlisted = other.party.role is Role.OBSERVER and other is not seat
        if hidden or unlisted:
            found += [f'NAME-{other.party.id}"', f'SITE-{other.party.id}"']
    if not may(seat.party.role, Right.READ_LINES) or seat.presence is Presence.WAITING:
        found.append("RECORD")
    if seat.party.role is Role.OBSERVER:
        found = [secret for secret in found if secret != "ADDRESS"]
    sealed = sealed_texts(state, entries, reader, course)
    return found + sealed + hidden_notes(state, seat) + hidden_messages(state, seat)


def hidden_notes(state: HearingState, seat: Seat) -> list[str]:
    """Until the hearing is closed all of them are the court's own."""
    over = state.phase is Phase.CLOSED
    return [n.text for n in state.custody.notes if n.private or not over]


def hidden_messages(state: HearingState, seat: Seat) -> list[str]:
    me = "clerk" if seat.party.role is Role.CLERK else seat.party.id
    private = (m for m in state.messages if m.to != "all" and me not in (m.sender, m.to))
    return [f"MESSAGE-{message.message}." for message in private]


# Of a talk that is over only its beginning and its end are kept for those who ask again.
_FADES = ev.ConsultationAccepted | ev.ConsultationPermitted | ev.ConsultationLocked
# The page that is shown may be read as long as it is, and says itself what a viewer needs.
_SHOWN = ev.ExhibitSubmitted | ev.ExhibitWithdrawn | ev.OpinionGiven


def check_past(before: HearingState, state: HearingState, past: list[Entry], reader: str) -> None:
    """Without a new view nothing of the past appears or changes: catch-up says what was told live."""
    for entry in past:
        if not isinstance(entry.event, _FADES | _SHOWN):
            then, now = seen(before, entry, reader), seen(state, entry, reader)
            assert now == then, (reader, entry.event)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 32))
def test_a_hearing_that_wanders_breaks_no_rule(seed: int) -> None:
    hearing = Hearing(seed)
    for _ in range(40):
        hearing.step()
    assert replay(hearing.entries) == hearing.state


def test_the_walk_comes_everywhere() -> None:
    """It is worth something: three quarters of the events there are have been made on the way."""
    made: set[type] = set()
    for seed in range(10):
        hearing = Hearing(seed)
        hearing.watched = False
        for _ in range(280):
            hearing.step()
        made |= {type(entry.event) for entry in hearing.entries}
    missing = {kind.__name__ for kind in set(ev.EVENT_TYPES) - made}
    assert len(missing) <= len(ev.EVENT_TYPES) // 4, missing
