"""The media contract: what a track is, what takes its packets, what a recorder reports.

The forwarding path (signaling) and the recorder (recording) do not know each other; both know this page.
A recorder is one more sink of a producer, with no branch for it in the forwarding path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

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
    """What the packets of a track carry. `clock_rate` in Hz; `channels` is 0 for video."""

    kind: Kind
    codec: Codec
    payload_type: int
    clock_rate: int
    channels: int = 0


class PacketSink(Protocol):
    """Takes the packets of one track. Called on the event loop: must return at once and never raise."""

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        """One decrypted RTP packet (RFC 3550), RTX already unwrapped; `received_at` is monotonic seconds.

        `packet` is never changed after the call, so a sink may keep it.
        """

    def on_end(self, cause: str) -> None:
        """No packet follows. `cause` is one of `GapCause`, or `closed` when the hearing ended."""


GapCause = Literal[
    "network",
    "device",
    "left",
    "superseded",  # the party moved to another tab
    "muted",
    "paused",
    "consultation",
    "deliberation",
    "dismissed",
    "identity_check",
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


RecordingReport = SegmentClosed | RecordingGap | RecordingFailed


class Recorder(Protocol):
    """Writes tracks to segments and reports what it wrote."""

    def record(
        self, track: TrackName, track_format: TrackFormat, request_keyframe: Callable[[], None]
    ) -> PacketSink:
        """Start a track; the recorder asks for a key frame when a segment is due to end."""

    async def flush(self, hearing: str) -> None:
        """Return when every segment of tracks of `hearing` that have ended is closed and reported."""
