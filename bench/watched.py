"""The server, with its event loop watched: `python -m bench.watched serve …`.

BENCH_LOOP names a file of eight bytes, a double: the longest, in seconds, that the loop was late since
whoever looks last wrote a zero there. `Watch` is that reader.
"""

import asyncio
import mmap
import os
import struct
import sys
import threading
import time
from pathlib import Path

from hearing_server.__main__ import main

EVERY = 0.002  # seconds between beats
DOUBLE = struct.Struct("=d")


class Watch:
    """Reads what the watched server writes."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(DOUBLE.size))
        self.path = path
        with path.open("r+b") as file:
            self._late = mmap.mmap(file.fileno(), DOUBLE.size)

    def begin(self) -> None:
        DOUBLE.pack_into(self._late, 0, 0.0)

    def milliseconds(self) -> float:
        """The longest since `begin`."""
        late: float = DOUBLE.unpack_from(self._late)[0]
        return late * 1000


class _Beating(asyncio.DefaultEventLoopPolicy):
    """The main thread's loop beats; those of signing threads do not."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        if threading.current_thread() is threading.main_thread():
            with Path(os.environ["BENCH_LOOP"]).open("r+b") as file:
                late = mmap.mmap(file.fileno(), DOUBLE.size)

            def beat(due: float) -> None:
                now = time.monotonic()
                if now - due > DOUBLE.unpack_from(late)[0]:
                    DOUBLE.pack_into(late, 0, now - due)
                loop.call_at(now + EVERY, beat, now + EVERY)

            loop.call_soon(beat, time.monotonic())
        return loop


if __name__ == "__main__":
    asyncio.set_event_loop_policy(_Beating())
    sys.exit(main())
