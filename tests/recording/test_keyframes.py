"""Key frames: how far apart they are in what is recorded, and who is asked for them."""

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from recording.track import Track

from . import streams
from .test_track import BEGIN, TICK_S, WALL, Desk, opened

SECONDS = 40
STEP_S = 0.01


class Camera:
    """Sends a picture every `every` seconds. An answer to a request, a key frame at once, comes `after` it;
    `by_itself` seconds after its last key frame it sends one unasked. Nobody decodes them."""

    def __init__(self, every: float, after: float | None, by_itself: float = SECONDS) -> None:
        self._every, self._after, self._by_itself = every, after, by_itself
        self._key = streams.encode_video("vp8", 1)[0]
        self._delta = streams.encode_video("vp8", 2)[1]
        self._sequence = self._asked = 0
        self._next = self._keyed = 0.0
        self._answer = float("inf")

    def hear(self, asked: int, at: float) -> None:
        if asked > self._asked and self._after is not None:
            self._answer = min(self._answer, at + self._after)
        self._asked = asked

    def sent(self, at: float) -> Iterator[bytes]:
        key = at >= self._answer or at == 0 or at - self._keyed >= self._by_itself
        if not key and at < self._next:
            return
        if key:
            self._keyed, self._answer = at, float("inf")
        self._next = at + self._every
        frame = self._key if key else self._delta
        for payload in streams.vp8_payloads(frame, 1, len(frame)):
            self._sequence += 1
            yield streams.rtp(payload, self._sequence, round(at * 90_000), True, 96)


def filmed(desk: Desk, camera: Camera) -> None:
    track, ticked = Track(1, opened("vp8", "camera"), desk.disks, desk, None), 0.0
    for step in range(round(SECONDS / STEP_S)):
        at = round(step * STEP_S, 3)
        for packet in camera.sent(at):
            track.packet(packet, BEGIN + at)
        if at >= ticked:
            ticked += TICK_S
            track.tick(BEGIN + at)
        camera.hear(len(desk.asked), at)
    track.end(BEGIN + SECONDS)


def key_frames(desk: Desk) -> list[float]:
    """Seconds since the beginning."""
    found = []
    for segment in desk.segments:
        with av.open(str(desk.folder / segment.name)) as source:
            for packet in source.demux(video=0):
                if packet.is_keyframe and packet.pts is not None:
                    at = segment.started_at + packet.pts * packet.time_base * 1000
                    found.append(float(at - WALL) / 1000 - BEGIN)
    return found


def farthest(times: list[float]) -> float:
    return max(b - a for a, b in zip(times, [*times[1:], SECONDS], strict=True))


@pytest.mark.parametrize("every", [1 / 30, 0.2, 1.0], ids=["camera", "slides", "still screen"])
@pytest.mark.parametrize("after", [0.05, 0.6])
def test_one_comes_at_least_every_five_seconds(every: float, after: float, tmp_path: Path):
    """Each request is answered by one, and none is asked for that nobody needs; every segment begins
    with one, and they are no more than before."""
    desk = Desk(tmp_path)
    filmed(desk, Camera(every, after))
    keys = key_frames(desk)
    assert farthest(keys) <= 5.0
    assert len(desk.asked) == len(keys) - 1 <= SECONDS / 4.25
    assert all(segment.clean for segment in desk.segments)
    assert all(segment.ended_at - segment.started_at > 8_400 for segment in desk.segments[:-1])


@pytest.mark.parametrize("by_itself", [1.75, 3.0, 4.2])
def test_who_sends_them_unasked_is_asked_at_most_for_the_end_of_a_segment(
    by_itself: float, tmp_path: Path
):
    """Also those that a viewer asked for."""
    desk = Desk(tmp_path)
    filmed(desk, Camera(0.1, 0.1, by_itself))
    assert len(desk.asked) <= len(desk.segments) - 1
    assert farthest(key_frames(desk)) <= by_itself + 0.05
    assert all(segment.clean for segment in desk.segments)


def test_one_that_came_just_before_the_end_of_a_segment_does_not_spare_the_next(tmp_path: Path):
    """A segment begins with one, whatever came before it."""
    desk = Desk(tmp_path)
    filmed(desk, Camera(0.1, 0.1, by_itself=8.3))
    assert all(segment.clean for segment in desk.segments)
    assert farthest(key_frames(desk)) <= 5.0


@pytest.mark.spoilt  # begins without one, as nobody sent one
def test_who_does_not_answer_is_asked_every_second(tmp_path: Path):
    desk = Desk(tmp_path)
    filmed(desk, Camera(0.1, None))
    assert SECONDS - 6 <= len(desk.asked) <= SECONDS - 4


def test_a_source_that_sends_nothing_is_not_asked_for_ever(tmp_path: Path):
    """From the end of its last segment on."""
    desk = Desk(tmp_path)
    filmed(desk, Camera(SECONDS, None))
    assert len(desk.asked) <= 7
