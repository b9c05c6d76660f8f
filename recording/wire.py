"""What passes between the recorder on the event loop and its worker process, over one socket pair.

To the worker: frames of a fixed head and a body. The head is little-endian
`kind u8, track u32, length of the body u32, time f64` (monotonic seconds); the body of a PACKET
is the RTP packet, that of the others a msgpack message or text.
From the worker: msgpack messages, each behind its length as u32.
"""

from struct import Struct as Layout

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

HEAD = Layout("<BIId")
PACKET, OPEN, END, OVERRUN, FLUSH, RECOVER, CLOSE, SENDER_REPORT = range(8)
MAX_PACKET = 65_535
MAX_REPORT = 16 << 20

SENDER_TIMES = Layout("<QI")  # body of SENDER_REPORT: ntp, rtp

_LENGTH = Layout("<I")


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Body of OPEN. `wall_offset` is Unix ms minus monotonic ms."""

    name: TrackName
    format: TrackFormat
    wall_offset: float


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

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Message)


def frame(kind: int, track: int, body: bytes = b"", time: float = 0.0) -> bytes:
    """One frame to the worker."""
    return HEAD.pack(kind, track, len(body), time) + body


def encode(value: msgspec.Struct) -> bytes:
    """The body of OPEN or RECOVER."""
    return _encoder.encode(value)


def report(message: Message) -> bytes:
    """One message from the worker, with its length."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def decode_open(body: bytes) -> Open:
    return msgspec.msgpack.decode(body, type=Open)


def decode_recover(body: bytes) -> Recover:
    return msgspec.msgpack.decode(body, type=Recover)


class ReportReader:
    """Cuts the worker's byte stream into messages. Raises ValueError on nonsense."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        data, at, messages = self._rest + data, 0, []
        while len(data) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(data, at)
            if length > MAX_REPORT:
                raise ValueError("a report of impossible length")
            if len(data) - at - _LENGTH.size < length:
                break
            at += _LENGTH.size
            messages.append(_decoder.decode(data[at : at + length]))
            at += length
        self._rest = data[at:]
        return messages


def boundary(batch: bytes, sent: int) -> int:
    """Where the frame begins that byte `sent` of `batch` lies in: from there a new worker goes on."""
    at = 0
    while (after := at + HEAD.size + HEAD.unpack_from(batch, at)[2]) <= sent:
        at = after
    return at
