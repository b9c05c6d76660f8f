"""Commands about lines. Each names the revision that it was made against; `operation` is the desk's own id
of it: given again it does nothing, so that a desk may send again what it had no answer to.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LineAt:
    """A line, at the revision that was read."""

    line: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class EnterLine:
    """`started_at` is when the speaker began, as the clerk's desk knows it; clamped to the hearing.

    After line `after` (0: before all) unless it was said just now; without a time it was said between the
    lines that it stands between.
    """

    speaker: str
    text: str
    started_at: int | None = None
    ended_at: int | None = None
    after: int | None = None
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class CorrectLine:
    line: int
    revision: int
    speaker: str
    text: str
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class SplitLine:
    """After `position` characters; what follows was said by `speaker`, from `at` on.

    Without `at` either part may have been said at any time of the whole.
    """

    line: int
    revision: int
    position: int
    speaker: str
    at: int | None = None
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class MergeLines:
    """A line takes in `following`, the next that is not struck."""

    line: int
    revision: int
    following: LineAt
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class StrikeLine:
    line: int
    revision: int
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class RestoreLine:
    line: int
    revision: int
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class DisputeLine:
    line: int
    revision: int
    disputed: bool
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class ReplaceText:
    """In all of these lines, or in none if one of them has changed."""

    find: str
    replacement: str
    lines: tuple[LineAt, ...]
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class UndoOperation:
    """Take back one's own operation `undone`, unless a line of it was changed since."""

    undone: str
    operation: str = ""
