"""What of a hearing is recorded, and why the rest is not: from opening to closing, for every source. Pure.

`reach` says when a source led to the recorder; then there must be a segment, or a gap with its cause in
the log; what a gap takes is not recorded, also within a segment. While it did not, the state says why
(unrecorded.py). What is left has no cause: a hole.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator
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
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.parties import Right, may
from hearing_server.domain.reach import RECORDER, may_differ, reach
from hearing_server.domain.unrecorded import why_unrecorded

SLACK_MS = 2_000  # between frames, and between an event and the frame it is about
STARTS_MS = 5_000  # from an edge to its first frame: the transport, a key frame
ROUNDING_MS = 1_000  # beside a gap that the log names
KILLED_MS = 250  # a server that was killed and is back: no start is quicker
LOST_MS = 10_000 + SLACK_MS  # the most that a kill takes of what was recorded: one segment
SCREEN_MS = 6_500  # a still screen sends a frame every two seconds, and three may be late
FRAMES_MS, SCREEN_FRAMES_MS = 500, 2_500  # apart: no gap to the recorder either
MERGED_MS = 10_000  # the recorder names short losses near each other as one gap, at most so long
NOTHING_MS = 15_000  # of no source a segment, in session: longer than one takes to be closed

# What is said and shown changes nothing of what is recorded; in a masked copy it may not be there.
ASIDE = frozenset({*exhibits.STEPS, *messages.STEPS, *record.STEPS, *custody.STEPS})

Track = tuple[str, str]  # party, source


class Gap(NamedTuple):
    """A span of a track that no segment holds; `cause` is empty for a hole. Of one that is `up_to` so long
    parts may be recorded: several short losses, or one.
    """

    party: str
    source: str
    started_at: int
    ended_at: int
    cause: str
    up_to: bool = False


class Judged(NamedTuple):
    """A track from opening to closing: ms that are recorded, all that is not, in order, and how many ms of
    short holes were tolerated beside.
    """

    recorded: int
    missing: list[Gap]
    tolerated: int


class _Turn(NamedTuple):
    """From entry `seq` on, why the track is not recorded; empty while it is to be."""

    seq: int
    at: int
    cause: str


class _Return(NamedTuple):
    """The server entered that a party had gone; and the last entry before that shows it alive."""

    seq: int
    at: int
    alive: tuple[int, int]


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
    _on_record: list[_Turn] = field(default_factory=list)  # the hearing as a whole
    _expected: set[Track] = field(
        default_factory=set
    )  # of whoever was in the courtroom and may speak
    _alive: tuple[int, int] = (0, 0)  # the newest entry that no start of the server makes
    _left_by_server: dict[str, list[_Return]] = field(default_factory=dict)
    _ends: dict[Track, list[tuple[int, str]]] = field(default_factory=dict)
    _closings: list[Closing] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        event = entry.event
        self.newest = entry.seq, entry.at
        if isinstance(event, ev.SegmentRecorded):
            track = (event.party, event.source)
            self.segments.setdefault(track, []).append((event.started_at, event.ended_at))
            if not event.recovered:
                self._alive = self.newest
                self._closings.append(Closing(entry.seq, entry.at, event.ended_at))
        elif isinstance(event, ev.GapFound):
            gap = (event.started_at, event.ended_at, event.cause)
            self.gaps.setdefault((event.party, event.source), []).append(gap)
        elif isinstance(event, ev.RecordingBegan | ev.RecordingEnded):
            ends = self._ends.setdefault((event.party, event.source), [])
            ends.append((event.at, getattr(event, "cause", "")))
            self._alive = self.newest
        else:
            self._follow(entry)

    def steps(self) -> list[Step]:
        return clock_steps(self._closings)

    def stood_still(self) -> int | None:
        """The entry from which times cannot be judged, if there is one."""
        return stood_still(self._closings)

    def tracks(self) -> list[Track]:
        """Every source that was recorded, or was to be, or whose party could have had it on."""
        meant = (t for t, turns in self._turns.items() if not all(turn.cause for turn in turns))
        return sorted({*self.segments, *self.gaps, *self._expected, *meant})

    def span(self) -> Span | None:
        """From opening to closing, or to the newest entry, by the recording's clock."""
        if self.opened is None:
            return None
        steps = self.steps()
        end = self.closed or self.newest
        return recording_time(steps, *self.opened), recording_time(steps, *end)

    def nothing(self) -> list[Span]:
        """The longer spans in session of which no source has a segment; unknown where the course is."""
        span = self.span()
        if span is None or self.blind:
            return []
        off = self._spans(self._on_record, span)
        every = [one for spans in self.segments.values() for one in spans]
        left = _without(_without([span], [(start, end) for start, end, _ in off]), every)
        return [one for one in left if one[1] - one[0] > NOTHING_MS]

    def judged(self, track: Track) -> Judged:
        """All that is not recorded, with its cause."""
        span = self.span()
        if span is None:
            return Judged(0, [], 0)
        gaps = self.gaps.get(track, [])
        within = [part for one in gaps for part in _within([span], one[:2])]
        left = _united([*_without([span], self.segments.get(track, [])), *within])
        recorded = span[1] - span[0] - _length(left)
        found: list[Gap] = []

        def name(known: list[Known], least: int) -> None:
            nonlocal left
            found.extend(_named(track, left, known, least))
            left = _without(left, [(start, end) for start, end, _ in known])

        name(gaps, 1)
        found = [one._replace(up_to=_may_be_merged(one)) for one in found]
        name(self._unmeant(track, span), ROUNDING_MS)
        name(self._killed(track, left), KILLED_MS)
        name(self._ended(track, span), ROUNDING_MS)
        tolerated = 0
        for part, most, usual in self._left(track, left, span):
            length = part[1] - part[0]
            if length > most:
                found.append(Gap(*track, *part, ""))
            elif length > usual:
                tolerated += length
        found = _joined(sorted(found, key=lambda gap: gap.started_at))
        return Judged(recorded, found, tolerated)

    def _follow(self, entry: Entry) -> None:
        """The course, and from it which sources are to be recorded."""
        event, before = entry.event, self.state
        if self.opened is None and isinstance(event, ev.HearingOpened):
            self.opened = entry.seq, entry.at
        if (
            isinstance(event, ev.PartyLeft)
            and event.cause is ev.Departure.SERVER
            and not self.closed
        ):
            back = _Return(entry.seq, entry.at, self._alive)
            self._left_by_server.setdefault(event.party, []).append(back)
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
        if entry.by != SERVER:
            self._alive = self.newest
        meant = {(party, str(source)) for party, source, sink in reach(state) if sink == RECORDER}
        session = state.phase is Phase.IN_SESSION
        recorded = session and not state.deliberating and not state.off_record
        self._on_record.append(_Turn(entry.seq, entry.at, "" if recorded else "off"))
        for party, seat in state.seats.items():
            if (
                recorded
                and seat.presence is Presence.ADMITTED
                and may(seat.party.role, Right.SPEAK)
            ):
                self._expected |= {(party, "camera"), (party, "microphone")}
            for source in Source:
                track = (party, source.value)
                cause = "" if track in meant else _why(state, party, source)
                turns = self._turns.setdefault(track, [])
                if not turns or turns[-1].cause != cause:
                    turns.append(_Turn(entry.seq, entry.at, cause))

    def _unmeant(self, track: Track, span: Span) -> list[Known]:
        """The spans in which the source did not lead to the recorder, with why."""
        return self._spans(self._pauses if self.blind else self._turns.get(track, []), span)

    def _spans(self, turns: list[_Turn], span: Span) -> list[Known]:
        """Those of `turns` that have a cause."""
        steps, spans = self.steps(), []
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
        """From an end of its recording to the next beginning, where the recorder gave a cause; no longer than
        until it should have begun.
        """
        ends = sorted([*self._ends.get(track, []), (span[1], "")])
        starts = self._starts(track)
        found: list[Known] = []
        for (at, cause), (then, _) in itertools.pairwise(ends):
            if cause not in ("", "closed"):
                due = next((one + STARTS_MS for one in starts if one > at), then)
                found.append((at, min(then, due), cause))
        return found

    def _killed(self, track: Track, left: list[Span]) -> list[Known]:
        """What of `left` lasts until the server was back, but for what was missing before it can have gone."""
        steps = self.steps()
        found: list[Known] = []
        for seq, at, alive in self._left_by_server.get(track[0], []):
            back = recording_time(steps, seq, at)
            first = recording_time(steps, *alive) - LOST_MS
            found += [
                (max(start, first), end, "server")
                for start, end in left
                if start < back and abs(end - back) <= SLACK_MS
            ]
        return found

    def _left(self, track: Track, left: list[Span], span: Span) -> Iterator[tuple[Span, int, int]]:
        """Each hole, how long it may be, and up to what length it is how frames come. Longer where the source
        has just begun to lead to the recorder, and then was recorded.
        """
        screen = track[1] == Source.SCREEN
        slack, usual = (SCREEN_MS, SCREEN_FRAMES_MS) if screen else (SLACK_MS, FRAMES_MS)
        starts = self._starts(track)
        followed = {one[0] for one in self.segments.get(track, [])}
        followed |= {one[0] for one in self.gaps.get(track, [])}
        if self.closed is None:
            followed.add(span[1])  # its segment is not closed yet
        for part in left:
            if not any(abs(start - part[0]) <= slack for start in starts):
                yield part, slack, usual
            elif part[1] in followed:
                yield part, max(slack, STARTS_MS), slack
            else:
                yield part, ROUNDING_MS, usual

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


def _may_be_merged(gap: Gap) -> bool:
    return (
        gap.cause in ("network", "malformed")
        and FRAMES_MS < gap.ended_at - gap.started_at <= MERGED_MS
    )


def _joined(gaps: list[Gap]) -> list[Gap]:
    """As few as can be: what goes on with the same cause is one."""
    joined: list[Gap] = []
    for gap in gaps:
        last = joined[-1] if joined else None
        alike = last and (last.cause, last.up_to) == (gap.cause, gap.up_to)
        if last and alike and gap.started_at <= last.ended_at:
            joined[-1] = last._replace(ended_at=max(last.ended_at, gap.ended_at))
        else:
            joined.append(gap)
    return joined


def _length(spans: list[Span]) -> int:
    return sum(end - start for start, end in spans)


def _united(spans: list[Span]) -> list[Span]:
    """In order and apart from each other."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


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
