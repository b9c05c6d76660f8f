"""One track in the worker, from packets of a bad line to files that decode."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from hearing_server.services.media import Codec, RecordingGap, SegmentClosed, TrackName
from recording.disk import Disk, Disks
from recording.part import Part
from recording.segment import Finished, make_durable
from recording.track import Track
from recording.wire import Open

from . import streams
from .streams import Packet

WALL = 1_764_000_000_000.0
BEGIN = 100.0  # monotonic seconds at which the streams start
TICK_S = 0.05


class Desk:
    """Takes what a track leaves and makes its segments durable at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disks = Disks([folder])
        self.segments: list[SegmentClosed] = []
        self.gaps: list[tuple[int, int, str]] = []
        self.asked: list[int] = []
        self.errors: list[OSError] = []

    def ask(self, track: int) -> None:
        self.asked.append(track)

    def gap(self, gap: RecordingGap) -> None:
        begin = int(WALL + BEGIN * 1000)
        self.gaps.append((gap.started_at - begin, gap.ended_at - begin, gap.cause))

    def complete(self, finished: Finished) -> None:
        closed = make_durable(finished).closed
        assert closed is not None
        self.segments.append(closed)

    def sync(self, part: Part, until: int) -> None:
        part.sync(until)

    def disk_failed(self, hearing: str, disk: Disk, error: OSError) -> None:
        self.errors.append(error)


def opened(codec: Codec, source: str) -> Open:
    name = TrackName(hearing="h1", party="judge", source=source)
    return Open(name=name, format=streams.FORMATS[codec], wall_offset=WALL)


def record(desk: Desk, codec: Codec, packets: list[Packet], end: float, source: str = "s") -> Track:
    """Run packets through a track, with ticks between them, and end it."""
    track = Track(1, opened(codec, source), desk.disks, desk, None)
    ticked = 0.0
    for packet in packets:
        while ticked < packet.at:
            track.tick(BEGIN + ticked)
            ticked += TICK_S
        track.packet(packet.data, BEGIN + packet.at)
    track.end(BEGIN + end)
    return track


def shown(desk: Desk) -> Iterator[tuple[int, int]]:
    """Number and milliseconds since the stream's start of every picture in the segments."""
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            for frame in source.decode(video=0):
                at = segment.started_at + frame.pts * frame.time_base * 1000
                yield streams.read_number(frame), round(at - WALL - BEGIN * 1000)


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_clean_stream_is_kept_whole_in_segments_of_ten_seconds(codec, tmp_path):
    """Every frame is there once, at its time within 2 ms; each segment starts with a key frame."""
    desk = Desk(tmp_path)
    frames = streams.encode_video(codec, 750, key_every=50)
    record(desk, codec, streams.video_packets(codec, frames), 25.0)
    assert [number for number, _ in shown(desk)] == list(range(750))
    assert all(abs(at - number * 1000 / 30) <= 2 for number, at in shown(desk))
    assert [segment.frames for segment in desk.segments] == [300, 300, 150]
    assert all(segment.ended_at - segment.started_at <= 10_000 for segment in desk.segments)
    assert desk.gaps == []


def test_a_key_frame_is_asked_for_before_the_end_and_cut_at(tmp_path):
    """Asked since 8.5 s, though one came at 8 s; the one that comes at 9 s starts the next segment."""
    desk = Desk(tmp_path)
    frames = [
        *streams.encode_video("vp8", 270, key_every=120),
        *streams.encode_video("vp8", 60, key_every=1000, first=270),
    ]
    record(desk, "vp8", streams.video_packets("vp8", tuple(frames)), 11.0)
    assert len(desk.asked) == 1
    assert [(segment.frames, segment.clean) for segment in desk.segments] == [
        (270, True),
        (60, True),
    ]
    assert [number for number, _ in shown(desk)] == list(range(330))


@pytest.mark.spoilt  # begins without one, as nobody sent one
def test_without_a_key_frame_it_is_cut_all_the_same(tmp_path):
    """A sender that gives none is asked every second, and no segment grows beyond 10 s."""
    desk = Desk(tmp_path)
    frames = streams.encode_video("vp8", 400, key_every=1000)
    record(desk, "vp8", streams.video_packets("vp8", frames), 400 / 30)
    assert [(segment.frames, segment.clean) for segment in desk.segments] == [
        (300, True),
        (100, False),
    ]
    assert 8 <= len(desk.asked) <= 10
    assert desk.gaps == []


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_bad_line_leaves_files_that_decode_and_gaps_that_add_up(codec, seed, tmp_path):
    """3 % loss, reordering, duplicates: no wrong picture, none twice, and each missing one is named."""
    desk = Desk(tmp_path)
    packets = streams.video_packets(codec, streams.encode_video(codec, 600, key_every=20), mtu=400)
    record(desk, codec, streams.disturb(packets, seed, 0.03, 0.2, 0.05), 20.0)
    seen = dict(shown(desk))
    assert len(seen) > 150
    assert sum(segment.frames for segment in desk.segments) == len(seen)
    assert all(abs(at - number * 1000 / 30) <= 40 for number, at in seen.items())
    for number in set(range(600)) - set(seen):
        middle = number * 1000 / 30 + 17
        assert any(start - 40 <= middle <= end + 40 for start, end, _ in desk.gaps), number
    assert {cause for *_, cause in desk.gaps} == {"network"}
    assert desk.asked


