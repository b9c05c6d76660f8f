"""Steps of exhibits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import Step, put, state_step, transcript_changed
from hearing_server.domain.hearing import Exhibit, HearingState, Highlight, Opinion, Shown


def _with_exhibit(state: HearingState, number: int, **changes: Any) -> HearingState:
    exhibit = replace(state.exhibits[number - 1], **changes)
    exhibits = (*state.exhibits[: number - 1], exhibit, *state.exhibits[number:])
    return replace(state, exhibits=exhibits)


def _submitted(state: HearingState, event: ev.ExhibitSubmitted, at: int) -> HearingState:
    exhibit = Exhibit(
        exhibit=event.exhibit,
        party=event.party,
        name=event.name,
        media_type=event.media_type,
        size=event.size,
        sha256=event.sha256,
        pages=event.pages,
        submitted_at=at,
    )
    return replace(state, exhibits=(*state.exhibits, exhibit))


def _withdrawn(state: HearingState, event: ev.ExhibitWithdrawn, at: int) -> HearingState:
    state = _with_exhibit(state, event.exhibit, withdrawn=True)
    return transcript_changed(state) if state.exhibits[event.exhibit - 1].opinions else state


def _shown(state: HearingState, event: ev.ExhibitShown, at: int) -> HearingState:
    shown = Shown(
        exhibit=event.exhibit,
        party=event.party,
        page=event.page,
        name=event.name,
        media_type=event.media_type,
        pages=event.pages,
        sha256=event.sha256,
        moved_at=at,
        touched_at=at,
    )
    if not state.exhibits[event.exhibit - 1].was_shown:
        state = transcript_changed(_with_exhibit(state, event.exhibit, shown_at=at))
    return replace(state, shown=shown)


def _with_shown(state: HearingState, at: int, **changes: Any) -> HearingState:
    return replace(state, shown=state.shown and replace(state.shown, touched_at=at, **changes))


def _turned(state: HearingState, event: ev.PageTurned, at: int) -> HearingState:
    return _with_shown(state, at, page=event.page)


def _played(state: HearingState, event: ev.ExhibitPlayed, at: int) -> HearingState:
    return _with_shown(state, at, playing=event.playing, position=event.position, moved_at=at)


def _highlighted(state: HearingState, event: ev.ExhibitHighlighted, at: int) -> HearingState:
    mark = Highlight(page=event.page, x=event.x, y=event.y, width=event.width, height=event.height)
    marks = state.shown.highlights if state.shown else ()
    return _with_shown(state, at, highlights=(*marks, mark))


def _cleared(state: HearingState, event: ev.HighlightsCleared, at: int) -> HearingState:
    return _with_shown(state, at, highlights=())


def _opinion(state: HearingState, event: ev.OpinionGiven, at: int) -> HearingState:
    opinion = Opinion(
        party=event.party,
        authentic=event.authentic,
        lawful=event.lawful,
        relevant=event.relevant,
        note=event.note,
        at=at,
    )
    opinions = put(state.exhibits[event.exhibit - 1].opinions, event.party, opinion)
    return transcript_changed(_with_exhibit(state, event.exhibit, opinions=opinions))


STEPS: Mapping[type, Step] = {
    ev.ExhibitSubmitted: _submitted,
    ev.ExhibitWithdrawn: _withdrawn,
    ev.ExhibitShown: _shown,
    ev.PageTurned: _turned,
    ev.ExhibitPlayed: _played,
    ev.ExhibitHighlighted: _highlighted,
    ev.HighlightsCleared: _cleared,
    ev.ExhibitHidden: state_step(shown=None),
    ev.OpinionGiven: _opinion,
}
