"""Who reads a message: its own, what is written to them or their desk, and the open chat while inside."""

from hearing_server.domain.events.messages import EVERYBODY
from hearing_server.domain.hearing import HearingState, Seat
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.places import inside

CLERK_DESK = "clerk"
TECHNICIAN_DESK = "technician"


def reads_message(state: HearingState, message: int, sender: str, to: str, seat: Seat) -> bool:
    """Whether a seat may read a message: its own, to it or its desk, or in the open chat while inside."""
    me = reader_of(seat.party)
    if me in (sender, to):
        return True
    if to != EVERYBODY or message <= seat.chat_after:
        return False
    return inside(state, seat) and not _chat_screened(state, sender, seat)


def _chat_screened(state: HearingState, sender: str, seat: Seat) -> bool:
    observer = seat.party.role is Role.OBSERVER
    return observer or state.screened(sender, seat.party.id) is not None


def reader_of(party: Party) -> str:
    """Under which name a party writes and reads: the clerks share a desk."""
    return CLERK_DESK if party.role is Role.CLERK else party.id
