"""The files of segments, as they are copied: read in pieces, from a directory that has them whole."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from hearing_server.services.media import SegmentClosed
from recording.integrity import locate

CHUNK = 1 << 18


def segment_chunks(folders: Sequence[Path], segment: SegmentClosed) -> Iterator[bytes] | None:
    """The file of a segment from the directory that has it as the log says.

    Where none has, the first that there is: whoever verifies the copy finds what is wrong with it. None if
    it is nowhere. Raises ValueError for a name that is none.
    """
    found = locate(folders, segment)
    for path in [found] if isinstance(found, Path) else [one / segment.name for one in folders]:
        with suppress(OSError):
            return _chunks(_opened(path))
    return None


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
