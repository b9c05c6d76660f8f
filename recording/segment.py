"""One segment file: written cluster by cluster under a temporary name, then made durable and named."""

import errno
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hearing_server.services.media import Codec, SegmentClosed, TrackName
from recording import matroska, names

LONGEST_MS = 10_000
CLUSTER_MS = 250  # how much a killed worker can lose
CLUSTER_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A written file that is not yet durable. `patches` go in before it is fsynced."""

    track: TrackName
    name: str
    codec: Codec
    frames: int
    started_at: int
    ended_at: int
    fd: int
    size: int
    patches: list[tuple[int, bytes]]
    recovered: bool = False


class SegmentWriter:
    """Writes one `.part` file. Every method that writes may raise OSError; then call `abandon`."""

    def __init__(
        self, folder: Path, track: TrackName, header: matroska.Header, clean: bool
    ) -> None:
        self.started_at = header.started_at
        self.header = header
        self.clean = clean  # begins with a key frame
        self.last = header.started_at  # start and end of the last frame taken, Unix ms
        self.ended_at = header.started_at
        self.written_until: int | None = None  # the same for what write() took
        self._track = track
        self._head = matroska.header_bytes(header)
        self._blocks: list[bytes] = []
        self._held = 0  # bytes in `_blocks`
        self._frames = self._written_frames = 0
        self._cluster = 0  # ms since the start
        self._size = 0
        self.name, self._fd = _create(folder, track, header.started_at)
        try:
            self._write(self._head)
        except OSError:
            self._discard(folder)
            raise
        self._folder = folder

    def add(self, at: int, end: int, data: bytes, key: bool) -> None:
        """Take one frame that starts at `at` and lasts until `end` (Unix ms)."""
        time = at - self.started_at - self._cluster
        if time >= CLUSTER_MS or self._held > CLUSTER_BYTES:
            self.flush()
        if not self._blocks:
            self._cluster, time = at - self.started_at, 0
        size = len(data)
        self._blocks += (matroska.block_head(size, time, key), data)
        self._held += size
        self._frames += 1
        self.last, self.ended_at = at, end

    def flush(self) -> None:
        """Write what is held as one cluster."""
        if self._blocks:
            data = matroska.cluster(self._cluster, self._blocks)
            self._blocks, self._held = [], 0
            self._write(data)
            self._written_frames, self.written_until = self._frames, self.ended_at

    def finish(self) -> Finished:
        """Write the rest; the file is complete but for `make_durable`."""
        self.flush()
        duration = self.ended_at - self.started_at
        return self._finished(self.ended_at, matroska.patches(self._head, self._size, duration))

    def abandon(self) -> Finished | None:
        """After an error: what was written before it, None when that is nothing."""
        if self.written_until is None:
            self._discard(self._folder)
            return None
        with suppress(OSError):
            os.ftruncate(self._fd, self._size)
        return self._finished(self.written_until, [])

    def _finished(self, until: int, patches: list[tuple[int, bytes]]) -> Finished:
        return Finished(
            track=self._track,
            name=self.name,
            codec=self.header.codec,
            frames=self._written_frames,
            started_at=self.started_at,
            ended_at=until,
            fd=self._fd,
            size=self._size,
            patches=patches,
        )

    def _discard(self, folder: Path) -> None:
        os.close(self._fd)
        with suppress(OSError):
            (folder / (self.name + names.PART)).unlink()

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._fd, rest) :]
        self._size += len(data)


def _create(folder: Path, track: TrackName, started_at: int) -> tuple[str, int]:
    """A new `.part` file of a name that is not taken."""
    below = folder / names.track_folder(track)
    if not below.is_dir():
        _make_folders(folder, below)
    for number in range(1000):
        name = names.segment_name(track, started_at, number)
        if (folder / name).exists():
            continue
        with suppress(FileExistsError):
            path = folder / (name + names.PART)
            return name, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    raise OSError(errno.EEXIST, "a thousand segments of one start", str(below))


def _make_folders(folder: Path, below: Path) -> None:
    missing = [path for path in (below, *below.parents) if path != folder and not path.exists()]
    below.mkdir(parents=True, exist_ok=True, mode=0o750)
    for path in missing:
        sync_folder(path.parent)


def make_durable(folder: Path, finished: Finished) -> SegmentClosed:
    """Patch, fsync, rename, fsync the folder, hash. Raises OSError; then nothing of it is reported.

    Blocks: for a thread. A failed fsync is final, since the kernel forgets what it could not write:
    the file keeps a name that says so and is not tried again.
    """
    part = folder / (finished.name + names.PART)
    try:
        try:
            for at, data in finished.patches:
                os.pwrite(finished.fd, data, at)
            os.ftruncate(finished.fd, finished.size)
            os.fsync(finished.fd)
            digest = _digest(finished.fd, finished.size)
        finally:
            os.close(finished.fd)
        os.rename(part, folder / finished.name)
        sync_folder(part.parent)
    except OSError:
        with suppress(OSError):
            os.rename(part, folder / (finished.name + names.UNUSABLE))
        raise
    return SegmentClosed(
        track=finished.track,
        name=finished.name,
        codec=finished.codec,
        sha256=digest,
        size=finished.size,
        frames=finished.frames,
        started_at=finished.started_at,
        ended_at=finished.ended_at,
        recovered=finished.recovered,
    )


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
