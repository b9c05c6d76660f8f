"""Implements ExhibitFiles in the data folder: what is received, what waits for its event, what is kept.

exhibits/parts/     being received; nothing in it outlives a start
exhibits/waiting/   whole and durable, named by hash, hearing and chance, until their event is in the log
exhibits/ab/abcd…   kept, by hash; the same file twice is one file, and nobody is told
exhibits/bare/abcd… the same without what the file tells besides, for whoever is only shown it; made again
                    when it is missing
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import structlog

from hearing_server.adapters.folder import make_folder_durably, sync_folder
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import ExhibitSubmitted

RESERVE = 1 << 30  # bytes of the disk that are left to recordings and the log
SYNC_EVERY = 8 << 20  # so that the log's own fsync never waits behind a whole file

log = structlog.get_logger()


class StoredExhibits:
    def __init__(self, folder: Path) -> None:
        """The folder is this server's alone: what an earlier one was receiving is removed."""
        self._folder = folder
        self._parts = folder / "parts"
        self._waiting = folder / "waiting"
        shutil.rmtree(self._parts, ignore_errors=True)
        self._bare = folder / "bare"
        for made in (self._parts, self._waiting, self._bare):
            made.mkdir(exist_ok=True)

    def begin(self, size: int) -> "StoredPart":
        try:
            if shutil.disk_usage(self._folder).free < size + RESERVE:
                raise Refused(Code.NOT_SAVED, "space")
            return StoredPart(self, self._parts / secrets.token_hex(16))
        except OSError as error:
            raise Refused(Code.NOT_SAVED, error.strerror or "") from error

    def path(self, hearing: str, sha256: str) -> Path:
        kept = self.kept(sha256)
        if kept.is_file():
            return kept
        waiting = next(self._waiting.glob(f"{sha256}.{_token(hearing)}.*"), None)
        if waiting is None:
            log.error("an exhibit's file is missing", sha256=sha256, hearing=hearing)
            raise Refused(Code.NOT_FOUND, "the exhibit's file is missing")
        return waiting

    def kept(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def bare(self, sha256: str) -> Path:
        """Where what is made of a file lies, if it is made."""
        return self._bare / sha256

    def waiting_name(self, hearing: str, sha256: str) -> Path:
        return self._waiting / f"{sha256}.{_token(hearing)}.{secrets.token_hex(8)}"

    def waiting(self) -> Iterator[tuple[str, "StoredHeld"]]:
        """What waits, each with the token of its hearing."""
        for path in sorted(self._waiting.iterdir()):
            sha256, hearing, _ = path.name.split(".")
            yield hearing, StoredHeld(self, path, sha256)

    async def recover(self, store: SqlStore) -> None:
        """After a crash: keep the files whose event is in the log, remove the others."""
        waiting = list(self.waiting())
        if not waiting:
            return
        hearings = {_token(hearing): hearing for hearing in await store.hearings()}
        for token, held in waiting:
            hearing = hearings.get(token)
            entries = await store.read(hearing) if hearing else []
            submitted = (e.event for e in entries if isinstance(e.event, ExhibitSubmitted))
            if any(event.sha256 == held.sha256 for event in submitted):
                held.settle()
            else:
                log.warning("an upload was not entered before the server ended", hearing=hearing)
                held.discard()


class StoredPart:
    def __init__(self, files: StoredExhibits, path: Path) -> None:
        self._files = files
        self.path = path
        self._digest = hashlib.sha256()
        self._unsynced = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.file = os.fdopen(os.open(path, flags, 0o640), "wb", buffering=0)

    def append(self, data: bytes) -> None:
        try:
            view = memoryview(data)
            while view:
                view = view[self.file.write(view) :]
            self._unsynced += len(data)
            if self._unsynced >= SYNC_EVERY:
                os.fdatasync(self.file.fileno())
                self._unsynced = 0
        except (OSError, ValueError) as error:  # ValueError: discarded meanwhile
            raise Refused(Code.NOT_SAVED, getattr(error, "strerror", "") or "") from error
        self._digest.update(data)

    def hold(self, hearing: str) -> "StoredHeld":
        sha256 = self._digest.hexdigest()
        waiting = self._files.waiting_name(hearing, sha256)
        try:
            os.fsync(self.file.fileno())
            self.file.close()
            self.path.rename(waiting)
            sync_folder(waiting.parent)
        except (OSError, ValueError) as error:
            raise Refused(Code.NOT_SAVED, getattr(error, "strerror", "") or "") from error
        return StoredHeld(self._files, waiting, sha256)

    def keep_bare(self, sha256: str) -> Path:
        """What is made of the file with this hash, whole and durable."""
        bare = self._files.bare(sha256)
        try:
            os.fsync(self.file.fileno())
            self.path.rename(bare)
        except OSError as error:
            raise Refused(Code.NOT_SAVED, error.strerror or "") from error
        return bare

    def discard(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


class StoredHeld:
    def __init__(self, files: StoredExhibits, path: Path, sha256: str) -> None:
        self._files = files
        self._path = path
        self.sha256 = sha256

    def settle(self) -> None:
        """A failure is no harm: it is found where it waits, and settled at the next start."""
        kept = self._files.kept(self.sha256)
        try:
            make_folder_durably(kept.parent)
            if kept.is_file():
                self._path.unlink(missing_ok=True)
            elif self._path.exists():
                self._path.rename(kept)
            sync_folder(kept.parent)
            sync_folder(self._path.parent)
        except OSError as error:
            log.error("an exhibit's file was not settled", error=error.strerror)

    def discard(self) -> None:
        self._path.unlink(missing_ok=True)


def _token(hearing: str) -> str:
    """A hearing in a file's name: no path comes from an id."""
    return hashlib.sha256(hearing.encode("utf-8", "surrogatepass")).hexdigest()[:32]
