"""Steps of what becomes of a frozen version. They read who did it, so they take the whole entry."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.events import Span
from hearing_server.domain.fold.lines import EntryStep
from hearing_server.domain.fold.steps import put
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.objections import Objection, Standing


def _read(state: HearingState, event: ev.TranscriptRead, entry: Entry) -> HearingState:
    freeze = state.freeze
    if freeze is None or freeze.version != event.version:
        return state
    return replace(state, freeze=replace(freeze, read=put(freeze.read, event.party, event.page)))


def _confirmed(state: HearingState, event: ev.PassagesConfirmed, entry: Entry) -> HearingState:
    freeze = state.freeze
    if freeze is None or freeze.version != event.version:
        return state
    freeze = replace(freeze, confirmed=put(freeze.confirmed, event.party, entry.at))
    state = replace(state, freeze=freeze)
    return confirm(state, event.party, event.passages or freeze.passages.keys())


def confirm(state: HearingState, party: str, passages: Collection[str]) -> HearingState:
    """These of the newest version as the party has read them; what is printed no longer is forgotten."""
    printed = state.freeze.passages if state.freeze else {}
    before = state.confirmed.get(party, {})
    read = {
        name: printed[name] if name in passages else before[name]
        for name in printed
        if name in passages or name in before
    }
    return replace(state, confirmed=put(state.confirmed, party, read))


def _made(state: HearingState, event: ev.ObjectionMade, entry: Entry) -> HearingState:
    objection = Objection(
        objection=event.objection,
        party=event.party,
        version=event.version,
        line=event.line,
        place=event.place,
        quote=event.quote,
        wording=event.wording,
        reason=event.reason,
        span=Span(event.started_at, event.ended_at),
        made_at=entry.at,
    )
    return replace(state, objections=(*state.objections, objection))


def _accepted(state: HearingState, event: ev.ObjectionAccepted, entry: Entry) -> HearingState:
    return _answered(state, entry, Standing.ACCEPTED)


def _refused(state: HearingState, event: ev.ObjectionRefused, entry: Entry) -> HearingState:
    return _answered(state, entry, Standing.REFUSED, event.reason)


def _withdrawn(state: HearingState, event: ev.ObjectionWithdrawn, entry: Entry) -> HearingState:
    return _answered(state, entry, Standing.WITHDRAWN)


def _answered(
    state: HearingState, entry: Entry, standing: Standing, answer: str = ""
) -> HearingState:
    event: Any = entry.event
    index = event.objection - 1
    objection = replace(
        state.objections[index],
        standing=standing,
        answer=answer,
        answered_by=entry.by,
        answered_at=entry.at,
    )
    objections = (*state.objections[:index], objection, *state.objections[index + 1 :])
    return replace(state, objections=objections)


STEPS: Mapping[type, EntryStep] = {
    ev.TranscriptRead: _read,
    ev.PassagesConfirmed: _confirmed,
    ev.ObjectionMade: _made,
    ev.ObjectionAccepted: _accepted,
    ev.ObjectionRefused: _refused,
    ev.ObjectionWithdrawn: _withdrawn,
}
