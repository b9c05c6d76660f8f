"""Starts a child for one file and takes what it says or writes, within a time and a size."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

PACKAGES = str(Path(__file__).resolve().parents[3])
PIECE = 1 << 16


async def ask_child(path: Path, *arguments: str, within: float, most: int) -> bytes:
    """All that it said; nothing when it met a limit, or fell over the file."""
    with contextlib.suppress(TimeoutError):
        async with _child(path, arguments, asyncio.subprocess.PIPE) as child:
            async with asyncio.timeout(within):
                said = await _all(child.stdout, most)
                return said if await child.wait() == 0 else b""
    return b""


async def have_written(path: Path, into: BinaryIO, media_type: str, *, within: float) -> bool:
    """Whether it wrote the file anew into `into`; not when it met a limit, or fell over the file."""
    with contextlib.suppress(TimeoutError):
        async with _child(path, (media_type,), into) as child:
            async with asyncio.timeout(within):
                return await child.wait() == 0
    return False


@contextlib.asynccontextmanager
async def _child(
    path: Path, arguments: tuple[str, ...], out: BinaryIO | int
) -> AsyncIterator[asyncio.subprocess.Process]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "hearing_server.adapters.examining.child"),
            *arguments,
            stdin=file,
            stdout=out,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "PYTHONPATH": PACKAGES},
            start_new_session=True,
        )
    finally:
        file.close()
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _all(pipe: asyncio.StreamReader | None, most: int) -> bytes:
    assert pipe is not None
    said = bytearray()
    while piece := await pipe.read(PIECE):
        said += piece
        if len(said) > most:
            raise TimeoutError  # too much is as bad as too late
    return bytes(said)
