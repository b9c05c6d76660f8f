"""Who hears and sees whom: the only place where that is decided.

The media plane reconciles to `reach` after every event and holds no policy of its own. A rule of privacy
is a change of state that this reads; its twin for words is visible.py.

Everybody is in one room at a time: the courtroom, a private talk, an identity check, the bench's
deliberation, or none. Sound and picture stay in their room, and only the courtroom has a recorder, and
beside it the speech recogniser, which takes voices alone: nothing is written down that is not recorded. It
rests while the record is read back: no word of that is said anew.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from hearing_server.domain import events as ev
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.parties import BENCH, STAFF, Right, Role, may

RECORDER = "recorder"  # a sink like any other; no party has this id
RECOGNISER = "recogniser"  # likewise, of microphones

Parties = frozenset[str]
NOBODY: Parties = frozenset()
MICROPHONE = frozenset({Source.MICROPHONE})
NONE: frozenset[Source] = frozenset()


class Edge(NamedTuple):
    """`sink` (a party, the recorder or the recogniser) receives `source` of `party`."""

    party: str
    source: Source
    sink: str


# All that `reach` reads of a state, and of a seat in it.
STATE_READ = (
    "phase", "seats", "consultations", "screenings", "identity_checks", "deliberating",
    "public_excluded", "off_record", "reading", "in_charge",
)  # fmt: skip
SEAT_READ = (
    "party", "connection", "first_seen", "admitted", "inside", "removed", "consultation", "muted",
    "locked", "channel_closed", "listens_to", "sources",
)  # fmt: skip


def may_differ(before: HearingState, after: HearingState) -> bool:
    """Whether `reach` of the two may differ: False lets a room leave its media alone."""
    changed = _changed(before, after, STATE_READ)
    if changed != ["seats"]:
        return bool(changed)
    if before.seats.keys() != after.seats.keys():
        return True
    return any(_changed(seat, after.seats[p], SEAT_READ) for p, seat in before.seats.items())


def _changed(before: object, after: object, names: tuple[str, ...]) -> list[str]:
    if before is after:
        return []
    return [name for name in names if getattr(before, name) is not getattr(after, name)]


class Reach(Set[Edge]):
    """A set of edges, kept as the sinks of each track: at fifty parties there are thousands."""

    __slots__ = ("_sinks",)

    def __init__(self, sinks: Mapping[tuple[str, Source], Parties]) -> None:
        self._sinks = sinks

    def sinks(self, party: str, source: Source) -> Parties:
        """Whom this track reaches."""
        return self._sinks.get((party, source), NOBODY)

    def __contains__(self, edge: object) -> bool:
        return isinstance(edge, tuple) and edge[2] in self._sinks.get(edge[:2], NOBODY)

    def __iter__(self) -> Iterator[Edge]:
        for (party, source), sinks in self._sinks.items():
            for sink in sinks:
                yield Edge(party, source, sink)

    def __len__(self) -> int:
        return sum(map(len, self._sinks.values()))

    @classmethod
    def _from_iterable(cls, edges: Iterator[Edge]) -> frozenset[Edge]:  # type: ignore[override]
        return frozenset(edges)


@dataclass(kw_only=True)
class _Rooms:
    """Who is where, by id. The courtroom's people are counted in the ways that its rules ask for."""

    courtroom: set[str] = field(default_factory=set)  # without the observers
    bench: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    clerks: set[str] = field(default_factory=set)
    observers: set[str] = field(default_factory=set)


def reach(state: HearingState) -> Reach:
    """Every edge along which sound or picture may flow now."""
    rooms = _rooms(state)
    sinks: dict[tuple[str, Source], Parties] = {}
    for seat in state.seats.values():
        company = _company(state, rooms, seat) if seat.sources else NOBODY
        if not company:
            continue
        in_court = seat.party.id in rooms.courtroom and not _identifies(state, seat)
        for source in _sent(seat, in_court):
            reached = _allowed(state, rooms, seat, source, company, in_court)
            if reached:
                sinks[seat.party.id, source] = reached
    return Reach(sinks)


def _rooms(state: HearingState) -> _Rooms:
    rooms = _Rooms()
    for party, seat in state.seats.items():
        if seat.presence is not Presence.ADMITTED:
            continue
        role = seat.party.role
        if role is Role.OBSERVER:
            rooms.observers.add(party)
            continue
        rooms.courtroom.add(party)
        if role in BENCH:
            rooms.bench.add(party)
        if role in STAFF:
            rooms.staff.add(party)
        if role is Role.CLERK:
            rooms.clerks.add(party)
    return rooms


