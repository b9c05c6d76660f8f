"""Objections to a frozen version (补正申请) as a hearing's state holds them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from hearing_server.domain.events.values import Span


class Standing(StrEnum):
    """What has become of an objection."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Objection:
    """What a party wants corrected (see ObjectionMade), and the answer; `answer` is why it was refused.

    `span` is when the words of the printed line were said.
    """

    objection: int
    party: str
    version: int
    line: int
    place: int
    quote: str
    wording: str
    reason: str
    span: Span
    made_at: int
    standing: Standing = Standing.OPEN
    answer: str = ""
    answered_by: str = ""
    answered_at: int | None = None

    @property
    def open(self) -> bool:
        return self.standing is Standing.OPEN


def unanswered(objections: Iterable[Objection]) -> tuple[Objection, ...]:
    return tuple(one for one in objections if one.open)


def as_of(objections: Iterable[Objection], at: int) -> tuple[Objection, ...]:
    """Those that a version frozen at this time prints, as they stood then: all that were not taken back."""
    return tuple(
        _open_again(one) if (one.answered_at or 0) > at else one
        for one in objections
        if one.made_at <= at
        and not (one.standing is Standing.WITHDRAWN and (one.answered_at or 0) <= at)
    )


def _open_again(one: Objection) -> Objection:
    return replace(one, standing=Standing.OPEN, answer="", answered_by="", answered_at=None)
