"""The sound of lines of the record played to the courtroom, on the judge's order."""

from dataclasses import dataclass
from enum import StrEnum


class ReadBackEnd(StrEnum):
    """Why it is over."""

    FINISHED = "finished"
    STOPPED = "stopped"  # by the judge or the clerk
    SESSION = "session"  # the court paused, adjourned, closed or withdrew to deliberate


@dataclass(frozen=True, kw_only=True)
class ReadLine:
    """A line that is read back: whose voice, which span of it (Unix ms, with what leads in), where it stands in
    the record (`place`), and how long (ms) after the beginning of the read-back it is heard.
    """

    line: int
    place: int
    speaker: str
    started_at: int
    ended_at: int
    after: int


@dataclass(frozen=True, kw_only=True)
class ReadBackBegan:
    """`read_back` numbers them from 1. Each page plays the lines by this, at one time with the others."""

    read_back: int
    lines: tuple[ReadLine, ...]
    ends_at: int


@dataclass(frozen=True, kw_only=True)
class ReadBackEnded:
    read_back: int
    cause: ReadBackEnd
