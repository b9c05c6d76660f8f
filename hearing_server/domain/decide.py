"""`decide(state, command, by, now)`: who may, when, and which events follow. Pure.

The table of rules first, then one function a command. It returns the events to append or raises `Refused`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.commands import Command
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Freeze, HearingState, Phase, Presence, Seat
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import BENCH, Right, Role, may

MAX_TEXT = 20_000  # characters of one line
MAX_NAME = 100
MAX_REASON = 500
MAX_LINES = 50_000

_ANY = frozenset(Phase)
_SITTING = frozenset({Phase.WAITING, Phase.IN_SESSION, Phase.PAUSED, Phase.SUSPENDED})
_RECORD_OPEN = frozenset({Phase.IN_SESSION, Phase.PAUSED, Phase.SUSPENDED, Phase.CLOSED})
_READY_TO_FREEZE = frozenset({Phase.PAUSED, Phase.SUSPENDED, Phase.CLOSED})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may give a command and when. `right` None is any party; `server` is the server alone."""

    phases: frozenset[Phase]
    right: Right | None = None
    server: bool = False
    admitted: bool = True  # the party must be in the courtroom


RULES: Mapping[type, Rule] = MappingProxyType(
    {
        cmd.Plan: Rule(phases=frozenset({Phase.SCHEDULED}), server=True),
        cmd.Arrive: Rule(phases=_ANY, admitted=False),
        cmd.Leave: Rule(phases=_ANY, server=True),
        cmd.ReportDevices: Rule(phases=_ANY, admitted=False),
        cmd.Admit: Rule(phases=_ANY, right=Right.ADMIT),
        cmd.OpenHearing: Rule(phases=frozenset({Phase.WAITING}), right=Right.PRESIDE),
        cmd.PauseHearing: Rule(phases=frozenset({Phase.IN_SESSION}), right=Right.PRESIDE),
        cmd.ResumeHearing: Rule(phases=frozenset({Phase.PAUSED}), right=Right.PRESIDE),
        cmd.CloseHearing: Rule(
            phases=frozenset({Phase.IN_SESSION, Phase.PAUSED, Phase.SUSPENDED}), right=Right.PRESIDE
        ),
        cmd.Mute: Rule(phases=_SITTING, right=Right.PRESIDE),
        cmd.Unmute: Rule(phases=_SITTING, right=Right.PRESIDE),
        cmd.StartSource: Rule(phases=_ANY, right=Right.SPEAK, admitted=False),
        cmd.StopSource: Rule(phases=_ANY, right=Right.SPEAK, admitted=False),
        cmd.PauseSource: Rule(phases=_ANY, right=Right.SPEAK, admitted=False),
        cmd.ResumeSource: Rule(phases=_ANY, right=Right.SPEAK, admitted=False),
        cmd.EnterLine: Rule(phases=_RECORD_OPEN, right=Right.WRITE),
        cmd.CorrectLine: Rule(phases=_RECORD_OPEN, right=Right.WRITE),
        cmd.FreezeTranscript: Rule(phases=_READY_TO_FREEZE, right=Right.WRITE),
        cmd.EnterSeal: Rule(phases=_READY_TO_FREEZE | {Phase.IN_SESSION}, server=True),
        cmd.Sign: Rule(phases=_READY_TO_FREEZE, right=Right.SIGN, admitted=False),
        cmd.RefuseSignature: Rule(phases=_READY_TO_FREEZE, right=Right.SIGN, admitted=False),
        cmd.EnterArchive: Rule(phases=_ANY, server=True),
        cmd.EnterRecording: Rule(phases=_ANY, server=True),
    }
)


def decide(state: HearingState, command: Command, by: str, now: int) -> tuple[ev.Event, ...]:
    """The events that follow from `command` of `by` (a party id or SERVER) at `now` (Unix ms).

    Raises `Refused`, and then nothing has happened.
    """
    check(state, type(command), by)
    return _DECISIONS[type(command)](state, command, by, now)


