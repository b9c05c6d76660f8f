"""A segment's file as what it was before it was encrypted: to be read and sought in like any file."""

import io
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from recording import names
from recording.encryption import (
    CLUSTER,
    FIRST,
    LAST,
    Decryptor,
    Keyring,
    Unreadable,
    chunks,
    patches_of,
    read_head,
)

MOST_HEAD = 4096


class DecryptedFile(io.RawIOBase):
    """Plain bytes of an encrypted segment; one chunk is open at a time. Raises Unreadable.

    `complete` tells whether it has its end: a file that a crash or a full disk cut short has none.
    """

    def __init__(self, path: Path, keys: Keyring) -> None:
        super().__init__()
        self.name = str(path)
        self._data = path.read_bytes()  # a map of what a disk cannot give would end the process
        if not self._data:
            raise Unreadable("truncated", "the file is empty")
        head, begin, at = read_head(self._data)
        found, end = chunks(self._data, at)
        if not found or found[0].kind != FIRST:
            raise Unreadable("changed", "the first chunk is not what was written")
        self.complete = found[-1].kind == LAST
        if end != len(self._data):
            raise Unreadable(*_why(end, len(self._data), self.complete))
        self._decryptor = Decryptor(keys, head, begin)
        self._chunks = [chunk for chunk in found if chunk.kind in (FIRST, CLUSTER)]
        self._starts = [0]
        for chunk in self._chunks:
            self._starts.append(self._starts[-1] + chunk.size)
        self._at = 0
        self._open: tuple[int, bytes] = (-1, b"")
        self._patches: list[tuple[int, bytes]] = []
        if self.complete:
            last = found[-1]
            self._patches = patches_of(
                self._decryptor.open(last, self._data[last.start : last.end])
            )

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._at >= self._starts[-1]:
            return 0
        index = bisect_right(self._starts, self._at) - 1
        plain = self._plain(index)
        within = self._at - self._starts[index]
        piece = plain[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _plain(self, index: int) -> bytes:
        if self._open[0] == index:
            return self._open[1]
        chunk = self._chunks[index]
        plain = self._decryptor.open(chunk, self._data[chunk.start : chunk.end])
        if index == 0 and self._patches:
            patched = bytearray(plain)
            for at, data in self._patches:
                patched[at : at + len(data)] = data
            plain = bytes(patched)
        self._open = (index, plain)
        return plain


def open_segment(path: Path, keys: Keyring | None) -> BinaryIO:
    """A segment's plain bytes, encrypted or not. Raises OSError, Unreadable."""
    if not names.is_encrypted(path.name):
        return path.open("rb")
    return io.BufferedReader(DecryptedFile(path, keys or Keyring()))


def unseal(paths: Iterable[Path], keys: Keyring) -> dict[bytes, bytes]:
    """The data keys of these files by their sealed form: for a process that shall read no others.

    Blocks. Raises OSError, Unreadable.
    """
    opened = {}
    for path in paths:
        if names.is_encrypted(path.name):
            with path.open("rb") as file:
                head = read_head(file.read(MOST_HEAD))[0]
            opened[head.sealed] = keys.data_key(head)
    return opened


def _why(end: int, size: int, complete: bool) -> tuple[str, str]:
    if complete:
        return "changed", f"{size - end} bytes after the end"
    return "changed", f"what follows byte {end} is not what was written, or is cut short"
