"""From a microphone's RTP packets to 16 kHz samples, and when each was said."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import av
import numpy as np

RATE = 16_000
FRAME = 320  # samples of one frame: 20 ms
FRAME_S = FRAME / RATE
OPUS_RATE = 48_000
LONGEST_HOLE_S = 0.2  # a longer one is a silence
DRIFT = 0.001  # seconds a second that a sender's clock may run slow


class Frame(NamedTuple):
    """20 ms of sound, 16-bit little-endian at 16 kHz, said at `at` (monotonic seconds)."""

    pcm: bytes
    at: float


class Sound:
    """One track. Opus is decoded as it comes; what comes late is left out, a short hole is silence."""

    def __init__(self) -> None:
        self._decoder = _decoder()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        self._clock = SenderClock()
        self._sequence: int | None = None
        self._next = 0  # timestamp after the newest packet, unwrapped
        self._rest = b""
        self._rest_at = 0.0

    def feed(self, packet: bytes, received_at: float) -> Iterator[Frame]:
        """The whole frames that this packet completes. Raises ValueError where it cannot be read."""
        parsed = parse(packet)
        if self._sequence is not None:
            ahead = (parsed.sequence - self._sequence) & 0xFFFF
            if ahead == 0 or ahead > 0x8000:
                return
        first, self._sequence = self._sequence is None, parsed.sequence
        timestamp = parsed.timestamp if first else _unwrap(self._next, parsed.timestamp)
        at = self._clock.at(timestamp / OPUS_RATE, received_at)
        hole = 0 if first else (timestamp - self._next) / OPUS_RATE
        pcm, length = self._decode(parsed.payload)
        self._next = timestamp + length
        if 0 < hole <= LONGEST_HOLE_S:
            pcm = bytes(2 * round(hole * RATE)) + pcm
            at -= hole
        elif hole:
            self._rest = b""
        if not self._rest:
            self._rest_at = at
        yield from self._cut(pcm)

    def _cut(self, pcm: bytes) -> Iterator[Frame]:
        data, taken = self._rest + pcm, 0
        while len(data) - taken >= 2 * FRAME:
            yield Frame(data[taken : taken + 2 * FRAME], self._rest_at)
            taken += 2 * FRAME
            self._rest_at += FRAME_S
        self._rest = data[taken:]

    def _decode(self, payload: bytes) -> tuple[bytes, int]:
        """Samples at 16 kHz, and how long they are at 48 kHz."""
        pcm, length = [], 0
        try:
            for frame in self._decoder.decode(av.Packet(payload)):
                length += frame.samples
                frame.pts = None
                pcm += [
                    out.to_ndarray().astype("<i2").tobytes()
                    for out in self._resampler.resample(frame)
                ]
        except av.FFmpegError as error:
            raise ValueError(str(error)) from error
        return b"".join(pcm), length


class SenderClock:
    """When something was said: the fastest packet of late says how far the sender's clock is off."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._seen = 0.0

    def at(self, said: float, received_at: float) -> float:
        """Monotonic seconds of `said`, seconds by the sender's clock."""
        offset = received_at - said
        if self._offset is None or offset < self._offset or offset > self._offset + 5:
            self._offset = offset  # also where the sender began to count anew
        else:
            self._offset = min(offset, self._offset + DRIFT * (received_at - self._seen))
        self._seen = received_at
        return said + self._offset


class Rtp(NamedTuple):
    sequence: int
    timestamp: int
    payload: bytes


def parse(packet: bytes) -> Rtp:
    """RFC 3550, 5.1. ValueError where it lies about its lengths."""
    if len(packet) < 12:
        raise ValueError("no RTP packet")
    start, end = 12 + 4 * (packet[0] & 0x0F), len(packet)
    if packet[0] & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    if packet[0] & 0x20:
        end -= packet[-1]
    if start >= end:
        raise ValueError("nothing in it")
    sequence, timestamp = int.from_bytes(packet[2:4], "big"), int.from_bytes(packet[4:8], "big")
    return Rtp(sequence, timestamp, packet[start:end])


def samples(pcm: bytes) -> Any:
    """As the model takes them: 32-bit floats from -1 to 1."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768


def _unwrap(near: int, timestamp: int) -> int:
    """The number closest to `near` that ends in these 32 bits."""
    return near + ((timestamp - near + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000


def _decoder() -> av.AudioCodecContext:
    decoder = av.AudioCodecContext.create("libopus", "r")
    decoder.sample_rate = OPUS_RATE
    decoder.layout = "mono"
    return decoder
