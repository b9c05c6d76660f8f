"""The worker as a process: how it is started, and why it ended."""

import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

PACKAGES = str(Path(__file__).resolve().parent.parent)
WORKER_ENVIRONMENT: dict[str, str] = {}  # more for the worker, such as LD_PRELOAD for a measurement


async def spawn(
    link: socket.socket, key: str, folders: Sequence[Path]
) -> asyncio.subprocess.Process:
    """`key` is the court's public recording key in hex, `-` for none."""
    # A session of its own: Ctrl-C in a terminal is for the server, which then ends the worker.
    # Of the environment it gets nothing that could be a secret.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "recording.worker", str(link.fileno()), key),
        *map(str, folders),
        pass_fds=(link.fileno(),),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": os.defpath, "PYTHONPATH": PACKAGES} | WORKER_ENVIRONMENT,
    )


def exit_text(status: int) -> str:
    """Why a worker ended, for people."""
    known = {
        0: "the recorder's worker was asked to end",
        3: "another recorder is at work in this folder",
        4: "the recordings folder cannot be written",
    }
    return known.get(status, f"the recorder's worker ended with status {status}")
