"""Payloads to frames: real streams whole, bad ones counted and never raised."""

import random
import struct

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording import h264
from recording.depacketise import MAX_FRAME, Frame, depacketiser

from . import streams

VIDEO = ["vp8", "h264"]
HEAD = 12  # bytes of the RTP header the tests write


def payloads(codec: str, count: int = 60, **options) -> list[tuple[bytes, int, bool]]:
    packets = streams.video_packets(codec, streams.encode_video(codec, count, **options), mtu=300)
    return [
        (packet.data[HEAD:], struct.unpack(">I", packet.data[4:8])[0], packet.data[1] > 127)
        for packet in packets
    ]


def decode(codec: str, frames: list[Frame]) -> list[int]:
    """The numbers in the pictures; raises when anything does not decode."""
    decoder = av.CodecContext.create("vp8" if codec == "vp8" else "h264", "r")
    if codec == "h264":
        decoder.extradata = frames[0].private
    shown = [picture for frame in frames for picture in decoder.decode(av.Packet(frame.data))]
    return [streams.read_number(picture) for picture in shown + decoder.decode(None)]


@pytest.mark.parametrize("codec", VIDEO)
def test_a_whole_stream_comes_out_frame_by_frame(codec):
    """Every frame of a real encoder decodes; key frames tell the picture's size."""
    unit, frames = depacketiser(codec), []
    for payload, timestamp, marker in payloads(codec):
        frames += unit.push(payload, timestamp, marker, 0)
    assert decode(codec, frames) == list(range(60))
    keys = [frame for frame in frames if frame.key]
    assert len(keys) >= 2
    assert all((frame.width, frame.height) == (160, 120) for frame in keys)
    assert unit.malformed == 0


@pytest.mark.parametrize("codec", VIDEO)
@pytest.mark.parametrize("seed", range(4))
def test_after_a_loss_frames_wait_for_a_key_frame(codec, seed):
    """What comes out after losses decodes without an error, and every picture is the right one."""
    chance, unit, frames, lost = random.Random(seed), depacketiser(codec), [], 0
    for payload, timestamp, marker in payloads(codec, key_every=10):
        if chance.random() < 0.06:
            lost += 1
            continue
        frames += unit.push(payload, timestamp, marker, lost)
        lost = 0
    numbers = decode(codec, frames)
    assert 10 < len(numbers) < 60
    first = struct.unpack(">I", streams.rtp(b"", 0, 2**32 - 90_000)[4:8])[0]
    assert numbers == [((frame.timestamp - first) % 2**32) // 3000 for frame in frames]


@pytest.mark.parametrize("codec", VIDEO)
def test_a_lost_marker_alone_ends_no_frame_early(codec):
    """Without any marker bit the next timestamp ends a frame."""
    unit, frames = depacketiser(codec), []
    for payload, timestamp, _ in payloads(codec):
        frames += unit.push(payload, timestamp, False, 0)
    assert decode(codec, frames) == list(range(59))


@pytest.mark.parametrize("codec", VIDEO)
def test_a_recording_that_starts_late_starts_with_a_key_frame(codec):
    """Frames before the first key frame are left out, and the unit says that it waits."""
    late = payloads(codec, key_every=30)[5:]
    unit, frames = depacketiser(codec), []
    for payload, timestamp, marker in late:
        frames += unit.push(payload, timestamp, marker, 0)
        assert unit.waiting is not bool(frames)
    assert frames[0].key
    assert decode(codec, frames) == list(range(30, 60))


@pytest.mark.parametrize("codec", [*VIDEO, "opus"])
@settings(max_examples=60)
@given(data=st.data())
def test_hostile_payloads_never_raise(codec, data):
    """Any bytes, in any order, with any losses: no exception, nothing impossible comes out."""
    unit = depacketiser(codec)
    start = st.sampled_from([b"\x10", b"\x90\x80\x80\x01", b"\x78", b"\x7c\x85", b"\x67\x42", b""])
    for _ in range(data.draw(st.integers(1, 12))):
        payload = data.draw(start) + data.draw(st.binary(max_size=40))
        for frame in unit.push(
            payload,
            data.draw(st.integers(0, 3)),
            data.draw(st.booleans()),
            data.draw(st.integers(0, 1)),
        ):
            assert frame.data


@pytest.mark.parametrize("codec", VIDEO)
@settings(max_examples=60)
@given(data=st.data())
def test_truncated_and_flipped_payloads_never_raise(codec, data):
    """A real stream with packets cut short or changed is counted or passed, never raised."""
    unit = depacketiser(codec)
    for payload, timestamp, marker in payloads(codec, 12):
        if data.draw(st.integers(0, 9)) == 0:
            payload = payload[: data.draw(st.integers(0, len(payload)))]
        if payload and data.draw(st.integers(0, 9)) == 0:
            at = data.draw(st.integers(0, min(12, len(payload) - 1)))
            payload = payload[:at] + bytes([data.draw(st.integers(0, 255))]) + payload[at + 1 :]
        unit.push(payload, timestamp, marker, 0)


@pytest.mark.parametrize(
    ("codec", "first", "rest"),
    [("vp8", b"\x10", b"\x00"), ("h264", b"\x7c\x85\x80", b"\x7c\x05")],
)
def test_a_frame_without_end_is_given_up(codec, first, rest):
    """A frame that grows beyond the limit is dropped, counted, and its memory freed."""
    unit, body = depacketiser(codec), bytes(60_000)
    for index in range(2 * MAX_FRAME // len(body)):
        assert not unit.push((rest if index else first) + body, 1, False, 0)
    assert unit.malformed == 1
    assert unit.waiting
    assert unit._picture._size == 0


@settings(max_examples=60)
@given(junk=st.binary(max_size=60))
def test_broken_parameter_sets_have_no_size(junk):
    """Any bytes as a sequence parameter set give a possible size or none."""
    size = h264.dimensions(b"\x67" + junk)
    assert size is None or (0 < size[0] <= 16_384 and 0 < size[1] <= 16_384)


@pytest.mark.parametrize("size", [(160, 120), (640, 360), (1280, 720), (178, 144)])
def test_sizes_are_read_from_real_parameter_sets(size):
    """Cropping included."""
    frame = streams.encode_video("h264", 1, size=size)[0]
    sps = next(unit for unit in streams.nal_units(frame) if unit[0] & 31 == 7)
    assert h264.dimensions(sps) == size


@pytest.mark.parametrize("codec", VIDEO)
@pytest.mark.parametrize("seed", range(4))
def test_what_a_loss_left_is_not_the_senders_doing(codec, seed):
    """However the packets of an honest stream are lost, none of the rest counts as malformed."""
    chance, unit, lost = random.Random(seed), depacketiser(codec), 0
    for payload, timestamp, marker in payloads(codec, key_every=10)[chance.randrange(5) :]:
        if chance.random() < 0.2:
            lost += 1
            continue
        unit.push(payload, timestamp, marker, lost)
        lost = 0
    assert unit.malformed == 0
