"""One track in the worker: packets in, segments and gaps out.

The hot loop of the recorder: `packet` and `_ordered` run once per RTP packet, measured at 6 µs
together with the writing (`python -m tests.recording.cost`).
"""

from collections.abc import Iterable, Sequence
from struct import Struct as Layout

from hearing_server.services.media import GapCause, RecordingGap, TrackHealth
from recording.clock import RtpClock
from recording.depacketise import QUIET, Frame, depacketiser
from recording.disk import Disk, Disks
from recording.encryption import HearingKey
from recording.gaps import GapLedger
from recording.heading import fits, heading
from recording.keyframes import CUT_AFTER_MS, KeyframeWish
from recording.loudness import Ear
from recording.names import track_folder
from recording.outlet import Outlet
from recording.pace import Pace
from recording.party_clock import PartyClock
from recording.reorder import Released, ReorderBuffer
from recording.rtp import bounds
from recording.segment import LONGEST_MS, SegmentWriter
from recording.wire import Open

CHANGE_AFTER_MS = 1_000  # a new picture size starts a new segment, but not more often
TRIAL_EVERY_S = 1.0
SYNC_EVERY_S = 4.0  # the most that a power cut takes, and a second
LONGEST_FRAME_MS = 500

_RTP = Layout(">BBHI")


