"""A party that says real words: a voice that the tiny model of the tests understands, or silence."""

import asyncio
import contextlib
import time
from pathlib import Path

import numpy as np

from tests.signaling.sfu.peer import Peer, opus, rtp
from tests.transcript.speech import voices

from .harness import Client

MODEL = Path(__file__).parents[1] / "transcript" / "speech" / "tiny"
SSRC, KIND, EVERY = 2000, 111, 0.02


def speech(*sounds: np.ndarray) -> list[bytes]:
    """Opus payloads of 20 ms."""
    return voices.encoded(np.concatenate(sounds))


class Voice(Client):
    """Sends silence without end, and whatever `say` is given."""

    async def sit(self) -> "Voice":
        await self.enter()
        self.up, transport = await Peer.asked(self.ask, "send")
        await self.up.connect_as(self.ask, transport)
        await self.ask(
            "produce",
            transport=transport,
            source="microphone",
            kind="audio",
            rtp_parameters=opus(SSRC),
        )
        self._silence = speech(voices.silence(0.1))[-1]
        self._waiting: list[bytes] = []
        self._said = asyncio.Event()
        self._speaking = asyncio.create_task(self._speak())
        return self

    async def say(self, payloads: list[bytes]) -> None:
        """Return when all of it is sent."""
        self._said.clear()
        self._waiting += payloads
        await self._said.wait()

    async def _speak(self) -> None:
        number, due, checked = 0, time.monotonic(), 0.0
        while True:
            number, due = number + 1, due + EVERY
            payload = self._waiting.pop(0) if self._waiting else self._silence
            if not self._waiting:
                self._said.set()
            with contextlib.suppress(ConnectionRefusedError):
                self.up.send_rtp(
                    rtp(number, number * 960, ssrc=SSRC, payload_type=KIND, payload=payload)
                )
                if time.monotonic() - checked > 2:
                    checked = time.monotonic()
                    self.up.send(bytes(self.up.request()))
            await asyncio.sleep(max(0, due - time.monotonic()))

    async def __aexit__(self, *error: object) -> None:
        if hasattr(self, "_speaking"):
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)
            await self.up.close()
        await super().__aexit__(*error)

    def captions(self) -> list[dict[str, object]]:
        return [tell for tell in self.tells if tell["type"] == "captioned"]
