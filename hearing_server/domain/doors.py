"""Whom nobody has to let in: the court's own people, where the court knows them by their accounts."""

from hearing_server.domain.hearing import HearingState, Seat
from hearing_server.domain.parties import Right, may


def vouched(state: HearingState, seat: Seat) -> bool:
    """Whether a seat of bench or clerk needs no code, no document and no admission.

    An account sits in it. An assessor may be planned by name and comes by a link then, which anybody may
    hold to whom it was passed on. A demonstration has no accounts: there all of the court come by links,
    and nobody could let in the first.
    """
    if not may(seat.party.role, Right.ENTER_FREELY):
        return False
    by_links = not any(other.party.account for other in state.seats.values())
    return bool(seat.party.account) or by_links


def oversees(state: HearingState, party: str) -> bool:
    """Whether somebody is of bench or clerk and sees what they see: not while they wait, nor sent out again."""
    seat = state.seats[party]
    let_in = seat.admitted and seat.inside and not seat.removed
    return may(seat.party.role, Right.OVERSEE) and (let_in or vouched(state, seat))
