"""Has a file examined: one child at a time on this node, each for one file, with a time limit."""

import asyncio
import json
from pathlib import Path

import structlog

from hearing_server.adapters.examining.ask import ask_child
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.exhibits import Examined

WAITING = 32  # files in the queue
WITHIN = 60.0  # seconds for one
MOST_SAID = 4096  # bytes of a verdict
log = structlog.get_logger()


class ChildExaminer:
    """Implements Examiner. Whatever the file does, it does to a child that has nothing."""

    def __init__(self, *rules: str, within: float = WITHIN) -> None:
        self._rules = rules  # none, or those of papers
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0
        self._within = within

    async def examine(self, path: Path) -> Examined:
        """What the file is; Refused(bad_file) with the reason, Refused(busy) while too many wait."""
        if self._waiting >= WAITING:
            raise Refused(Code.BUSY, "examination")
        self._waiting += 1
        try:
            async with self._turn:
                said = await ask_child(path, *self._rules, within=self._within, most=MOST_SAID)
        finally:
            self._waiting -= 1
        return _verdict(said)


def _verdict(said: bytes) -> Examined:
    """Silence is a verdict too: the child met one of its limits, or the file broke it."""
    if not said:
        log.warning("file not examined")
        raise Refused(Code.BAD_FILE, "too_heavy")
    found = json.loads(said)
    if "reason" in found:
        raise Refused(Code.BAD_FILE, " ".join((found["reason"], found["detail"])).strip())
    return Examined(
        media_type=found["media_type"], pages=found["pages"], notes=tuple(found["notes"])
    )
