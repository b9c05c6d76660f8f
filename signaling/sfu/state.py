"""The states of a transport, and every change that is possible."""

from enum import Enum


class TransportState(Enum):
    NEW = "new"  # nothing told by the browser yet
    CONNECTING = "connecting"  # certificate known, handshake not finished
    CONNECTED = "connected"
    SILENT = "silent"  # nothing heard for a few seconds; may come back
    CLOSED = "closed"  # by us, or the browser said goodbye
    FAILED = "failed"  # wrong certificate, no handshake in time, or silent for too long


_S = TransportState
ENDED = frozenset((_S.CLOSED, _S.FAILED))
TRANSITIONS: dict[TransportState, frozenset[TransportState]] = {
    _S.NEW: frozenset((_S.CONNECTING, _S.CLOSED, _S.FAILED)),
    _S.CONNECTING: frozenset((_S.CONNECTED, _S.CLOSED, _S.FAILED)),
    _S.CONNECTED: frozenset((_S.SILENT, _S.CLOSED, _S.FAILED)),
    _S.SILENT: frozenset((_S.CONNECTED, _S.CLOSED, _S.FAILED)),
    _S.CLOSED: frozenset(),
    _S.FAILED: frozenset(),
}
