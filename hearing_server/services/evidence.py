"""The evidence report of a hearing, as one reader's copy has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hearing_server.domain.doors import oversees
from hearing_server.domain.evidence import FORMAT, parties_of, steps
from hearing_server.domain.hearing import HearingState, Seat
from hearing_server.domain.log import Entry
from hearing_server.domain.visible import name_outside, named

Evidence = dict[str, Any]  # plain JSON values


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Somebody was given the transcript to read, or a copy of it. From the audit trail, not the log."""

    party: str
    at: int
    what: str  # view, download
    document: str
    address: str


def evidence_of(
    state: HearingState,
    entries: Sequence[Entry],
    readings: Sequence[Reading],
    reader: str | None,
    size: int,
) -> Evidence:
    """`entries` are those that stand open in the reader's copy, of a log of `size`.

    From where somebody read is told to the court, and to themselves.
    """
    court = reader is not None and oversees(state, reader)
    taken = steps(entries)
    read = [one for one in readings if court or one.party == reader]
    told = [*taken, *({"party": one.party} for one in read)]
    known = [party for party in parties_of(told) if party in state.seats]
    return {
        "format": FORMAT,
        "court": state.court,
        "case_number": state.case_number,
        "procedure": state.procedure,
        "title": state.title,
        "hearing": state.hearing,
        "entries": size,
        "reader": "" if reader is None else state.seats[reader].party.role.value,
        "people": [_person(state, state.seats[one], reader, court=court) for one in known],
        "steps": taken,
        "readings": [dict(vars(one)) for one in read if one.party in state.seats],
    }


def _person(state: HearingState, seat: Seat, reader: str | None, *, court: bool) -> dict[str, Any]:
    party = seat.party
    told: dict[str, Any] = {"party": party.id, "role": party.role.value}
    if reader is None:
        ever = party.id in state.screened_ever
        return {**told, "name": name_outside(state, party), "site": "" if ever else party.site}
    shown = named(state, party, reader)
    told |= {"name": shown.name, "site": shown.site}
    if court or party.id == reader:
        told["came_by"] = "account" if party.account else "kiosk" if seat.kiosk else "link"
    return told
