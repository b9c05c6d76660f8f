"""Senders that number their packets anew, and two that share a stream: playable files, and what is not in
them is named."""

from pathlib import Path

import pytest

from hearing_server.services.media import Codec

from . import streams
from .streams import Packet
from .test_hostile import playable
from .test_track import BEGIN, WALL, Desk, record, shown


def numbered(packets: list[Packet], by: int, when: str = "always") -> list[Packet]:
    """So many further on, always or from each second second on."""
    moved = []
    for packet in packets:
        number = int.from_bytes(packet.data[2:4], "big") + by * (
            when == "always" or packet.at % 2 >= 1
        )
        data = packet.data[:2] + (number & 0xFFFF).to_bytes(2, "big") + packet.data[4:]
        moved.append(Packet(data, packet.at))
    return moved


def media(codec: Codec, seconds: int) -> list[Packet]:
    if codec == "opus":
        return streams.sound_packets(streams.encode_sound(float(seconds)))
    frames = streams.encode_video(codec, seconds * streams.FPS, key_every=streams.FPS)
    return streams.video_packets(codec, frames)


def spans(desk: Desk) -> list[tuple[float, float]]:
    """ms since the beginning that files hold."""
    begin = WALL + BEGIN * 1000
    return [(one.started_at - begin, one.ended_at - begin) for one in desk.segments]


@pytest.mark.parametrize("by", [1000, 2500, 20_000, 40_000])
def test_sound_that_is_numbered_anew_every_second(by: int, tmp_path: Path):
    """A change of less than 3,000 ahead looks like a loss, for which 0.4 s are waited; nothing is missing."""
    desk = Desk(tmp_path)
    packets = numbered(media("opus", 6), by, "every second second")
    record(desk, "opus", packets, 6.0, "microphone")
    assert sum(segment.frames for segment in desk.segments) == len(packets)
    playable(desk)


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize("by", [1000, 20_000])
def test_pictures_that_are_numbered_anew_at_a_key_frame(codec: Codec, by: int, tmp_path: Path):
    desk = Desk(tmp_path)
    packets = numbered(media(codec, 6), by, "every second second")
    record(desk, codec, packets, 6.0, "camera")
    assert [number for number, _ in shown(desk)] == list(range(6 * streams.FPS))
    playable(desk)


@pytest.mark.parametrize("codec", ["opus", "vp8", "h264"])
@pytest.mark.parametrize("apart", [1000, 20_000])
def test_two_that_share_a_stream_leave_no_silent_hole(codec: Codec, apart: int, tmp_path: Path):
    """Their packets take turns: sound of both is kept, pictures of such a mixture can be of neither; what no
    file holds is a gap."""
    desk = Desk(tmp_path)
    packets = media(codec, 8)
    mixed = sorted([*packets, *numbered(packets, apart)], key=lambda packet: packet.at)
    record(desk, codec, mixed, 8.0)
    seen = {number for number, _ in shown(desk)} if codec != "opus" else set()
    for at in range(100, 7900, 33):
        held = any(span[0] <= at < span[1] for span in spans(desk))
        named = any(start - 40 <= at <= end + 40 for start, end, _ in desk.gaps)
        assert named or (held and (codec == "opus" or at * streams.FPS // 1000 in seen)), at
    assert {cause for *_, cause in desk.gaps} <= {"network", "malformed"}
    assert len(desk.gaps) < 20
    playable(desk)
    if codec == "opus":
        assert sum(segment.frames for segment in desk.segments) > 700
