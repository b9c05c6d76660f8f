"""Somebody who plays a recording while the media plane works: fragments made and sent by its process.

`serve` stands in the bench's server; `python -m bench.sfu_reader ADDRESS` asks as one page does: ten tracks,
a segment of each every ten seconds.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import aiohttp
from aiohttp import web

from hearing_server.adapters.fragments import SegmentFragments
from hearing_server.domain.events import SegmentRecorded
from hearing_server.services.media import SegmentClosed, TrackName
from tests.recording import streams
from tests.recording.segments import picture_segment, sound_segment, written

TRACKS = 10
EVERY = 10.0  # seconds, as long as a segment
AT = 1_790_000_000_000


async def serve(folder: Path) -> str:
    """The address at which fragments are to be had."""
    made = await asyncio.to_thread(_segments, folder)
    fragments = SegmentFragments([folder])
    count = 0

    async def piece(request: web.Request) -> web.Response:
        nonlocal count
        segment = made[int(request.match_info["track"]) % 2]
        count += 1
        fragments._made.clear()  # as a reader of new segments: none was made before
        fragments._size = 0
        found = await fragments.fragment("h", segment, ())
        assert found is not None
        return web.Response(body=found.data)

    application = web.Application()
    application.router.add_get("/{track}", piece)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


def _segments(folder: Path) -> list[SegmentRecorded]:
    """Ten seconds of picture (1.2 Mbit/s, as a camera sends) and of sound."""
    frames = streams.encode_video("vp8", 300, key_every=300, size=(640, 480))
    short = max(0, 1_500_000 - sum(map(len, frames))) // len(frames)
    full = [frame + bytes(short) for frame in frames]
    with written(folder) as disk:
        camera = TrackName(hearing="h", party="p", source="camera")
        microphone = TrackName(hearing="h", party="p", source="microphone")
        sound = [(n * 20, packet) for n, packet in enumerate(streams.encode_sound(10))]
        return [
            _entry(picture_segment(disk, camera, AT, "vp8", full)),
            _entry(sound_segment(disk, microphone, AT, sound)),
        ]


def _entry(closed: SegmentClosed) -> SegmentRecorded:
    return SegmentRecorded(
        party="p",
        source=closed.track.source,
        name=closed.name,
        codec=closed.codec,
        sha256=closed.sha256,
        size=closed.size,
        frames=closed.frames,
        started_at=closed.started_at,
        ended_at=closed.ended_at,
        recovered=False,
    )


class Reader:
    """The page, as a process of its own."""

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "bench.sfu_reader", address])

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


async def read(address: str) -> None:
    async with aiohttp.ClientSession() as http:
        while True:
            for track in range(TRACKS):
                async with http.get(f"{address}/{track}") as response:
                    await response.read()
                await asyncio.sleep(EVERY / TRACKS)


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1]))
