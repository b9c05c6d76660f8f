"""Frames on their way to the worker: collected, sent in batches, bounded in bytes.

Part of the hot loop: one `Spool` is written to for every received packet (see track_sink.py).
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable

from hearing_server.services.worker_link import frames

BATCH_S = 0.05
SEND_BUFFER = 1 << 20


class Spool:
    """Holds at most `limit` bytes. When they are reached, `full` is set and packets are refused until
    half of them are gone. Without a link it holds what comes for the next one.
    """

    def __init__(
        self,
        limit: int,
        on_full: Callable[[], None],
        on_room: Callable[[], None] = lambda: None,
        *,
        batch: float = BATCH_S,
    ) -> None:
        self.full = False
        self.size = 0  # bytes in `parts` and `_batches`
        self.parts: list[bytes] = []
        self.armed = False  # a flush is due
        self.limit = limit
        self._batch_s = batch
        self._on_full = on_full
        self._on_room = on_room
        self._batches: deque[bytes] = deque()
        self._sent = 0  # of the first batch
        self._link: socket.socket | None = None
        self._waiting = False  # for the link to take more
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, frame: bytes) -> None:
        """Queue a frame that must not be dropped: few and small."""
        self.parts.append(frame)
        self.size += len(frame)
        if not self.armed:
            self.arm()

    def arm(self) -> None:
        """See that what was added is sent soon."""
        self.armed = True
        self._timer = self._loop.call_later(self._batch_s, self.flush)

    def overflow(self) -> None:
        """A packet found no room: refuse all until half is free, so that the hole is one hole."""
        self.full = True
        self._on_full()

    def flush(self) -> None:
        """Send what is there, as far as the link takes it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.armed = False
        if self.parts:
            batch = b"".join(self.parts)
            self.parts.clear()
            self._batches.append(batch)
        if not self._waiting:
            self._send()

    def connect(self, link: socket.socket, preamble: list[bytes]) -> None:
        """Send over this link from now on, `preamble` first, then what the last one did not take."""
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, min(SEND_BUFFER, self.limit))
        self._link = link
        first = b"".join(preamble)
        if first:
            self._batches.appendleft(first)
            self.size += len(first)
        self.flush()

    def disconnect(self) -> None:
        """The link takes no more; a frame that was sent in part is kept for the next."""
        if self._link is not None and self._waiting:
            self._loop.remove_writer(self._link)
        self._link, self._waiting = None, False
        if self._sent:
            batch = self._batches.popleft()
            rest = batch[frames.boundary(batch, self._sent) :]
            self.size += len(rest) - (len(batch) - self._sent)
            self._sent = 0
            self._batches.appendleft(rest)

    def discard(self) -> None:
        """Forget what waits: for a worker that is to go on with what comes now. Without a link only."""
        self._batches.clear()
        self.parts.clear()
        self.size = 0

    def close(self) -> None:
        """Let go of everything."""
        if self._timer is not None:
            self._timer.cancel()
        self.disconnect()
        self.discard()

    def _send(self) -> None:
        link = self._link
        if link is None:
            return
        try:
            while self._batches:
                batch = self._batches[0]
                sent = link.send(memoryview(batch)[self._sent :])
                self._taken(sent)
                self._sent += sent
                if self._sent == len(batch):
                    self._batches.popleft()
                    self._sent = 0
        except BlockingIOError:
            self._wait(True)
            return
        except OSError:
            self.disconnect()  # the worker died; whoever watches it connects the next one
            return
        self._wait(False)

    def _taken(self, sent: int) -> None:
        self.size -= sent
        if self.full and self.size <= self.limit // 2:
            self.full = False
            self._on_room()

    def _wait(self, waiting: bool) -> None:
        if self._link is None or waiting == self._waiting:
            return
        self._waiting = waiting
        if waiting:
            self._loop.add_writer(self._link, self._send)
        else:
            self._loop.remove_writer(self._link)
