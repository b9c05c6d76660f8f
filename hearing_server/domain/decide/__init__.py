"""`decide(state, command, by, now)`: who may, when, and which events follow. Pure.

One file a subject, each with its table of rules first and its decisions after. A decision returns the
events to append or raises `Refused`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hearing_server.domain.commands import Command
from hearing_server.domain.decide import (
    course,
    custody,
    exhibits,
    floor,
    handover,
    lines,
    messages,
    objections,
    observers,
    people,
    private,
    read_back,
    record,
    signing,
)
from hearing_server.domain.decide.exhibits import check_point
from hearing_server.domain.decide.lines import lines_of
from hearing_server.domain.decide.private import entered_by, talks_that_waited
from hearing_server.domain.decide.read_back import ended_with
from hearing_server.domain.decide.record import (
    check_explanation,
    check_freeze,
    check_signer,
    next_version,
    signing_order,
)
from hearing_server.domain.decide.rules import Decision, Events, Rule, check_rule
from hearing_server.domain.decide.signing import asks_code, check_held, code_due
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry

_SUBJECTS = (
    course, people, observers, handover, floor, private, exhibits, messages, lines, read_back, record,
    signing, objections, custody,
)  # fmt: skip

RULES: Mapping[type, Rule] = MappingProxyType(
    {command: rule for subject in _SUBJECTS for command, rule in subject.RULES.items()}
)
DECISIONS: Mapping[type, Decision] = MappingProxyType(
    {command: made for subject in _SUBJECTS for command, made in subject.DECISIONS.items()}
)


def decide(state: HearingState, command: Command, by: str, now: int) -> Events:
    """The events that follow from `command` of `by` (a party id or SERVER) at `now` (Unix ms).

    Raises `Refused`, and then nothing has happened.
    """
    check(state, type(command), by)
    events = DECISIONS[type(command)](state, command, by, now)
    return (*events, *_followed_by(state, events, by, now))


def _followed_by(state: HearingState, events: Events, by: str, now: int) -> Events:
    """What follows from any command: the end of what is read back, the talks that people waited for."""
    waiting = any(talk.leave_asked for talk in state.consultations.values())
    if not waiting and state.reading is None:
        return ()
    after = _after(state, events, by, now)
    ended = ended_with(state, after)
    # Whatever frees people, or ends what they needed leave for, begins the talk that they wait for.
    return (*ended, *talks_that_waited(after)) if waiting else ended


def _after(state: HearingState, events: Events, by: str, now: int) -> HearingState:
    for event in events:
        entry = Entry(hearing=state.hearing, seq=state.seq + 1, at=now, by=by, event=event)
        state = apply(state, entry)
    return state


def check(state: HearingState, command: type, by: str) -> None:
    """Refuse `by` giving this kind of command at all: role first, then a removal, presence, phase."""
    check_rule(state, RULES[command], by, command.__name__)


__all__ = [
    "DECISIONS",
    "RULES",
    "Rule",
    "asks_code",
    "check",
    "check_explanation",
    "check_freeze",
    "check_held",
    "check_point",
    "check_signer",
    "code_due",
    "decide",
    "entered_by",
    "lines_of",
    "next_version",
    "signing_order",
]
