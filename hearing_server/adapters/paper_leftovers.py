"""What a killed server left in the folder of papers: files half written, and an upload whose paper was never made.

Nobody was told of either, no log names it, and nothing else would ever remove it. Blocks; for a start, while
nobody writes.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from hearing_server.services.paper_ports import UPLOADED


def uploads(folder: Path) -> list[str]:
    """Papers that have an upload and nothing else: what was sealed once is never taken for left over."""
    return [
        path.name
        for path in folder.iterdir()
        if path.is_dir() and [one.name for one in path.iterdir()] == [f"v{UPLOADED}"]
    ]


def clear(folder: Path, never_made: Iterable[str]) -> None:
    for paper in never_made:
        shutil.rmtree(folder / paper)
    for path in folder.rglob(".*"):
        path.unlink()
