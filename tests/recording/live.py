"""A party with a camera that shows the time and a microphone that plays it, over a real line to a real
SFU and recorder; and what their recording says, read from its files alone.

A moment is seconds since the studio's `zero`: picture n is of the moment n/30, a tone begins every 0.1 s.
"""

import asyncio
import heapq
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from hearing_server.services.media import Codec, PacketSink, SegmentClosed, TrackName
from recording.recorder import ProcessRecorder
from signaling.sfu import Producer, Sfu, rtcp
from tests.signaling.sfu.peer import Peer, opus, vp8

from . import streams
from .reports import Reports

WALL_S = 1_764_000_000.0  # the calendar of these recordings at monotonic 0
NTP_BASE = 3_973_000_000.0
REPORT_S = 0.5
ENCODING = {"camera": 0.12, "microphone": 0.02}  # s from the moment to its packets
HOP = 240  # samples: 5 ms
WINDOW = 960
NUMBERS = 1 << streams.BITS
TONES_S = len(streams.TONES) * streams.TONE_MS / 1000


def anchor(hearing: str) -> float:
    """The clock of the hearings here: Unix ms at monotonic 0."""
    return WALL_S * 1000


def h264(ssrc: int) -> dict[str, Any]:
    """RtpParameters of a camera that sends H.264."""
    parameters = vp8(ssrc)
    parameters["codecs"] = [
        {
            "mimeType": "video/H264",
            "payloadType": 97,
            "clockRate": 90000,
            "parameters": {
                "packetization-mode": 1,
                "level-asymmetry-allowed": 1,
                "profile-level-id": "42e01f",
            },
            "rtcpFeedback": [],
        }
    ]
    return parameters


@dataclass(kw_only=True)
class Sent:
    """One packet to send: when, and of which moment."""

    at: float
    moment: float
    data: bytes


class Track:
    """One source over one SSRC: a producer at the SFU and the recorder's sink."""

    def __init__(self, source: str, codec: Codec, producer: Producer, sink: PacketSink) -> None:
        self.source, self.codec = source, codec
        self.producer, self.sink = producer, sink
        self.sequence = random.randrange(1 << 16)
        self.base = random.randrange(1 << 32)
        self.packets = 0

    @property
    def rate(self) -> int:
        return streams.FORMATS[self.codec].clock_rate

    def timestamp(self, moment: float) -> int:
        return self.base + round(moment * self.rate) & 0xFFFFFFFF

    def end(self, cause: str) -> None:
        self.producer.remove_sink(self.sink)
        self.producer.close()
        self.sink.on_end(cause)


SMALL, LARGE = (160, 120), (320, 240)
Take = tuple[Codec, float, float, tuple[int, int]]  # from a moment to another


