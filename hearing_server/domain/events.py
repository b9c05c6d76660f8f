"""The facts of a hearing. Each is one frozen type; together they are the log.

Times are Unix milliseconds of the calendar clock, ids are opaque strings, hashes are lower-case hex of SHA-256.
"""

import dataclasses
import re
import types
import typing
from dataclasses import dataclass
from enum import StrEnum

from hearing_server.domain.parties import Party


class Source(StrEnum):
    """What a party sends."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"


class Device(StrEnum):
    """What a party's browser said of a camera or microphone."""

    READY = "ready"
    DENIED = "denied"
    MISSING = "missing"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Departure(StrEnum):
    """Why a connection ended, as far as both ends can tell (法释〔2021〕12号 art. 25)."""

    NETWORK = "network"
    CLOSED_TAB = "closed_tab"
    LEFT = "left"
    SUPERSEDED = "superseded"
    SERVER = "server"


@dataclass(frozen=True, kw_only=True)
class HearingPlanned:
    hearing: str
    court: str
    case_number: str
    procedure: str
    courtroom: str
    title: str
    planned_at: int
    parties: tuple[Party, ...]


@dataclass(frozen=True, kw_only=True)
class WaitingRoomOpened:
    pass


@dataclass(frozen=True, kw_only=True)
class RulesAccepted:
    """The party accepted the rules, the consent to an online hearing and the ban on recording, by name."""

    party: str
    name: str


@dataclass(frozen=True, kw_only=True)
class PartyArrived:
    party: str
    connection: str


@dataclass(frozen=True, kw_only=True)
class PartyLeft:
    party: str
    connection: str
    cause: Departure


@dataclass(frozen=True, kw_only=True)
class DevicesReported:
    party: str
    camera: Device
    microphone: Device


@dataclass(frozen=True, kw_only=True)
class PartyAdmitted:
    party: str


@dataclass(frozen=True, kw_only=True)
class HearingOpened:
    pass


@dataclass(frozen=True, kw_only=True)
class HearingPaused:
    reason: str


@dataclass(frozen=True, kw_only=True)
class HearingResumed:
    pass


@dataclass(frozen=True, kw_only=True)
class HearingClosed:
    pass


@dataclass(frozen=True, kw_only=True)
class MicrophoneMuted:
    """By the court: the party cannot lift it."""

    party: str


@dataclass(frozen=True, kw_only=True)
class MicrophoneUnmuted:
    party: str


@dataclass(frozen=True, kw_only=True)
class SourceStarted:
    party: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class SourceStopped:
    party: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class SourcePaused:
    """By the party itself: microphone off, camera off."""

    party: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class SourceResumed:
    party: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class LineEntered:
    line: int
    speaker: str
    text: str
    started_at: int
    ended_at: int


@dataclass(frozen=True, kw_only=True)
class LineCorrected:
    """`revision` is the new one; the line had `revision - 1` before."""

    line: int
    revision: int
    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TranscriptFrozen:
    """`digest` is of the document's canonical form; `signers` in the order of signing."""

    version: int
    digest: str
    lines: int
    signers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TranscriptSealed:
    """The document was printed and certified by the court; `sha256` is of the file."""

    version: int
    pages: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class TranscriptSigned:
    """`sha256` is of the file with this signature in it."""

    version: int
    party: str
    sha256: str
    certificate_sha256: str
    name_image_sha256: str


@dataclass(frozen=True, kw_only=True)
class SignatureRefused:
    version: int
    party: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TranscriptArchived:
    """Everybody has answered; the file carries its long-term validation data (PAdES B-LTA)."""

    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SegmentRecorded:
    party: str
    source: str
    name: str
    codec: str
    sha256: str
    size: int
    frames: int
    started_at: int
    ended_at: int
    recovered: bool


@dataclass(frozen=True, kw_only=True)
class GapFound:
    party: str
    source: str
    started_at: int
    ended_at: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class RecordingFault:
    """Something of the recording needs a person."""

    code: str
    detail: str


Event = (
    HearingPlanned
    | WaitingRoomOpened
    | RulesAccepted
    | PartyArrived
    | PartyLeft
    | DevicesReported
    | PartyAdmitted
    | HearingOpened
    | HearingPaused
    | HearingResumed
    | HearingClosed
    | MicrophoneMuted
    | MicrophoneUnmuted
    | SourceStarted
    | SourceStopped
    | SourcePaused
    | SourceResumed
    | LineEntered
    | LineCorrected
    | TranscriptFrozen
    | TranscriptSealed
    | TranscriptSigned
    | SignatureRefused
    | TranscriptArchived
    | SegmentRecorded
    | GapFound
    | RecordingFault
)

EVENT_TYPES: tuple[type, ...] = typing.get_args(Event)


def tag(event_type: type) -> str:
    """The name of an event type in the log and on the wire: `LineEntered` is `line_entered`."""
    return snake(event_type.__name__)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


BY_TAG: dict[str, type] = {tag(event_type): event_type for event_type in EVENT_TYPES}


def to_fact(event: Event) -> dict[str, object]:
    """The event as plain JSON values, its type under `type`."""
    return {"type": tag(type(event)), **dataclasses.asdict(event)}


def from_fact(fact: dict[str, typing.Any]) -> Event:
    """The event of a plain value that `to_fact` made; KeyError, TypeError or ValueError otherwise."""
    values = dict(fact)
    event_type = BY_TAG[values.pop("type")]
    event: Event = _build(event_type, values)
    return event


def _build(target: typing.Any, values: dict[str, typing.Any]) -> typing.Any:
    hints = typing.get_type_hints(target)
    return target(**{name: _value(hints[name], value) for name, value in values.items()})


def _value(hint: typing.Any, value: typing.Any) -> typing.Any:
    if isinstance(hint, types.GenericAlias) and hint.__origin__ is tuple:
        return tuple(_value(hint.__args__[0], item) for item in value)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value)
    return hint(value) if issubclass(hint, StrEnum) else value
