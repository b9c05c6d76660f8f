"""A server process that is forked from one that has imported everything and done nothing else.

It is as real as one that was executed: a pid, sockets, files and signals of its own. What it spares is the
imports, which are more than half of what a start costs, and there are some two hundred starts in the tests.
`ServerProcess` executes where a test changes what a process is born with (another module, LD_PRELOAD).
"""

import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["hearing_server.__main__", "hearing_server.serve_command"])


class Forked:
    """The part of subprocess.Popen that tests use. `main`: the module whose `main` is called."""

    def __init__(
        self, main: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        reader, writer = _CONTEXT.Pipe(duplex=False)
        own = (main, list(arguments), dict(environment), log, writer)
        self._process = _CONTEXT.Process(target=_serve, args=own)
        self._process.start()
        writer.close()
        self.stdout: TextIO = os.fdopen(os.dup(reader.fileno()))
        reader.close()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"process {self.pid} still runs after {timeout} s")
        return code

    def send_signal(self, signum: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _serve(
    main: str, arguments: list[str], environment: dict[str, str], log: Path, writer: Connection
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(writer.fileno(), 1)
    with log.open("a") as file:
        os.dup2(file.fileno(), 2)
    writer.close()
    sys.stdout = os.fdopen(1, "w", buffering=1)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    sys.exit(importlib.import_module(main).main(arguments))
