"""The one way anything happens in a hearing: load, decide, append, apply, tell.

One writer a hearing at a time on this node; between nodes the store's expected number decides who wins.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.commands import Command
from hearing_server.domain.decide import decide
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Departure
from hearing_server.domain.hearing import HearingState, replay
from hearing_server.domain.log import SERVER, Entry

MAX_CACHED = 500  # hearings kept in memory; an idle one is replayed when it is asked for again
ATTEMPTS = 5  # at an append that another writer keeps winning


class SeqConflict(Exception):
    """Somebody else has appended since the state was read."""


class NotSaved(Exception):
    """The store could not take the entries: locked, full, gone. Nothing was written."""


class EventStore(Protocol):
    async def append(self, hearing: str, expected_seq: int, entries: Sequence[Entry]) -> None:
        """Write the entries durably or not at all; SeqConflict, NotSaved."""

    async def read(self, hearing: str, after: int = 0) -> list[Entry]:
        """The entries with a number above `after`, in order."""


Listener = Callable[[HearingState, Sequence[Entry]], None]
Clock = Callable[[], int]  # Unix milliseconds


@dataclass
class _Live:
    state: HearingState
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Hearings:
    """All hearings of this node. Listeners are called in the order of the log, on the event loop."""

    def __init__(self, store: EventStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._loading = asyncio.Lock()
        self._listeners: list[Listener] = []
        self._load_hooks: list[Callable[[str], Awaitable[None]]] = []

    def on_load(self, hook: Callable[[str], Awaitable[None]]) -> None:
        """Call `hook` whenever a hearing's log has been read in."""
        self._load_hooks.append(hook)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def state(self, hearing: str) -> HearingState:
        """The state now; Refused(unknown_hearing)."""
        return (await self._load(hearing)).state

    async def entries(self, hearing: str, after: int = 0) -> list[Entry]:
        return await self._store.read(hearing, after)

    async def plan(self, command: cmd.Plan) -> HearingState:
        """Begin a hearing's log."""
        hearing = command.planned.hearing
        live = _Live(state=HearingState())
        await self._append(hearing, live, command, SERVER, self._time(live))
        self._live[hearing] = live
        return live.state

    async def execute(self, hearing: str, command: Command, by: str) -> int:
        """Carry out `command`; the number of the last event it made, 0 if it made none.

        Raises Refused: by `decide`, or with `not_saved` when the store failed.
        """

        async def same(state: HearingState, now: int) -> Command:
            return command

        return await self.execute_with(hearing, same, by)

    async def execute_with(
        self, hearing: str, make: Callable[[HearingState, int], Awaitable[Command]], by: str
    ) -> int:
        """As `execute`, the command being made from the very state and time it is decided on."""
        live = await self._load(hearing)
        async with live.lock:
            for _ in range(ATTEMPTS):
                try:
                    now = self._time(live)
                    command = await make(live.state, now)
                    return await self._append(hearing, live, command, by, now)
                except SeqConflict:
                    await self._catch_up(hearing, live)
        raise Refused(Code.BUSY)

    def _time(self, live: _Live) -> int:
        return max(self._now(), live.state.at)  # the log's times never run backwards

    async def _append(self, hearing: str, live: _Live, command: Command, by: str, now: int) -> int:
        events = decide(live.state, command, by, now)
        if not events:
            return 0
        seq = live.state.seq
        entries = [
            Entry(hearing=hearing, seq=seq + n, at=now, by=by, event=event)
            for n, event in enumerate(events, start=1)
        ]
        try:
            await asyncio.shield(self._store.append(hearing, seq, entries))
        except NotSaved as error:
            raise Refused(Code.NOT_SAVED, str(error)) from error
        self._take(live, entries)
        return entries[-1].seq

    async def _catch_up(self, hearing: str, live: _Live) -> None:
        self._take(live, await self._store.read(hearing, live.state.seq))

    def _take(self, live: _Live, entries: Sequence[Entry]) -> None:
        live.state = replay(entries, live.state)
        for listener in self._listeners:
            listener(live.state, entries)

    async def _load(self, hearing: str) -> _Live:
        live = self._live.get(hearing)
        if live is None:
            async with self._loading:
                known = self._live.get(hearing)
                live = known or await self._replay(hearing)
            if known is None:
                for hook in self._load_hooks:
                    await hook(hearing)
        self._live.move_to_end(hearing)
        return live

    async def _replay(self, hearing: str) -> _Live:
        entries = await self._store.read(hearing)
        if not entries:
            raise Refused(Code.UNKNOWN_HEARING)
        live = _Live(state=await asyncio.to_thread(replay, entries))
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
                await self._append(hearing, live, left, SERVER, self._time(live))

    def _forget_idle(self) -> None:
        for hearing, live in list(self._live.items()):
            if len(self._live) <= MAX_CACHED:
                return
            if not live.lock.locked() and not any(s.here for s in live.state.seats.values()):
                del self._live[hearing]
