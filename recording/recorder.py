"""The recorder as the server sees it: packets go in on the event loop, reports come out.

All muxing, hashing and fsync is in a process of its own (worker.py), which is started again within
a second when it dies. This side only gathers packets: at most 1 µs each (`python -m tests.recording.cost`).
"""

import asyncio
import contextlib
import itertools
import logging
import socket
import time
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from msgspec.structs import replace

from hearing_server.services.media import (
    RecordingFailed,
    RecordingHealth,
    RecordingRecovered,
    RecordingReport,
    TrackBegan,
    TrackEnded,
    TrackFormat,
    TrackName,
)
from hearing_server.services.worker_link import frames
from hearing_server.services.worker_link.process import spawn
from hearing_server.services.worker_link.spool import Spool
from hearing_server.services.worker_link.track_sink import TrackSink
from recording import names, wire
from recording.process import exit_text

log = logging.getLogger(__name__)

SPOOL_BYTES = 16 << 20
MOST_TRACKS = 1024
MOST_REMEMBERED = 65_536  # names of reported segments
MOST_ANCHORS = 4096  # hearings
RECENT_MS = 600_000  # a worker that died may have left unreported segments as old as this
RESTART_S = 0.2
RESTART_MOST_S = 30.0
LASTED_S = 10.0  # a worker that lived longer than this is started again at once
CLOSE_S = 10.0
STALLED_S = 3.0  # a worker that says nothing for so long is in trouble: it speaks once a second
READ = 1 << 18

START_S = 30.0
FLUSH_S = 30.0


class RecorderUnavailable(RuntimeError):
    """The worker did not start: the folder is not writable or belongs to another recorder."""

    code = "recorder_unavailable"


class RecorderFull(RuntimeError):
    """More tracks than a recorder takes."""

    code = "recorder_full"


def _calendar_anchor(hearing: str) -> float:
    """The calendar clock as it stands."""
    return (time.time() - time.monotonic()) * 1000


def _calendar(anchor: float, monotonic: float) -> int:
    """Unix ms of a monotonic time in seconds."""
    return round(anchor + monotonic * 1000)


@dataclass(kw_only=True)
class _Track:
    opened: wire.Open
    sink: TrackSink
    request_keyframe: Callable[[], None]
    end: bytes | None = None  # the END frame, once it ended


