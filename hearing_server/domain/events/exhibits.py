"""Exhibits: submitted, shown page by page, what each side says of them."""

from dataclasses import dataclass

from hearing_server.domain.events.values import Stance


@dataclass(frozen=True, kw_only=True)
class ExhibitSubmitted:
    """Numbered from 1. `size` in bytes; `pages` is 0 for what has none."""

    exhibit: int
    party: str
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class ExhibitWithdrawn:
    exhibit: int


@dataclass(frozen=True, kw_only=True)
class ExhibitShown:
    """To everybody in the courtroom, by `party`. What a viewer needs is said again."""

    exhibit: int
    party: str
    page: int
    name: str
    media_type: str
    pages: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PageTurned:
    exhibit: int
    page: int


@dataclass(frozen=True, kw_only=True)
class ExhibitPlayed:
    """The presenter plays, pauses or seeks: at `position` (ms of the file) at the entry's time."""

    exhibit: int
    playing: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class ExhibitHighlighted:
    """A rectangle of the page in ten-thousandths of its width and height."""

    exhibit: int
    page: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class HighlightsCleared:
    exhibit: int


@dataclass(frozen=True, kw_only=True)
class ExhibitHidden:
    exhibit: int


@dataclass(frozen=True, kw_only=True)
class OpinionGiven:
    """质证: what a side says of an exhibit. A later one replaces an earlier one."""

    exhibit: int
    party: str
    authentic: Stance
    lawful: Stance
    relevant: Stance
    note: str
