"""A party of the bench: a real socket to the server and two raw media lines, with the kernel's own times.

It sends as a browser does, in small: Opus 50 times a second, a picture of one packet 30 times a second,
a key frame when it is asked for one. Of what arrives only the header is read, and when it came.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, ClassVar

from bench.sfu_load import AUDIO_HEAD, DELTA_HEAD, KEY_HEAD, SO_TIMESTAMPNS, TIMESPEC, is_media
from signaling.sfu import rtcp
from signaling.sfu.codecs import capabilities
from tests.integration.harness import Client, ServerProcess
from tests.signaling.sfu.peer import Peer, opus, rtp, vp8

AUDIO_SIZE, VIDEO_SIZE = 100, 1000
AUDIO_EVERY, VIDEO_EVERY = 0.02, 1 / 30
CHECK_EVERY = 2.0
LOOK_EVERY = 0.003
CAMERA, MICROPHONE = 1000, 2000  # SSRCs
SSRC = struct.Struct("!8xI")

Edge = tuple[str, str, str]  # viewer, party, source


class Line(Peer):
    """Tells `on_media` the SSRC of each packet and when the kernel had it, in Unix nanoseconds.

    It is looked at now and then by `drain`: waking a local reader for every packet would cost the
    server what a remote viewer does not.
    """

    lines: ClassVar[set["Line"]] = set()
    on_media: Callable[[int, int], None] = staticmethod(lambda ssrc, at: None)

    def _open(self) -> None:
        super()._open()
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.lines.add(self)

    def _close_socket(self) -> None:
        self.lines.discard(self)
        super()._close_socket()

    def _drain(self) -> None:
        receive, found = self.socket.recvmsg, SSRC.unpack_from
        try:
            while True:
                data, ancillary, _, _ = receive(2048, 64)
                if is_media(memoryview(data)):
                    seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
                    self.on_media(found(data)[0], seconds * 1_000_000_000 + nanoseconds)
                else:
                    self._take(data)
        except (BlockingIOError, ConnectionError):
            self._news.set()


async def drain() -> None:
    """Run as a task of its own while there are lines."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for line in list(Line.lines):
            line._drain()


class Party(Client):
    """`arrived` is told of every packet: its edge, and when it came."""

    def __init__(
        self, server: ServerProcess, role: str, arrived: Callable[[Edge, int], None]
    ) -> None:
        super().__init__(server, role)
        self.up: Line
        self.down: Line
        self._arrived = arrived
        self._edges: dict[int, Edge] = {}  # by the consumer's SSRC
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wanted = True  # a key frame
        self._sent = {CAMERA: 0, MICROPHONE: 0}  # packets

    async def sit(self, phase: float) -> None:
        """Enter, connect both lines, begin to send `phase` seconds from now."""
        await self.enter()
        self.up, send = await self._line("send")
        self.down, _ = await self._line("receive")
        self.up.on_rtcp = self._on_rtcp
        self.down.on_media = self._on_media
        for source, kind, parameters in (
            ("camera", "video", vp8(CAMERA)),
            ("microphone", "audio", opus(MICROPHONE)),
        ):
            await self.ask(
                "produce", transport=send, source=source, kind=kind, rtp_parameters=parameters
            )
        self._start(self._every(AUDIO_EVERY, phase, self._sound))
        self._start(self._every(VIDEO_EVERY, phase, self._picture))
        self._start(self._every(CHECK_EVERY, phase, self._check))

    async def _line(self, direction: str) -> tuple[Line, str]:
        more = {"rtp_capabilities": capabilities()} if direction == "receive" else {}
        line, transport = await Line.asked(self.ask, direction, **more)
        await line.connect_as(self.ask, transport)
        return line, transport

    async def rise(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.up.close()
        await self.down.close()

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _every(self, seconds: float, phase: float, act: Callable[[], None]) -> None:
        due = time.monotonic() + phase
        while True:
            await asyncio.sleep(due - time.monotonic())
            act()
            due += seconds

    async def _on_tell(self, message: dict[str, Any]) -> None:
        if message["type"] == "consumer_opened":
            ssrc = message["rtp_parameters"]["encodings"][0]["ssrc"]
            self._edges[ssrc] = (self.role, message["party"], message["source"])
            self._start(self.ask("resume_consumer", consumer=message["consumer"]))
        elif message["type"] not in ("levels", "qualities"):
            await super()._on_tell(message)

    def _on_media(self, ssrc: int, at: int) -> None:
        edge = self._edges.get(ssrc)
        if edge is not None:
            self._arrived(edge, at)

    def _on_rtcp(self, compound: bytes) -> None:
        self._wanted |= any(
            (part.kind, part.count) == (rtcp.PSFB, rtcp.PLI) for part in rtcp.parts(compound)
        )

    def _sound(self) -> None:
        self._send(MICROPHONE, 111, AUDIO_HEAD, AUDIO_SIZE, 960)

    def _picture(self) -> None:
        head, self._wanted = (KEY_HEAD if self._wanted else DELTA_HEAD), False
        self._send(CAMERA, 96, head, VIDEO_SIZE, 3000)

    def _send(self, ssrc: int, kind: int, head: bytes, size: int, ticks: int) -> None:
        self._sent[ssrc] += 1
        payload = head + bytes(size - len(head))
        numbers = (self._sent[ssrc], self._sent[ssrc] * ticks)
        self.up.send_rtp(rtp(*numbers, ssrc=ssrc, payload_type=kind, payload=payload, marker=True))

    def _check(self) -> None:
        for line in (self.up, self.down):
            line.send(bytes(line.request()))
