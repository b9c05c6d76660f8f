"""Commands about the record."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


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
    strokes_sha256: str = ""
    key: ev.SigningKey = ev.SigningKey.BROWSER
    witness: str = ""


@dataclass(frozen=True, kw_only=True)
class IdentifySigner:
    party: str
    version: int


@dataclass(frozen=True, kw_only=True)
class EnterAssertion:
    party: str
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PermitHeldKey:
    party: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefuseSignature:
    version: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class EnterRefusal:
    version: int
    party: str
    sha256: str
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class EnterArchive:
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ExplainFault:
    """The note is printed, sealed and signed; `explanation` is its number."""

    explanation: int
    started_at: int
    ended_at: int
    text: str
    english: str
    pages: int
    sha256: str
    certificate_sha256: str
    name_image_sha256: str


@dataclass(frozen=True, kw_only=True)
class EnterRecording:
    """What the recorder reports: a source's beginning or end, a segment, a gap, a fault or its end."""

    event: (
        ev.RecordingBegan
        | ev.RecordingEnded
        | ev.SegmentRecorded
        | ev.GapFound
        | ev.RecordingFault
        | ev.RecordingRecovered
    )


@dataclass(frozen=True, kw_only=True)
class EnterRoot:
    """What the court's key signed of the log as it was at `root.size` entries."""

    root: ev.RootSigned
