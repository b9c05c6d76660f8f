"""The strict reader itself: it takes what is right and names what is not."""

import struct
from pathlib import Path

import pytest

from hearing_server.services.media import TrackName
from recording.disk import Disks
from recording.matroska import Header
from recording.segment import SegmentWriter, make_durable

from . import structure


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """A second of sound, as the recorder writes it."""
    header = Header(
        codec="opus", started_at=1_764_000_000_000, tags={"HEARING": "h1"}, channels=2,
        private=b"OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0",
    )  # fmt: skip
    name = TrackName(hearing="h1", party="judge", source="microphone")
    disks = Disks([tmp_path])
    writer = SegmentWriter(list(disks), name, header, True, lambda disk, error: None)
    for at in range(0, 1000, 20):
        writer.add(header.started_at + at, header.started_at + at + 20, b"\x78frame", True)
    closed = make_durable(writer.finish()).closed
    assert closed is not None
    return (tmp_path / closed.name).read_bytes()


def test_what_the_recorder_writes_is_as_it_should_be(whole: bytes):
    found = structure.read(whole)
    assert found.findings == []
    assert found.duration == 1000
    assert len(found.blocks) == 50


def test_each_fault_is_named(whole: bytes):
    cluster = whole.rindex(b"\x1f\x43\xb6\x75")
    last = whole.rindex(b"\xa3\x10\0\0")
    time = last + 6  # of the last block in its cluster

    def changed(at: int, by: bytes) -> list[str]:
        return structure.read(whole[:at] + by + whole[at + len(by) :]).findings

    assert changed(cluster, b"\x1f\x43\xb6\x76")[0].startswith("an unknown element")
    assert changed(time, struct.pack(">h", -200))[0].startswith("track 1 goes back")
    assert changed(time, struct.pack(">h", 9000))[0].startswith("ends at 1000.0 ms")
    assert changed(last + 5, b"\x82") == ["a block of track 2"]
    assert changed(last + 8, b"\x02") == ["a block with lacing"]
    assert structure.read(whole[:-3]).findings[0].endswith("3 bytes too far")
    first = whole.index(b"\xa3\x10\0\0")
    assert changed(first + 8, b"\0") == ["track 1 does not begin with a key frame"]
    assert changed(whole.index(b"OpusHead"), b"OpusHeap") == ["Opus without its head"]
