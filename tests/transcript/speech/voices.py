"""Voices for the tests: buzzing like a throat, in syllables, packed as a browser sends them."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np

from hearing_server.services.media import TrackFormat
from tests.recording.streams import Packet
from tests.signaling.sfu.peer import rtp

RATE = 48_000
FRAME = 960  # 20 ms
LOW, HIGH = (250.0, 500.0), (2600.0, 3300.0)  # where its two formants are
FORMAT = TrackFormat(kind="audio", codec="opus", payload_type=111, clock_rate=RATE, channels=2)


def voice(formants: tuple[float, float], seconds: float, pitch: float = 130.0) -> np.ndarray:
    """Samples from -1 to 1: harmonics that stand out at the formants, four syllables a second."""
    t = np.arange(round(seconds * RATE)) / RATE
    harmonics = pitch * np.arange(1, 28)
    weight = sum(np.exp(-(((harmonics - f) / 160) ** 2)) for f in formants) + 0.01
    sound = (weight[:, None] * np.sin(2 * np.pi * harmonics[:, None] * t)).sum(0)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * t)
    return 0.5 * syllables * sound / np.abs(sound).max()


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def encoded(sound: np.ndarray) -> list[bytes]:
    """Opus frames of 20 ms."""
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.open()
    found: list[bytes] = []
    pcm = (sound * 32767).astype(np.int16)
    for at in range(0, len(pcm) - FRAME + 1, FRAME):
        frame = av.AudioFrame.from_ndarray(pcm[None, at : at + FRAME], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


def packets(sound: np.ndarray, first: int = 0, ssrc: int = 2000) -> Iterator[Packet]:
    """RTP packets and when each is sent, seconds from the beginning; the first has number `first`."""
    for number, payload in enumerate(encoded(sound), first):
        data = rtp(number & 0xFFFF, number * FRAME, ssrc=ssrc, payload_type=111, payload=payload)
        yield Packet(data, (number - first) * FRAME / RATE)
