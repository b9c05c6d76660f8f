"""What a hearing's log says of its recording and its course, in the order of time. Pure over the entries."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from hearing_server.domain import events as ev
from hearing_server.domain.hearing import Phase
from hearing_server.domain.log import Entry
from hearing_server.services.media import SegmentClosed, TrackName

MOST_BEFORE = 1_500  # pictures that one is decoded from: of 50 s, at 30 a second
LOST = "disk"  # the cause of a gap in what was written
BEFORE = 30  # segments that they are looked for in: a still screen sends few

_PHASES: dict[type, Phase] = {
    ev.WaitingRoomOpened: Phase.WAITING,
    ev.HearingOpened: Phase.IN_SESSION,
    ev.HearingPaused: Phase.PAUSED,
    ev.HearingResumed: Phase.IN_SESSION,
    ev.HearingSuspended: Phase.SUSPENDED,
    ev.HearingClosed: Phase.CLOSED,
    ev.HearingCancelled: Phase.CLOSED,
}


_OF_LINE = ev.LineEntered | ev.LineCorrected | ev.LineStruck | ev.LineRestored | ev.LineDisputed


class Piece(Protocol):
    """A segment, as the log or as the recorder names it."""

    @property
    def started_at(self) -> int: ...
    @property
    def ended_at(self) -> int: ...
    @property
    def frames(self) -> int: ...
    @property
    def codec(self) -> str: ...
    @property
    def clean(self) -> bool | None: ...


_Piece = TypeVar("_Piece", bound=Piece)


def goes_on_from(
    segment: _Piece, backwards: Iterable[_Piece], lost: Iterable[tuple[int, int]] = ()
) -> list[_Piece]:
    """Which of a track's segments, the newest first, the pictures of this one may need: the nearest first.

    A camera that stood still goes on from its last picture, however long ago. So they are all up to one
    that begins with a key frame, to what was written and is `lost`, or to where the last key frame would
    be too far away.
    """
    found: list[_Piece] = []
    if segment.clean or segment.codec == "opus":
        return found
    start, pictures = segment.started_at, 0
    spans = list(lost)
    for earlier in backwards:
        if earlier.started_at >= start:
            continue
        if len(found) == BEFORE or pictures > MOST_BEFORE:
            break
        if any(begun < start and ended > earlier.ended_at for begun, ended in spans):
            break
        found.append(earlier)
        if earlier.clean:
            break
        pictures += earlier.frames
        start = earlier.started_at
    return found


def leads_of(
    played: Sequence[SegmentClosed],
    recorded: Iterable[SegmentClosed],
    lost: Sequence[tuple[str, str, int, int]],
) -> list[SegmentClosed]:
    """What the first pictures of each track in `played` go on from, in order of time. Of what is `lost`:
    party, source, Unix ms.
    """
    backwards = sorted(recorded, key=lambda segment: segment.started_at, reverse=True)
    firsts: dict[TrackName, SegmentClosed] = {}
    for segment in played:
        firsts.setdefault(segment.track, segment)
    found: list[SegmentClosed] = []
    for track, first in firsts.items():
        spans = [span[2:] for span in lost if span[:2] == (track.party, track.source)]
        found += goes_on_from(first, (one for one in backwards if one.track == track), spans)
    return sorted(found, key=lambda segment: segment.started_at)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A segment, and the number of the entry that tells of it."""

    seq: int
    segment: ev.SegmentRecorded


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A gap, and the number of the entry that tells of it."""

    seq: int
    gap: ev.GapFound


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A point of the hearing's course: `kind` is phase, stage, deliberation or read_back, whose name is the
    numbers that the lines had in the record.
    """

    seq: int
    at: int
    kind: str
    name: str
    reason: str = ""


@dataclass(kw_only=True)
class Timeline:
    """Grows with the log; `seq` is the last entry in it. `began_at` is when something is first recorded."""

    seq: int = 0
    tracks: dict[tuple[str, str], list[Taken]] = field(default_factory=dict)
    gaps: list[Missed] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)  # line -> the entry that changed it last
    began_at: int | None = None
    ended_at: int | None = None

    def extend(self, entries: Iterable[Entry]) -> None:
        """Take entries; those that are in it already are passed over."""
        for entry in entries:
            if entry.seq > self.seq:
                self._take(entry)
                self.seq = entry.seq

    def segment(self, party: str, source: str, started_at: int) -> ev.SegmentRecorded | None:
        """The segment of a track that starts at this ms."""
        for taken in self.tracks.get((party, source), ()):
            if taken.segment.started_at == started_at:
                return taken.segment
        return None

    def before(self, segment: ev.SegmentRecorded) -> list[ev.SegmentRecorded]:
        """Those of its track that it may go on from, the nearest first."""
        track = self.tracks.get((segment.party, segment.source), ())
        lost = (
            (missed.gap.started_at, missed.gap.ended_at)
            for missed in self.gaps
            if missed.gap.cause == LOST
            and (missed.gap.party, missed.gap.source) == (segment.party, segment.source)
        )
        return goes_on_from(segment, (taken.segment for taken in reversed(track)), lost)

    def _take(self, entry: Entry) -> None:
        event = entry.event
        if isinstance(event, ev.SegmentRecorded):
            track = self.tracks.setdefault((event.party, event.source), [])
            insort(track, Taken(seq=entry.seq, segment=event), key=_start)
            self.began_at = min(self.began_at or event.started_at, event.started_at)
            self.ended_at = max(self.ended_at or 0, event.ended_at)
        elif isinstance(event, ev.GapFound):
            self.gaps.append(Missed(seq=entry.seq, gap=event))
        elif isinstance(event, _OF_LINE):
            self.lines[event.line] = entry.seq
        else:
            turn = _turn(entry)
            if turn is not None:
                self.turns.append(turn)


def _start(taken: Taken) -> int:
    return taken.segment.started_at


def _turn(entry: Entry) -> Turn | None:
    event = entry.event
    if isinstance(event, ev.StageEntered):
        return Turn(seq=entry.seq, at=entry.at, kind="stage", name=event.stage)
    if isinstance(event, ev.DeliberationBegan | ev.DeliberationEnded):
        name = "began" if isinstance(event, ev.DeliberationBegan) else "ended"
        return Turn(seq=entry.seq, at=entry.at, kind="deliberation", name=name)
    if isinstance(event, ev.ReadBackBegan):
        places = " ".join(str(line.place) for line in event.lines)
        return Turn(seq=entry.seq, at=entry.at, kind="read_back", name=places)
    phase = _PHASES.get(type(event))
    if phase is None:
        return None
    reason = getattr(event, "reason", "")
    return Turn(seq=entry.seq, at=entry.at, kind="phase", name=phase, reason=reason)
