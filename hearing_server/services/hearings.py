"""The one way anything happens in a hearing: load, decide, append, apply, tell.

One writer a hearing at a time on this node; between nodes the store's expected number decides who wins.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain.commands import Command
from hearing_server.domain.decide import decide, entered_by
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Departure
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.planning import Claim
from hearing_server.services.hearing_clock import HearingClocks

MAX_CACHED = 500  # hearings kept in memory; an idle one is replayed when it is asked for again
ATTEMPTS = 5  # at an append that another writer keeps winning
SITS = frozenset({Phase.IN_SESSION, Phase.PAUSED})  # outside of these nothing is recorded

log = structlog.get_logger()


class SeqConflict(Exception):
    """Somebody else has appended since the state was read."""


class NotSaved(Exception):
    """The store could not take the entries: locked, full, gone. Nothing was written."""


class EventStore(Protocol):
    async def append(
        self,
        hearing: str,
        expected_seq: int,
        entries: Sequence[Entry],
        claim: Claim | None = None,
    ) -> None:
        """Write the entries durably or not at all, and take what `claim` names in the same transaction.

        SeqConflict, NotSaved; Refused(clash) when something claimed is taken, Refused(no_change) when
        what an event is looked up by stands in the log already.
        """

    async def read(self, hearing: str, after: int = 0) -> list[Entry]:
        """The entries with a number above `after`, in order; Refused(busy) while it cannot be read."""


Listener = Callable[[HearingState, Sequence[Entry]], None]
Make = Callable[[HearingState, int], Awaitable[Command]]
Clock = Callable[[], int]  # Unix milliseconds


@dataclass
class _Live:
    state: HearingState
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0  # who are about to write, write or load: it stays in memory for them


class Hearings:
    """All hearings of this node. Listeners are called in the order of the log, on the event loop."""

    def __init__(
        self, store: EventStore, now: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clocks = HearingClocks(now, monotonic)
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._loading = asyncio.Lock()
        self._listeners: list[Listener] = []
        self._load_hooks: list[Callable[[str], Awaitable[None]]] = []
        self._writing: set[asyncio.Task[int]] = set()

    def on_load(self, hook: Callable[[str], Awaitable[None]]) -> None:
        """Call `hook` whenever a hearing's log has been read in."""
        self._load_hooks.append(hook)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def state(self, hearing: str) -> HearingState:
        """The state now; Refused(unknown_hearing)."""
        return (await self._load(hearing)).state

    async def check_seat(self, hearing: str, party: str) -> None:
        """Refused(removed) for a party who was removed for good, Refused(replaced) for whom another followed."""
        seat = (await self.state(hearing)).seats.get(party)
        if seat is not None and seat.removed:
            raise Refused(Code.REPLACED if seat.party.account else Code.REMOVED)

    def loaded(self, hearing: str) -> HearingState | None:
        """The state of a hearing that is in memory here."""
        live = self._live.get(hearing)
        return live.state if live else None

    def now(self, hearing: str) -> int:
        """Unix ms by the hearing's own clock, which its log and its recording share."""
        return self._clocks.now(hearing, self._newest(hearing))

    def hold_clock(self, hearing: str) -> float:
        """Unix ms at monotonic 0 on that clock, which no step of the calendar moves while the court sits."""
        return self._clocks.hold(hearing, self._newest(hearing))

    def _newest(self, hearing: str) -> int:
        live = self._live.get(hearing)
        return live.state.at if live else 0

    async def entries(self, hearing: str, after: int = 0) -> list[Entry]:
        return await self._store.read(hearing, after)

    async def plan(self, command: cmd.Plan, claim: Claim | None = None) -> HearingState:
        """Begin a hearing's log; Refused(no_change) if it has one, Refused(clash) by its claim."""
        hearing = command.planned.hearing
        live = _Live(state=HearingState())
        try:
            await self._append(hearing, live, command, SERVER, self.now(hearing), claim)
        except SeqConflict:
            raise Refused(Code.NO_CHANGE, "planned already") from None
        self._live[hearing] = live
        self._forget_idle()
        return live.state

    async def execute(
        self, hearing: str, command: Command, by: str, claim: Claim | None = None
    ) -> int:
        """Carry out `command`; the number of the last event it made, 0 if it made none.

        Raises Refused: by `decide`, by its claim, or with `not_saved` when the store failed.
        """
        return await self.execute_with(hearing, _always(command), by, claim)

    async def execute_with(
        self, hearing: str, make: Make, by: str, claim: Claim | None = None
    ) -> int:
        """As `execute`, the command being made from the very state and time it is decided on.

        Once begun it is carried through, also when the caller is cancelled: what is saved is told.
        """
        live = await self._load(hearing)
        live.users += 1
        task = asyncio.create_task(
            self._in_turn(hearing, live, make, by, claim), name=f"write {hearing}"
        )
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return await asyncio.shield(task)

    async def _in_turn(
        self, hearing: str, live: _Live, make: Make, by: str, claim: Claim | None
    ) -> int:
        try:
            async with live.lock:
                return await self._carry_out(hearing, live, make, by, claim)
        finally:
            live.users -= 1

    async def _carry_out(
        self, hearing: str, live: _Live, make: Make, by: str, claim: Claim | None = None
    ) -> int:
        """Decide and append, again as long as another writer was first."""
        for _ in range(ATTEMPTS):
            try:
                now = self._clocks.now(hearing, live.state.at)
                command = await make(live.state, now)
                return await self._append(hearing, live, command, by, now, claim)
            except SeqConflict:
                await self._catch_up(hearing, live)
        raise Refused(Code.BUSY)

    async def _append(
        self,
        hearing: str,
        live: _Live,
        command: Command,
        by: str,
        now: int,
        claim: Claim | None = None,
    ) -> int:
        events = decide(live.state, command, by, now)
        if not events:
            return 0
        seq = live.state.seq
        entries = [
            Entry(
                hearing=hearing, seq=seq + n, at=now, by=entered_by(command, event, by), event=event
            )
            for n, event in enumerate(events, start=1)
        ]
        try:
            await self._store.append(hearing, seq, entries, claim)
        except NotSaved as error:
            raise Refused(Code.NOT_SAVED, str(error)) from error
        self._take(live, entries)
        return entries[-1].seq

    async def _catch_up(self, hearing: str, live: _Live) -> None:
        entries = await self._store.read(hearing, live.state.seq)
        if entries:
            self._take(live, entries)

    def _take(self, live: _Live, entries: Sequence[Entry]) -> None:
        """The entries are saved: a listener that fails keeps neither the others nor the answer."""
        live.state = replay(entries, live.state)
        for listener in self._listeners:
            try:
                listener(live.state, entries)
            except Exception:
                log.exception("listener failed", hearing=live.state.hearing, seq=entries[-1].seq)
        if live.state.phase not in SITS:  # and the listeners have ended every track
            self._clocks.let_go(live.state.hearing)

    async def _load(self, hearing: str) -> _Live:
        live = self._live.get(hearing)
        if live is None:
            async with self._loading:
                known = self._live.get(hearing)
                live = known or await self._replay(hearing)
            if known is None:
                await self._call_hooks(hearing, live)
        self._live.move_to_end(hearing)
        return live

    async def _call_hooks(self, hearing: str, live: _Live) -> None:
        try:
            for hook in self._load_hooks:
                await hook(hearing)
        finally:
            live.users -= 1

    async def _replay(self, hearing: str) -> _Live:
        """Read the log in. Its loader counts as a user until the hooks have been called."""
        entries = await self._store.read(hearing)
        if not entries:
            raise Refused(Code.UNKNOWN_HEARING)
        live = _Live(state=await asyncio.to_thread(replay, entries), users=1)
        await self._empty_seats(hearing, live)
        self._live[hearing] = live
        self._forget_idle()
        return live

    async def _empty_seats(self, hearing: str, live: _Live) -> None:
        """Whoever was here when the last server ended is not here now."""
        for seat in live.state.seats.values():
            if seat.connection is not None:
                left = cmd.Leave(
                    party=seat.party.id, connection=seat.connection, cause=Departure.SERVER
                )
                await self._carry_out(hearing, live, _always(left), SERVER)

    def _forget_idle(self) -> None:
        for hearing, live in list(self._live.items()):
            if len(self._live) <= MAX_CACHED:
                return
            if not live.users and not any(s.here for s in live.state.seats.values()):
                del self._live[hearing]


def _always(command: Command) -> Make:
    async def make(state: HearingState, now: int) -> Command:
        return command

    return make
