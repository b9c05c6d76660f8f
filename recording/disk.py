"""The directories that segments are written to, one or two, and how each of them is.

Only the worker's own thread changes them. Every method that touches the disk may raise OSError.
"""

import errno
import fcntl
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hearing_server.services.media import DirectoryHealth
from recording import names

RETRY_S = 1.0
STEADY_S = 3.0  # without a new fault, before it counts as back
RATE_S = 60.0
CLAIM_WAIT_S = 10.0


class Taken(Exception):
    """Another recorder is at work in this folder."""


class Disk:
    """One directory. `trouble` is the code of its fault while that lasts; it is tried once a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble = ""
        self.failed_at = float("-inf")
        self.first_fault: OSError | None = None  # found before anybody could be told
        self.written = 0  # bytes
        self._beneath = _device_beneath(folder)
        self._claimed: tuple[int, int, int] | None = None  # descriptor of the lock, device, inode
        self._rate: deque[tuple[float, int]] = deque()

    def claim(self) -> None:
        """Make the folder if it is not there, and lock it for this process. Raises Taken."""
        if self._on_what_is_beneath():
            raise OSError(errno.ENODEV, "its file system is not mounted", str(self.folder))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        lock = os.open(self.folder / names.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Taken(str(self.folder)) from None
        self._let_go()
        found = os.stat(self.folder)
        self._claimed = (lock, found.st_dev, found.st_ino)

    def check(self) -> None:
        """See that this is still the folder that was claimed; if it was exchanged, claim the new one."""
        with suppress(FileNotFoundError):
            found = os.stat(self.folder)
            if self._claimed is not None and self._claimed[1:] == (found.st_dev, found.st_ino):
                return
        try:
            self.claim()
        except Taken as error:
            raise OSError(errno.EBUSY, "another recorder is at work in it", str(error)) from None

    def usable(self, now: float) -> bool:
        """Whether to try it; `now` is monotonic."""
        return not self.trouble or now - self.failed_at >= RETRY_S

    def fail(self, error: OSError, now: float) -> None:
        """Take note of a fault."""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        self.trouble = "disk_full" if full else "disk_error"
        self.failed_at = now

    def worked(self, since: float) -> bool:
        """Something begun at `since` is durable; True when that ends a fault."""
        steady = time.monotonic() - self.failed_at >= STEADY_S
        if not self.trouble or since <= self.failed_at or not steady:
            return False
        self.trouble = ""
        return True

    def health(self, now: float) -> DirectoryHealth:
        """How it is; to be asked once a second."""
        rate = self._rate
        rate.append((now, self.written))
        while now - rate[0][0] > RATE_S:
            rate.popleft()
        span = now - rate[0][0]
        hourly = (self.written - rate[0][1]) / span * 3600 if span else 0.0
        free = 0
        with suppress(OSError):
            found = os.statvfs(self.folder)
            free = found.f_bavail * found.f_frsize
        return DirectoryHealth(
            path=str(self.folder), free=free, bytes_per_hour=int(hourly), trouble=self.trouble
        )

    def _let_go(self) -> None:
        if self._claimed is not None:
            os.close(self._claimed[0])
            self._claimed = None

    def _on_what_is_beneath(self) -> bool:
        return self._beneath is not None and _nearest(self.folder).st_dev == self._beneath


class Disks:
    """One or two directories; every segment goes to each that works."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.all = tuple(Disk(folder) for folder in folders)

    def __iter__(self) -> Iterator[Disk]:
        return iter(self.all)

    def usable(self, now: float) -> list[Disk]:
        return [disk for disk in self.all if disk.usable(now)]

    @property
    def troubled(self) -> bool:
        return any(disk.trouble for disk in self.all)

    def others_work(self, disk: Disk) -> bool:
        """Whether what is recorded now still reaches another directory."""
        return any(not other.trouble for other in self.all if other is not disk)


def claim(disks: Disks, wait: float = CLAIM_WAIT_S) -> None:
    """Take the folders for this process, waiting for another to finish.

    Raises Taken, and OSError when not one can be used; one of two may fail and be tried later.
    """
    until = time.monotonic() + wait
    while True:
        try:
            return _claim(disks)
        except Taken:
            if time.monotonic() >= until:
                raise
        time.sleep(0.02)


def _claim(disks: Disks) -> None:
    for disk in disks:
        try:
            disk.claim()
        except OSError as error:
            disk.fail(error, time.monotonic())
            disk.first_fault = error
            if not disks.others_work(disk):
                raise


def _nearest(folder: Path) -> os.stat_result:
    """Of the folder, or what there is of the way to it."""
    for path in (folder, *folder.parents):
        with suppress(FileNotFoundError, NotADirectoryError):
            return os.stat(path)
    raise FileNotFoundError(errno.ENOENT, "no such way", str(folder))


def _device_beneath(folder: Path) -> int | None:
    """The device on which the folder's file system is mounted, None for the root's own."""
    with suppress(OSError):
        own = _nearest(folder).st_dev
        for parent in folder.parents:
            with suppress(FileNotFoundError, NotADirectoryError):
                device = os.stat(parent).st_dev
                if device != own:
                    return device
    return None
