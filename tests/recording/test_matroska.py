"""The Matroska that is written, read by others; and what is left of it after a cut."""

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording import matroska
from recording.matroska import Header

from . import streams

START = 1_764_000_000_123


def written(clusters: int) -> tuple[bytes, list[int]]:
    """A VP8 file of 3 frames a cluster, and where each cluster ends."""
    header = Header(codec="vp8", started_at=START, width=160, height=120, tags={"PARTY": "p1"})
    data, ends = matroska.header_bytes(header), []
    frames = streams.encode_video("vp8", clusters * 3)
    for number in range(clusters):
        blocks = []
        for index in range(3):
            frame = frames[number * 3 + index]
            blocks += [matroska.block_head(len(frame), index * 33, not frame[0] & 1), frame]
        data += matroska.cluster(number * 100, blocks)
        ends.append(len(data))
    return data, ends


def test_libavformat_reads_what_is_written(tmp_path):
    """Size, calendar time, tags, every frame and, once patched, the duration."""
    data, _ = written(10)
    file = bytearray(data)
    for at, patch in matroska.patches(data[:400], len(data), 1000):
        file[at : at + len(patch)] = patch
    path = tmp_path / "a.mkv"
    path.write_bytes(file)
    with av.open(str(path)) as source:
        assert source.metadata["PARTY"] == "p1"
        assert source.metadata["creation_time"].startswith("2025-11-24T16:00:00.123")
        assert source.duration == 1_000_000
        picture = source.streams.video[0]
        assert (picture.width, picture.height) == (160, 120)
        assert [streams.read_number(frame) for frame in source.decode(picture)] == list(range(30))
    assert len(file) == len(data)


@pytest.mark.parametrize("patched", [False, True])
def test_a_cut_file_is_trimmed_to_its_last_whole_cluster(patched):
    """Cut at every byte, exactly the whole clusters before the cut are kept."""
    data, ends = written(4)
    if patched:
        file = bytearray(data)
        for at, patch in matroska.patches(data[:400], len(data), 400):
            file[at : at + len(patch)] = patch
        data = bytes(file)
    for cut in range(0, len(data) + 1, 7):
        whole = [end for end in ends if end <= cut]
        contents = matroska.trim(data[:cut])
        if not whole:
            assert contents is None
            continue
        assert contents is not None
        assert (contents.size, contents.frames) == (whole[-1], 3 * len(whole))
        assert contents.started_at == START
        assert (contents.last_at, contents.interval) == ((len(whole) - 1) * 100 + 66, 33)


@settings(max_examples=60)
@given(at=st.integers(0, 3000), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_file_never_raises(at, junk):
    """Bytes overwritten anywhere are read as far as they make sense."""
    data, _ = written(3)
    damaged = data[:at] + junk + data[at + len(junk) :]
    contents = matroska.trim(damaged)
    assert contents is None or contents.size <= len(damaged)


@settings(max_examples=60)
@given(junk=st.binary(max_size=300))
def test_junk_is_nothing(junk):
    """A file that is not ours has no contents."""
    assert matroska.trim(junk) is None
