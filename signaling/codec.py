"""Messages in and out of Socket.IO packets. Decoding is strict: what is not wholly right is refused whole."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

from hearing_server.domain.errors import Code, Refused
from signaling import protocol as wire

MAX_DEPTH = 8  # of objects within objects in an ask


class BadFrame(Exception):
    """Not a frame that a browser of ours sends."""


class TextPacket(Packet):
    """A Socket.IO packet of ours: connect, disconnect, or one event. BadFrame for every other.

    Attachments above all: they would be collected in memory, up to a billion to a packet.
    """

    def decode(self, encoded_packet: str) -> int:
        try:
            attachments: int = super().decode(encoded_packet)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, RecursionError):
            raise BadFrame from None
        shape = SHAPES.get(self.packet_type)
        if attachments or self.namespace is not None or shape is None or not shape(self.data):
            raise BadFrame
        return attachments


def _is_event(data: object) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str)


SHAPES: dict[object, Callable[[object], bool]] = {
    CONNECT: lambda data: data is None or isinstance(data, dict),
    DISCONNECT: lambda data: data is None,
    EVENT: _is_event,
}


def quiet_log() -> logging.Logger:
    """Engine.IO's log, without a traceback for every bad frame of a flood."""
    frames = logging.getLogger("signaling.frames")
    frames.setLevel(logging.ERROR)
    if not frames.filters:
        frames.addFilter(_worth_logging)
    return frames


def _worth_logging(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], BadFrame))


def decode(data: object) -> wire.AnyAsk:
    """The ask in a decoded Socket.IO payload. Refused(bad_message) for anything else."""
    try:
        _check_depth(data)
        ask: wire.AnyAsk = msgspec.convert(data, wire.AnyAsk)
        return ask
    except (msgspec.ValidationError, ValueError, TypeError, RecursionError) as error:
        raise Refused(Code.BAD_MESSAGE, str(error)[:200]) from None


def encode(message: wire.AnyAnswer | wire.AnyTell) -> Any:
    """The message as plain JSON values, as Socket.IO sends them."""
    return msgspec.to_builtins(message)


def _check_depth(value: object, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    children = value.values() if isinstance(value, dict) else value
    if isinstance(children, str | bytes) or not hasattr(children, "__iter__"):
        return
    for child in children:
        _check_depth(child, depth + 1)
