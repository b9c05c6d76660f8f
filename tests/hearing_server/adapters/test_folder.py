"""The data folder: whole files or none, one server at a time, secrets that stay."""

import fcntl
import hashlib
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hearing_server.adapters.folder import DataFolder, Documents, FolderUnusable, write_durably
from hearing_server.domain.errors import Code, Refused


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")
    write_durably(path, b"new", 0o600)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """And nothing beside it: a failed fsync is never taken for a good one."""
    path = tmp_path / "file"
    write_durably(path, b"old")

    def fails(*arguments: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, step, fails)
    monkeypatch.setattr(Path, "rename", fails) if step == "rename" else None
    with pytest.raises(OSError, match="Input/output"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_file_is_synced_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then its folder is, so that the name lasts too."""
    path, seen = tmp_path / "file", []
    real = os.fsync

    def watched(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        seen.append(("folder" if is_folder else "file", path.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_durably(path, b"data")
    assert seen == [("file", False), ("folder", True)]


def test_a_second_server_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "data")
    with pytest.raises(FolderUnusable, match="in use by another server"):
        DataFolder(tmp_path / "data")
    first.close()
    DataFolder(tmp_path / "data").close()


def test_a_server_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    script = (
        "import os, sys, pathlib\n"
        "from hearing_server.adapters.folder import DataFolder\n"
        "folder = DataFolder(pathlib.Path(sys.argv[1]))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert ended.returncode == -9
    DataFolder(tmp_path).close()


def test_a_killed_server_was_just_starting_a_process(tmp_path: Path) -> None:
    """Between fork and exec that process holds the lock; the next server's start waits for it."""
    script = (
        "import os, sys, pathlib\n"
        "from hearing_server.adapters.folder import DataFolder\n"
        "folder = DataFolder(pathlib.Path(sys.argv[1]))\n"
        "if os.fork():\n"
        "    os.kill(os.getpid(), 9)\n"
        "sys.stdin.read()\n"
        "os.execv('/bin/sleep', ['sleep', '0'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE
    ) as killed:
        assert killed.wait() == -9
        with (tmp_path / "lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert killed.stdin
        executing = threading.Timer(0.3, killed.stdin.close)
        executing.start()
        DataFolder(tmp_path).close()
        executing.join()


def test_other_accounts_of_the_machine_see_nothing(tmp_path: Path) -> None:
    """Database, recordings and transcripts lie below folders that only the court's group enters."""
    folder = DataFolder(tmp_path / "data")
    try:
        below = [path for path in folder.path.iterdir() if path.is_dir()]
        assert {path.name for path in below} == {
            "keys", "recordings", "documents", "notes", "exports", "deletions", "exhibits", "pictures", "tls",
            "papers", "spoken",
        }  # fmt: skip
        for path in (folder.path, *below):
            assert not path.stat().st_mode & stat.S_IRWXO, path
    finally:
        folder.close()


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    secret = folder.secret("links")
    path = tmp_path / "data" / "keys" / "links"
    assert len(secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert folder.secret("passphrase") != secret
    folder.close()
    again = DataFolder(tmp_path / "data")
    assert again.secret("links") == secret
    again.close()


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_secret_that_can_be_guessed_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty file would open every seat."""
    folder = DataFolder(tmp_path)
    (folder.keys / "links").write_bytes(content)
    with pytest.raises(FolderUnusable, match="not a secret"):
        folder.secret("links")
    folder.close()


def test_a_folder_that_cannot_be_made_says_why_and_lets_go(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match="Not a directory"):
        DataFolder(tmp_path / "file" / "data")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "documents").touch()
    with pytest.raises(FolderUnusable, match="documents"):
        DataFolder(tmp_path / "data")
    (tmp_path / "data" / "documents").unlink()
    DataFolder(tmp_path / "data").close()


def test_every_state_of_a_document_is_kept_under_its_hash(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    first, second = documents.save("h1", 1, b"%PDF one"), documents.save("h1", 1, b"%PDF two")
    assert first == hashlib.sha256(b"%PDF one").hexdigest()
    assert documents.read("h1", 1, first) == b"%PDF one"
    assert documents.read("h1", 1, second) == b"%PDF two"


def test_a_document_that_is_gone_or_changed_is_not_given_out(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    sha256 = documents.save("h1", 1, b"%PDF")
    path = tmp_path / "h1" / "v1" / f"{sha256}.pdf"
    path.write_bytes(b"%PDF changed")
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            documents.read("h1", 1, sha256)
        assert caught.value.code is Code.NOT_FOUND
        path.unlink(missing_ok=True)


def test_a_document_that_cannot_be_written_is_not_saved(tmp_path: Path) -> None:
    (tmp_path / "h1").touch()
    with pytest.raises(Refused) as caught:
        Documents(tmp_path).save("h1", 1, b"%PDF")
    assert caught.value.code is Code.NOT_SAVED
