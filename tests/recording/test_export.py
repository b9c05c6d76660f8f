"""One party's segments as one file, and the check of segments against the log."""

import dataclasses
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from hearing_server.services.composite import Extent
from hearing_server.services.media import SegmentClosed, TrackName
from recording import export
from recording.integrity import check_segments
from recording.opened import ExportRefused, SegmentFiles
from recording.recorder import ProcessRecorder

from . import streams
from .exported import party_file
from .reports import Reports, begin, give
from .segments import picture_segment, sound_segment, written

Made = tuple[Path, list[SegmentClosed]]
START = 1_764_000_000_000
CAMERA = TrackName(hearing="h", party="p", source="camera")
MICROPHONE = TrackName(hearing="h", party="p", source="microphone")


@pytest.fixture
async def record(tmp_path: Path) -> Callable:
    """Records streams of one party, each at its second, and returns the folder and the segments."""

    async def recorder_of(*parts: tuple[str, str, list[streams.Packet], float]) -> Made:
        reports = Reports()
        recorder = ProcessRecorder(tmp_path / "rec", reports)
        await recorder.start()
        now = time.monotonic()
        for codec, source, packets, at in parts:
            sink = begin(recorder, codec, source)
            give(sink, packets, now + at)
            sink.on_end("muted")
        await recorder.flush("h1")
        await recorder.close()
        return tmp_path / "rec", reports.segments

    return recorder_of


def video(codec: str, seconds: float, **options) -> list[streams.Packet]:
    return streams.video_packets(codec, streams.encode_video(codec, int(seconds * 30), **options))


def pictures(path: Path, track: int = 0) -> list[tuple[int, float]]:
    """Number and seconds of every picture of one track; raises when one does not decode."""
    with av.open(str(path)) as source:
        return [(streams.read_number(frame), frame.time) for frame in source.decode(video=track)]


async def test_camera_and_microphone_lie_on_one_timeline_with_their_gap(record, tmp_path):
    """Pictures and sound at their own times within 40 ms, the 4 s between two spans kept."""
    sound = streams.sound_packets(streams.encode_sound(12.0))
    folder, segments = await record(
        ("vp8", "camera", video("vp8", 12), 1.0),
        ("opus", "microphone", sound, 1.5),
        ("vp8", "camera", video("vp8", 2, first=360), 17.0),
        ("opus", "microphone", sound[:100], 17.0),
    )
    assert len(segments) >= 6
    result = party_file(SegmentFiles([folder]), segments, tmp_path / "judge.mkv")
    assert result.tracks == ["camera vp8", "microphone opus"]
    assert result.duration_ms == pytest.approx(18_000, abs=40)
    seen = pictures(tmp_path / "judge.mkv")
    assert [number for number, _ in seen] == list(range(420))
    for number, at in seen:
        assert at == pytest.approx(number / 30 + (4 if number >= 360 else 0), abs=0.04)
    with av.open(str(tmp_path / "judge.mkv")) as source:
        times = [
            float(packet.pts * packet.time_base) for packet in source.demux(audio=0) if packet.size
        ]
    assert len(times) == 700
    assert times[0] == pytest.approx(0.5, abs=0.04)
    assert times[600] == pytest.approx(16.0, abs=0.04)
    assert max(b - a for a, b in itertools.pairwise(times)) == pytest.approx(3.52, abs=0.04)


async def test_a_change_of_size_still_plays(record, tmp_path):
    """In one track, without transcoding, for either codec."""
    for codec in ("vp8", "h264"):
        folder, segments = await record(
            (codec, codec, video(codec, 2), 0.0),
            (codec, codec, video(codec, 2, size=(320, 240), first=60), 2.0),
        )
        party_file(SegmentFiles([folder]), segments, tmp_path / f"{codec}.mkv")
        assert [number for number, _ in pictures(tmp_path / f"{codec}.mkv")] == list(range(120))


