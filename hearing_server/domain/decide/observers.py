"""Decisions about observers: who may register, and whether it is somebody who was removed."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import (
    MAX_NAME,
    MAX_REASON,
    NOT_CLOSED,
    Decision,
    Events,
    Rule,
    text,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Seat
from hearing_server.domain.parties import Party, Role

MAX_OBSERVERS = 200

RULES: Mapping[type, Rule] = {cmd.RegisterObserver: Rule(phases=NOT_CLOSED, server=True)}


def _register(state: HearingState, command: cmd.RegisterObserver, by: str, now: int) -> Events:
    """A remote observer gives name and address, on the judge's direction (UK SI 2022/705)."""
    if not state.observers_allowed or state.public_excluded:
        raise Refused(Code.OBSERVERS_NOT_ALLOWED)
    known = [s for s in state.seats.values() if s.party.role is Role.OBSERVER]
    if len(known) >= MAX_OBSERVERS:
        raise Refused(Code.TOO_MANY, f"{MAX_OBSERVERS} observers")
    party = Party(id=command.party.id, role=Role.OBSERVER, name=text(command.party.name, MAX_NAME))
    if party.id in state.seats:
        raise Refused(Code.NO_CHANGE)
    asked = ev.ObserverRegistered(
        party=party, address=text(command.address, MAX_REASON), origin=command.origin
    )
    removed = [seat for seat in known if seat.removed]
    if any(seat.party.id in command.holds or _same_person(seat, asked) for seat in removed):
        raise Refused(Code.REMOVED)
    like = next((seat.party.id for seat in removed if _resembles(seat, asked)), "")
    return (replace(asked, resembles=like),)


def _same_person(seat: Seat, asked: ev.ObserverRegistered) -> bool:
    """Removed for good: not again by the same name and address. Whoever gives others cannot be known."""
    lives = seat.registration.address if seat.registration else ""
    return (_plain(seat.party.name), _plain(lives)) == (
        _plain(asked.party.name),
        _plain(asked.address),
    )


def _resembles(seat: Seat, asked: ev.ObserverRegistered) -> bool:
    """The name, or the network that they come from: a sign for the court, and no more."""
    origin = seat.registration.origin if seat.registration else ""
    return _plain(seat.party.name) == _plain(asked.party.name) or (
        bool(origin) and origin == asked.origin
    )


def _plain(given: str) -> str:
    return "".join(given.casefold().split())


DECISIONS: Mapping[type, Decision] = {cmd.RegisterObserver: _register}
