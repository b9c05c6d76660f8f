"""The pictures that a segment without a key frame at its beginning goes on from, to be decoded before it.

A camera that answers no request for a key frame leaves such a segment. A browser that is given it by itself
drops its pictures up to the next key frame. So those since the last key frame go with it, squeezed into
its first moment: each lasts ten microseconds, and nobody sees it. A camera that sends no key frame for
longer than `MOST_BEFORE` pictures cannot be played up to its next one, and that is said.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from hearing_server.services.timeline import MOST_BEFORE
from recording import blocks
from recording.blocks import Block, Contents

TICKS = 100  # of a millisecond, so that MOST_BEFORE last less than one picture at sixty a second

T = TypeVar("T")


class NoKeyFrame(ValueError):
    """No picture of a segment can be decoded: the last key frame is too far behind it, or nowhere."""


def before(
    contents: Contents, started_at: int, earlier: Iterable[tuple[int, bytes]]
) -> list[Block]:
    """The pictures from the last key frame up to this segment, at times below zero; none if it needs none.

    `earlier` are the starts (Unix ms) and plain bytes of the segments that it goes on from, the nearest
    first; no more of them are taken than it needs. Raises blocks.Malformed.
    """
    if contents.header.codec == "opus" or contents.blocks[0].key:
        return []

    def backwards() -> Iterator[list[Block]]:
        for began, data in earlier:
            one = blocks.read(data)
            if one.header != contents.header:
                return
            yield [_moved(block, began - started_at) for block in one.blocks]

    return back_to_key(backwards(), lambda block: block.key)


def back_to_key(backwards: Iterable[Sequence[T]], is_key: Callable[[T], bool]) -> list[T]:
    """The pictures from the last key frame on, of segments of which the nearest comes first; no more of
    them are taken than it needs. None where the key frame is too far away, or nowhere.
    """
    found: list[T] = []
    for pictures in backwards:
        found = [*pictures, *found]
        keys = [number for number, picture in enumerate(found) if is_key(picture)]
        if keys:
            return found[keys[-1] :] if len(found) - keys[-1] <= MOST_BEFORE else []
        if len(found) > MOST_BEFORE:
            break
    return []


def squeezed(pictures: list[Block]) -> list[Block]:
    """The same with times in ticks, those before zero in the first moment after it. Pure."""
    shown = [
        block._replace(at=block.at * TICKS, until=block.until * TICKS)
        for block in pictures
        if block.at >= 0
    ]
    lead = [block for block in pictures if block.at < 0]
    if not shown or shown[0].key:
        return shown
    start = shown[0].at
    quick = [
        Block(start + number, start + number + 1, block.key, block.data)
        for number, block in enumerate(lead)
    ]
    return [*quick, shown[0]._replace(at=start + len(quick)), *shown[1:]]


def _moved(block: Block, by: int) -> Block:
    return block._replace(at=min(block.at + by, -1), until=min(block.until + by, 0))