class Studio:
    """`loss` is the share of media packets that never leave."""

    def __init__(
        self, sfu: Sfu, recorder: ProcessRecorder, *, party: str = "judge", loss: float = 0.0
    ) -> None:
        self.zero = 0.0  # monotonic; set by `rehearse`
        self.moments: dict[str, list[float]] = {"camera": [], "microphone": []}  # of what was sent
        self._sfu, self._recorder, self._party = sfu, recorder, party
        self._chance, self._loss = random.Random(7), loss
        self._peer: Peer | None = None
        self._transport: Any = None
        self._ssrc = 1000

    async def rehearse(self, *takes: "Take") -> None:
        """Encode everything that will be played; then the clock runs."""
        for take in takes:
            await asyncio.to_thread(list, frames(*take))
        self.zero = time.monotonic() + 0.2

    async def connect(self) -> None:
        """A new line, in the place of the old one."""
        await self.hang_up()
        self._transport = self._sfu.create_transport(lambda state: None)
        self._peer = await Peer(self._transport.parameters()).connect(self._transport)

    async def hang_up(self) -> None:
        if self._peer is not None:
            await self._peer.close()
            self._transport.close()
            self._peer = None

    def produce(self, source: str, codec: Codec) -> Track:
        """A new SSRC, recorded."""
        self._ssrc += 1
        parameters = {"opus": opus, "vp8": vp8, "h264": h264}[codec](self._ssrc)
        producer = self._transport.produce(streams.FORMATS[codec].kind, parameters)
        name = TrackName(hearing="h1", party=self._party, source=source)
        sink = self._recorder.record(name, producer.format, producer.request_spare_keyframe)
        producer.add_sink(sink)
        return Track(source, codec, producer, sink)

    async def play(
        self,
        tracks: Sequence[Track],
        begin: float,
        end: float,
        size: tuple[int, int] = SMALL,
    ) -> None:
        """Send what is seen and heard from one moment to another, in real time."""
        lines = [self._packets(track, begin, end, size) for track in tracks]
        lines += [self._reports(track, begin, end) for track in tracks]
        for sent, track in heapq.merge(*lines, key=lambda pair: pair[0].at):
            ahead = self.zero + sent.at - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
            self._send(track, sent)
        assert self._peer is not None
        await self._peer.settle()

    def _packets(
        self, track: Track, begin: float, end: float, size: tuple[int, int]
    ) -> Iterator[tuple[Sent, Track]]:
        kind = streams.FORMATS[track.codec].payload_type
        for moment, payloads in frames(track.codec, begin, end, size):
            for index, payload in enumerate(payloads):
                last = track.source == "camera" and index == len(payloads) - 1
                data = streams.rtp(
                    payload, track.sequence, track.timestamp(moment), last, payload_type=kind
                )
                track.sequence += 1
                ssrc = track.producer.production.ssrc or 0
                yield (
                    Sent(
                        at=moment + ENCODING[track.source],
                        moment=moment,
                        data=data[:8] + ssrc.to_bytes(4, "big") + data[12:],
                    ),
                    track,
                )

    def _reports(self, track: Track, begin: float, end: float) -> Iterator[tuple[Sent, Track]]:
        moment = begin + 0.3
        while moment < end:
            yield Sent(at=moment, moment=moment, data=b""), track
            moment += REPORT_S

    def _send(self, track: Track, sent: Sent) -> None:
        assert self._peer is not None
        if not sent.data:
            ssrc = track.producer.production.ssrc or 0
            info = rtcp.SenderInfo(
                ssrc=ssrc,
                ntp=int((NTP_BASE + sent.moment) * (1 << 32)),
                rtp=track.timestamp(sent.moment),
                packets=track.packets,
                octets=0,
            )
            self._peer.send_rtcp(rtcp.make_report(ssrc, [], info))
            return
        track.packets += 1
        moments = self.moments[track.source]
        if not moments or moments[-1] != sent.moment:
            moments.append(sent.moment)
        if self._chance.random() >= self._loss:
            self._peer.send_rtp(sent.data)


def frames(
    codec: Codec, begin: float, end: float, size: tuple[int, int]
) -> Iterator[tuple[float, list[bytes]]]:
    """Each frame of a span: its moment and its payloads."""
    if codec == "opus":
        first = round(begin * 50)
        for number, packet in enumerate(streams.encode_sound(end)[first:], first):
            yield number / 50, [packet]
        return
    first, split = round(begin * streams.FPS), streams.vp8_payloads
    count = round((end - begin) * streams.FPS)
    for index, frame in enumerate(streams.encode_video(codec, count, size=size, first=first)):
        payloads = split(frame, first + index) if codec == "vp8" else streams.h264_payloads(frame)
        yield (first + index) / streams.FPS, list(payloads)


Placed = list[tuple[float, float]]  # moment; ms by which it stands later than it was


