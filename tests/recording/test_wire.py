"""Frames and reports cut anywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.services.worker_link import frames
from recording import wire


@settings(max_examples=60)
@given(bodies=st.lists(st.binary(max_size=50), min_size=1, max_size=8), data=st.data())
def test_a_new_worker_goes_on_with_the_frame_that_was_cut(bodies, data):
    """Wherever sending stopped, exactly the frames that were sent whole are left out."""
    cut = [frames.frame(frames.PACKET, 1, body) for body in bodies]
    batch = b"".join(cut)
    sent = data.draw(st.integers(0, len(batch) - 1))
    whole, passed = 0, 0
    for frame in cut:
        if passed + len(frame) > sent:
            break
        passed += len(frame)
        whole += 1
    assert batch[frames.boundary(batch, sent) :] == b"".join(cut[whole:])


@settings(max_examples=60)
@given(count=st.integers(1, 20), size=st.integers(1, 40))
def test_reports_are_read_however_they_arrive(count, size):
    """In pieces of any size, each message comes out once, in order."""
    sent = [wire.Keyframe(track=number) for number in range(count)]
    stream = b"".join(frames.report(message) for message in sent)
    reader, got = frames.ReportReader(wire.Message), []
    for at in range(0, len(stream), size):
        got += reader.feed(stream[at : at + size])
    assert got == sent


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\xff", b"\x01\0\0\0\xc1"])
def test_nonsense_from_a_worker_is_an_error(junk):
    """An impossible length and an impossible message."""
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's errors are of this class
        frames.ReportReader(wire.Message).feed(junk)