class Track:
    """`previous` is until when an earlier recording of the same track lasts, and why it ended; `party`
    is shared by the tracks of one party; with a `key` the segments are encrypted. Plain slots: of more than
    thirty attributes any other is slow to read.
    """

    __slots__ = (
        "_begun", "_carried", "_carrying", "_clock", "_depacketiser", "_disks", "_durable",
        "_ear", "_earlier", "_format", "_gaps", "_heard_until", "_height", "_interval", "_key",
        "_keyframes", "_last", "_lost", "_now", "_number", "_outlet", "_pace", "_party",
        "_payload_type", "_private", "_received", "_reorder", "_size", "_synced_at", "_time", "_timestamp",
        "_told", "_unframed", "_unread", "_video", "_width", "_writer", "_written", "name",
        "opened",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        opened: Open,
        disks: Disks,
        outlet: Outlet,
        previous: tuple[int, GapCause] | None,
        party: PartyClock | None = None,
        key: HearingKey | None = None,
    ) -> None:
        track_folder(opened.name)  # raises on a bad id
        self.name = opened.name
        self.opened = opened
        self._number = number
        self._format = opened.format
        self._payload_type = opened.format.payload_type
        self._video = opened.format.kind == "video"
        self._disks = disks
        self._outlet = outlet
        self._reorder = ReorderBuffer()
        self._clock = RtpClock(opened.format.clock_rate, opened.wall_offset)
        self._party = party or PartyClock()
        self._key = key
        self._depacketiser = depacketiser(opened.format.codec)
        self._gaps = GapLedger(opened.name)
        if previous:
            self._gaps.resume(*previous)
        self._writer: SegmentWriter | None = None
        self._timestamp = -1
        self._time = self._earlier = 0.0  # calendar ms of this timestamp and of the one before
        self._last = 0  # start of the last frame
        self._interval = 33
        self._lost = 0
        self._unframed = 0  # packets that hold less than they say
        self._unread = 0  # what the depacketiser could not read, as far as it is named
        self._carrying = 0  # packets with something in them
        self._carried: float | None = None  # when the newest moment of them began
        self._told = (0, 0)  # carrying and malformed, at the last word of health
        self._keyframes = KeyframeWish()
        self._pace = Pace()
        self._synced_at = 0.0
        self._durable = (0, 0.0)  # until when (Unix ms), and when that was known (monotonic)
        self._size = 0  # bytes of closed segments
        self._ear = Ear(opened.format.level_id)
        self._heard_until: int | None = None
        self._now = self._received = self._begun = 0.0
        self._written: int | None = None  # until when files took it
        self._width = self._height = 0
        self._private = b""

    def packet(self, data: bytes, at: float, begin: int = 0, end: int | None = None) -> None:
        """One RTP packet that arrived at `at` (monotonic seconds), or what of `data` is one."""
        if end is None:
            end = len(data)
        self._now = self._received = at
        if end - begin < 12 or data[begin] & 0xC0 != 0x80:
            self._unframed += 1
            self._report(self._gaps.unreadable(int(self._clock.calendar(at))))
            return
        reorder, sequence = self._reorder, data[begin + 2] << 8 | data[begin + 3]
        if sequence == reorder.next and not reorder.held:
            reorder.next = (sequence + 1) & 0xFFFF
            self._ordered(0, data, at, begin, end)
        else:
            self._drain(reorder.push(sequence, at, data[begin:end]))

    @property
    def malformed(self) -> int:
        """Packets, and whole pictures, that could not be read."""
        return self._unframed + self._depacketiser.malformed

    def overrun(self, at: float) -> None:
        """Packets before `at` were dropped on the way here."""
        self._drain(self._reorder.flush())
        self._gaps.lost("overrun")
        self._now = at

    def sender_report(self, ntp: int, rtp: int, at: float) -> None:
        """The sender's clock showed `ntp` when its timestamps stood at `rtp`; 0 is no clock."""
        arrival = self._clock.arrival(rtp)
        if ntp and arrival is not None:
            self._party.report(self._number, ntp, arrival, at)

    def tick(self, now: float) -> None:
        """Several times a second: give up losses, write what is held, end what is due."""
        self._now = max(now, self._now)
        self._begun = self._begun or now
        self._clock.lag = self._party.lag(self._number)
        if self._reorder.held:
            self._drain(self._reorder.expire(now))
        writer = self._writer
        if writer is None:
            return
        calendar = self._clock.calendar(now)
        if calendar - writer.started_at > LONGEST_MS + LONGEST_FRAME_MS:
            self._close()
        elif calendar - writer.last > LONGEST_FRAME_MS:
            self._flush(writer)
        if now - self._synced_at >= SYNC_EVERY_S or self._disks.troubled:
            self._sync(now)
        if self._video and self._keyframes.is_due(calendar, writer.started_at):
            self._ask()  # here and not at a frame: of a picture that stands still few are sent

    def durable(self, until: int, at: float) -> None:
        """A segment of this track is durable up to `until` (Unix ms)."""
        self._durable = max(self._durable, (until, at))

    def health(self, now: float) -> TrackHealth:
        """How it is going at `now` (monotonic seconds), and what came since this was asked last."""
        writer, calendar = self._writer, self._clock.calendar
        for part in writer.live if writer is not None else ():
            if part.synced_at:
                self.durable(part.synced_until, part.synced_at)
        until, at = self._durable
        counted = (self._carrying, self.malformed)
        carrying, malformed = (new - old for new, old in zip(counted, self._told, strict=True))
        self._told = counted
        return TrackHealth(
            track=self.name,
            at=int(calendar(now)),
            opened_at=int(calendar(self._begun or now)),
            received_at=int(calendar(self._received)) if self._received else None,
            carried_at=None if self._carried is None else int(calendar(self._carried)),
            carrying=carrying,
            malformed=malformed,
            written_until=(writer and writer.written_until) or self._written,
            synced_until=until or None,
            synced_at=int(calendar(at)) if until else None,
            heard_until=self._heard_until,
            size=self._size + (writer.size if writer is not None else 0),
        )

    def end(self, at: float) -> int:
        """No packet follows; returns until when (Unix ms) the track is accounted for."""
        self._party.leave(self._number)
        self._drain(self._reorder.flush())
        self._close()
        until = int(self._clock.calendar(at))
        self._report(self._gaps.end(until, self._opened(at)))
        return self._gaps.covered_until or until

    def salvage(self) -> tuple[int, GapCause] | None:
        """After a fault: finish what was written; returns what the track's next start needs."""
        self._party.leave(self._number)
        try:
            self._close()
        except Exception:  # the fault is the writer's own: what it wrote before is whole
            self._give_up("server")
        until = self._gaps.covered_until
        return (until, "server") if until is not None else None

    def _drain(self, released: Iterable[Released]) -> None:
        for lost, packet, at in released:
            self._ordered(lost, packet, at, 0, len(packet))

    def _ordered(self, lost: int, data: bytes, at: float, begin: int, stop: int) -> None:
        first, second, _, timestamp = _RTP.unpack_from(data, begin)
        start, end = begin + 12 + 4 * (first & 15), stop
        if first & 0x30:
            start, end = bounds(data, first, start, end)
        if start >= end or second & 0x7F != self._payload_type:
            self._skip(lost, start > end, at)
            return
        if timestamp != self._timestamp:
            self._moment(timestamp, at)
        if lost or self._lost:
            lost += self._lost
            self._lost = 0
            self._gaps.lost("network")
        self._carrying += 1
        depacketiser = self._depacketiser
        frames = depacketiser.push(data[start:end], timestamp, second > 127, lost)
        if frames is QUIET:
            return
        if depacketiser.malformed != self._unread:
            frames = self._unreadable(frames, timestamp)
        for frame in frames:
            self._place(frame)
        if self._video:
            if depacketiser.waiting:
                self._ask()
        elif self._ear.hears(data, begin, stop, end - start) and self._writer is not None:
            self._heard_until = self._gaps.covered_until

    def _moment(self, timestamp: int, at: float) -> None:
        """Another timestamp than before."""
        self._earlier, self._time = self._time, self._clock.observe(timestamp, at)
        self._timestamp = timestamp
        if self._carried is None:
            self._report(self._gaps.arrived(int(self._time), self._opened(at)))
        self._carried = at

    def _opened(self, now: float) -> int:
        """Also by an earlier worker."""
        return int(self._clock.calendar(self.opened.begun or self._begun or now))

    def _skip(self, lost: int, truncated: bool, at: float) -> None:
        """Padding alone probes the line, and other payload types are not recorded; but what says that it
        holds more than it does is as good as lost, and by its sender's doing."""
        self._lost += lost
        if truncated:
            self._unframed += 1
            self._lost += 1
            self._report(self._gaps.unreadable(int(self._clock.calendar(at))))

    def _unreadable(self, frames: Sequence[Frame], timestamp: int) -> Sequence[Frame]:
        """What could not be read is missing before the frame of this timestamp, or after the one before
        it; returns the frames that are still to be placed."""
        self._unread = self._depacketiser.malformed
        earlier = [frame for frame in frames if frame.timestamp != timestamp]
        for frame in earlier:
            self._place(frame)
        self._report(self._gaps.unreadable(int(self._time)))
        return frames[len(earlier) :]

    def _place(self, frame: Frame) -> None:
        """Put a frame into the segment it belongs to."""
        data, timestamp, key, width, _, _, length = frame
        gaps, writer, last = self._gaps, self._writer, self._last
        time = int(self._time if timestamp == self._timestamp else self._earlier)
        at = self._pace.start(time, key, last, int(self._clock.calendar(self._now)), gaps)
        if at is None:
            self._unframed += 1
            if self._video:
                self._ask()
            return
        covered = gaps.covered_until
        if writer is None and covered is not None and at < covered <= at + LONGEST_FRAME_MS:
            at = covered  # segments of one track do not overlap
        if self._video:
            if gaps.cause is None and at - last <= LONGEST_FRAME_MS:
                self._interval = at - last
            end = at + self._interval
        else:
            end = at + (int(length) or 1)
        if writer is None or width or at >= writer.full_at:
            writer = self._ready(frame, at)
            if writer is None:
                return
        try:
            writer.add(at, end, data, key)
        except OSError:
            self._disk_failed()
            return
        self._last = at
        found = gaps.frame(at, min(end, writer.ends_at))
        if found:
            self._report(found)

    def _ready(self, frame: Frame, at: int) -> SegmentWriter | None:
        """The segment, which may be another one, that takes this frame: the first, a key frame, or the last."""
        writer = self._writer
        if writer is not None:
            age = at - writer.started_at
            if at >= writer.full_at or (frame.width and self._should_cut(frame, age)):
                writer.cut(at)
                self._close()
        if frame.width:
            self._keyframes.came(at)
            self._width, self._height, self._private = frame.width, frame.height, frame.private
        if self._writer is None:
            self._open(frame, at)
        return self._writer

    def _should_cut(self, frame: Frame, age: int) -> bool:
        assert self._writer is not None
        changed = not fits(self._writer.header, (frame.width, frame.height), frame.private)
        return age >= CUT_AFTER_MS or (changed and age >= CHANGE_AFTER_MS) or not self._writer.clean

    def _open(self, frame: Frame, at: int) -> None:
        disks = self._disks.usable(self._now)
        if not disks:
            self._unkept(at)
            return
        size = (self._width, self._height)
        header = heading(self.name, self._format, at, size, self._private)
        try:
            self._writer = SegmentWriter(
                disks, self.name, header, frame.key, self._part_failed, self._key
            )
        except OSError:
            self._unkept(at)
            return
        self._synced_at = self._now
        if not frame.key:
            self._ask()

    def _flush(self, writer: SegmentWriter) -> None:
        try:
            writer.flush()
        except OSError:
            self._disk_failed()

    def _sync(self, now: float) -> None:
        """Every four seconds; every second where a directory is being tried again."""
        due, writer = now - self._synced_at >= SYNC_EVERY_S, self._writer
        if writer is None or writer.written_until is None:
            return
        if due:
            self._synced_at = now
        for part in writer.live:
            trial = part.disk.trouble and now - part.synced_at >= TRIAL_EVERY_S
            if (trial or due) and not part.syncing:
                self._outlet.sync(part, writer.written_until)

    def _close(self) -> None:
        writer = self._writer
        if writer is None:
            return
        try:
            finished = writer.finish()
        except OSError:
            self._disk_failed()
            return
        self._writer = None
        self._size += writer.size
        self._written = finished.ended_at
        self._outlet.complete(finished)

    def _part_failed(self, disk: Disk, error: OSError) -> None:
        disk.fail(error, self._now)
        self._outlet.disk_failed(self.name.hearing, disk, error)

    def _unkept(self, at: int) -> None:
        """No directory takes a new segment."""
        self._report(self._gaps.unkept(at, "disk"))
        self._depacketiser.broken()

    def _disk_failed(self) -> None:
        """No directory took it: what was written before stays, and the rest is a gap."""
        self._give_up("disk")
        self._depacketiser.broken()

    def _give_up(self, cause: GapCause) -> None:
        """Of what is being written, beyond what is in the files."""
        writer, self._writer = self._writer, None
        assert writer is not None
        finished = writer.abandon()
        self._written = writer.written_until or self._written
        if finished is not None:
            self._outlet.complete(finished)
        self._gaps.cut_back(writer.written_until or writer.started_at, cause)

    def _ask(self) -> None:
        if self._keyframes.ask(self._now):
            self._outlet.ask(self._number)

    def _report(self, gaps: list[RecordingGap]) -> None:
        for gap in gaps:
            self._outlet.gap(gap)
