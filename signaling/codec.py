"""Messages in and out of Socket.IO payloads. Decoding is strict: what is not wholly right is refused whole."""

from typing import Any

import msgspec

from hearing_server.domain.errors import Code, Refused
from signaling import protocol as wire

MAX_DEPTH = 8  # of objects within objects in an ask


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
