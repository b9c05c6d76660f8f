"""Everything behind the socket on a real port, over a log that can be made to fail."""

import asyncio
from typing import Any

import socketio

from hearing_server.adapters.store import SqlStore
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Refused
from hearing_server.domain.parties import Party
from hearing_server.domain.planning import Claim
from hearing_server.services.access import Access, Seated
from hearing_server.services.audit import Action
from hearing_server.services.hearings import Hearings, Make
from signaling.asks import Asks
from signaling.gateway import Gateway
from signaling.rooms import Rooms
from signaling.sfu import Sfu
from tests.hearing_server.domain.world import NOW, World
from tests.hearing_server.services.fakes import FakeEvents, Told

from .courthouse import Ledger

ORIGIN = "http://court.example"


class Unheard:
    """Alarms that nobody hears."""

    def fault(self, hearing: str, code: str, detail: str) -> None: ...

    def over(self, hearing: str, code: str, detail: str) -> None: ...


class Trail:
    """The audit, as far as sockets write it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    async def note(self, action: Action, *, actor: str, subject: str, detail: str) -> None:
        assert action is Action.DENIED
        self.rows.append((actor, subject, detail))


class NoFreezer:
    async def freeze(self, hearing: str, by: str) -> int:
        raise AssertionError("nobody freezes here")


class NoReader:
    async def begin(self, hearing: str, lines: tuple[int, ...], make: Make, by: str) -> int:
        raise AssertionError("nothing is read back here")


class Calendar:
    """Nothing else stands in it, but what a test puts there."""

    def __init__(self) -> None:
        self.refusal: Refused | None = None

    async def adjourned(self, hearing: str, until: int, *, anyway: bool) -> Claim:
        if self.refusal is not None:
            raise self.refusal
        return Claim(hearing=hearing, starts_at=until, ends_at=until, buffer=0, bookings=())


class House:
    """Everything behind the socket, with its troubles at hand."""

    def __init__(self, store: SqlStore, sfu: Sfu) -> None:
        self.events = FakeEvents(World())
        self.hearings = Hearings(self.events, lambda: NOW)
        self.access = Access(store, b"secret", lambda: NOW, self._bar)
        self.trail = Trail()
        self.told = Told(self.hearings)
        self.sfu = sfu
        self.calendar = Calendar()
        self.rooms = Rooms(Ledger(), Unheard())
        self.hearings.subscribe(self.rooms.on_entries)
        ports = NoFreezer(), self.calendar, NoReader()
        asks = Asks(self.hearings, self.rooms, sfu, *ports)
        audit: Any = self.trail
        self.gateway = Gateway(self.access, self.hearings, self.rooms, asks, audit, [ORIGIN])
        self.url = ""
        self.clients: list[socketio.AsyncClient] = []

    async def _bar(self, seated: Seated) -> None:
        await self.hearings.check_seat(seated.hearing, seated.party)

    async def socket(self, party: Party) -> socketio.AsyncClient:
        client = socketio.AsyncClient(reconnection=False)
        ticket = await self.access.ticket(Seated(hearing="h1", party=party.id))
        await client.connect(
            self.url, transports=["websocket"], headers={"Origin": ORIGIN}, auth={"ticket": ticket}
        )
        self.clients.append(client)
        return client

    async def enter(self, party: Party, **fields: Any) -> socketio.AsyncClient:
        client = await self.socket(party)
        answer = await ask(client, "enter", accepted_as=party.name, **fields)
        assert answer["type"] == "welcome", answer
        return client

    async def happened(self, kind: type[ev.Event], **fields: Any) -> None:
        """Wait until the log has an event of this kind and fields."""
        async with asyncio.timeout(5):
            while not any(
                isinstance(e.event, kind)
                and all(getattr(e.event, k) == v for k, v in fields.items())
                for e in self.told.entries
            ):
                self.told.heard.clear()
                await self.told.heard.wait()


async def ask(client: socketio.AsyncClient, what: str, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await client.call("ask", {"type": what, **fields}, timeout=20)
    return answer
