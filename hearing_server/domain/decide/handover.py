"""A seat of the court goes over to another of its people: before the opening, the clerk's at any time."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.checks import out_of_check
from hearing_server.domain.decide.floor import floor_of
from hearing_server.domain.decide.rules import (
    MAX_REASON,
    NOT_BEGUN,
    NOT_CLOSED,
    Decision,
    Events,
    Rule,
    seat_of,
    text,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import Role

RULES: Mapping[type, Rule] = {cmd.HandOver: Rule(phases=NOT_CLOSED, server=True)}


def _hand_over(state: HearingState, command: cmd.HandOver, by: str, now: int) -> Events:
    """Who had it is out at once; who follows comes to a seat of their own, so that the record keeps apart
    what each of them did. Who judges does not change once the court has sat.
    """
    seat, follows = seat_of(state, command.party), command.successor
    party = seat.party
    if seat.removed or not party.account:
        raise Refused(Code.NOT_ALLOWED, command.party)
    if party.role is not Role.CLERK and state.phase not in NOT_BEGUN:
        raise Refused(Code.WRONG_PHASE, state.phase)
    sits = {s.party.account for s in state.seats.values() if not s.removed}
    if follows.id in state.seats or follows.role is not party.role or follows.account in sits:
        raise Refused(Code.NO_CHANGE)
    found: list[ev.Event] = [*floor_of(state, seat), *out_of_check(state, party.id)]
    if state.in_charge == party.id:
        found.append(ev.ChargeReturned(party=party.id))
    reason = text(command.reason, MAX_REASON)
    found.append(ev.PartyAdded(party=replace(follows, account="")))
    given = ev.SeatGiven(
        party=follows.id,
        role=follows.role,
        account=follows.account,
        by=command.account,
        instead_of=party.account,
    )
    found += [given, ev.PartyRemoved(party=party.id, reason=reason, successor=follows.id)]
    if seat.connection is not None:
        gone = ev.Departure.REPLACED
        found.append(ev.PartyLeft(party=party.id, connection=seat.connection, cause=gone))
    return tuple(found)


DECISIONS: Mapping[type, Decision] = {cmd.HandOver: _hand_over}
