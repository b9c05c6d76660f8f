"""The data folder: its layout, its lock, secrets kept in it, and files written so that they last."""

import fcntl
import hashlib
import os
import secrets
import time
from pathlib import Path

from hearing_server.domain.errors import Code, Refused
from hearing_server.unusable import Unusable

SECRET = 32  # bytes
LET_GO_IN = 2.0  # seconds


class FolderUnusable(Unusable):
    """The data folder cannot be used; the text says why in one line."""


class DataFolder:
    """One server at a time holds it: `close` lets go. Other accounts of the machine see nothing in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderUnusable(f"data folder {path}: {error.strerror}") from None
        if not _locked(self._lock):
            self.close()
            raise FolderUnusable(f"data folder {path} is in use by another server")
        try:
            self.keys = self._folder("keys", 0o700)
            self.recordings = self._folder("recordings")
            self.documents = self._folder("documents")
            self.notes = self._folder("notes")
            self.papers = self._folder("papers")
            self.exports = self._folder("exports")
            self.exhibits = self._folder("exhibits")
            self.spoken = self._folder("spoken", 0o700)
            self.pictures = self._folder("pictures", 0o700)
            self.deletions = self._folder("deletions")
            self.tls = self._folder("tls", 0o700)
        except FolderUnusable:
            self.close()
            raise

    def close(self) -> None:
        os.close(self._lock)

    def secret(self, name: str) -> bytes:
        """32 random bytes that are made once and stay: a file that only the owner reads."""
        path = self.keys / name
        try:
            if not path.exists():
                write_durably(path, secrets.token_bytes(SECRET), 0o600)
            secret = path.read_bytes()
        except OSError as error:
            raise FolderUnusable(f"{path}: {error.strerror}") from None
        if len(secret) != SECRET:  # a guessable one would open every seat
            raise FolderUnusable(f"{path}: not a secret of {SECRET} bytes")
        return secret

    def _folder(self, name: str, mode: int = 0o750) -> Path:
        folder = self.path / name
        try:
            folder.mkdir(mode=mode, exist_ok=True)
        except OSError as error:
            raise FolderUnusable(f"data folder {folder}: {error.strerror}") from None
        return folder


def _locked(lock: int) -> bool:
    """A process that a killed server was just starting holds its lock, and its ports, until it is executed."""
    until = time.monotonic() + LET_GO_IN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if time.monotonic() >= until:
                return False
        time.sleep(0.02)


class Documents:
    """Implements DocumentFiles: each state of a document is a file of its own, named by its hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, hearing: str, version: int, pdf: bytes) -> str:
        sha256 = hashlib.sha256(pdf).hexdigest()
        path = self._path(hearing, version, sha256)
        try:
            make_folder_durably(path.parent)
            write_durably(path, pdf)
        except OSError as error:
            raise Refused(Code.NOT_SAVED, error.strerror or "") from error
        return sha256

    def save_strokes(self, hearing: str, strokes: bytes) -> str:
        """How a name was written; its SHA-256. Refused(not_saved)."""
        return self._save_beside(hearing, "strokes", strokes)

    def save_assertion(self, hearing: str, assertion: bytes) -> str:
        """What a signer's device answered; its SHA-256. Refused(not_saved)."""
        return self._save_beside(hearing, "assertions", assertion)

    def read_beside(self, hearing: str, kind: str, sha256: str) -> bytes:
        """`strokes` or `assertions`; Refused(not_found) as `read` is."""
        return self._checked(self._folder / hearing / kind / f"{sha256}.json", sha256)

    def _save_beside(self, hearing: str, kind: str, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._folder / hearing / kind / f"{sha256}.json"
        try:
            make_folder_durably(path.parent)
            write_durably(path, data, 0o600)
        except OSError as error:
            raise Refused(Code.NOT_SAVED, error.strerror or "") from error
        return sha256

    def read(self, hearing: str, version: int, sha256: str) -> bytes:
        return self._checked(self._path(hearing, version, sha256), sha256)

    def _checked(self, path: Path, sha256: str) -> bytes:
        try:
            data = path.read_bytes()
        except OSError:
            raise Refused(Code.NOT_FOUND, "the document's file is missing") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Refused(Code.NOT_FOUND, "the document's file is not what the log says")
        return data

    def _path(self, hearing: str, version: int, sha256: str) -> Path:
        return self._folder / hearing / f"v{version}" / f"{sha256}.pdf"


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Whole or not at all, and still there after the power goes: fsync, rename, fsync of the folder."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder_durably(path: Path) -> None:
    """With its parents: a file is no safer than the names that lead to it."""
    if not path.is_dir():
        make_folder_durably(path.parent)
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
