"""The root is signed when it is due, whatever the timestamp authority does, and once over a restart."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain import proof
from hearing_server.domain.events import RootCause
from hearing_server.domain.log import canonical, leaf_hash, root
from hearing_server.services import roots as module
from hearing_server.services.hearings import Hearings
from hearing_server.services.roots import Roots, StampUnavailable
from tests.hearing_server.domain.world import NOW, World, in_session

from .fakes import FakeLog, until

MINUTE = 60_000


class FakeSigner:
    """Signs by turning round; stamps while `up`, and only when asked."""

    def __init__(self) -> None:
        self.up = True
        self.asked = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def sign(self, statement: bytes) -> tuple[bytes, bytes]:
        self.meanwhile()
        return statement[::-1], b"certificate"

    def stamp(self, signature: bytes) -> bytes:
        self.asked += 1
        if not self.up:
            raise StampUnavailable("nobody answers")
        return b"stamp"


class Court:
    def __init__(self, world: World | None = None) -> None:
        self.store = FakeLog(world or in_session())
        self.signer = FakeSigner()
        self.ahead = 0  # ms that the clock has been moved
        self.settled: list[str] = []
        self.hearings: Hearings
        self.roots: Roots

    def start(self) -> None:
        """A server on what is saved."""
        self.hearings = Hearings(self.store, self.now)
        self.roots = Roots(self.hearings, self.store, self.signer, self.settle, self.now)
        self.hearings.subscribe(self.roots.on_entries)
        self.hearings.on_load(self.roots.on_load)

    async def do(self, by: str, command: cmd.Command) -> int:
        """As one who has come back after the start."""
        seat = (await self.hearings.state("h1")).seats.get(by)
        if seat is not None and not seat.here:
            arrive = cmd.Arrive(connection=f"again-{by}", accepted_as="虚构")
            await self.hearings.execute("h1", arrive, by)
        return await self.hearings.execute("h1", command, by)

    async def settle(self, hearing: str) -> None:
        self.settled.append(hearing)

    def now(self) -> int:
        return NOW + MINUTE + self.ahead

    def signed(self) -> list[ev.RootSigned]:
        return [e.event for e in self.store.logs["h1"] if isinstance(e.event, ev.RootSigned)]

    def is_done(self) -> bool:
        """Signed, with nothing left to be done."""
        return bool(self.signed()) and not self.roots.watched

    def faults(self) -> list[ev.Event]:
        kinds = (ev.RecordingFault, ev.RecordingRecovered)
        return [e.event for e in self.store.logs["h1"] if isinstance(e.event, kinds)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Court"]:
        self.start()
        task = asyncio.create_task(self.roots.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.01)


async def test_an_adjournment_is_signed_at_once() -> None:
    """Over all entries up to then, with what the key said of exactly them, and a timestamp."""
    async with Court().running() as court:
        seq = await court.do("judge", cmd.SuspendHearing(reason="改期", until=None))
        await until(lambda: bool(court.signed()))
    (signed,) = court.signed()
    leaves = [leaf_hash(canonical(entry)) for entry in court.store.logs["h1"][:seq]]
    assert (signed.size, signed.root, signed.cause) == (seq, root(leaves).hex(), "suspended")
    said = proof.statement("h1", seq, signed.root, RootCause.SUSPENDED, signed.signed_at)
    assert base64.b64decode(signed.signature) == said[::-1]
    assert base64.b64decode(signed.timestamp) == b"stamp"
    assert court.settled == ["h1"]
    assert court.store.logs["h1"][-1].by == "server"


async def test_a_finished_record_is_watched_no_more() -> None:
    """Closed, signed, stamped: until something is entered."""
    async with Court().running() as court:
        await court.do("judge", cmd.CloseHearing(override="演示"))
        await until(lambda: bool(court.signed()) and not court.roots.watched)
        gap = ev.GapFound(party="judge", source="camera", started_at=1, ended_at=2, cause="network")
        await court.do("server", cmd.EnterRecording(event=gap))
        assert court.roots.watched == ("h1",)
        court.ahead += proof.LATER
        await until(lambda: len(court.signed()) == 2 and not court.roots.watched)
    assert court.signed()[1].cause is RootCause.LATER


async def test_every_hour() -> None:
    """Two hours, two roots, and none beside them."""
    async with Court().running() as court:
        await court.hearings.state("h1")
        for hour in (1, 2):
            court.ahead += proof.HOUR
            await court.do("clerk", cmd.EnterLine(speaker="judge", text="虚构"))
            await until(lambda number=hour: len(court.signed()) == number)  # type: ignore[misc]
        await asyncio.sleep(0.05)
    assert [one.cause for one in court.signed()] == ["hourly", "hourly"]


async def test_the_hour_is_the_hearings_own() -> None:
    """While the court sits a step of the calendar makes nothing due."""
    async with Court().running() as court:
        await court.hearings.state("h1")
        court.hearings.hold_clock("h1")
        court.ahead += 2 * proof.HOUR
        await court.do("clerk", cmd.EnterLine(speaker="judge", text="虚构"))
        await asyncio.sleep(0.1)  # many looks
        assert court.signed() == []
        await court.do("judge", cmd.PauseHearing(reason=""))
        await until(lambda: len(court.signed()) == 1)


async def test_without_a_timestamp_authority_it_is_signed_all_the_same() -> None:
    """At once without; and again, stamped, as soon as it answers; not asked more often than agreed."""
    court = Court()
    court.signer.up = False
    async with court.running():
        await court.do("judge", cmd.PauseHearing(reason=""))
        await until(lambda: bool(court.signed()))
        assert court.signed()[0].timestamp == ""
        await asyncio.sleep(0.05)
        assert court.signer.asked == 1
        court.ahead += module.STAMP_AGAIN
        await until(lambda: court.signer.asked == 2)
        assert len(court.signed()) == 1
        court.signer.up = True
        court.ahead += 2 * module.STAMP_AGAIN
        await until(lambda: len(court.signed()) == 2)
        await asyncio.sleep(0.05)
    assert [(one.cause, bool(one.timestamp)) for one in court.signed()] == [
        ("paused", False),
        ("timestamped", True),
    ]


async def test_an_authority_that_stays_away_is_an_alarm_with_an_end() -> None:
    """Not for a moment's absence; one alarm, and one end of it."""
    court = Court()
    court.signer.up = False
    async with court.running():
        await court.do("judge", cmd.PauseHearing(reason=""))
        await until(lambda: bool(court.signed()))
        assert court.faults() == []
        court.ahead += module.ALARM_AFTER
        await until(lambda: bool(court.faults()))
        await asyncio.sleep(0.05)
        court.signer.up = True
        court.ahead += 4 * module.STAMP_AGAIN
        await until(lambda: len(court.faults()) == 2)
        await asyncio.sleep(0.05)
    fault, over = court.faults()
    assert isinstance(fault, ev.RecordingFault)
    assert isinstance(over, ev.RecordingRecovered)
    assert fault.code == over.code == "timestamp_authority"


