"""The one way anything happens to a paper: read its log, decide, append, tell.

A paper is asked for seldom, so what is kept in memory is only the fold so far; every use reads on from
there, and another node's entries are never missed. One writer a paper at a time on this node; between nodes the
store's expected number picks one.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.consent import (
    CONSENT_EVENTS,
    Consent,
    ConsentEvent,
    ConsentGiven,
    check_given,
)
from hearing_server.domain.papers.consent import fold as fold_consent
from hearing_server.domain.papers.decide import decide
from hearing_server.domain.papers.events import PAPER_EVENTS
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper, fold
from hearing_server.domain.papers.shape import Change, Shape, change_of
from hearing_server.services.hearings import Clock, NotSaved, SeqConflict

MAX_CACHED = 200
ATTEMPTS = 5  # at an append that another node's writer keeps winning


class PaperStore(Protocol):
    """Reads raise Refused(busy) while the store cannot be reached."""

    async def append(
        self, log: str, expected: int, entries: Sequence[Entry], change: Change | None
    ) -> None:
        """Write the entries durably or not at all, and what follows from them; SeqConflict, NotSaved."""

    async def read(self, log: str, types: tuple[type, ...], after: int = 0) -> list[Entry]: ...

    async def of_case(self, case: str) -> list[Shape]:
        """The newest first."""

    async def of_person(self, person: str) -> list[str]: ...

    async def going_on(self) -> list[str]:
        """Papers that are out for signing, or being sealed or finished."""

    async def roots_due(self, now: int) -> list[str]:
        """Papers whose log's root is to be signed by now."""

    async def letters(self) -> list[tuple[str, str]]:
        """(message, paper) of letters that the outbox does not have yet, or of which it has news."""


Listener = Callable[[Paper, Sequence[Entry]], None]


class Papers:
    def __init__(self, store: PaperStore, now: Clock) -> None:
        self.store = store
        self._now = now
        self._known: OrderedDict[str, Paper] = OrderedDict()
        self._listeners: list[Listener] = []
        self._writing: set[asyncio.Task[Paper]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def close(self) -> None:
        """What is being written is written."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def get(self, paper: str) -> Paper:
        """As it is now; Refused(not_found)."""
        state = await self._read(paper)
        if state.made is None:
            raise Refused(Code.NOT_FOUND)
        return state

    async def entries(self, paper: str) -> list[Entry]:
        return await self.store.read(paper, PAPER_EVENTS)

    async def execute(self, paper: str, command: cmd.Command, by: str) -> Paper:
        """Carry it out; the paper as it then is. Refused by `decide`, or with `not_saved`.

        Once begun it is carried through, also when the caller is cancelled.
        """
        task = asyncio.create_task(self._in_turn(paper, command, by), name=f"write {paper}")
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return await asyncio.shield(task)

    async def _in_turn(self, paper: str, command: cmd.Command, by: str) -> Paper:
        turn = self._turns.setdefault(paper, asyncio.Lock())  # it lasts as long as somebody waits
        async with turn:
            return await self._carry_out(paper, command, by)

    async def _carry_out(self, paper: str, command: cmd.Command, by: str) -> Paper:
        for _ in range(ATTEMPTS):
            state = await self._read(paper)
            now = max(self._now(), state.at)  # a log's times never go back
            events = decide(state, command, now)
            if not events:
                return state
            entries = [
                Entry(log=paper, seq=state.seq + n, at=now, by=by, event=event)
                for n, event in enumerate(events, start=1)
            ]
            after = fold(entries, state)
            try:
                await self.store.append(paper, state.seq, entries, change_of(after, entries))
            except SeqConflict:
                continue
            except NotSaved as error:
                raise Refused(Code.NOT_SAVED, str(error)) from error
            self._keep(after)
            for listener in self._listeners:
                listener(after, entries)
            return after
        raise Refused(Code.BUSY)

    async def _read(self, paper: str) -> Paper:
        known = self._known.get(paper, Paper())
        entries = await self.store.read(paper, PAPER_EVENTS, known.seq)
        if not entries:
            return known
        state = fold(entries, known)
        self._keep(state)
        return state

    def _keep(self, state: Paper) -> None:
        """The newest: a slower reader never puts an older one back."""
        known = self._known.pop(state.id, None)
        self._known[state.id] = known if known is not None and known.seq > state.seq else state
        if len(self._known) > MAX_CACHED:
            self._known.popitem(last=False)


class Consents:
    """Who agreed to be served electronically: a log of each person's own, in the same store."""

    def __init__(self, store: PaperStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def of(self, person: str) -> Consent:
        return fold_consent(await self._store.read(log_of(person), CONSENT_EVENTS))

    async def enter(self, person: str, event: ConsentEvent, by: str) -> Consent:
        """Refused(no_change) for revoking what was not given."""
        if isinstance(event, ConsentGiven):
            check_given(event)
        for _ in range(ATTEMPTS):
            state = await self.of(person)
            if not isinstance(event, ConsentGiven) and state.given_at is None:
                raise Refused(Code.NO_CHANGE)
            entry = Entry(log=log_of(person), seq=state.seq + 1, at=self._now(), by=by, event=event)
            try:
                await self._store.append(entry.log, state.seq, [entry], None)
            except SeqConflict:
                continue
            except NotSaved as error:
                raise Refused(Code.NOT_SAVED, str(error)) from error
            return fold_consent([entry], state)
        raise Refused(Code.BUSY)


def log_of(person: str) -> str:
    """The log of a person's consent."""
    return f"consent-{person}"
