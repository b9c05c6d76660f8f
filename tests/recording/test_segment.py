"""One segment file on a disk that fails."""

import os
from pathlib import Path

import pytest

from hearing_server.services.media import TrackName
from recording.disk import Disk
from recording.matroska import Header
from recording.part import Part
from recording.segment import Finished, SegmentWriter, make_durable

TRACK = TrackName(hearing="h", party="p", source="s")
HEAD = b"OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0"
HEADER = Header(codec="opus", started_at=5000, channels=2, tags={}, private=HEAD)


def writer(*disks: Disk) -> SegmentWriter:
    return SegmentWriter(list(disks), TRACK, HEADER, True, lambda disk, error: None)


def test_what_could_not_be_made_durable_is_never_good(tmp_path):
    """When fsync fails the file is kept under a name that says so, and no segment is reported."""
    below = tmp_path / "h" / "p" / "s"
    below.mkdir(parents=True)
    (below / "5000-0.mkv.part").write_bytes(b"data")
    read, write = os.pipe()  # fsync and ftruncate refuse a pipe
    os.close(write)
    part = Part(Disk(tmp_path), "h/p/s/5000-0.mkv", read)
    part.size, part.frames, part.until = 4, 1, 5020
    finished = Finished(
        track=TRACK,
        name="h/p/s/5000-0.mkv",
        codec="opus",
        started_at=5000,
        ended_at=5020,
        parts=[part],
    )
    outcome = make_durable(finished)
    assert outcome.closed is None
    assert ["Invalid argument" in str(error) for _, error in outcome.failures] == [True]
    assert [path.name for path in below.iterdir()] == ["5000-0.mkv.unusable"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(read)


def test_no_file_is_ever_written_over(tmp_path):
    """Two segments of one start get two names."""
    disk = Disk(tmp_path)
    first = writer(disk)
    first.add(5000, 5020, b"\x08one", True)
    done = make_durable(first.finish()).closed
    second, third = writer(disk), writer(disk)
    assert [done.name, second.name, third.name] == [f"h/p/s/5000-{n}.mkv" for n in range(3)]
    assert second.abandon() is None
    assert third.abandon() is None
    assert [path.name for path in (tmp_path / "h/p/s").iterdir()] == ["5000-0.mkv"]


def failing(folder: Path) -> Path:
    """Where nothing can be made: the name of a file."""
    folder.write_bytes(b"")
    return folder


def test_a_name_is_free_in_both_directories(tmp_path):
    """What one directory has of an earlier run is not overwritten in the other's name."""
    one, two = tmp_path / "one", tmp_path / "two"
    (two / "h/p/s").mkdir(parents=True)
    (two / "h/p/s/5000-0.mkv.unusable").write_bytes(b"")
    assert writer(Disk(one), Disk(two)).name == "h/p/s/5000-1.mkv"


def test_both_directories_hold_the_same_bytes(tmp_path):
    """One hash for the two."""
    both = writer(Disk(tmp_path / "one"), Disk(tmp_path / "two"))
    both.add(5000, 5020, b"\x08one", True)
    outcome = make_durable(both.finish())
    assert len(outcome.kept) == 2
    first, second = (tmp_path / name / outcome.closed.name for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_the_longer_of_two_broken_files_is_kept(tmp_path):
    """One directory stops after a cluster, the other after two: two are kept, and until when is said."""
    told = []
    disks = [Disk(tmp_path / "one"), Disk(tmp_path / "two")]
    both = SegmentWriter(disks, TRACK, HEADER, True, lambda disk, error: told.append(disk))
    first, second = both.live
    both.add(5000, 5020, b"\x08one", True)
    both.flush()
    first.error = OSError(28, "no space")
    both.add(5020, 5040, b"\x08two", True)
    both.flush()
    second.error = OSError(5, "broken")
    both.add(5040, 5060, b"\x08three", True)
    with pytest.raises(OSError, match="broken"):
        both.flush()
    assert told == disks
    closed = make_durable(both.abandon()).closed
    assert (closed.frames, closed.ended_at) == (2, 5040)
    assert [path.name for path in tmp_path.rglob("*.mkv*")] == ["5000-0.mkv"]


def test_a_directory_that_cannot_be_made_leaves_all_to_the_other(tmp_path):
    """The segment is whole, and the fault is told."""
    told = []
    disks = [Disk(failing(tmp_path / "one") / "below"), Disk(tmp_path / "two")]
    both = SegmentWriter(disks, TRACK, HEADER, True, lambda disk, error: told.append(disk))
    both.add(5000, 5020, b"\x08one", True)
    outcome = make_durable(both.finish())
    assert told == disks[:1]
    assert [part.disk for part in outcome.kept] == disks[1:]
    assert outcome.closed.frames == 1