@pytest.mark.parametrize("crash", ["before", "after"])
async def test_a_restart_signs_what_is_due_once(crash: str) -> None:
    """Killed after the closing and before its root, or just after it."""
    world = in_session()
    world.do("judge", cmd.CloseHearing(override="演示"))
    court = Court(world)
    if crash == "after":
        async with court.running():
            await until(lambda: len(court.signed()) == 1)
    for _ in range(2):
        async with court.running():
            await until(lambda: len(court.signed()) == 1 and not court.roots.watched)
            await asyncio.sleep(0.03)
    assert len(court.signed()) == 1


async def test_a_store_that_is_away_delays_it_and_no_more() -> None:
    """Neither reading nor writing; the hearing's own commands are refused by the store, not by this."""
    court = Court()
    async with court.running():
        await court.do("judge", cmd.PauseHearing(reason=""))
        court.store.broken = court.store.unreadable = True
        await asyncio.sleep(0.05)
        court.store.broken = court.store.unreadable = False
        await until(lambda: bool(court.signed()))
    sizes = [one.size for one in court.signed()]
    assert len(sizes) == len(set(sizes))


async def test_another_writer_in_between_spoils_nothing() -> None:
    """The root is over what was there when it was signed; what came meanwhile is for the next."""
    court = Court()
    gap = ev.GapFound(party="judge", source="camera", started_at=1, ended_at=2, cause="network")
    rival = ("server", cmd.EnterRecording(event=gap))
    court.signer.meanwhile = lambda: court.store.rivals.append(rival)
    async with court.running():
        seq = await court.do("judge", cmd.PauseHearing(reason="休息"))
        await until(lambda: bool(court.signed()))
    (signed,) = court.signed()
    log = court.store.logs["h1"]
    assert signed.size == seq
    assert [entry.event for entry in log[seq:]] == [gap, signed]
    assert signed.root == root([leaf_hash(canonical(entry)) for entry in log[:seq]]).hex()
