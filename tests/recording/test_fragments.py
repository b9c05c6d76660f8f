"""What a browser is given of a segment: every picture and sound outside the masked spans, nothing else."""

import io
from pathlib import Path

import av
import pytest

from hearing_server.services.media import TrackName
from recording import blocks, lead, matroska
from recording.fragments import SILENCE, Span, fragment, keep

from . import streams
from .segments import picture_segment, sound_segment, written

START = 1_764_000_000_000
CAMERA = TrackName(hearing="h", party="p", source="camera")
MICROPHONE = TrackName(hearing="h", party="p", source="microphone")


def pictures(data: bytes) -> list[tuple[int, int]]:
    """Number and ms of every picture."""
    with av.open(io.BytesIO(data)) as source:
        return [
            (streams.read_number(frame), round(frame.time * 1000))
            for frame in source.decode(video=0)
        ]


def filmed(folder: Path, codec: str, seconds: int = 4) -> bytes:
    """A segment with a key frame each second."""
    with written(folder) as disk:
        frames = streams.encode_video(codec, seconds * 30)
        closed = picture_segment(disk, CAMERA, START, codec, frames)
    return (folder / closed.name).read_bytes()


@pytest.mark.parametrize(
    ("codec", "mime"), [("vp8", 'video/webm; codecs="vp8"'), ("h264", 'video/mp4; codecs="avc1.')]
)
def test_whole_it_has_every_picture_at_its_time(codec, mime, tmp_path):
    """In the container that browsers take."""
    made = fragment(filmed(tmp_path, codec), START, START + 4_000)
    assert made.mime.startswith(mime)
    assert pictures(made.data) == [(n, round(n * 1000 / 30)) for n in range(120)]


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize(
    ("span", "kept"),
    [
        ((1_500, 1_700), [*range(45), *range(60, 120)]),  # from 1.5 s to the next key frame
        ((1_500, 2_000), [*range(45), *range(60, 120)]),  # the key frame at its end is outside it
        ((1_500, 2_001), [*range(45), *range(90, 120)]),  # here it is within, by a millisecond
        ((-5_000, 1_000), [*range(30, 120)]),
        ((3_990, None), [*range(120)]),  # the last picture begins before it
        ((2_000, None), [*range(60)]),
    ],
)
def test_a_masked_span_is_cut_to_the_picture(codec, span: Span, kept, tmp_path):
    """Nothing shown within it is there, nor anything made from that; what is left decodes."""
    start, end = span
    masked = (START + start, None if end is None else START + end)
    made = fragment(filmed(tmp_path, codec), START, START + 4_000, [masked])
    assert [number for number, _ in pictures(made.data)] == kept
    assert [at for _, at in pictures(made.data)] == [round(n * 1000 / 30) for n in kept]


def lengths(data: bytes, *times: int) -> list[int]:
    """For how many ms the packets at these ms are said to last."""
    with av.open(io.BytesIO(data)) as source:
        said = {packet.pts: packet.duration for packet in source.demux() if packet.size}
    return [said[time] for time in times]


def test_no_guess_of_a_length_runs_into_what_follows(tmp_path):
    """One cluster to a stretch, whose last picture says its length: up to a hole, or to the segment's end."""
    data = filmed(tmp_path, "vp8")
    made = fragment(data, START, START + 3_990).data
    assert (made.count(matroska.CLUSTER), lengths(made, 3_967)) == (1, [23])
    cut = fragment(data, START, START + 3_990, [(START + 1_450, START + 1_700)]).data
    assert (cut.count(matroska.CLUSTER), lengths(cut, 1_433, 3_967)) == (2, [34, 23])


@pytest.mark.parametrize("key", [True, False])
def test_where_pictures_are_missing_is_a_hole(key):
    """A key frame after a break: the last one is not shown through it. One without goes on from it."""
    at = [*range(0, 400, 40), *range(2_000, 2_200, 40)]
    ends = blocks.ends([(time, key and time == 2_000) for time in at])
    assert ends[:9] == at[1:10]
    assert ends[9] == (400 if key else 2_000)
    assert ends[-1] == 2_200
    still = [(n * 1_000, True) for n in range(5)]
    assert blocks.ends(still) == [1_000, 2_000, 3_000, 4_000, 5_000]


def test_pictures_that_go_on_from_a_masked_one_wait_for_a_key_frame(tmp_path):
    """A segment without a key frame at its start, after a span that ended in the one before it."""
    contents = blocks.read(filmed(tmp_path, "vp8", 2))
    later = contents._replace(blocks=contents.blocks[10:])
    assert keep(later, START, [(START - 900, START - 500)])[0].at == 1000
    assert keep(later, START, [])[0] == contents.blocks[10]


def test_all_of_it_masked_is_nothing(tmp_path):
    """Not even a head."""
    data = filmed(tmp_path, "vp8")
    assert fragment(data, START, START + 4_000, [(START - 1, None)]) is None
    assert fragment(data, START, START + 4_000, [(START, START + 3_500)]) is None


