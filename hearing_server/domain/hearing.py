"""The state of a hearing: phases as one literal table, and the fold over the log, `apply(state, event)`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Party

KEPT = 50  # gaps of a party, and faults, that the state remembers; the log has them all


class Phase(StrEnum):
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    IN_SESSION = "in_session"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    CLOSED = "closed"


# Every legal move. What is not here does not happen.
TRANSITIONS: Mapping[tuple[Phase, type], Phase] = MappingProxyType(
    {
        (Phase.SCHEDULED, ev.WaitingRoomOpened): Phase.WAITING,
        (Phase.WAITING, ev.HearingOpened): Phase.IN_SESSION,
        (Phase.IN_SESSION, ev.HearingPaused): Phase.PAUSED,
        (Phase.PAUSED, ev.HearingResumed): Phase.IN_SESSION,
        (Phase.IN_SESSION, ev.HearingClosed): Phase.CLOSED,
        (Phase.PAUSED, ev.HearingClosed): Phase.CLOSED,
        (Phase.SUSPENDED, ev.HearingClosed): Phase.CLOSED,
    }
)


class Presence(StrEnum):
    EXPECTED = "expected"  # never arrived
    WAITING = "waiting"  # arrived, not admitted
    ADMITTED = "admitted"
    AWAY = "away"  # was here; the last departure's cause says why


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One party as the hearing knows it now. `sources` maps what they send to whether it is running."""

    party: Party
    connection: str | None = None
    admitted: bool = False
    first_seen: int | None = None  # when they first arrived
    accepted_as: str | None = None
    left_by: ev.Departure | None = None
    camera: ev.Device = ev.Device.UNKNOWN
    microphone: ev.Device = ev.Device.UNKNOWN
    muted: bool = False  # by the court
    sources: Mapping[ev.Source, bool] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def arrived(self) -> bool:
        return self.first_seen is not None

    @property
    def here(self) -> bool:
        return self.connection is not None

    @property
    def presence(self) -> Presence:
        if not self.here:
            return Presence.AWAY if self.arrived else Presence.EXPECTED
        return Presence.ADMITTED if self.admitted else Presence.WAITING


