"""Commands about exhibits."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


@dataclass(frozen=True, kw_only=True)
class SubmitExhibit:
    """Said by the server of a file that it has checked and stored."""

    party: str
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class WithdrawExhibit:
    exhibit: int


@dataclass(frozen=True, kw_only=True)
class ShowExhibit:
    exhibit: int
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class TurnPage:
    page: int


@dataclass(frozen=True, kw_only=True)
class PlayExhibit:
    playing: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class HighlightExhibit:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class ClearHighlights:
    pass


@dataclass(frozen=True, kw_only=True)
class HideExhibit:
    pass


@dataclass(frozen=True, kw_only=True)
class GiveOpinion:
    exhibit: int
    authentic: ev.Stance
    lawful: ev.Stance
    relevant: ev.Stance
    note: str = ""
