"""What an operator looks at: is it alive, how is it, has the event loop been blocked."""

import asyncio
import time
from collections.abc import Iterable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

from hearing_server.config import is_loopback
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import Entry
from hearing_server.services.media import RecordingHealth

BLOCKED = 0.2  # seconds that the event loop must never be held

blocked_total = Counter("hearing_loop_blocked", "Times the event loop was held above 200 ms.")
connections = Gauge("hearing_connections", "Parties connected to this node.")
recording_faults = Counter("hearing_recording_faults", "Faults of the recording.", ["code"])
recording_free = Gauge(
    "hearing_recording_free_bytes", "Free in a recordings directory.", ["directory"]
)
recording_segments = Counter("hearing_recording_segments", "Recording segments closed.")

log = structlog.get_logger()


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
        if late > BLOCKED:
            blocked_total.inc()
            log.warning("event loop blocked", milliseconds=round(late * 1000))
