"""Lines of the record, and what is done to them: each event is about one line.

A desk's operation may be several of them, entered together under its id: a split is a correction and an
entry after it, a merge a correction and a strike, an undoing whatever puts the lines back. Each event of
words says when they were said, so that a seal finds them whatever becomes of the line later.
"""

from dataclasses import dataclass
from enum import StrEnum


class StrikeCause(StrEnum):
    """Why a line is no longer in the print: taken back, in the line before it, or never meant."""

    STRUCK = "struck"
    MERGED = "merged"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class LineEntered:
    """`line` numbers lines from 1 as they are entered and stays; where it stands is another matter.

    It stands after line `after`; 0: before all, None: after all.
    """

    line: int
    speaker: str
    text: str
    started_at: int
    ended_at: int
    after: int | None = None
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class LineCorrected:
    """`revision` is the new one, here and below; the line had `revision - 1` before.

    The times are the line's; None in logs from before they could change.
    """

    line: int
    revision: int
    speaker: str
    text: str
    started_at: int | None = None
    ended_at: int | None = None
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class LineStruck:
    """It stays here and in its place, but is not printed."""

    line: int
    revision: int
    cause: StrikeCause
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class LineRestored:
    """It is printed again."""

    line: int
    revision: int
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class LineDisputed:
    """What it says is disputed, or no longer; printed with the line."""

    line: int
    revision: int
    disputed: bool
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class OperationUndone:
    """The events of `operation` before this one took back those of `undone`, by the same person."""

    operation: str
    undone: str