@pytest.mark.spoilt  # they begin without a key frame
@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_segment_without_a_key_frame_brings_what_it_goes_on_from(codec, tmp_path):
    """Every picture since the last key frame goes before its first, in less than the time of one."""
    frames = streams.encode_video(codec, 180, key_every=60)
    with written(tmp_path) as disk:
        parts = [
            picture_segment(
                disk,
                CAMERA,
                START + n * 1_500,
                codec,
                frames[n * 45 : n * 45 + 45],
                None,
                frames[: n * 45],
            )
            for n in range(4)
        ]
    files = [(part.started_at, (tmp_path / part.name).read_bytes()) for part in parts]
    start, data = files[3]  # its key frame is the 120th picture, in the segment before it
    taken = iter(files[2::-1])
    made = fragment(data, start, start + 1_500, (), taken)
    shown = pictures(made.data)
    assert [number for number, _ in shown] == [*range(120, 180)]
    assert {at for _, at in shown[:15]} == {0}
    assert [at for _, at in shown[16:]] == [round(n * 1000 / 30) for n in range(1, 45)]
    assert next(taken)[0] == START + 1_500  # no more was read than it needs
    masked = [(START + 4_200, START + 4_300)]
    assert fragment(data, start, start + 1_500, masked, iter(files[2::-1])) is None
    whole = fragment(files[2][1], START + 3_000, START + 4_500, (), iter(files[1::-1]))
    assert [number for number, _ in pictures(whole.data)] == [*range(60, 135)]
    (earlier, one), (later, two) = files[0], files[1]
    assert len(pictures(fragment(two, later, later + 1_500, (), [(earlier, one)]).data)) == 90


@pytest.mark.spoilt  # they begin without a key frame
def test_pictures_too_far_from_a_key_frame_are_refused(tmp_path, monkeypatch):
    """A camera that sends one key frame and no more: played as far as the bound, and then it is said why not."""
    frames = streams.encode_video("vp8", 180, key_every=1_000)
    with written(tmp_path) as disk:
        parts = [
            picture_segment(
                disk, CAMERA, START + n * 1_000, "vp8", frames[n * 30 : n * 30 + 30], None, frames[: n * 30]
            )
            for n in range(6)
        ]  # fmt: skip
    files = [(part.started_at, (tmp_path / part.name).read_bytes()) for part in parts]
    start, data = files[5]
    made = fragment(data, start, start + 1_000, (), iter(files[4::-1]))
    assert [number for number, _ in pictures(made.data)] == list(range(180))
    masked = [(START, START + 900)]
    assert fragment(data, start, start + 1_000, masked, iter(files[4::-1])) is None
    for earlier in (files[4:0:-1], []):  # without the one that has it
        with pytest.raises(lead.NoKeyFrame):
            fragment(data, start, start + 1_000, (), iter(earlier))
    monkeypatch.setattr(lead, "MOST_BEFORE", 149)
    with pytest.raises(lead.NoKeyFrame):
        fragment(data, start, start + 1_000, (), iter(files[4::-1]))


def sounded(folder: Path, at: list[int]) -> tuple[bytes, list[bytes]]:
    """A segment of packets at these ms, and the packets."""
    packets = streams.encode_sound(len(at) * 0.02)
    with written(folder) as disk:
        closed = sound_segment(disk, MICROPHONE, START, zip(at, packets, strict=True))
    return (folder / closed.name).read_bytes(), list(packets)


def heard(data: bytes) -> list[tuple[int, bytes]]:
    with av.open(io.BytesIO(data)) as source:
        return [
            (round(packet.pts * packet.time_base * 1000), bytes(packet))
            for packet in source.demux(audio=0)
            if packet.size
        ]


def test_sound_is_cut_with_the_packet_that_could_repeat_it(tmp_path):
    """A packet that touches the span is out, and the one after it, which may carry it again."""
    data, packets = sounded(tmp_path, [n * 20 for n in range(100)])
    made = fragment(data, START, START + 2_000, [(START + 505, START + 995)])
    assert made.mime == 'audio/webm; codecs="opus"'
    expected = {n * 20: packets[n] for n in range(100) if n < 25 or n >= 51}
    expected[1_000] = SILENCE  # in its place
    assert heard(made.data) == sorted(expected.items())


def test_what_was_not_sent_in_a_pause_is_filled_with_silence(tmp_path):
    """Without a hole for the player to stop at; a masked span and a long break stay holes."""
    at = [0, 20, 40, 440, 460, 3_000, 3_020]
    data, packets = sounded(tmp_path, at)
    found = heard(fragment(data, START, START + 3_040).data)
    assert [time for time, _ in found] == [*range(0, 480, 20), 3_000, 3_020]
    assert [body for time, body in found if time in at] == packets
    assert all(body == SILENCE for time, body in found if time not in at)
    masked = heard(fragment(data, START, START + 3_040, [(START + 100, START + 200)]).data)
    assert [time for time, _ in masked if 60 <= time < 240] == [60, 80, 200, 220]


def test_what_is_no_segment_is_refused(tmp_path):
    """Cut short, or something else: by one error."""
    data = filmed(tmp_path, "vp8")
    for bad in (b"", b"RIFF" * 20, data[:200], data[:-3]):
        with pytest.raises(blocks.Malformed):
            fragment(bad, START, START + 4_000)
