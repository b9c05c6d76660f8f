"""Decisions about the people of a hearing."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.checks import check_of_who_comes_in, end_check, out_of_check
from hearing_server.domain.decide.course import seats_given
from hearing_server.domain.decide.floor import floor_of, shares_ended
from hearing_server.domain.decide.private import end_talk_of, talk_of_who_comes_in
from hearing_server.domain.decide.rules import (
    ANY,
    MAX_NAME,
    MAX_REASON,
    NOT_CLOSED,
    SITTING,
    Decision,
    Events,
    Rule,
    seat_of,
    text,
)
from hearing_server.domain.decide.signing import may_check
from hearing_server.domain.doors import identified, owes_promises, vouched
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.parties import Right, Role, may

MAX_PARTIES = 100
MAX_KBIT = 10_000_000
MAX_RTT = 60_000

RULES: Mapping[type, Rule] = {
    cmd.AddParty: Rule(phases=NOT_CLOSED, server=True),
    cmd.WithdrawConsent: Rule(phases=NOT_CLOSED, admitted=False),
    cmd.ReportCheck: Rule(phases=NOT_CLOSED, admitted=False),
    cmd.ConfirmCode: Rule(phases=ANY, server=True),
    cmd.LockCode: Rule(phases=ANY, server=True),
    cmd.Arrive: Rule(phases=ANY, admitted=False),
    cmd.Leave: Rule(phases=ANY, server=True),
    cmd.ReportDevices: Rule(phases=ANY, admitted=False),
    cmd.ReportReady: Rule(phases=NOT_CLOSED, admitted=False),
    cmd.CallKiosk: Rule(phases=NOT_CLOSED, server=True),
    cmd.TakeOfficerStep: Rule(phases=ANY, admitted=False),
    cmd.BeginIdentityCheck: Rule(phases=ANY, right=Right.IDENTIFY),
    cmd.EndIdentityCheck: Rule(phases=ANY, right=Right.IDENTIFY),
    cmd.ConfirmIdentity: Rule(phases=ANY, right=Right.IDENTIFY),
    cmd.KeepDocumentPicture: Rule(phases=ANY, server=True),
    cmd.Admit: Rule(phases=ANY, right=Right.ADMIT),
    cmd.AdmitAll: Rule(phases=ANY, right=Right.ADMIT),
    cmd.Call: Rule(phases=SITTING, right=Right.PRESIDE),
    cmd.Dismiss: Rule(phases=SITTING, right=Right.PRESIDE, deputy=True),
    cmd.Remove: Rule(phases=ANY, right=Right.PRESIDE),
    cmd.RemoveObservers: Rule(phases=ANY, right=Right.PRESIDE),
}


def _add_party(state: HearingState, command: cmd.AddParty, by: str, now: int) -> Events:
    party = command.party
    if party.id in state.seats:
        raise Refused(Code.NO_CHANGE)
    seated = sum(seat.party.role is not Role.OBSERVER for seat in state.seats.values())
    if seated >= MAX_PARTIES:
        raise Refused(Code.TOO_MANY, f"{MAX_PARTIES} seats")
    for other in (*party.counsel_for, *party.interpreter_for):
        seat_of(state, other)
    told = ev.PartyAdded(party=replace(party, account=""))
    return (told, *seats_given((party,), command.account))


def _withdraw_consent(
    state: HearingState, command: cmd.WithdrawConsent, by: str, now: int
) -> Events:
    seat = seat_of(state, by)
    if seat.accepted_as is None or seat.consent_withdrawn:
        raise Refused(Code.NO_CHANGE)
    return (ev.ConsentWithdrawn(party=by, reason=text(command.reason, MAX_REASON)),)


def _report_check(state: HearingState, command: cmd.ReportCheck, by: str, now: int) -> Events:
    measured = (
        (command.up_kbit, MAX_KBIT),
        (command.down_kbit, MAX_KBIT),
        (command.rtt_ms, MAX_RTT),
        (command.loss_permille, 1000),
    )
    if any(value is not None and not 0 <= value <= most for value, most in measured):
        raise Refused(Code.BAD_MESSAGE, "out of bounds")
    found = ev.SelfCheckReported(
        party=by,
        camera=command.camera,
        microphone=command.microphone,
        loudspeaker=command.loudspeaker,
        line=command.line,
        up_kbit=command.up_kbit,
        down_kbit=command.down_kbit,
        rtt_ms=command.rtt_ms,
        loss_permille=command.loss_permille,
    )
    return () if seat_of(state, by).check == found else (found,)


def _confirm_code(state: HearingState, command: cmd.ConfirmCode, by: str, now: int) -> Events:
    seat_of(state, command.party)
    return (ev.CodeConfirmed(party=command.party, channel=command.channel),)


def _lock_code(state: HearingState, command: cmd.LockCode, by: str, now: int) -> Events:
    seat_of(state, command.party)
    return (ev.CodeLocked(party=command.party, until=command.until),)


def _arrive(state: HearingState, command: cmd.Arrive, by: str, now: int) -> Events:
    seat = seat_of(state, by)
    if seat.here and not command.take_over:
        raise Refused(Code.SEAT_TAKEN)
    found: list[ev.Event] = [*_acceptance(state, seat, command.accepted_as)]
    if state.phase is Phase.SCHEDULED:
        found.append(ev.WaitingRoomOpened())
    if seat.connection is not None:
        gone = ev.Departure.SUPERSEDED
        found += (*end_talk_of(state, by), *out_of_check(state, by))
        found.append(ev.PartyLeft(party=by, connection=seat.connection, cause=gone))
    found.append(ev.PartyArrived(party=by, connection=command.connection))
    if (seat.camera, seat.microphone) != (command.camera, command.microphone):
        found.append(
            ev.DevicesReported(party=by, camera=command.camera, microphone=command.microphone)
        )
    if not seat.admitted and vouched(state, seat):
        found.append(ev.PartyAdmitted(party=by))
    if state.in_charge and may(seat.party.role, Right.PRESIDE):
        found.append(ev.ChargeReturned(party=state.in_charge))
    return tuple(found)


def _acceptance(state: HearingState, seat: Seat, name: str | None) -> Events:
    """Consent, rules and the promise not to record, each on file by name."""
    if name is None or (seat.accepted_as is not None and not seat.consent_withdrawn):
        if owes_promises(state, seat):
            raise Refused(Code.RULES_NOT_ACCEPTED)
        return ()
    party, name = seat.party.id, text(name, MAX_NAME)
    return (
        ev.ConsentGiven(party=party, name=name),
        ev.RulesAccepted(party=party, name=name),
        ev.NoRecordingPromised(party=party, name=name),
    )


def _leave(state: HearingState, command: cmd.Leave, by: str, now: int) -> Events:
    """Whoever leaves is out of their private talk: nobody returns into one by a reconnect."""
    if seat_of(state, command.party).connection != command.connection:
        return ()
    left = ev.PartyLeft(party=command.party, connection=command.connection, cause=command.cause)
    charge = (ev.ChargeReturned(party=command.party),) if state.in_charge == command.party else ()
    checked = out_of_check(state, command.party)
    return (*end_talk_of(state, command.party), *checked, *charge, left)


def _report_devices(state: HearingState, command: cmd.ReportDevices, by: str, now: int) -> Events:
    seat = seat_of(state, by)
    if (seat.camera, seat.microphone) == (command.camera, command.microphone):
        return ()
    return (ev.DevicesReported(party=by, camera=command.camera, microphone=command.microphone),)


def _report_ready(state: HearingState, command: cmd.ReportReady, by: str, now: int) -> Events:
    seat = seat_of(state, by)
    if not seat.here:
        raise Refused(Code.NOT_PRESENT)
    if seat.ready is command.ready:
        raise Refused(Code.NO_CHANGE)
    return (ev.PartyReady(party=by, ready=command.ready),)


def _call_kiosk(state: HearingState, command: cmd.CallKiosk, by: str, now: int) -> Events:
    seat_of(state, command.party)
    return (ev.KioskCalled(party=command.party, kiosk=command.kiosk),)


def _officer_step(state: HearingState, command: cmd.TakeOfficerStep, by: str, now: int) -> Events:
    """The four steps, each after the one before it, in a seat that a kiosk was called to."""
    seat = seat_of(state, by)
    if not seat.kiosk:
        raise Refused(Code.NOT_ALLOWED, "no kiosk")
    steps = tuple(ev.OfficerStep)
    before = steps[: steps.index(command.step)]
    if any(step not in seat.officer_steps for step in before):
        raise Refused(Code.NOT_YOUR_TURN, command.step)
    officer = text(command.officer, MAX_NAME)
    return (ev.OfficerStepDone(party=by, step=command.step, officer=officer),)


def _begin_identity(
    state: HearingState, command: cmd.BeginIdentityCheck, by: str, now: int
) -> Events:
    if not may_check(state, seat_of(state, command.party)):
        raise Refused(Code.NOT_WAITING)
    if by in state.identity_checks.values() or command.party in state.identity_checks:
        raise Refused(Code.BUSY, "an identity check is going on")
    shared = shares_ended(state, seat_of(state, by))
    return (*shared, ev.IdentityCheckBegan(party=command.party, clerk=by))


def _end_identity(state: HearingState, command: cmd.EndIdentityCheck, by: str, now: int) -> Events:
    if command.party not in state.identity_checks:
        raise Refused(Code.NO_CHANGE)
    return end_check(state, command.party, by)


def _confirm_identity(
    state: HearingState, command: cmd.ConfirmIdentity, by: str, now: int
) -> Events:
    seat = seat_of(state, command.party)
    if not seat.here:
        raise Refused(Code.NOT_PRESENT)
    if state.identity_checks.get(command.party) != by:
        raise Refused(Code.NOT_ALLOWED, "no identity check is going on")
    confirmed = ev.IdentityConfirmed(
        party=command.party,
        document=text(command.document, MAX_NAME),
        number=masked(text(command.number, MAX_NAME)),
    )
    return (confirmed, *end_check(state, command.party, by))


def masked(number: str) -> str:
    """The first and last few characters of a document's number; at most a third of it is kept."""
    kept = min(4, len(number) // 6)
    return number[:kept] + "*" * (len(number) - 2 * kept) + number[len(number) - kept :]


def _keep_picture(
    state: HearingState, command: cmd.KeepDocumentPicture, by: str, now: int
) -> Events:
    if seat_of(state, command.party).identity is None:
        raise Refused(Code.IDENTITY_NOT_CONFIRMED)
    return (ev.DocumentPictureKept(party=command.party, sha256=command.sha256),)


def _admit(state: HearingState, command: cmd.Admit, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    if seat.presence not in (Presence.WAITING, Presence.CONSULTING) or seat.admitted:
        raise Refused(Code.NOT_WAITING)
    if seat.consent_withdrawn:
        raise Refused(Code.RULES_NOT_ACCEPTED)
    if not identified(state, seat):
        raise Refused(Code.IDENTITY_NOT_CONFIRMED)
    return _admission(state, seat, by)


def _admit_all(state: HearingState, command: cmd.AdmitAll, by: str, now: int) -> Events:
    """The screened last, so that nobody is there to see them come in.

    By name alone is let in who may be somebody that was removed, and whoever comes to the bench by a link.
    """
    waiting = [
        seat
        for seat in state.seats.values()
        if seat.presence is Presence.WAITING and identified(state, seat)
        if not seat.consent_withdrawn
        if not (seat.registration and seat.registration.resembles)
        if not may(seat.party.role, Right.ENTER_FREELY)
    ]
    if not waiting:
        raise Refused(Code.NOT_WAITING)
    waiting.sort(key=lambda seat: seat.party.id in state.screenings)
    return tuple(event for seat in waiting for event in _admission(state, seat, by))


def _admission(state: HearingState, seat: Seat, by: str) -> Events:
    party = seat.party.id
    inside = may(seat.party.role, Right.STAY_INSIDE)
    talk = talk_of_who_comes_in(state, party) if inside else ()
    return (*end_check(state, party, by), *talk, ev.PartyAdmitted(party=party))


def _call(state: HearingState, command: cmd.Call, by: str, now: int) -> Events:
    """A witness comes in alone: another one who is inside goes out first, unless both are wanted."""
    seat = seat_of(state, command.party)
    if not seat.admitted or not seat.here:
        raise Refused(Code.NOT_PRESENT, command.party)
    if seat.inside:
        raise Refused(Code.NO_CHANGE)
    out: list[ev.Event] = []
    if not command.together and not may(seat.party.role, Right.STAY_INSIDE):
        for other in state.seats.values():
            if other.admitted and other.inside and not may(other.party.role, Right.STAY_INSIDE):
                out += (*floor_of(state, other), ev.PartyDismissed(party=other.party.id))
    out += check_of_who_comes_in(state, command.party, by)
    return (*out, *talk_of_who_comes_in(state, command.party), ev.PartyCalled(party=command.party))


def _dismiss(state: HearingState, command: cmd.Dismiss, by: str, now: int) -> Events:
    """By the clerk in charge only who is called in and sent out again: witnesses, experts."""
    seat = _subject(state, command.party, by)
    if state.in_charge == by and may(seat.party.role, Right.STAY_INSIDE):
        raise Refused(Code.NOT_ALLOWED, command.party)
    if not seat.admitted or not seat.inside:
        raise Refused(Code.NO_CHANGE)
    return (*floor_of(state, seat), ev.PartyDismissed(party=command.party))


def _remove(state: HearingState, command: cmd.Remove, by: str, now: int) -> Events:
    seat = _subject(state, command.party, by)
    if seat.removed:
        raise Refused(Code.NO_CHANGE)
    return _removal(state, seat, text(command.reason, MAX_REASON))


def _remove_observers(
    state: HearingState, command: cmd.RemoveObservers, by: str, now: int
) -> Events:
    reason = text(command.reason, MAX_REASON)
    public = [seat for seat in state.seats.values() if seat.party.role is Role.OBSERVER]
    found = [event for s in public if not s.removed for event in _removal(state, s, reason)]
    if not found:
        raise Refused(Code.NO_CHANGE)
    return tuple(found)


def _removal(state: HearingState, seat: Seat, reason: str) -> Events:
    party = seat.party.id
    found: list[ev.Event] = [*floor_of(state, seat), *end_talk_of(state, party)]
    found += out_of_check(state, party)
    found.append(ev.PartyRemoved(party=party, reason=reason))
    if seat.connection is not None:
        gone = ev.Departure.REMOVED
        found.append(ev.PartyLeft(party=party, connection=seat.connection, cause=gone))
    return tuple(found)


def _subject(state: HearingState, party: str, by: str) -> Seat:
    """Somebody whom the court may send out: not itself, and of bench and clerk only who came by a link."""
    seat = seat_of(state, party)
    if party == by or vouched(state, seat):
        raise Refused(Code.NOT_ALLOWED, party)
    return seat


DECISIONS: Mapping[type, Decision] = {
    cmd.AddParty: _add_party,
    cmd.WithdrawConsent: _withdraw_consent,
    cmd.ReportCheck: _report_check,
    cmd.ConfirmCode: _confirm_code,
    cmd.LockCode: _lock_code,
    cmd.Arrive: _arrive,
    cmd.Leave: _leave,
    cmd.ReportDevices: _report_devices,
    cmd.ReportReady: _report_ready,
    cmd.CallKiosk: _call_kiosk,
    cmd.TakeOfficerStep: _officer_step,
    cmd.BeginIdentityCheck: _begin_identity,
    cmd.EndIdentityCheck: _end_identity,
    cmd.ConfirmIdentity: _confirm_identity,
    cmd.KeepDocumentPicture: _keep_picture,
    cmd.Admit: _admit,
    cmd.AdmitAll: _admit_all,
    cmd.Call: _call,
    cmd.Dismiss: _dismiss,
    cmd.Remove: _remove,
    cmd.RemoveObservers: _remove_observers,
}
