"""What becomes of a frozen version: who read how far, what they confirmed, what they want corrected."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TranscriptRead:
    """Pages 1 to `page` of the version were on the party's screen, each to its foot and for a moment."""

    version: int
    party: str
    page: int


@dataclass(frozen=True, kw_only=True)
class PassagesConfirmed:
    """The party has read these passages of the version (domain/passages.py names them); none: all of it.

    That stands in later versions for each passage that says the same there.
    """

    version: int
    party: str
    passages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ObjectionMade:
    """A party asks that a line be corrected (补正申请, 法释〔2017〕5号 art. 7).

    `place` is the number that the version prints before the line. `wording` is to stand instead of
    `quote`, words of the line as the version prints them; of the whole line where there is no quote. An
    empty one: they are to be struck. The times are those of the printed line, so that a seal finds these
    words too.
    """

    objection: int
    party: str
    version: int
    line: int
    place: int
    quote: str
    wording: str
    reason: str
    started_at: int
    ended_at: int


@dataclass(frozen=True, kw_only=True)
class ObjectionAccepted:
    """The line has been corrected or struck, by the event before this one or by a desk: `revision` is its."""

    objection: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class ObjectionRefused:
    objection: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ObjectionWithdrawn:
    """By who made it, before it was answered."""

    objection: int
