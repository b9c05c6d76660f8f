"""Starts a child for one file and reads what it says, within a time and a size."""

import asyncio
import os
import sys
from pathlib import Path

PACKAGES = str(Path(__file__).resolve().parents[3])
PIECE = 1 << 16


async def ask_child(path: Path, *arguments: str, within: float, most: int) -> bytes:
    """All that it said; nothing when it met a limit, or fell over the file."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "hearing_server.adapters.examining.child"),
            *arguments,
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "PYTHONPATH": PACKAGES},
            start_new_session=True,
        )
    finally:
        file.close()
    try:
        async with asyncio.timeout(within):
            said = await _all(child.stdout, most)
            return said if await child.wait() == 0 else b""
    except TimeoutError:
        return b""
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
