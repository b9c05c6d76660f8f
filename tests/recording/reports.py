"""What a recorder reported, to be awaited; and feeding it in real time."""

import asyncio
import time
from collections.abc import Callable

from hearing_server.services.media import (
    Codec,
    PacketSink,
    RecordingFailed,
    RecordingGap,
    RecordingRecovered,
    RecordingReport,
    SegmentClosed,
    TrackName,
)
from recording.recorder import ProcessRecorder

from . import streams


class Reports:
    """Takes reports as `on_report`."""

    def __init__(self) -> None:
        self.all: list[RecordingReport] = []
        self._changed = asyncio.Event()

    def __call__(self, report: RecordingReport) -> None:
        self.all.append(report)
        self._changed.set()

    @property
    def segments(self) -> list[SegmentClosed]:
        """In order of their start; they are reported as they become durable."""
        found = [report for report in self.all if isinstance(report, SegmentClosed)]
        return sorted(found, key=lambda segment: segment.started_at)

    @property
    def gaps(self) -> list[RecordingGap]:
        return [report for report in self.all if isinstance(report, RecordingGap)]

    @property
    def failures(self) -> list[str]:
        return [report.code for report in self.all if isinstance(report, RecordingFailed)]

    @property
    def recovered(self) -> list[str]:
        return [report.code for report in self.all if isinstance(report, RecordingRecovered)]

    async def until(self, holds: Callable[[], bool], timeout: float = 10.0) -> None:
        """Wait for reports until `holds`."""
        async with asyncio.timeout(timeout):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


def track(source: str, hearing: str = "h1", party: str = "judge") -> TrackName:
    return TrackName(hearing=hearing, party=party, source=source)


def begin(
    recorder: ProcessRecorder,
    codec: Codec,
    source: str,
    request_keyframe: Callable[[], None] = lambda: None,
) -> PacketSink:
    """Start recording a track of the first hearing's judge."""
    return recorder.record(track(source), streams.FORMATS[codec], request_keyframe)


def give(sink: PacketSink, packets: list[streams.Packet], start: float) -> None:
    """Hand over a whole stream at once, with the times at which it would have come."""
    for packet in packets:
        sink.on_rtp(packet.data, start + packet.at)


async def play(sink: PacketSink, packets: list[streams.Packet], start: float | None = None) -> None:
    """Hand over a stream in real time, from `start` (monotonic) on."""
    start = time.monotonic() if start is None else start
    for packet in packets:
        ahead = start + packet.at - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        sink.on_rtp(packet.data, time.monotonic())
