"""What was changed in a text: which words went, which came. Pure.

Chinese is compared by the character, words of letters and numbers by the word.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

MOST = 1500  # pieces that are compared; what differs over more of them is taken as new altogether
_PIECE = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+|\s+|.", re.DOTALL)


class Mark(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Part(NamedTuple):
    mark: Mark
    text: str


def compared(before: str, after: str) -> tuple[Part, ...]:
    """The parts in reading order: those that are not gone are `after`, those that are not new `before`."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail])
    end = new[len(new) - tail :]
    parts = [(Mark.SAME, new[:head]), *middle, (Mark.SAME, end)]
    return tuple(Part(mark, "".join(pieces)) for mark, pieces in _joined(parts))


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _middle(old: list[str], new: list[str]) -> Iterator[tuple[Mark, list[str]]]:
    if max(len(old), len(new)) > MOST:
        yield Mark.GONE, old
        yield Mark.NEW, new
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Mark.SAME, new[k:m]
        else:
            yield Mark.GONE, old[i:j]
            yield Mark.NEW, new[k:m]


def _joined(parts: list[tuple[Mark, list[str]]]) -> Iterator[tuple[Mark, list[str]]]:
    """Without empty parts, and neighbours of one mark as one."""
    last: tuple[Mark, list[str]] | None = None
    for mark, pieces in parts:
        if not pieces:
            continue
        if last is not None and last[0] is mark:
            last[1].extend(pieces)
            continue
        if last is not None:
            yield last
        last = mark, list(pieces)
    if last is not None:
        yield last
