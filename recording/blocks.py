"""The frames of a whole segment with their times, read from its plain bytes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from struct import unpack
from typing import NamedTuple

from recording import matroska, opus
from recording.matroska import children, element_at

HOLE_MS = 500  # without a picture, or three times their usual distance: as in gaps.py
USUAL_MS = 33  # between two pictures, where nothing says it
LONGEST_USUAL_MS = 2_000  # a still screen sends one a second
SLACK_MS = 8  # rounding, not a hole

_NUMBERS = {b"\xb0": "width", b"\xba": "height", b"\x9f": "channels"}


class Malformed(ValueError):
    """These are not the bytes of a segment of ours."""


class Block(NamedTuple):
    """One frame. Times are ms after the segment's start; `until` is when it is over: for a picture when
    the next one comes, unless some are missing between the two.
    """

    at: int
    until: int
    key: bool
    data: bytes


class Contents(NamedTuple):
    """What a segment holds. `clusters` is where they begin in the file."""

    header: matroska.Header
    blocks: list[Block]
    clusters: int


def read(data: bytes) -> Contents:
    """Everything in a segment that was finished, or trimmed after a crash. Raises Malformed."""
    header, at = _header(data)
    found = list(_blocks(data, at))
    if not found:
        raise Malformed("there is no frame")
    if max(time for time, _, _ in found) > matroska.MAX_CLUSTER:
        raise Malformed("it is longer than a segment")
    if header.codec == "opus":
        over = [time + int(opus.duration(frame)) for time, _, frame in found]
    else:
        over = ends([(time, key) for time, key, _ in found])
    blocks = [
        Block(time, max(until, time + 1), key, frame)
        for (time, key, frame), until in zip(found, over, strict=True)
    ]
    return Contents(header, blocks, at)


def stretches(found: Sequence[Block], slack: int = SLACK_MS) -> Iterator[list[Block]]:
    """The frames, cut wherever there is a hole, and where a cluster must end. Pure."""
    run: list[Block] = []
    for block in found:
        if run and (
            block.at > run[-1].until + slack or block.at - run[0].at > matroska.MAX_CLUSTER
        ):
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def ends(pictures: Sequence[tuple[int, bool]]) -> list[int]:
    """When each of these pictures (its time, whether it is a key frame) is over. Pure.

    Where pictures are missing a key frame comes next: only then is there a hole.
    """
    usual = pictures[1][0] - pictures[0][0] if len(pictures) > 1 else USUAL_MS
    if usual > LONGEST_USUAL_MS:
        usual = USUAL_MS
    found = []
    for (time, _), (following, key) in pairwise(pictures):
        hole = key and following - time > max(HOLE_MS, 3 * usual)
        if not hole:
            usual = following - time
        found.append(time + usual)
    return [*found, pictures[-1][0] + min(usual, LONGEST_USUAL_MS)]


def _header(data: bytes) -> tuple[matroska.Header, int]:
    ebml = element_at(data, 0, len(data))
    if ebml is None:
        raise Malformed("it does not begin as Matroska does")
    at = ebml[2] + 12  # the segment's name and its size of eight bytes
    fields: dict[str, int] = {}
    codec, private = None, b""
    while (found := element_at(data, at, len(data))) is not None:
        identity, start, end = found
        if identity == matroska.CLUSTER:
            break
        if identity == matroska.TRACKS:
            codec = matroska.codec_of(data, start, end)
            private = _track(data, start, end, fields)
        at = end
    if codec is None or found is None:
        raise Malformed("there is no track, or no cluster")
    header = matroska.Header(codec=codec, started_at=0, tags={}, private=private, **fields)
    return header, at


def _track(data: bytes, start: int, end: int, fields: dict[str, int]) -> bytes:
    """Fill in the numbers of the one track; its codec's private data."""
    private = b""
    for identity, first, last in children(data, start, end) or ():
        if identity == b"\x63\xa2":
            private = data[first:last]
        elif identity in _NUMBERS:
            fields[_NUMBERS[identity]] = int.from_bytes(data[first:last], "big")
        elif identity in (b"\xae", b"\xe0", b"\xe1"):
            private = _track(data, first, last, fields) or private
    return private


def _blocks(data: bytes, at: int) -> Iterator[tuple[int, bool, bytes]]:
    """Time, whether it is a key frame, and the frame."""
    while at < len(data):
        found = element_at(data, at, len(data))
        if found is None:
            raise Malformed("a cluster is cut short")
        if found[0] == matroska.CLUSTER:
            yield from _of_cluster(data, found[1], found[2])
        at = found[2]


def _of_cluster(data: bytes, start: int, end: int) -> Iterator[tuple[int, bool, bytes]]:
    inside = children(data, start, end)
    if not inside:
        raise Malformed("a cluster is damaged")
    base = int.from_bytes(data[inside[0][1] : inside[0][2]], "big")
    for _, first, last in inside[1:]:
        time, flags = unpack(">hB", data[first + 1 : first + 4])
        yield base + time, bool(flags & 0x80), data[first + 4 : last]
