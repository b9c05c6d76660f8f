"""Who is where: in the courtroom, or apart in a private room, of which nobody else may know what is sent."""

from collections.abc import Mapping

from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState, Seat
from hearing_server.domain.parties import BENCH, Role


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
    return bench_apart(state, party)


def bench_apart(state: HearingState, party: str) -> tuple[str, ...]:
    """The bench that deliberates, if `party` is one of them."""
    if not _deliberates(state, state.seats[party]):
        return ()
    return tuple(p for p, other in state.seats.items() if _deliberates(state, other))


def _deliberates(state: HearingState, seat: Seat) -> bool:
    """Not who came to the bench by a link and was sent out."""
    return state.deliberating and seat.party.role in BENCH and inside(state, seat)


def sends(state: HearingState, party: str, reader: str) -> Mapping[Source, bool]:
    """What `party` sends, as `reader` may know: of a private room only who is in it does."""
    seat = state.seats[party]
    shared = reader == party or reader in private_room(state, party)
    return seat.sources if shared else seat.told


def mute(state: HearingState, party: str, reader: str) -> tuple[bool, bool]:
    """Whether `party` is muted, and locked, as `reader` may know: of the bench that deliberates it alone does."""
    seat = state.seats[party]
    together = seat.party.role in BENCH and reader in bench_apart(state, reader)
    if party == reader or together:
        return seat.muted, seat.locked
    return seat.told_muted, seat.told_locked


def inside(state: HearingState, seat: Seat) -> bool:
    """In the courtroom, or away from it for a moment: out in a talk, or without a connection.

    While the public is excluded observers are not.
    """
    excluded = state.public_excluded and seat.party.role is Role.OBSERVER
    return seat.admitted and seat.inside and not seat.removed and not excluded
