"""Segments erased for good: all of one hearing's, in one directory, and nothing else."""

import os
from pathlib import Path

import pytest

from recording.disk import Disks, claim
from recording.erasing import erase_segments
from recording.finisher import copy_segment

pytestmark = pytest.mark.spoilt  # what lies here only has the names of recordings

OF_ONE = (
    "h1/judge/camera/1000-1.mkv",
    "h1/judge/camera/2000-2.mkv.enc",
    "h1/judge/microphone/1000-1.mkv.part",
    "h1/clerk/camera/1000-1.mkv.unusable",
    "h1/clerk/camera/1000-2.mkv.enc.copy",
)
KEPT = (
    "h1/log.jsonl",
    "h1/certificates/court.pem",
    "h1/clerk/camera/notes.txt",
    "h2/judge/camera/1000-1.mkv",
)


def laid(folder: Path) -> Path:
    for name in (*OF_ONE, *KEPT, ".lock", ".unfinished/h1", ".unfinished/h2"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_every_segment_of_the_hearing_goes_and_the_log_beside_them_stays(tmp_path: Path) -> None:
    folder = laid(tmp_path)
    assert erase_segments(folder, "h1") == len(OF_ONE)
    assert files(folder) == {*KEPT, ".lock", ".unfinished/h2"}
    assert not (folder / "h1" / "judge").exists()


def test_what_was_begun_is_finished_by_doing_it_again(tmp_path: Path) -> None:
    folder = laid(tmp_path)
    for name in OF_ONE[:3]:
        (folder / name).unlink()
    assert erase_segments(folder, "h1") == 2
    assert erase_segments(folder, "h1") == 0


def test_nothing_outside_is_touched(tmp_path: Path) -> None:
    """A link in the place of a track, and an id that leads elsewhere."""
    folder = laid(tmp_path / "rec")
    elsewhere = laid(tmp_path / "other")
    (folder / "h3" / "judge").mkdir(parents=True)
    (folder / "h3" / "judge" / "camera").symlink_to(elsewhere / "h2" / "judge" / "camera")
    assert erase_segments(folder, "h3") == 0
    for name in ("../other/h1", "..", "h1/judge", ""):
        with pytest.raises(ValueError, match="not an id"):
            erase_segments(folder, name)
    assert files(elsewhere) == {*OF_ONE, *KEPT, ".lock", ".unfinished/h1", ".unfinished/h2"}


def test_a_directory_that_is_not_there_is_no_success(tmp_path: Path) -> None:
    """Its files would come back with the disk."""
    (tmp_path / "beneath").mkdir()  # where a disk was mounted
    for folder in ("gone", "beneath"):
        with pytest.raises(FileNotFoundError):
            erase_segments(tmp_path / folder, "h1")


@pytest.mark.parametrize("away", [False, True])
def test_a_segment_that_is_erased_while_it_is_copied_leaves_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    """One whose disk went away meanwhile does: the copy may be the only one."""
    disks = Disks([laid(tmp_path / "a"), tmp_path / "b"])
    claim(disks)
    source, target = disks
    rename = os.rename

    def late(old: Path, new: Path) -> None:
        rename(old, new)
        if away:
            rename(source.folder, tmp_path / "elsewhere")
        else:
            erase_segments(source.folder, "h1")

    monkeypatch.setattr(os, "rename", late)
    if away:
        copy_segment(OF_ONE[0], source, target)
    else:
        with pytest.raises(FileNotFoundError):
            copy_segment(OF_ONE[0], source, target)
    assert (target.folder / OF_ONE[0]).exists() is away


def test_what_was_erased_before_its_copy_leaves_no_folder(tmp_path: Path) -> None:
    disks = Disks([laid(tmp_path / "a"), tmp_path / "b"])
    claim(disks)
    source, target = disks
    erase_segments(source.folder, "h1")
    with pytest.raises(FileNotFoundError):
        copy_segment(OF_ONE[0], source, target)
    assert not (target.folder / "h1").exists()
