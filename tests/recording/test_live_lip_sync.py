"""Sound and picture measured from recordings that came through the real SFU and the real recorder.

Cameras burn in a frame counter, microphones play time codes; all is read from the decoded files.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from recording.recorder import ProcessRecorder
from signaling.sfu import Sfu, SfuSettings

from .live import LARGE, SMALL, Film, Studio, anchor
from .reports import Reports

pytestmark = pytest.mark.fault

WITHIN_MS = 40.0
WARM_S = 2  # until the first reports are taken up


class Set:
    """An SFU and a recorder, and what it reported."""

    def __init__(self, sfu: Sfu, recorder: ProcessRecorder, reports: Reports, folder: Path) -> None:
        self.sfu, self.recorder, self.reports, self.folder = sfu, recorder, reports, folder

    async def film(self, studio: Studio) -> Film:
        """Everything closed, then read."""
        await self.recorder.flush("h1")
        return await asyncio.to_thread(Film, self.folder, self.reports, studio)


@asynccontextmanager
async def built(folder: Path) -> AsyncIterator[Set]:
    sfu, reports = Sfu(SfuSettings(host="127.0.0.1")), Reports()
    await sfu.start()
    recorder = ProcessRecorder(folder, reports, anchor=anchor)
    await recorder.start()
    try:
        yield Set(sfu, recorder, reports, folder)
    finally:
        await recorder.close()
        await sfu.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Set]:
    async with built(tmp_path) as made:
        yield made


@pytest.mark.parametrize("loss", [0.0, 0.05])
async def test_sound_and_picture_keep_together_and_what_is_lost_is_named(loss: float, place: Set):
    """A camera whose pictures come 100 ms later than their sound, over a good line and a bad one."""
    studio = Studio(place.sfu, place.recorder, loss=loss)
    await studio.connect()
    tracks = [studio.produce("camera", "vp8"), studio.produce("microphone", "opus")]
    await studio.rehearse(("vp8", 0, 12, SMALL), ("opus", 0, 12, SMALL))
    await studio.play(tracks, 0, 12)
    for track in tracks:
        track.end("closed")
    film = await place.film(studio)
    await studio.hang_up()
    assert film.apart(WARM_S) <= WITHIN_MS
    assert film.unnamed(studio, "microphone", 0.02) == []
    assert film.unnamed(studio, "camera", 1 / 30) == []
    if not loss:
        assert len({round(moment * 30) for moment, _ in film.pictures}) == 12 * 30
        assert place.reports.gaps == []
    else:
        assert {gap.cause for gap in place.reports.gaps} == {"network"}


async def test_a_reconnect_with_new_numbers_stays_in_step(place: Set):
    """Two lines, new SSRCs, timestamps and sequence numbers; between them a gap with its cause."""
    studio = Studio(place.sfu, place.recorder)
    await studio.rehearse(*((c, b, b + 6, SMALL) for c in ("vp8", "opus") for b in (0, 8)))
    for begin in (0, 8):
        await studio.connect()
        tracks = [studio.produce("camera", "vp8"), studio.produce("microphone", "opus")]
        await studio.play(tracks, begin, begin + 6)
        for track in tracks:
            track.end("network" if not begin else "closed")
    film = await place.film(studio)
    await studio.hang_up()
    assert film.apart(WARM_S, 6) <= WITHIN_MS
    assert film.apart(8 + WARM_S, 14) <= WITHIN_MS
    named = {(gap.track.source, gap.cause) for gap in place.reports.gaps}
    assert named == {("camera", "network"), ("microphone", "network")}
    assert film.unnamed(studio, "microphone", 0.02) == []


async def test_a_change_of_layer_is_a_new_size_in_one_stream(place: Set):
    """What a router makes of a layer switch: one SSRC, numbers that go on, a key frame of another size."""
    studio = Studio(place.sfu, place.recorder)
    await studio.connect()
    camera, microphone = studio.produce("camera", "vp8"), studio.produce("microphone", "opus")
    takes = ((0, SMALL), (4, LARGE), (8, SMALL))
    await studio.rehearse(("opus", 0, 12, SMALL), *(("vp8", b, b + 4, size) for b, size in takes))
    sound = asyncio.create_task(studio.play([microphone], 0, 12))
    for begin, size in takes:
        await studio.play([camera], begin, begin + 4, size)
    await sound
    for track in (camera, microphone):
        track.end("closed")
    film = await place.film(studio)
    await studio.hang_up()
    assert film.apart(WARM_S) <= WITHIN_MS
    assert len({round(moment * 30) for moment, _ in film.pictures}) == 12 * 30
    assert place.reports.gaps == []
    assert sum(segment.track.source == "camera" for segment in place.reports.segments) == 3


async def test_a_change_of_codec_is_a_new_track(place: Set):
    """The browser stops VP8 and begins H.264: another producer, while the microphone goes on."""
    studio = Studio(place.sfu, place.recorder)
    await studio.connect()
    microphone = studio.produce("microphone", "opus")
    takes = ((0, "vp8"), (6, "h264"))
    await studio.rehearse(("opus", 0, 12, SMALL), *((c, b, b + 6, SMALL) for b, c in takes))
    sound = asyncio.create_task(studio.play([microphone], 0, 12))
    for begin, codec in takes:
        camera = studio.produce("camera", codec)
        await studio.play([camera], begin, begin + 6)
        camera.end("device" if not begin else "closed")
    await sound
    microphone.end("closed")
    film = await place.film(studio)
    await studio.hang_up()
    assert film.apart(WARM_S, 6) <= WITHIN_MS
    assert film.apart(6 + WARM_S, 12) <= WITHIN_MS
    assert {segment.codec for segment in place.reports.segments} == {"opus", "vp8", "h264"}
    assert film.unnamed(studio, "camera", 1 / 30) == []
