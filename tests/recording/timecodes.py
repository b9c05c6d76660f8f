"""Parties that are simulated as fast as the machine can: every frame carries the moment it shows.

The bytes are not decodable media but pass for VP8 and Opus; what matters is when they come and
where in the recording they end up. Times are seconds since the start of the simulation.
"""

import heapq
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av

from hearing_server.services.media import Codec, RecordingGap, SegmentClosed, TrackName
from recording.disk import Disk, Disks
from recording.part import Part
from recording.party_clock import PartyClock
from recording.segment import Finished, make_durable
from recording.track import Track
from recording.wire import Open

from . import streams

WALL = 1_764_000_000_000.0
NTP_BASE = 3_973_000_000.0  # seconds since 1900
TICK_S = 0.05


@dataclass(kw_only=True)
class Line:
    """How packets travel: `delay` s at least, now and then more; some never come."""

    seed: int = 1
    loss: float = 0.0
    delay: float = 0.04
    jitter: float = 0.03

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def arrival(self, sent: float) -> float | None:
        chance = self._chance
        if chance.random() < self.loss:
            return None
        late = chance.random() * self.jitter if chance.random() < 0.5 else 0.0
        return sent + self.delay + late


@dataclass(kw_only=True)
class Source:
    """One track of one connection. `encoding` is how much later than its moment a frame is sent;
    `ppm` is how fast its timestamps run; `silent` says when DTX sends a packet every 400 ms alone.
    """

    codec: Codec
    start: float
    end: float
    step: float
    encoding: float = 0.0
    ppm: float = 0.0
    silent: Callable[[float], bool] = lambda at: False
    first: int = 0
    ntp: Callable[[float], float] = lambda at: at  # the sender's clock, seconds
    reports: bool = True
    key_wanted: bool = field(default=True, init=False)

    def rtp(self, at: float) -> int:
        rate = streams.FORMATS[self.codec].clock_rate
        return int(at * rate * (1 + self.ppm * 1e-6)) + self.first & 0xFFFFFFFF

    def frames(self) -> Iterator[tuple[float, float, bytes]]:
        """When sent, the moment shown, the packet."""
        sequence, at, quiet_since = 0, self.start, -1.0
        while at < self.end:
            if self.silent(at) and at - quiet_since < 0.4:
                at += self.step
                continue
            quiet_since = at
            yield at + self.encoding, at, self._packet(sequence, at)
            sequence += 1
            at += self.step

    def _packet(self, sequence: int, at: float) -> bytes:
        code = struct.pack(">d", at)
        if self.codec == "opus":
            return streams.rtp(b"\x78" + code, sequence, self.rtp(at), payload_type=111)
        key, self.key_wanted = self.key_wanted, False
        head = b"\x10\0\0\x9d\x01\x2a\xa0\0\x78\0" if key else b"\x11" + bytes(9)
        return streams.rtp(b"\x10" + head + code, sequence, self.rtp(at), marker=True)


class Desk:
    """Takes what one track leaves."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.folder = folder
        self.segments: list[SegmentClosed] = []
        self.gaps: list[RecordingGap] = []
        self._source = source

    def ask(self, track: int) -> None:
        self._source.key_wanted = True

    def gap(self, gap: RecordingGap) -> None:
        self.gaps.append(gap)

    def complete(self, finished: Finished) -> None:
        closed = make_durable(finished).closed
        assert closed is not None
        self.segments.append(closed)

    def sync(self, part: Part, until: int) -> None:
        part.sync(until)

    def disk_failed(self, hearing: str, disk: Disk, error: OSError) -> None:
        raise AssertionError(f"the disk failed: {error}") from error


@dataclass(kw_only=True)
class Seat:
    """One source of a party over one line, from its opening to its end."""

    name: str
    source: Source
    line: Line
    number: int = 0
    track: Track | None = None
    desk: Desk | None = None

    def events(self) -> Iterator[tuple[float, int, str, float, bytes]]:
        source = self.source
        yield source.start, self.number, "open", 0.0, b""
        yield from heapq.merge(self._packets(), self._reports(), key=lambda event: event[0])
        yield source.end + 0.4, self.number, "end", 0.0, b""

    def _packets(self) -> Iterator[tuple[float, int, str, float, bytes]]:
        waiting: list[tuple[float, int, str, float, bytes]] = []
        for sent, moment, packet in self.source.frames():
            while waiting and waiting[0][0] <= sent:
                yield heapq.heappop(waiting)
            came = self.line.arrival(sent)
            if came is not None:
                heapq.heappush(waiting, (came, self.number, "rtp", moment, packet))
        while waiting:
            yield heapq.heappop(waiting)

    def _reports(self) -> Iterator[tuple[float, int, str, float, bytes]]:
        at = self.source.start + 0.7
        while self.source.reports and at < self.source.end:
            came = self.line.arrival(at)
            if came is not None:
                yield came, self.number, "report", at, b""
            at += 1.0


def hold(folder: Path, seats: list[Seat]) -> None:
    """Run all seats of one party through tracks as the worker would, in the order of arrival."""
    party, disks, ticked = PartyClock(), Disks([folder]), 0.0
    for number, seat in enumerate(seats):
        seat.number = number
    by_number = dict(enumerate(seats))
    for at, number, kind, moment, packet in heapq.merge(
        *(seat.events() for seat in seats), key=lambda event: event[0]
    ):
        while ticked < at:
            for seat in seats:
                if seat.track is not None:
                    seat.track.tick(ticked)
            ticked += TICK_S
        _act(disks, party, by_number[number], at, kind, moment, packet)


def _act(
    disks: Disks, party: PartyClock, seat: Seat, at: float, kind: str, moment: float, packet: bytes
) -> None:
    source = seat.source
    if kind == "open":
        seat.desk = Desk(disks.all[0].folder, source)
        name = TrackName(hearing="h1", party="judge", source=seat.name)
        opened = Open(name=name, format=streams.FORMATS[source.codec], wall_offset=WALL)
        seat.track = Track(seat.number, opened, disks, seat.desk, None, party)
        return
    assert seat.track is not None
    if kind == "rtp":
        seat.track.packet(packet, at)
    elif kind == "report":
        ntp = int((NTP_BASE + source.ntp(moment)) * (1 << 32))
        seat.track.sender_report(ntp, source.rtp(moment), at)
    else:
        seat.track.end(at)
        seat.track = None


def placed(seat: Seat) -> Iterator[tuple[float, float]]:
    """For each frame in the seat's files: the moment it shows, and how many ms later it stands."""
    assert seat.desk is not None
    for segment in sorted(seat.desk.segments, key=lambda segment: segment.started_at):
        with av.open(str(seat.desk.folder / segment.name)) as source:
            for packet in source.demux():
                if packet.pts is None:
                    continue
                (moment,) = struct.unpack(">d", bytes(packet)[-8:])
                stands = segment.started_at + float(packet.pts * packet.time_base) * 1000
                yield moment, stands - WALL - moment * 1000
