"""A party that is seen and heard without end: a real line, real VP8 and Opus, a level that can be set."""

import asyncio
import contextlib
import time
from typing import Any

from tests.recording import streams
from tests.recording.cost import renumber
from tests.signaling.sfu.peer import Peer, opus, vp8

from .harness import Client

SSRC = {"camera": 1000, "microphone": 2000}
KIND = {"camera": 96, "microphone": 111}
SILENCE = b"\xf8\xff\xfe"
NOTHING_READS = b"\x03\x00"  # no Opus (no frames) and no VP8 (begins no picture)


class Speaker(Client):
    """`level` is how loud it is, in -dBov; 127 sends silence. Of what is not `sending` nothing comes, of
    what is `damaged` nothing that can be read; without a `line` nothing at all.
    """

    level = 30
    sending: frozenset[str] = frozenset(SSRC)
    damaged: frozenset[str] = frozenset()
    line = True

    async def sit(self) -> "Speaker":
        await self.enter()
        self.up, transport = await Peer.asked(self.ask, "send")
        await self.up.connect_as(self.ask, transport)
        for source, kind, parameters in (
            ("camera", "video", vp8(SSRC["camera"])),
            ("microphone", "audio", opus(SSRC["microphone"])),
        ):
            await self.ask(
                "produce",
                transport=transport,
                source=source,
                kind=kind,
                rtp_parameters=parameters,
            )
        self._speaking = asyncio.create_task(self._speak())
        return self

    async def __aexit__(self, *error: object) -> None:
        if hasattr(self, "_speaking"):
            self._speaking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._speaking
            await self.up.close()
        await super().__aexit__(*error)

    async def _speak(self) -> None:
        seconds = {
            "camera": streams.video_packets("vp8", streams.encode_video("vp8", streams.FPS)),
            "microphone": streams.sound_packets(streams.encode_sound(1.0)),
        }
        start, second, checked = time.monotonic(), 0, 0.0
        while True:
            load: list[tuple[float, str, bytes]] = []
            for source, ticks in (("camera", 90_000), ("microphone", 48_000)):
                load += [(at, source, p) for p, at in renumber(seconds[source], second, ticks)]
            for at, source, packet in sorted(load):
                ahead = start + at - time.monotonic()
                if ahead > 0:
                    await asyncio.sleep(ahead)
                if source in self.sending and self.line:
                    with contextlib.suppress(ConnectionRefusedError):  # a browser sends on
                        self.up.send_rtp(self._dressed(source, packet))
                if time.monotonic() - checked > 2 and self.line:
                    checked = time.monotonic()
                    with contextlib.suppress(ConnectionRefusedError):
                        self.up.send(bytes(self.up.request()))
            second += 1

    def _dressed(self, source: str, packet: bytes) -> bytes:
        """With this connection's numbers, and how loud it is (RFC 6464)."""
        second = packet[1] & 0x80 | KIND[source]
        head = packet[2:8] + SSRC[source].to_bytes(4, "big")
        if source in self.damaged:
            return bytes((0x80, second)) + head + NOTHING_READS
        if source == "camera":
            return bytes((0x80, second)) + head + packet[12:]
        loudness = b"\xbe\xde\0\1" + bytes((0x10, self.level, 0, 0))
        payload = SILENCE if self.level == 127 else packet[12:]
        return bytes((0x90, second)) + head + loudness + payload

    async def checked(self, holds: Any, within: float = 15.0) -> dict[str, Any]:
        """The first word of the live check from now on for which `holds` is true."""
        heard = len(self.tells)
        return await asyncio.wait_for(
            self._next(heard, lambda t: t["type"] == "recording_checked" and holds(t)), within
        )

    async def changed(self, kind: str, code: str, within: float = 20.0) -> float:
        """Wait for the event of this kind and code that comes from now on; when it came (monotonic)."""
        heard = len(self.tells)

        def matches(tell: dict[str, Any]) -> bool:
            event = tell.get("event", {})
            return event.get("type") == kind and event.get("code") == code

        await asyncio.wait_for(self._next(heard, matches), within)
        return time.monotonic()

    async def _next(self, after: int, matches: Any) -> dict[str, Any]:
        async with self._heard:
            while True:
                for tell in self.tells[after:]:
                    if matches(tell):
                        return tell
                after = len(self.tells)
                await self._heard.wait()
