"""A stranger's folder or zip, opened without believing its names: no link is followed, nothing leads outside."""

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from recording import names

MOST_FILES = 500_000
DEEPEST = 4  # party, source, file; and one to see what is too deep
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}")


class Unreadable(Exception):
    """It cannot be verified at all. `code` is stable: `not_a_record`, `bad_zip`, `zip_refused`,
    `too_many_files`, `unreadable`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class File(NamedTuple):
    """`kind` is `file`, `link` or `other`; a name that is refused is `bad`."""

    name: str
    kind: str
    size: int = 0


class Source(Protocol):
    """The folder of one hearing. Names are relative to it, with forward slashes."""

    title: str
    first: str  # what lies first in a zip; empty where nothing does

    def files(self) -> Iterator[File]:
        """Everything in it. Raises Unreadable."""

    def open(self, name: str) -> BinaryIO:
        """A regular file. Raises OSError (FileNotFoundError), also for a name that is refused."""


def good(name: str) -> bool:
    """Whether a name below a hearing's folder may be looked at."""
    parts = name.split("/")
    return len(parts) <= DEEPEST and all(_PART.fullmatch(part) for part in parts)


class FolderSource:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.title = str(folder)
        self.first = ""

    def files(self) -> Iterator[File]:
        for count, file in enumerate(self._below(self._folder, "")):
            if count >= MOST_FILES:
                raise Unreadable("too_many_files", f"more than {MOST_FILES} files")
            yield file

    def _below(self, folder: Path, prefix: str) -> Iterator[File]:
        try:
            entries = sorted(os.scandir(folder), key=lambda one: one.name)
        except OSError as error:
            raise Unreadable("unreadable", f"{folder}: {error.strerror}") from error
        for entry in entries:
            name = prefix + entry.name
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                yield File(name, "link")
            elif stat.S_ISDIR(found.st_mode):
                if name.count("/") + 1 >= DEEPEST:
                    yield File(name, "bad")
                else:
                    yield from self._below(Path(entry.path), name + "/")
            elif stat.S_ISREG(found.st_mode):
                yield File(name, "file", found.st_size)
            else:
                yield File(name, "other")

    def open(self, name: str) -> BinaryIO:
        if not good(name):
            raise FileNotFoundError(name)
        *folders, last = name.split("/")
        here = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in folders:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                below = os.open(part, flags, dir_fd=here)
                os.close(here)
                here = below
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            fd = os.open(last, flags, dir_fd=here)
        finally:
            os.close(here)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(name)
        return os.fdopen(fd, "rb")


class ZipSource:
    """A copy as the court gives it: everything stored, nothing compressed, so it holds no bomb."""

    def __init__(self, path: Path) -> None:
        self.title = str(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, RecursionError) as error:
            raise Unreadable("bad_zip", str(error)[:200]) from error
        self._entries: dict[str, zipfile.ZipInfo] = {}
        listed = self._zip.infolist()
        if len(listed) > MOST_FILES:
            raise Unreadable("too_many_files", f"more than {MOST_FILES} files")
        self._check(listed, path.stat().st_size)
        self.first = next(
            (name for name, one in self._entries.items() if not one.header_offset), "?"
        )

    def _check(self, listed: list[zipfile.ZipInfo], size: int) -> None:
        prefix = _prefix(listed)
        total = 0
        for one in listed:
            total += one.file_size
            if one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 1:
                raise Unreadable("zip_refused", f"{one.filename[:80]!r} is compressed or encrypted")
            name = one.filename.removeprefix(prefix)
            if name in self._entries:
                raise Unreadable("zip_refused", f"{one.filename[:80]!r} is there twice")
            if not one.is_dir():
                self._entries[name] = one
        if total > size:
            raise Unreadable("zip_refused", "it says to hold more than it does")

    def files(self) -> Iterator[File]:
        for name, one in self._entries.items():
            kind = "link" if stat.S_ISLNK(one.external_attr >> 16) else "file"
            yield File(name, kind if good(name) else "bad", one.file_size)

    def open(self, name: str) -> BinaryIO:
        one = self._entries.get(name)
        if one is None or not good(name) or stat.S_ISLNK(one.external_attr >> 16):
            raise FileNotFoundError(name)
        try:
            return self._zip.open(one)  # type: ignore[return-value]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise OSError(str(error)) from error


def _prefix(listed: list[zipfile.ZipInfo]) -> str:
    """Where the log lies: at the top, or in the one folder that was packed."""
    logs = [one.filename for one in listed if one.filename.split("/")[-1] == names.LOG]
    shallow = [name for name in logs if name.count("/") <= 1]
    return shallow[0].removesuffix(names.LOG) if len(shallow) == 1 else ""


def sources(path: Path) -> list[Source]:
    """The hearings at `path`: a folder of one, a folder of many, or a zip. Raises Unreadable."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Unreadable("unreadable", f"{path}: {error.strerror}") from error
    if not stat.S_ISDIR(mode):
        return [ZipSource(path)]
    if _holds_record(path):
        return [FolderSource(path)]
    try:
        below = sorted(p for p in path.iterdir() if p.is_dir() and not p.is_symlink())
    except OSError as error:
        raise Unreadable("unreadable", f"{path}: {error.strerror}") from error
    found: list[Source] = [FolderSource(one) for one in below if _holds_record(one)]
    if not found:
        raise Unreadable("not_a_record", f"{path}: neither a record nor a folder of records")
    return found


def _holds_record(folder: Path) -> bool:
    """The log, or segments without one."""
    if os.path.lexists(folder / names.LOG):
        return True
    return any(
        path.name.endswith(names.WHOLE)
        for party in folder.iterdir()
        if party.is_dir() and not party.is_symlink()
        for source in party.iterdir()
        if source.is_dir() and not source.is_symlink()
        for path in source.iterdir()
    )