async def test_a_change_of_codec_makes_a_second_track(record, tmp_path):
    """Both play, each at its time."""
    folder, segments = await record(
        ("vp8", "camera", video("vp8", 1), 0.0),
        ("h264", "camera", video("h264", 1, first=30), 1.0),
    )
    result = party_file(SegmentFiles([folder]), segments, tmp_path / "out.mkv")
    assert sorted(result.tracks) == ["camera h264", "camera vp8"]
    for track, name in enumerate(result.tracks):
        seen = pictures(tmp_path / "out.mkv", track)
        first = 30 if name.endswith("h264") else 0
        assert [number for number, _ in seen] == list(range(first, first + 30))
        assert all(at == pytest.approx(number / 30, abs=0.04) for number, at in seen)


@pytest.mark.spoilt
async def test_a_changed_segment_is_refused_by_name(record, tmp_path):
    """One byte changed, bytes cut off, a file gone, a file more: each found, none exported."""
    folder, segments = await record(("vp8", "camera", video("vp8", 22, key_every=60), 0.0))
    assert len(segments) == 3
    assert check_segments([folder], segments) == []
    changed, truncated, missing = segments
    path = folder / changed.name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ExportRefused) as caught:
        party_file(SegmentFiles([folder]), segments, tmp_path / "out.mkv")
    assert (caught.value.code, caught.value.segment) == ("segment_changed", changed.name)
    assert list(tmp_path.glob("out*")) == []

    (folder / truncated.name).write_bytes((folder / truncated.name).read_bytes()[:-1])
    (folder / missing.name).rename(folder / "h1/judge/camera/1-0.mkv")
    found = {(finding.problem, finding.name) for finding in check_segments([folder], segments)}
    assert found == {
        ("changed", changed.name),
        ("truncated", truncated.name),
        ("missing", missing.name),
        ("extra", "h1/judge/camera/1-0.mkv"),
    }


async def test_names_that_lead_elsewhere_are_refused(record, tmp_path):
    """A name from the log is checked too, and no segments make no file."""
    folder, segments = await record(("vp8", "camera", video("vp8", 1), 0.0))
    astray = dataclasses.replace(segments[0], name="../../etc/passwd")
    with pytest.raises(ValueError, match="not a segment name"):
        check_segments([folder], [astray])
    with pytest.raises(ValueError, match="not a segment name"):
        party_file(SegmentFiles([folder]), [astray], tmp_path / "out.mkv")
    with pytest.raises(ExportRefused) as caught:
        party_file(SegmentFiles([folder]), [], tmp_path / "out.mkv")
    assert caught.value.code == "no_segments"


async def test_a_share_with_sound_and_a_room_camera_have_tracks_of_their_own(record, tmp_path):
    """Pictures first, then sound, each under the name of its source and from its own second on."""
    sound = streams.sound_packets(streams.encode_sound(2.0))
    folder, segments = await record(
        ("vp8", "camera", video("vp8", 4), 1.0),
        ("vp8", "room", video("vp8", 4), 1.0),
        ("vp8", "screen", video("vp8", 2), 3.0),
        ("opus", "microphone", sound, 1.0),
        ("opus", "screen_sound", sound, 3.0),
    )
    result = party_file(SegmentFiles([folder]), segments, tmp_path / "party.mkv")
    assert result.tracks == [
        "camera vp8", "room vp8", "screen vp8", "microphone opus", "screen_sound opus",
    ]  # fmt: skip
    with av.open(str(tmp_path / "party.mkv")) as source:
        begins: dict[int, float] = {}
        for packet in source.demux():
            if packet.size:
                begins.setdefault(packet.stream.index, float(packet.pts * packet.time_base))
    assert [begins[n] for n in range(5)] == pytest.approx([0, 0, 2, 0, 2], abs=0.06)


def filmed(folder: Path, codec: str, cut: int, key_every: int) -> list[SegmentClosed]:
    """Three seconds of pictures in two segments, the second begun at this picture."""
    frames = streams.encode_video(codec, 90, key_every=key_every)
    later = START + round(cut * 1000 / 30)
    with written(folder) as disk:
        return [
            picture_segment(disk, CAMERA, START, codec, frames[:cut]),
            picture_segment(disk, CAMERA, later, codec, frames[cut:], None, frames[:cut]),
        ]


