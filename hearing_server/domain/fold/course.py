"""Steps of the course of a hearing."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import Step, drop, put, state_step, transcript_changed
from hearing_server.domain.hearing import Charge, HearingState, Phase, Seat


def _planned(state: HearingState, event: ev.HearingPlanned, at: int) -> HearingState:
    return replace(
        state,
        hearing=event.hearing,
        court=event.court,
        case_number=event.case_number,
        procedure=event.procedure,
        courtroom=event.courtroom,
        title=event.title,
        planned_at=event.planned_at,
        seats=MappingProxyType({party.id: Seat(party=party) for party in event.parties}),
        case=event.case,
        minutes=event.minutes,
        stages=event.stages,
        checklist=event.checklist,
        demands=event.demands,
        screenings=MappingProxyType({s.party: s for s in event.screenings}),
        screened_ever=MappingProxyType({s.party: (s,) for s in event.screenings}),
    )


def _postponed(state: HearingState, event: ev.HearingPostponed, at: int) -> HearingState:
    moved = replace(state, planned_at=event.planned_at, minutes=event.minutes, opens_at=None)
    if state.phase is Phase.SUSPENDED:
        moved = replace(moved, suspended_until=event.planned_at)
    return moved


def _cancelled(state: HearingState, event: ev.HearingCancelled, at: int) -> HearingState:
    """Whoever was only asked to talk is asked no more."""
    begun = {n: talk for n, talk in state.consultations.items() if talk.began_at is not None}
    return replace(state, cancelled=True, closed_at=at, consultations=MappingProxyType(begun))


def _announced(state: HearingState, event: ev.OpeningAnnounced, at: int) -> HearingState:
    return replace(state, opens_at=event.opens_at)


def _opened(state: HearingState, event: ev.HearingOpened, at: int) -> HearingState:
    return replace(state, opened_at=at, opens_at=None)


def _stage(state: HearingState, event: ev.StageEntered, at: int) -> HearingState:
    return replace(state, stage=event.stage)


def _marked(state: HearingState, event: ev.ChecklistMarked, at: int) -> HearingState:
    marked = put(state.marked, event.item, at) if event.done else drop(state.marked, event.item)
    return replace(state, marked=marked)


def _paused(state: HearingState, event: ev.HearingPaused, at: int) -> HearingState:
    return replace(state, pause_reason=event.reason, paused_at=at)


def _resumed(state: HearingState, event: ev.HearingResumed, at: int) -> HearingState:
    """What everybody has answered ends with the sitting that it is of: this one needs a new version."""
    resumed = replace(state, suspended_until=None)
    answered = state.freeze is not None and state.freeze.answered
    return transcript_changed(resumed) if answered else resumed


def _suspended(state: HearingState, event: ev.HearingSuspended, at: int) -> HearingState:
    planned_at = event.until or state.planned_at
    return replace(
        state,
        pause_reason=event.reason,
        paused_at=at,
        suspended_until=event.until,
        planned_at=planned_at,
    )


def _closed(state: HearingState, event: ev.HearingClosed, at: int) -> HearingState:
    return replace(state, closed_at=at, word="", requests=())


def _excluded(state: HearingState, event: ev.PublicExcluded, at: int) -> HearingState:
    """The sealed span that follows an exclusion is its own."""
    custody = replace(state.custody, exclusion=state.custody.access_set + 1)
    return replace(state, public_excluded=True, off_record=not event.recorded, custody=custody)


def _readmitted(state: HearingState, event: ev.PublicAdmitted, at: int) -> HearingState:
    custody = replace(state.custody, exclusion=None)
    return replace(state, public_excluded=False, off_record=False, custody=custody)


def _observers(state: HearingState, event: ev.ObserversAllowed, at: int) -> HearingState:
    return replace(state, observers_allowed=event.allowed)


def _charge(state: HearingState, event: ev.ChargeTaken, at: int) -> HearingState:
    charge = Charge(party=event.party, began_at=at)
    return replace(state, in_charge=event.party, charges=(*state.charges, charge))


def _charge_over(state: HearingState, event: ev.ChargeReturned, at: int) -> HearingState:
    last = replace(state.charges[-1], ended_at=at)
    return replace(state, in_charge="", charges=(*state.charges[:-1], last))


STEPS: Mapping[type, Step] = {
    ev.HearingPlanned: _planned,
    ev.HearingPostponed: _postponed,
    ev.HearingCancelled: _cancelled,
    ev.OpeningAnnounced: _announced,
    ev.HearingOpened: _opened,
    ev.StageEntered: _stage,
    ev.ChecklistMarked: _marked,
    ev.HearingPaused: _paused,
    ev.HearingResumed: _resumed,
    ev.HearingSuspended: _suspended,
    ev.HearingClosed: _closed,
    ev.PublicExcluded: _excluded,
    ev.PublicAdmitted: _readmitted,
    ev.ObserversAllowed: _observers,
    ev.DeliberationBegan: state_step(deliberating=True),
    ev.DeliberationEnded: state_step(deliberating=False),
    ev.ChargeTaken: _charge,
    ev.ChargeReturned: _charge_over,
}
