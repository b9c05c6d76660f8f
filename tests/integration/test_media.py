"""The media of a running server under attack: raw peers and strangers against its one port."""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.signaling.sfu.peer import KEYFRAME, opus, rtp, vp8
from tests.signaling.sfu.peer import Peer as Browser

from .harness import Client, Refusal, ServerProcess

CAPABILITIES = {
    "codecs": [
        {
            "mimeType": "audio/opus",
            "kind": "audio",
            "preferredPayloadType": 100,
            "clockRate": 48000,
            "channels": 2,
        },
        {
            "mimeType": "video/VP8",
            "kind": "video",
            "preferredPayloadType": 101,
            "clockRate": 90000,
        },
    ],
    "headerExtensions": [],
}


class Seated:
    """A party in the room with a transport each way, over its real socket."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.up: Browser
        self.down: Browser
        self.sent = 0
        self._stack = AsyncExitStack()

    async def open(self, direction: str) -> tuple[Browser, str]:
        more = {"rtp_capabilities": CAPABILITIES} if direction == "receive" else {}
        browser, transport = await Browser.asked(self.client.ask, direction, **more)
        self._stack.push_async_callback(browser.close)
        return browser, transport

    async def connect(self) -> "Seated":
        self.up, up = await self.open("send")
        self.down, down = await self.open("receive")
        await self.up.connect_as(self.client.ask, up)
        await self.down.connect_as(self.client.ask, down)
        for source, kind, parameters in (
            ("camera", "video", vp8(1000)),
            ("microphone", "audio", opus(2000)),
        ):
            await self.client.ask(
                "produce", transport=up, source=source, kind=kind, rtp_parameters=parameters
            )
        return self

    async def consume(self, party: str, source: str) -> None:
        opened = await self.client.told(
            lambda t: (
                t["type"] == "consumer_opened" and (t["party"], t["source"]) == (party, source)
            )
        )
        await self.client.ask("resume_consumer", consumer=opened["consumer"])

    def speak(self, words: bytes) -> None:
        self.sent += 1
        for ssrc, kind in ((1000, 96), (2000, 111)):
            payload = KEYFRAME + words
            self.up.send_rtp(
                rtp(
                    self.sent,
                    self.sent * 960,
                    ssrc=ssrc,
                    payload_type=kind,
                    payload=payload,
                    marker=True,
                )
            )

    async def hears(self, words: bytes) -> int:
        """On how many tracks these words arrived."""
        await self.down.settle()
        return sum(words in packet for packet in self.down.rtp)

    async def close(self) -> None:
        await self._stack.aclose()


@asynccontextmanager
async def two(server: ServerProcess) -> AsyncIterator[tuple[Seated, Seated]]:
    """Judge and clerk with media between them, in session."""
    async with AsyncExitStack() as stack:
        pair = []
        for role in ("presiding_judge", "clerk"):
            client = await stack.enter_async_context(Client(server, role))
            await client.enter()
            seated = await Seated(client).connect()
            stack.push_async_callback(seated.close)
            pair.append(seated)
        judge, clerk = pair
        await judge.client.ask("open_hearing")
        for source in ("camera", "microphone"):
            await clerk.consume(judge.client.seat, source)
        judge.speak(b"hello")
        await judge.up.settle()
        assert await clerk.hears(b"hello") == 2
        yield judge, clerk


def junk() -> list[bytes]:
    """Datagrams of every kind that RFC 7983 tells apart, none of them authentic."""
    hello = bytes((22, 254, 253)) + bytes(8) + (60).to_bytes(2, "big") + os.urandom(60)
    alert = bytes((21, 254, 253)) + bytes(8) + b"\0\2\2\0"
    stun = bytes((0, 1)) + b"\0\0" + bytes.fromhex("2112a442") + secrets.token_bytes(12)
    found = [hello, alert, stun, b"", b"\x80", b"\x16", bytes(2000), os.urandom(1400)]
    for ssrc in (1000, 2000):
        found.append(rtp(7, 7, ssrc=ssrc, payload=os.urandom(100)))
    found.append(bytes((0x80, 200, 0, 6)) + os.urandom(40))
    return found


async def test_strangers_and_junk_disturb_nobody(server: ServerProcess) -> None:
    """Before, during and after a join: nothing is answered, and media goes on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)
        stranger.connect(("127.0.0.1", server.media_port))
        for datagram in junk():
            stranger.send(datagram)
        async with two(server) as (judge, clerk), Client(server, "counsel") as late:
            for datagram in junk() * 20:
                stranger.send(datagram)
                if datagram[:1] not in (b"\x15",):  # one's own goodbye is one's own affair
                    clerk.up.send(datagram)
            await late.enter()
            joining = Seated(late)
            browser, transport = await joining.open("send")
            for datagram in junk():
                stranger.send(datagram)
            await browser.connect_as(joining.client.ask, transport)
            judge.speak(b"still here")
            await judge.up.settle()
            assert await clerk.hears(b"still here") == 2
            await joining.close()
        with pytest.raises(BlockingIOError):
            stranger.recv(2048)


