"""Why a source is not recorded just now, in the words of a gap's cause. Pure."""

from hearing_server.domain.events import SHARE, Departure, Source
from hearing_server.domain.hearing import HearingState, Phase


def why_unrecorded(state: HearingState, party: str, source: Source) -> str:
    """The cause, as far as the state tells; for a source that `reach` does not lead to the recorder."""
    seat = state.seats[party]
    if state.phase is Phase.CLOSED:
        return "closed"
    if state.phase is not Phase.IN_SESSION:
        return "paused"
    if state.deliberating:
        return "deliberation"
    if state.off_record:
        return "sealed"
    if seat.consultation is not None:
        return "consultation"
    if seat.removed or (seat.here and not seat.inside):
        return "dismissed"
    if party in state.identity_checks.values():
        return "elsewhere"
    if not seat.here:
        return {Departure.NETWORK: "network", Departure.SERVER: "server"}.get(
            seat.left_by or Departure.LEFT, "left"
        )
    if source in SHARE and source not in seat.sources:
        return "closed"  # what is shared now and then leaves no gap between
    return "muted" if source in seat.sources else "device"
