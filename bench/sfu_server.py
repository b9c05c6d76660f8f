"""The server side of the SFU bench, a process of its own: a real Sfu, told what to do by JSON lines.

Only the signalling between browser and server is replaced; media takes the way it takes in a court.
"""

import asyncio
import inspect
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import sfu_reader
from hearing_server.services.media import (
    RecordingGap,
    RecordingReport,
    SegmentClosed,
    TrackName,
)
from recording.recorder import ProcessRecorder
from signaling.sfu import Producer, Sfu, SfuSettings, Transport

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, sfu: Sfu, recorder: ProcessRecorder | None) -> None:
        self.sfu = sfu
        self.recorder = recorder
        self.transports: dict[str, Transport] = {}
        self.producers: dict[tuple[int, int], list[Producer]] = {}
        self.sinks: list[tuple[Producer, Any]] = []
        self.reports: list[RecordingReport] = []

    def transport(self) -> Any:
        transport = self.sfu.create_transport(lambda state: None)
        self.transports[transport.id] = transport
        return transport.parameters()

    def connect(self, id: str, dtls: Any) -> None:
        self.transports[id].connect(dtls)

    def produce(self, id: str, room: int, party: int, kind: str, parameters: Any) -> None:
        producer = self.transports[id].produce(kind, parameters)
        self.producers.setdefault((room, party), []).append(producer)
        if self.recorder is not None:
            name = TrackName(hearing=f"room{room}", party=f"party{party}", source=kind)
            sink = self.recorder.record(name, producer.format, producer.request_spare_keyframe)
            producer.add_sink(sink)
            self.sinks.append((producer, sink))

    def consume(self, id: str, room: int, party: int) -> list[Any]:
        """Everything of the others in the room; returns what the viewer must know of each."""
        told = []
        for (other_room, other), producers in self.producers.items():
            if other_room != room or other == party:
                continue
            for producer in producers:
                consumer = self.transports[id].consume(producer, self.sfu.rtp_capabilities)
                consumer.resume()
                told.append(consumer.rtp_parameters)
        return told

    def usage(self) -> dict[str, float]:
        own = resource.getrusage(resource.RUSAGE_SELF)
        router = self.sfu.router
        return {
            "cpu": own.ru_utime + own.ru_stime,
            "recorder_cpu": cpu_seconds(self.recorder.worker_pid if self.recorder else None),
            "received": router.received,
            "sent": router.sent,
            "unsent": router.unsent,
        }

    async def finish(self) -> dict[str, float]:
        """End what is recorded, and say what lies in the files and what is missing."""
        self.end_tracks()
        assert self.recorder is not None
        for hearing in sorted({f"room{room}" for room, _ in self.producers}):
            await self.recorder.flush(hearing)
        segments = [r for r in self.reports if isinstance(r, SegmentClosed)]
        gaps = [r for r in self.reports if isinstance(r, RecordingGap)]
        by_party = len({(s.track.hearing, s.track.party) for s in segments})
        spans: dict[TrackName, int] = {}
        for each in segments:
            spans[each.track] = spans.get(each.track, 0) + each.ended_at - each.started_at
        return {
            "size": sum(s.size for s in segments) / max(by_party, 1),
            "seconds": max(spans.values(), default=0) / 1000,
            "overruns": sum(gap.cause in ("overrun", "server", "disk") for gap in gaps),
        }

    def end_tracks(self) -> None:
        for producer, sink in self.sinks:
            producer.remove_sink(sink)
            sink.on_end("closed")
        self.sinks.clear()


def cpu_seconds(pid: int | None) -> float:
    """User and system time of another process, from its own accounting."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


async def serve(host: str, recordings: Path | None) -> None:
    loop = asyncio.get_running_loop()
    sfu = Sfu(SfuSettings(host=host))
    await sfu.start()
    recorder, reports = None, []
    if recordings is not None:
        recorder = ProcessRecorder(recordings, reports.append)
        await recorder.start()
    server = Server(sfu, recorder)
    server.reports = reports
    reading = tempfile.TemporaryDirectory()
    commands = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        call = json.loads(line)
        if call["do"] == "read":
            answer = await sfu_reader.serve(Path(reading.name))
        else:
            answer = getattr(server, call.pop("do"))(**call)
        if inspect.isawaitable(answer):
            answer = await answer
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    reading.cleanup()
    server.end_tracks()
    await sfu.close()
    if recorder is not None:
        await recorder.close()


if __name__ == "__main__":
    if "--record" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(serve(sys.argv[1], Path(folder)))
    else:
        asyncio.run(serve(sys.argv[1], None))
