"""Who may play what of a recording: the twin of visible.py for pictures and sound kept.

Playback, exports, downloads and copies ask here and hold no policy of their own.
The words of a sealed span are sealed.py's.
"""

from hearing_server.domain import events as ev
from hearing_server.domain.custody import EVERYTHING, Note, touches
from hearing_server.domain.doors import oversees
from hearing_server.domain.events import Level, Source, Span
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.parties import Right, Role, may

ALL = frozenset(Level)
_CONFIDENTIAL = frozenset({Level.PUBLIC, Level.CONFIDENTIAL})
_PUBLIC = frozenset({Level.PUBLIC})
_NONE: frozenset[Level] = frozenset()


def clearance(state: HearingState, reader: str) -> frozenset[Level]:
    """The levels that `reader` may play now.

    Bench and clerk also while the hearing runs, what is sealed the bench alone. The sides and their
    interpreters once it is closed, if they were in the courtroom: an arrival in the waiting room opens
    no recording. Witnesses and the public never.
    """
    seat = state.seats.get(reader)
    if seat is None or seat.removed:
        return _NONE
    role = seat.party.role
    if oversees(state, reader):
        return _CONFIDENTIAL if role is Role.CLERK else ALL
    over = state.phase is Phase.CLOSED and seat.attended
    if not over or not may(role, Right.READ_LINES):
        return _NONE
    return _CONFIDENTIAL if role in (Role.PROSECUTOR, Role.COUNSEL) else _PUBLIC


def plays(state: HearingState, reader: str) -> bool:
    """Whether there is anything of the recording that `reader` may play."""
    return not state.custody.deleted and masked_spans(state, reader) != EVERYTHING


def masked_spans(state: HearingState, reader: str | None) -> tuple[Span, ...]:
    """What of the timeline `reader` may not play, in order and apart; None: a copy that leaves the court."""
    if reader is None:
        return state.custody.sealed
    return state.custody.spans_of(ALL - clearance(state, reader))


def plays_track(state: HearingState, reader: str | None, party: str, source: Source) -> bool:
    """Whether this track may be in what `reader` plays (None: a copy that leaves the court).

    Whoever was screened from somebody at any time of the hearing stays so for ever. The room of a
    detention centre is for bench and clerk.
    """
    seat = None if reader is None else state.seats.get(reader)
    if reader is not None and seat is None:
        return False
    if reader is not None and oversees(state, reader):
        return True
    if source is Source.ROOM:  # others are seen in it than the party
        return False
    if reader == party:
        return True
    public = seat is None or seat.party.role is Role.OBSERVER
    return not any(
        (screening.sight if source in ev.SEEN else screening.sound)
        and (public or reader in screening.hidden_from)
        for screening in state.screened_ever.get(party, ())
    )


def reads_note(state: HearingState, note: Note, reader: str) -> bool:
    """Whether `reader` may read a note: the court; what is on record also whoever may play its moment."""
    if reader not in state.seats:
        return False
    if oversees(state, reader):
        return True
    return not note.private and not touches(masked_spans(state, reader), note.at, note.at)
