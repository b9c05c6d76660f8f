"""What of a hearing is recorded, and why the rest is not: from opening to closing, for every source. Pure.

`reach` says when a source led to the recorder; then there must be a segment, or a gap with its cause in
the log. While it did not, the state says why (unrecorded.py). What is left has no cause: a hole.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hearing_server.domain import events as ev
from hearing_server.domain.clock_steps import (
    Closing,
    Step,
    clock_steps,
    recording_time,
    stood_still,
)
from hearing_server.domain.events import Source
from hearing_server.domain.fold import apply, custody, exhibits, messages, record
from hearing_server.domain.fold.steps import put
from hearing_server.domain.hearing import Consultation, HearingState, Phase, Presence
from hearing_server.domain.log import Entry
from hearing_server.domain.reach import RECORDER, may_differ, reach
from hearing_server.domain.unrecorded import why_unrecorded

SLACK_MS = 2_000  # between frames, and between an event and the frame it is about
STARTS_MS = 5_000  # from an edge to its first frame: the transport, a key frame
ROUNDING_MS = 1_000  # beside a gap that the log names
KILLED_MS = 250  # a server that was killed and is back: no start is quicker
SCREEN_MS = 6_500  # a still screen sends a frame every two seconds, and three may be late

# What is said and shown changes nothing of what is recorded; in a masked copy it may not be there.
ASIDE = frozenset({*exhibits.STEPS, *messages.STEPS, *record.STEPS, *custody.STEPS})

Track = tuple[str, str]  # party, source


class Gap(NamedTuple):
    """A span of a track that no segment holds; `cause` is empty for a hole."""

    party: str
    source: str
    started_at: int
    ended_at: int
    cause: str


class _Turn(NamedTuple):
    """From entry `seq` on, why the track is not recorded; empty while it is to be."""

    seq: int
    at: int
    cause: str


Span = tuple[int, int]
Known = tuple[int, int, str]  # a span and its cause


@dataclass(kw_only=True)
class Continuity:
    """Told of every entry in order. `blind`: something that the course hangs on is masked or unknown."""

    blind: bool = False
    state: HearingState = field(default_factory=HearingState)
    opened: tuple[int, int] | None = None  # entry and time
    closed: tuple[int, int] | None = None
    newest: tuple[int, int] = (0, 0)
    segments: dict[Track, list[Span]] = field(default_factory=dict)
    gaps: dict[Track, list[Known]] = field(default_factory=dict)
    _turns: dict[Track, list[_Turn]] = field(default_factory=dict)
    _pauses: list[_Turn] = field(default_factory=list)
    _left_by_server: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _ends: dict[Track, list[tuple[int, str]]] = field(default_factory=dict)
    _closings: list[Closing] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        event = entry.event
        self.newest = entry.seq, entry.at
        if isinstance(event, ev.SegmentRecorded):
            track = (event.party, event.source)
            self.segments.setdefault(track, []).append((event.started_at, event.ended_at))
            if not event.recovered:
                self._closings.append(Closing(entry.seq, entry.at, event.ended_at))
        elif isinstance(event, ev.GapFound):
            gap = (event.started_at, event.ended_at, event.cause)
            self.gaps.setdefault((event.party, event.source), []).append(gap)
        elif isinstance(event, ev.RecordingBegan | ev.RecordingEnded):
            ends = self._ends.setdefault((event.party, event.source), [])
            ends.append((event.at, getattr(event, "cause", "")))
        else:
            self._follow(entry)

    def steps(self) -> list[Step]:
        return clock_steps(self._closings)

    def stood_still(self) -> int | None:
        """The entry from which times cannot be judged, if there is one."""
        return stood_still(self._closings)

    def tracks(self) -> list[Track]:
        """Every source that was recorded, or was to be."""
        meant = (t for t, turns in self._turns.items() if not all(turn.cause for turn in turns))
        return sorted({*self.segments, *self.gaps, *meant})

    def span(self) -> Span | None:
        """From opening to closing, or to the newest entry, by the recording's clock."""
        if self.opened is None:
            return None
        steps = self.steps()
        end = self.closed or self.newest
        return recording_time(steps, *self.opened), recording_time(steps, *end)

    def recorded(self, track: Track) -> int:
        """How many ms of the hearing segments hold."""
        span = self.span()
        if span is None:
            return 0
        left = _without([span], self.segments.get(track, []))
        return span[1] - span[0] - sum(end - start for start, end in left)

    def missing(self, track: Track) -> list[Gap]:
        """All that no segment holds, in order, with its cause."""
        span = self.span()
        if span is None:
            return []
        left = _without([span], self.segments.get(track, []))
        found: list[Gap] = []

        def name(known: list[Known], least: int) -> None:
            nonlocal left
            found.extend(_named(track, left, known, least))
            left = _without(left, [(start, end) for start, end, _ in known])

        name(self.gaps.get(track, []), 1)
        name(self._unmeant(track, span), ROUNDING_MS)
        name(self._killed(track, left), KILLED_MS)
        name(self._ended(track, span), ROUNDING_MS)
        starts = self._starts(track)
        holes = [part for part in left if part[1] - part[0] > _tolerated(track, part, starts)]
        found += [Gap(*track, *part, "") for part in holes]
        return _joined(sorted(found, key=lambda gap: gap.started_at))

    def _follow(self, entry: Entry) -> None:
        """The course, and from it which sources are to be recorded."""
        event, before = entry.event, self.state
        if self.opened is None and isinstance(event, ev.HearingOpened):
            self.opened = entry.seq, entry.at
        if isinstance(event, ev.PartyLeft) and event.cause is ev.Departure.SERVER:
            self._left_by_server.setdefault(event.party, []).append((entry.seq, entry.at))
        if isinstance(event, ev.HearingClosed):
            self.closed = entry.seq, entry.at
        if isinstance(event, ev.HearingPaused | ev.HearingSuspended):
            self._pauses.append(_Turn(entry.seq, entry.at, "paused"))
        if isinstance(event, ev.HearingResumed):
            self._pauses.append(_Turn(entry.seq, entry.at, ""))
        if type(event) in ASIDE or self.blind:
            return
        try:
            self.state = apply(_with_talk(before, event), entry)
            if may_differ(before, self.state):
                self._turn(entry)
        except (KeyError, IndexError, AttributeError, TypeError):
            self.blind = True

    def _turn(self, entry: Entry) -> None:
        state = self.state
        meant = {(party, str(source)) for party, source, sink in reach(state) if sink == RECORDER}
        for party in state.seats:
            for source in Source:
                track = (party, source.value)
                cause = "" if track in meant else _why(state, party, source)
                turns = self._turns.setdefault(track, [])
                if not turns or turns[-1].cause != cause:
                    turns.append(_Turn(entry.seq, entry.at, cause))

    def _unmeant(self, track: Track, span: Span) -> list[Known]:
        """The spans in which the source did not lead to the recorder, with why."""
        steps, spans = self.steps(), []
        turns = self._pauses if self.blind else self._turns.get(track, [])
        cause, since = "", span[0]
        for turn in turns:
            at = recording_time(steps, turn.seq, turn.at)
            if cause:
                spans.append((since, at, cause))
            cause, since = turn.cause, at
        if cause:
            spans.append((since, span[1], cause))
        return spans

    def _ended(self, track: Track, span: Span) -> list[Known]:
        """From an end of its recording to the next beginning, where the recorder gave a cause."""
        ends = sorted([*self._ends.get(track, []), (span[1], "")])
        pairs = itertools.pairwise(ends)
        return [
            (at, then, cause) for (at, cause), (then, _) in pairs if cause not in ("", "closed")
        ]

    def _killed(self, track: Track, left: list[Span]) -> list[Known]:
        """What of `left` lasts until the server was back."""
        back = self._restarts(track[0])
        return [
            (start, end, "server")
            for start, end in left
            if any(start < at and abs(end - at) <= SLACK_MS for at in back)
        ]

    def _restarts(self, party: str) -> list[int]:
        """When the server entered that it had gone: after a kill that is only at its next start."""
        steps = self.steps()
        return [recording_time(steps, *one) for one in self._left_by_server.get(party, [])]

    def _starts(self, track: Track) -> list[int]:
        """When the source began to lead to the recorder."""
        steps, turns = self.steps(), self._turns.get(track, [])
        return [recording_time(steps, one.seq, one.at) for one in turns if not one.cause]


