"""How each party's line was, kept with the hearing: one row a minute and party, the worst of that minute."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from hearing_server.domain.errors import Refused
from hearing_server.domain.watch import Lines, LineSample
from hearing_server.services.hearings import Clock

EVERY = 60_000  # ms between rows of one party
SHOWN = 720  # rows of one answer: twelve hours
STREAK = 3  # samples in a row before a line counts as poor, or as good again

log = structlog.get_logger()

LineSource = Callable[[], Mapping[str, Lines]]  # by hearing, those of this node


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """Losses in thousandths; the worst of the minute that began at `at` (Unix ms)."""

    hearing: str
    party: str
    at: int
    loss_up: int
    loss_down: int
    jitter_ms: int
    rtt_ms: int | None
    kbit_up: int
    codecs: str
    browser: str
    silent: bool


class HeartbeatStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def keep(self, beats: Sequence[Heartbeat]) -> None: ...

    async def beats(self, hearing: str, party: str, limit: int) -> list[Heartbeat]:
        """The newest `limit`, in the order of time."""


class Heartbeats:
    """Fed with every sample; writes once a minute. A minute that cannot be written is lost, and logged."""

    def __init__(self, store: HeartbeatStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._minute: dict[tuple[str, str], LineSample] = {}
        self._since = now()

    async def take(self, live: Mapping[str, Lines]) -> None:
        for hearing, lines in live.items():
            for party, line in lines.items():
                before = self._minute.get((hearing, party))
                self._minute[hearing, party] = worse(before, line) if before else line
        now = self._now()
        if now - self._since >= EVERY:
            await self.flush(now)

    async def flush(self, now: int) -> None:
        """Write what was gathered."""
        gathered, self._minute = self._minute, {}
        at, self._since = self._since, now
        beats = [beat_of(key, line, at) for key, line in gathered.items()]
        if not beats:
            return
        try:
            await self._store.keep(beats)
        except Refused as refusal:
            log.warning("heartbeats not kept", rows=len(beats), code=refusal.code)

    async def of(self, hearing: str, party: str) -> list[Heartbeat]:
        return await self._store.beats(hearing, party, SHOWN)


class Streaks:
    """Which lines have been poor for a while, so that one bad second is no alarm."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], int] = {}

    def take(self, live: Mapping[str, Lines]) -> None:
        runs = {}
        for hearing, lines in live.items():
            for party, line in lines.items():
                run = self._runs.get((hearing, party), 0) + (1 if line.poor else -1)
                runs[hearing, party] = min(max(run, 0), STREAK + 1)
        self._runs = runs

    def poor(self, hearing: str, lines: Lines) -> Lines:
        return {
            party: line
            for party, line in lines.items()
            if self._runs.get((hearing, party), 0) >= STREAK
        }


def worse(one: LineSample, other: LineSample) -> LineSample:
    """The worst of both; what names things is the later one's."""
    times = [line.rtt_ms for line in (one, other) if line.rtt_ms is not None]
    return replace(
        other,
        loss_up=max(one.loss_up, other.loss_up),
        loss_down=max(one.loss_down, other.loss_down),
        jitter_ms=max(one.jitter_ms, other.jitter_ms),
        rtt_ms=max(times, default=None),
        silent=one.silent or other.silent,
    )


def beat_of(key: tuple[str, str], line: LineSample, at: int) -> Heartbeat:
    hearing, party = key
    return Heartbeat(
        hearing=hearing,
        party=party,
        at=at,
        loss_up=round(line.loss_up * 1000),
        loss_down=round(line.loss_down * 1000),
        jitter_ms=round(line.jitter_ms),
        rtt_ms=None if line.rtt_ms is None else round(line.rtt_ms),
        kbit_up=line.kbit_up,
        codecs=line.codecs[:64],
        browser=line.browser[:64],
        silent=line.silent,
    )
