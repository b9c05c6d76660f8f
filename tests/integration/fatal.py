"""The server that is killed at one moment: its `main`, for a forked server.

The file at FATAL says when: `before paper_sealed` or `after paper_sealed`, an event of a paper's log. Before its
entry is written everything that led to it has been done; after it, whoever asked has no answer yet. The file is
gone once that has happened, so that the next start lives.
"""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from hearing_server import __main__, paper_parts
from hearing_server.adapters.paper_store import SqlPapers
from hearing_server.domain.facts import tag
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.shape import Change


class Mortal(SqlPapers):
    """Papers in SQL as they are, and the end at the moment that is named."""

    async def append(
        self, log: str, expected: int, entries: Sequence[Entry], change: Change | None
    ) -> None:
        kinds = [tag(type(entry.event)) for entry in entries]
        _end_at("before", kinds)
        await super().append(log, expected, entries, change)
        _end_at("after", kinds)


def _end_at(moment: str, kinds: list[str]) -> None:
    said = Path(os.environ["FATAL"])
    if not said.exists():
        return
    wanted, kind = said.read_text().split()
    if wanted == moment and kind in kinds:
        said.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def main(arguments: list[str]) -> int:
    paper_parts.SqlPapers = Mortal  # type: ignore[misc]
    return __main__.main(arguments)
