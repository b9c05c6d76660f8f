"""A worker as a process: how it is started."""

import asyncio
import os
import socket
import sys
from pathlib import Path

PACKAGES = str(Path(__file__).resolve().parents[3])
WORKER_ENVIRONMENT: dict[str, str] = {}  # more for a worker, such as LD_PRELOAD for a measurement


async def spawn(
    module: str, link: socket.socket, *arguments: str | Path
) -> asyncio.subprocess.Process:
    """`python -m MODULE SOCKET_FD ARGUMENTS...`"""
    # A session of its own: Ctrl-C in a terminal is for the server, which then ends the worker.
    # Of the environment it gets nothing that could be a secret.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", module, str(link.fileno())),
        *map(str, arguments),
        pass_fds=(link.fileno(),),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": os.defpath, "PYTHONPATH": PACKAGES} | WORKER_ENVIRONMENT,
    )
