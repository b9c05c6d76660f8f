"""Decisions about private talks and screening.

A talk is among people who are linked: counsel and client, interpreter and whom they interpret for. All
who are named must accept, and have shown who they are where the hearing demands it. A member may ask a
further one into a talk that goes on: that is an ask of its own, to all of them. Before the hearing and in
its pauses that is enough; in session it needs the judge's leave: only then does the court hear that
somebody asked. A talk that waits for leave begins when the court pauses, and one without leave ends when
it sits; a leave is for those it was given to. Whoever comes out of a talk comes out muted, and what was
shown in it is closed, so that its last words stay in it.
"""

import contextlib
from collections.abc import Mapping, Sequence

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.floor import come_out, floor_of
from hearing_server.domain.decide.rules import (
    ANY,
    MAX_NAME,
    NOT_CLOSED,
    SITTING,
    Decision,
    Events,
    Rule,
    note,
    seat_of,
)
from hearing_server.domain.doors import identified
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Consultation, HearingState, Phase, Presence, Seat
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import STAFF, Party, Right, linked, may

MAX_MEMBERS = 8

_MEETING = ANY - {Phase.SCHEDULED}
_TALKER = Rule(phases=_MEETING, right=Right.CONSULT, admitted=False)

RULES: Mapping[type, Rule] = {
    cmd.AskConsultation: _TALKER,
    cmd.AcceptConsultation: _TALKER,
    cmd.DeclineConsultation: _TALKER,
    cmd.JoinConsultation: _TALKER,
    cmd.LockConsultation: _TALKER,
    cmd.LeaveConsultation: _TALKER,
    cmd.PermitConsultation: Rule(phases=SITTING, right=Right.PRESIDE),
    cmd.EndConsultation: Rule(phases=_MEETING, right=Right.PRESIDE, deputy=True),
    cmd.Screen: Rule(phases=NOT_CLOSED, right=Right.PRESIDE),
    cmd.Unscreen: Rule(phases=NOT_CLOSED, right=Right.PRESIDE),
}

_ANSWERS = (cmd.AcceptConsultation, cmd.DeclineConsultation)
_ANSWERED = (ev.ConsultationAccepted, ev.ConsultationDeclined)
_FREE = frozenset({Presence.WAITING, Presence.ADMITTED, Presence.OUTSIDE})


def entered_by(command: cmd.Command, event: ev.Event, by: str) -> str:
    """Under whose name an event of `command` is entered.

    Who answered is for the talk's people alone: what others hear of that follows from it is nobody's.
    """
    answers = isinstance(command, _ANSWERS) and not isinstance(event, _ANSWERED)
    return SERVER if answers else by


def _ask(state: HearingState, command: cmd.AskConsultation, by: str, now: int) -> Events:
    talk = _open_to_more(state, command.into, by) if command.into else None
    members = talk.members if talk else ()
    parties = tuple(dict.fromkeys((by, *members, *command.parties)))
    if not 2 <= len(parties) <= MAX_MEMBERS:
        raise Refused(Code.BAD_MESSAGE, f"2 to {MAX_MEMBERS} people")
    seats = [seat_of(state, party) for party in parties]
    if not _all_linked([seat.party for seat in seats]):
        raise Refused(Code.NOT_LINKED)
    for seat in seats:
        if seat.party.id not in members:
            _free(state, seat)
        if not may(seat.party.role, Right.CONSULT):
            raise Refused(Code.NOT_LINKED, seat.party.id)
    if talk and len(parties) != len(members) + 1:
        raise Refused(Code.BAD_MESSAGE, "one further person")
    if talk and set(parties) <= {*talk.parties, *members}:
        raise Refused(Code.NO_CHANGE)  # they need not be asked again
    if any(by == t.asked_by and t.began_at is None for t in state.consultations.values()):
        raise Refused(Code.NO_CHANGE)
    number = state.consultations_made + 1
    parties = state.in_order(parties)
    return (
        ev.ConsultationAsked(consultation=number, party=by, parties=parties, into=command.into),
    )