def check(state: HearingState, command: type, by: str) -> None:
    """Refuse `by` giving this kind of command at all: role first, then phase, then presence."""
    rule = RULES[command]
    if by == SERVER or rule.server:
        if not (by == SERVER and rule.server):
            raise Refused(Code.NOT_ALLOWED, command.__name__)
    else:
        seat = _seat(state, by)
        if rule.right is not None and not may(seat.party.role, rule.right):
            raise Refused(Code.NOT_ALLOWED, command.__name__)
        if rule.admitted and seat.presence is not Presence.ADMITTED:
            raise Refused(Code.NOT_PRESENT, by)
    if state.phase not in rule.phases:
        raise Refused(Code.WRONG_PHASE, state.phase)


def _seat(state: HearingState, party: str) -> Seat:
    seat = state.seats.get(party)
    if seat is None:
        raise Refused(Code.UNKNOWN_PARTY, party[:64])
    return seat


# Controls, lone surrogates, and what turns the direction of reading (UTR 36 section 2.5.2): a signer
# must see the very order of the words that the document holds.
_HIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _text(text: str, limit: int) -> str:
    """A text that a person typed: trimmed, not empty, bounded, without what does not show."""
    clean = text.strip()
    if not clean:
        raise Refused(Code.EMPTY)
    if len(clean) > limit:
        raise Refused(Code.BAD_MESSAGE, f"longer than {limit} characters")
    hidden = next((c for c in clean if _HIDDEN.match(c)), None)
    if hidden is not None:
        raise Refused(Code.BAD_MESSAGE, f"control character U+{ord(hidden):04X}")
    return clean


Events = tuple[ev.Event, ...]


def _plan(state: HearingState, command: cmd.Plan, by: str, now: int) -> Events:
    if state.seq:
        raise Refused(Code.NO_CHANGE, "planned already")
    return (command.planned,)


def _arrive(state: HearingState, command: cmd.Arrive, by: str, now: int) -> Events:
    seat = _seat(state, by)
    if seat.here and not command.take_over:
        raise Refused(Code.SEAT_TAKEN)
    found: list[ev.Event] = []
    if command.accepted_as is not None and seat.accepted_as is None:
        found.append(ev.RulesAccepted(party=by, name=_text(command.accepted_as, MAX_NAME)))
    elif seat.accepted_as is None and not may(seat.party.role, Right.ENTER_FREELY):
        raise Refused(Code.RULES_NOT_ACCEPTED)
    if state.phase is Phase.SCHEDULED:
        found.append(ev.WaitingRoomOpened())
    if seat.connection is not None:
        gone = ev.Departure.SUPERSEDED
        found.append(ev.PartyLeft(party=by, connection=seat.connection, cause=gone))
    found.append(ev.PartyArrived(party=by, connection=command.connection))
    if (seat.camera, seat.microphone) != (command.camera, command.microphone):
        found.append(
            ev.DevicesReported(party=by, camera=command.camera, microphone=command.microphone)
        )
    if not seat.admitted and may(seat.party.role, Right.ENTER_FREELY):
        found.append(ev.PartyAdmitted(party=by))
    return tuple(found)


def _leave(state: HearingState, command: cmd.Leave, by: str, now: int) -> Events:
    if _seat(state, command.party).connection != command.connection:
        return ()
    left = ev.PartyLeft(party=command.party, connection=command.connection, cause=command.cause)
    return (left,)


def _report_devices(state: HearingState, command: cmd.ReportDevices, by: str, now: int) -> Events:
    seat = _seat(state, by)
    if (seat.camera, seat.microphone) == (command.camera, command.microphone):
        return ()
    return (ev.DevicesReported(party=by, camera=command.camera, microphone=command.microphone),)


def _admit(state: HearingState, command: cmd.Admit, by: str, now: int) -> Events:
    if _seat(state, command.party).presence is not Presence.WAITING:
        raise Refused(Code.NOT_WAITING)
    return (ev.PartyAdmitted(party=command.party),)


def _open(state: HearingState, command: cmd.OpenHearing, by: str, now: int) -> Events:
    return (ev.HearingOpened(),)


