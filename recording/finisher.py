"""What may take long on a disk, in threads, so that it does not hold up packets: fsync and copying."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore

from recording import names
from recording.disk import Disk
from recording.part import Part, make_folders, sync_folder
from recording.segment import Finished, Outcome, make_durable

THREADS = 2
WAITING = 256  # segments; with more, the worker waits, and the recorder drops by name (`overrun`)
BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A segment that lay in one directory alone, copied to the other; or why not."""

    name: str
    disk: Disk
    begun_at: float
    error: OSError | None = None


Result = tuple[Finished, Outcome] | Part | Copied


class Finisher:
    """Hand in with `submit`; `wake` is readable when `results` has something. Keeps count a hearing.

    Each directory has one more thread for what can wait, so that a slow one holds up only itself.
    """

    def __init__(self) -> None:
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="segment-finisher")
        self._slow: dict[Disk, ThreadPoolExecutor] = {}
        self._room = BoundedSemaphore(WAITING)
        self._done: SimpleQueue[Result] = SimpleQueue()
        self._pending: dict[str, int] = {}

    def submit(self, finished: Finished) -> None:
        """Blocks while too many wait."""
        self._room.acquire()
        hearing = finished.track.hearing
        self._pending[hearing] = self._pending.get(hearing, 0) + 1
        self._pool.submit(self._finish, finished)

    def sync(self, part: Part, until: int) -> None:
        """Have what is written so far survive a power cut; the part comes back as a result."""
        part.syncing = True
        self._pool_of(part.disk).submit(self._sync, part, until)

    def copy(self, name: str, source: Disk, target: Disk, begun_at: float) -> None:
        """Copy a durable segment to the directory that does not have it."""
        self._pool_of(target).submit(self._copy, name, source, target, begun_at)

    def later(self, disk: Disk, act: Callable[[Disk], None]) -> None:
        """Something of this directory that has no result and may wait for a slow disk."""
        self._pool_of(disk).submit(act, disk)

    def results(self) -> Iterator[Result]:
        """What is done since the last call."""
        with suppress(BlockingIOError):
            os.eventfd_read(self.wake)
        with suppress(Empty):
            while True:
                result = self._done.get_nowait()
                if isinstance(result, tuple):
                    hearing = result[0].track.hearing
                    self._pending[hearing] -= 1
                    if not self._pending[hearing]:
                        del self._pending[hearing]
                yield result

    def idle(self, hearing: str) -> bool:
        """Whether nothing of this hearing waits."""
        return hearing not in self._pending

    def close(self) -> None:
        """Finish all segments that wait; copies not begun are left to the next start."""
        self._pool.shutdown(wait=True)
        for pool in self._slow.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _pool_of(self, disk: Disk) -> ThreadPoolExecutor:
        if disk not in self._slow:
            self._slow[disk] = ThreadPoolExecutor(1, thread_name_prefix="segment-sync")
        return self._slow[disk]

    def _finish(self, finished: Finished) -> None:
        outcome = make_durable(finished)
        self._room.release()
        self._tell((finished, outcome))

    def _sync(self, part: Part, until: int) -> None:
        part.sync(until)
        self._tell(part)

    def _copy(self, name: str, source: Disk, target: Disk, begun_at: float) -> None:
        error = None
        try:
            copy_segment(name, source, target)
        except OSError as failure:
            error = failure
        self._tell(Copied(name=name, disk=target, begun_at=begun_at, error=error))

    def _tell(self, result: Result) -> None:
        self._done.put(result)
        os.eventfd_write(self.wake, 1)


def copy_segment(name: str, source: Disk, target: Disk) -> None:
    """Copy a complete segment under its own name, durably. Blocks.

    Raises OSError; FileNotFoundError when the segment was erased (`erased`), also during the copying: then no
    copy stays.
    """
    target.check()
    path = target.folder / name
    if path.exists():
        return
    copy = path.with_name(path.name + names.COPY)
    digest, again = hashlib.sha256(), hashlib.sha256()
    with ExitStack() as files:
        old = files.enter_context((source.folder / name).open("rb"))
        made = make_folders(target.folder, path.parent)  # none for what is not there any more
        new = files.enter_context(copy.open("w+b"))
        while block := old.read(BLOCK):
            digest.update(block)
            new.write(block)
        new.flush()
        os.fsync(new.fileno())
        new.seek(0)
        while block := new.read(BLOCK):
            again.update(block)
    if digest.digest() != again.digest():
        raise OSError(errno.EIO, "the copy is not what was written", str(copy))
    os.rename(copy, path)
    with suppress(OSError):  # what this directory had of it when it failed
        path.with_name(path.name + names.PART).unlink(missing_ok=True)
    if erased(name, source):
        path.unlink(missing_ok=True)
        raise FileNotFoundError(errno.ENOENT, "erased meanwhile", str(source.folder / name))
    for folder in (path.parent, *made):
        sync_folder(folder)


def erased(name: str, disk: Disk) -> bool:
    """Whether a segment is gone from its directory; one whose disk is away may come back."""
    return (disk.folder / names.LOCK).is_file() and not (disk.folder / name).exists()