def _open_to_more(state: HearingState, number: int, by: str) -> Consultation:
    talk = _mine(state, number, by)
    if talk.locked:
        raise Refused(Code.CONSULTATION_LOCKED)
    return talk


def _all_linked(parties: Sequence[Party]) -> bool:
    """Whether everybody can be reached from the first over links."""
    reached, rest = [parties[0]], list(parties[1:])
    while rest:
        near = next((p for p in rest if any(linked(p, r) for r in reached)), None)
        if near is None:
            return False
        rest.remove(near)
        reached.append(near)
    return True


def _free(state: HearingState, seat: Seat) -> None:
    if state.cancelled:
        raise Refused(Code.WRONG_PHASE, "cancelled")
    if seat.party.id in state.identity_checks:
        raise Refused(Code.BUSY, "an identity check is going on")
    if seat.presence is Presence.CONSULTING:
        raise Refused(Code.CONSULTING, seat.party.id)
    if seat.presence not in _FREE:
        raise Refused(Code.NOT_PRESENT, seat.party.id)
    if not seat.admitted and not identified(state, seat):
        raise Refused(Code.IDENTITY_NOT_CONFIRMED, seat.party.id)


def needs_leave(state: HearingState, parties: Sequence[str]) -> bool:
    """Whether a talk of these waits for the judge: in session, for whoever is in the courtroom."""
    inside = (state.seats[party].presence is Presence.ADMITTED for party in parties)
    return needs_leave_now(state) and any(inside)


def needs_leave_now(state: HearingState) -> bool:
    """Whether the court sits: not before the hearing, in a pause, or while the bench is out."""
    return state.phase is Phase.IN_SESSION and not state.deliberating


def _accept(state: HearingState, command: cmd.AcceptConsultation, by: str, now: int) -> Events:
    talk = _asked(state, command.consultation, by)
    if by in talk.accepted:
        raise Refused(Code.NO_CHANGE)
    accepted = ev.ConsultationAccepted(consultation=talk.consultation, party=by)
    complete = talk.accepted | {by} == set(talk.parties)
    return (accepted, *(_agreed(state, talk) if complete else ()))


def _agreed(state: HearingState, talk: Consultation) -> Events:
    """All have accepted: the talk begins, or the judge is asked."""
    if not needs_leave(state, talk.parties):
        return _begin(state, talk, permitted=False)
    return (
        ev.ConsultationAwaitsLeave(
            consultation=talk.consultation, parties=talk.parties, into=talk.into
        ),
    )


def _begin(state: HearingState, talk: Consultation, *, permitted: bool) -> Events:
    """All of them are still here and free."""
    if talk.into:
        return _widen(state, talk, permitted=permitted)
    seats = [seat_of(state, party) for party in talk.parties]
    for seat in seats:
        _free(state, seat)
    laid_down = [event for seat in seats for event in floor_of(state, seat)]
    began = ev.ConsultationBegan(
        consultation=talk.consultation, parties=talk.parties, permitted=permitted
    )
    return (*laid_down, began)


def _widen(state: HearingState, talk: Consultation, *, permitted: bool) -> Events:
    """The further one comes into the talk that goes on; the ask lapsed when its members changed."""
    into = _going_on(state, talk.into)
    if into.locked:
        raise Refused(Code.CONSULTATION_LOCKED)
    (party,) = (one for one in talk.parties if one not in into.members)
    seat = seat_of(state, party)
    _free(state, seat)
    leave = (ev.ConsultationPermitted(consultation=talk.into),)
    # With whoever belongs in the courtroom it needs a leave of its own once the court sits.
    stays = into.permitted and not _belongs_inside(seat)
    joined = ev.ConsultationJoined(
        consultation=talk.into, party=party, permitted=permitted or stays
    )
    return (
        *(leave if permitted and not into.permitted else ()),
        *floor_of(state, seat),
        joined,
    )


def _decline(state: HearingState, command: cmd.DeclineConsultation, by: str, now: int) -> Events:
    return _declined(_asked(state, command.consultation, by), by)


