"""The recogniser's supervision, with real processes."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from hearing_server.services.media import TrackName
from hearing_server.services.speech import Heard, SpeechHealth
from transcript.speech import recogniser as module
from transcript.speech.recogniser import ProcessRecogniser

from .tiny_model import FOLDER
from .voices import FORMAT, LOW, packets, silence, voice

TRACK = TrackName(hearing="h1", party="judge", source="microphone")


class Desk:
    """Keeps what it is told, and waits for more."""

    def __init__(self, model: Path) -> None:
        self.heard: list[Heard] = []
        self.states: list[SpeechHealth] = []
        self._news = asyncio.Event()
        self.recogniser = ProcessRecogniser(
            model, 1, self._on_heard, self._on_health, anchor=lambda hearing: 1000.0
        )

    def _on_heard(self, heard: Heard) -> None:
        self.heard.append(heard)
        self._news.set()

    def _on_health(self, health: SpeechHealth) -> None:
        self.states.append(health)
        self._news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def becomes(self, state: str) -> None:
        await self.until(lambda: self.recogniser.health.state == state)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    one = Desk(FOLDER)
    one.recogniser.start()
    yield one
    await one.recogniser.close()
    assert one.recogniser.worker_pid is None


async def test_what_is_said_has_the_times_of_the_hearings_clock(desk: Desk) -> None:
    await desk.becomes("on")
    sink = desk.recogniser.listen(TRACK, FORMAT, ("王某",))
    assert sink is not None
    begin = time.monotonic()
    for packet in packets(np.concatenate([silence(0.5), voice(LOW, 1.0)])):
        sink.on_rtp(packet.data, begin + packet.at)
    sink.on_end("closed")
    await desk.until(lambda: any(heard.final for heard in desk.heard))
    final = desk.heard[-1]
    assert (final.text, final.track) == ("原", TRACK)
    assert final.started_at == round(1000 + final.began * 1000)
    assert begin + 0.1 < final.began < begin + 0.6
    await desk.until(lambda: not desk.recogniser._tracks)


@pytest.mark.fault
async def test_a_worker_that_hangs_is_replaced(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped, it says nothing; it is killed, and the next one hears what comes from then on."""
    await desk.becomes("on")
    monkeypatch.setattr(module, "SILENT_S", 2.5)
    await desk.until(lambda: len(desk.states) > 2)
    first = desk.recogniser.worker_pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    await desk.becomes("down")
    assert desk.recogniser.health.detail == "silent"
    await desk.becomes("on")
    assert desk.recogniser.worker_pid not in (None, first)


async def test_what_it_cannot_take_is_dropped(desk: Desk) -> None:
    """While nobody listens nothing is queued, and a flood does not grow the queue."""
    sink = desk.recogniser.listen(TRACK, FORMAT, ())
    spool = desk.recogniser._spool
    assert sink is not None
    assert spool is not None
    before = spool.size
    for _ in range(1000):
        sink.on_rtp(bytes(1000), time.monotonic())
    assert spool.size == before
    await desk.becomes("on")
    for _ in range(3000):
        sink.on_rtp(bytes(1000), time.monotonic())
    assert spool.size < 1.1 * module.SPOOL_BYTES


async def test_a_folder_without_a_model_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, and without a process that goes on trying; then nothing is taken any more."""
    monkeypatch.setattr(module, "RESTART_S", 0.01)
    monkeypatch.setattr(module, "RESTART_MOST_S", 0.01)
    desk = Desk(tmp_path)
    desk.recogniser.start()
    await desk.becomes("failed")
    assert desk.recogniser.health.detail == "no_model"
    assert [state.state for state in desk.states] == ["down"] * (module.DEATHS - 1) + ["failed"]
    assert desk.recogniser.listen(TRACK, FORMAT, ()) is None
    await desk.recogniser.close()
