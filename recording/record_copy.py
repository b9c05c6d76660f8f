"""Writes a copy of a hearing's record: a folder, or a zip as a stream, that `verify` takes on any machine.

The same record gives the same bytes: everything stored, in order of name, dated 1980. Blocks: for a thread.
"""

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from recording import names

CHUNK = 1 << 18
DATE = (1980, 1, 1, 0, 0, 0)


class Target(Protocol):
    """Takes the files of a copy, one after the other."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file, by its name below the hearing's folder."""


class FolderTarget:
    """A folder that is not there yet."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.writelines(chunks)


class ZipTarget:
    """A zip that is given away as it is made; `write` may wait, and may raise to end it."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._stream = _Stream(write)
        self._zip = zipfile.ZipFile(cast(BinaryIO, self._stream), "w", zipfile.ZIP_STORED)

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        about = zipfile.ZipInfo(name, DATE)
        about.create_system = 3  # Unix: the same on every machine
        about.external_attr = (stat.S_IFREG | 0o644) << 16
        with self._zip.open(about, "w", force_zip64=True) as file:
            for chunk in chunks:
                file.write(chunk)

    def close(self) -> None:
        """Write the zip's directory: without it nobody takes it for whole."""
        self._zip.close()
        self._stream.flush()

    def abandon(self) -> None:
        """Nothing more is written; closing it then changes nothing."""
        self._stream.dead = True


class _Stream(io.RawIOBase):
    """Gathers what zipfile writes into chunks; it cannot go back."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._held = bytearray()
        self.dead = False

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._held += view
        if len(self._held) >= CHUNK:
            self.flush()
        return view.nbytes

    def flush(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        if not held or self.dead:
            return
        try:
            self._write(held)
        except BaseException:
            self.dead = True  # zipfile closes itself when it is forgotten, and would write again
            raise


def segment_chunks(folders: Sequence[Path], name: str) -> Iterator[bytes] | None:
    """The file of a segment from the first directory that has it; None if none has.

    `name` as in the log. Raises ValueError for a name that is none.
    """
    names.parse_segment_name(name)
    for folder in folders:
        with suppress(OSError):
            return _chunks(_opened(folder / name))
    return None


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
