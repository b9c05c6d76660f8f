"""Who is let in: whom the court knows by their accounts, who has shown who they are."""

from hearing_server.domain.hearing import HearingState, Seat
from hearing_server.domain.parties import Right, Role, linked, may


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


def identified(state: HearingState, seat: Seat) -> bool:
    """Whether the party has shown what is demanded before admission: to the bench always a document."""
    exempt = vouched(state, seat) or seat.party.role is Role.OBSERVER
    demanded = state.demands.identity or may(seat.party.role, Right.ENTER_FREELY)
    return exempt or not demanded or seat.identity is not None


def owes_promises(state: HearingState, seat: Seat) -> bool:
    """Whether somebody has still to consent, to accept the rules and to promise not to record."""
    return not vouched(state, seat) and (seat.accepted_as is None or seat.consent_withdrawn)


def oversees(state: HearingState, party: str) -> bool:
    """Whether somebody is of bench or clerk and sees what they see: not while they wait, nor sent out again."""
    seat = state.seats[party]
    if seat.removed or not may(seat.party.role, Right.OVERSEE):
        return False
    return (seat.admitted and seat.inside) or vouched(state, seat)


def knows_confirmed(state: HearingState, party: str, reader: str) -> bool:
    """Whether `reader` may know that it is confirmed who somebody is: the court, they themselves, and
    whoever may ask them for a private talk.
    """
    mine, theirs = state.seats[reader].party, state.seats[party].party
    return party == reader or oversees(state, reader) or linked(mine, theirs)
