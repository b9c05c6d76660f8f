"""What went wrong with a recording and is to be explained in writing (法释〔2017〕5号 art. 4): facts from the log.

What the procedure itself left out (muted, recess, private talks, deliberation) is nothing to explain.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hearing_server.domain import events as ev
from hearing_server.domain.due_work import UNFINISHED
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry

MACHINE = frozenset({"disk", "server", "overrun"})  # the court's own: explained however short
LINE = frozenset({"network", "device", "malformed"})  # a party's
BESIDE = frozenset(
    {"timestamp_authority", "log_copy", UNFINISHED}
)  # of the proof, not of sound or picture
SOURCES = frozenset(ev.Source)
SHORT = 1_000  # ms: a line's loss below is counted, not told one by one


@dataclass(frozen=True, kw_only=True)
class ToldFault:
    """A fault of the recording; `over_at` None while it lasts; of which sources, where the log says so."""

    code: str
    at: int
    over_at: int | None
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ToldGap:
    """A span that is in no file. Unix ms."""

    party: str
    source: str
    started_at: int
    ended_at: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class Losses:
    """The short losses of one source of one cause, together. `total` in ms."""

    party: str
    source: str
    cause: str
    count: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """From `started_at` to `ended_at`, Unix ms: what has not been explained before. `pauses` are recesses."""

    started_at: int
    ended_at: int
    faults: tuple[ToldFault, ...] = ()
    gaps: tuple[ToldGap, ...] = ()
    losses: tuple[Losses, ...] = ()
    pauses: tuple[tuple[int, int | None], ...] = ()

    @property
    def due(self) -> bool:
        """Whether there is something that must be explained."""
        return bool(self.faults or self.gaps)


def grave(gap: ev.GapFound) -> bool:
    """A gap that is told one by one."""
    return gap.cause in MACHINE or (gap.cause in LINE and gap.ended_at - gap.started_at >= SHORT)


def due(state: HearingState) -> bool:
    """Whether a note is due: something went wrong that no signed note reaches."""
    explained = state.explanations[-1].ended_at if state.explanations else 0
    gaps = (gap for recorded in state.recorded.values() for gap in recorded.gaps)
    faults = (fault for fault in state.faults if fault.code not in BESIDE)
    return any(fault.at > explained for fault in faults) or any(
        gap.ended_at > explained and grave(gap) for gap in gaps
    )


def facts(entries: Iterable[Entry], now: int) -> Facts:
    """What is to be explained at `now`: what was found since the last signed note."""
    faults: list[ToldFault] = []
    gaps: list[ToldGap] = []
    losses: dict[tuple[str, str, str], Losses] = {}
    pauses: list[tuple[int, int | None]] = []
    opened = explained = 0
    for entry in entries:
        event = entry.event
        if isinstance(event, ev.HearingOpened):
            opened = entry.at
        elif isinstance(event, ev.HearingPaused):
            pauses.append((entry.at, None))
        elif isinstance(event, ev.HearingResumed) and pauses:
            pauses[-1] = (pauses[-1][0], entry.at)
        elif isinstance(event, ev.RecordingFault) and event.code not in BESIDE:
            faults = _begun(faults, event, entry.at)
        elif isinstance(event, ev.RecordingRecovered):
            faults = [_over(fault, event.code, entry.at) for fault in faults]
        elif isinstance(event, ev.GapFound):
            if grave(event):
                gaps.append(_told(event))
            elif event.cause in LINE:
                _count(losses, event)
        elif isinstance(event, ev.FaultExplained):
            explained = event.ended_at
            faults = [fault for fault in faults if fault.at > explained]
            gaps, losses = [gap for gap in gaps if gap.ended_at > explained], {}
    return Facts(
        started_at=max(opened, explained),
        ended_at=now,
        faults=tuple(faults),
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.started_at, gap.party, gap.source))),
        losses=tuple(losses.values()),
        pauses=tuple(pauses),
    )


def _begun(faults: list[ToldFault], event: ev.RecordingFault, at: int) -> list[ToldFault]:
    """The same fault told again while it lasts is one, of every source that was told."""
    sources = sources_in(event.detail)
    if any(fault.code == event.code and fault.over_at is None for fault in faults):
        return [_joined(fault, event.code, sources) for fault in faults]
    return [*faults, ToldFault(code=event.code, at=at, over_at=None, sources=sources)]


def _joined(fault: ToldFault, code: str, sources: tuple[tuple[str, str], ...]) -> ToldFault:
    further = tuple(source for source in sources if source not in fault.sources)
    lasts = fault.code == code and fault.over_at is None
    return replace(fault, sources=fault.sources + further) if lasts and further else fault


def sources_in(detail: str) -> tuple[tuple[str, str], ...]:
    """The live check names them so: `party source, party source`."""
    pairs = (part.split(" ") for part in detail.split(", "))
    return tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2 and pair[1] in SOURCES)


def _over(fault: ToldFault, code: str, at: int) -> ToldFault:
    lasts = fault.code == code and fault.over_at is None
    return replace(fault, over_at=at) if lasts else fault


def _told(gap: ev.GapFound) -> ToldGap:
    return ToldGap(
        party=gap.party,
        source=gap.source,
        started_at=gap.started_at,
        ended_at=gap.ended_at,
        cause=gap.cause,
    )


def _count(losses: dict[tuple[str, str, str], Losses], gap: ev.GapFound) -> None:
    key = (gap.party, gap.source, gap.cause)
    none = Losses(party=gap.party, source=gap.source, cause=gap.cause, count=0, total=0)
    before = losses.get(key, none)
    total = before.total + gap.ended_at - gap.started_at
    losses[key] = replace(before, count=before.count + 1, total=total)