class Film:
    """What the files say: every moment that is to be seen and heard in them, and where it stands."""

    def __init__(self, folder: Path, reports: Reports, studio: Studio) -> None:
        self._folder, self._reports = folder, reports
        self._zero_ms = (studio.zero + WALL_S) * 1000
        self._party = studio._party
        self.pictures = self._read("camera")
        self.sounds = self._read("microphone")

    def apart(self, begin: float = 0.0, end: float = 1e9) -> float:
        """The most that sound and picture are apart, ms, second by second by its middle."""
        pictures, sounds = _by_second(self.pictures), _by_second(self.sounds)
        seconds = [s for s in pictures.keys() & sounds.keys() if begin <= s < end]
        assert len(seconds) >= 2, f"nothing to compare: {pictures.keys()}, {sounds.keys()}"
        return max(abs(pictures[second] - sounds[second]) for second in seconds)

    def unnamed(self, studio: Studio, source: str, step: float) -> list[float]:
        """Moments that were sent, are not in the file, and lie in no gap that is named."""
        there = {round(moment / step) for moment, _ in (self._placed(source))}
        gaps = [
            (gap.started_at, gap.ended_at)
            for gap in self._reports.gaps
            if gap.track.source == source and gap.track.party == self._party
        ]
        late = ENCODING[source] * 1000 + 40
        return [
            moment
            for moment in studio.moments[source]
            if round(moment / step) not in there
            and not any(
                start - late <= self._zero_ms + moment * 1000 <= end + late for start, end in gaps
            )
        ]

    def _placed(self, source: str) -> Placed:
        return self.pictures if source == "camera" else self._heard_frames()

    def _heard_frames(self) -> Placed:
        """Of sound, every packet of 20 ms that is in the files, by where it stands."""
        found = []
        for segment in self._segments("microphone"):
            with av.open(str(self._folder / segment.name)) as file:
                for packet in file.demux():
                    if packet.pts is not None and packet.size:
                        stands = segment.started_at + float(packet.pts * packet.time_base) * 1000
                        error = _middle([error for _, error in self.sounds])
                        found.append(((stands - error - self._zero_ms) / 1000, error))
        return found

    def _segments(self, source: str) -> list[SegmentClosed]:
        return [
            segment
            for segment in self._reports.segments
            if (segment.track.party, segment.track.source) == (self._party, source)
        ]

    def _read(self, source: str) -> Placed:
        found: Placed = []
        for segment in self._segments(source):
            with av.open(str(self._folder / segment.name)) as file:
                read = _numbers(file) if source == "camera" else _tones(file)
                for at, shown, wraps in read:
                    stands = segment.started_at + at * 1000 - self._zero_ms
                    turns = round((stands / 1000 - shown) / wraps)
                    moment = shown + turns * wraps
                    found.append((moment, stands - moment * 1000))
        return found


def _numbers(file: Any) -> Iterator[tuple[float, float, float]]:
    """Of each picture: where it stands in the file, the moment that it shows, after what that repeats."""
    for frame in file.decode(video=0):
        yield frame.time, streams.read_number(frame) / streams.FPS, NUMBERS / streams.FPS


def _tones(file: Any) -> Iterator[tuple[float, float, float]]:
    """Of each change from one tone to the next: the same."""
    parts = [(frame.time, frame.to_ndarray()) for frame in file.decode(audio=0)]
    if not parts:
        return
    start = parts[0][0]
    samples = round((parts[-1][0] - start) * 48_000) + parts[-1][1].shape[-1]
    wave = np.zeros(samples + WINDOW, np.float32)
    for at, part in parts:
        mono = part[0] if part.shape[0] > 1 else part.reshape(-1, 2)[:, 0]
        begin = round((at - start) * 48_000)
        wave[begin : begin + len(mono)] = mono
    heard = [_tone(wave[at : at + WINDOW]) for at in range(0, samples, HOP)]
    steady = TONE_HOPS // 2
    for index in range(steady, len(heard) - steady):
        before, after = set(heard[index - steady : index - 4]), set(heard[index : index + steady])
        if len(before) == len(after) == 1:
            one, other = before.pop(), after.pop()
            if one is not None and other == (one + 1) % len(streams.TONES):
                first = next(i for i in range(index - 4, index + 1) if heard[i] == other)
                at = start + (first * HOP + WINDOW / 2) / 48_000
                yield at, other * streams.TONE_MS / 1000, TONES_S


TONE_HOPS = streams.TONE_MS * 48 // HOP
_TIME = np.arange(WINDOW) / 48_000
_PROBES = np.exp(-2j * np.pi * np.outer(np.array(streams.TONES), _TIME)) * np.hanning(WINDOW)


def _tone(part: np.ndarray) -> int | None:
    """Which tone is to be heard, None for none."""
    power = np.abs(_PROBES @ part)
    best = int(power.argmax())
    loud = float(np.sqrt((part**2).mean()))
    return best if loud > 1e-3 and power[best] > 0.3 * loud * WINDOW / 2 else None


def _by_second(placed: Placed) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for moment, error in placed:
        found.setdefault(int(moment), []).append(error)
    return {second: _middle(errors) for second, errors in found.items() if len(errors) >= 3}


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
