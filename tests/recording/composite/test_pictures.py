"""The pictures of a track as a composite is given them, across its segments."""

from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from hearing_server.services.composite import Extent, Stretch
from hearing_server.services.media import SegmentClosed, TrackName
from recording.composite.damage import Damage
from recording.composite.layout import floor_of
from recording.composite.pictures import Pictures
from recording.opened import SegmentFiles
from tests.recording import streams
from tests.recording.segments import picture_segment, written

from .scenes import JUDGE, START, lumas, script, tile_number

CAMERA = TrackName(hearing="h1", party="judge", source="camera")
FRAME_MS = 1000 / 30
pytestmark = pytest.mark.spoilt  # they begin without a key frame


def filmed(folder: Path, codec: str, key_every: int, stood: int = 0) -> list[SegmentClosed]:
    """Three segments of two seconds, of one stream that has a key frame this often; before each but the first
    the camera stood still for so many ms.
    """
    frames = streams.encode_video(codec, 180, key_every=key_every, size=(320, 180))
    with written(folder) as disk:
        return [
            picture_segment(
                disk, CAMERA, START + n * (2_000 + stood), codec, frames[n * 60 : n * 60 + 60], None, frames[: n * 60]
            )
            for n in range(3)
        ]  # fmt: skip


def shown(
    folder: Path,
    segments: Sequence[SegmentClosed],
    masked: Sequence[Extent] = (),
    earlier: Sequence[SegmentClosed] = (),
    lost: Sequence[Extent] = (),
) -> tuple[list[int], dict[str, str]]:
    """The numbers of all pictures, each at its time, and what was found damaged."""
    damage, seen = Damage(), []
    film = Pictures(SegmentFiles([folder]), segments, masked, damage, earlier, lost)
    for tick in range(300):
        picture = film.until(START + tick * FRAME_MS + 1)
        if picture is not None:
            number = streams.read_number(picture[1])
            assert number in (tick, tick - 90)  # those of a camera that stood still
            seen.append(number)
    return seen, damage.causes


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize("key_every", [1_000, 90, 60])
def test_every_picture_is_shown_wherever_the_key_frames_are(codec, key_every, tmp_path):
    """A segment without one goes on from the segment before it, and nothing is called damaged."""
    segments = filmed(tmp_path, codec, key_every)
    assert shown(tmp_path, segments) == (list(range(180)), {})


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_chunk_that_begins_without_a_key_frame_goes_on_from_before_it(codec, tmp_path):
    """From the last key frame, two segments back; without that its pictures cannot be decoded."""
    first, second, third = filmed(tmp_path, codec, 1_000)
    assert shown(tmp_path, [third], (), [second, first]) == (list(range(120, 180)), {})
    assert third.name in shown(tmp_path, [third], (), [second])[1]


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_camera_that_stood_still_goes_on_where_it_stood(codec, tmp_path):
    """Three seconds of nothing, and no key frame after it: every picture is shown. Not so where pictures
    were written and lost.
    """
    first, second = filmed(tmp_path, codec, 1_000, stood=3_000)[:2]
    assert shown(tmp_path, [first, second]) == (list(range(120)), {})
    lost = [Extent(first.ended_at, second.started_at)]
    assert shown(tmp_path, [first, second], lost=lost)[0] == list(range(60))


def test_masked_pictures_are_decoded_and_never_shown(tmp_path):
    """Those after them are, also in the next segment."""
    segments = filmed(tmp_path, "vp8", 1_000)
    masked = [Extent(START + 1_000, START + 3_000)]
    assert shown(tmp_path, segments, masked) == ([*range(30), *range(90, 180)], {})


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize("lost", [0, 1])
def test_what_goes_on_from_a_lost_segment_waits_for_a_key_frame(codec, lost, tmp_path):
    """Nothing is decoded from pictures that are not the ones before it."""
    segments = filmed(tmp_path, codec, 90)  # key frames at 0 and 90
    (tmp_path / segments[lost].name).unlink()
    seen, causes = shown(tmp_path, segments)
    assert causes[segments[lost].name] == "missing"
    assert seen == (list(range(90, 180)) if lost == 0 else list(range(60)))


async def test_a_composite_from_the_middle_of_a_recording_has_its_first_pictures(make, tmp_path):
    """A chunk finds by itself what its first segment goes on from."""
    segments = filmed(tmp_path / "recordings", "vp8", 1_000)
    end = Stretch(started_at=START + 4_000, ended_at=START + 6_000, frames=50)
    path, damaged = await make(script(segments, 6, [JUDGE], stretches=[end]))
    assert damaged == {}
    (tile,) = floor_of([JUDGE], False).tiles
    for at, luma in lumas(path)[:-1]:
        assert tile_number(luma, tile.picture) / 30 == pytest.approx(4 + at, abs=0.04)


async def test_a_composite_of_a_span_has_its_first_pictures(make, tmp_path):
    """What lies before the span is decoded from, and none of it is shown."""
    segments = filmed(tmp_path / "recordings", "vp8", 1_000)
    span = Stretch(started_at=START + 4_000, ended_at=START + 6_000, frames=50)
    path, damaged = await make(
        script(segments[2:], 6, [JUDGE], stretches=[span], leads=segments[:2])
    )
    assert damaged == {}
    (tile,) = floor_of([JUDGE], False).tiles
    for at, luma in lumas(path)[:-1]:
        assert tile_number(luma, tile.picture) / 30 == pytest.approx(4 + at, abs=0.04)


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_a_partys_span_begins_with_what_its_first_picture_goes_on_from(codec, make, tmp_path):
    """All of it at time 0, so that every player decodes it and none shows it; the rest in its place."""
    segments = filmed(tmp_path / "recordings", codec, 1_000)
    span = Stretch(started_at=START + 4_500, ended_at=START + 6_000, frames=38)
    of = script(segments[2:], 6, [JUDGE], stretches=[span], leads=segments[:2])
    path, _ = await make(of, "party")
    with av.open(str(path)) as source:
        seen = [(streams.read_number(frame), frame.time) for frame in source.decode(video=0)]
    assert [number for number, at in seen if at > 0] == list(range(135, 180))
    for number, at in seen:
        assert at == pytest.approx(max(0.0, number / 30 - 4.5), abs=0.002)


async def test_masked_pictures_are_no_lead_of_a_partys_span(make, tmp_path):
    """Then it waits for a key frame, and without one there is no picture."""
    segments = filmed(tmp_path / "recordings", "vp8", 90)  # key frames at 0, 90
    span = Stretch(started_at=START + 2_500, ended_at=START + 6_000, frames=88)
    masked = [Extent(START + 1_000, START + 1_500)]
    of = script(segments[1:], 6, [JUDGE], stretches=[span], leads=segments[:1], masked=masked)
    path, _ = await make(of, "party")
    with av.open(str(path)) as source:
        seen = [streams.read_number(frame) for frame in source.decode(video=0)]
    assert seen == list(range(90, 180))
