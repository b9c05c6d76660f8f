"""Sees that every segment comes to lie in each directory, and tells of directories that fail and work again."""

import time
from collections import deque
from collections.abc import Callable

from recording.disk import Disk, Disks
from recording.finisher import Copied, Finisher, erased
from recording.part import Part
from recording.segment import Finished, Outcome

MOST_OWED = 20_000  # segments: a day of one party's tracks
ONE_OF_TWO = "one_"  # before the code of a fault while the other directory works

Tell = Callable[[str | None, str, str], None]  # hearing, code, detail


class Keeping:
    """`alarm` tells of a fault, `over` of its end."""

    def __init__(self, disks: Disks, finisher: Finisher, alarm: Tell, over: Tell) -> None:
        self._disks = disks
        self._finisher = finisher
        self._alarm = alarm
        self._over = over
        self._told: dict[Disk, dict[tuple[str | None, str], None]] = {disk: {} for disk in disks}
        self._owed: dict[Disk, deque[tuple[str, Disk]]] = {
            disk: deque(maxlen=MOST_OWED) for disk in disks
        }
        self._copying: dict[Disk, tuple[str, Disk]] = {}

    def begin(self, single: list[tuple[str, Disk]]) -> None:
        """`single` are the segments that an earlier run left in one directory."""
        for disk in self._disks:
            if disk.first_fault is not None:
                self.failed(None, disk, disk.first_fault)
        for name, source in single:
            self._owe(name, [source])

    def failed(self, hearing: str | None, disk: Disk, error: OSError) -> None:
        """A directory gave up something of this hearing."""
        code = disk.trouble
        if self._disks.others_work(disk):
            code = ONE_OF_TWO + code
        self._told[disk][hearing, code] = None
        self._alarm(hearing, code, f"{disk.folder}: {error.strerror or error}")

    def synced(self, part: Part) -> None:
        """A periodic sync is done; one that failed is told of at the next write."""
        if part.error is None:
            self._worked(part.disk, part.opened_at)

    def finished(self, finished: Finished, outcome: Outcome) -> None:
        """A segment is durable somewhere, or nowhere."""
        for disk, error in outcome.failures:
            disk.fail(error, time.monotonic())
            self.failed(finished.track.hearing, disk, error)
        for part in outcome.kept:
            self._worked(part.disk, part.opened_at)
        if outcome.kept:
            self._owe(finished.name, [part.disk for part in outcome.kept])

    def copied(self, copied: Copied) -> None:
        """A copy was made, or not: then it is tried again when the directory is back."""
        owed = self._copying.pop(copied.disk, None)
        if copied.error is None:
            self._worked(copied.disk, copied.begun_at)
        elif owed is not None and isinstance(copied.error, FileNotFoundError):
            if not erased(*owed):  # the disk it lies on is away, and may come back
                self._owed[copied.disk].append(owed)
        elif owed is not None:
            copied.disk.fail(copied.error, time.monotonic())
            self.failed(None, copied.disk, copied.error)
            self._owed[copied.disk].appendleft(owed)

    def tick(self) -> None:
        """Make good what one directory missed, one segment at a time."""
        now = time.monotonic()
        for disk, owed in self._owed.items():
            if owed and disk not in self._copying and not disk.trouble:
                name, source = self._copying[disk] = owed.popleft()
                self._finisher.copy(name, source, disk, now)

    def _owe(self, name: str, kept: list[Disk]) -> None:
        for disk in self._disks:
            if disk not in kept:
                self._owed[disk].append((name, kept[0]))

    def _worked(self, disk: Disk, since: float) -> None:
        if disk.worked(since):
            for hearing, code in self._told[disk]:
                self._over(hearing, code, f"{disk.folder} can be written again")
            self._told[disk].clear()
