"""Processes that are not our children: whether they are still there."""

import asyncio
from pathlib import Path


def is_gone(pid: int) -> bool:
    """The process has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def gone(pid: int, within: float) -> None:
    """Wait for the end of a process that is not our child."""
    async with asyncio.timeout(within):
        while not is_gone(pid):  # noqa: ASYNC110 - nothing tells of another's child
            await asyncio.sleep(0.02)
