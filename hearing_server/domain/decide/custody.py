"""Decisions about the custody of the recording: levels of access, notes, deletion by two persons.

None of it needs the courtroom: most is done when the hearing is over and nobody is connected.
"""

from collections.abc import Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.custody import Access, Deletion, is_whole
from hearing_server.domain.decide.rules import (
    ANY,
    MAX_REASON,
    Decision,
    Events,
    Rule,
    note,
    text,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.parties import Right, may

MAX_ACCESS = 500  # levels that may be in force
MAX_NOTES = 10_000
MAX_NOTE = 2000  # characters

_CLOSED = frozenset({Phase.CLOSED})
_OPENED = ANY - {Phase.SCHEDULED, Phase.WAITING}
_JUDGE = Rule(phases=ANY, right=Right.PRESIDE, admitted=False)
_COURT = Rule(phases=_OPENED, right=Right.OVERSEE, admitted=False)
_DELETER = Rule(phases=_CLOSED, right=Right.DELETE, admitted=False)

RULES: Mapping[type, Rule] = {
    cmd.SetAccess: _JUDGE,
    cmd.EndAccess: _JUDGE,
    cmd.LiftAccess: _JUDGE,
    cmd.PlaceNote: _COURT,
    cmd.RemoveNote: _COURT,
    cmd.ProposeDeletion: _DELETER,
    cmd.ConsentToDeletion: _DELETER,
    cmd.DropDeletion: _DELETER,
    cmd.EnterDeletion: Rule(phases=_CLOSED, server=True),
}


def _set(state: HearingState, command: cmd.SetAccess, by: str, now: int) -> Events:
    custody = state.custody
    if is_whole(command.started_at, command.ended_at):
        if command.level is custody.level:
            raise Refused(Code.NO_CHANGE)
    else:
        _check_span(command.started_at, command.ended_at, now)
    if len(custody.access) >= MAX_ACCESS:
        raise Refused(Code.TOO_MANY, f"{MAX_ACCESS} levels")
    reason = text(command.reason, MAX_REASON)
    return (_access(state, command.level, command.started_at, command.ended_at, reason),)


def _check_span(started_at: int, ended_at: int | None, now: int) -> None:
    if not 0 < started_at <= now:
        raise Refused(Code.BAD_MESSAGE, "a span begins in the past")
    if ended_at is not None and not started_at < ended_at <= now:
        raise Refused(Code.BAD_MESSAGE, "a span ends after its beginning and not in the future")


def _access(
    state: HearingState, level: ev.Level, started_at: int, ended_at: int | None, reason: str
) -> ev.AccessSet:
    return ev.AccessSet(
        access=state.custody.access_set + 1,
        level=level,
        started_at=started_at,
        ended_at=ended_at,
        reason=reason,
    )


def sealed_from_now(state: HearingState, reason: str, now: int) -> ev.AccessSet:
    """What the exclusion of the public seals: the words, and the recording where there is one."""
    return _access(state, ev.Level.SEALED, now, None, reason)


def sealing_ended(state: HearingState, now: int) -> Events:
    """What its end does to that span."""
    sealed = state.custody.access.get(state.custody.exclusion or 0)
    if sealed is None or not sealed.exclusion:  # in a log from before every exclusion sealed
        return ()
    return (_access_ended(sealed, now),)


def _access_ended(access: Access, now: int) -> ev.AccessEnded:
    """A span holds at least a moment: one without any would seal nothing."""
    return ev.AccessEnded(access=access.access, ended_at=max(now, access.started_at + 1))


def _end(state: HearingState, command: cmd.EndAccess, by: str, now: int) -> Events:
    access = _in_force(state, command.access)
    if access.whole or access.ended_at is not None:
        raise Refused(Code.NO_CHANGE)
    return (_access_ended(access, now),)


def _lift(state: HearingState, command: cmd.LiftAccess, by: str, now: int) -> Events:
    access = _in_force(state, command.access)
    return (ev.AccessLifted(access=access.access, reason=text(command.reason, MAX_REASON)),)


def _in_force(state: HearingState, number: int) -> Access:
    """A level that may be changed: the exclusion of the public keeps its own sealed."""
    access = state.custody.access.get(number)
    if access is None:
        raise Refused(Code.NOT_FOUND)
    if access.exclusion and number == state.custody.exclusion and state.phase is not Phase.CLOSED:
        raise Refused(Code.PUBLIC_EXCLUDED)
    return access


def _place(state: HearingState, command: cmd.PlaceNote, by: str, now: int) -> Events:
    if state.opened_at is None:  # cancelled
        raise Refused(Code.WRONG_PHASE, state.phase)
    if len(state.custody.notes) >= MAX_NOTES:
        raise Refused(Code.TOO_MANY, f"{MAX_NOTES} notes")
    at = min(max(command.at, state.opened_at), state.closed_at or now)
    words = note(command.text, MAX_NOTE)
    number = len(state.custody.notes) + 1
    return (ev.NotePlaced(note=number, at=at, text=words, private=command.private),)


def _remove(state: HearingState, command: cmd.RemoveNote, by: str, now: int) -> Events:
    """Everybody their own, the presiding judge any."""
    if not 1 <= command.note <= len(state.custody.notes):
        raise Refused(Code.NOT_FOUND)
    placed = state.custody.notes[command.note - 1]
    if placed.removed:
        raise Refused(Code.NOT_FOUND)
    if placed.by != by and not may(state.seats[by].party.role, Right.PRESIDE):
        raise Refused(Code.NOT_ALLOWED)
    return (ev.NoteRemoved(note=placed.note),)


def _propose(state: HearingState, command: cmd.ProposeDeletion, by: str, now: int) -> Events:
    if state.custody.deletion is not None:
        raise Refused(Code.NO_CHANGE)
    if not any(recorded.segments for recorded in state.recorded.values()):
        raise Refused(Code.NOT_FOUND, "nothing was recorded")
    _check_retention(command.kept_until, now)
    return (ev.DeletionProposed(reason=text(command.reason, MAX_REASON)),)


def _consent(state: HearingState, command: cmd.ConsentToDeletion, by: str, now: int) -> Events:
    deletion = _asked(state)
    _check_retention(command.kept_until, now)
    first, second = state.seats[deletion.proposed_by].party, state.seats[by].party
    same = first.account == second.account and first.account
    if first.id == second.id or same:
        raise Refused(Code.SECOND_PERSON)
    if not (may(first.role, Right.PRESIDE) or may(second.role, Right.PRESIDE)):
        raise Refused(Code.SECOND_PERSON, "one of the two is the presiding judge")
    return (ev.DeletionConsented(),)


def _check_retention(kept_until: int, now: int) -> None:
    if now < kept_until:
        raise Refused(Code.RETENTION, str(kept_until))


def _asked(state: HearingState) -> Deletion:
    """A deletion that waits for the second person."""
    deletion = state.custody.deletion
    if deletion is None or deletion.consented_by:
        raise Refused(Code.NOT_FOUND)
    return deletion


def _drop(state: HearingState, command: cmd.DropDeletion, by: str, now: int) -> Events:
    _asked(state)
    return (ev.DeletionDropped(),)


def _enter(state: HearingState, command: cmd.EnterDeletion, by: str, now: int) -> Events:
    deletion = state.custody.deletion
    if deletion is None or not deletion.consented_by or state.custody.deleted:
        raise Refused(Code.NO_CHANGE)
    return (ev.RecordingDeleted(segments=command.segments, size=command.size),)


DECISIONS: Mapping[type, Decision] = {
    cmd.SetAccess: _set,
    cmd.EndAccess: _end,
    cmd.LiftAccess: _lift,
    cmd.PlaceNote: _place,
    cmd.RemoveNote: _remove,
    cmd.ProposeDeletion: _propose,
    cmd.ConsentToDeletion: _consent,
    cmd.DropDeletion: _drop,
    cmd.EnterDeletion: _enter,
}
