"""Connections that want nothing: ended in time, bounded for each address, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

from hearing_server.web import door
from hearing_server.web.door import IDLE, Door

HEADER = b"GET /hello HTTP/1.1\r\nHost: court.example\r\n"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Court:
    def __init__(self, port: int, guard: Door) -> None:
        self.port, self.door = port, guard

    async def call(self) -> Line:
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def court(spoken_in: float, *proxies: str) -> AsyncIterator[Court]:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text=f"heard {len(await request.read())}")

    async def socket(request: web.Request) -> web.WebSocketResponse:
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        async for message in answer:
            await answer.send_str(message.data)
        return answer

    application = web.Application()
    application.add_routes(
        [web.get("/hello", hello), web.post("/hello", hello), web.get("/socket", socket)]
    )
    runner = web.AppRunner(application, keepalive_timeout=IDLE)
    await runner.setup()
    assert runner.server is not None
    guard = Door(runner.server, proxies, spoken_in=spoken_in)
    listener = await asyncio.get_running_loop().create_server(guard, "127.0.0.1", 0)
    try:
        yield Court(listener.sockets[0].getsockname()[1], guard)
    finally:
        listener.close()
        await runner.cleanup()


async def ended(line: Line) -> bool:
    """The other end has put it down."""
    try:
        return await line[0].read(1) == b""
    except ConnectionError:
        return True


async def test_who_says_nothing_or_says_it_byte_by_byte_is_put_down() -> None:
    async with asyncio.timeout(20), court(0.5) as house:
        silent, slow = await house.call(), await house.call()

        async def trickle() -> None:
            for byte in HEADER * 100:
                slow[1].write(bytes((byte,)))
                await slow[1].drain()
                await asyncio.sleep(0.02)

        dribbling = asyncio.create_task(trickle())
        assert await ended(silent)
        assert await ended(slow)
        dribbling.cancel()
        await asyncio.gather(dribbling, return_exceptions=True)
        assert not house.door.open
        assert not house.door.silent


async def test_a_header_in_two_parts_and_a_long_body_are_served() -> None:
    """Only the beginning is timed: an upload, and a socket, stay as long as they like."""
    async with asyncio.timeout(20), court(0.5) as house:
        reader, writer = await house.call()
        writer.write(HEADER.replace(b"GET", b"POST") + b"Content-Length: 6\r\n\r")
        await writer.drain()
        writer.write(b"\n123")
        await writer.drain()
        async with ClientSession() as session:
            url = f"http://127.0.0.1:{house.port}"
            async with session.ws_connect(f"{url}/socket") as socket:
                await asyncio.sleep(0.8)  # longer than a caller may be silent
                await socket.send_str("still here")
                assert await socket.receive_str() == "still here"
        writer.write(b"456")
        await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_the_silent_ones_of_an_address_are_bounded_and_others_come_in() -> None:
    async with asyncio.timeout(20), court(5.0) as house:
        lines = [await house.call() for _ in range(door.SILENT)]
        assert await ended(await house.call()), "one too many"
        lines[0][1].write(HEADER + b"\r\n")
        assert (await lines[0][0].readline()).startswith(b"HTTP/1.1 200")
        line = await house.call()  # one has spoken: there is room for one more
        line[1].write(HEADER + b"\r\n")
        assert (await line[0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in (*lines, line):
            writer.close()
    assert not house.door.open


async def test_a_proxy_is_not_counted() -> None:
    async with asyncio.timeout(20), court(5.0, "127.0.0.0/8") as house:
        lines = [await house.call() for _ in range(door.SILENT + 5)]
        lines[-1][1].write(HEADER + b"\r\n")
        assert (await lines[-1][0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in lines:
            writer.close()
