"""The custody of a recording as a hearing's state holds it: levels over time, notes, a deletion asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from hearing_server.domain.events.values import Level, Span

STRICTNESS = tuple(Level)  # from open to closed
EVERYTHING = (Span(0, None),)


@dataclass(frozen=True, kw_only=True)
class Access:
    """A level that was set, for the whole recording or a span of it; `exclusion`: by that of the public."""

    access: int
    level: Level
    started_at: int
    ended_at: int | None
    reason: str
    exclusion: bool = False

    @property
    def whole(self) -> bool:
        return is_whole(self.started_at, self.ended_at)


def is_whole(started_at: int, ended_at: int | None) -> bool:
    return started_at == 0 and ended_at is None


@dataclass(frozen=True, kw_only=True)
class Note:
    """A timed note, or a bookmark when it has no text. One that was removed is still counted."""

    note: int
    at: int
    text: str
    private: bool
    by: str
    removed: bool = False


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """From the proposal of one person over the consent of another to the files being gone."""

    proposed_by: str
    proposed_at: int
    reason: str
    consented_by: str = ""
    deleted_at: int | None = None
    segments: int = 0
    size: int = 0


def _nothing() -> Mapping[int, Access]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Custody:
    """`access` holds what is in force, by number. `exclusion` is the span that the exclusion of the
    public sealed, as long as it lasts.
    """

    access: Mapping[int, Access] = field(default_factory=_nothing)
    access_set: int = 0  # how many were ever set
    exclusion: int | None = None
    notes: tuple[Note, ...] = ()
    deletion: Deletion | None = None

    @property
    def level(self) -> Level:
        """Of the whole recording: the last one set, confidential before any."""
        return self._of_whole[1]

    @cached_property
    def _of_whole(self) -> tuple[int, Level]:
        """The number and the level of the newest order for the whole recording."""
        orders = [(n, access.level) for n, access in self.access.items() if access.whole]
        return max(orders, default=(0, Level.CONFIDENTIAL))

    @property
    def deleted(self) -> bool:
        return self.deletion is not None and self.deletion.deleted_at is not None

    @property
    def going(self) -> bool:
        """Two persons have ordered the recording deleted: nothing is made of it any more."""
        return self.deletion is not None and bool(self.deletion.consented_by)

    @property
    def deleting(self) -> bool:
        """They have, and it may still be there."""
        return self.going and not self.deleted

    @cached_property
    def sealed(self) -> tuple[Span, ...]:
        return self.spans_of(frozenset({Level.SEALED}))

    @cached_property
    def ordered(self) -> tuple[Span, ...]:
        """What the presiding judge sealed, whether or not the public was excluded as well."""
        return replace(
            self, access={n: a for n, a in self.access.items() if not a.exclusion}
        ).sealed

    @cached_property
    def excluded(self) -> tuple[Span, ...]:
        """What the exclusion of the public sealed."""
        spans = (a for a in self.access.values() if a.exclusion)
        return tuple(Span(a.started_at, a.ended_at) for a in spans)

    def spans_of(self, levels: frozenset[Level]) -> tuple[Span, ...]:
        """Where one of these levels holds: in order, apart from each other.

        Within spans the strictest of them holds; the whole recording's level holds outside them, and
        within those set before it where it is stricter: sealing the whole leaves no earlier span open.
        """
        changes: defaultdict[int, list[tuple[Level, int]]] = defaultdict(list)
        for access in self.access.values():
            if not access.whole:
                level = self._within(access)
                changes[access.started_at].append((level, 1))
                if access.ended_at is not None:
                    changes[access.ended_at].append((level, -1))
        found: list[Span] = []
        since = 0 if self.level in levels else None
        open_spans: Counter[Level] = Counter()
        for at in sorted(changes):
            for level, step in changes[at]:
                open_spans[level] += step
            within = (_strictest(open_spans) or self.level) in levels
            if within and since is None:
                since = at
            elif not within and since is not None:
                found.append(Span(since, at))
                since = None
        return tuple(found) if since is None else (*found, Span(since, None))

    def _within(self, span: Access) -> Level:
        """The level that holds in a span, whatever others lie over it."""
        number, level = self._of_whole
        if span.access > number:
            return span.level
        return max(span.level, level, key=STRICTNESS.index)


def _strictest(counts: Counter[Level]) -> Level | None:
    return next((level for level in reversed(STRICTNESS) if counts[level]), None)


def without(spans: Iterable[Span], away: Iterable[Span]) -> tuple[Span, ...]:
    """The spans less what is in `away`."""
    left = tuple(spans)
    for cut in away:
        left = tuple(piece for span in left for piece in _outside(span, cut))
    return left


def _outside(span: Span, cut: Span) -> Iterable[Span]:
    """What of a span is before and after another one."""
    if cut.started_at > span.started_at:
        yield Span(span.started_at, _sooner(span.ended_at, cut.started_at))
    if cut.ended_at is not None and (span.ended_at is None or cut.ended_at < span.ended_at):
        yield Span(max(span.started_at, cut.ended_at), span.ended_at)


def _sooner(ended_at: int | None, at: int) -> int:
    return at if ended_at is None else min(ended_at, at)


def touches(spans: Iterable[Span], started_at: int, ended_at: int) -> bool:
    """Whether something that lasted from `started_at` to `ended_at`, or only that moment, is in a span."""
    last = max(ended_at, started_at + 1)
    return any(
        span.started_at < last and (span.ended_at is None or started_at < span.ended_at)
        for span in spans
    )