@pytest.mark.spoilt  # the second begins without a key frame
@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize(
    ("cut", "masked", "kept"),
    [
        (45, (1_000, 1_500), [*range(30), *range(60, 90)]),  # to the end of the first
        (45, (500, 1_000), [*range(15), *range(60, 90)]),  # whose rest goes on from it
        (75, (2_000, 2_500), [*range(60)]),  # no key frame comes after it
        (75, (500, 1_000), [*range(15), *range(60, 90)]),  # one is there before the second
    ],
)
def test_pictures_made_from_masked_ones_wait_for_a_key_frame(codec, cut, masked, kept, tmp_path):
    """As in playback, whichever segment it is in."""
    segments = filmed(tmp_path, codec, cut, 60)
    span = Extent(START + masked[0], START + masked[1])
    party_file(SegmentFiles([tmp_path]), segments, tmp_path / "out.mkv", masked=[span])
    assert [number for number, _ in pictures(tmp_path / "out.mkv")] == kept


@pytest.mark.spoilt
def test_a_wanted_span_brings_the_pictures_since_its_key_frame_from_the_segment_before(tmp_path):
    """Without them nothing of it could be decoded."""
    segments = filmed(tmp_path, "vp8", 45, 1_000)
    span = Extent(START + 2_000, START + 3_000)
    party_file(SegmentFiles([tmp_path]), segments, tmp_path / "out.mkv", within=[span])
    seen = pictures(tmp_path / "out.mkv")
    assert [number for number, _ in seen] == list(range(90))
    assert {at for _, at in seen[:60]} == {0.0}  # nobody sees them
    assert seen[60][1] == pytest.approx(0.001, abs=0.0005)


def test_sound_is_cut_with_the_packet_that_could_repeat_it(tmp_path):
    """As in playback: what touches the span and the packet after it, no more."""
    packets = enumerate(streams.encode_sound(2.0))
    with written(tmp_path) as disk:
        segment = sound_segment(disk, MICROPHONE, START, [(n * 20, one) for n, one in packets])
    span = Extent(START + 505, START + 995)
    party_file(SegmentFiles([tmp_path]), [segment], tmp_path / "out.mkv", masked=[span])
    with av.open(str(tmp_path / "out.mkv")) as source:
        times = [packet.pts for packet in source.demux(audio=0) if packet.size]
    assert times == [n * 20 for n in range(100) if n < 25 or n >= 51]


def test_how_far_a_piece_is_is_told_as_it_is_written(tmp_path):
    """Every ten seconds of it, from nothing to nearly all."""
    frames = streams.encode_video("vp8", 30)
    with written(tmp_path) as disk:
        starts = [START + n * 12_000 for n in range(3)]
        segments = [picture_segment(disk, CAMERA, at, "vp8", frames) for at in starts]
    told: list[int] = []
    files, output = SegmentFiles([tmp_path]), tmp_path / "piece.mkv"
    export.write_piece(files, segments, output, START, told=told.append)
    assert told == [0, 12_000, 24_000]


@pytest.mark.spoilt
@pytest.mark.parametrize("masked", [[], [Extent(START + 3_500, START + 6_500)]])
@pytest.mark.parametrize("within", [[], [Extent(START + 2_200, START + 9_700)]])
def test_in_pieces_it_is_the_same_file(masked, within, tmp_path, monkeypatch):
    """Cut at no segment that goes on from the one before it; a byte differs nowhere."""
    frames = streams.encode_video("vp8", 360, key_every=60)
    sound = [(n * 20, one) for n, one in enumerate(streams.encode_sound(1.0))]
    with written(tmp_path) as disk:
        segments = [
            picture_segment(
                disk,
                CAMERA,
                START + n * 1000,
                "vp8",
                frames[n * 30 : n * 30 + 30],
                None,
                frames[: n * 30],
            )
            for n in range(12)
        ]
        segments += [sound_segment(disk, MICROPHONE, START + n * 1000, sound) for n in range(12)]
    segments = [
        dataclasses.replace(one, clean=(one.started_at - START) // 1000 % 2 == 0)
        for one in segments
    ]
    files = SegmentFiles([tmp_path])
    party_file(files, segments, tmp_path / "whole.out", masked=masked, within=within)
    monkeypatch.setattr(export, "PIECE", 1)
    assert [len(piece) for piece in export.pieces_of(segments)] == [2] * 6 + [1] * 12
    party_file(files, segments, tmp_path / "pieces.out", masked=masked, within=within)
    assert (tmp_path / "whole.out").read_bytes() == (tmp_path / "pieces.out").read_bytes()
