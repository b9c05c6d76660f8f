"""The recorder's own process: `python -m recording.worker SOCKET_FD KEY FOLDER [SECOND]`.

KEY is the court's public recording key in hex, `-` for none.

It takes packets from the server over one socket, writes the segments and reports them. When the
server is gone it sees the end of the socket, finishes its files and exits.
"""

import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import get_args

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from hearing_server.services.media import (
    GapCause,
    RecordingFailed,
    RecordingGap,
    RecordingHealth,
    RecordingRecovered,
    TrackName,
)
from hearing_server.services.worker_link import frames
from recording import recovery, wire
from recording.disk import Disk, Disks, Taken, claim
from recording.encryption import HearingKey, new_hearing_key
from recording.finisher import Finisher
from recording.keeping import Keeping
from recording.part import Part
from recording.party_clock import PartyClock
from recording.segment import Finished, Outcome
from recording.track import Track

TICK_S = 0.1
INBOX = 1 << 20
MOST_FILES = 8192
MOST_ENDS = 8192
MOST_KEYS = 4096  # hearings; one that comes again gets a new key
ALARM_EVERY_S = 10.0
HEALTH_EVERY_S = 1.0


class Worker:
    """Owns the folders while it runs. `run` returns when the server closes, dies or asks to end."""

    def __init__(
        self, disks: Disks, link: socket.socket, court: X25519PublicKey | None = None
    ) -> None:
        self._disks = disks
        self._court = court
        self._keys: dict[str, HearingKey] = {}  # by hearing
        self._link = link
        self._linked = True
        self._running = True
        self._health_at = 0.0
        self._latest = 0.0  # the newest packet taken, monotonic seconds
        self._inbox = bytearray(INBOX)
        self._filled = 0
        self._finisher = Finisher()
        self._tracks: dict[int, Track] = {}
        self._begun: set[tuple[str, Disk]] = set()  # hearings with a journal
        self._keeping = Keeping(disks, self._finisher, self._alarm, self._over)
        self._parties: dict[tuple[str, str], PartyClock] = {}
        self._ends: recovery.Previous = {}
        self._flushes: list[tuple[int, str]] = []
        self._alarmed: dict[tuple[str | None, str], float] = {}
        self._handlers: dict[int, Callable[[int, bytes, float], None]] = {
            frames.OPEN: self._open,
            frames.END: self._end,
            frames.OVERRUN: self._overrun,
            wire.FLUSH: self._flush,
            wire.RECOVER: self._recover,
            frames.CLOSE: self._close,
            frames.SENDER_REPORT: self._sender_report,
        }

    def run(self) -> None:
        left = recovery.unfinished(self._disks)
        found = [name for names_ in left.hearings.values() for name in names_]
        self._say(wire.Found(hearings=list(left.hearings), names=found))
        self._keeping.begin(left.single)
        ticked = 0.0
        while self._running:
            ready, _, _ = select.select([self._link.fileno(), self._finisher.wake], [], [], TICK_S)
            now = time.monotonic()
            if self._link.fileno() in ready:
                if not self._receive():
                    break
                now = self._latest  # what comes late must not be given up for lost meanwhile
            self._collect()
            if now - ticked >= TICK_S:
                ticked = now
                self._tick(now)
        self._finish()

    def stop(self) -> None:
        """End cleanly (SIGTERM): take what is on the way, and nothing more; the next worker will."""
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RD)

    def ask(self, track: int) -> None:
        self._say(wire.Keyframe(track=track))

    def gap(self, gap: RecordingGap) -> None:
        self._say(wire.Gap(report=gap))

    def complete(self, finished: Finished) -> None:
        self._begin_hearing(finished.track.hearing)  # again, where a disk was full at its start
        self._finisher.submit(finished)

    def disk_failed(self, hearing: str, disk: Disk, error: OSError) -> None:
        self._begun = {begun for begun in self._begun if begun[1] is not disk}
        self._keeping.failed(hearing, disk, error)

    def sync(self, part: Part, until: int) -> None:
        self._finisher.sync(part, until)

    def _receive(self) -> bool:
        """Read what there is and handle it; False when the server is gone.

        The buffer is kept: a fresh one each time costs more in page faults than the reading.
        """
        try:
            got = self._link.recv_into(memoryview(self._inbox)[self._filled :])
        except ConnectionError:
            got = 0
        if not got:
            return False
        self._filled += got
        taken = self._take(memoryview(self._inbox)[: self._filled])
        left = self._filled - taken
        self._inbox[:left] = self._inbox[taken : self._filled]
        self._filled = left
        if left == len(self._inbox):  # one long message
            self._inbox += bytes(left)
        return True

    def _take(self, data: memoryview) -> int:
        """Handle every whole frame; returns how many bytes that was.

        All of it is copied once: a slice of bytes costs half of one of a view.
        """
        batch, at, end, head = bytes(data), 0, len(data), frames.HEAD
        head_size, unpack, tracks, packet = head.size, head.unpack_from, self._tracks, frames.PACKET
        while end - at >= head_size:
            kind, number, length, when = unpack(batch, at)
            begin = at + head_size
            stop = begin + length
            if stop > end:
                break
            at = stop
            if when > self._latest:
                self._latest = when
            if kind == packet:
                track = tracks.get(number)
                if track is not None:
                    try:
                        track.packet(batch, when, begin, stop)
                    except Exception as error:  # a fault of ours: one track must not end the others
                        self._restart(number, error)
            else:
                self._handlers[kind](number, batch[begin:stop], when)
        return at

    def _tick(self, now: float) -> None:
        self._keeping.tick()
        if time.monotonic() - self._health_at >= HEALTH_EVERY_S:
            self._health_at = time.monotonic()
            self._tell_health()
        for number, track in list(self._tracks.items()):
            try:
                track.tick(now)
            except Exception as error:  # likewise
                self._restart(number, error)

    def _tell_health(self) -> None:
        now = time.monotonic()
        directories = tuple(disk.health(now) for disk in self._disks)
        tracks = tuple(track.health(now) for track in self._tracks.values())
        at = time.time_ns() // 1_000_000
        health = RecordingHealth(at=at, tracks=tracks, directories=directories)
        self._say(wire.Health(health=health))

    def _open(self, number: int, body: bytes, _when: float) -> None:
        if number in self._tracks:
            return
        opened = wire.decode_open(body)
        self._begin_hearing(opened.name.hearing)
        previous = self._ends.pop(opened.name, None)
        self._tracks[number] = self._track(number, opened, previous)

    def _begin_hearing(self, hearing: str) -> None:
        for disk in self._disks.usable(time.monotonic()):
            if (hearing, disk) not in self._begun:
                try:
                    recovery.begin_hearing(disk, hearing)
                    self._begun.add((hearing, disk))
                    self._finisher.later(disk, recovery.sync_journals)
                except OSError as error:
                    disk.fail(error, time.monotonic())
                    self.disk_failed(hearing, disk, error)

    def _restart(self, number: int, error: Exception) -> None:
        failed = self._tracks.pop(number)
        self._alarm(failed.name.hearing, "track_failed", repr(error))
        previous = failed.salvage()
        self._tracks[number] = self._track(number, failed.opened, previous)

    def _track(
        self, number: int, opened: wire.Open, previous: tuple[int, GapCause] | None
    ) -> Track:
        party = self._parties.setdefault((opened.name.hearing, opened.name.party), PartyClock())
        key = self._key(opened.name.hearing)
        return Track(number, opened, self._disks, self, previous, party, key)

    def _key(self, hearing: str) -> HearingKey | None:
        if self._court is None:
            return None
        if hearing not in self._keys:
            self._keys[hearing] = new_hearing_key(self._court, hearing)
            while len(self._keys) > MOST_KEYS:
                del self._keys[next(iter(self._keys))]
        return self._keys[hearing]

    def _forget_party(self, track: Track) -> None:
        """With its last track goes a party's clock."""
        whose = (track.name.hearing, track.name.party)
        if not any((t.name.hearing, t.name.party) == whose for t in self._tracks.values()):
            self._parties.pop(whose, None)

    def _end(self, number: int, body: bytes, when: float) -> None:
        self._end_track(number, body.decode(), when)
        self._say(wire.Ended(track=number))

    def _end_track(self, number: int, cause: str, when: float) -> None:
        track = self._tracks.pop(number, None)
        if track is not None:
            try:
                until = track.end(when)
            except Exception as error:  # likewise
                self._alarm(track.name.hearing, "track_failed", repr(error))
                now = int(when * 1000 + track.opened.wall_offset)
                until, cause = track.salvage() or (now, "server")
            self._forget_party(track)
            recovery.note_end(self._disks, track.name, until, cause)
            self._remember(track.name, until, cause)

    def _remember(self, name: TrackName, until: int, cause: str) -> None:
        self._ends.pop(name, None)
        if cause != "closed":
            self._ends[name] = (until, _gap_cause(cause))
            while len(self._ends) > MOST_ENDS:
                del self._ends[next(iter(self._ends))]

    def _overrun(self, number: int, _body: bytes, when: float) -> None:
        track = self._tracks.get(number)
        if track is not None:
            try:
                track.overrun(when)
            except Exception as error:  # likewise
                self._restart(number, error)

    def _sender_report(self, number: int, body: bytes, when: float) -> None:
        track = self._tracks.get(number)
        if track is not None:
            ntp, rtp = frames.SENDER_TIMES.unpack(body)
            track.sender_report(ntp, rtp, when)

    def _flush(self, token: int, body: bytes, _when: float) -> None:
        self._flushes.append((token, body.decode()))

    def _close(self, _number: int, _body: bytes, _when: float) -> None:
        self._running = False

    def _recover(self, _number: int, body: bytes, _when: float) -> None:
        wanted = wire.decode_recover(body)
        for hearing in wanted.settled:
            self._ends |= recovery.previous_ends(self._disks, hearing)
            recovery.forget(self._disks, hearing)
        for hearing in {name.partition("/")[0] for name in wanted.names} - set(wanted.settled):
            self._ends |= recovery.previous_ends(self._disks, hearing)
        for name in wanted.names:
            self._adopt(name)

    def _adopt(self, name: str) -> None:
        try:
            adopted = recovery.adopt(self._disks, name)
        except OSError as error:
            self._alarm(name.partition("/")[0], "disk_error", str(error))
            return
        if isinstance(adopted, RecordingGap):
            self.gap(adopted)
        else:
            self._finisher.submit(adopted)

    def _collect(self) -> None:
        """Report what the finisher made durable, and answer the flushes that waited for it."""
        for result in self._finisher.results():
            if isinstance(result, tuple):
                self._finished(*result)
            elif isinstance(result, Part):
                self._keeping.synced(result)
            else:
                self._keeping.copied(result)
        for flush in list(self._flushes):
            if self._finisher.idle(flush[1]):
                self._flushes.remove(flush)
                self._say(wire.Flushed(token=flush[0]))

    def _finished(self, finished: Finished, outcome: Outcome) -> None:
        self._keeping.finished(finished, outcome)
        closed, begins = outcome.closed, finished.started_at
        if closed is not None:
            self._say(wire.Closed(report=closed))
            for track in self._tracks.values():
                if track.name == closed.track:
                    track.durable(closed.ended_at, time.monotonic())
            begins = closed.ended_at
        if begins < finished.ended_at:
            until = finished.ended_at
            self.gap(
                RecordingGap(track=finished.track, started_at=begins, ended_at=until, cause="disk")
            )

    def _finish(self) -> None:
        """End every track, make its segments durable and, if the server still listens, report them."""
        now = time.monotonic()
        for number in list(self._tracks):
            self._end_track(number, "server", now)
        self._finisher.close()
        self._collect()

    def _over(self, hearing: str | None, code: str, detail: str) -> None:
        self._say(
            wire.Recovered(report=RecordingRecovered(hearing=hearing, code=code, detail=detail))
        )

    def _alarm(self, hearing: str | None, code: str, detail: str) -> None:
        """Report a failure, each code at most once in ten seconds for a hearing."""
        now = time.monotonic()
        if now - self._alarmed.get((hearing, code), float("-inf")) >= ALARM_EVERY_S:
            self._alarmed[hearing, code] = now
            self._say(
                wire.Failed(report=RecordingFailed(hearing=hearing, code=code, detail=detail))
            )

    def _say(self, message: wire.Message) -> None:
        if self._linked:
            try:
                self._link.sendall(frames.report(message))
            except OSError:
                self._linked = False


def _gap_cause(cause: str) -> GapCause:
    return cause if cause in _CAUSES else "network"  # type: ignore[return-value]


_CAUSES = frozenset(get_args(GapCause))


def main() -> int:
    """Exit status: 0 ended as asked, 3 another worker holds a folder, 4 no folder is usable."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to the whole group; the server ends us
    link, disks = socket.socket(fileno=int(sys.argv[1])), Disks([Path(p) for p in sys.argv[3:]])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(MOST_FILES, hard), hard))
    try:
        claim(disks)
    except OSError as error:
        print(f"recordings folder: {error}", file=sys.stderr)
        return 4
    except Taken:
        print("recordings folder: another recorder is at work in it", file=sys.stderr)
        return 3
    court = None if sys.argv[2] == "-" else bytes.fromhex(sys.argv[2])
    worker = Worker(disks, link, X25519PublicKey.from_public_bytes(court) if court else None)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
