"""The browsers of the SFU bench: real encrypted clients, kept cheap so that they are no bottleneck.

It sleeps between looks at its sockets instead of waiting for them: waking a local reader for every
packet would cost the server what a remote viewer does not. Delay is measured by the kernel's own
receive time stamps, on the sockets of one viewer in PROBE.

Every party sends 1.2 Mbit/s of VP8 at 30 frames a second and Opus at 50 packets a second, each at
its own phase, and answers as a browser does: checks every 2.5 s, receiver reports every second.
All arriving packets are counted by their header; the probes' are decrypted for their send time.
"""

import heapq
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from signaling.sfu import rtcp, srtp
from signaling.sfu.rtp import payload_offset

FRAME = 1 / 30
VIDEO_PACKETS, VIDEO_SIZE = 5, 1000  # 1.2 Mbit/s
AUDIO_SIZE = 90
KEY_EVERY = 300  # frames
PROBE = 8
TICK = 0.002  # seconds between looks
SO_TIMESTAMPNS = 35  # linux/asm-generic/socket.h
ANCILLARY = 64
HEADER = struct.Struct("!BBHII")
STAMP = struct.Struct("!Q")
TIMESPEC = struct.Struct("@qq")
HEAD = 11  # bytes of payload before the time stamp
VIDEO_EXTENSIONS = bytes.fromhex("bede0002") + bytes((0x40, 48, 0x22, 0, 0, 0, 0, 0))
AUDIO_EXTENSIONS = bytes.fromhex("bede0002") + bytes((0x10, 0x80 | 30, 0x22, 0, 0, 0, 0, 0))
KEY_HEAD = b"\x10" + bytes((0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01))
DELTA_HEAD = b"\x10" + bytes((0x11, 0x02, 0x00)) + bytes(7)
REST_HEAD = b"\x00" + bytes(10)
AUDIO_HEAD = b"\x78" + bytes(10)


@dataclass
class Track:
    """What one party sends of one kind."""

    ssrc: int
    payload_type: int
    extensions: bytes
    sequence: int = 0
    timestamp: int = 0
    sent: int = 0


@dataclass
class Client:
    """One transport of a party, connected: its socket, its SRTP and the check it repeats."""

    socket: socket.socket
    keys: Any  # pylibsrtp sessions: inbound, outbound
    check: Callable[[], bytes]
    tracks: list[Track] = field(default_factory=list)
    ssrcs: list[int] = field(default_factory=list)  # of its consumers
    received: int = 0
    id: str = ""


