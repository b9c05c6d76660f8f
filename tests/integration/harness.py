"""A real server process and real clients over loopback: links in, sockets, asks, tells."""

import asyncio
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import socketio

from .forked import Forked

START_WITHIN = 90.0
TELL_WITHIN = 15.0
FIRST_PORT, STRIPE, STRIPES = 20_000, 1_500, 8
ROLES = ("presiding_judge", "prosecutor", "defendant", "counsel", "clerk")
_given: deque[int] = deque(maxlen=100)


def free_port() -> int:
    """A port that is free for TCP and UDP just now.

    Each test worker has a stripe of its own, below the ports that the kernel gives to clients, so that
    nobody takes it before the server does; and it is not one of those given out last, which their servers
    may be about to take.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    stripe = FIRST_PORT + worker % STRIPES * STRIPE
    while True:
        port = random.randrange(stripe, stripe + STRIPE)
        if port in _given:
            continue
        with (
            socket.socket() as tcp,
            socket.socket(type=socket.SOCK_DGRAM) as udp,
            contextlib.suppress(OSError),
        ):
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            _given.append(port)
            return port


@dataclass
class ServerProcess:
    """`hearing-server serve --demo` as a process of its own, on ports of its own."""

    data: Path
    port: int = field(default_factory=free_port)
    media_port: int = field(default_factory=free_port)
    links: dict[str, str] = field(default_factory=dict)  # seat -> what stands after #
    staff: dict[str, tuple[str, str]] = field(default_factory=dict)  # role -> (login, password)
    seats: Sequence[str] = ROLES  # what the seats of its one hearing are called here
    process: "subprocess.Popen[str] | Forked | None" = None
    module: str = "hearing_server"  # or one that starts it in a troubled world
    main: str = (
        "hearing_server.__main__"  # or a module with another beginning, for one that is forked
    )
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def start(self) -> "ServerProcess":
        self.process = await asyncio.to_thread(self.begin)
        try:
            await asyncio.wait_for(asyncio.to_thread(self._read_links), START_WITHIN)
        except BaseException:
            self.process.kill()  # nobody else will: it is not in anybody's hands yet
            raise
        return self

    def begin(self) -> "subprocess.Popen[str] | Forked":
        arguments = ["serve", "--demo", "--port", str(self.port)]
        arguments += ["--media-port", str(self.media_port), "--data", str(self.data)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}
        log = self.data.parent / f"{self.data.name}.log"
        if self.module == "hearing_server":
            return Forked(self.main, arguments, environment, log)
        with log.open("a") as file:
            return subprocess.Popen(
                [sys.executable, "-m", self.module, *arguments],
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                env=environment,
            )

    def _read_links(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        found = []
        for line in self.process.stdout:
            if match := re.search(r"/enter#(\S+)", line):
                found.append(match[1])
            if match := re.search(r" (\w+) +(demo\.\w+) +(\S+)$", line):
                self.staff[match[1]] = (match[2], match[3])
            if line.startswith("Serving on"):
                break
        else:
            raise AssertionError(f"the server ended: {self.log}")
        self.links = dict(zip(self.seats, found, strict=True))

    @property
    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text()

    async def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(signum)
        code = await asyncio.to_thread(self.process.wait, 20)
        if self.process.stdout:
            self.process.stdout.close()
        return code


@contextlib.asynccontextmanager
async def serving(
    data: Path,
    *,
    module: str = "hearing_server",
    main: str = "hearing_server.__main__",
    **environment: str,
) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(data=data, module=module, main=main, environment=environment)
    await server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            await server.stop()


class Line:
    """A TCP line to a port of this machine that can go dead without a word."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._alive = asyncio.Event()
        self._alive.set()
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._carriers: list[asyncio.Task[None]] = []

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> "Line":
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._alive.set()
        await asyncio.gather(*self._carriers, return_exceptions=True)

    def cut(self) -> None:
        """Nothing passes any more, in either direction; both ends think that it is there."""
        self._alive.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carriers.append(task)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, far_writer]
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                await self._alive.wait()
                writer.write(data)
                await writer.drain()
            await self._alive.wait()  # a dead line does not say goodbye either
            writer.close()


class Refusal(Exception):
    """An answer that was `failed`, or an HTTP error; `code` is the server's."""

    def __init__(self, code: str, detail: str, status: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.status = code, detail, status


class Client:
    """One party's browser, without a picture."""

    def __init__(self, server: ServerProcess, role: str, port: int | None = None) -> None:
        self.server, self.role = server, role
        self.url = f"http://localhost:{port or server.port}"
        self.http = aiohttp.ClientSession(
            headers={"Origin": server.url}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        self.seat = ""
        self.welcome: dict[str, Any] = {}
        self.tells: list[dict[str, Any]] = []
        self._heard = asyncio.Condition()
        self.socket: socketio.AsyncClient | None = None

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.hang_up()
        await self.http.close()

    async def hang_up(self) -> None:
        if self.socket is not None:
            await self.socket.disconnect()
            self.socket = None

    async def link(self) -> "Client":
        answer = await self.post("/api/enter", {"link": self.server.links[self.role]})
        self.seat = answer["seat"]
        return self

    async def connect(self, ticket: str | None = None) -> None:
        if ticket is None:
            ticket = (await self.post(f"/api/seats/{self.seat}/ticket", {}))["ticket"]
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("tell", self._on_tell)
        await self.socket.connect(
            self.url,
            transports=["websocket"],
            headers={"Origin": self.server.url},
            auth={"ticket": ticket},
        )

    async def enter(self, **fields: Any) -> dict[str, Any]:
        """By the link, through the ticket, into the room."""
        if not self.seat:
            await self.link()
        if self.socket is None:
            await self.connect()
        fields = {"accepted_as": "名", **fields}
        self.welcome = await self.ask("enter", **fields)
        return self.welcome

    async def ask(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        answer = await self.raw({"type": kind, **fields})
        if answer["type"] == "failed":
            raise Refusal(answer["code"], answer["detail"])
        return answer

    async def raw(self, message: object) -> Any:
        assert self.socket is not None
        return await self.socket.call("ask", message, timeout=TELL_WITHIN)

    async def _on_tell(self, message: dict[str, Any]) -> None:
        async with self._heard:
            self.tells.append(message)
            self._heard.notify_all()

    async def told(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first tell that matches, now or soon."""

        def found() -> dict[str, Any] | None:
            return next((tell for tell in self.tells if matches(tell)), None)

        async with self._heard:
            await asyncio.wait_for(self._heard.wait_for(lambda: found() is not None), TELL_WITHIN)
        tell = found()
        assert tell is not None
        return tell

    async def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The entry of the first event of this kind and fields that this client was told."""

        def matches(tell: dict[str, Any]) -> bool:
            event = tell.get("event", {})
            return event.get("type") == kind and all(event.get(k) == v for k, v in fields.items())

        return await self.told(matches)

    async def post(self, path: str, body: object, **kwargs: Any) -> Any:
        return await self._http("POST", path, json=body, **kwargs)

    async def get(self, path: str) -> Any:
        return await self._http("GET", path)

    async def _http(self, method: str, path: str, **kwargs: Any) -> Any:
        async with self.http.request(method, self.url + path, **kwargs) as response:
            if response.status >= 400:
                body = await response.json()
                raise Refusal(body["code"], body["detail"], response.status)
            if response.content_type == "application/json":
                return await response.json()
            return await response.read()
