"""How long a three-hour hearing of five takes to be finished after its closing.

Its log already names three hours of segments, which lie on the disk; its ten tracks are live and in the
middle of their last segments. Measured: from the end of the tracks until every segment is durable,
hashed and in the log, by the real recorder and the real keeper over a real database.
"""

import asyncio
import itertools
import os
import tempfile
import time
from pathlib import Path

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER, Entry
from hearing_server.services.hearings import Hearings
from hearing_server.services.media import TrackName
from hearing_server.services.record_keeper import RecordKeeper
from recording.recorder import ProcessRecorder
from tests.hearing_server.domain.world import FIVE, planned
from tests.recording import streams
from tests.recording.cost import renumber, second_of_video

HOURS = 3
SEGMENT_S = 10
LIVE_S = 6  # of the last segments
SOURCES = (("camera", "vp8"), ("microphone", "opus"))
SHA = "a" * 64


def now() -> int:
    return time.time_ns() // 1_000_000


async def finish() -> float:
    """Seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = SqlStore(Database(f"sqlite+aiosqlite:///{folder / 'hearings.db'}"))
        await store.database.start()
        await store.append("h1", 0, await asyncio.to_thread(_past, folder / "recordings"))
        hearings = Hearings(store, now)
        await hearings.state("h1")
        keeper = RecordKeeper(hearings, lambda: ["h1"])
        keeper.start()
        recorder = ProcessRecorder(folder / "recordings", keeper.report)
        await recorder.start(known=await store.segment_names())
        try:
            sinks = await _live(recorder)
            began = time.monotonic()
            for sink in sinks:
                sink.on_end("closed")
            await recorder.flush("h1")
            await keeper.settle()
            return time.monotonic() - began
        finally:
            await recorder.close()
            await keeper.close()
            await store.database.close()


def _past(recordings: Path) -> list[Entry]:
    """Three hours of segments for the log, and as many files: what a closing might be tempted to read."""
    began = now() - HOURS * 3_600_000
    entries = [Entry(hearing="h1", seq=1, at=began, by=SERVER, event=planned())]
    for party, (source, codec) in itertools.product(FIVE, SOURCES):
        below = recordings / "h1" / party.id / source
        below.mkdir(parents=True)
        size = 1_500_000 if codec == "vp8" else 40_000
        for number in range(HOURS * 3600 // SEGMENT_S):
            start = began + number * SEGMENT_S * 1000
            path = below / f"{start}-0.mkv"
            with path.open("wb") as file:
                os.truncate(file.fileno(), size)
            segment = ev.SegmentRecorded(
                party=party.id, source=source, name=path.relative_to(recordings).as_posix(),
                codec=codec, sha256=SHA, size=size, frames=300, started_at=start,
                ended_at=start + SEGMENT_S * 1000, recovered=False,
            )  # fmt: skip
            place = {"hearing": "h1", "seq": len(entries) + 1, "at": now(), "by": SERVER}
            entries.append(Entry(event=segment, **place))
    return entries


async def _live(recorder: ProcessRecorder) -> list:
    """Ten tracks that have been sending for some seconds, in real time."""
    sinks = {
        (party.id, source): recorder.record(
            TrackName(hearing="h1", party=party.id, source=source),
            streams.FORMATS[codec],
            lambda: None,
        )
        for party in FIVE
        for source, codec in SOURCES
    }
    seconds = {
        "camera": (second_of_video(), 90_000),
        "microphone": (streams.sound_packets(streams.encode_sound(1.0)), 48_000),
    }
    start = time.monotonic()
    for second in range(LIVE_S):
        load = sorted(
            (at, source, packet)
            for source, (packets, ticks) in seconds.items()
            for packet, at in renumber(packets, second, ticks)
        )
        for at, source, packet in load:
            ahead = start + at - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
            for (_, of), sink in sinks.items():
                if of == source:
                    sink.on_rtp(packet, start + at)
    return list(sinks.values())