def test_lost_sound_is_a_hole_in_time_and_the_rest_keeps_its_place(tmp_path):
    """After 2 s without packets, and with 5 % lost, each tone is still where it was."""
    desk = Desk(tmp_path)
    packets = [
        packet
        for packet in streams.sound_packets(streams.encode_sound(8.0))
        if not 3.0 <= packet.at < 5.0
    ]
    record(desk, "opus", streams.disturb(packets, 7, 0.05, 0.2), 8.0)
    assert (3000, 5000) in {(round(a, -2), round(b, -2)) for a, b, _ in desk.gaps}
    right = total = 0
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            for frame in source.decode(audio=0):
                at = (
                    segment.started_at
                    - WALL
                    - BEGIN * 1000
                    + float(frame.pts * frame.time_base) * 1000
                )
                into = at % streams.TONE_MS
                if 20 < into < streams.TONE_MS - 40:
                    total += 1
                    right += tone(frame) == int(at // streams.TONE_MS) % len(streams.TONES)
    assert total > 50
    assert right / total > 0.9


def tone(frame: av.AudioFrame) -> int:
    """Which of the scale's tones a frame holds."""
    wave = frame.to_ndarray()[0]
    power = [
        abs(np.sum(wave * np.exp(-2j * np.pi * hertz * np.arange(len(wave)) / 48_000)))
        for hertz in streams.TONES
    ]
    return int(np.argmax(power))


def test_a_new_picture_size_starts_a_segment_that_says_so(tmp_path):
    """The header's size is that of its pictures."""
    desk = Desk(tmp_path)
    frames = streams.encode_video("vp8", 60) + streams.encode_video(
        "vp8", 60, size=(320, 240), first=60
    )
    record(desk, "vp8", streams.video_packets("vp8", frames), 4.0)
    sizes = []
    for segment in desk.segments:
        with av.open(str(tmp_path / segment.name)) as source:
            sizes.append((source.streams[0].width, source.streams[0].height))
    assert sizes == [(160, 120), (320, 240)]
    assert [number for number, _ in shown(desk)] == list(range(120))


def test_hostile_packets_disturb_nothing(tmp_path):
    """Short, foreign, of impossible extension or padding: ignored, and the stream stays whole."""
    desk = Desk(tmp_path)
    packets = streams.video_packets("vp8", streams.encode_video("vp8", 60))
    junk = [
        b"",
        b"\x80",
        bytes(12),
        os.urandom(40),
        b"\x90" + packets[0].data[1:12] + b"\0\0\xff\xff",
    ]
    mixed = [
        part for packet in packets for part in (packet, *(Packet(j, packet.at) for j in junk[:3]))
    ]
    track = record(desk, "vp8", mixed, 2.0)
    assert [number for number, _ in shown(desk)] == list(range(60))
    assert track.malformed >= 2 * len(packets)


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 1 MB."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_disk_is_told_and_recovers(small_disk):
    """What was written stays good, the rest is a `disk` gap, and recording goes on with the space."""
    desk = Desk(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(900_000))
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, None)
    packets = streams.sound_packets(streams.encode_sound(25.0))
    for packet in packets:
        if packet.at == pytest.approx(14.0):
            ballast.unlink()
        track.packet(packet.data, BEGIN + packet.at)
    track.end(BEGIN + 25.0)
    assert desk.errors
    assert len(desk.errors) <= 15
    assert [cause for *_, cause in desk.gaps] == ["disk"]
    start, end, _ = desk.gaps[0]
    assert 3000 < start < 12_000
    assert 14_000 <= end <= 15_100
    spans = [
        (segment.started_at - WALL - BEGIN * 1000, segment.ended_at - WALL - BEGIN * 1000)
        for segment in desk.segments
    ]
    assert start in [ended for _, ended in spans]
    assert end in [started for started, _ in spans]
    for segment in desk.segments:
        with av.open(str(small_disk / segment.name)) as source:
            assert sum(1 for packet in source.demux() if packet.size) == segment.frames
    assert sum(segment.frames for segment in desk.segments) > 800


@pytest.mark.parametrize(("first", "named"), [(None, 10_000), (8.0, 8_000), (3.0, None)])
def test_a_track_of_which_nothing_comes_at_first(first, named, tmp_path):
    """From its opening on, where it is more than a browser needs to begin."""
    desk = Desk(tmp_path)
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, None)
    sound = streams.sound_packets(streams.encode_sound(10.0 - (first or 10.0)))
    coming = [Packet(packet.data, packet.at + (first or 0)) for packet in sound]
    for turn in range(201):
        track.tick(BEGIN + turn * TICK_S)
        while coming and coming[0].at <= turn * TICK_S:
            packet = coming.pop(0)
            track.packet(packet.data, BEGIN + packet.at)
    track.end(BEGIN + 10.0)
    gaps = [(start, round(end, -1), cause) for start, end, cause in desk.gaps]
    assert gaps == ([(0, named, "network")] if named else [])


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_segments_do_not_overlap_where_pictures_come_closer(codec, tmp_path):
    """A key frame a millisecond after the picture before it, as after a jump of the sender's clock."""
    desk = Desk(tmp_path)
    frames = streams.encode_video(codec, 300, key_every=270)
    packets = []
    for packet in streams.video_packets(codec, frames):
        late = packet.at > 8.99
        stamp = int.from_bytes(packet.data[4:8], "big") - late * 32 * 90 & 0xFFFFFFFF
        data = packet.data[:4] + stamp.to_bytes(4, "big") + packet.data[8:]
        packets.append(Packet(data, packet.at - late * 0.032))
    record(desk, codec, packets, 10.0)
    first, second = desk.segments
    assert first.ended_at == second.started_at
    assert (first.frames, second.frames) == (270, 30)
