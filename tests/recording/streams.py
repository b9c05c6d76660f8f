"""Real encoded media for the tests: pictures and sound that tell their own time, packed into RTP."""

import functools
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from hearing_server.services.media import Codec, TrackFormat

FORMATS: dict[Codec, TrackFormat] = {
    "vp8": TrackFormat(kind="video", codec="vp8", payload_type=96, clock_rate=90_000),
    "h264": TrackFormat(kind="video", codec="h264", payload_type=97, clock_rate=90_000),
    "opus": TrackFormat(
        kind="audio", codec="opus", payload_type=111, clock_rate=48_000, channels=2
    ),
}
BITS = 10
FPS = 30
FRAME_S = 1 / FPS
TONE_MS = 100  # one tone of the scale lasts this long
TONES = [400 + 150 * index for index in range(16)]


@dataclass(frozen=True)
class Packet:
    """One RTP packet and when it is sent, seconds since the start of the stream."""

    data: bytes
    at: float


def picture(number: int, width: int, height: int) -> av.VideoFrame:
    """A frame whose bright and dark columns are its number in binary."""
    luma = np.zeros((height * 3 // 2, width), np.uint8)
    luma[height:] = 128
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        luma[:height, left:right] = 220 if number >> bit & 1 else 30
    return av.VideoFrame.from_ndarray(luma, format="yuv420p")


def read_number(frame: av.VideoFrame) -> int:
    """The number in a decoded frame."""
    luma = frame.to_ndarray(format="gray")
    height, width = luma.shape
    middle = luma[height // 4 : height * 3 // 4]
    number = 0
    for bit in range(BITS):
        left, right = width * bit // BITS + 3, width * (bit + 1) // BITS - 3
        number |= int(middle[:, left:right].mean() > 125) << bit
    return number


@functools.cache
def encode_video(
    codec: Codec,
    count: int,
    key_every: int = 30,
    size: tuple[int, int] = (160, 120),
    first: int = 0,
) -> tuple[bytes, ...]:
    """`count` encoded frames numbered from `first`; every `key_every`th is a key frame."""
    encoder = av.CodecContext.create("libvpx" if codec == "vp8" else "libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.framerate = Fraction(FPS)
    encoder.gop_size = key_every
    encoder.thread_count = 1
    encoder.bit_rate = 400_000
    encoder.options = (
        {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
        if codec == "vp8"
        else {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    )
    frames: list[bytes] = []
    for index in range(count):
        shown = picture(first + index, *size)
        shown.pts = index
        frames += (bytes(packet) for packet in encoder.encode(shown))
    frames += (bytes(packet) for packet in encoder.encode(None))
    assert len(frames) == count
    return tuple(frames)


@functools.cache
def encode_sound(seconds: float) -> tuple[bytes, ...]:
    """Opus of 20 ms a packet; the tone of each 100 ms says when it is (`TONES`, repeating)."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.options = {"application": "lowdelay", "frame_duration": "20"}
    encoder.bit_rate = 96_000
    time = np.arange(int(seconds * 48_000)) / 48_000
    hertz = np.array(TONES)[(time * 1000 / TONE_MS).astype(int) % len(TONES)]
    wave = (np.sin(2 * np.pi * np.cumsum(hertz) / 48_000) * 12_000).astype(np.int16)
    packets: list[bytes] = []
    for start in range(0, len(wave), 960):
        part = np.repeat(wave[start : start + 960], 2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, start
        packets += (bytes(packet) for packet in encoder.encode(frame))
    return tuple(packets)


def rtp(
    payload: bytes, sequence: int, timestamp: int, marker: bool = False, payload_type: int = 96
) -> bytes:
    """One RTP packet."""
    second = payload_type | (0x80 if marker else 0)
    head = struct.pack(">BBHII", 0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0x1234)
    return head + payload


def vp8_payloads(frame: bytes, picture_id: int, mtu: int = 1100) -> Iterator[bytes]:
    """RFC 7741 payloads with a 15-bit picture id."""
    for at in range(0, len(frame), mtu):
        start = 0x10 if at == 0 else 0
        yield (
            bytes([0x80 | start, 0x80])
            + struct.pack(">H", 0x8000 | picture_id & 0x7FFF)
            + frame[at : at + mtu]
        )


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units of an Annex B frame."""
    parts = annex_b.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [part for part in parts if part]


def h264_payloads(frame: bytes, mtu: int = 1100) -> Iterator[bytes]:
    """RFC 6184 payloads: small units together as STAP-A, large ones as FU-A."""
    small: list[bytes] = []
    for unit in nal_units(frame):
        if len(unit) < 200:
            small.append(unit)
            continue
        yield from _stap(small)
        small = []
        yield from _fu(unit, mtu) if len(unit) > mtu else iter([unit])
    yield from _stap(small)


def _stap(units: list[bytes]) -> Iterator[bytes]:
    if len(units) == 1:
        yield units[0]
    elif units:
        yield b"\x78" + b"".join(struct.pack(">H", len(unit)) + unit for unit in units)


def _fu(unit: bytes, mtu: int) -> Iterator[bytes]:
    for at in range(1, len(unit), mtu):
        flags = (0x80 if at == 1 else 0) | (0x40 if at + mtu >= len(unit) else 0)
        yield bytes([unit[0] & 0xE0 | 28, unit[0] & 0x1F | flags]) + unit[at : at + mtu]


def video_packets(
    codec: Codec,
    frames: tuple[bytes, ...],
    sequence: int = 65_500,
    timestamp: int = 2**32 - 90_000,
    mtu: int = 1100,
) -> list[Packet]:
    """Packets of frames at 30 a second; sequence numbers and timestamps wrap early on."""
    packets = []
    for index, frame in enumerate(frames):
        payloads = list(
            vp8_payloads(frame, index, mtu) if codec == "vp8" else h264_payloads(frame, mtu)
        )
        for part, payload in enumerate(payloads):
            last = part == len(payloads) - 1
            data = rtp(
                payload, sequence, timestamp + index * 3000, last, FORMATS[codec].payload_type
            )
            packets.append(Packet(data, index * FRAME_S))
            sequence += 1
    return packets


def sound_packets(
    frames: tuple[bytes, ...], sequence: int = 65_530, timestamp: int = 2**32 - 4800
) -> list[Packet]:
    """Packets of 20 ms."""
    return [
        Packet(rtp(frame, sequence + index, timestamp + index * 960, index == 0, 111), index * 0.02)
        for index, frame in enumerate(frames)
    ]


def disturb(
    packets: list[Packet], seed: int, loss: float = 0, reorder: float = 0, duplicate: float = 0
) -> list[Packet]:
    """The same packets after a bad line; the first is always spared."""
    chance = random.Random(seed)
    out: list[Packet] = []
    for packet in packets[1:]:
        if chance.random() < loss:
            continue
        late = chance.random() * 0.15 if chance.random() < reorder else 0
        out.append(Packet(packet.data, packet.at + late))
        if chance.random() < duplicate:
            out.append(Packet(packet.data, packet.at + 0.03))
    return [packets[0], *sorted(out, key=lambda packet: packet.at)]
