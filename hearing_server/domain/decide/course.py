"""Decisions about the course of a hearing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.checks import checks_of_who_is_inside
from hearing_server.domain.decide.custody import sealed_from_now, sealing_ended
from hearing_server.domain.decide.floor import bench_quiet, come_out
from hearing_server.domain.decide.private import talks_cancelled, talks_without_leave
from hearing_server.domain.decide.rules import (
    BEGUN,
    MAX_REASON,
    NOT_BEGUN,
    NOT_CLOSED,
    SITTING,
    Decision,
    Events,
    Rule,
    note,
    text,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase, Presence
from hearing_server.domain.parties import BENCH, Party, Right

MAX_COUNTDOWN = 15 * 60  # seconds
MAX_MINUTES = 24 * 60

_IN_SESSION = frozenset({Phase.IN_SESSION})
_ADJOURNED = frozenset({Phase.PAUSED, Phase.SUSPENDED})
_PRESIDE = Right.PRESIDE

RULES: Mapping[type, Rule] = {
    cmd.Plan: Rule(phases=frozenset({Phase.SCHEDULED}), server=True),
    cmd.Postpone: Rule(phases=NOT_BEGUN | {Phase.SUSPENDED}, server=True),
    cmd.Cancel: Rule(phases=NOT_BEGUN, server=True),
    cmd.AnnounceOpening: Rule(phases=frozenset({Phase.WAITING}), right=_PRESIDE),
    cmd.OpenHearing: Rule(phases=frozenset({Phase.WAITING}), right=_PRESIDE),
    cmd.EnterStage: Rule(phases=_IN_SESSION, right=_PRESIDE),
    cmd.MarkChecklist: Rule(phases=SITTING, right=Right.CHECKLIST),
    cmd.PauseHearing: Rule(phases=_IN_SESSION, right=_PRESIDE, deputy=True),
    cmd.ResumeHearing: Rule(phases=_ADJOURNED, right=_PRESIDE),
    cmd.SuspendHearing: Rule(phases=BEGUN, right=_PRESIDE),
    cmd.CloseHearing: Rule(phases=BEGUN | {Phase.SUSPENDED}, right=_PRESIDE),
    cmd.ExcludePublic: Rule(phases=SITTING, right=_PRESIDE, deputy=True),
    cmd.AdmitPublic: Rule(phases=SITTING, right=_PRESIDE),
    cmd.AllowObservers: Rule(phases=NOT_CLOSED, right=_PRESIDE),
    cmd.BeginDeliberation: Rule(phases=BEGUN, right=_PRESIDE),
    cmd.EndDeliberation: Rule(phases=BEGUN, right=_PRESIDE),
    cmd.TakeCharge: Rule(phases=SITTING, right=Right.WRITE),
    cmd.ReturnCharge: Rule(phases=SITTING, right=Right.WRITE),
}


def _plan(state: HearingState, command: cmd.Plan, by: str, now: int) -> Events:
    if state.seq:
        raise Refused(Code.NO_CHANGE, "planned already")
    planned = command.planned
    ids = {party.id for party in planned.parties}
    named = {
        other for party in planned.parties for other in (*party.counsel_for, *party.interpreter_for)
    } | {id for s in planned.screenings for id in (s.party, *s.hidden_from)}
    if len(ids) != len(planned.parties) or not named <= ids:
        raise Refused(Code.UNKNOWN_PARTY, "twice, or named and not there")
    told = tuple(replace(party, account="") for party in planned.parties)
    return (replace(planned, parties=told), *seats_given(planned.parties))


def seats_given(parties: Sequence[Party], by: str = "") -> Events:
    """The accounts of these, which are the court's own."""
    return tuple(
        ev.SeatGiven(party=party.id, role=party.role, account=party.account, by=by)
        for party in parties
        if party.account or by
    )


