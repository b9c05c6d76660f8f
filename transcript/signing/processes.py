"""Prints and signs outside the server's process, so that neither ever holds its event loop.

`call` blocks and is used in threads. The work is in worker.py; a process that dies is made again by the
next call, and the call it died of is refused (`signing_unavailable`): whoever asked may ask again.
"""

import contextlib
import os
import queue
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import structlog

from hearing_server.services.worker_link.process import PACKAGES, WORKER_ENVIRONMENT
from transcript.errors import SigningError

from .calls import Call, Done, Keys, Refusal

ANSWER_WITHIN = 90.0  # seconds: a long transcript on a busy machine, with a timestamp from far away
END_WITHIN = 5.0

log = structlog.get_logger()

T = TypeVar("T")


class SigningProcesses:
    """At most `count` processes, each started when there is work for it and kept."""

    def __init__(self, keys: Keys, count: int | None = None) -> None:
        self._all = [_Process(keys) for _ in range(count or default_count())]
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()
        for process in self._all:
            self._idle.put(process)

    def start(self) -> None:
        """Have one ready before there is work: importing what it needs takes a second."""
        process = self._idle.get()
        try:
            process.start()
        finally:
            self._idle.put(process)

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """`function(*arguments, authority)` in one of the processes.

        Raises what the function raises of TranscriptError, SigningError `signing_unavailable` when the
        process died or hung, RuntimeError for a fault of ours.
        """
        process = self._idle.get()
        try:
            answer = process.ask(Call(function, arguments))
        finally:
            self._idle.put(process)
        if isinstance(answer, Done):
            return answer.value  # type: ignore[no-any-return]
        if isinstance(answer, Refusal):
            raise SigningError(answer.text, code=answer.code)
        raise RuntimeError(answer.text)

    def close(self) -> None:
        """End them; what is still asked for is refused."""
        for process in self._all:
            process.end()


def default_count() -> int:
    """Half of the processors, up to four: hearings come first."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


class _Process:
    """One worker, or none yet."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._process: subprocess.Popen[bytes] | None = None
        self._link: Connection | None = None

    def start(self) -> Connection:
        if self._link is not None:
            return self._link
        ours, theirs = socket.socketpair()
        # Also a process that takes nothing in, or stops amid its answer, is given up.
        limit = struct.pack("ll", int(ANSWER_WITHIN), round(ANSWER_WITHIN % 1 * 1e6))
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        with theirs:
            # Of the environment it gets nothing that could be a secret; the passphrase goes over the link.
            self._process = subprocess.Popen(  # noqa: S603 - a program of ours
                [sys.executable, "-P", "-m", "transcript.signing.worker", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                env={"PATH": os.defpath, "PYTHONPATH": PACKAGES} | WORKER_ENVIRONMENT,
            )
        self._link = Connection(ours.detach())
        self._link.send(self._keys)
        return self._link

    def ask(self, call: Call) -> Any:
        try:
            link = self.start()
            link.send(call)
            if link.poll(ANSWER_WITHIN):
                return link.recv()
            why = f"no answer within {ANSWER_WITHIN:.0f} s"
        except (OSError, EOFError) as error:
            why = repr(error)
        code = self.end()
        log.error("signing process ended", why=why, exit=code, asked=call.function.__name__)
        raise SigningError("the signing process ended", code="signing_unavailable")

    def end(self) -> int | None:
        """It ends by itself when its link closes; its exit code."""
        link, process = self._link, self._process
        self._link = self._process = None
        if link is not None:
            link.close()
        if process is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(END_WITHIN)
        process.kill()
        return process.wait()
