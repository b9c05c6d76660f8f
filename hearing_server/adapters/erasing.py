"""The files of a deleted recording, gone from the disk; and the marks of deletions that are under way."""

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hearing_server.adapters.folder import sync_folder, write_durably
from recording import names
from recording.erasing import erase_segments


class SegmentEraser:
    """Erases in every recordings directory; a second one that is not there now is waited for.

    Goes over them until none had anything: a recorder that makes one directory good may copy a segment
    to where this has been, from where it has not.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    async def __call__(self, hearing: str) -> None:
        gone = 1
        while gone:
            gone = 0
            for folder in self._folders:
                gone += await asyncio.to_thread(erase_segments, folder, hearing)


class ExportEraser:
    """Erases what was made of a recording: `<exports>/<hearing>`."""

    def __init__(self, exports: Path) -> None:
        self._exports = exports

    async def __call__(self, hearing: str) -> None:
        await asyncio.to_thread(self._erase, self._exports / names.check_id(hearing))

    def _erase(self, folder: Path) -> None:
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
            sync_folder(folder.parent)


class DeletionMarks:
    """Implements Marks: an empty file a hearing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, hearing: str) -> None:
        write_durably(self._folder / names.check_id(hearing), b"")

    def remove(self, hearing: str) -> None:
        (self._folder / names.check_id(hearing)).unlink(missing_ok=True)
        sync_folder(self._folder)

    def all(self) -> list[str]:
        found = []
        for path in sorted(self._folder.iterdir()):
            with suppress(ValueError):
                found.append(names.check_id(path.name))
        return found
