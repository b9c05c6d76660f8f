"""The one UDP port: a non-blocking socket drained in a bounded loop.

While packets flow it is not waited for but looked at every five milliseconds: a turn of the event loop
costs as much as forwarding two packets, and one turn then serves all that came meanwhile.
"""

import asyncio
import socket
import time
from collections.abc import Callable

from .paths import Address, Path
from .router import Router
from .srtp import CAPACITY

BATCH = 64  # datagrams in a row before timers and other sockets get their turn
LOOK_EVERY = 0.005  # seconds: what a packet may wait; each look costs as much as ten packets
IDLE_LOOKS = 4  # without a datagram, then the event loop waits for the next one


class UdpPort:
    """Sorts datagrams: SRTP from a proven address to the router, all else to `on_other`."""

    def __init__(
        self,
        sock: socket.socket,
        router: Router,
        on_other: Callable[[bytes, Address, Path | None], None],
    ) -> None:
        self.socket = sock
        self.paths: dict[Address, Path] = {}
        self.unsent = 0  # answers the kernel did not take
        self._router = router
        self._on_other = on_other
        self._loop = asyncio.get_running_loop()
        self._idle = 0
        self._timer: asyncio.Handle | None = None
        self._loop.add_reader(sock.fileno(), self._wake)

    def close(self) -> None:
        self._loop.remove_reader(self.socket.fileno())
        if self._timer is not None:
            self._timer.cancel()
        self.socket.close()
        self.paths.clear()

    def _wake(self) -> None:
        self._loop.remove_reader(self.socket.fileno())
        self._idle = 0
        self._look()

    def _look(self) -> None:
        taken = self._drain()
        self._idle = 0 if taken else self._idle + 1
        if taken == BATCH:
            self._timer = self._loop.call_soon(self._look)
        elif self._idle < IDLE_LOOKS:
            self._timer = self._loop.call_later(LOOK_EVERY, self._look)
        else:
            self._timer = None
            self._loop.add_reader(self.socket.fileno(), self._wake)

    def send(self, data: bytes, address: Address) -> None:
        """For everything that is not media; what the kernel cannot take is dropped and counted."""
        try:
            self.socket.sendto(data, address)
        except OSError:
            self.unsent += 1

    def _drain(self) -> int:
        """Take what has come, at most BATCH datagrams; returns how many."""
        receive, view = self.socket.recvfrom_into, self._router.inbound.view
        find, forward, clock = self.paths.get, self._router.receive, time.monotonic
        for taken in range(BATCH):
            try:
                size, address = receive(view)
            except OSError:  # nothing more, or an ICMP error that Linux reports on the next read
                return taken
            path = find(address)
            if path is not None and 11 < size < CAPACITY and is_rtp(view):
                forward(path.transport, size, clock())
            elif 0 < size < CAPACITY:
                self._on_other(bytes(view[:size]), address, path)
        return BATCH


def is_rtp(view: memoryview) -> bool:
    """RFC 7983 and RFC 5761: media, and not its control packets."""
    return 127 < view[0] < 192 and not 192 <= view[1] <= 223


def open_socket(host: str, port: int, buffer: int) -> socket.socket:
    """A bound, non-blocking socket. OSError when the port is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        for option, forced in (
            (socket.SO_RCVBUF, "SO_RCVBUFFORCE"),
            (socket.SO_SNDBUF, "SO_SNDBUFFORCE"),
        ):
            sock.setsockopt(socket.SOL_SOCKET, option, buffer)
            _force(sock, FORCED[forced], buffer)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


FORCED = {"SO_SNDBUFFORCE": 32, "SO_RCVBUFFORCE": 33}  # linux/asm-generic/socket.h


def _force(sock: socket.socket, option: int, buffer: int) -> None:
    """Go beyond net.core.rmem_max where the process may (CAP_NET_ADMIN)."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, option, buffer)
    except OSError:
        return
