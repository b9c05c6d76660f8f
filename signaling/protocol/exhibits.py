"""Asks about exhibits."""

from typing import Annotated

from msgspec import Meta

from hearing_server.domain.events import Stance
from signaling.protocol.base import Ask, Number, Share


class WithdrawExhibit(Ask, frozen=True, kw_only=True):
    exhibit: Number


class ShowExhibit(Ask, frozen=True, kw_only=True):
    """Open an exhibit before the courtroom."""

    exhibit: Number
    page: Number = 1


class TurnPage(Ask, frozen=True, kw_only=True):
    page: Number


class PlayExhibit(Ask, frozen=True, kw_only=True):
    """Play, pause or seek what is shown, for everybody; `position` in ms of the file."""

    playing: bool
    position: Annotated[int, Meta(ge=0, le=86_400_000)]


class HighlightExhibit(Ask, frozen=True, kw_only=True):
    """A rectangle of the page that is shown, in ten-thousandths of its width and height."""

    x: Share
    y: Share
    width: Share
    height: Share


class ClearHighlights(Ask, frozen=True, kw_only=True):
    pass


class HideExhibit(Ask, frozen=True, kw_only=True):
    pass


class GiveOpinion(Ask, frozen=True, kw_only=True):
    """What a side says of an exhibit; a later one replaces an earlier one."""

    exhibit: Number
    authentic: Stance
    lawful: Stance
    relevant: Stance
    note: Annotated[str, Meta(max_length=2000)] = ""


class Point(Ask, frozen=True, kw_only=True):
    """The presenter's pointer on the page that is shown. Not kept."""

    x: Share
    y: Share