def _company(state: HearingState, rooms: _Rooms, seat: Seat) -> Parties:
    """Whom this seat could reach at all: the sinks of its room, the recorder among them in session."""
    party = seat.party.id
    if seat.consultation is not None:
        talk = state.consultations.get(seat.consultation)
        return frozenset(talk.members) - {party} if talk else NOBODY
    if party in state.identity_checks:
        return frozenset({state.identity_checks[party]}) & rooms.clerks
    if _identifies(state, seat):
        return frozenset(_checked_by(state, party))
    if party not in rooms.courtroom:
        return NOBODY
    if state.deliberating:
        return frozenset(rooms.bench - {party}) if party in rooms.bench else NOBODY
    return frozenset(_courtroom(state, rooms, party) - {party})


def _identifies(state: HearingState, seat: Seat) -> bool:
    """The clerk talks to a waiting party: they hear the courtroom meanwhile, it does not hear them."""
    return seat.party.role is Role.CLERK and seat.party.id in state.identity_checks.values()


def _checked_by(state: HearingState, clerk: str) -> Iterator[str]:
    """Whose identity this clerk confirms; nobody reaches into a private talk for it."""
    for party, by in state.identity_checks.items():
        if by == clerk and state.seats[party].consultation is None:
            yield party


def _courtroom(state: HearingState, rooms: _Rooms, party: str) -> set[str]:
    """Whom `party` meets in the courtroom in this phase.

    Before the opening and in session everybody, observers and the recorder in session alone; in a pause
    only bench and clerk, so that nobody's talk in the corridor is heard; after the closing everybody
    with the clerk, who collects the signatures, and the staff among themselves.
    """
    if state.phase is Phase.IN_SESSION:
        public = set() if state.public_excluded else rooms.observers
        recorded = set() if state.off_record else {RECORDER, RECOGNISER}
        return rooms.courtroom | public | recorded
    if state.phase is Phase.WAITING:
        return rooms.courtroom
    if state.phase is Phase.CLOSED and party in rooms.clerks:
        return rooms.courtroom
    if party in rooms.staff and state.phase in (Phase.PAUSED, Phase.SUSPENDED, Phase.CLOSED):
        return rooms.staff
    return rooms.clerks if state.phase is Phase.CLOSED else set()


def _sent(seat: Seat, in_court: bool) -> list[Source]:
    """What a seat sends at all: running, allowed by its role, and in the courtroom not muted by it.

    A lock holds for all sound: a voice can be shared as a screen's.
    """
    if not may(seat.party.role, Right.SPEAK):
        return []
    silenced = (ev.HEARD if seat.locked else MICROPHONE) if seat.muted and in_court else NONE
    return [source for source, runs in seat.sources.items() if runs and source not in silenced]


def _allowed(
    state: HearingState,
    rooms: _Rooms,
    seat: Seat,
    source: Source,
    company: Parties,
    in_court: bool,
) -> Parties:
    """Of the company, those whom this source may reach: screening, the room camera, closed channels."""
    if (
        source is Source.ROOM
    ):  # the whole room of a detention centre is for bench and recorder alone
        return company & (rooms.bench | {RECORDER}) if in_court else NOBODY
    if source is not Source.MICROPHONE:
        company = company - {RECOGNISER}
    if seat.channel_closed and source is Source.MICROPHONE and in_court:
        company = company & _listeners(state, seat)
    aside = seat.party.id in state.identity_checks
    if state.reading and source in ev.HEARD and in_court and not aside:
        company = _beside_reading(state, seat, company)
    screening = state.screenings.get(seat.party.id)
    if screening and (screening.sight if source in ev.SEEN else screening.sound):
        company = company - frozenset(screening.hidden_from) - rooms.observers
    return company


def _beside_reading(state: HearingState, seat: Seat, company: Parties) -> Parties:
    """While the record is read back nobody speaks into it but who presides and, on a closed channel, an
    interpreter. All goes on being recorded, and nothing of it becomes words: a loudspeaker may be heard in it.
    """
    presides = may(seat.party.role, Right.PRESIDE) or state.in_charge == seat.party.id
    if presides or (seat.party.role is Role.INTERPRETER and seat.channel_closed):
        return company - {RECOGNISER}
    return company & {RECORDER}


def _listeners(state: HearingState, seat: Seat) -> set[str]:
    """Who hears an interpreter whose channel is closed: those who need them, those who chose them."""
    chosen = {p for p, other in state.seats.items() if other.listens_to == seat.party.id}
    return {*seat.party.interpreter_for, *chosen, RECORDER, RECOGNISER}