async def test_nobody_uses_what_is_not_theirs(server: ServerProcess) -> None:
    """Somebody else's transport does not exist; a foreign certificate gets no media."""
    async with two(server) as (judge, _), Client(server, "counsel") as counsel:
        await counsel.enter()
        mine = Seated(counsel)
        foreign, transport = await mine.open("send")
        fields: dict[str, Any] = {"transport": transport, "source": "screen", "kind": "video"}
        for what, more in (
            ("restart_ice", {"transport": transport}),
            ("produce", {**fields, "rtp_parameters": vp8(3000)}),
            ("connect_transport", {"transport": transport, "dtls_parameters": {}}),
            ("resume_consumer", {"consumer": transport}),
        ):
            with pytest.raises(Refusal) as caught:
                await judge.client.ask(what, **more)
            assert caught.value.code == "not_found", what
        await foreign.check()
        wrong = foreign.dtls_parameters
        for each in wrong["fingerprints"]:
            each["value"] = ":".join(["00"] * len(each["value"].split(":")))
        await counsel.ask("connect_transport", transport=transport, dtls_parameters=wrong)
        with contextlib.suppress(TimeoutError, ConnectionError):
            await foreign.shake_hands(timeout=2)
        with pytest.raises(TimeoutError):  # the transport is gone
            await foreign.check(timeout=1)
        await mine.close()


async def test_a_flood_of_transports_costs_its_sender(server: ServerProcess) -> None:
    """New lines by the hundred: too_many for one, an answer within a second for the other."""
    async with two(server) as (judge, clerk):
        asks = [
            clerk.client.raw({"type": "create_transport", "direction": "send"}) for _ in range(400)
        ]
        flood = asyncio.gather(*asks)
        started = asyncio.get_running_loop().time()
        await judge.client.ask("report_devices", camera="ready", microphone="ready")
        assert asyncio.get_running_loop().time() - started < 1
        codes = {answer.get("code", "done") for answer in await flood}
        assert codes == {"done", "too_many"}
        judge.speak(b"after the flood")
        await judge.up.settle()
        assert await clerk.hears(b"after the flood") == 2


async def test_a_stopped_server_leaves_a_closed_record(server: ServerProcess) -> None:
    """SIGTERM in session: departures with their cause and every segment stand in the log."""
    async with two(server) as (judge, clerk):
        for _ in range(30):
            judge.speak(b"for the record")
            clerk.speak(b"for the record")
            await asyncio.sleep(0.02)
        assert await server.stop() == 0
    events = logged(server.data)
    left = [e for e in events if e["type"] == "party_left"]
    assert [e["cause"] for e in left] == ["server", "server"]
    segments = [e for e in events if e["type"] == "segment_recorded"]
    assert {e["party"] for e in segments} == {judge.client.seat, clerk.client.seat}
    for each in segments:
        assert (server.data / "recordings" / each["name"]).stat().st_size == each["size"]


def logged(data: Path) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(data / "hearings.sqlite3")) as connection:
        rows = connection.execute("select record from event order by seq").fetchall()
    return [json.loads(record)["event"] for (record,) in rows]