class Load:
    """Plays the parties for a while. `send` clients have tracks, `receive` clients consumers."""

    def __init__(self, clients: list[Client]) -> None:
        self.clients = clients
        self.delays: list[int] = []  # nanoseconds
        self.unsent = 0
        self._buffer = srtp.PacketBuffer()
        self._poll = select.epoll()
        self._by_fd = {client.socket.fileno(): client for client in clients}
        for fd in self._by_fd:
            self._poll.register(fd, select.EPOLLIN)
        viewers = [client for client in clients if client.ssrcs]
        self._probes = {client.socket.fileno() for client in viewers[::PROBE]}
        for client in viewers[::PROBE]:
            client.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._events: list[tuple[float, int, Callable[[], None], float]] = []
        begin = time.monotonic() + 0.05
        for index, client in enumerate(clients):
            phase = begin + FRAME * index / len(clients)
            if client.tracks:
                video, audio = client.tracks
                self._plan(phase, lambda c=client, t=video: self._frame(c, t), FRAME)
                self._plan(phase, lambda c=client, t=audio: self._sound(c, t), 0.02)
            self._plan(phase + index % 7 / 3, lambda c=client: self._send(c, c.check()), 2.5)
            if client.ssrcs:
                self._plan(phase + index % 5 / 5, lambda c=client: self._report(c), 1.0)

    def _plan(self, at: float, act: Callable[[], None], every: float) -> None:
        heapq.heappush(self._events, (at, len(self._events), act, every))

    def run(self, until: float, *, sending: bool = True) -> None:
        """Play until the monotonic time `until`."""
        events = self._events
        while (now := time.monotonic()) < until:
            while sending and events[0][0] <= now:
                at, order, act, every = heapq.heappop(events)
                act()
                heapq.heappush(events, (at + every, order, act, every))
            for fd, _ in self._poll.poll(0):
                if fd in self._probes:
                    self._drain_probe(self._by_fd[fd])
                else:
                    self._drain(self._by_fd[fd])
            time.sleep(max(0.0, now + TICK - time.monotonic()))

    def _drain(self, client: Client) -> None:
        view, receive = self._buffer.view, client.socket.recv_into
        try:
            while True:
                receive(view)
                if is_media(view):
                    client.received += 1
        except (BlockingIOError, ConnectionError):
            return

    def _drain_probe(self, client: Client) -> None:
        buffer, receive = self._buffer, client.socket.recvmsg_into
        view, space = buffer.view, [buffer.view]
        ahead = time.time_ns() - time.monotonic_ns()
        try:
            while True:
                size, ancillary, _, _ = receive(space, ANCILLARY)
                if not is_media(view):
                    continue
                client.received += 1
                buffer.length[0] = size
                if srtp.unprotect(client.keys.inbound_context, buffer.data, buffer.length):
                    raise AssertionError("the server sent what its viewer cannot decrypt")
                seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
                arrived = seconds * 1_000_000_000 + nanoseconds - ahead
                start = payload_offset(view[: buffer.length[0]]) + HEAD
                self.delays.append(arrived - STAMP.unpack_from(view, start)[0])
        except (BlockingIOError, ConnectionError):
            return

    def _frame(self, client: Client, track: Track) -> None:
        key = track.sent // VIDEO_PACKETS % KEY_EVERY == 0
        for index in range(VIDEO_PACKETS):
            head = REST_HEAD if index else KEY_HEAD if key else DELTA_HEAD
            self._media(client, track, head, VIDEO_SIZE, last=index == VIDEO_PACKETS - 1)
        track.timestamp += 3000

    def _sound(self, client: Client, track: Track) -> None:
        self._media(client, track, AUDIO_HEAD, AUDIO_SIZE, last=False)
        track.timestamp += 960

    def _media(self, client: Client, track: Track, head: bytes, size: int, *, last: bool) -> None:
        packet = b"".join(
            (
                HEADER.pack(
                    0x90,
                    last << 7 | track.payload_type,
                    track.sequence & 0xFFFF,
                    track.timestamp & 0xFFFFFFFF,
                    track.ssrc,
                ),
                track.extensions,
                head,
                STAMP.pack(time.monotonic_ns()),
                bytes(size - len(head) - 8),
            )
        )
        track.sequence += 1
        track.sent += 1
        self._protect_and_send(client, srtp.protect, packet)

    def _report(self, client: Client) -> None:
        blocks = [
            rtcp.ReportBlock(
                ssrc=ssrc, fraction=0, lost=0, highest=0, jitter=10, last_sr=0, delay=0
            )
            for ssrc in client.ssrcs
        ]
        self._protect_and_send(client, srtp.protect_rtcp, rtcp.make_report(1, blocks))

    def _protect_and_send(self, client: Client, protect: Any, packet: bytes) -> None:
        buffer = self._buffer
        srtp.memmove(buffer.data, packet, len(packet))
        buffer.length[0] = len(packet)
        assert not protect(client.keys.outbound_context, buffer.data, buffer.length)
        self._send(client, buffer.view[: buffer.length[0]])

    def _send(self, client: Client, data: bytes | memoryview) -> None:
        try:
            client.socket.send(data)
        except OSError:
            self.unsent += 1


def is_media(view: memoryview) -> bool:
    return 127 < view[0] < 192 and not 192 <= view[1] <= 223
