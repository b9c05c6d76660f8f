"""Decisions about exhibits."""

from collections.abc import Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import (
    MAX_NAME,
    NOT_CLOSED,
    SITTING,
    Decision,
    Events,
    Rule,
    check_rule,
    note,
    seat_of,
    text,
    writable,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_readers import reads_exhibit
from hearing_server.domain.hearing import Exhibit, HearingState, Highlight, Phase, Seat, Shown
from hearing_server.domain.parties import BENCH, STAFF, Right, Side, may

MAX_EXHIBITS = 1000
MAX_HIGHLIGHTS = 50
WHOLE = 10_000  # a page's width, and its height

_IN_SESSION = frozenset({Phase.IN_SESSION})

RULES: Mapping[type, Rule] = {
    cmd.SubmitExhibit: Rule(phases=NOT_CLOSED, server=True),
    cmd.WithdrawExhibit: Rule(phases=NOT_CLOSED, right=Right.PRESENT, admitted=False),
    cmd.ShowExhibit: Rule(phases=_IN_SESSION, right=Right.PRESENT),
    cmd.TurnPage: Rule(phases=_IN_SESSION, right=Right.PRESENT),
    cmd.PlayExhibit: Rule(phases=_IN_SESSION, right=Right.PRESENT),
    cmd.HighlightExhibit: Rule(phases=_IN_SESSION, right=Right.PRESENT),
    cmd.ClearHighlights: Rule(phases=_IN_SESSION, right=Right.PRESENT),
    cmd.HideExhibit: Rule(phases=SITTING, right=Right.PRESENT),
    cmd.GiveOpinion: Rule(phases=SITTING, right=Right.JUDGE_EXHIBITS),
}


def _submit(state: HearingState, command: cmd.SubmitExhibit, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    if not may(seat.party.role, Right.PRESENT) or seat.removed:
        raise Refused(Code.NOT_ALLOWED, command.party)
    if len(state.exhibits) >= MAX_EXHIBITS:
        raise Refused(Code.TOO_MANY, f"{MAX_EXHIBITS} exhibits")
    return (
        ev.ExhibitSubmitted(
            exhibit=len(state.exhibits) + 1,
            party=command.party,
            name=text(command.name, MAX_NAME),
            media_type=command.media_type,
            size=command.size,
            sha256=command.sha256,
            pages=command.pages,
        ),
    )


def _withdraw(state: HearingState, command: cmd.WithdrawExhibit, by: str, now: int) -> Events:
    """By who submitted it, until the court has seen it."""
    exhibit = _exhibit(state, command.exhibit, by)
    if exhibit.party != by or exhibit.was_shown:
        raise Refused(Code.NOT_ALLOWED, "shown, or another's")
    if exhibit.on_record:
        writable(state)
    return (ev.ExhibitWithdrawn(exhibit=exhibit.exhibit),)


def _show(state: HearingState, command: cmd.ShowExhibit, by: str, now: int) -> Events:
    """The court shows any, a side its own; whoever shows one now is not pushed aside by a party."""
    exhibit, seat = _exhibit(state, command.exhibit, by), seat_of(state, by)
    if not _may_show(state, exhibit, seat):
        raise Refused(Code.NOT_ALLOWED, str(exhibit.exhibit))
    _spare_deliberation(state, seat)
    shown = state.shown
    if shown is not None and shown.party != by and seat.party.role not in STAFF:
        raise Refused(Code.SHARE_TAKEN)
    if shown is not None and (shown.exhibit, shown.party) == (exhibit.exhibit, by):
        raise Refused(Code.NO_CHANGE)
    if not exhibit.was_shown:
        writable(state)
    return (
        ev.ExhibitShown(
            exhibit=exhibit.exhibit,
            party=by,
            page=_page(command.page, exhibit.pages),
            name=exhibit.name,
            media_type=exhibit.media_type,
            pages=exhibit.pages,
            sha256=exhibit.sha256,
        ),
    )


def _spare_deliberation(state: HearingState, seat: Seat) -> None:
    """What the bench looks at while it deliberates is not shown to the courtroom, where everybody else sits."""
    if state.deliberating and seat.party.role in BENCH:
        raise Refused(Code.DELIBERATING)


def _may_show(state: HearingState, exhibit: Exhibit, seat: Seat) -> bool:
    if seat.party.role in STAFF or exhibit.party == seat.party.id:
        return True
    side = state.seats[exhibit.party].party.side
    return side is not Side.NEUTRAL and side is seat.party.side


def _turn(state: HearingState, command: cmd.TurnPage, by: str, now: int) -> Events:
    shown = _mine(state, by)
    page = _page(command.page, shown.pages)
    if page == shown.page:
        raise Refused(Code.NO_CHANGE)
    return (ev.PageTurned(exhibit=shown.exhibit, page=page),)


def _page(page: int, pages: int) -> int:
    if not 1 <= page <= max(pages, 1):
        raise Refused(Code.BAD_MESSAGE, f"page 1 to {max(pages, 1)}")
    return page


def _play(state: HearingState, command: cmd.PlayExhibit, by: str, now: int) -> Events:
    shown = _mine(state, by)
    if not shown.media_type.startswith(("audio/", "video/")):
        raise Refused(Code.BAD_MESSAGE, "neither sound nor film")
    if not command.playing and (command.playing, command.position) == (
        shown.playing,
        shown.position,
    ):
        raise Refused(Code.NO_CHANGE)
    return (
        ev.ExhibitPlayed(exhibit=shown.exhibit, playing=command.playing, position=command.position),
    )


def _highlight(state: HearingState, command: cmd.HighlightExhibit, by: str, now: int) -> Events:
    shown = _mine(state, by)
    box = (command.x, command.y, command.width, command.height)
    right, bottom = command.x + command.width, command.y + command.height
    if min(box) < 0 or not (command.width and command.height) or max(right, bottom) > WHOLE:
        raise Refused(Code.BAD_MESSAGE, "outside the page")
    if len(shown.highlights) >= MAX_HIGHLIGHTS:
        raise Refused(Code.TOO_MANY, f"{MAX_HIGHLIGHTS} highlights")
    mark = Highlight(
        page=shown.page, x=command.x, y=command.y, width=command.width, height=command.height
    )
    if mark in shown.highlights:
        raise Refused(Code.NO_CHANGE)
    return (
        ev.ExhibitHighlighted(
            exhibit=shown.exhibit,
            page=mark.page,
            x=mark.x,
            y=mark.y,
            width=mark.width,
            height=mark.height,
        ),
    )


def _clear(state: HearingState, command: cmd.ClearHighlights, by: str, now: int) -> Events:
    shown = _mine(state, by)
    if not shown.highlights:
        raise Refused(Code.NO_CHANGE)
    return (ev.HighlightsCleared(exhibit=shown.exhibit),)


def _hide(state: HearingState, command: cmd.HideExhibit, by: str, now: int) -> Events:
    shown = state.shown
    if shown is None:
        raise Refused(Code.NO_CHANGE)
    if shown.party != by and seat_of(state, by).party.role not in STAFF:
        raise Refused(Code.NOT_ALLOWED)
    return (ev.ExhibitHidden(exhibit=shown.exhibit),)


def _opinion(state: HearingState, command: cmd.GiveOpinion, by: str, now: int) -> Events:
    exhibit = _exhibit(state, command.exhibit, by)
    writable(state)
    given = ev.OpinionGiven(
        exhibit=exhibit.exhibit,
        party=by,
        authentic=command.authentic,
        lawful=command.lawful,
        relevant=command.relevant,
        note=note(command.note, 2000),
    )
    before = exhibit.opinions.get(by)
    same = before and (
        (before.authentic, before.lawful, before.relevant, before.note)
        == (given.authentic, given.lawful, given.relevant, given.note)
    )
    if same:
        raise Refused(Code.NO_CHANGE)
    return (given,)


def _exhibit(state: HearingState, number: int, by: str) -> Exhibit:
    """An exhibit that `by` may read; for everybody else there is none."""
    known = 1 <= number <= len(state.exhibits)
    exhibit = state.exhibits[number - 1] if known else None
    if exhibit is None or exhibit.withdrawn or not reads_exhibit(state, exhibit, by):
        raise Refused(Code.NOT_FOUND, str(number))
    return exhibit


def check_point(state: HearingState, by: str) -> None:
    """Refuse `by` pointing at the exhibit that is shown: the presenter may, as they may turn pages."""
    check_rule(state, RULES[cmd.TurnPage], by, "Point")
    _mine(state, by)


def _mine(state: HearingState, by: str) -> Shown:
    if state.shown is None:
        raise Refused(Code.NO_CHANGE, "nothing is shown")
    if state.shown.party != by:
        raise Refused(Code.NOT_ALLOWED)
    _spare_deliberation(state, seat_of(state, by))
    return state.shown


DECISIONS: Mapping[type, Decision] = {
    cmd.SubmitExhibit: _submit,
    cmd.WithdrawExhibit: _withdraw,
    cmd.ShowExhibit: _show,
    cmd.TurnPage: _turn,
    cmd.PlayExhibit: _play,
    cmd.HighlightExhibit: _highlight,
    cmd.ClearHighlights: _clear,
    cmd.HideExhibit: _hide,
    cmd.GiveOpinion: _opinion,
}
