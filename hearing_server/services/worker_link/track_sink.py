"""Where the packets of one track go in: part of the hot loop, on the event loop."""

import time
from collections.abc import Callable

from hearing_server.services.worker_link import frames
from hearing_server.services.worker_link.spool import Spool

_pack_head = frames.HEAD.pack
_HEAD_SIZE = frames.HEAD.size


class TrackSink:
    """Takes the packets of one track. The hot loop: `on_rtp` must stay this small."""

    __slots__ = ("_dropped", "_ended", "_number", "_on_end", "_slow", "_spool")

    def __init__(self, number: int, spool: Spool, on_end: Callable[[int, str], None]) -> None:
        self._number = number
        self._spool = spool
        self._on_end = on_end
        self._slow = False  # dropped or ended
        self._dropped = self._ended = False

    @property
    def ended(self) -> bool:
        return self._ended

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        spool = self._spool
        if (spool.full or self._slow) and not self._may_resume(received_at):
            return
        size = len(packet)
        spool.parts += (_pack_head(frames.PACKET, self._number, size, received_at), packet)
        spool.size += _HEAD_SIZE + size
        if spool.size > spool.limit:
            spool.overflow()
        if not spool.armed:
            spool.arm()

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None:
        if not (self._ended or self._spool.full):
            times = frames.SENDER_TIMES.pack(ntp, rtp)
            self._spool.add(frames.frame(frames.SENDER_REPORT, self._number, times, received_at))

    def on_end(self, cause: str) -> None:
        if not self._ended:
            self._ended = self._slow = True
            self._name_drop(time.monotonic())
            self._on_end(self._number, cause)

    def _may_resume(self, received_at: float) -> bool:
        if self._ended:
            return False
        if self._spool.full:
            self._dropped = self._slow = True
            return False
        self._name_drop(received_at)
        return True

    def _name_drop(self, at: float) -> None:
        """Tell the worker that what came before `at` was dropped here."""
        if self._dropped:
            self._spool.add(frames.frame(frames.OVERRUN, self._number, time=at))
        self._dropped, self._slow = False, self._ended
