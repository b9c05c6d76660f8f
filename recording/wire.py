"""What the recorder and its worker say to each other, beyond the packets (services/worker_link/frames.py)."""

import msgspec

from hearing_server.services.media import (
    RecordingFailed,
    RecordingGap,
    RecordingHealth,
    RecordingRecovered,
    SegmentClosed,
    TrackFormat,
    TrackName,
)
from hearing_server.services.worker_link.frames import FIRST_OWN

FLUSH, RECOVER = range(FIRST_OWN, FIRST_OWN + 2)


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Body of OPEN. `wall_offset` is Unix ms minus monotonic ms; `begun` (monotonic seconds) is told to a worker
    that takes over from one that died."""

    name: TrackName
    format: TrackFormat
    wall_offset: float
    begun: float = 0.0


class Recover(msgspec.Struct, frozen=True, kw_only=True):
    """Body of RECOVER: adopt these, and forget these hearings, whose every segment is known."""

    names: list[str]
    settled: list[str]


class Found(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The worker owns the folder; these segments lie in unfinished hearings (`.part` included)."""

    hearings: list[str]
    names: list[str]


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    report: SegmentClosed


class Gap(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    report: RecordingGap


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    report: RecordingFailed


class Recovered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    report: RecordingRecovered


class Health(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    health: RecordingHealth


class Keyframe(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ask the sender of this track for a key frame."""

    track: int


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The worker has taken the end of this track; it needs not be opened again."""

    track: int


class Flushed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All that FLUSH number `token` waited for is reported."""

    token: int


Message = Found | Closed | Gap | Failed | Recovered | Health | Keyframe | Ended | Flushed


def decode_open(body: bytes) -> Open:
    return msgspec.msgpack.decode(body, type=Open)


def decode_recover(body: bytes) -> Recover:
    return msgspec.msgpack.decode(body, type=Recover)
