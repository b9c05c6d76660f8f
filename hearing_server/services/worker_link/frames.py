"""What passes between the event loop and a worker process, over one socket pair.

To the worker: frames of a fixed head and a body. The head is little-endian
`kind u8, track u32, length of the body u32, time f64` (monotonic seconds); the body of a PACKET
is the RTP packet, that of the others a msgpack message or text.
From the worker: msgpack messages, each behind its length as u32.
"""

from struct import Struct as Layout
from typing import Any, Generic, TypeVar

import msgspec

HEAD = Layout("<BIId")
# The kinds that every worker knows; a worker's own begin at FIRST_OWN.
PACKET, OPEN, END, OVERRUN, CLOSE, SENDER_REPORT, FIRST_OWN = range(7)
MAX_REPORT = 16 << 20

SENDER_TIMES = Layout("<QI")  # body of SENDER_REPORT: ntp, rtp

_LENGTH = Layout("<I")
_encoder = msgspec.msgpack.Encoder()

Message = TypeVar("Message")


def frame(kind: int, track: int, body: bytes = b"", time: float = 0.0) -> bytes:
    """One frame to the worker."""
    return HEAD.pack(kind, track, len(body), time) + body


def encode(value: msgspec.Struct) -> bytes:
    """A message as the body of a frame."""
    return _encoder.encode(value)


def report(message: msgspec.Struct) -> bytes:
    """One message from the worker, with its length."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


class ReportReader(Generic[Message]):
    """Cuts the worker's byte stream into messages of one type (a union). Raises ValueError on nonsense."""

    def __init__(self, messages: Any) -> None:
        self._decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(messages)
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
            messages.append(self._decoder.decode(data[at : at + length]))
            at += length
        self._rest = data[at:]
        return messages


def boundary(batch: bytes, sent: int) -> int:
    """Where the frame begins that byte `sent` of `batch` lies in: from there a new worker goes on."""
    at = 0
    while (after := at + HEAD.size + HEAD.unpack_from(batch, at)[2]) <= sent:
        at = after
    return at