def _pause(state: HearingState, command: cmd.PauseHearing, by: str, now: int) -> Events:
    return (ev.HearingPaused(reason=command.reason and _text(command.reason, MAX_REASON)),)


def _resume(state: HearingState, command: cmd.ResumeHearing, by: str, now: int) -> Events:
    return (ev.HearingResumed(),)


def _close(state: HearingState, command: cmd.CloseHearing, by: str, now: int) -> Events:
    return (ev.HearingClosed(),)


def _mute(state: HearingState, command: cmd.Mute, by: str, now: int) -> Events:
    if _seat(state, command.party).muted:
        raise Refused(Code.NO_CHANGE)
    return (ev.MicrophoneMuted(party=command.party),)


def _unmute(state: HearingState, command: cmd.Unmute, by: str, now: int) -> Events:
    if not _seat(state, command.party).muted:
        raise Refused(Code.NO_CHANGE)
    return (ev.MicrophoneUnmuted(party=command.party),)


def _start_source(state: HearingState, command: cmd.StartSource, by: str, now: int) -> Events:
    seat = _seat(state, by)
    if not seat.here:
        raise Refused(Code.NOT_PRESENT)
    if command.source in seat.sources:
        raise Refused(Code.NO_CHANGE)
    return (ev.SourceStarted(party=by, source=command.source),)


def _change_source(running: bool | None, event_type: type) -> Callable[..., Events]:
    def decision(state: HearingState, command: cmd.StopSource, by: str, now: int) -> Events:
        sources = _seat(state, by).sources
        if command.source not in sources or sources[command.source] is running:
            raise Refused(Code.NO_CHANGE)
        return (event_type(party=by, source=command.source),)

    return decision


def _writable(state: HearingState) -> None:
    if state.freeze is not None and state.freeze.archived:
        raise Refused(Code.TRANSCRIPT_COMPLETE)


def _enter_line(state: HearingState, command: cmd.EnterLine, by: str, now: int) -> Events:
    _writable(state)
    _seat(state, command.speaker)
    if len(state.lines) >= MAX_LINES:
        raise Refused(Code.TOO_MANY, f"{MAX_LINES} lines")
    earliest = state.opened_at or now
    started_at = min(max(command.started_at or now, earliest), now)
    return (
        ev.LineEntered(
            line=len(state.lines) + 1,
            speaker=command.speaker,
            text=_text(command.text, MAX_TEXT),
            started_at=started_at,
            ended_at=now,
        ),
    )


def _correct_line(state: HearingState, command: cmd.CorrectLine, by: str, now: int) -> Events:
    _writable(state)
    _seat(state, command.speaker)
    if not 1 <= command.line <= len(state.lines):
        raise Refused(Code.UNKNOWN_LINE, str(command.line))
    line = state.lines[command.line - 1]
    if line.revision != command.revision:
        raise Refused(Code.STALE_REVISION, f"now at {line.revision}")
    text = _text(command.text, MAX_TEXT)
    if (line.speaker, line.text) == (command.speaker, text):
        raise Refused(Code.NO_CHANGE)
    return (
        ev.LineCorrected(
            line=line.line, revision=line.revision + 1, speaker=command.speaker, text=text
        ),
    )


def _freeze(state: HearingState, command: cmd.FreezeTranscript, by: str, now: int) -> Events:
    check_freeze(state)
    return (
        ev.TranscriptFrozen(
            version=next_version(state),
            digest=command.digest,
            lines=len(state.lines),
            signers=signing_order(state),
        ),
    )


def check_freeze(state: HearingState) -> None:
    """Refuse a freeze that would print nothing, or the same again."""
    _writable(state)
    if not state.lines:
        raise Refused(Code.NOTHING_TO_FREEZE)
    if state.freeze and state.freeze.sealed and not state.freeze.changed_since:
        raise Refused(Code.NO_CHANGE)


def next_version(state: HearingState) -> int:
    return state.freeze.version + 1 if state.freeze else 1


