"""Who hears and sees whom, and who may know of what: the only place where that is decided.

The media plane reconciles to `reach` after every event and holds no policy of its own; live messages,
catch-up and downloads ask `visible`. A rule of privacy is a change of state that these two read.
"""

from typing import NamedTuple

from hearing_server.domain import events as ev
from hearing_server.domain.events import Event, Source
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.parties import STAFF, Right, Role, may

RECORDER = "recorder"  # a sink like any other; no party has this id


class Edge(NamedTuple):
    """`sink` (a party, or the recorder) receives `source` of `party`."""

    party: str
    source: Source
    sink: str


def reach(state: HearingState) -> frozenset[Edge]:
    """Every edge along which sound or picture may flow now."""
    present = [seat for seat in state.seats.values() if seat.presence is Presence.ADMITTED]
    edges = {
        Edge(sender.party.id, source, viewer.party.id)
        for sender in present
        for source in _sent(sender)
        for viewer in present
        if viewer is not sender and _meet(state.phase, sender.party.role, viewer.party.role)
    }
    if state.phase is Phase.IN_SESSION:
        edges |= {
            Edge(sender.party.id, source, RECORDER)
            for sender in present
            for source in _sent(sender)
        }
    return frozenset(edges)


def _sent(seat: Seat) -> list[Source]:
    """What a seat sends at all: running, allowed by its role, and not muted by the court."""
    if not may(seat.party.role, Right.SPEAK):
        return []
    return [
        source
        for source, running in seat.sources.items()
        if running and not (seat.muted and source is Source.MICROPHONE)
    ]


def _meet(phase: Phase, sender: Role, viewer: Role) -> bool:
    """Whether two seats share sound and picture in this phase.

    Before the opening and in session everybody in the courtroom; in a pause only bench and clerk, so
    that nobody's talk in the corridor is heard; after the closing everybody with the clerk, who
    collects the signatures, and the staff among themselves.
    """
    if phase in (Phase.WAITING, Phase.IN_SESSION):
        return True
    if phase in (Phase.PAUSED, Phase.SUSPENDED):
        return sender in STAFF and viewer in STAFF
    if phase is Phase.CLOSED:
        return Role.CLERK in (sender, viewer) or (sender in STAFF and viewer in STAFF)
    return False


_RECORDING = (ev.SegmentRecorded, ev.GapFound, ev.RecordingFault)
_RECORD = (ev.LineEntered, ev.LineCorrected)
_SIGNING = (
    ev.TranscriptFrozen,
    ev.TranscriptSealed,
    ev.TranscriptSigned,
    ev.SignatureRefused,
    ev.TranscriptArchived,
)


def visible(state: HearingState, event: Event, party: str) -> bool:
    """Whether `party` may know of `event`, in the state as it is now."""
    seat = state.seats.get(party)
    if seat is None:
        return False
    if isinstance(event, _RECORDING):
        return may(seat.party.role, Right.OVERSEE)
    if isinstance(event, ev.DevicesReported):
        return may(seat.party.role, Right.OVERSEE) or event.party == party
    if isinstance(event, _RECORD):
        return reads_lines(seat)
    if isinstance(event, _SIGNING):
        return seat.admitted
    return True


def reads_lines(seat: Seat) -> bool:
    """Whether a seat may read the record as it is written."""
    return seat.admitted and may(seat.party.role, Right.READ_LINES)
