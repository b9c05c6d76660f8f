"""The log beside the segments: in each recordings directory the hearing's folder proves itself.

The database is the truth; these are copies that travel with the files. What differs from the truth is
put aside, not overwritten. All of this blocks: for threads, one hearing at a time.
"""

import base64
import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from hearing_server.domain.events import RootSigned
from hearing_server.domain.log import leaf_hash
from hearing_server.domain.proof import KIND, statement
from hearing_server.services.media import SegmentClosed
from recording import names
from recording.about_record import TEXT
from recording.part import sync_folder
from recording.record_copy import segment_chunks

MAX_LINE = 1 << 20  # bytes of an entry
MODE = 0o640


class _Kind(msgspec.Struct):
    type: str


class _Head(msgspec.Struct):
    event: _Kind


class _Root(msgspec.Struct):
    hearing: str
    event: msgspec.Raw


class RecordFolders:
    """`folders` are the recordings directories; `court` and `stamps` the certificates to lie beside."""

    def __init__(
        self,
        folders: Sequence[Path],
        court: x509.Certificate,
        stamps: Sequence[x509.Certificate] = (),
    ) -> None:
        self._folders = tuple(folders)
        self._beside = {names.ABOUT: TEXT.encode(), names.COURT: _pem(court)}
        if stamps:
            self._beside[names.STAMPS] = b"".join(map(_pem, stamps))
        self._known: dict[
            tuple[Path, str], tuple[int, int]
        ] = {}  # entries and bytes that are right

    def forget(self, hearing: str) -> None:
        """Look at the files again before they are next written."""
        for folder in self._folders:
            self._known.pop((folder, hearing), None)

    def known(self, hearing: str) -> int | None:
        """How many entries lie in every directory that can be written; None if that must be looked at."""
        found = [self._known.get((folder, hearing)) for folder in self._usable()]
        counts = [one[0] for one in found if one is not None]
        return min(counts) if len(counts) == len(found) else None

    def check(self, hearing: str, leaves: Sequence[bytes]) -> bool:
        """Compare each copy with the leaf hashes of the log; whether one had been altered.

        A line that was torn by a crash is cut off; what is another text is put aside and written anew.
        Raises OSError, when the others have been looked at.
        """
        altered, failed = False, None
        for folder in self._usable():
            try:
                altered |= self._check_one(folder, hearing, leaves)
            except OSError as error:
                failed = error
        if failed is not None:
            raise failed
        return altered

    def append(self, hearing: str, after: int, records: Sequence[bytes]) -> None:
        """Write the entries above number `after` to each directory that lacks them, and sync.

        Raises OSError, when the others have them.
        """
        failed = None
        for folder in self._usable():
            lines, size = self._known.get((folder, hearing), (-1, 0))
            wanted = records[lines - after :] if lines >= after else ()
            if not wanted:
                continue
            try:
                size = _append(folder / hearing, size, wanted)
                self._known[folder, hearing] = lines + len(wanted), size
            except OSError as error:
                self._known.pop((folder, hearing), None)
                failed = error
        if failed is not None:
            raise failed

    def beside(self, roots: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """What a copy of the folder has beside log and segments; `roots` are entries of signed roots."""
        yield from self._beside.items()
        for record in roots:
            for name, data in _root_files(record):
                yield f"{names.ROOTS}/{name}", data

    def segment(self, segment: SegmentClosed) -> Iterator[bytes] | None:
        """Its file; None if no directory has it."""
        return segment_chunks(self._folders, segment)

    def _usable(self) -> list[Path]:
        """The lock's file is there while the directory is the one that the recorder holds.

        Raises OSError if there is none.
        """
        found = [folder for folder in self._folders if (folder / names.LOCK).exists()]
        if not found:
            raise OSError(errno.ENODEV, "no recordings directory", str(self._folders[0]))
        return found

    def _check_one(self, folder: Path, hearing: str, leaves: Sequence[bytes]) -> bool:
        home = folder / names.check_id(hearing)
        home.mkdir(mode=0o750, exist_ok=True)
        path = home / names.LOG
        good, lines, altered = _agreeing(path, leaves)
        if altered:
            os.replace(path, home / names.ALTERED)
            good = lines = 0
        with _opened(path) as file:
            file.truncate(good)
            os.fsync(file.fileno())
        for name, data in self._beside.items():
            _write(home / name, data)
        sync_folder(home)
        sync_folder(folder)
        self._known[folder, hearing] = lines, good
        return altered


def _append(home: Path, size: int, records: Sequence[bytes]) -> int:
    """Write behind the `size` bytes that are known; the new size."""
    with _opened(home / names.LOG) as file:
        if os.fstat(file.fileno()).st_size != size:
            raise OSError(errno.ESTALE, "somebody else wrote it", str(home / names.LOG))
        data = b"".join(record + b"\n" for record in records)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    for record in records:
        if b'"root_signed"' in record and _is_root(record):
            _write_root(home / names.ROOTS, record)
    return size + len(data)


def _agreeing(path: Path, leaves: Sequence[bytes]) -> tuple[int, int, bool]:
    """Up to which byte and line the file is the log, and whether a whole line then is another."""
    good = lines = 0
    with suppress(FileNotFoundError), _reading(path) as file:
        while line := file.readline(MAX_LINE + 1):
            whole = line.endswith(b"\n")
            if not whole and len(line) <= MAX_LINE:
                break
            if lines >= len(leaves) or leaf_hash(line[:-1]) != leaves[lines]:
                return good, lines, True
            good, lines = good + len(line), lines + 1
    return good, lines, False


def _is_root(record: bytes) -> bool:
    """A line's words may hold the same letters."""
    return msgspec.json.decode(record, type=_Head).event.type == "root_signed"


def _write_root(folder: Path, record: bytes) -> None:
    """The signed root as files that openssl reads; the log has the same."""
    folder.mkdir(mode=0o750, exist_ok=True)
    for name, data in _root_files(record):
        _write(folder / name, data)
    sync_folder(folder)


def _root_files(record: bytes) -> list[tuple[str, bytes]]:
    decoded = msgspec.json.decode(record, type=_Root)
    return root_files(decoded.hearing, msgspec.json.decode(decoded.event, type=dict))


def root_files(hearing: str, root: dict[str, object], kind: str = KIND) -> list[tuple[str, bytes]]:
    """Names and contents in `roots.d` of a `root_signed` fact."""
    values = {key: value for key, value in root.items() if key != "type"}
    signed = msgspec.convert(values, RootSigned)
    stem = f"{signed.size:06}"
    said = statement(hearing, signed.size, signed.root, signed.cause, signed.signed_at, kind)
    certificate = x509.load_der_x509_certificate(base64.b64decode(signed.certificate))
    files = [
        (f"{stem}.json", said),
        (f"{stem}.sig", base64.b64decode(signed.signature)),
        (f"{stem}.pem", _pem(certificate)),
    ]
    if signed.timestamp:
        files.append((f"{stem}.tst", base64.b64decode(signed.timestamp)))
    return files


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _opened(path: Path) -> BinaryIO:
    """For appending, never through a link."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, MODE), "ab")


def _reading(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, unless it is there already."""
    with suppress(OSError), _reading(path) as file:
        if file.read(len(data) + 1) == data:
            return
    part = path.with_name(f".{path.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, MODE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
