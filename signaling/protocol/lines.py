"""Asks about lines: each names the revision it was made against.

`operation` is the desk's own id of it, in all of them: given again, it does nothing.
"""

from typing import Annotated

from msgspec import Meta

from hearing_server.domain.commands import LineAt
from signaling.protocol.base import Ask, Count, Id

Text = Annotated[str, Meta(max_length=20_000)]
Found = Annotated[str, Meta(max_length=500)]
Line = Annotated[int, Meta(ge=1, le=50_000)]
Revision = Annotated[int, Meta(ge=1, le=1_000_000)]
Operation = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]


class EnterLine(Ask, frozen=True, kw_only=True):
    """`started_at`: when the speaker began, Unix ms; the server keeps it within the hearing.

    `after`: the number of the line that it follows, 0 before all; else it comes last.
    """

    speaker: Id
    text: Text
    started_at: Count | None = None
    ended_at: Count | None = None
    after: Annotated[int, Meta(ge=0, le=50_000)] | None = None
    operation: Operation = ""


class CorrectLine(Ask, frozen=True, kw_only=True):
    line: Line
    revision: Revision
    speaker: Id
    text: Text
    operation: Operation = ""


class SplitLine(Ask, frozen=True, kw_only=True):
    """After `position` characters (Unicode code points). What follows is a line of `speaker`, from `at` on."""

    line: Line
    revision: Revision
    position: Annotated[int, Meta(ge=1, le=20_000)]
    speaker: Id
    at: Count | None = None
    operation: Operation = ""


class MergeLines(Ask, frozen=True, kw_only=True):
    """The line takes in `following`, the next one that is not struck."""

    line: Line
    revision: Revision
    following: LineAt
    operation: Operation = ""


class StrikeLine(Ask, frozen=True, kw_only=True):
    """It stays in the log and in its place, and is not printed."""

    line: Line
    revision: Revision
    operation: Operation = ""


class RestoreLine(Ask, frozen=True, kw_only=True):
    line: Line
    revision: Revision
    operation: Operation = ""


class DisputeLine(Ask, frozen=True, kw_only=True):
    line: Line
    revision: Revision
    disputed: bool
    operation: Operation = ""


class ReplaceText(Ask, frozen=True, kw_only=True):
    """In all of `lines` or in none; a refusal names those that stand in the way."""

    find: Found
    replacement: Found
    lines: Annotated[tuple[LineAt, ...], Meta(max_length=1000)]
    operation: Operation = ""


class UndoOperation(Ask, frozen=True, kw_only=True):
    """Takes back one's own operation `undone`; refused where somebody has touched its lines since."""

    undone: Id
    operation: Id


class HoldLine(Ask, frozen=True, kw_only=True):
    """To edit it, and again every few seconds to keep it: meanwhile nobody else's act on it is taken. Not kept."""

    line: Line


class ReleaseLine(Ask, frozen=True, kw_only=True):
    line: Line


class TypeLine(Ask, frozen=True, kw_only=True):
    """What is being typed, for bench and clerks to see; empty when nothing is. Keeps the line that is
    corrected, None for a new one. A few times a second; never kept.
    """

    line: Line | None
    speaker: Id
    text: Annotated[str, Meta(max_length=1000)]
