"""What every decision shares: the rule of who may give a command and when, and how texts are checked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.hidden import HIDDEN
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import STAFF, Right, may

MAX_NAME = 100
MAX_REASON = 500

ANY = frozenset(Phase)
NOT_CLOSED = ANY - {Phase.CLOSED}
SITTING = frozenset({Phase.WAITING, Phase.IN_SESSION, Phase.PAUSED, Phase.SUSPENDED})
BEGUN = frozenset({Phase.IN_SESSION, Phase.PAUSED})
NOT_BEGUN = frozenset({Phase.SCHEDULED, Phase.WAITING})

Events = tuple[ev.Event, ...]
Decision = Callable[[HearingState, Any, str, int], Events]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may give a command and when. `right` None is any party; `server` is the server alone.

    `deputy`: also the clerk who is in charge while the presiding judge's connection is lost. Those are
    the acts that keep a hearing in order; what decides something about it waits for the judge.
    """

    phases: frozenset[Phase]
    right: Right | None = None
    server: bool = False
    admitted: bool = True  # the party must be in the courtroom
    deputy: bool = False


def check_rule(state: HearingState, rule: Rule, by: str, what: str) -> None:
    """Refuse `by` this kind of command at all: role first, then a removal, presence, phase."""
    if by == SERVER or rule.server:
        if not (by == SERVER and rule.server):
            raise Refused(Code.NOT_ALLOWED, what)
    else:
        seat = seat_of(state, by)
        if not _has_right(state, rule, seat):
            raise Refused(Code.NOT_ALLOWED, what)
        if seat.removed:
            raise Refused(Code.REMOVED)
        if rule.admitted and seat.presence is not Presence.ADMITTED:
            raise Refused(Code.NOT_PRESENT, by)
    if state.phase not in rule.phases:
        raise Refused(Code.WRONG_PHASE, state.phase)


def _has_right(state: HearingState, rule: Rule, seat: Seat) -> bool:
    if rule.right is Right.OVERSEE and not seat.removed:
        return oversees(state, seat.party.id)
    if rule.right is None or may(seat.party.role, rule.right):
        return True
    return rule.deputy and state.in_charge == seat.party.id


def spare_court(state: HearingState, seat: Seat, by: str) -> None:
    """Refuse a deputy an act upon bench or clerk: it is to keep order among the parties."""
    if state.in_charge == by and seat.party.role in STAFF:
        raise Refused(Code.NOT_ALLOWED, seat.party.id)


def writable(state: HearingState) -> None:
    """Refuse to change a record that everybody has answered, once no sitting can follow."""
    if state.complete:
        raise Refused(Code.TRANSCRIPT_COMPLETE)


def seat_of(state: HearingState, party: str) -> Seat:
    seat = state.seats.get(party)
    if seat is None:
        raise Refused(Code.UNKNOWN_PARTY, party[:64])
    return seat


def text(given: str, limit: int) -> str:
    """A text that a person typed: trimmed, not empty, bounded, without what does not show."""
    clean = given.strip()
    if not clean:
        raise Refused(Code.EMPTY)
    if len(clean) > limit:
        raise Refused(Code.BAD_MESSAGE, f"longer than {limit} characters")
    hidden = HIDDEN.search(clean)
    if hidden is not None:
        raise Refused(Code.BAD_MESSAGE, f"control character U+{ord(hidden[0]):04X}")
    return clean


def note(given: str, limit: int = MAX_REASON) -> str:
    """As `text`, but it may be empty."""
    return given.strip() and text(given, limit)
