"""Makes written segments durable in threads, since fsync may take long and must not hold up packets."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore

from hearing_server.services.media import SegmentClosed
from recording.segment import Finished, make_durable

THREADS = 2
WAITING = 256  # segments; with more, the worker waits, and the recorder drops by name (`overrun`)

Result = tuple[Finished, SegmentClosed | OSError]


class Finisher:
    """Hand in with `submit`; `wake` is readable when `results` has something. Keeps count a hearing."""

    def __init__(self, folder: Path) -> None:
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._folder = folder
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="segment-finisher")
        self._room = BoundedSemaphore(WAITING)
        self._done: SimpleQueue[Result] = SimpleQueue()
        self._pending: dict[str, int] = {}

    def submit(self, finished: Finished) -> None:
        """Blocks while too many wait."""
        self._room.acquire()
        hearing = finished.track.hearing
        self._pending[hearing] = self._pending.get(hearing, 0) + 1
        self._pool.submit(self._work, finished)

    def _work(self, finished: Finished) -> None:
        try:
            outcome: SegmentClosed | OSError = make_durable(self._folder, finished)
        except OSError as error:
            outcome = error
        self._room.release()
        self._done.put((finished, outcome))
        os.eventfd_write(self.wake, 1)

    def results(self) -> Iterator[Result]:
        """What is done since the last call."""
        with suppress(BlockingIOError):
            os.eventfd_read(self.wake)
        with suppress(Empty):
            while True:
                finished, outcome = self._done.get_nowait()
                hearing = finished.track.hearing
                self._pending[hearing] -= 1
                if not self._pending[hearing]:
                    del self._pending[hearing]
                yield finished, outcome

    def idle(self, hearing: str) -> bool:
        """Whether nothing of this hearing waits."""
        return hearing not in self._pending

    def close(self) -> None:
        """Finish all that waits."""
        self._pool.shutdown(wait=True)
