"""Enters what the recorder reports into the log, in order, and keeps at it while the store is down.

A report that never gets in is not lost: its segment is on the disk, and the next start finds it there.
"""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import PASSING, Refused
from hearing_server.domain.log import SERVER
from hearing_server.services.hearings import Hearings
from hearing_server.services.media import (
    RecordingFailed,
    RecordingGap,
    RecordingRecovered,
    RecordingReport,
    SegmentClosed,
    TrackBegan,
    TrackEnded,
)

MAX_WAITING = 20_000  # reports: an hour of five parties with the database down
RETRY_AFTER = 1.0  # seconds

log = structlog.get_logger()

RecordingEvent = (
    ev.RecordingBegan
    | ev.RecordingEnded
    | ev.SegmentRecorded
    | ev.GapFound
    | ev.RecordingFault
    | ev.RecordingRecovered
)


class RecordKeeper:
    """`live` names the hearings that are running here: a fault of the whole recorder concerns them all."""

    def __init__(self, hearings: Hearings, live: Callable[[], Iterable[str]]) -> None:
        self._hearings = hearings
        self._live = live
        self._waiting: asyncio.Queue[tuple[str, RecordingEvent]] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="record keeper")

    async def close(self) -> None:
        """Enter what is waiting, for at most five seconds."""
        try:
            async with asyncio.timeout(5):
                await self._waiting.join()
        except TimeoutError:
            log.error("recording reports not entered", waiting=self._waiting.qsize())
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def settle(self) -> None:
        """Return when everything reported so far stands in the log."""
        await self._waiting.join()

    def report(self, report: RecordingReport) -> None:
        for hearing in self._concerned(report):
            try:
                self._waiting.put_nowait((hearing, event_of(report)))
            except asyncio.QueueFull:
                log.error("recording report postponed to the next start", hearing=hearing)

    def fault(self, hearing: str | None, code: str, detail: str) -> None:
        self.report(RecordingFailed(hearing=hearing, code=code, detail=detail))

    def over(self, hearing: str | None, code: str, detail: str) -> None:
        self.report(RecordingRecovered(hearing=hearing, code=code, detail=detail))

    def _concerned(self, report: RecordingReport) -> list[str]:
        if isinstance(report, RecordingFailed):
            log.error("recording fault", code=report.code, hearing=report.hearing)
        if isinstance(report, RecordingFailed | RecordingRecovered):
            return [report.hearing] if report.hearing else list(self._live())
        return [report.track.hearing]

    async def _run(self) -> None:
        while True:
            hearing, event = await self._waiting.get()
            try:
                await self._enter(hearing, event)
            except Exception:
                log.exception("recording report not entered", hearing=hearing)
            finally:
                self._waiting.task_done()

    async def _enter(self, hearing: str, event: RecordingEvent) -> None:
        while True:
            try:
                await self._hearings.execute(hearing, cmd.EnterRecording(event=event), SERVER)
                return
            except Refused as refusal:
                if refusal.code not in PASSING:
                    log.error("recording report refused", hearing=hearing, code=refusal.code)
                    return
            await asyncio.sleep(RETRY_AFTER)


def event_of(report: RecordingReport) -> RecordingEvent:
    """The event that says what the recorder reported."""
    if isinstance(report, SegmentClosed):
        return ev.SegmentRecorded(
            party=report.track.party,
            source=report.track.source,
            name=report.name,
            codec=report.codec,
            sha256=report.sha256,
            size=report.size,
            frames=report.frames,
            started_at=report.started_at,
            ended_at=report.ended_at,
            recovered=report.recovered,
            clean=report.clean,
        )
    if isinstance(report, RecordingGap):
        return ev.GapFound(
            party=report.track.party,
            source=report.track.source,
            started_at=report.started_at,
            ended_at=report.ended_at,
            cause=report.cause,
        )
    if isinstance(report, TrackBegan):
        track = report.track
        return ev.RecordingBegan(party=track.party, source=track.source, at=report.at)
    if isinstance(report, TrackEnded):
        track = report.track
        return ev.RecordingEnded(
            party=track.party, source=track.source, at=report.at, cause=report.cause
        )
    if isinstance(report, RecordingRecovered):
        return ev.RecordingRecovered(code=report.code, detail=report.detail[:500])
    return ev.RecordingFault(code=report.code, detail=report.detail[:500])
