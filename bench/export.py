"""How fast the courtroom becomes one picture.

A synthetic hearing of `--seconds`: four parties, each with a camera of 30 pictures a second at a realistic
bitrate (VP8 as browsers send it: `--size` 640x360 at 700 kbit/s, or 1280x720 at 1500), moving and noisy
as a face before a wall, and a microphone that speaks in turn (Opus, 32 kbit/s). The composite is made by the
product's own job with two processes: 1280x720, 25 pictures a second, H.264 and AAC. `composite_x_realtime` is
seconds of hearing over seconds of the clock; `x_of_cpu` is over the seconds of two whole cores that it
took, which other work on the machine does not change.
"""

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from hearing_server.adapters.export_maker import font_file
from hearing_server.services.composite import Cue
from recording.exporting.job import Job
from recording.exporting.order import Order
from tests.recording import streams
from tests.recording.composite.scenes import FOUR, START, script
from tests.recording.footage import Archive, Taken, filmed, heard

FPS = 30
BITRATES = {"640x360": 700_000, "1280x720": 1_500_000}
CORES = 2
KEY, LOOP = 270, 540  # frames from one key frame to the next, and of the film


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench export", description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--size", choices=list(BITRATES), default="640x360")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.seconds, options.size))
    if options.json:
        print(json.dumps({"bench": "export", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>22} {value}")


async def _measure(seconds: int, size: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        archive = await asyncio.to_thread(_film, folder / "recordings", seconds, size)
        cues = [
            Cue(
                started_at=START + at * 1000,
                ended_at=START + at * 1000 + 3000,
                text="审判长：请陈述。",
            )
            for at in range(1, seconds - 4, 5)
        ]
        order = Order(
            kind="composite",
            script=script(archive.segments, seconds, seats=FOUR, cues=cues),
            folders=[str(archive.folder)],
            output=str(folder / "out.mp4"),
            font=str(font_file()),
            zone="Asia/Shanghai",
        )
        before, begun = _cpu(), time.monotonic()
        damaged = await Job(order, CORES).make()
        lasted, spent = time.monotonic() - begun, _cpu() - before
        assert not damaged
        return {
            "composite_x_realtime": round(seconds / lasted, 2),
            "x_of_cpu": round(seconds / spent * CORES, 2),
            "cpu_s": round(spent, 1),
            "seconds": seconds,
            "cameras": f"4 x {size} VP8 {FPS}/s, {BITRATES[size] // 1000} kbit/s",
            "recorded_mb": round(sum(one.size for one in archive.segments) / 1e6, 1),
            "composite_mb": round(os.path.getsize(order.output) / 1e6, 1),  # noqa: ASYNC240
            "load": round(os.getloadavg()[0], 1),
        }


def _cpu() -> float:
    """Seconds of processor of this process and of those that it has waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _film(folder: Path, seconds: int, size: str) -> Archive:
    """Four cameras and microphones. One film of 18 s goes round, each camera at another place of it:
    filming takes longer than what is measured.
    """
    archive = Archive(folder)
    width, height = map(int, size.split("x"))
    filmed_once = list(_encoded(_faces(7, width, height), LOOP, BITRATES[size]))
    voice = streams.encode_sound(float(seconds))
    for turn, party in enumerate(("judge", "prosecutor", "defendant", "counsel")):
        frames = [filmed_once[(n + turn * KEY) % LOOP] for n in range(seconds * FPS)]
        archive.keep(party, "camera", "vp8", filmed(frames, START, key_every=KEY), (width, height))
        spoken = [one for one in heard(voice, START) if _speaks(one, turn)]
        archive.keep(party, "microphone", "opus", spoken)
    return archive


def _speaks(packet: Taken, turn: int) -> bool:
    """In turn, five seconds each."""
    return (packet.at - START) // 5000 % 4 == turn


def _faces(seed: int, width: int, height: int) -> Iterator[av.VideoFrame]:
    """A bright oval that moves before a textured wall, with the noise of a sensor."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    wall = 90 + 30 * np.sin(x / 23) * np.cos(y / 31) + chance.normal(0, 6, (height, width))
    noise = [chance.normal(0, 3, (height, width)) for _ in range(8)]
    number = 0
    while True:
        cx = width * (0.5 + 0.03 * np.sin(number / 17))
        cy = height * (0.5 + 0.02 * np.cos(number / 11))
        face = ((x - cx) / (width * 0.13)) ** 2 + ((y - cy) / (height * 0.33)) ** 2 < 1
        luma = np.where(face, 165 + 20 * np.sin(y / 9 + number / 5), wall) + noise[number % 8]
        planes = np.full((height * 3 // 2, width), 128, np.uint8)
        planes[:height] = np.clip(luma, 16, 235)
        yield av.VideoFrame.from_ndarray(planes, format="yuv420p")
        number += 1


def _encoded(frames: Iterator[av.VideoFrame], count: int, bitrate: int) -> Iterator[bytes]:
    encoder = av.CodecContext.create("libvpx", "w")
    for number in range(count):
        frame = next(frames)
        if number == 0:
            encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuv420p"
            encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
            encoder.gop_size, encoder.bit_rate, encoder.thread_count = KEY, bitrate, 2
            encoder.options = {
                "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0",
                "maxrate": str(bitrate), "bufsize": str(bitrate), "keyint_min": str(KEY),
            }  # fmt: skip
        frame.pts = number
        frame.pict_type = 1 if number % KEY == 0 else 0
        for packet in encoder.encode(frame):
            yield bytes(packet)
    for packet in encoder.encode(None):
        yield bytes(packet)