def _declined(talk: Consultation, party: str) -> Events:
    number, parties = talk.consultation, talk.parties
    dropped = ev.ConsultationLeaveDropped(consultation=number, parties=parties)
    declined = ev.ConsultationDeclined(consultation=number, party=party, parties=parties)
    return (dropped, declined) if talk.leave_asked else (declined,)


def _permit(state: HearingState, command: cmd.PermitConsultation, by: str, now: int) -> Events:
    """To a talk that waits for it, or to go on with one that began in a pause.

    Of one that is only asked for the judge does not know.
    """
    talk = _known(state, command.consultation)
    if not talk.leave_asked and talk.began_at is None:
        raise Refused(Code.NOT_FOUND)
    if talk.permitted:
        raise Refused(Code.NO_CHANGE)
    permitted = ev.ConsultationPermitted(consultation=talk.consultation)
    return (permitted, *(_begin(state, talk, permitted=True) if talk.began_at is None else ()))


def _join(state: HearingState, command: cmd.JoinConsultation, by: str, now: int) -> Events:
    talk = _going_on(state, command.consultation)
    seat = seat_of(state, by)
    if by not in talk.parties:
        raise Refused(Code.NOT_FOUND)
    if talk.locked:
        raise Refused(Code.CONSULTATION_LOCKED)
    _free(state, seat)
    if len(talk.members) >= MAX_MEMBERS:
        raise Refused(Code.TOO_MANY)
    if needs_leave(state, (by,)) and not talk.permitted:
        raise Refused(Code.NEEDS_LEAVE)
    joined = ev.ConsultationJoined(consultation=talk.consultation, party=by)
    return (*floor_of(state, seat), joined)


def _lock(state: HearingState, command: cmd.LockConsultation, by: str, now: int) -> Events:
    talk = _mine(state, command.consultation, by)
    if talk.locked is command.locked:
        raise Refused(Code.NO_CHANGE)
    return (ev.ConsultationLocked(consultation=talk.consultation, locked=command.locked),)


def _leave(state: HearingState, command: cmd.LeaveConsultation, by: str, now: int) -> Events:
    _mine(state, command.consultation, by)
    return _out(state, by)


def _end(state: HearingState, command: cmd.EndConsultation, by: str, now: int) -> Events:
    talk = _going_on(state, command.consultation)
    return _called_back(state, talk, ev.TalkEnd.CALLED_BACK)


def _called_back(state: HearingState, talk: Consultation, cause: ev.TalkEnd) -> Events:
    ended = ev.ConsultationEnded(consultation=talk.consultation, cause=cause)
    return (*_quiet(state, talk.members), ended)


def talks_without_leave(state: HearingState) -> Events:
    """The court sits: who belongs in the courtroom comes out of a talk that it gave no leave for."""
    return tuple(
        event
        for talk in state.consultations.values()
        if talk.began_at is not None and not talk.permitted
        if any(_belongs_inside(state.seats[party]) for party in talk.members)
        for event in _called_back(state, talk, ev.TalkEnd.SESSION)
    )


def talks_cancelled(state: HearingState) -> Events:
    """The hearing will not take place: there is nothing left to talk about in it."""
    over = ev.TalkEnd.CANCELLED
    begun = (talk for talk in state.consultations.values() if talk.began_at is not None)
    return tuple(event for talk in begun for event in _called_back(state, talk, over))


def talks_that_waited(state: HearingState) -> Events:
    """A talk that only waited for a leave that it needs no more begins, once its people are there and free.

    The court sits no more, or they are out of the courtroom; `state` is what it came to.
    """
    found: list[ev.Event] = []
    taken: set[str] = set()
    for talk in state.consultations.values():
        waits = talk.leave_asked and talk.began_at is None
        if not waits or needs_leave(state, talk.parties) or taken & set(talk.parties):
            continue
        with contextlib.suppress(Refused):
            found += _begin(state, talk, permitted=False)
            taken |= set(talk.parties)
    return tuple(found)


def _belongs_inside(seat: Seat) -> bool:
    return seat.admitted and seat.inside


