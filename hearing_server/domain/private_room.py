"""Who is apart with whom: what is sent in a private room is nobody else's to know."""

from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import BENCH


def private_room(state: HearingState, party: str) -> tuple[str, ...]:
    """Everybody of the private room that `party` is in, themselves included; empty for none.

    A private talk, an identity check, or the bench's deliberation: the rooms of reach.py that are not
    the courtroom.
    """
    seat = state.seats[party]
    if seat.consultation is not None:
        return state.consultations[seat.consultation].members
    for checked, clerk in state.identity_checks.items():
        if party in (checked, clerk):
            return (checked, clerk)
    if state.deliberating and seat.party.role in BENCH:
        return tuple(p for p, other in state.seats.items() if other.party.role in BENCH)
    return ()
