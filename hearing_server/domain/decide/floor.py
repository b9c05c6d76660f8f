"""Decisions about who may speak, who asks to, and what is sent."""

from collections.abc import Callable, Mapping
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import (
    ANY,
    BEGUN,
    SITTING,
    Decision,
    Events,
    Rule,
    note,
    seat_of,
    spare_court,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.parties import BENCH, STAFF, Right, Role, may
from hearing_server.domain.places import bench_apart, private_room

MAX_WAITING = 200  # raised hands and objections at once

_IN_SESSION = frozenset({Phase.IN_SESSION})

RULES: Mapping[type, Rule] = {
    cmd.Mute: Rule(phases=SITTING, right=Right.PRESIDE, deputy=True),
    cmd.MuteAll: Rule(phases=SITTING, right=Right.PRESIDE, deputy=True),
    cmd.Unmute: Rule(phases=SITTING | {Phase.CLOSED}),  # one's own, unless it is locked
    cmd.GiveWord: Rule(phases=_IN_SESSION, right=Right.PRESIDE, deputy=True),
    cmd.WithdrawWord: Rule(phases=_IN_SESSION, right=Right.PRESIDE, deputy=True),
    cmd.RaiseHand: Rule(phases=BEGUN, right=Right.RAISE),
    cmd.RaiseObjection: Rule(phases=_IN_SESSION, right=Right.OBJECT),
    cmd.WithdrawRequest: Rule(phases=BEGUN),
    cmd.AnswerRequest: Rule(phases=BEGUN, right=Right.PRESIDE),
    cmd.StartSource: Rule(phases=ANY, right=Right.SPEAK, admitted=False),
    cmd.StopSource: Rule(phases=ANY, right=Right.SPEAK, admitted=False),
    cmd.PauseSource: Rule(phases=ANY, right=Right.SPEAK, admitted=False),
    cmd.ResumeSource: Rule(phases=ANY, right=Right.SPEAK, admitted=False),
    cmd.StopShare: Rule(phases=SITTING, right=Right.PRESIDE, deputy=True),
    cmd.AllowShare: Rule(phases=SITTING, right=Right.PRESIDE, deputy=True),
    cmd.SetChannel: Rule(phases=SITTING),
    cmd.ListenTo: Rule(phases=SITTING),
}


def _mute(state: HearingState, command: cmd.Mute, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    spare_court(state, seat, by)
    _keep_lock(state, seat, by)
    if seat.muted and seat.locked is command.locked:
        raise Refused(Code.NO_CHANGE)
    within = bench_apart(state, command.party)
    return (ev.MicrophoneMuted(party=command.party, locked=command.locked, within=within),)


def _mute_all(state: HearingState, command: cmd.MuteAll, by: str, now: int) -> Events:
    loud = [
        seat.party.id
        for seat in state.seats.values()
        if seat.here and seat.party.role not in STAFF and may(seat.party.role, Right.SPEAK)
        if not seat.muted or (command.locked and not seat.locked)
    ]
    if not loud:
        raise Refused(Code.NO_CHANGE)
    return tuple(ev.MicrophoneMuted(party=party, locked=command.locked) for party in loud)


def _unmute(state: HearingState, command: cmd.Unmute, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    if command.party != by:
        if not _presides(state, by):
            raise Refused(Code.NOT_ALLOWED, command.party)
        spare_court(state, seat, by)
    elif seat.locked and not _presides(state, by):
        raise Refused(Code.MICROPHONE_LOCKED)
    _keep_lock(state, seat, by)
    if not seat.muted:
        raise Refused(Code.NO_CHANGE)
    return (_unmuted(state, command.party),)


def _unmuted(state: HearingState, party: str) -> ev.MicrophoneUnmuted:
    return ev.MicrophoneUnmuted(party=party, within=bench_apart(state, party))


def _presides(state: HearingState, by: str) -> bool:
    return may(seat_of(state, by).party.role, Right.PRESIDE) or state.in_charge == by


def _keep_lock(state: HearingState, seat: Seat, by: str) -> None:
    """Refuse a deputy to lift what the judge has locked."""
    if state.in_charge == by and seat.locked and not seat.locked_by:
        raise Refused(Code.MICROPHONE_LOCKED, seat.party.id)


def _give_word(state: HearingState, command: cmd.GiveWord, by: str, now: int) -> Events:
    """Their microphone is opened with it, and their raised hand has been answered."""
    seat = seat_of(state, command.party)
    if seat.presence is not Presence.ADMITTED or not may(seat.party.role, Right.SPEAK):
        raise Refused(Code.NOT_PRESENT, command.party)
    spare_court(state, seat, by)
    _keep_lock(state, seat, by)
    if state.word == command.party and not seat.muted:
        raise Refused(Code.NO_CHANGE)
    granted = ev.RequestAnswer.GRANTED
    answered = [
        ev.RequestAnswered(request=r.request, answer=granted, note="")
        for r in state.requests
        if r.party == command.party and r.kind is ev.RequestKind.HAND
    ]
    opened = (_unmuted(state, command.party),) if seat.muted else ()
    return (ev.WordGiven(party=command.party), *opened, *answered)


def _withdraw_word(state: HearingState, command: cmd.WithdrawWord, by: str, now: int) -> Events:
    if not state.word:
        raise Refused(Code.NO_CHANGE)
    return (ev.WordWithdrawn(party=state.word),)


def _raise(kind: ev.RequestKind) -> Decision:
    def decision(state: HearingState, command: Any, by: str, now: int) -> Events:
        if any(r.party == by and r.kind is kind for r in state.requests):
            raise Refused(Code.NO_CHANGE)
        if len(state.requests) >= MAX_WAITING:
            raise Refused(Code.TOO_MANY)
        reason = note(getattr(command, "reason", ""))
        raised = ev.RequestRaised(request=state.requests_made + 1, party=by, kind=kind, note=reason)
        return (raised,)

    return decision


def _withdraw_request(
    state: HearingState, command: cmd.WithdrawRequest, by: str, now: int
) -> Events:
    waiting = {r.request: r for r in state.requests}
    if command.request not in waiting or waiting[command.request].party != by:
        raise Refused(Code.NOT_FOUND)
    return (ev.RequestWithdrawn(request=command.request),)


_RULINGS = frozenset({ev.RequestAnswer.SUSTAINED, ev.RequestAnswer.OVERRULED})
_TO_A_HAND = frozenset({ev.RequestAnswer.GRANTED, ev.RequestAnswer.DECLINED})


def _answer_request(state: HearingState, command: cmd.AnswerRequest, by: str, now: int) -> Events:
    """An objection is ruled on or noted; a hand is granted the word or declined."""
    request = next((r for r in state.requests if r.request == command.request), None)
    if request is None:
        raise Refused(Code.NOT_FOUND)
    hand = request.kind is ev.RequestKind.HAND
    if command.answer in (_RULINGS if hand else _TO_A_HAND):
        raise Refused(Code.BAD_MESSAGE, f"{command.answer} to {request.kind}")
    has_word = state.word == request.party and not seat_of(state, request.party).muted
    granted = command.answer is ev.RequestAnswer.GRANTED
    if granted and not has_word and state.phase is Phase.IN_SESSION:
        return _give_word(state, cmd.GiveWord(party=request.party), by, now)
    return (
        ev.RequestAnswered(request=command.request, answer=command.answer, note=note(command.note)),
    )


def _start_source(state: HearingState, command: cmd.StartSource, by: str, now: int) -> Events:
    seat = seat_of(state, by)
    if not seat.here:
        raise Refused(Code.NOT_PRESENT)
    if command.source in seat.sources:
        raise Refused(Code.NO_CHANGE)
    if command.source in ev.SHARE:
        _may_share(state, seat)
    return (ev.SourceStarted(party=by, source=command.source, within=private_room(state, by)),)


_SHARED_IN = frozenset({Presence.ADMITTED, Presence.CONSULTING})


def _may_share(state: HearingState, seat: Seat) -> None:
    """One screen at a time is before the courtroom, and one in each private talk."""
    if seat.presence not in _SHARED_IN:
        raise Refused(Code.NOT_PRESENT)
    if seat.share_locked and seat.presence is Presence.ADMITTED:
        raise Refused(Code.SHARE_LOCKED)
    others = (s for s in state.seats.values() if s is not seat and s.presence is seat.presence)
    company = (s for s in others if s.consultation == seat.consultation)
    if any(source in s.sources for s in company for source in ev.SHARE):
        raise Refused(Code.SHARE_TAKEN)


def shares_ended(state: HearingState, seat: Seat) -> Events:
    """What a seat shares is closed, and known to be, in the one room that it was for."""
    party = seat.party.id
    within = private_room(state, party)
    shared = (source for source in ev.SHARE if source in seat.sources)
    return tuple(ev.SourceStopped(party=party, source=source, within=within) for source in shared)


def come_out(state: HearingState, seat: Seat) -> Events:
    """Out of a private room: what was shared there is closed; what else changed there all may know now."""
    party = seat.party.id
    within = private_room(state, party)
    kept = {source: runs for source, runs in seat.sources.items() if source not in ev.SHARE}
    hidden = [s for s in ev.SHARE if s in seat.sources and s not in seat.told]
    found: list[ev.Event] = [
        ev.SourceStopped(party=party, source=source, within=within) for source in hidden
    ]
    for source in ev.Source:
        now, told = kept.get(source), seat.told.get(source)
        if now is not told:
            found.append(_SOURCE_IS[now](party=party, source=source))
    return tuple(found)


def bench_quiet(state: HearingState, by: str) -> Events:
    """The deliberation ends: its last words stay there. Who ends it is live if they were, the rest are muted,
    and locked who was before it; who is away is as the courtroom knew them. It is told what it does not know
    already, and no more.
    """
    room = tuple(party for party in state.seats if bench_apart(state, party))
    found: list[ev.Event] = []
    for party, seat in state.seats.items():
        if seat.party.role not in BENCH:
            continue
        now, told = (seat.muted, seat.locked), (seat.told_muted, seat.told_locked)
        then = told
        if seat.presence is Presence.ADMITTED:
            then = now if party == by or seat.muted else (True, seat.told_locked)
        if now == told == then:
            continue
        within = (*room, party) if then == told else ()
        muted, locked = then
        found.append(
            ev.MicrophoneMuted(party=party, locked=locked, within=within)
            if muted
            else ev.MicrophoneUnmuted(party=party, within=within)
        )
    return tuple(found)


_SOURCE_IS: Mapping[bool | None, Callable[..., ev.Event]] = {
    True: ev.SourceStarted,
    False: ev.SourcePaused,
    None: ev.SourceStopped,
}


def _change_source(running: bool | None, event_type: type) -> Callable[..., Events]:
    def decision(state: HearingState, command: cmd.StopSource, by: str, now: int) -> Events:
        sources = seat_of(state, by).sources
        if command.source not in sources or sources[command.source] is running:
            raise Refused(Code.NO_CHANGE)
        return (event_type(party=by, source=command.source, within=private_room(state, by)),)

    return decision


def _stop_share(state: HearingState, command: cmd.StopShare, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    spare_court(state, seat, by)
    stopped = shares_ended(state, seat) if seat.presence is Presence.ADMITTED else ()
    if seat.share_locked and not stopped:
        raise Refused(Code.NO_CHANGE)
    return (*stopped, ev.SharingLocked(party=command.party))


def _allow_share(state: HearingState, command: cmd.AllowShare, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    if not seat.share_locked:
        raise Refused(Code.NO_CHANGE)
    if state.in_charge == by and not seat.share_locked_by:
        raise Refused(Code.NOT_ALLOWED, command.party)  # the judge locked it
    return (ev.SharingAllowed(party=command.party),)


def _set_channel(state: HearingState, command: cmd.SetChannel, by: str, now: int) -> Events:
    seat = seat_of(state, command.party)
    if command.party != by and not _presides(state, by):
        raise Refused(Code.NOT_ALLOWED, command.party)
    if seat.party.role is not Role.INTERPRETER:
        raise Refused(Code.NOT_ALLOWED, "not an interpreter")
    if seat.channel_closed is command.closed:
        raise Refused(Code.NO_CHANGE)
    return (ev.ChannelSet(party=command.party, closed=command.closed),)


def _listen(state: HearingState, command: cmd.ListenTo, by: str, now: int) -> Events:
    if command.interpreter:
        interpreter = seat_of(state, command.interpreter).party
        if interpreter.role is not Role.INTERPRETER:
            raise Refused(Code.NOT_ALLOWED, "not an interpreter")
    if seat_of(state, by).listens_to == command.interpreter:
        raise Refused(Code.NO_CHANGE)
    return (ev.ListeningSet(party=by, interpreter=command.interpreter),)


def floor_of(state: HearingState, seat: Seat) -> Events:
    """Take back what somebody who goes out had: the word, a raised hand, what they show or share there.

    What they share in a private talk or in an identity check is not the courtroom's to close. Out of the
    bench's deliberation they come as all do when it ends.
    """
    party = seat.party.id
    found: list[ev.Event] = []
    if state.word == party:
        found.append(ev.WordWithdrawn(party=party))
    found += [ev.RequestWithdrawn(request=r.request) for r in state.requests if r.party == party]
    if state.shown is not None and state.shown.party == party:
        found.append(ev.ExhibitHidden(exhibit=state.shown.exhibit))
    apart = seat.consultation is not None or party in state.identity_checks
    return (*found, *(() if apart else come_out(state, seat)))


DECISIONS: Mapping[type, Decision] = {
    cmd.Mute: _mute,
    cmd.MuteAll: _mute_all,
    cmd.Unmute: _unmute,
    cmd.GiveWord: _give_word,
    cmd.WithdrawWord: _withdraw_word,
    cmd.RaiseHand: _raise(ev.RequestKind.HAND),
    cmd.RaiseObjection: _raise(ev.RequestKind.OBJECTION),
    cmd.WithdrawRequest: _withdraw_request,
    cmd.AnswerRequest: _answer_request,
    cmd.StartSource: _start_source,
    cmd.StopSource: _change_source(None, ev.SourceStopped),
    cmd.PauseSource: _change_source(False, ev.SourcePaused),
    cmd.ResumeSource: _change_source(True, ev.SourceResumed),
    cmd.StopShare: _stop_share,
    cmd.AllowShare: _allow_share,
    cmd.SetChannel: _set_channel,
    cmd.ListenTo: _listen,
}