@dataclass(frozen=True, kw_only=True)
class Line:
    """One attributed passage of the transcript with its time span."""

    line: int
    revision: int
    speaker: str
    text: str
    started_at: int
    ended_at: int


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """The transcript at a version, ready to sign or signed. `sha256` is of the newest file."""

    version: int
    digest: str
    signers: tuple[str, ...]
    frozen_at: int
    sealed: bool = False
    pages: int = 0
    sha256: str = ""
    signed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # party -> at
    refused: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # party -> reason
    archived: bool = False
    changed_since: bool = False  # a line changed after the freeze

    @property
    def outstanding(self) -> tuple[str, ...]:
        return tuple(p for p in self.signers if p not in self.signed and p not in self.refused)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """How one party's recording goes. `last_at` is the end of the newest segment; the last gaps are kept."""

    segments: int = 0
    last_at: int | None = None
    gaps: tuple[ev.GapFound, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HearingState:
    """A hearing after `seq` entries of its log, the last of them at `at`."""

    seq: int = 0
    at: int = 0
    hearing: str = ""
    court: str = ""
    case_number: str = ""
    procedure: str = ""
    courtroom: str = ""
    title: str = ""
    planned_at: int = 0
    phase: Phase = Phase.SCHEDULED
    opened_at: int | None = None
    closed_at: int | None = None
    pause_reason: str = ""
    seats: Mapping[str, Seat] = field(default_factory=lambda: MappingProxyType({}))
    lines: tuple[Line, ...] = ()
    freeze: Freeze | None = None
    recorded: Mapping[str, Recorded] = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[tuple[int, ev.RecordingFault], ...] = ()  # the last of them, with their times


def replay(entries: Iterable[Entry], state: HearingState | None = None) -> HearingState:
    state = state or HearingState()
    for entry in entries:
        state = apply(state, entry)
    return state


def apply(state: HearingState, entry: Entry) -> HearingState:
    """The state after one more entry. Pure; what was decided is never refused here."""
    event = entry.event
    step = _STEPS.get(type(event))
    if step is not None:
        state = step(state, event, entry.at)
    phase = TRANSITIONS.get((state.phase, type(event)), state.phase)
    return replace(state, seq=entry.seq, at=entry.at, phase=phase)


Step = Callable[[HearingState, Any, int], HearingState]


def _with_seat(state: HearingState, party: str, **changes: Any) -> HearingState:
    seats = {**state.seats, party: replace(state.seats[party], **changes)}
    return replace(state, seats=MappingProxyType(seats))


def _planned(state: HearingState, event: ev.HearingPlanned, at: int) -> HearingState:
    seats = {party.id: Seat(party=party) for party in event.parties}
    return replace(
        state,
        hearing=event.hearing,
        court=event.court,
        case_number=event.case_number,
        procedure=event.procedure,
        courtroom=event.courtroom,
        title=event.title,
        planned_at=event.planned_at,
        seats=MappingProxyType(seats),
    )


def _rules_accepted(state: HearingState, event: ev.RulesAccepted, at: int) -> HearingState:
    return _with_seat(state, event.party, accepted_as=event.name)


def _arrived(state: HearingState, event: ev.PartyArrived, at: int) -> HearingState:
    return _with_seat(
        state,
        event.party,
        connection=event.connection,
        first_seen=state.seats[event.party].first_seen or at,
        left_by=None,
        sources=MappingProxyType({}),
    )


def _left(state: HearingState, event: ev.PartyLeft, at: int) -> HearingState:
    if state.seats[event.party].connection != event.connection:
        return state  # an older tab went; the seat is held by a newer one
    return _with_seat(
        state, event.party, connection=None, left_by=event.cause, sources=MappingProxyType({})
    )


def _devices(state: HearingState, event: ev.DevicesReported, at: int) -> HearingState:
    return _with_seat(state, event.party, camera=event.camera, microphone=event.microphone)


def _admitted(state: HearingState, event: ev.PartyAdmitted, at: int) -> HearingState:
    return _with_seat(state, event.party, admitted=True)


def _opened(state: HearingState, event: ev.HearingOpened, at: int) -> HearingState:
    return replace(state, opened_at=at)


def _paused(state: HearingState, event: ev.HearingPaused, at: int) -> HearingState:
    return replace(state, pause_reason=event.reason)


def _closed(state: HearingState, event: ev.HearingClosed, at: int) -> HearingState:
    return replace(state, closed_at=at)


def _muted(state: HearingState, event: ev.MicrophoneMuted, at: int) -> HearingState:
    return _with_seat(state, event.party, muted=True)


def _unmuted(state: HearingState, event: ev.MicrophoneUnmuted, at: int) -> HearingState:
    return _with_seat(state, event.party, muted=False)


def _source(running: bool | None) -> Step:
    def step(state: HearingState, event: ev.SourceStarted, at: int) -> HearingState:
        sources = dict(state.seats[event.party].sources)
        if running is None:
            sources.pop(event.source, None)
        else:
            sources[event.source] = running
        return _with_seat(state, event.party, sources=MappingProxyType(sources))

    return step


def _line_entered(state: HearingState, event: ev.LineEntered, at: int) -> HearingState:
    line = Line(
        line=event.line,
        revision=1,
        speaker=event.speaker,
        text=event.text,
        started_at=event.started_at,
        ended_at=event.ended_at,
    )
    return _changed(replace(state, lines=(*state.lines, line)))


def _line_corrected(state: HearingState, event: ev.LineCorrected, at: int) -> HearingState:
    index = event.line - 1
    line = replace(
        state.lines[index], revision=event.revision, speaker=event.speaker, text=event.text
    )
    return _changed(replace(state, lines=(*state.lines[:index], line, *state.lines[index + 1 :])))


def _changed(state: HearingState) -> HearingState:
    freeze = state.freeze and replace(state.freeze, changed_since=True)
    return replace(state, freeze=freeze)


def _frozen(state: HearingState, event: ev.TranscriptFrozen, at: int) -> HearingState:
    freeze = Freeze(version=event.version, digest=event.digest, signers=event.signers, frozen_at=at)
    return replace(state, freeze=freeze)


def _with_freeze(state: HearingState, version: int, **changes: Any) -> HearingState:
    if state.freeze is None or state.freeze.version != version:
        return state  # about a version that a newer freeze has replaced
    return replace(state, freeze=replace(state.freeze, **changes))


def _sealed(state: HearingState, event: ev.TranscriptSealed, at: int) -> HearingState:
    return _with_freeze(state, event.version, sealed=True, pages=event.pages, sha256=event.sha256)


def _signed(state: HearingState, event: ev.TranscriptSigned, at: int) -> HearingState:
    signed = {**(state.freeze.signed if state.freeze else {}), event.party: at}
    return _with_freeze(state, event.version, signed=MappingProxyType(signed), sha256=event.sha256)


def _refused(state: HearingState, event: ev.SignatureRefused, at: int) -> HearingState:
    refused = {**(state.freeze.refused if state.freeze else {}), event.party: event.reason}
    return _with_freeze(state, event.version, refused=MappingProxyType(refused))


def _archived(state: HearingState, event: ev.TranscriptArchived, at: int) -> HearingState:
    return _with_freeze(state, event.version, archived=True, sha256=event.sha256)


def _with_recorded(state: HearingState, party: str, **changes: Any) -> HearingState:
    recorded = replace(state.recorded.get(party, Recorded()), **changes)
    return replace(state, recorded=MappingProxyType({**state.recorded, party: recorded}))


def _segment(state: HearingState, event: ev.SegmentRecorded, at: int) -> HearingState:
    before = state.recorded.get(event.party, Recorded())
    last_at = max(before.last_at or 0, event.ended_at)
    return _with_recorded(state, event.party, segments=before.segments + 1, last_at=last_at)


def _gap(state: HearingState, event: ev.GapFound, at: int) -> HearingState:
    gaps = state.recorded.get(event.party, Recorded()).gaps
    return _with_recorded(state, event.party, gaps=(*gaps, event)[-KEPT:])


def _fault(state: HearingState, event: ev.RecordingFault, at: int) -> HearingState:
    return replace(state, faults=(*state.faults, (at, event))[-KEPT:])


# What is missing here changes nothing but the number.
_STEPS: Mapping[type, Step] = MappingProxyType(
    {
        ev.HearingPlanned: _planned,
        ev.RulesAccepted: _rules_accepted,
        ev.PartyArrived: _arrived,
        ev.PartyLeft: _left,
        ev.DevicesReported: _devices,
        ev.PartyAdmitted: _admitted,
        ev.HearingOpened: _opened,
        ev.HearingPaused: _paused,
        ev.HearingClosed: _closed,
        ev.MicrophoneMuted: _muted,
        ev.MicrophoneUnmuted: _unmuted,
        ev.SourceStarted: _source(True),
        ev.SourceResumed: _source(True),
        ev.SourcePaused: _source(False),
        ev.SourceStopped: _source(None),
        ev.LineEntered: _line_entered,
        ev.LineCorrected: _line_corrected,
        ev.TranscriptFrozen: _frozen,
        ev.TranscriptSealed: _sealed,
        ev.TranscriptSigned: _signed,
        ev.SignatureRefused: _refused,
        ev.TranscriptArchived: _archived,
        ev.SegmentRecorded: _segment,
        ev.GapFound: _gap,
        ev.RecordingFault: _fault,
    }
)
