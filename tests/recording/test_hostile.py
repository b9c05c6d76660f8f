"""Streams that no honest browser sends, and streams that change: playable files, named gaps, others untouched."""

import random
import time
from pathlib import Path

import av
import pytest

from hearing_server.services.media import Codec
from recording.recorder import ProcessRecorder
from recording.track import Track

from . import streams
from .reports import Reports, begin, give
from .streams import Packet
from .test_track import BEGIN, WALL, Desk, record, shown


def playable(desk: Desk) -> None:
    """Another reader reads every segment to its end, and every picture in it decodes."""
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            assert sum(1 for packet in source.demux() if packet.size) == segment.frames
        with av.open(str(desk.folder / segment.name)) as source:
            assert sum(1 for _ in source.decode(0)) == segment.frames


def video(codec: Codec, count: int = 90, **options: int) -> list[Packet]:
    frames = streams.encode_video(codec, count, **({"key_every": 30} | options))
    return streams.video_packets(codec, frames)


def without_parameters(packets: list[Packet]) -> list[Packet]:
    """H.264 with neither sequence nor picture parameter set: they travel in a packet of their own."""
    return [packet for packet in packets if packet.data[12] & 0x1F not in (7, 8, 24)]


def test_h264_without_parameter_sets_is_a_gap(tmp_path: Path):
    """Nothing of it can be shown: no file, the span is named, and a key frame is asked for."""
    desk = Desk(tmp_path)
    record(desk, "h264", without_parameters(video("h264")), 3.0)
    assert desk.segments == []
    assert [(cause, end - start > 2500) for start, end, cause in desk.gaps] == [("network", True)]
    assert len(desk.asked) >= 2


def test_h264_whose_parameter_sets_come_late_is_kept_from_there(tmp_path: Path):
    """The first seconds are a gap; then every picture."""
    desk = Desk(tmp_path)
    packets = video("h264")
    early = [p for p in without_parameters(packets) if p.at < 0.99]
    record(desk, "h264", [*early, *(p for p in packets if p.at >= 0.99)], 3.0)
    assert [number for number, _ in shown(desk)] == list(range(30, 90))
    playable(desk)


@pytest.mark.parametrize("size", [b"\0\0\0\0", b"\0\0\xff\xff", b"\xff\x3f\xff\x3f"])
def test_vp8_of_impossible_sizes_is_left_out(size, tmp_path: Path):
    """Key frames that claim no size at all, or 16383 by 16383 with a few bytes; then honest ones."""
    desk = Desk(tmp_path)
    packets = []
    for packet in video("vp8"):
        data = packet.data
        begins_key = data[13] == 0x80 and data[12] & 0x10 and not data[16] & 1
        if begins_key and packet.at < 1.5:
            data = data[:22] + size + data[26:]
        packets.append(Packet(data, packet.at))
    record(desk, "vp8", packets, 3.0)
    assert [number for number, at in shown_where_possible(desk) if at >= 2000] == list(
        range(60, 90)
    )


def shown_where_possible(desk: Desk) -> list[tuple[int, int]]:
    """The pictures that decode, where a file may hold some that cannot."""
    found = []
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            for packet in source.demux(video=0):
                try:
                    for frame in packet.decode():
                        at = segment.started_at + frame.pts * frame.time_base * 1000
                        found.append((streams.read_number(frame), round(at - 1_764_000_100_000)))
                except (av.FFmpegError, ValueError, MemoryError):
                    continue
    return found


@pytest.mark.parametrize("jump", [1 << 31, -(1 << 30), 90_000 * 3600, -90_000 * 20])
def test_timestamps_that_jump_keep_their_order(jump, tmp_path: Path):
    """An hour ahead, half of the range, backwards: every picture once, in order, near its arrival."""
    desk = Desk(tmp_path)
    packets = []
    for packet in video("vp8", 120):
        data = bytearray(packet.data)
        if packet.at >= 2.0:
            stamp = int.from_bytes(data[4:8], "big") + jump & 0xFFFFFFFF
            data[4:8] = stamp.to_bytes(4, "big")
        packets.append(Packet(bytes(data), packet.at))
    record(desk, "vp8", packets, 4.0)
    assert [number for number, _ in shown(desk)] == list(range(120))
    assert all(abs(at - number * 1000 / 30) < 600 for number, at in shown(desk))
    playable(desk)


@pytest.mark.parametrize("codec", ["vp8", "h264", "opus"])
@pytest.mark.parametrize("seed", range(4))
def test_packets_cut_or_scrambled_anywhere(codec, seed, tmp_path: Path):
    """Every fifth packet is cut short or has bytes of chance in it: no exception, files that are read."""
    chance, desk, mixed = random.Random(seed), Desk(tmp_path), []
    packets = (
        streams.sound_packets(streams.encode_sound(4.0)) if codec == "opus" else video(codec, 120)
    )
    for packet in packets:
        data = bytearray(packet.data)
        if chance.random() < 0.2:
            data = data[: chance.randrange(len(data))]
        elif chance.random() < 0.1:
            data[chance.randrange(len(data))] = chance.randrange(256)
        mixed.append(Packet(bytes(data), packet.at))
    record(desk, codec, mixed, 4.0)
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            assert sum(1 for packet in source.demux() if packet.size) == segment.frames


