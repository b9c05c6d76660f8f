"""Steps of the people of a hearing."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import (
    Step,
    drop,
    put,
    seat_step,
    transcript_changed,
    with_seat,
)
from hearing_server.domain.hearing import HearingState, Identity, Phase, Registration, Seat
from hearing_server.domain.parties import Right, may

NOTHING: Mapping[ev.Source, bool] = MappingProxyType({})


def _added(state: HearingState, event: ev.PartyAdded, at: int) -> HearingState:
    return replace(state, seats=put(state.seats, event.party.id, Seat(party=event.party)))


def _given(state: HearingState, event: ev.SeatGiven, at: int) -> HearingState:
    seat = state.seats[event.party]
    seat = replace(seat, party=replace(seat.party, account=event.account))
    return replace(state, seats=put(state.seats, event.party, seat))


def _registered(state: HearingState, event: ev.ObserverRegistered, at: int) -> HearingState:
    registration = Registration(
        address=event.address, origin=event.origin, resembles=event.resembles
    )
    seat = Seat(party=event.party, registration=registration)
    return replace(state, seats=put(state.seats, event.party.id, seat))


def _accepted(
    state: HearingState, event: ev.RulesAccepted | ev.ConsentGiven, at: int
) -> HearingState:
    return with_seat(state, event.party, accepted_as=event.name, consent_withdrawn=False)


def _checked(state: HearingState, event: ev.SelfCheckReported, at: int) -> HearingState:
    return with_seat(state, event.party, check=event, checked_at=at)


def _code_locked(state: HearingState, event: ev.CodeLocked, at: int) -> HearingState:
    return with_seat(state, event.party, code_locked_until=event.until)


def _arrived(state: HearingState, event: ev.PartyArrived, at: int) -> HearingState:
    return with_seat(
        state,
        event.party,
        connection=event.connection,
        first_seen=state.seats[event.party].first_seen or at,
        left_by=None,
        sources=NOTHING,
        told=NOTHING,
    )


def _left(state: HearingState, event: ev.PartyLeft, at: int) -> HearingState:
    """After an adjournment everybody is identified and admitted anew; to sign, after any departure.

    Whoever comes back may do so in another browser, where the clerk has not seen who sits.
    """
    seat = state.seats[event.party]
    if seat.connection != event.connection:
        return state  # an older tab went; the seat is held by a newer one
    lapses = state.phase is Phase.SUSPENDED
    checks = {p: c for p, c in state.identity_checks.items() if event.party not in (p, c)}
    freeze = state.freeze
    if freeze is not None and event.party in freeze.identified:
        freeze = replace(freeze, identified=freeze.identified - {event.party})
    state = replace(state, identity_checks=MappingProxyType(checks), freeze=freeze)
    return _moved(
        state,
        event.party,
        at,
        connection=None,
        left_by=event.cause,
        ready=False,
        sources=NOTHING,
        told=NOTHING,
        admitted=seat.admitted and not lapses,
        identity=None if lapses else seat.identity,
    )


def _devices(state: HearingState, event: ev.DevicesReported, at: int) -> HearingState:
    return with_seat(state, event.party, camera=event.camera, microphone=event.microphone)


def _ready(state: HearingState, event: ev.PartyReady, at: int) -> HearingState:
    return with_seat(state, event.party, ready=event.ready)


def _kiosk(state: HearingState, event: ev.KioskCalled, at: int) -> HearingState:
    return with_seat(state, event.party, kiosk=event.kiosk)


def _officer(state: HearingState, event: ev.OfficerStepDone, at: int) -> HearingState:
    steps = put(state.seats[event.party].officer_steps, event.step, event.officer)
    return with_seat(state, event.party, officer_steps=steps)


def _check_began(state: HearingState, event: ev.IdentityCheckBegan, at: int) -> HearingState:
    return replace(state, identity_checks=put(state.identity_checks, event.party, event.clerk))


def _check_ended(state: HearingState, event: ev.IdentityCheckEnded, at: int) -> HearingState:
    return replace(state, identity_checks=drop(state.identity_checks, event.party))


def _code_confirmed(state: HearingState, event: ev.CodeConfirmed, at: int) -> HearingState:
    return with_seat(
        state, event.party, code_confirmed=True, code_confirmed_at=at, code_locked_until=0
    )


def _identified(state: HearingState, event: ev.IdentityConfirmed, at: int) -> HearingState:
    identity = Identity(document=event.document, number=event.number, confirmed_at=at)
    return signer_known(with_seat(state, event.party, identity=identity), event.party)


def signer_known(state: HearingState, party: str) -> HearingState:
    """The clerk has seen who it is, while this version was to be signed."""
    freeze = state.freeze
    if freeze is None or party not in freeze.signers:
        return state
    return replace(state, freeze=replace(freeze, identified=freeze.identified | {party}))


def _pictured(state: HearingState, event: ev.DocumentPictureKept, at: int) -> HearingState:
    identity = state.seats[event.party].identity
    kept = identity and replace(identity, picture_sha256=event.sha256)
    return with_seat(state, event.party, identity=kept)


def _admitted(state: HearingState, event: ev.PartyAdmitted, at: int) -> HearingState:
    inside = may(state.seats[event.party].party.role, Right.STAY_INSIDE)
    return _moved(state, event.party, at, admitted=True, inside=inside)


def _called(state: HearingState, event: ev.PartyCalled, at: int) -> HearingState:
    """What was written in the courtroom while they were out of it stays there."""
    return _moved(state, event.party, at, inside=True, chat_after=len(state.messages))


def _dismissed(state: HearingState, event: ev.PartyDismissed, at: int) -> HearingState:
    return _moved(state, event.party, at, inside=False)


def _removed(state: HearingState, event: ev.PartyRemoved, at: int) -> HearingState:
    """Who has not signed by now is not asked any more. What is not sealed yet would have a box for them, and
    what is sealed has none for who follows them: it is to be frozen again.
    """
    freeze = state.freeze
    asked = freeze is not None and event.party in freeze.outstanding
    if (freeze is not None and not freeze.sealed and event.party in freeze.signers) or (
        asked and event.successor
    ):
        state = transcript_changed(state)
    elif freeze is not None and asked and not freeze.changed_since:
        signers = tuple(party for party in freeze.signers if party != event.party)
        state = replace(state, freeze=replace(freeze, signers=signers))
    return _moved(state, event.party, at, removed=True, admitted=False)


def _moved(state: HearingState, party: str, at: int, **changes: Any) -> HearingState:
    """A seat's changes, with which its party comes into the courtroom, goes out of it, or neither."""
    state = with_seat(state, party, **changes)
    seat = state.seats[party]
    sits = seat.admitted and seat.inside
    last = seat.stays[-1] if seat.stays else None
    if last is None or last.ended_at is not None:
        return with_seat(state, party, stays=(*seat.stays, ev.Span(at, None))) if sits else state
    if sits:
        return state
    return with_seat(state, party, stays=(*seat.stays[:-1], ev.Span(last.started_at, at)))


STEPS: Mapping[type, Step] = {
    ev.PartyAdded: _added,
    ev.SeatGiven: _given,
    ev.ObserverRegistered: _registered,
    ev.ConsentGiven: _accepted,
    ev.ConsentWithdrawn: seat_step(consent_withdrawn=True),
    ev.RulesAccepted: _accepted,
    ev.SelfCheckReported: _checked,
    ev.CodeConfirmed: _code_confirmed,
    ev.CodeLocked: _code_locked,
    ev.PartyArrived: _arrived,
    ev.PartyLeft: _left,
    ev.DevicesReported: _devices,
    ev.PartyReady: _ready,
    ev.KioskCalled: _kiosk,
    ev.OfficerStepDone: _officer,
    ev.IdentityCheckBegan: _check_began,
    ev.IdentityCheckEnded: _check_ended,
    ev.IdentityConfirmed: _identified,
    ev.DocumentPictureKept: _pictured,
    ev.PartyAdmitted: _admitted,
    ev.PartyCalled: _called,
    ev.PartyDismissed: _dismissed,
    ev.PartyRemoved: _removed,
}
