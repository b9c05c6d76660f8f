"""What an Opus packet has to be, held against a real decoder."""

import random

import av
import pytest

from recording.opus import duration

from . import streams

TWENTY = 0b11111_000  # CELT, 20 ms
TEN = 0b00000_000  # SILK, 10 ms


@pytest.mark.parametrize(
    ("packet", "length"),
    [
        (b"", 0),  # R1
        (bytes([TWENTY]), 20),
        (bytes([TWENTY]) + bytes(1275), 20),
        (bytes([TWENTY]) + bytes(1276), 0),  # R2
        (bytes([TWENTY | 1]) + bytes(80), 40),
        (bytes([TWENTY | 1]) + bytes(81), 0),  # R3
        (bytes([TWENTY | 2, 10]) + bytes(30), 40),
        (bytes([TWENTY | 2, 31]) + bytes(30), 0),  # R4
        (bytes([TWENTY | 2, 252]) + bytes(1), 0),
        (bytes([TWENTY | 3]), 0),  # R5
        (bytes([TWENTY | 3, 0]), 0),
        (bytes([TEN | 3, 12]), 120),
        (bytes([TEN | 3, 13]), 0),
        (bytes([TWENTY | 3, 3]) + bytes(30), 60),
        (bytes([TWENTY | 3, 3]) + bytes(31), 0),  # R6
        (bytes([TWENTY | 3, 64 | 3, 1]) + bytes(31), 60),
        (bytes([TWENTY | 3, 64 | 3, 255, 0]) + bytes(253), 0),
        (bytes([TWENTY | 3, 128 | 3, 5, 6]) + bytes(20), 60),
        (bytes([TWENTY | 3, 128 | 3, 5, 16]) + bytes(20), 0),  # R7
        (bytes([TWENTY | 3, 128 | 3, 5]), 0),
        (bytes([TWENTY | 3, 192 | 2, 2, 3]) + bytes(10), 40),
    ],
)
def test_each_of_the_seven_requirements(packet: bytes, length: int):
    assert duration(packet) == length


def test_an_encoders_own_packets():
    assert {duration(packet) for packet in streams.encode_sound(0.2)} == {20}


def hostile(chance: random.Random) -> bytes:
    """Bytes of chance, mostly with a first byte and counts that are nearly right."""
    size = chance.choice([2, 3, 4, 5, 8, 20, 80, 300, 1276, 1277, 2551, 2552, 2553, 3000])
    packet = bytearray(chance.randbytes(size))
    packet[0] = packet[0] & 0xFC | chance.choice([0, 1, 2, 3, 3, 3])
    if chance.random() < 0.7:
        packet[1] = packet[1] & 0xC0 | chance.choice([1, 2, 3, 4, 6, 12, 24, 48])
    for at in range(2, min(size, 8)):
        packet[at] = chance.choice([packet[at], 0, 1, 3, 10, 251, 252, 254, 255])
    return bytes(packet)


def test_what_is_taken_is_what_a_decoder_takes():
    """libopus on four thousand packets: not one is judged otherwise."""
    chance = random.Random(7)
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "stereo"
    taken = 0
    for _ in range(4_000):
        packet = hostile(chance)
        try:
            samples = sum(frame.samples for frame in decoder.decode(av.Packet(packet)))
        except av.FFmpegError:
            samples = 0
        assert duration(packet) == samples / 48, packet[:12].hex()
        taken += bool(samples)
    assert 800 < taken < 3_200