def _postpone(state: HearingState, command: cmd.Postpone, by: str, now: int) -> Events:
    if not 1 <= command.minutes <= MAX_MINUTES:
        raise Refused(Code.BAD_MESSAGE, "minutes")
    if command.since != state.planned_at:
        raise Refused(Code.STALE_REVISION, str(state.planned_at))
    return (
        ev.HearingPostponed(
            planned_at=command.planned_at,
            minutes=command.minutes,
            reason=note(command.reason),
            account=command.account,
        ),
    )


def _cancel(state: HearingState, command: cmd.Cancel, by: str, now: int) -> Events:
    reason = text(command.reason, MAX_REASON)
    cancelled = ev.HearingCancelled(reason=reason, account=command.account)
    return (*talks_cancelled(state), cancelled)


def _announce(state: HearingState, command: cmd.AnnounceOpening, by: str, now: int) -> Events:
    if not 0 <= command.seconds <= MAX_COUNTDOWN:
        raise Refused(Code.BAD_MESSAGE, f"0 to {MAX_COUNTDOWN} seconds")
    return (ev.OpeningAnnounced(opens_at=now + command.seconds * 1000),)


def _open(state: HearingState, command: cmd.OpenHearing, by: str, now: int) -> Events:
    stages = (ev.StageEntered(stage=stage) for stage in state.stages[:1])
    return (*talks_without_leave(state), ev.HearingOpened(), *stages)


def _enter_stage(state: HearingState, command: cmd.EnterStage, by: str, now: int) -> Events:
    if command.stage not in state.stages:
        raise Refused(Code.NOT_FOUND, command.stage)
    if command.stage is state.stage:
        raise Refused(Code.NO_CHANGE)
    return (ev.StageEntered(stage=command.stage),)


def _mark(state: HearingState, command: cmd.MarkChecklist, by: str, now: int) -> Events:
    if command.item not in {item.id for item in state.checklist}:
        raise Refused(Code.NOT_FOUND, command.item[:64])
    if (command.item in state.marked) is command.done:
        raise Refused(Code.NO_CHANGE)
    return (ev.ChecklistMarked(item=command.item, done=command.done, note=note(command.note)),)


def _pause(state: HearingState, command: cmd.PauseHearing, by: str, now: int) -> Events:
    return (ev.HearingPaused(reason=note(command.reason)),)


def _resume(state: HearingState, command: cmd.ResumeHearing, by: str, now: int) -> Events:
    ended = (*talks_without_leave(state), *checks_of_who_is_inside(state, by))
    return (*_out_of_deliberation(state, by), *ended, ev.HearingResumed())


def _suspend(state: HearingState, command: cmd.SuspendHearing, by: str, now: int) -> Events:
    if command.until is not None and command.until <= now:
        raise Refused(Code.BAD_MESSAGE, "until is past")
    reason = text(command.reason, MAX_REASON)
    suspended = ev.HearingSuspended(reason=reason, until=command.until, anyway=command.anyway)
    return (*_out_of_deliberation(state, by), suspended)


def _close(state: HearingState, command: cmd.CloseHearing, by: str, now: int) -> Events:
    """What the checklist still asks for keeps a hearing open, unless the judge says why not."""
    reason = note(command.override)
    if state.checklist_open and not reason:
        raise Refused(Code.CHECKLIST_OPEN, ", ".join(state.checklist_open))
    closed = ev.HearingClosed(
        overridden=state.checklist_open, reason=reason if state.checklist_open else ""
    )
    hidden = (ev.ExhibitHidden(exhibit=state.shown.exhibit),) if state.shown else ()
    chat = (ev.ChatClosed(),) if state.chat else ()  # nobody could close it afterwards
    return (*_out_of_deliberation(state, by), *hidden, *chat, closed)


def _out_of_deliberation(state: HearingState, by: str) -> Events:
    """The bench's last words to each other stay there: muted but for whoever ends it, shares closed."""
    if not state.deliberating:
        return ()
    here = [seat for seat in state.seats.values() if seat.presence is Presence.ADMITTED]
    bench = [seat for seat in here if seat.party.role in BENCH]
    shared = [event for seat in bench for event in come_out(state, seat)]
    return (*bench_quiet(state, by), *shared, ev.DeliberationEnded())


