"""Steps of private talks and screening."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import Step, drop, put, transcript_changed, with_seat
from hearing_server.domain.hearing import Consultation, HearingState


def _with_talk(state: HearingState, number: int, **changes: Any) -> HearingState:
    talk = replace(state.consultations[number], **changes)
    return replace(state, consultations=put(state.consultations, number, talk))


def _asked(state: HearingState, event: ev.ConsultationAsked, at: int) -> HearingState:
    talk = Consultation(
        consultation=event.consultation,
        asked_by=event.party,
        parties=event.parties,
        accepted=frozenset({event.party}),
        into=event.into,
    )
    consultations = put(state.consultations, event.consultation, talk)
    return replace(state, consultations=consultations, consultations_made=event.consultation)


def _accepted(state: HearingState, event: ev.ConsultationAccepted, at: int) -> HearingState:
    accepted = state.consultations[event.consultation].accepted | {event.party}
    return _with_talk(state, event.consultation, accepted=accepted)


def _over(
    state: HearingState, event: ev.ConsultationDeclined | ev.ConsultationEnded, at: int
) -> HearingState:
    for party in state.consultations[event.consultation].members:
        state = with_seat(state, party, consultation=None)
    state = _lapsed(state, event.consultation)
    return replace(state, consultations=drop(state.consultations, event.consultation))


def _lapsed(state: HearingState, number: int) -> HearingState:
    """A talk is over or its members have changed: nobody is asked into it any more."""
    kept = {n: talk for n, talk in state.consultations.items() if talk.into != number}
    return replace(state, consultations=MappingProxyType(kept))


def _awaits(state: HearingState, event: ev.ConsultationAwaitsLeave, at: int) -> HearingState:
    return _with_talk(state, event.consultation, leave_asked=True)


def _dropped(state: HearingState, event: ev.ConsultationLeaveDropped, at: int) -> HearingState:
    return _with_talk(state, event.consultation, leave_asked=False)


def _permitted(state: HearingState, event: ev.ConsultationPermitted, at: int) -> HearingState:
    return _with_talk(state, event.consultation, permitted=True, leave_asked=False)


def _began(state: HearingState, event: ev.ConsultationBegan, at: int) -> HearingState:
    for party in event.parties:
        state = with_seat(state, party, consultation=event.consultation)
    return _with_talk(
        state, event.consultation, began_at=at, members=event.parties, leave_asked=False
    )


def _joined(state: HearingState, event: ev.ConsultationJoined, at: int) -> HearingState:
    talk = state.consultations[event.consultation]
    state = with_seat(state, event.party, consultation=event.consultation)
    return _with_talk(
        _lapsed(state, event.consultation),
        event.consultation,
        members=(*talk.members, event.party),
        parties=state.in_order({*talk.parties, event.party}),
        permitted=talk.permitted if event.permitted is None else event.permitted,
    )


def _locked(state: HearingState, event: ev.ConsultationLocked, at: int) -> HearingState:
    return _with_talk(state, event.consultation, locked=event.locked)


def _left(state: HearingState, event: ev.ConsultationLeft, at: int) -> HearingState:
    members = state.consultations[event.consultation].members
    state = with_seat(state, event.party, consultation=None)
    left = tuple(party for party in members if party != event.party)
    return _with_talk(_lapsed(state, event.consultation), event.consultation, members=left)


def _screened(state: HearingState, event: ev.ScreeningSet, at: int) -> HearingState:
    """Printed names follow it."""
    screening = event.screening
    screenings = put(state.screenings, screening.party, screening)
    before = state.screened_ever.get(screening.party, ())
    ever = put(state.screened_ever, screening.party, (*before, screening))
    exposed = replace(
        state,
        screenings=screenings,
        screened_ever=ever,
        freeze=state.freeze and replace(state.freeze, exposes=True),
        earlier=tuple(replace(freeze, exposes=True) for freeze in state.earlier),
    )
    return transcript_changed(exposed)


def _lifted(state: HearingState, event: ev.ScreeningLifted, at: int) -> HearingState:
    screenings = drop(state.screenings, event.party)
    return transcript_changed(replace(state, screenings=screenings))


STEPS: Mapping[type, Step] = {
    ev.ConsultationAsked: _asked,
    ev.ConsultationAccepted: _accepted,
    ev.ConsultationDeclined: _over,
    ev.ConsultationAwaitsLeave: _awaits,
    ev.ConsultationLeaveDropped: _dropped,
    ev.ConsultationPermitted: _permitted,
    ev.ConsultationBegan: _began,
    ev.ConsultationJoined: _joined,
    ev.ConsultationLocked: _locked,
    ev.ConsultationLeft: _left,
    ev.ConsultationEnded: _over,
    ev.ScreeningSet: _screened,
    ev.ScreeningLifted: _lifted,
}