def test_sizes_that_change_all_the_time(tmp_path: Path):
    """Simulcast layers up and down every second: each picture in a file whose header has its size."""
    desk, frames = Desk(tmp_path), []
    for turn in range(6):
        size = (160, 120) if turn % 2 else (320, 240)
        frames += streams.encode_video("vp8", 40, key_every=40, size=size, first=turn * 40)
    record(desk, "vp8", streams.video_packets("vp8", tuple(frames)), 8.0)
    assert [number for number, _ in shown(desk)] == list(range(240))
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            told = (source.streams[0].width, source.streams[0].height)
            assert {(frame.width, frame.height) for frame in source.decode(video=0)} == {told}
    assert desk.gaps == []


async def test_another_seat_loses_nothing(tmp_path: Path):
    """A hostile camera beside an honest microphone, through the real worker; late joiners, reconnects."""
    reports = Reports()
    recorder = ProcessRecorder(tmp_path / "rec", reports)
    await recorder.start()
    chance, start = random.Random(7), time.monotonic() + 3600
    honest = begin(recorder, "opus", "microphone")
    give(honest, streams.sound_packets(streams.encode_sound(4.0)), start)
    for turn in range(40):
        hostile = begin(recorder, "vp8" if turn % 2 else "h264", "camera")
        for packet in video("vp8", 10):
            junk = bytes(chance.randrange(256) for _ in range(chance.randrange(60)))
            hostile.on_rtp(
                packet.data[: chance.randrange(40)] + junk, start + turn / 10 + packet.at
            )
            hostile.on_sender_report(
                chance.getrandbits(64), chance.getrandbits(32), start + turn / 10
            )
        hostile.on_end("network")
    late = begin(recorder, "vp8", "screen")
    give(late, video("vp8", 60), start + 2)
    late.on_end("closed")
    honest.on_end("closed")
    await recorder.flush("h1")
    await recorder.close()
    sound = [s for s in reports.segments if s.track.source == "microphone"]
    screen = [s for s in reports.segments if s.track.source == "screen"]
    assert sum(segment.frames for segment in sound) == 200
    assert sum(segment.frames for segment in screen) == 60
    assert {gap.track.source for gap in reports.gaps} <= {"camera"}
    assert reports.failures == []


def test_a_codec_that_changes_is_another_track_of_the_same_source(tmp_path: Path):
    """VP8, then H.264 in a new production: two segments, each of its codec, the span between named."""
    desk = Desk(tmp_path)
    first: Track = record(desk, "vp8", video("vp8", 60), 2.0)
    assert first.name.source == "s"
    record(desk, "h264", [Packet(p.data, p.at + 3) for p in video("h264", 60)], 5.0)
    assert [segment.codec for segment in desk.segments] == ["vp8", "h264"]
    assert desk.segments[0].ended_at <= desk.segments[1].started_at
    playable(desk)


@pytest.mark.parametrize("codec", ["vp8", "opus"])
def test_more_frames_than_fit_into_the_time(codec: Codec, tmp_path: Path):
    """Each moment a hundred times, as if it were a hundred; then an honest stream, which stands at its own time and is
    not squeezed in behind a recording that ran ahead of the clock."""
    desk, packets = Desk(tmp_path), []
    honest = (
        streams.sound_packets(streams.encode_sound(6.0))
        if codec == "opus"
        else streams.video_packets(codec, streams.encode_video(codec, 180), mtu=1 << 16)
    )
    for packet in honest:
        for more in range(100 if packet.at < 3 else 1):
            data = bytearray(packet.data)
            data[2:4] = (len(packets) & 0xFFFF).to_bytes(2, "big")
            stamp = int.from_bytes(data[4:8], "big") + more & 0xFFFFFFFF
            data[4:8] = stamp.to_bytes(4, "big")
            packets.append(Packet(bytes(data), packet.at))
    track = record(desk, codec, packets, 6.0)
    begin = int(WALL + BEGIN * 1000)
    assert max(segment.ended_at for segment in desk.segments) - begin <= 6050
    assert track.malformed > 500
    assert {cause for _, _, cause in desk.gaps} == {"malformed"}
    assert desk.gaps[0][0] < 2000
    end = desk.gaps[-1][1]
    assert 2000 < end < 4600
    frames = sum(packet.at * 1000 >= end for packet in honest)
    placed = [at for segment in desk.segments for at in moments(desk, segment.name)]
    assert sum(at - begin >= end - 5 for at in placed) == frames


def moments(desk: Desk, name: str) -> list[int]:
    """When each frame in a file starts, Unix ms."""
    start = int(name.rpartition("/")[2].partition("-")[0])
    with av.open(str(desk.folder / name)) as source:
        stamps = [packet.pts for packet in source.demux(0) if packet.pts is not None]
    return [start + round(stamp) for stamp in stamps]