def _with_talk(state: HearingState, event: ev.Event) -> HearingState:
    """Who asked for a private talk may be masked; that it began is not."""
    number = getattr(event, "consultation", None)
    if number is None or number in state.consultations or isinstance(event, ev.ConsultationAsked):
        return state
    talk = Consultation(consultation=number, asked_by="", parties=(), accepted=frozenset())
    return replace(state, consultations=put(state.consultations, number, talk))


def _why(state: HearingState, party: str, source: Source) -> str:
    seat = state.seats[party]
    if state.phase is Phase.IN_SESSION and not seat.arrived:
        return "not_arrived"
    if state.phase is Phase.IN_SESSION and seat.presence is Presence.WAITING:
        return "not_admitted"
    return why_unrecorded(state, party, source)


def _named(track: Track, left: list[Span], known: Iterable[Known], least: int) -> list[Gap]:
    """What of `left` is known, where it is not shorter than `least`."""
    return [
        Gap(*track, *part, cause)
        for start, end, cause in known
        for part in _within(left, (start, end))
        if part[1] - part[0] >= least
    ]


def _tolerated(track: Track, part: Span, starts: list[int]) -> int:
    """Longer where the source has just begun to lead to the recorder."""
    slack = SCREEN_MS if track[1] == Source.SCREEN else SLACK_MS
    begins = any(abs(start - part[0]) <= slack for start in starts)
    return max(slack, STARTS_MS) if begins else slack


def _joined(gaps: list[Gap]) -> list[Gap]:
    """As few as can be: what goes on with the same cause is one."""
    joined: list[Gap] = []
    for gap in gaps:
        last = joined[-1] if joined else None
        if last and last.cause == gap.cause and gap.started_at <= last.ended_at:
            joined[-1] = last._replace(ended_at=max(last.ended_at, gap.ended_at))
        else:
            joined.append(gap)
    return joined


def _without(spans: list[Span], taken: Iterable[Span]) -> list[Span]:
    """What of `spans` (in order, apart from each other) none of `taken` covers."""
    cuts = sorted(one for one in taken if one[1] > one[0])
    left: list[Span] = []
    first = 0
    for start, end in spans:
        while first < len(cuts) and cuts[first][1] <= start:
            first += 1
        for cut_start, cut_end in cuts[first:]:
            if cut_start >= end:
                break
            if cut_start > start:
                left.append((start, cut_start))
            start = max(start, cut_end)
        if start < end:
            left.append((start, end))
    return left


def _within(spans: list[Span], limits: Span) -> list[Span]:
    """What of `spans` (in order, apart from each other) lies within `limits`."""
    found = []
    for start, end in spans[max(0, bisect_right(spans, limits) - 1) :]:
        if start >= limits[1]:
            break
        if min(end, limits[1]) > max(start, limits[0]):
            found.append((max(start, limits[0]), min(end, limits[1])))
    return found
