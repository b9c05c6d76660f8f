"""The recogniser as the server sees it: packets go in on the event loop, words come out.

Decoding and the model are in a process of its own (worker.py), which is started again when it dies, ever
later, and given up after some deaths in a row: a hearing needs no captions. Nothing waits for it: what it
cannot take is dropped.
"""

import asyncio
import contextlib
import itertools
import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hearing_server.services.media import PacketSink, TrackFormat, TrackName
from hearing_server.services.speech import Heard, SpeechHealth, SpeechState, Word
from hearing_server.services.worker_link import frames
from hearing_server.services.worker_link.process import spawn
from hearing_server.services.worker_link.spool import Spool
from hearing_server.services.worker_link.track_sink import TrackSink
from transcript.speech import wire

log = logging.getLogger(__name__)

SPOOL_BYTES = 1 << 20  # ten seconds of twenty voices
BATCH_S = 0.02
MOST_TRACKS = 1024
RESTART_S, RESTART_MOST_S = 0.5, 30.0
LASTED_S = 60.0  # a worker that lived longer counts for nothing in what follows
DEATHS = 5  # in a row, then it is given up
LOAD_S = 120.0  # for a large model
SILENT_S = 20.0  # it speaks once a second
CLOSE_S = 2.0
READ = 1 << 18

ENDED = {
    0: "ended",
    6: "no_model",  # as the worker says (worker.py)
    7: "no_library",
    255: "wrong_model",  # how sherpa-onnx ends a process whose model it cannot use
}


@dataclass(kw_only=True)
class _Track:
    name: TrackName
    opened: bytes  # the OPEN frame
    anchor: float  # Unix ms at monotonic 0, by the hearing's clock
    sink: TrackSink


