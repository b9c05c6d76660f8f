"""One segment file on a disk that fails."""

import os

import pytest

from hearing_server.services.media import TrackName
from recording.matroska import Header
from recording.segment import Finished, SegmentWriter, make_durable

TRACK = TrackName(hearing="h", party="p", source="s")
HEADER = Header(codec="opus", started_at=5000, channels=2, tags={})


def test_what_could_not_be_made_durable_is_never_good(tmp_path):
    """When fsync fails the file is kept under a name that says so, and no segment is reported."""
    below = tmp_path / "h" / "p" / "s"
    below.mkdir(parents=True)
    (below / "5000-0.mkv.part").write_bytes(b"data")
    read, write = os.pipe()  # fsync and ftruncate refuse a pipe
    os.close(write)
    finished = Finished(
        track=TRACK,
        name="h/p/s/5000-0.mkv",
        codec="opus",
        frames=1,
        started_at=5000,
        ended_at=5020,
        fd=read,
        size=4,
        patches=[],
    )
    with pytest.raises(OSError, match="Invalid argument"):
        make_durable(tmp_path, finished)
    assert [path.name for path in below.iterdir()] == ["5000-0.mkv.unusable"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(read)


def test_no_file_is_ever_written_over(tmp_path):
    """Two segments of one start get two names."""
    first = SegmentWriter(tmp_path, TRACK, HEADER, clean=True)
    first.add(5000, 5020, b"\x08one", True)
    done = make_durable(tmp_path, first.finish())
    second = SegmentWriter(tmp_path, TRACK, HEADER, clean=True)
    third = SegmentWriter(tmp_path, TRACK, HEADER, clean=True)
    assert [done.name, second.name, third.name] == [f"h/p/s/5000-{n}.mkv" for n in range(3)]
    assert second.abandon() is None
    assert third.abandon() is None
    assert [path.name for path in (tmp_path / "h/p/s").iterdir()] == ["5000-0.mkv"]
