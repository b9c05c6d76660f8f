"""What an operator looks at: is it alive, how is it, has the event loop been blocked."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

from hearing_server.addresses import is_loopback
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Phase
from hearing_server.domain.log import Entry
from hearing_server.domain.watch import AlarmKind
from hearing_server.services.centre import Summary
from hearing_server.services.media import RecordingHealth
from hearing_server.services.recording_check import CODES, RecordingCheck
from hearing_server.services.speech import SpeechHealth

BLOCKED = 0.2  # seconds that the event loop must never be held

blocked_total = Counter("hearing_loop_blocked", "Times the event loop was held above 200 ms.")
connections = Gauge("hearing_connections", "Parties connected to this node.")
recording_faults = Counter("hearing_recording_faults", "Faults of the recording.", ["code"])
recording_free = Gauge(
    "hearing_recording_free_bytes", "Free in a recordings directory.", ["directory"]
)
recording_hourly = Gauge(
    "hearing_recording_bytes_per_hour", "Written to a recordings directory.", ["directory"]
)
recording_behind = Gauge(
    "hearing_recording_behind_seconds", "The file that lags most behind the clock."
)
recording_unsaved = Gauge(
    "hearing_recording_unsaved_seconds", "The longest that an open file was not made durable."
)
recording_findings = Gauge(
    "hearing_recording_findings", "Hearings in which the live check finds this wrong.", ["code"]
)
recorder_silence = Gauge(
    "hearing_recorder_silent_seconds", "Since the recorder last said how it is."
)
recording_segments = Counter("hearing_recording_segments", "Recording segments closed.")
speech_up = Gauge("hearing_speech_up", "1 while speech is recognised.")
speech_deaths = Counter("hearing_speech_deaths", "Times the recogniser's process died.")
speech_given_up = Gauge("hearing_speech_given_up", "1 after too many deaths in a row.")
speech_lag = Gauge("hearing_speech_lag_seconds", "How far the recogniser is behind the sound.")
speech_shed = Gauge("hearing_speech_shed", "Seats that are not listened to: it is too much.")
hearings_today = Gauge("hearing_hearings_today", "Hearings of today, by phase.", ["phase"])
alarms = Gauge("hearing_alarms", "Alarms that last, of all hearings of today.", ["kind"])
tasks = Gauge("hearing_tasks_outstanding", "Tasks that nobody has ticked off.")
worst_loss = Gauge("hearing_worst_line_loss", "Loss of the worst line, 0 to 1.")
loop_delay = Gauge("hearing_loop_delay_seconds", "Longest delay of the event loop in ten seconds.")
free_bytes = Gauge("hearing_disk_free_bytes", "Free on the disk of the data folder.")
recorder_up = Gauge("hearing_recorder_up", "1 while the recorder's process runs.")
database_up = Gauge("hearing_database_up", "1 while the database answers.")
database_seconds = Gauge("hearing_database_seconds", "How long the database took to answer.")

log = structlog.get_logger()


class Delay:
    """How late the event loop was, over the last ten seconds."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=200)

    def add(self, late: float) -> None:
        self._late.append((time.monotonic(), late))

    def worst(self) -> float:
        """Seconds."""
        since = time.monotonic() - 10
        return max((late for at, late in self._late if at >= since), default=0.0)


delay = Delay()


def note_hearings(summary: Summary) -> None:
    """Keep the figures of the hearings in step with the command centre's."""
    for phase in (*Phase, "cancelled"):
        hearings_today.labels(phase).set(summary.phases.get(phase, 0))
    for kind in AlarmKind:
        alarms.labels(kind).set(summary.alarms.get(kind, 0))
    tasks.set(summary.outstanding)
    worst_loss.set(summary.worst_loss)


def note_node(*, disk_free: int, recorder: bool, database_ms: int | None) -> None:
    loop_delay.set(delay.worst())
    free_bytes.set(disk_free)
    recorder_up.set(recorder)
    database_up.set(database_ms is not None)
    if database_ms is not None:
        database_seconds.set(database_ms / 1000)


def count(entries: Iterable[Entry]) -> None:
    """Keep the figures of the recording in step with the log."""
    for entry in entries:
        if isinstance(entry.event, ev.SegmentRecorded):
            recording_segments.inc()
        elif isinstance(entry.event, ev.RecordingFault):
            recording_faults.labels(entry.event.code).inc()


def recording(state: RecordingHealth) -> None:
    """What the recorder says of its directories, once a second."""
    for directory in state.directories:
        recording_free.labels(directory.path).set(directory.free)
        recording_hourly.labels(directory.path).set(directory.bytes_per_hour)


def speech(state: SpeechHealth) -> None:
    """What the recogniser says of itself, once a second and whenever that changes."""
    speech_up.set(state.state == "on")
    if state.state in ("down", "failed"):
        speech_deaths.inc()
    speech_given_up.set(state.state == "failed")
    speech_lag.set(state.lag)
    speech_shed.set(len(state.shed))


def checked(checks: Mapping[str, RecordingCheck], silence: float) -> None:
    """What the live check of the recording found, by hearing."""
    sources = [source for check in checks.values() for source in check.sources.values()]
    recording_behind.set(max((source.behind or 0 for source in sources), default=0) / 1000)
    recording_unsaved.set(max((source.saved or 0 for source in sources), default=0) / 1000)
    for code in CODES:
        bad = sum(check.verdicts[code] == "bad" for check in checks.values())
        recording_findings.labels(code).set(bad)
    recorder_silence.set(min(silence, 1e6))


def routes() -> list[web.RouteDef]:
    return [
        web.get("/healthz", alive, name="healthz"),
        web.get("/metrics", metrics, name="metrics"),
    ]


async def alive(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def metrics(request: web.Request) -> web.Response:
    """For a collector on this machine; from elsewhere there is nothing here."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if not peer or not is_loopback(peer[0]) or "X-Forwarded-For" in request.headers:
        raise Refused(Code.NOT_FOUND)
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def watch_loop(interval: float = 0.1) -> None:
    """Log and count every time the event loop was held; runs until it is cancelled."""
    while True:
        started = time.monotonic()
        await asyncio.sleep(interval)
        late = time.monotonic() - started - interval
        delay.add(late)
        if late > BLOCKED:
            blocked_total.inc()
            log.warning("event loop blocked", milliseconds=round(late * 1000))
