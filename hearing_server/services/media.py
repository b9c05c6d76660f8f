"""The media contract: what a track is, what takes its packets, what a recorder reports.

The forwarding path (signaling) and the recorder (recording) do not know each other; both know this page.
A recorder is one more sink of a producer, with no branch for it in the forwarding path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from hearing_server.domain.events import SegmentRecorded

Kind = Literal["audio", "video"]
Codec = Literal["opus", "vp8", "h264"]


@dataclass(frozen=True, kw_only=True)
class TrackName:
    """Whose track it is: the same words as in the log."""

    hearing: str
    party: str
    source: str


@dataclass(frozen=True, kw_only=True)
class TrackFormat:
    """What the packets of a track carry. `clock_rate` in Hz; `channels` is 0 for video. `level_id` is the
    one-byte header extension (RFC 8285) with the audio level (RFC 6464), 0 if there is none.
    """

    kind: Kind
    codec: Codec
    payload_type: int
    clock_rate: int
    channels: int = 0
    level_id: int = 0


class PacketSink(Protocol):
    """Takes the packets of one track. Called on the event loop: must return at once and never raise."""

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        """One decrypted RTP packet (RFC 3550), RTX already unwrapped; `received_at` is monotonic seconds.

        `packet` is never changed after the call, so a sink may keep it.
        """

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None:
        """A sender report (RFC 3550, 6.4.1): the sender's clock showed `ntp` (32.32 fixed point seconds
        since 1900) at the instant that the track's timestamps call `rtp`.
        """

    def on_end(self, cause: str) -> None:
        """No packet follows. `cause` is one of `GapCause`, or `closed` when the hearing ended."""


GapCause = Literal[
    "network",
    "malformed",  # it came, and cannot be read
    "device",
    "left",
    "superseded",  # the party moved to another tab
    "muted",
    "paused",
    "consultation",
    "deliberation",
    "dismissed",
    "elsewhere",  # at an identity check: whose is between them and the court, and the log is for more
    "sealed",
    "disk",
    "server",
    "overrun",
]


@dataclass(frozen=True, kw_only=True)
class SegmentClosed:
    """One segment file is complete, fsynced and hashed. Times are Unix milliseconds of the calendar clock."""

    track: TrackName
    name: str  # path below the recordings folder, with forward slashes
    codec: Codec
    sha256: str  # of the whole file, hex
    size: int  # bytes
    frames: int
    started_at: int
    ended_at: int
    recovered: bool = False  # adopted after a crash
    clean: bool | None = None  # its first frame needs none before it; None where that is not known

    @classmethod
    def logged(cls, hearing: str, event: SegmentRecorded) -> "SegmentClosed":
        """As the log of the hearing has it."""
        return cls(
            track=TrackName(hearing=hearing, party=event.party, source=event.source),
            name=event.name,
            codec=event.codec,  # type: ignore[arg-type]
            sha256=event.sha256,
            size=event.size,
            frames=event.frames,
            started_at=event.started_at,
            ended_at=event.ended_at,
            recovered=event.recovered,
            clean=event.clean,
        )


@dataclass(frozen=True, kw_only=True)
class RecordingGap:
    """A span of a track that is not in any segment, and why. Unix milliseconds.

    Short losses close to each other are one gap that spans them (recording/gaps.py).
    """

    track: TrackName
    started_at: int
    ended_at: int
    cause: GapCause


@dataclass(frozen=True, kw_only=True)
class RecordingFailed:
    """Something that needs a person: a full disk, a dead recorder. `code` is stable, `detail` for people."""

    hearing: str | None
    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class RecordingRecovered:
    """What a `RecordingFailed` of this hearing and code told of is over."""

    hearing: str | None
    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class TrackBegan:
    """From `at` (Unix ms) on the packets of this track are taken."""

    track: TrackName
    at: int


@dataclass(frozen=True, kw_only=True)
class TrackEnded:
    """From `at` (Unix ms) on they are not; `cause` as in `PacketSink.on_end`."""

    track: TrackName
    at: int
    cause: str


RecordingReport = (
    TrackBegan | TrackEnded | SegmentClosed | RecordingGap | RecordingFailed | RecordingRecovered
)


@dataclass(frozen=True, kw_only=True)
class TrackHealth:
    """How one open track is recorded. Times are Unix milliseconds of the hearing's own calendar, which no
    step of the wall clock moves; None for "never".
    """

    track: TrackName
    at: int  # when this was so
    opened_at: int  # since when the recorder has it
    received_at: int | None  # when its newest packet came
    carried_at: int | None  # when the newest came that is not padding alone
    carrying: int  # packets since the word before this one, without padding alone
    malformed: int  # of these, and whole pictures, how many could not be read
    written_until: int | None  # end of the newest frame that a file took
    synced_until: int | None  # end of the newest frame that survives a power cut
    synced_at: int | None  # when that was made sure of
    heard_until: int | None  # sound: end of the newest audible frame among the written
    size: int  # bytes written since the track began


@dataclass(frozen=True, kw_only=True)
class DirectoryHealth:
    """One recordings directory: `free` bytes, and what the last minute would take in an hour."""

    path: str
    free: int
    bytes_per_hour: int
    trouble: str = ""  # the code of its fault, while it lasts


@dataclass(frozen=True, kw_only=True)
class RecordingHealth:
    """Once a second, whatever happens to the log; when it stays away the recorder is in trouble.

    `at` is the wall clock as it stands, Unix ms: the tracks' own `at` says by how much it was stepped.
    """

    at: int
    tracks: tuple[TrackHealth, ...]
    directories: tuple[DirectoryHealth, ...]


class Recorder(Protocol):
    """Writes tracks to segments and reports what it wrote."""

    def record(
        self, track: TrackName, track_format: TrackFormat, request_keyframe: Callable[[], None]
    ) -> PacketSink:
        """Start a track; the recorder asks for a key frame where none came for some seconds."""

    async def flush(self, hearing: str) -> None:
        """Return when every segment of tracks of `hearing` that have ended is closed and reported."""
