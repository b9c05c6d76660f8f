"""What can be asked of a hearing: one frozen type each. Who may and when stands in decide.py."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


@dataclass(frozen=True, kw_only=True)
class Plan:
    planned: ev.HearingPlanned


@dataclass(frozen=True, kw_only=True)
class Arrive:
    """`accepted_as` is the name under which the rules were accepted just now, if they were."""

    connection: str
    accepted_as: str | None = None
    camera: ev.Device = ev.Device.UNKNOWN
    microphone: ev.Device = ev.Device.UNKNOWN
    take_over: bool = False


@dataclass(frozen=True, kw_only=True)
class Leave:
    """Said by the server of a connection that has ended."""

    party: str
    connection: str
    cause: ev.Departure


@dataclass(frozen=True, kw_only=True)
class ReportDevices:
    camera: ev.Device
    microphone: ev.Device


@dataclass(frozen=True, kw_only=True)
class Admit:
    party: str


@dataclass(frozen=True, kw_only=True)
class OpenHearing:
    pass


@dataclass(frozen=True, kw_only=True)
class PauseHearing:
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ResumeHearing:
    pass


@dataclass(frozen=True, kw_only=True)
class CloseHearing:
    pass


@dataclass(frozen=True, kw_only=True)
class Mute:
    party: str


@dataclass(frozen=True, kw_only=True)
class Unmute:
    party: str


@dataclass(frozen=True, kw_only=True)
class StartSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class StopSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class PauseSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class ResumeSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class EnterLine:
    """`started_at` is when the speaker began, as the clerk's desk knows it; clamped to the hearing."""

    speaker: str
    text: str
    started_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectLine:
    """`revision` is the one the correction was made against."""

    line: int
    revision: int
    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FreezeTranscript:
    """`digest` is of the document made from this very state; the next version's number is in it."""

    digest: str


@dataclass(frozen=True, kw_only=True)
class EnterSeal:
    version: int
    pages: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Sign:
    version: int
    sha256: str
    certificate_sha256: str
    name_image_sha256: str


@dataclass(frozen=True, kw_only=True)
class RefuseSignature:
    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class EnterArchive:
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class EnterRecording:
    """What the recorder reports: a segment, a gap or a fault."""

    event: ev.SegmentRecorded | ev.GapFound | ev.RecordingFault


Command = (
    Plan
    | Arrive
    | Leave
    | ReportDevices
    | Admit
    | OpenHearing
    | PauseHearing
    | ResumeHearing
    | CloseHearing
    | Mute
    | Unmute
    | StartSource
    | StopSource
    | PauseSource
    | ResumeSource
    | EnterLine
    | CorrectLine
    | FreezeTranscript
    | EnterSeal
    | Sign
    | RefuseSignature
    | EnterArchive
    | EnterRecording
)
