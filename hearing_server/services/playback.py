"""A hearing played back: what may be played by whom, from the log, and pieces of it that a browser takes.

Who may see and hear what is decided by visible.py alone; here it is asked for every piece.
"""

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.parties import Right, may
from hearing_server.domain.playable import (
    masked_spans,
    plays,
    plays_track,
)
from hearing_server.domain.sealed import line_for, sealed_from, words_at
from hearing_server.domain.visible import named
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.timeline import Timeline

FOR_EVER = 1 << 52
KEPT = 20  # hearings whose timeline stays in memory: some megabytes each after three hours
SITTING_MS = 30 * 60 * 1000  # without asking for anything, after which it is another sitting
SITTINGS = 10_000

_SOURCES = frozenset(map(str, Source))


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """What a browser's MediaSource takes, and the type that it is to be told."""

    mime: str
    data: bytes


class Fragments(Protocol):
    """Makes fragments of segments, a few at a time."""

    async def fragment(
        self,
        hearing: str,
        segment: ev.SegmentRecorded,
        masked: Sequence[ev.Span],
        earlier: Sequence[ev.SegmentRecorded] = (),
    ) -> Fragment | None:
        """What of a segment is outside `masked`, None if nothing is; `earlier` are those it may go on from.

        Refused(recording_damaged) when the file is not what the log says, or cannot be opened here;
        Refused(no_key_frame) when none of its pictures can be decoded.
        """


class Piece(NamedTuple):
    """A segment, what of it is masked for a reader, the segments that it may go on from, and the tag
    of what is left.
    """

    segment: ev.SegmentRecorded
    masked: tuple[ev.Span, ...]
    earlier: list[ev.SegmentRecorded]
    tag: str


@dataclass(kw_only=True)
class _Kept:
    timeline: Timeline = field(default_factory=Timeline)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Playback:
    def __init__(self, hearings: Hearings, fragments: Fragments) -> None:
        self._hearings = hearings
        self._fragments = fragments
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def index(self, seated: Seated, since: int, scope: str) -> dict[str, Any]:
        """What there is to play, as plain JSON; Refused(not_found) for who may not.

        With the `scope` of an earlier answer only what has come after entry `since`; the whole when
        what this reader may play or read has changed between the two.
        """
        state = await self._playing(seated)
        async with self._timeline(state) as timeline:
            # In a thread: three hours are ten thousand segments.
            found = await asyncio.to_thread(_sequel, state, timeline, seated.party, since, scope)
        return found | {"at": self._hearings.now(state.hearing)}

    async def segment(self, seated: Seated, party: str, source: str, started_at: int) -> Piece:
        """Refused(not_found) if there is none that they may play."""
        state = await self._playing(seated)
        if not _may(state, seated.party, party, source):
            raise Refused(Code.NOT_FOUND)
        async with self._timeline(state) as timeline:
            segment = timeline.segment(party, source, started_at)
            if segment is None:
                raise Refused(Code.NOT_FOUND)
            earlier = timeline.before(segment)
        masked = touching(masked_spans(state, seated.party), segment)
        return Piece(segment, masked, earlier, tag(segment, masked))

    async def fragment(self, seated: Seated, piece: Piece) -> Fragment:
        """What is left of a segment; Refused(not_found) when nothing is, else as in `Fragments`.

        Making it may wait for others: Refused(not_found) also when it has become less in the meantime.
        """
        made = None
        if not covered(piece.masked, piece.segment):
            made = await self._fragments.fragment(
                seated.hearing, piece.segment, piece.masked, piece.earlier
            )
        state = await self._playing(seated)
        if made is None or _tag_now(state, seated.party, piece.segment) != piece.tag:
            raise Refused(Code.NOT_FOUND)
        return made

    async def recorded(
        self, state: HearingState, party: str, source: Source, start: int, end: int
    ) -> list[ev.SegmentRecorded]:
        """The segments of a track between two moments. Whoever asks decides who may have them."""
        async with self._timeline(state) as timeline:
            taken = [one.segment for one in timeline.tracks.get((party, source), ())]
        return [one for one in taken if one.started_at < end and start < one.ended_at]

    async def _playing(self, seated: Seated) -> HearingState:
        state = await self._hearings.state(seated.hearing)
        if not plays(state, seated.party):
            raise Refused(Code.NOT_FOUND)
        return state

    @contextlib.asynccontextmanager
    async def _timeline(self, state: HearingState) -> AsyncIterator[Timeline]:
        """The timeline up to this state, held still."""
        kept = self._kept.setdefault(state.hearing, _Kept())
        self._kept.move_to_end(state.hearing)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        async with kept.lock:
            if kept.timeline.seq < state.seq:
                entries = await self._hearings.entries(state.hearing, kept.timeline.seq)
                await asyncio.to_thread(kept.timeline.extend, entries)
            yield kept.timeline


class Sittings:
    """Whether somebody's asking begins a sitting: the first of it is noted, not every piece."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, int] = OrderedDict()

    def goes_on(self, reader: str, now: int) -> bool:
        return now - self._last.get(reader, -SITTING_MS) < SITTING_MS

    def asked(self, reader: str, now: int) -> None:
        self._last[reader] = now
        self._last.move_to_end(reader)
        if len(self._last) > SITTINGS:
            self._last.popitem(last=False)


def _may(state: HearingState, reader: str, party: str, source: str) -> bool:
    if party not in state.seats or source not in _SOURCES:
        return False
    return plays_track(state, reader, party, Source(source))


def _tag_now(state: HearingState, reader: str, segment: ev.SegmentRecorded) -> str | None:
    """The tag of what somebody may play of a segment; None of one whose track they may not."""
    if not _may(state, reader, segment.party, segment.source):
        return None
    return tag(segment, touching(masked_spans(state, reader), segment))


def _sequel(
    state: HearingState, timeline: Timeline, reader: str, since: int, scope: str
) -> dict[str, Any]:
    """What came after `since`; the whole, if the reader's scope was another then."""
    now = scope_of(state, timeline, reader)
    return index(state, timeline, reader, since if scope == now else 0, now)


