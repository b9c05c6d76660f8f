"""Hand-written stand-ins for the ports of the services: they keep the contract, in memory."""

import asyncio
from collections.abc import Callable, Sequence

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import decide
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry, canonical, leaf_hash
from hearing_server.domain.planning import Claim
from hearing_server.services.hearings import Hearings, NotSaved, SeqConflict
from tests.hearing_server.domain.world import NOW, World


class FakeEvents:
    """An EventStore of lists, with the troubles that a real one has."""

    def __init__(self, world: World | None = None) -> None:
        self.logs: dict[str, list[Entry]] = {}
        self.broken = False  # every append fails
        self.unreadable = False  # every read fails
        self.rivals: list[tuple[str, cmd.Command]] = []  # another node is first, once for each
        self.gate: asyncio.Event | None = None  # appends wait for it
        self.begun = asyncio.Event()  # an append has come in
        self.reads: list[str] = []
        if world is not None:
            self.logs["h1"] = list(world.entries)

    async def append(
        self,
        hearing: str,
        expected_seq: int,
        entries: Sequence[Entry],
        claim: Claim | None = None,
    ) -> None:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise NotSaved("disk full")
        if self.rivals:
            self._be_first(hearing, *self.rivals.pop(0))
        log = self.logs.setdefault(hearing, [])
        if len(log) != expected_seq:
            raise SeqConflict(hearing)
        log.extend(entries)

    async def read(self, hearing: str, after: int = 0) -> list[Entry]:
        await asyncio.sleep(0)
        if self.unreadable:
            raise Refused(Code.BUSY, "database")
        self.reads.append(hearing)
        return self.logs.get(hearing, [])[after:]

    def _be_first(self, hearing: str, by: str, command: cmd.Command) -> None:
        log = self.logs[hearing]
        for event in decide(replay(log), command, by, NOW):
            log.append(Entry(hearing=hearing, seq=len(log) + 1, at=NOW, by=by, event=event))


class FakeLog(FakeEvents):
    """With the columns that roots and copies are made from."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.recent: list[str] = ["h1"]

    async def leaves(self, hearing: str, after: int = 0, most: int = 3) -> list[bytes]:
        return [leaf_hash(record) for record in await self.records(hearing, after, most)]

    async def records(self, hearing: str, after: int = 0, most: int = 3) -> list[bytes]:
        return [canonical(entry) for entry in (await self.read(hearing, after))[:most]]

    async def opened(self, closed_since: int) -> list[str]:
        return self.recent


async def until(so: Callable[[], bool]) -> None:
    """Wait for what another task does; it has no event of its own to be awaited."""
    async with asyncio.timeout(10):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Told:
    """A listener that remembers what it was told, and the number of the state beside it."""

    def __init__(self, hearings: Hearings) -> None:
        self.entries: list[Entry] = []
        self.states: list[HearingState] = []
        self.heard = asyncio.Event()
        hearings.subscribe(self._hear)

    def _hear(self, state: HearingState, entries: Sequence[Entry]) -> None:
        assert state.seq == entries[-1].seq
        self.states.append(state)
        self.entries.extend(entries)
        self.heard.set()

    @property
    def numbers(self) -> list[int]:
        return [entry.seq for entry in self.entries]
