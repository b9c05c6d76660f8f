"""Messages in and out of Socket.IO packets. Decoding is strict: what is not wholly right is refused whole."""

import logging
from collections import OrderedDict
from collections.abc import Callable

import msgspec
from engineio.packet import MESSAGE
from engineio.packet import Packet as Frame
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

from hearing_server.domain.errors import Code, Refused
from signaling import protocol as wire

MAX_DEPTH = 8  # of objects within objects in an ask
KEPT = 32  # tells whose frames are kept for those who are told them next


class BadFrame(Exception):
    """Not a frame that a browser of ours sends."""


class TextPacket(Packet):
    """A Socket.IO packet of ours: connect, disconnect, or one event. BadFrame for every other.

    Attachments above all: they would be collected in memory, up to a billion to a packet.
    """

    uses_binary_events = False

    def encode(self) -> str:
        number = "" if self.id is None else str(self.id)
        data = "" if self.data is None else msgspec.json.encode(self.data).decode()
        return f"{self.packet_type}{number}{data}"

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
        msgspec.json.encode(data)  # half of a character could be told to nobody: a ValueError
        ask: wire.AnyAsk = msgspec.convert(data, wire.AnyAsk)
        return ask
    except (msgspec.ValidationError, ValueError, TypeError, RecursionError) as error:
        raise Refused(Code.BAD_MESSAGE, str(error)[:200]) from None


def encode(answer: wire.AnyAnswer) -> msgspec.Raw:
    """The answer as JSON, which Socket.IO sends as it is."""
    return msgspec.Raw(msgspec.json.encode(answer))


class Frames:
    """Tells as Engine.IO sends them. A message that many are told one after another is encoded once."""

    def __init__(self) -> None:
        self._made: OrderedDict[int, tuple[wire.AnyTell, Frame]] = OrderedDict()

    def of(self, tell: wire.AnyTell) -> Frame:
        known = self._made.get(id(tell))  # which nothing else has while it is kept
        if known is not None:
            return known[1]
        packet = TextPacket(EVENT, data=["tell", tell])  # type: ignore[no-untyped-call]
        frame = Frame(MESSAGE, packet.encode())  # type: ignore[no-untyped-call]
        self._made[id(tell)] = tell, frame
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return frame


def _check_depth(value: object, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    children = value.values() if isinstance(value, dict) else value
    if isinstance(children, str | bytes) or not hasattr(children, "__iter__"):
        return
    for child in children:
        _check_depth(child, depth + 1)