def talk_of_who_comes_in(state: HearingState, party: str) -> Events:
    """The court sits and has them come in: out of a talk that it gave no leave for."""
    talk = state.consultations.get(state.seats[party].consultation or 0)
    if talk is None or talk.permitted or not needs_leave_now(state):
        return ()
    return _called_back(state, talk, ev.TalkEnd.SESSION)


def end_talk_of(state: HearingState, party: str) -> Events:
    """What ends when a party goes: the talk they are in if too few are left, and what they were asked."""
    unanswered = [
        event
        for talk in state.consultations.values()
        if talk.began_at is None and party in talk.parties
        for event in _declined(talk, party)
    ]
    return (*unanswered, *_out(state, party))


def _out(state: HearingState, party: str) -> Events:
    """One leaves; the talk ends with the last but one."""
    number = seat_of(state, party).consultation
    if number is None:
        return ()
    talk = state.consultations[number]
    left = ev.ConsultationLeft(consultation=number, party=party)
    if len(talk.members) > 2:
        return (*_quiet(state, (party,)), left)
    return (*_quiet(state, talk.members), left, ev.ConsultationEnded(consultation=number))


def _quiet(state: HearingState, parties: Sequence[str]) -> Events:
    """Before they come out: microphones muted, and what they showed each other is closed."""
    seats = [state.seats[party] for party in parties]
    muted = [ev.MicrophoneMuted(party=s.party.id, locked=False) for s in seats if not s.muted]
    return (*muted, *(event for seat in seats for event in come_out(state, seat)))


def _known(state: HearingState, number: int) -> Consultation:
    talk = state.consultations.get(number)
    if talk is None:
        raise Refused(Code.NOT_FOUND)
    return talk


def _asked(state: HearingState, number: int, by: str) -> Consultation:
    """A talk that `by` is asked to and that has not begun; for everybody else there is none."""
    talk = _known(state, number)
    if by not in talk.parties or talk.began_at is not None:
        raise Refused(Code.NOT_FOUND)
    return talk


def _going_on(state: HearingState, number: int) -> Consultation:
    talk = _known(state, number)
    if talk.began_at is None:
        raise Refused(Code.NOT_FOUND)
    return talk


def _mine(state: HearingState, number: int, by: str) -> Consultation:
    talk = _going_on(state, number)
    if by not in talk.members:
        raise Refused(Code.NOT_FOUND)
    return talk


def _screen(state: HearingState, command: cmd.Screen, by: str, now: int) -> Events:
    """Bench and clerk see and hear everybody, and everybody sees and hears them."""
    given = command.screening
    screening = ev.Screening(
        party=given.party,
        hidden_from=tuple(sorted(set(given.hidden_from))),
        sight=given.sight,
        sound=given.sound,
        alias=note(given.alias, MAX_NAME),
    )
    for party in (screening.party, *screening.hidden_from):
        if seat_of(state, party).party.role in STAFF:
            raise Refused(Code.NOT_ALLOWED, party)
    if not screening.hidden_from or screening.party in screening.hidden_from:
        raise Refused(Code.BAD_MESSAGE, "from whom")
    if not (screening.sight or screening.sound):
        raise Refused(Code.BAD_MESSAGE, "sight or sound")
    if state.screenings.get(screening.party) == screening:
        raise Refused(Code.NO_CHANGE)
    return (ev.ScreeningSet(screening=screening),)


def _unscreen(state: HearingState, command: cmd.Unscreen, by: str, now: int) -> Events:
    if command.party not in state.screenings:
        raise Refused(Code.NO_CHANGE)
    return (ev.ScreeningLifted(party=command.party),)


DECISIONS: Mapping[type, Decision] = {
    cmd.AskConsultation: _ask,
    cmd.AcceptConsultation: _accept,
    cmd.DeclineConsultation: _decline,
    cmd.PermitConsultation: _permit,
    cmd.JoinConsultation: _join,
    cmd.LockConsultation: _lock,
    cmd.LeaveConsultation: _leave,
    cmd.EndConsultation: _end,
    cmd.Screen: _screen,
    cmd.Unscreen: _unscreen,
}