def index(
    state: HearingState, timeline: Timeline, reader: str, after: int, scope: str
) -> dict[str, Any]:
    """Pure. Times are Unix ms; `tracks` and `gaps` are those that this reader may play."""
    masked = masked_spans(state, reader)
    return {
        "seq": timeline.seq,
        "since": after,
        "scope": scope,
        "hearing": state.hearing,
        "court": state.court,
        "case_number": state.case_number,
        "title": state.title,
        "procedure": state.procedure,
        "phase": state.phase,
        "running": state.opened_at is not None and state.phase is not Phase.CLOSED,
        "opened_at": state.opened_at,
        "closed_at": state.closed_at,
        "began_at": timeline.began_at,
        "ended_at": timeline.ended_at,
        "seats": _seats(state, reader),
        "masked": [_masked(state, span) for span in masked],
        "tracks": _tracks(state, timeline, reader, after, masked),
        "gaps": _gaps(state, timeline, reader, after),
        "turns": [
            {
                "at": turn.at,
                "kind": turn.kind,
                "name": turn.name,
                "reason": words_at(state, turn.reason, turn.at, reader),
            }
            for turn in timeline.turns
            if turn.seq > after
        ],
        "lines": lines_since(state, timeline, reader, after),
    }


def _masked(state: HearingState, span: ev.Span) -> dict[str, Any]:
    sealed = touches(state.custody.sealed, span.started_at, span.ended_at or FOR_EVER)
    level = ev.Level.SEALED if sealed else ev.Level.CONFIDENTIAL
    return {"started_at": span.started_at, "ended_at": span.ended_at, "level": level}


def _seats(state: HearingState, reader: str) -> list[dict[str, Any]]:
    """Who sat there, as the reader may know them, also whom they may not see: no observer is named here."""
    parties = [
        named(state, seat.party, reader)
        for seat in state.seats.values()
        if may(seat.party.role, Right.SPEAK)
    ]
    return [
        {
            "party": party.id,
            "role": party.role,
            "name": party.name,
            "site": party.site,
            "side": party.side,
        }
        for party in parties
    ]


def _tracks(
    state: HearingState,
    timeline: Timeline,
    reader: str,
    after: int,
    masked: Sequence[ev.Span],
) -> list[dict[str, Any]]:
    """Start and end of each segment of which something may be played."""
    found = []
    for (party, source), taken in timeline.tracks.items():
        if not _may(state, reader, party, source):
            continue
        segments = [
            (one.segment.started_at, one.segment.ended_at)
            for one in taken
            if one.seq > after and not covered(masked, one.segment)
        ]
        if segments:
            found.append({"party": party, "source": source, "segments": segments})
    return found


def _gaps(state: HearingState, timeline: Timeline, reader: str, after: int) -> list[dict[str, Any]]:
    return [
        {
            "party": missed.gap.party,
            "source": missed.gap.source,
            "started_at": missed.gap.started_at,
            "ended_at": missed.gap.ended_at,
            "cause": missed.gap.cause,
        }
        for missed in timeline.gaps
        if missed.seq > after and _may(state, reader, missed.gap.party, missed.gap.source)
    ]


def lines_since(
    state: HearingState, timeline: Timeline, reader: str, after: int
) -> list[dict[str, Any]]:
    """The lines that have changed since an entry, also those that are struck: they are to be dropped."""
    return [
        {
            "line": line.line,
            "revision": line.revision,
            "speaker": line.speaker,
            "text": "" if line.struck else line.text,
            "struck": line.struck is not None,
            "started_at": line.started_at,
            "ended_at": line.ended_at,
            "masked": line.text != whole.text,
        }
        for whole in state.lines
        if timeline.lines.get(whole.line, 0) > after
        for line in [line_for(state, whole, reader)]
    ]


def scope_of(state: HearingState, timeline: Timeline, reader: str) -> str:
    """What decides which part of the log a reader is given, in a few letters."""
    parts = [
        repr(masked_spans(state, reader)),
        repr([key for key in timeline.tracks if _may(state, reader, *key)]),
        repr([(seat["party"], seat["name"]) for seat in _seats(state, reader)]),
        repr(sealed_from(state, reader)),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def touching(masked: Sequence[ev.Span], segment: ev.SegmentRecorded) -> tuple[ev.Span, ...]:
    """The masked spans that bear on a segment: also an earlier one, since pictures are made from those before."""
    return tuple(span for span in masked if span.started_at < segment.ended_at)


def covered(masked: Sequence[ev.Span], segment: ev.SegmentRecorded) -> bool:
    """Whether all of a segment lies within one masked span."""
    return any(
        span.started_at <= segment.started_at
        and (span.ended_at is None or span.ended_at >= segment.ended_at)
        for span in masked
    )


def tag(segment: ev.SegmentRecorded, masked: Sequence[ev.Span]) -> str:
    """The same for the same bytes: the segment's hash, and what is cut out of it."""
    if not masked:
        return segment.sha256
    cut = hashlib.sha256(repr([tuple(span) for span in masked]).encode()).hexdigest()[:16]
    return f"{segment.sha256}-{cut}"
