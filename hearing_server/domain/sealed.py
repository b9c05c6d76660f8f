"""Whose words a sealed span masks, from whom, everywhere they are shown afterwards.

Masked is what was said or written in the span: lines of the record, opinions, objections, reasons, the open
chat, and what an exhibit shown in it is called for whoever may not look at it. What was done stays for
whoever knew of it: who came, was given the word, said yes or no. Bench and clerk read everything.

What the presiding judge seals by order is masked for everybody else, on screens and in print. What the
exclusion of the public seals is kept from the public, not from the case's own people: the sides and whoever
serves them read it, and sign it, whether or not they sat inside at that very moment. While they are outside
they read of it what they sat through, as a witness does at all times.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches, without
from hearing_server.domain.doors import oversees
from hearing_server.domain.events import Event, Span
from hearing_server.domain.events.messages import EVERYBODY
from hearing_server.domain.exhibit_readers import reads_exhibit
from hearing_server.domain.hearing import Exhibit, HearingState, Message, Opinion, Phase, Request
from hearing_server.domain.lines import Line
from hearing_server.domain.objections import Objection
from hearing_server.domain.parties import Right, Role, may
from hearing_server.domain.places import inside
from hearing_server.domain.record import Freeze, Refusal, Wording

# What kind: a line, an opinion, an exhibit (its name), an objection, a refusal (of which version); the
# number, and whose opinion or refusal.
Words = tuple[str, int, str]

# The fields of a fact that hold somebody's words. Why the public is excluded is said to the public.
WORDS: Mapping[type, tuple[str, ...]] = {
    ev.ChecklistMarked: ("note",),
    ev.ConsentWithdrawn: ("reason",),
    ev.ExhibitShown: ("name",),
    ev.ExhibitSubmitted: ("name",),
    ev.FaultExplained: ("text", "english"),
    ev.HearingClosed: ("reason",),
    ev.HearingPaused: ("reason",),
    ev.HearingSuspended: ("reason",),
    ev.LineCorrected: ("text",),
    ev.LineEntered: ("text",),
    ev.MessageSent: ("text",),
    ev.NotePlaced: ("text",),
    ev.ObjectionMade: ("quote", "wording", "reason"),
    ev.ObjectionRefused: ("reason",),
    ev.OpinionGiven: ("note",),
    ev.PartyRemoved: ("reason",),
    ev.RequestAnswered: ("note",),
    ev.RequestRaised: ("note",),
    ev.SignatureRefused: ("reason",),
}


def reads_sealed(state: HearingState, reader: str) -> bool:
    """Whether `reader` reads the words of every sealed span: bench and clerk."""
    return oversees(state, reader)


def sealed_from(state: HearingState, reader: str | None) -> tuple[Span, ...]:
    """The spans whose words `reader` may not read; None: whoever is not of the court and the hearing."""
    if reader is None or not state.custody.sealed:
        return state.custody.sealed
    seat = state.seats[reader]
    over = state.phase is Phase.CLOSED and seat.attended and not seat.removed
    if over or inside(state, seat):
        return _sealed_in_print_from(state, reader)
    return _not_sat_through(state, reader)


def _sealed_in_print_from(state: HearingState, reader: str | None) -> tuple[Span, ...]:
    """The same of a document, which whoever may read it at all reads wherever they are."""
    if reader is not None and may(state.seats[reader].party.role, Right.READ_LINES):
        return () if reads_sealed(state, reader) else state.custody.ordered
    return _not_sat_through(state, reader)


def _not_sat_through(state: HearingState, reader: str | None) -> tuple[Span, ...]:
    custody = state.custody
    if reader is None or state.seats[reader].party.role is Role.OBSERVER:
        return custody.sealed
    if reads_sealed(state, reader):
        return ()
    return custody.ordered + without(custody.excluded, state.seats[reader].stays)


def masked(state: HearingState, event: Event, at: int, reader: str | None) -> Event:
    """The event of an entry at this time without the words that are sealed from `reader`."""
    fields = WORDS.get(type(event), ())
    if not fields or _is_for(state, event, reader):
        return event
    sealed = sealed_from(state, reader)
    if not any(touches(sealed, *span) for span in _when(state, event, at)):
        return event
    nothing: dict[str, Any] = dict.fromkeys(fields, "")
    return replace(event, **nothing)


def _is_for(state: HearingState, event: Event, reader: str | None) -> bool:
    """Whether a seal does not bear on it: a private message, an exhibit that they may look at."""
    if isinstance(event, ev.MessageSent):
        return event.to != EVERYBODY
    if isinstance(event, ev.ExhibitShown | ev.ExhibitSubmitted):
        exhibit = state.exhibits[event.exhibit - 1]
        return reader is not None and reads_exhibit(state, exhibit, reader)
    return False


def _when(state: HearingState, event: Event, at: int) -> tuple[tuple[int, int], ...]:
    """When its words were said; of an objection also those that it is about."""
    if isinstance(event, ev.LineEntered | ev.LineCorrected):
        return (_said(state, event),)
    if isinstance(event, ev.ObjectionMade):
        return _asked(state.objections[event.objection - 1])
    if isinstance(event, ev.ObjectionRefused):
        return (*_asked(state.objections[event.objection - 1]), (at, at))
    return ((event.at, event.at),) if isinstance(event, ev.NotePlaced) else ((at, at),)


def _asked(objection: Objection) -> tuple[tuple[int, int], ...]:
    return _ends(objection.span), (objection.made_at, objection.made_at)


def _answered(objection: Objection) -> tuple[tuple[int, int], ...]:
    at = objection.answered_at
    return _asked(objection) if at is None else (*_asked(objection), (at, at))


def _said(state: HearingState, event: ev.LineEntered | ev.LineCorrected) -> tuple[int, int]:
    """The span of these very words: the line may be of another by now."""
    if event.started_at is None or event.ended_at is None:
        return _ends(state.lines[event.line - 1].entered)
    return event.started_at, event.ended_at


def words_at(state: HearingState, words: str, at: int, reader: str | None) -> str:
    """What was said at a moment as `reader` may read it; empty where it is sealed from them."""
    return "" if words and touches(sealed_from(state, reader), at, at) else words


def line_for(state: HearingState, line: Line, reader: str) -> Line:
    """The line as `reader` may read it; no text where it is sealed from them."""
    hidden = touches(sealed_from(state, reader), line.started_at, line.ended_at)
    return replace(line, text="") if hidden else line


def opinion_for(state: HearingState, opinion: Opinion, reader: str) -> Opinion:
    """What it says yes or no to stays."""
    return replace(opinion, note=words_at(state, opinion.note, opinion.at, reader))


def request_for(state: HearingState, request: Request, reader: str) -> Request:
    return replace(request, note=words_at(state, request.note, request.raised_at, reader))


def message_for(state: HearingState, message: Message, reader: str) -> Message:
    if message.to != EVERYBODY:
        return message
    return replace(message, text=words_at(state, message.text, message.at, reader))


def refusal_for(state: HearingState, refusal: Refusal, reader: str) -> str:
    return words_at(state, refusal.reason, refusal.at, reader)


def objection_for(state: HearingState, objection: Objection, reader: str) -> Objection:
    """What was asked of which line, and what became of it, stays."""
    spans = sealed_from(state, reader)
    if any(touches(spans, *moment) for moment in _asked(objection)):
        return replace(objection, quote="", wording="", reason="", answer="")
    hidden = any(touches(spans, *moment) for moment in _answered(objection))
    return replace(objection, answer="") if hidden else objection


def wording_for(state: HearingState, wording: Wording, reader: str) -> Wording:
    """What a line said in an earlier print, as `reader` may read it in one of today."""
    spans = _sealed_in_print_from(state, reader)
    hidden = touches(spans, *_ends(wording.span))
    return replace(wording, text="", sealed=True) if hidden else wording


def masked_in_print(state: HearingState) -> frozenset[Words]:
    """What a document that is printed now masks: what the judge sealed, and what would name whoever is
    screened."""
    asked = [
        party
        for party, seat in state.seats.items()
        if seat.attended and not seat.removed and may(seat.party.role, Right.SIGN)
    ]
    return _within(state, state.custody.ordered) | _struck(state) | _of_screened(state, asked)


def _struck(state: HearingState) -> frozenset[Words]:
    """What is struck is not printed at all."""
    return frozenset(("line", one.line, "") for one in state.lines if one.struck is not None)


def _of_screened(state: HearingState, asked: Iterable[str]) -> frozenset[Words]:
    """What those who were ever screened call their exhibits, and what is said of one that was never shown
    to somebody who signs and is kept from its owner."""
    if not state.screened_ever:
        return frozenset()
    theirs = [one for one in state.exhibits if one.on_record and one.party in state.screened_ever]
    kept = [party for party in asked if not reads_sealed(state, party)]
    names = {("exhibit", one.exhibit, "") for one in theirs}
    opinions = {
        ("opinion", one.exhibit, opinion.party)
        for one in theirs
        for opinion in one.opinions.values()
        if opinion.note and not one.was_shown and any(state.screened(one.party, p) for p in kept)
    }
    return frozenset(names | opinions)


def reads_print(state: HearingState, party: str) -> bool:
    """Whether `party` may read a document that is printed now."""
    return _within(state, _sealed_in_print_from(state, party)) <= masked_in_print(state)


def exposes_sealed(state: HearingState, reader: str | None) -> bool:
    """Whether the frozen document shows words that are sealed from `reader`; None: whoever is outside."""
    freeze = state.freeze
    if freeze is None:
        return False
    spans = _sealed_in_print_from(state, reader)
    lines = {("line", one.line, "") for one in freeze.printed if touches(spans, *_ends(one.span))}
    others = (words for words in _within(state, spans) if words[0] != "line")
    shown = {words for words in others if _told_by(state, freeze, words, reader)}
    return not lines | shown <= freeze.masked


def _ends(span: Span) -> tuple[int, int]:
    return span.started_at, span.ended_at or span.started_at


def _told_by(state: HearingState, freeze: Freeze, words: Words, reader: str | None) -> bool:
    """Whether words are in what was frozen, and those of an exhibit new to whoever reads it."""
    kind, number, party = words
    if kind == "objection":
        return f"objection-{number}" in freeze.passages
    if kind == "refusal":
        sealed = number == freeze.version and party in freeze.refusals_sealed
        return sealed or f"refusal-{number}-{party}" in freeze.passages
    if kind == "exhibit":
        exhibit = state.exhibits[number - 1]
        known = reader is not None and reads_exhibit(state, exhibit, reader)
        return _named_at(exhibit) <= freeze.frozen_at and not known
    return True


def _named_at(exhibit: Exhibit) -> int:
    """When the court was told what it is called: when it was shown, or else submitted."""
    return exhibit.submitted_at if exhibit.shown_at is None else exhibit.shown_at


def _within(state: HearingState, spans: tuple[Span, ...]) -> frozenset[Words]:
    """The words of the record that were said in these spans."""
    if not spans:
        return frozenset()
    lines = {
        ("line", line.line, "")
        for line in state.lines
        if touches(spans, line.started_at, line.ended_at)
    }
    opinions = {
        ("opinion", exhibit.exhibit, opinion.party)
        for exhibit in state.exhibits
        for opinion in exhibit.opinions.values()
        if opinion.note and touches(spans, opinion.at, opinion.at)
    }
    names = {
        ("exhibit", exhibit.exhibit, "")
        for exhibit in state.exhibits
        if exhibit.on_record and touches(spans, _named_at(exhibit), _named_at(exhibit))
    }
    objections = {
        ("objection", one.objection, "")
        for one in state.objections
        if any(touches(spans, *moment) for moment in _answered(one))
    }
    refusals = {
        ("refusal", one.version, one.party)
        for one in state.refusals
        if touches(spans, one.at, one.at)
    }
    return frozenset(lines | opinions | names | objections | refusals)
