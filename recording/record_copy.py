"""The files of segments, as they are copied: read in pieces, from the first directory that has them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from recording import names

CHUNK = 1 << 18


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
