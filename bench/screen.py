"""A viewer's socket with no browser behind it: when the kernel had the bytes of each message.

It enters as a browser does and offers compression as a browser does, answers the pings, and reads nothing
else of what it is told. It is looked at now and then by `drain`: waking a local reader for every packet
would cost the server what a remote viewer does not.
"""

import asyncio
import base64
import json
import os
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from typing import ClassVar

import aiohttp

from bench.sfu_load import SO_TIMESTAMPNS, TIMESPEC
from tests.integration.harness import ServerProcess

LOOK_EVERY = 0.003
ENTER_WITHIN = 30.0
COMPRESSED = 0x40  # RSV1: permessage-deflate, RFC 7692
TAIL = b"\0\0\xff\xff"

OnTell = Callable[[bytes, int], None]


class Screen:
    """Tells `on_tell` each tell, as JSON, and when its last byte came, in Unix nanoseconds."""

    all: ClassVar[set["Screen"]] = set()

    def __init__(self, server: ServerProcess, seat: str, address: str, on_tell: OnTell) -> None:
        self._server, self._seat, self._address = server, seat, address
        self._on_tell = on_tell
        self._bytes = bytearray()
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._entered = asyncio.Event()
        self.party = ""
        self.received = 0  # bytes
        self._socket = socket.socket()

    async def enter(self) -> None:
        """By the link, through the ticket, into the room, while `drain` runs."""
        ticket = await self._ticket()
        self._socket.bind((self._address, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.connect(("127.0.0.1", self._server.port))
        self._socket.sendall(self._upgrade())
        await asyncio.to_thread(self._skip_head)
        self._socket.setblocking(False)
        self.all.add(self)
        self._send("40" + json.dumps({"ticket": ticket}))
        await asyncio.wait_for(self._entered.wait(), ENTER_WITHIN)

    async def _ticket(self) -> str:
        connector = aiohttp.TCPConnector(local_addr=(self._address, 0), family=socket.AF_INET)
        async with aiohttp.ClientSession(
            headers={"Origin": self._server.url},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=connector,
        ) as http:
            link = {"link": self._server.links[self._seat]}
            async with http.post(f"{self._server.url}/api/enter", json=link) as answer:
                self.party = (await answer.json())["seat"]
            path = f"/api/seats/{self.party}/ticket"
            async with http.post(self._server.url + path, json={}) as answer:
                return str((await answer.json())["ticket"])

    def _upgrade(self) -> bytes:
        fields = {
            "Host": f"localhost:{self._server.port}",
            "Origin": self._server.url,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
        }
        lines = [f"{name}: {value}" for name, value in fields.items()]
        target = "/socket.io/?EIO=4&transport=websocket"
        return "\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""]).encode()

    def _skip_head(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(head.decode())

    def look(self) -> None:
        """Take what has come."""
        try:
            while True:
                data, ancillary, _, _ = self._socket.recvmsg(1 << 16, 64)
                if not data:
                    raise ConnectionError(f"{self._seat} was hung up")
                self.received += len(data)
                self._bytes += data
                at = _stamped(ancillary)
                for message in self._messages():
                    self._take(message, at)
        except BlockingIOError:
            pass

    def _messages(self) -> Iterator[bytes]:
        """Whole text messages: a server fragments none and masks none (RFC 6455, 5.1)."""
        while len(self._bytes) >= 2:
            size, at = self._bytes[1], 2
            if size >= 126:
                at = 4 if size == 126 else 10
                if len(self._bytes) < at:
                    return
                size = int.from_bytes(self._bytes[2:at])
            if len(self._bytes) < at + size:
                return
            head, payload = self._bytes[0], bytes(self._bytes[at : at + size])
            del self._bytes[: at + size]
            yield self._inflate.decompress(payload + TAIL) if head & COMPRESSED else payload

    def _take(self, message: bytes, at: int) -> None:
        if message == b"2":  # ping, and pong
            self._send("3")
        elif message.startswith(b'42["tell",'):
            self._on_tell(message[10:-1], at)
        elif message.startswith(b"40"):
            ask = {"type": "enter", "accepted_as": "名"}
            self._send("420" + json.dumps(["ask", ask]))
        elif message.startswith(b"430"):
            (answer,) = json.loads(message[3:])
            if answer["type"] != "welcome":
                raise RuntimeError(answer)
            self._entered.set()

    def _send(self, text: str) -> None:
        """Masked, as a client must, by nothing."""
        payload = text.encode()
        size = (
            bytes([0x80 | len(payload)])
            if len(payload) < 126
            else struct.pack("!BH", 0x80 | 126, len(payload))
        )
        self._socket.sendall(b"\x81" + size + bytes(4) + payload)

    def close(self) -> None:
        self.all.discard(self)
        self._socket.close()


def _stamped(ancillary: list[tuple[int, int, bytes]]) -> int:
    """The kernel begins to say it a moment after it is asked to; until then it is now, if anything too late."""
    if not ancillary:
        return time.time_ns()
    seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
    return int(seconds * 1_000_000_000 + nanoseconds)


async def drain() -> None:
    """Run as a task of its own while there are screens."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for screen in list(Screen.all):
            screen.look()
