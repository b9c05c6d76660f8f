"""A server to be killed: `python -m tests.recording.victim FOLDER` records ten seconds in real time.

Prints `worker PID`, then the name of each segment reported.
"""

import asyncio
import sys
from pathlib import Path

from hearing_server.services.media import RecordingReport, SegmentClosed
from recording.recorder import ProcessRecorder

from . import streams
from .reports import begin, play


def say(report: RecordingReport) -> None:
    if isinstance(report, SegmentClosed):
        print(f"segment {report.name}", flush=True)


async def main(folder: Path) -> None:
    video = streams.video_packets("vp8", streams.encode_video("vp8", 300, key_every=30))
    sound = streams.sound_packets(streams.encode_sound(10.0))
    recorder = ProcessRecorder(folder, say)
    await recorder.start()
    print(f"worker {recorder.worker_pid}", flush=True)
    await asyncio.gather(
        play(begin(recorder, "vp8", "camera"), video),
        play(begin(recorder, "opus", "microphone"), sound),
    )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
