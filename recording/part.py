"""One `.part` file in one directory: written by the worker, synced and finished by threads."""

import errno
import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

from hearing_server.services.media import TrackName
from recording import names
from recording.disk import Disk


class Part:
    """`size`, `frames` and `until` tell of what was written whole. After `error` it takes no more.

    A file whose fsync failed is never believed again (`trusted`): the kernel forgets what it could
    not write.
    """

    def __init__(self, disk: Disk, name: str, fd: int, made: tuple[Path, ...] = ()) -> None:
        self.disk = disk
        self.name = name
        self.opened_at = time.monotonic()
        self.size = self.frames = self.until = 0
        self.error: OSError | None = None
        self.trusted = True
        self.synced_until = 0  # of what a power cut leaves, Unix ms
        self.synced_at = 0.0  # when that was known, monotonic
        self.syncing = False
        self._made = made  # folders with new names in them, not yet durable
        self._fd = fd
        self._lock = Lock()  # of the descriptor, between threads

    def write(self, data: bytes) -> None:
        """Raises OSError, also for a sync that failed meanwhile; then nothing of `data` counts.

        That the file has grown is looked at each time: a disk may say yes and take nothing.
        """
        try:
            if self.error is not None:
                raise self.error
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
            if os.fstat(self._fd).st_size < self.size + len(data):
                raise OSError(errno.EIO, "the file is shorter than was written")
        except OSError as error:
            self.error = error
            raise
        self.size += len(data)
        self.disk.written += len(data)

    def sync(self, until: int) -> None:
        """Make durable what was written, up to the frame that ends at `until`. Blocks; never raises."""
        with self._lock:
            try:
                if self._fd >= 0 and self.error is None:
                    os.fdatasync(self._fd)
                    self._sync_made()
                    self.synced_until, self.synced_at = until, time.monotonic()
            except OSError as error:
                self.error, self.trusted = error, False
            finally:
                self.syncing = False

    def finish(self, patches: list[tuple[int, bytes]], digest: str) -> str:
        """Patch, cut to size, fsync, rename, fsync the folder; returns the SHA-256.

        `digest` is that of another copy of the same bytes, when it is known. Blocks. On OSError the
        file is to be set aside.
        """
        path = self.disk.folder / (self.name + names.PART)
        with self._lock:
            for at, data in patches:
                os.pwrite(self._fd, data, at)
            os.ftruncate(self._fd, self.size)
            try:
                os.fsync(self._fd)
            except OSError:
                self.trusted = False
                raise
            digest = digest or _digest(self._fd, self.size)
            self._close()
        os.rename(path, self.disk.folder / self.name)
        sync_folder(path.parent)
        self._sync_made()
        return digest

    def _sync_made(self) -> None:
        for folder in self._made:
            sync_folder(folder)
        self._made = ()

    def set_aside(self) -> None:
        """Keep it under a name that says it is of no use. Never raises."""
        self._release()
        path = self.disk.folder / (self.name + names.PART)
        with suppress(OSError):
            os.rename(path, self.disk.folder / (self.name + names.UNUSABLE))

    def drop(self) -> None:
        """Remove it: it holds nothing, or another copy holds all of it. Never raises."""
        self._release()
        with suppress(OSError):
            (self.disk.folder / (self.name + names.PART)).unlink()

    def _release(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            with suppress(OSError):
                os.close(fd)


def create(
    disks: list[Disk], track: TrackName, started_at: int, encrypted: bool
) -> tuple[str, list[Part]]:
    """A new `.part` file on each of these disks, of a name taken on none.

    Failures are left in the `error` of parts that are not open.
    """
    for number in range(1000):
        name = names.segment_name(track, started_at, number, encrypted)
        if any(_taken(disk, name) for disk in disks):
            continue
        return name, [_create(disk, name) for disk in disks]
    raise OSError(errno.EEXIST, "a thousand segments of one start", names.track_folder(track))


def _taken(disk: Disk, name: str) -> bool:
    path = disk.folder / name
    return any(path.with_name(path.name + end).exists() for end in ("", names.PART, names.UNUSABLE))


def _create(disk: Disk, name: str) -> Part:
    try:
        disk.check()
        path = disk.folder / (name + names.PART)
        made = make_folders(disk.folder, path.parent) if not path.parent.is_dir() else ()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return Part(disk, name, os.open(path, flags, 0o640), made)
    except OSError as error:
        part = Part(disk, name, -1)
        part.error = error
        return part


def make_folders(folder: Path, below: Path) -> tuple[Path, ...]:
    """Make a folder below the recordings folder; returns what is to be synced for it to last."""
    missing = [path for path in (below, *below.parents) if path != folder and not path.exists()]
    below.mkdir(parents=True, exist_ok=True, mode=0o750)
    return tuple(path.parent for path in missing)


def _digest(fd: int, size: int) -> str:
    digest, at = hashlib.sha256(), 0
    while at < size:
        data = os.pread(fd, min(1 << 20, size - at), at)
        if not data:
            raise OSError(errno.EIO, "the file is shorter than was written")
        digest.update(data)
        at += len(data)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """fsync of a directory, so that names in it survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