class ProcessRecorder:
    """A `Recorder` (services/media.py) over a supervised worker process.

    `on_report` is called on the event loop; a segment is reported when it is durable, so the order of
    reports is not quite that of their times. `on_health` is called once a second while the worker is well.
    `anchor` gives the Unix ms at monotonic 0 by the clock of a hearing, that of its log.
    `second` is another directory, on a disk of its own, that gets a copy of everything. With a `key`, the
    court's, segments are encrypted.

    Failures it is told of, and of their end: `disk_full`, `disk_error` (nothing is written), `one_disk_full`,
    `one_disk_error` (the other directory has all of it), `recorder_behind` (packets are dropped and
    named as gaps), `recorder_stalled`, `recorder_died` (it is started again). Of these only their
    beginning: `track_failed`, `flush_timeout`.
    """

    def __init__(
        self,
        folder: Path,
        on_report: Callable[[RecordingReport], None],
        *,
        second: Path | None = None,
        key: X25519PublicKey | None = None,
        on_health: Callable[[RecordingHealth], None] = lambda health: None,
        spool_bytes: int = SPOOL_BYTES,
        anchor: Callable[[str], float] = _calendar_anchor,
    ) -> None:
        self.folders = [path.absolute() for path in (folder, second) if path is not None]
        self._key = key.public_bytes_raw().hex() if key else "-"
        self._on_report = on_report
        self._on_health = on_health
        self._troubles: set[str] = set()  # of the recorder as a whole
        self._silence: asyncio.TimerHandle | None = None
        self._spool_bytes = spool_bytes
        self._anchor = anchor
        self._anchors: dict[str, float] = {}  # by hearing: its tracks' newest
        self._known: Container[str] = frozenset()
        self._reported: dict[str, None] = {}
        self._tracks: dict[int, _Track] = {}
        self._flushes: dict[int, tuple[str, asyncio.Future[None]]] = {}
        self._numbers = itertools.count(1)
        self._spool: Spool | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[list[str]] | None = None
        self._closing = False

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker, for supervision and figures; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self, known: Container[str] = frozenset()) -> None:
        """Start the worker and report what an earlier run left and the log does not have.

        `known` holds the names of the segments already in the log. Returns when what was found is
        reported. Raises RecorderUnavailable.
        """
        loop = asyncio.get_running_loop()
        self._known = known
        self._spool = Spool(self._spool_bytes, self._behind, self._caught_up)
        self._ready = loop.create_future()
        self._supervisor = asyncio.create_task(self._supervise(), name="recorder-supervisor")
        try:
            async with asyncio.timeout(START_S):
                hearings = await self._ready
            await asyncio.gather(*(self.flush(hearing) for hearing in hearings))
        except TimeoutError as error:
            await self.close()
            raise RecorderUnavailable("the recorder's worker does not answer") from error
        except BaseException:
            await self.close()
            raise

    def record(
        self, track: TrackName, track_format: TrackFormat, request_keyframe: Callable[[], None]
    ) -> TrackSink:
        """Start a track. Raises ValueError on an id that cannot name a folder, RecorderFull."""
        names.track_folder(track)
        if self._spool is None or self._closing:
            raise RuntimeError("the recorder is not running")
        if len(self._tracks) >= MOST_TRACKS:
            raise RecorderFull(f"{MOST_TRACKS} tracks are open")
        number = next(self._numbers)
        anchor = self._anchor(track.hearing)
        self._keep_anchor(track.hearing, anchor)
        opened = wire.Open(name=track, format=track_format, wall_offset=anchor)
        sink = TrackSink(number, self._spool, self._end)
        again = replace(opened, begun=time.monotonic())  # for the next worker, should this one die
        self._tracks[number] = _Track(opened=again, sink=sink, request_keyframe=request_keyframe)
        self._spool.add(frames.frame(frames.OPEN, number, frames.encode(opened)))
        self._report(TrackBegan(track=track, at=_calendar(anchor, time.monotonic())))
        return sink

    async def flush(self, hearing: str) -> None:
        """Return when every segment of tracks of `hearing` that have ended is closed and reported.

        After 30 s it gives up with a report `flush_timeout`.
        """
        if self._spool is None or self._closing:
            return
        token = next(self._numbers)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flushes[token] = (hearing, done)
        self._spool.add(frames.frame(wire.FLUSH, token, hearing.encode()))
        self._spool.flush()
        try:
            async with asyncio.timeout(FLUSH_S):
                await done
        except TimeoutError:
            self._fail("flush_timeout", "segments are not yet closed", hearing)
        finally:
            del self._flushes[token]

    async def close(self) -> None:
        """End every track with cause `server`, see their segments reported, and stop the worker.

        A worker that does not finish within 10 s is killed; the next start adopts what it leaves.
        """
        if self._supervisor is None or self._spool is None:
            return
        for track in list(self._tracks.values()):
            track.sink.on_end("server")
        self._closing = True
        self._spool.add(frames.frame(frames.CLOSE, 0))
        self._spool.flush()
        _, unfinished = await asyncio.wait({self._supervisor}, timeout=CLOSE_S)
        if unfinished:
            self._fail("recorder_died", "the worker did not finish in time and was killed")
            self._supervisor.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._supervisor
        self._supervisor = None
        self._spool.close()
        for _, done in self._flushes.values():
            if not done.done():
                done.set_result(None)

    def _keep_anchor(self, hearing: str, anchor: float) -> None:
        self._anchors[hearing] = anchor
        while len(self._anchors) > MOST_ANCHORS:
            del self._anchors[next(iter(self._anchors))]

    def _end(self, number: int, cause: str) -> None:
        track = self._tracks.get(number)
        if track is not None and self._spool is not None:
            now, opened = time.monotonic(), track.opened
            track.end = frames.frame(frames.END, number, cause.encode(), now)
            self._spool.add(track.end)
            at = _calendar(opened.wall_offset, now)
            self._report(TrackEnded(track=opened.name, at=at, cause=cause))

    async def _supervise(self) -> None:
        pause = RESTART_S
        while not self._closing:
            started = time.monotonic()
            status = await self._run_worker()
            if self._closing:
                break
            if self._ready is not None and not self._ready.done():
                self._ready.set_exception(RecorderUnavailable(exit_text(status)))
                return
            self._trouble("recorder_died", exit_text(status))
            lasted = time.monotonic() - started > LASTED_S
            pause = RESTART_S if lasted else min(pause * 2, RESTART_MOST_S)
            await asyncio.sleep(pause)

    async def _run_worker(self) -> int:
        """One life of the worker; returns its exit status."""
        assert self._spool is not None
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        process: asyncio.subprocess.Process | None = None
        with ours:
            try:
                with theirs:
                    process = self._process = await spawn(
                        "recording.worker", theirs, self._key, *self.folders
                    )
                await self._listen(ours)
                async with asyncio.timeout(CLOSE_S):
                    return await process.wait()
            except (TimeoutError, ValueError, OSError) as error:
                log.error("recorder worker: %r", error)
                return -1
            finally:
                self._spool.disconnect()
                self._watch(None)
                if process is not None and process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()

    async def _listen(self, link: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader: frames.ReportReader[wire.Message] = frames.ReportReader(wire.Message)
        with contextlib.suppress(ConnectionResetError):  # it died with packets unread
            while data := await loop.sock_recv(link, READ):
                for message in reader.feed(data):
                    if isinstance(message, wire.Found):
                        self._connect(link, message)
                    else:
                        self._take(message)

    def _connect(self, link: socket.socket, found: wire.Found) -> None:
        """Tell a new worker what to adopt and which tracks are open, then send what waits."""
        assert self._spool is not None
        unknown = [name for name in found.names if not self._is_known(name)]
        hearings = {name.partition("/")[0] for name in unknown}
        recover = wire.Recover(
            names=unknown, settled=[name for name in found.hearings if name not in hearings]
        )
        opens = [
            frames.frame(frames.OPEN, number, frames.encode(track.opened))
            for number, track in self._tracks.items()
        ]
        self._spool.connect(link, [frames.frame(wire.RECOVER, 0, frames.encode(recover)), *opens])
        for track in self._tracks.values():
            if track.end is not None:
                self._spool.add(track.end)
        for token, (hearing, _) in self._flushes.items():
            self._spool.add(frames.frame(wire.FLUSH, token, hearing.encode()))
        self._over("recorder_died", "it runs again")
        self._watch(STALLED_S)
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(sorted(hearings))

    def _is_known(self, name: str) -> bool:
        if name.endswith(names.PART):
            return False
        if name in self._reported:
            return True
        starting = self._ready is not None and not self._ready.done()
        track, started_at = names.parse_segment_name(name)
        anchor = self._anchors.get(track.hearing, _calendar_anchor(track.hearing))
        old = started_at < _calendar(anchor, time.monotonic()) - RECENT_MS
        known = name in self._known if starting else old
        if known and not old:
            self._remember(name)
        return known

    def _take(self, message: wire.Message) -> None:
        match message:
            case wire.Closed(report=report):
                self._remember(report.name)
                self._report(report)
            case (
                wire.Gap(report=report) | wire.Failed(report=report) | wire.Recovered(report=report)
            ):
                self._report(report)
            case wire.Health(health=health):
                self._watch(STALLED_S)
                self._show(health)
            case wire.Keyframe(track=number):
                self._ask(number)
            case wire.Ended(track=number):
                self._tracks.pop(number, None)
            case wire.Flushed(token=token):
                waiting = self._flushes.get(token)
                if waiting is not None and not waiting[1].done():
                    waiting[1].set_result(None)

    def _ask(self, number: int) -> None:
        track = self._tracks.get(number)
        if track is not None and track.end is None:
            try:
                track.request_keyframe()
            except Exception:
                log.exception("a key frame could not be asked for")

    def _remember(self, name: str) -> None:
        self._reported[name] = None
        while len(self._reported) > MOST_REMEMBERED:
            del self._reported[next(iter(self._reported))]

    def _report(self, report: RecordingReport) -> None:
        try:
            self._on_report(report)
        except Exception:
            log.exception("a recording report was not taken: %r", report)

    def _show(self, health: RecordingHealth) -> None:
        self._over("recorder_stalled", "it works again")
        try:
            self._on_health(health)
        except Exception:
            log.exception("the recorder's health was not taken")

    def _watch(self, seconds: float | None) -> None:
        """Be told when the worker says nothing for so long; None ends it."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if seconds is not None:
            self._silence = asyncio.get_running_loop().call_later(seconds, self._stalled)

    def _stalled(self) -> None:
        self._trouble("recorder_stalled", "the recorder's worker does not answer")

    def _behind(self) -> None:
        self._trouble("recorder_behind", "the recorder cannot keep up; packets are dropped")

    def _caught_up(self) -> None:
        self._over("recorder_behind", "it keeps up again")

    def _trouble(self, code: str, detail: str) -> None:
        self._troubles.add(code)
        self._fail(code, detail)

    def _over(self, code: str, detail: str) -> None:
        if code in self._troubles:
            self._troubles.discard(code)
            self._report(RecordingRecovered(hearing=None, code=code, detail=detail))

    def _fail(self, code: str, detail: str, hearing: str | None = None) -> None:
        self._report(RecordingFailed(hearing=hearing, code=code, detail=detail))