def signing_order(state: HearingState) -> tuple[str, ...]:
    """Who is asked to sign: those who were here; parties first, then the clerk, the bench, its president."""
    asked = [s.party for s in state.seats.values() if s.arrived and may(s.party.role, Right.SIGN)]
    return tuple(party.id for party in sorted(asked, key=lambda party: _rank(party.role)))


def _rank(role: Role) -> int:
    if role is Role.PRESIDING_JUDGE:
        return 3
    if role in BENCH:
        return 2
    return 1 if role is Role.CLERK else 0


def check_signer(state: HearingState, by: str, version: int, *, refusing: bool = False) -> Freeze:
    """The freeze that `by` may sign or refuse now, or why not."""
    freeze = state.freeze
    if freeze is None or not freeze.sealed:
        raise Refused(Code.NOT_FROZEN)
    if freeze.version != version or freeze.changed_since:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if by not in freeze.signers:
        raise Refused(Code.NOT_A_SIGNER)
    if by not in freeze.outstanding:
        raise Refused(Code.ALREADY_ANSWERED)
    rank = _rank(state.seats[by].party.role)
    if not refusing and any(_rank(state.seats[p].party.role) < rank for p in freeze.outstanding):
        raise Refused(Code.NOT_YOUR_TURN)
    return freeze


def _enter_seal(state: HearingState, command: cmd.EnterSeal, by: str, now: int) -> Events:
    freeze = state.freeze
    if freeze is None or freeze.version != command.version:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if freeze.sealed:
        raise Refused(Code.NO_CHANGE)
    sealed = ev.TranscriptSealed(
        version=command.version, pages=command.pages, sha256=command.sha256
    )
    return (sealed,)


def _sign(state: HearingState, command: cmd.Sign, by: str, now: int) -> Events:
    check_signer(state, by, command.version)
    return (
        ev.TranscriptSigned(
            version=command.version,
            party=by,
            sha256=command.sha256,
            certificate_sha256=command.certificate_sha256,
            name_image_sha256=command.name_image_sha256,
        ),
    )


def _refuse_signature(
    state: HearingState, command: cmd.RefuseSignature, by: str, now: int
) -> Events:
    check_signer(state, by, command.version, refusing=True)
    reason = _text(command.reason, MAX_REASON)
    return (ev.SignatureRefused(version=command.version, party=by, reason=reason),)


def _enter_archive(state: HearingState, command: cmd.EnterArchive, by: str, now: int) -> Events:
    freeze = state.freeze
    if freeze is None or freeze.version != command.version or freeze.changed_since:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if freeze.archived:
        raise Refused(Code.NO_CHANGE)
    if freeze.outstanding:
        raise Refused(Code.NOT_YOUR_TURN, "signatures are outstanding")
    return (ev.TranscriptArchived(version=command.version, sha256=command.sha256),)


def _enter_recording(state: HearingState, command: cmd.EnterRecording, by: str, now: int) -> Events:
    return (command.event,)


_DECISIONS: Mapping[type, Callable[[HearingState, Any, str, int], Events]] = MappingProxyType(
    {
        cmd.Plan: _plan,
        cmd.Arrive: _arrive,
        cmd.Leave: _leave,
        cmd.ReportDevices: _report_devices,
        cmd.Admit: _admit,
        cmd.OpenHearing: _open,
        cmd.PauseHearing: _pause,
        cmd.ResumeHearing: _resume,
        cmd.CloseHearing: _close,
        cmd.Mute: _mute,
        cmd.Unmute: _unmute,
        cmd.StartSource: _start_source,
        cmd.StopSource: _change_source(None, ev.SourceStopped),
        cmd.PauseSource: _change_source(False, ev.SourcePaused),
        cmd.ResumeSource: _change_source(True, ev.SourceResumed),
        cmd.EnterLine: _enter_line,
        cmd.CorrectLine: _correct_line,
        cmd.FreezeTranscript: _freeze,
        cmd.EnterSeal: _enter_seal,
        cmd.Sign: _sign,
        cmd.RefuseSignature: _refuse_signature,
        cmd.EnterArchive: _enter_archive,
        cmd.EnterRecording: _enter_recording,
    }
)
