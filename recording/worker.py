"""The recorder's own process: `python -m recording.worker FOLDER SOCKET_FD`.

It takes packets from the server over one socket, writes the segments and reports them. When the
server is gone it sees the end of the socket, finishes its files and exits.
"""

import errno
import fcntl
import os
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

from hearing_server.services.media import GapCause, RecordingFailed, RecordingGap, TrackName
from recording import recovery, wire
from recording.finisher import Finisher
from recording.party_clock import PartyClock
from recording.segment import Finished
from recording.track import Track

TICK_S = 0.05
INBOX = 1 << 20
LOCK_WAIT_S = 10.0
MOST_FILES = 8192
MOST_ENDS = 8192
ALARM_EVERY_S = 10.0


class Worker:
    """Owns the folder while it runs. `run` returns when the server closes, dies or asks to end."""

    def __init__(self, folder: Path, link: socket.socket) -> None:
        self._folder = folder
        self._link = link
        self._linked = True
        self._running = True
        self._latest = 0.0  # the newest packet taken, monotonic seconds
        self._inbox = bytearray(INBOX)
        self._filled = 0
        self._finisher = Finisher(folder)
        self._tracks: dict[int, Track] = {}
        self._hearings: set[str] = set()
        self._parties: dict[tuple[str, str], PartyClock] = {}
        self._ends: recovery.Previous = {}
        self._flushes: list[tuple[int, str]] = []
        self._alarmed: dict[tuple[str, str], float] = {}
        self._handlers: dict[int, Callable[[int, bytes, float], None]] = {
            wire.OPEN: self._open,
            wire.END: self._end,
            wire.OVERRUN: self._overrun,
            wire.FLUSH: self._flush,
            wire.RECOVER: self._recover,
            wire.CLOSE: self._close,
            wire.SENDER_REPORT: self._sender_report,
        }

    def run(self) -> None:
        found = recovery.unfinished(self._folder)
        self._say(
            wire.Found(
                hearings=list(found), names=[name for names_ in found.values() for name in names_]
            )
        )
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
        self._begin_hearing(finished.track.hearing)  # again, where the disk was full at its start
        self._finisher.submit(finished)

    def disk_failed(self, hearing: str, error: OSError) -> None:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        self._alarm(hearing, "disk_full" if full else "disk_error", str(error))

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
        """Handle every whole frame; returns how many bytes that was."""
        at, end, head = 0, len(data), wire.HEAD
        head_size, unpack, tracks = head.size, head.unpack_from, self._tracks
        while end - at >= head_size:
            kind, number, length, when = unpack(data, at)
            stop = at + head_size + length
            if stop > end:
                break
            body = bytes(data[at + head_size : stop])
            at = stop
            if when > self._latest:
                self._latest = when
            if kind == wire.PACKET:
                track = tracks.get(number)
                if track is not None:
                    try:
                        track.packet(body, when)
                    except Exception as error:  # a fault of ours: one track must not end the others
                        self._restart(number, error)
            else:
                self._handlers[kind](number, body, when)
        return at

    def _tick(self, now: float) -> None:
        for number, track in list(self._tracks.items()):
            try:
                track.tick(now)
            except Exception as error:  # likewise
                self._restart(number, error)

    def _open(self, number: int, body: bytes, _when: float) -> None:
        if number in self._tracks:
            return
        opened = wire.decode_open(body)
        self._begin_hearing(opened.name.hearing)
        previous = self._ends.pop(opened.name, None)
        self._tracks[number] = self._track(number, opened, previous)

    def _begin_hearing(self, hearing: str) -> None:
        if hearing in self._hearings:
            return
        try:
            recovery.begin_hearing(self._folder, hearing)
            self._hearings.add(hearing)
        except OSError as error:
            self.disk_failed(hearing, error)

    def _restart(self, number: int, error: Exception) -> None:
        failed = self._tracks.pop(number)
        self._alarm(failed.name.hearing, "track_failed", repr(error))
        previous = failed.salvage()
        self._tracks[number] = self._track(number, failed.opened, previous)

    def _track(
        self, number: int, opened: wire.Open, previous: tuple[int, GapCause] | None
    ) -> Track:
        party = self._parties.setdefault((opened.name.hearing, opened.name.party), PartyClock())
        return Track(number, opened, self._folder, self, previous, party)

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
            until = track.end(when)
            self._forget_party(track)
            recovery.note_end(self._folder, track.name, until, cause)
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
            track.overrun(when)

    def _sender_report(self, number: int, body: bytes, when: float) -> None:
        track = self._tracks.get(number)
        if track is not None:
            ntp, rtp = wire.SENDER_TIMES.unpack(body)
            track.sender_report(ntp, rtp, when)

    def _flush(self, token: int, body: bytes, _when: float) -> None:
        self._flushes.append((token, body.decode()))

    def _close(self, _number: int, _body: bytes, _when: float) -> None:
        self._running = False

    def _recover(self, _number: int, body: bytes, _when: float) -> None:
        wanted = wire.decode_recover(body)
        for hearing in wanted.settled:
            self._ends |= recovery.previous_ends(self._folder, hearing)
            recovery.forget(self._folder, hearing)
        for hearing in {name.partition("/")[0] for name in wanted.names} - set(wanted.settled):
            self._ends |= recovery.previous_ends(self._folder, hearing)
        for name in wanted.names:
            self._adopt(name)

    def _adopt(self, name: str) -> None:
        try:
            adopted = recovery.adopt(self._folder, name)
        except OSError as error:
            self.disk_failed(name.partition("/")[0], error)
            return
        if isinstance(adopted, RecordingGap):
            self.gap(adopted)
        else:
            self._finisher.submit(adopted)

    def _collect(self) -> None:
        """Report what the finisher made durable, and answer the flushes that waited for it."""
        for finished, outcome in self._finisher.results():
            if not isinstance(outcome, OSError):
                self._say(wire.Closed(report=outcome))
                continue
            self.disk_failed(finished.track.hearing, outcome)
            lost = RecordingGap(
                track=finished.track,
                started_at=finished.started_at,
                ended_at=finished.ended_at,
                cause="disk",
            )
            self.gap(lost)
        for flush in list(self._flushes):
            if self._finisher.idle(flush[1]):
                self._flushes.remove(flush)
                self._say(wire.Flushed(token=flush[0]))

    def _finish(self) -> None:
        """End every track, make its segments durable and, if the server still listens, report them."""
        now = time.monotonic()
        for number in list(self._tracks):
            self._end_track(number, "server", now)
        self._finisher.close()
        self._collect()

    def _alarm(self, hearing: str, code: str, detail: str) -> None:
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
                self._link.sendall(wire.report(message))
            except OSError:
                self._linked = False


def _gap_cause(cause: str) -> GapCause:
    return cause if cause in _CAUSES else "network"  # type: ignore[return-value]


_CAUSES = frozenset(get_args(GapCause))


def lock(folder: Path, wait: float = LOCK_WAIT_S) -> int | None:
    """Take the folder for this process, waiting for another to finish; None if it does not."""
    fd = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    until = time.monotonic() + wait
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        if time.monotonic() >= until:
            os.close(fd)
            return None
        time.sleep(0.02)


def main() -> int:
    """Exit status: 0 ended as asked, 3 another worker holds the folder, 4 the folder is unusable."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to the whole group; the server ends us
    folder, link = Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(MOST_FILES, hard), hard))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        held = lock(folder)
    except OSError as error:
        print(f"recordings folder: {error}", file=sys.stderr)
        return 4
    if held is None:
        print("recordings folder: another recorder is at work in it", file=sys.stderr)
        return 3
    worker = Worker(folder, link)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
