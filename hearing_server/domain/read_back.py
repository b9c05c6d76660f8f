"""Who hears what is read back. Pure.

It is the courtroom's: whoever meets there hears the line again, also who may not play the recording. Nobody
hears what they were kept from: a voice that was ever screened from them, what the judge sealed, what was said
without the public, and whoever waits outside until they are called, what was said while they waited.
"""

from hearing_server.domain.custody import touches
from hearing_server.domain.doors import oversees
from hearing_server.domain.events import GapFound, Level, ReadLine, Source, Span
from hearing_server.domain.hearing import HearingState, Phase, Seat
from hearing_server.domain.parties import Right, Role, may
from hearing_server.domain.places import inside
from hearing_server.domain.playable import clearance, plays_track
from hearing_server.domain.sealed import sealed_from

LEAD_MS = 2000  # from the order to the first sound: each page fetches it meanwhile
REST_MS = 500  # between two lines
TAIL_MS = 1000  # after the last one, for the page whose line was slow
LEAD_IN_MS = (
    3000  # heard before a line: its span may begin with the typing, after the first word was said
)
MOST_LINES = 30
LONGEST_MS = 10 * 60 * 1000


def lead_in(state: HearingState, speaker: str, started_at: int) -> int:
    """From when on the sound of a line is heard that begins at this moment: earlier by as much as nothing else
    begins or ends in it. No seal or other level of access, nobody's coming or going, no gap of the speaker's
    sound, not the opening of the court.
    """
    spans = [*state.custody.spans_of(frozenset({Level.SEALED})), *state.custody.ordered]
    spans += state.custody.spans_of(frozenset({Level.CONFIDENTIAL}))
    spans += [stay for seat in state.seats.values() for stay in seat.stays]
    spans += [Span(gap.started_at, gap.ended_at) for gap in _gaps(state, speaker)]
    edges = [edge for span in spans for edge in (span.started_at, span.ended_at)]
    passed = (one for one in (*edges, state.opened_at) if one is not None and one <= started_at)
    return max(started_at - LEAD_IN_MS, *passed)


def _gaps(state: HearingState, speaker: str) -> list[GapFound]:
    gaps = state.recorded[speaker].gaps if speaker in state.recorded else ()
    return [gap for gap in gaps if gap.source == Source.MICROPHONE]


def follows_reading(state: HearingState, seat: Seat) -> bool:
    """Whether what is read back is for this seat, once they are in the courtroom: in a pause not for the public."""
    if not inside(state, seat):
        return False
    return seat.party.role is not Role.OBSERVER or state.phase is Phase.IN_SESSION


def hears_line(state: HearingState, reader: str, line: ReadLine) -> bool:
    """Whether `reader`, in the courtroom, may hear this line again."""
    if touches(state.custody.ordered, line.started_at, line.ended_at):
        return Level.SEALED in clearance(state, reader)
    if oversees(state, reader):
        return True
    if touches(sealed_from(state, reader), line.started_at, line.ended_at):
        return False
    if not plays_track(state, reader, line.speaker, Source.MICROPHONE):
        return False
    seat = state.seats[reader]
    free = may(seat.party.role, Right.STAY_INSIDE)
    return free or _sat_through(seat, Span(line.started_at, line.ended_at))


def _sat_through(seat: Seat, span: Span) -> bool:
    return any(
        stay.started_at <= span.started_at
        and (stay.ended_at is None or (span.ended_at or span.started_at) <= stay.ended_at)
        for stay in seat.stays
    )


def lines_heard(
    state: HearingState, reader: str, lines: tuple[ReadLine, ...]
) -> tuple[ReadLine, ...]:
    """Of the lines that are read back those that `reader` hears; whoever was sent out, none."""
    if not follows_reading(state, state.seats[reader]):
        return ()
    return tuple(line for line in lines if hears_line(state, reader, line))