class ProcessRecogniser:
    """A `Recogniser` (services/speech.py) over a supervised worker process.

    `on_heard` and `on_health` are called on the event loop. `anchor` gives the Unix ms at monotonic 0 by
    the clock of a hearing, that of its log and its recording.
    """

    def __init__(
        self,
        model: Path,
        threads: int,
        on_heard: Callable[[Heard], None],
        on_health: Callable[[SpeechHealth], None],
        *,
        anchor: Callable[[str], float],
    ) -> None:
        self._model, self._threads = model.absolute(), threads
        self._on_heard, self._on_health = on_heard, on_health
        self._anchor = anchor
        self._health = SpeechHealth(state="starting")
        self._tracks: dict[int, _Track] = {}
        self._numbers = itertools.count(1)
        self._lives = itertools.count(1)
        self._life = 0
        self._spool: Spool | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._heard_at = 0.0
        self._closing = False

    @property
    def health(self) -> SpeechHealth:
        return self._health

    @property
    def worker_pid(self) -> int | None:
        """None while there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Returns at once; the model is loaded meanwhile, and nobody waits for it."""
        self._spool = Spool(SPOOL_BYTES, self._behind, batch=BATCH_S)
        self._spool.full = True  # takes nothing before there is somebody to take it
        self._supervisor = asyncio.create_task(self._supervise(), name="recogniser-supervisor")

    def listen(
        self, track: TrackName, track_format: TrackFormat, words: tuple[str, ...]
    ) -> PacketSink | None:
        if self._spool is None or self._health.state == "failed" or track_format.codec != "opus":
            return None
        if len(self._tracks) >= MOST_TRACKS or self._closing:
            return None
        number = next(self._numbers)
        opened = wire.Open(format=track_format, words=words)
        frame = frames.frame(frames.OPEN, number, frames.encode(opened))
        sink = TrackSink(number, self._spool, self._end)
        self._tracks[number] = _Track(
            name=track, opened=frame, anchor=self._anchor(track.hearing), sink=sink
        )
        self._spool.add(frame)
        return sink

    async def close(self) -> None:
        """What was not yet said is lost: the sound is in the recording."""
        if self._supervisor is None or self._spool is None:
            return
        self._closing = True
        self._supervisor.cancel()
        await asyncio.gather(self._supervisor, return_exceptions=True)
        self._supervisor = None
        self._spool.close()

    def _end(self, number: int, cause: str) -> None:
        """The worker says what it has heard up to here, under the number of a track that is gone."""
        if self._spool is None or number not in self._tracks:
            return
        if self._health.state == "on":
            self._spool.add(frames.frame(frames.END, number, cause.encode()))
        else:
            del self._tracks[number]

    async def _supervise(self) -> None:
        pause, deaths = RESTART_S, 0
        while True:
            started = time.monotonic()
            why = await self._run_worker()
            lasted = time.monotonic() - started > LASTED_S
            pause, deaths = (RESTART_S, 1) if lasted else (pause, deaths + 1)
            if deaths >= DEATHS or why == "no_library":
                log.error("speech recognition is given up: %s", why)
                self._become("failed", why)
                return
            log.error("speech recognition: the worker died (%s); again in %.1f s", why, pause)
            self._become("down", why)
            await asyncio.sleep(pause)
            pause = min(pause * 2, RESTART_MOST_S)

    async def _run_worker(self) -> str:
        """One life of the worker; returns why it ended."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        process: asyncio.subprocess.Process | None = None
        self._life, self._heard_at = next(self._lives), time.monotonic() + LOAD_S - SILENT_S
        with ours:
            try:
                with theirs:
                    process = self._process = await spawn(
                        "transcript.speech.worker", theirs, str(self._threads), self._model
                    )
                return await self._follow(ours, process)
            except (TimeoutError, ValueError, OSError) as error:
                log.error("speech recognition: %r", error)
                return "silent" if isinstance(error, TimeoutError) else "broken"
            finally:
                self._disconnect()
                if process is not None and process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()

    async def _follow(self, link: socket.socket, process: asyncio.subprocess.Process) -> str:
        loop = asyncio.get_running_loop()
        reader: frames.ReportReader[wire.Message] = frames.ReportReader(wire.Message)
        with contextlib.suppress(ConnectionResetError):
            while data := await self._read(loop, link):
                for message in reader.feed(data):
                    self._take(link, message)
        async with asyncio.timeout(CLOSE_S):
            status = await process.wait()
        return ENDED.get(status, f"status {status}")

    async def _read(self, loop: asyncio.AbstractEventLoop, link: socket.socket) -> bytes:
        """TimeoutError where it says nothing for too long."""
        async with asyncio.timeout_at(loop.time() + self._heard_at + SILENT_S - time.monotonic()):
            data = await loop.sock_recv(link, READ)
        if self._health.state == "on":
            self._heard_at = time.monotonic()
        return data

    def _take(self, link: socket.socket, message: wire.Message) -> None:
        match message:
            case wire.Ready():
                self._connect(link)
            case wire.Heard():
                self._hear(message)
            case wire.Health(lag=lag, shed=shed):
                names = frozenset(self._tracks[n].name for n in shed if n in self._tracks)
                self._show(replace(self._health, lag=lag, shed=names))
            case wire.Ended(track=number):
                self._tracks.pop(number, None)

    def _connect(self, link: socket.socket) -> None:
        """The sound of meanwhile is past: it goes on with what comes now."""
        assert self._spool is not None
        self._spool.discard()
        self._spool.full = False
        self._spool.connect(link, [track.opened for track in self._tracks.values()])
        self._heard_at = time.monotonic()
        self._become("on", "")

    def _disconnect(self) -> None:
        if self._spool is not None:
            self._spool.disconnect()
            self._spool.discard()
            self._spool.full = True

    def _hear(self, heard: wire.Heard) -> None:
        track = self._tracks.get(heard.track)
        if track is None:
            return

        def calendar(monotonic: float) -> int:
            return round(track.anchor + monotonic * 1000)

        said = Heard(
            track=track.name,
            utterance=f"{self._life}-{heard.track}-{heard.number}",
            text=heard.text,
            words=tuple(Word(text=word.text, at=calendar(word.at)) for word in heard.words),
            started_at=calendar(heard.began),
            ended_at=calendar(heard.until),
            began=heard.began,
            until=heard.until,
            final=heard.final,
        )
        try:
            self._on_heard(said)
        except Exception:
            log.exception("what was heard was not taken")

    def _behind(self) -> None:
        log.warning("speech recognition does not follow; sound is dropped")

    def _become(self, state: SpeechState, detail: str) -> None:
        if state != "on":  # who ended meanwhile has nothing to say any more
            self._tracks = {n: t for n, t in self._tracks.items() if not t.sink.ended}
        self._show(SpeechHealth(state=state, detail=detail))

    def _show(self, health: SpeechHealth) -> None:
        self._health = health
        try:
            self._on_health(health)
        except Exception:
            log.exception("the health of speech recognition was not taken")
