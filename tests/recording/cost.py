"""What recording costs for each received packet: `python -m tests.recording.cost [PARTIES] [SECONDS]
[everything]`; with the last, encrypted and to two directories.

Feeds a real recorder in real time with VP8 of 1.2 Mbit/s and Opus for so many parties, then feeds
sinks that do nothing; the difference is the cost on the event loop. The worker's CPU time is read
from the kernel. Prints one JSON line.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hearing_server.services.media import PacketSink, RecordingReport, SegmentClosed, TrackName
from recording.recorder import ProcessRecorder

from . import streams

BYTES_PER_FRAME = 1_200_000 // 8 // streams.FPS
STEP_S = 0.005


class Nothing:
    """A sink that does nothing, to know what the feeding itself costs."""

    def on_rtp(self, packet: bytes, received_at: float) -> None: ...

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None: ...

    def on_end(self, cause: str) -> None: ...


def second_of_video() -> list[streams.Packet]:
    """A second of VP8 of the wanted rate: real key frame heads before bytes that nobody decodes."""
    frames = streams.encode_video("vp8", streams.FPS)
    sized = tuple(frame + os.urandom(max(0, BYTES_PER_FRAME - len(frame))) for frame in frames)
    return streams.video_packets("vp8", sized)


def renumber(packets: list[streams.Packet], second: int, ticks: int) -> list[tuple[bytes, float]]:
    """The same second, later."""
    moved = []
    for index, packet in enumerate(packets):
        data = bytearray(packet.data)
        data[2:4] = ((second * len(packets) + index) & 0xFFFF).to_bytes(2, "big")
        stamp = int.from_bytes(data[4:8], "big") + second * ticks
        data[4:8] = (stamp & 0xFFFFFFFF).to_bytes(4, "big")
        moved.append((bytes(data), packet.at + second))
    return moved


async def feed(
    sinks: list[tuple[PacketSink, PacketSink]], load: list[tuple[int, bytes, float]]
) -> float:
    """Give every party the same packets on time; returns the CPU seconds of this process."""
    before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    start, at = time.monotonic(), 0
    while at < len(load):
        now = time.monotonic()
        while at < len(load) and load[at][2] <= now - start:
            which, data, _ = load[at]
            for pair in sinks:
                pair[which].on_rtp(data, now)
            at += 1
        await asyncio.sleep(STEP_S)
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) - before


def worker_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(parties: int, seconds: int, everything: bool) -> dict[str, float]:
    video, sound = second_of_video(), streams.sound_packets(streams.encode_sound(1.0))
    load = sorted(
        (
            (which, data, at)
            for second in range(seconds)
            for which, packets, ticks in ((0, video, 90_000), (1, sound, 48_000))
            for data, at in renumber(packets, second, ticks)
        ),
        key=lambda item: item[2],
    )
    reports: list[RecordingReport] = []
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one", Path(folder) / "two"
        key = X25519PrivateKey.generate().public_key() if everything else None
        recorder = ProcessRecorder(one, reports.append, second=two if everything else None, key=key)
        await recorder.start()
        sinks = [
            tuple(
                recorder.record(
                    TrackName(hearing="cost", party=f"p{party}", source=source),
                    streams.FORMATS[codec],
                    lambda: None,
                )
                for source, codec in (("camera", "vp8"), ("microphone", "opus"))
            )
            for party in range(parties)
        ]
        assert recorder.worker_pid
        before = worker_cpu(recorder.worker_pid)
        with_recorder = await feed(sinks, load)
        for pair in sinks:
            for sink in pair:
                sink.on_end("closed")
        await recorder.flush("cost")
        worker = worker_cpu(recorder.worker_pid) - before
        await recorder.close()
    without = await feed([(Nothing(), Nothing())] * parties, load)
    packets = len(load) * parties
    written = sum(report.size for report in reports if isinstance(report, SegmentClosed))
    return {
        "packets_per_second": round(packets / seconds),
        "loop_us_per_packet": round((with_recorder - without) / packets * 1e6, 2),
        "worker_us_per_packet": round(worker / packets * 1e6, 2),
        "mbit_per_second_written": round(written * 8 / seconds / 1e6, 1),
        "problems": sum(not isinstance(report, SegmentClosed) for report in reports),
    }


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "everything"]
    arguments = [int(word) for word in words]
    print(
        json.dumps(
            asyncio.run(
                measure(*(arguments + [26, 10][len(arguments) :]), len(words) < len(sys.argv) - 1)
            )
        )
    )
