"""The command centre: all hearings of today, pushed to whoever watches, row by row as they change."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.parties import Role
from hearing_server.domain.staff import Account
from hearing_server.domain.watch import LIVE, Lines, alarms
from hearing_server.services import board
from hearing_server.services.board import Plain
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.heartbeats import Heartbeats, LineSource, Streaks
from hearing_server.services.planning import CalendarFilter, CalendarStore, Sitting
from hearing_server.services.tasks import Tasks

LOOK_EVERY = 1.0  # seconds
LINES_EVERY = 2  # looks
ALL_EVERY = 10  # looks: what changes by time alone
TODAY_EVERY = 30  # looks: what was planned, moved, cancelled
READING = 0.3  # seconds per look in which logs are read in, one by one
MAX_TODAY = 600
MAX_OPEN = 200  # left open on earlier days
MAX_FEEDS = 100
BEHIND = 200  # messages to one viewer; one that is further behind starts again

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Summary:
    """For the collector of figures."""

    phases: Mapping[str, int]
    alarms: Mapping[str, int]
    outstanding: int
    worst_loss: float


@dataclass(eq=False)
class Feed:
    """What one viewer is still to be sent. `hearing` is the one they have chosen, if this is of one."""

    hearing: str = ""
    last: Plain | None = None
    queue: "asyncio.Queue[tuple[str, Any] | None]" = field(
        default_factory=lambda: asyncio.Queue(maxsize=BEHIND)
    )

    def push(self, kind: str, value: Any) -> None:
        try:
            self.queue.put_nowait((kind, value))
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Nothing more: the viewer asks again and gets the whole."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Centre:
    """`zone` says when today is."""

    def __init__(
        self,
        hearings: Hearings,
        calendar: CalendarStore,
        lines: LineSource,
        heartbeats: Heartbeats,
        tasks: Tasks,
        zone: tzinfo,
        now: Clock,
    ) -> None:
        self._hearings = hearings
        self._calendar = calendar
        self._source = lines
        self._heartbeats = heartbeats
        self.tasks = tasks
        self._zone = zone
        self._now = now
        self._sittings: dict[str, Sitting] = {}
        self._rows: dict[str, Plain] = {}
        self._lines: Mapping[str, Lines] = {}
        self._streaks = Streaks()
        self._dirty: set[str] = set()
        self._unread: list[str] = []  # hearings whose logs are still to be read in
        self._feeds: set[Feed] = set()
        self._told: dict[str, object] = {}  # the last of each kind that is no row
        self._on_look: list[Callable[[Summary], None]] = []
        self._looks = 0
        self._loaded_tasks = False

    # -- what the server calls

    def on_look(self, listener: Callable[[Summary], None]) -> None:
        self._on_look.append(listener)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        self._dirty.add(state.hearing)

    async def run(self) -> None:
        """Look every second, until cancelled; then every viewer is let go."""
        try:
            while True:
                try:
                    await self.look()
                except Refused as refusal:
                    log.warning("command centre waits", code=refusal.code)
                except Exception:
                    log.exception("command centre stumbled")
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await self._heartbeats.flush(self._now())
            for feed in self._feeds:
                feed.end()

    # -- what the pages call

    def watch(self, hearing: str = "") -> Feed:
        """The whole at once, then what changes. Refused(too_many)."""
        if len(self._feeds) >= MAX_FEEDS:
            raise Refused(Code.TOO_MANY)
        feed = Feed(hearing=hearing)
        if hearing:
            self._tell_detail(feed)
        else:
            feed.push("board", {"now": self._now(), "rows": list(self._rows.values())})
            for kind, value in self._told.items():
                feed.push(kind, value)
        self._feeds.add(feed)
        return feed

    def unwatch(self, feed: Feed) -> None:
        self._feeds.discard(feed)

    def tell_state(self, kind: str, value: object) -> None:
        """As `tell`, and to whoever comes later until it is told anew."""
        self._told[kind] = value
        self.tell(kind, value)

    def tell(self, kind: str, value: object) -> None:
        """Something for everybody who watches the list."""
        for feed in self._feeds:
            if not feed.hearing:
                feed.push(kind, value)

    async def state(self, hearing: str) -> HearingState:
        """Refused(not_found) for what is no hearing of this court."""
        if await self._calendar.get(hearing) is None:
            raise Refused(Code.NOT_FOUND)
        return await self._hearings.state(hearing)

    async def write(self, hearing: str, to: str, text: str, account: Account) -> None:
        """From the technicians' desk, as the answer to what the party asked last."""
        state = await self.state(hearing)
        asked = [m for m in state.messages if (m.sender, m.to) == (to, "technician")]
        answered = [m for m in state.messages if (m.sender, m.to) == ("technician", to)]
        open_ask = asked and not (answered and answered[-1].message > asked[-1].message)
        answers = asked[-1].message if open_ask else None
        command = cmd.SendFromDesk(to=to, text=text, account=account.id, answers=answers)
        await self._hearings.execute(hearing, command, SERVER)

    async def read(self, hearing: str, party: str, up_to: int) -> None:
        await self.state(hearing)
        command = cmd.ReadAtDesk(correspondent=party, up_to=up_to)
        await self._hearings.execute(hearing, command, SERVER)

    async def ask_to_close(self, hearing: str, text: str, account: Account) -> int:
        """A word to the presiding judge and the clerk; how many were told. The machine closes nothing."""
        state = await self.state(hearing)
        if state.phase not in LIVE:
            raise Refused(Code.WRONG_PHASE, state.phase)
        told = [
            seat.party.id
            for seat in state.seats.values()
            if seat.party.role in (Role.PRESIDING_JUDGE, Role.CLERK) and not seat.removed
        ]
        for party in told:
            await self.write(hearing, party, text, account)
        return len(told)

    async def tick(self, hearing: str, task: str, account: Account) -> None:
        """A task is seen to; the row says so at the next look."""
        await self.tasks.tick(hearing, task, account.name)
        self._dirty.add(hearing)

    # -- looking

    async def look(self) -> None:
        if not self._loaded_tasks:
            await self.tasks.load()
            self._loaded_tasks = True
        if self._looks % TODAY_EVERY == 0 or self._dirty - self._sittings.keys():
            await self._read_calendar()
        if self._looks % LINES_EVERY == 0:
            await self._read_lines()
        await self._load_some()
        everything = self._looks % ALL_EVERY == 0
        self._looks += 1
        changed, self._dirty = self._dirty | self._lines.keys(), set()
        self._renew(self._sittings.keys() if everything else changed & self._sittings.keys())
        for feed in list(self._feeds):
            if feed.hearing:
                self._tell_detail(feed)
        self._sum_up()
        await self.tasks.save()

    async def _read_calendar(self) -> None:
        since, until = today(self._now(), self._zone)
        found = await self._calendar.between(since, until, CalendarFilter(), MAX_TODAY)
        lasting = CalendarFilter(phases=tuple(LIVE))
        found += await self._calendar.find(lasting, None, MAX_OPEN)
        before, self._sittings = self._sittings, {each.hearing: each for each in found}
        self._dirty &= self._sittings.keys()
        self._dirty |= {name for name, each in self._sittings.items() if before.get(name) != each}
        self._unread = [
            name
            for name, each in self._sittings.items()
            if each.phase not in ("closed", "cancelled") and not self._hearings.loaded(name)
        ]
        for gone in self._rows.keys() - self._sittings.keys():
            del self._rows[gone]
            self.tell("gone", gone)

    async def _read_lines(self) -> None:
        self._lines = self._source()
        self._streaks.take(self._lines)
        await self._heartbeats.take(self._lines)

    async def _load_some(self) -> None:
        """Read logs in one by one, and not all the time: a hundred at once would hold up the hearings."""
        until = time.monotonic() + READING
        while self._unread and time.monotonic() < until:
            name = self._unread.pop()
            try:
                await self._hearings.state(name)
            except Refused as refusal:
                log.warning("hearing not read", hearing=name, code=refusal.code)
            self._dirty.add(name)

    def _renew(self, names: Any) -> None:
        now, changed = self._now(), []
        for name in names:
            made = self._row(self._sittings[name], now)
            if made != self._rows.get(name):
                self._rows[name] = made
                changed.append(made)
        if changed:
            self.tell("rows", changed)

    def _row(self, sitting: Sitting, now: int) -> Plain:
        name = sitting.hearing
        state, lines = self._hearings.loaded(name), self._lines.get(name, {})
        if state is not None:
            poor = self._streaks.poor(name, lines)
            self.tasks.observe(name, alarms(state, poor, sitting.ends_at, now))
        return board.row(sitting, state, lines, self.tasks.of(name), now)

    def _tell_detail(self, feed: Feed) -> None:
        state = self._hearings.loaded(feed.hearing)
        if state is None:
            return
        made = board.detail(state, self._lines.get(feed.hearing, {}))
        if made != feed.last:
            feed.last = made
            feed.push("detail", made)

    def _sum_up(self) -> None:
        lasting = [
            task["kind"]
            for row in self._rows.values()
            for task in row["tasks"]
            if task["ended_at"] is None
        ]
        losses = [line.loss for lines in self._lines.values() for line in lines.values()]
        summary = Summary(
            phases=Counter(row["phase"] for row in self._rows.values()),
            alarms=Counter(lasting),
            outstanding=self.tasks.outstanding,
            worst_loss=max(losses, default=0.0),
        )
        for listener in self._on_look:
            listener(summary)


def today(now: int, zone: tzinfo) -> tuple[int, int]:
    """From midnight to midnight where the court is, Unix ms."""
    here = datetime.fromtimestamp(now / 1000, zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    return _ms(midnight), _ms(midnight + timedelta(days=1))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