def _exclude(state: HearingState, command: cmd.ExcludePublic, by: str, now: int) -> Events:
    if state.public_excluded:
        raise Refused(Code.NO_CHANGE)
    if state.in_charge == by and not command.recorded:
        raise Refused(Code.NOT_ALLOWED, "not recorded")  # they could not have the public back
    reason = text(command.reason, MAX_REASON)
    excluded = ev.PublicExcluded(reason=reason, recorded=command.recorded)
    return (excluded, sealed_from_now(state, reason, now))


def _readmit(state: HearingState, command: cmd.AdmitPublic, by: str, now: int) -> Events:
    if not state.public_excluded:
        raise Refused(Code.NO_CHANGE)
    return (*_closed_to_public(state), ev.PublicAdmitted(), *sealing_ended(state, now))


def _closed_to_public(state: HearingState) -> Events:
    """What is before the courtroom since the exclusion, or was turned or marked in it, the public is not
    shown when it comes back in."""
    shown, custody = state.shown, state.custody
    if shown is None:
        return ()
    sealed = custody.access.get(custody.exclusion or 0)
    before = sealed is not None and sealed.exclusion and shown.touched_at < sealed.started_at
    return () if before else (ev.ExhibitHidden(exhibit=shown.exhibit),)


def _allow_observers(state: HearingState, command: cmd.AllowObservers, by: str, now: int) -> Events:
    if state.observers_allowed is command.allowed:
        raise Refused(Code.NO_CHANGE)
    return (ev.ObserversAllowed(allowed=command.allowed),)


def _deliberate(state: HearingState, command: cmd.BeginDeliberation, by: str, now: int) -> Events:
    """Nobody follows the bench's eyes: what it showed the courtroom is closed."""
    if state.deliberating:
        raise Refused(Code.NO_CHANGE)
    shown = state.shown
    theirs = shown is not None and state.seats[shown.party].party.role in BENCH
    hidden = (ev.ExhibitHidden(exhibit=shown.exhibit),) if shown is not None and theirs else ()
    return (*hidden, ev.DeliberationBegan())


def _stop_deliberating(
    state: HearingState, command: cmd.EndDeliberation, by: str, now: int
) -> Events:
    if not state.deliberating:
        raise Refused(Code.NO_CHANGE)
    sits = state.phase is Phase.IN_SESSION
    return (*_out_of_deliberation(state, by), *(talks_without_leave(state) if sits else ()))


def _take_charge(state: HearingState, command: cmd.TakeCharge, by: str, now: int) -> Events:
    """Of a judge who was here and is not; before they have ever come there is nothing to take over."""
    presiding = state.presiding()
    if presiding is not None and presiding.here:
        raise Refused(Code.JUDGE_IS_HERE)
    if presiding is None or not presiding.arrived:
        raise Refused(Code.NOT_PRESENT, "the judge has not been here")
    if state.in_charge:
        raise Refused(Code.NO_CHANGE)
    return (ev.ChargeTaken(party=by),)


def _return_charge(state: HearingState, command: cmd.ReturnCharge, by: str, now: int) -> Events:
    if state.in_charge != by:
        raise Refused(Code.NO_CHANGE)
    return (ev.ChargeReturned(party=by),)


DECISIONS: Mapping[type, Decision] = {
    cmd.Plan: _plan,
    cmd.Postpone: _postpone,
    cmd.Cancel: _cancel,
    cmd.AnnounceOpening: _announce,
    cmd.OpenHearing: _open,
    cmd.EnterStage: _enter_stage,
    cmd.MarkChecklist: _mark,
    cmd.PauseHearing: _pause,
    cmd.ResumeHearing: _resume,
    cmd.SuspendHearing: _suspend,
    cmd.CloseHearing: _close,
    cmd.ExcludePublic: _exclude,
    cmd.AdmitPublic: _readmit,
    cmd.AllowObservers: _allow_observers,
    cmd.BeginDeliberation: _deliberate,
    cmd.EndDeliberation: _stop_deliberating,
    cmd.TakeCharge: _take_charge,
    cmd.ReturnCharge: _return_charge,
}
