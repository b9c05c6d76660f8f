"""Privacy by construction: packets flow along the edges of `reach`, and stop with them, recorder included.

Real peers over real sockets: every party sends marked packets on both its tracks, and after each step of a
hearing the test looks at who got them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Departure, Source
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party
from hearing_server.domain.reach import RECORDER, Edge, reach
from hearing_server.services.access import Seated
from hearing_server.services.media import TrackFormat, TrackName
from signaling import protocol as wire
from signaling.peer import Peer
from signaling.rooms import Room
from signaling.sfu import Sfu, SfuSettings
from tests.hearing_server.domain.world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    JUDGE,
    PROSECUTOR,
    WITNESS,
    World,
    frozen,
)

from .sfu.peer import KEYFRAME, opus, rtp, vp8
from .sfu.peer import Peer as Browser

SIX = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, COUNSEL, WITNESS)


class Ledger:
    """A recorder that keeps what every track was given."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.open: set[tuple[str, str]] = set()
        self.ended: list[tuple[str, str, str]] = []
        self.fault: Exception | None = None
        self.asked = 0

    def record(
        self, track: TrackName, track_format: TrackFormat, request_keyframe: Callable[[], None]
    ) -> "Track":
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        self.open.add((track.party, track.source))
        return Track(self, track)

    async def flush(self, hearing: str) -> None:
        return


class Track:
    def __init__(self, ledger: Ledger, name: TrackName) -> None:
        self._ledger, self._name = ledger, name

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        self._ledger.packets.append(packet)

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None: ...

    def on_end(self, cause: str) -> None:
        self._ledger.open.discard((self._name.party, self._name.source))
        self._ledger.ended.append((self._name.party, self._name.source, cause))


class Attendant:
    """One party's browser and its peer in the room."""

    def __init__(self, party: Party, connection: str) -> None:
        self.party = party
        self.told: list[wire.AnyTell] = []
        self.hung_up = False
        self.peer = Peer(
            seated=Seated(hearing="h1", party=party.id),
            connection=connection,
            send=self._send,
            hang_up=self._hang_up,
        )
        self.up: Browser
        self.down: Browser
        self._sequence = 0

    async def _send(self, message: wire.AnyTell) -> None:
        self.told.append(message)

    async def _hang_up(self) -> None:
        self.hung_up = True

    async def connect(self, sfu: Sfu) -> None:
        self.peer.send_transport = sfu.create_transport(lambda state: None)
        self.peer.receive_transport = sfu.create_transport(lambda state: None)
        self.peer.rtp_capabilities = sfu.rtp_capabilities
        self.up, self.down = (
            Browser(t.parameters()) for t in (self.peer.send_transport, self.peer.receive_transport)
        )
        await self.up.connect(self.peer.send_transport)
        await self.down.connect(self.peer.receive_transport)

    def produce(self) -> None:
        assert self.peer.send_transport is not None
        for source, kind, parameters in (
            (Source.CAMERA, "video", vp8(1000)),
            (Source.MICROPHONE, "audio", opus(2000)),
        ):
            self.peer.producers[source] = self.peer.send_transport.produce(kind, parameters)

    def speak(self, step: int) -> None:
        """One packet on each track: its payload names party, source and step."""
        self._sequence += 1
        for source, ssrc, kind in ((Source.CAMERA, 1000, 96), (Source.MICROPHONE, 2000, 111)):
            payload = KEYFRAME + marker(self.party.id, source, step)
            self.up.send_rtp(
                rtp(
                    self._sequence,
                    self._sequence * 960,
                    ssrc=ssrc,
                    payload_type=kind,
                    payload=payload,
                    marker=True,
                )
            )

    async def close(self) -> None:
        await self.up.close()
        await self.down.close()


def marker(party: str, source: Source, step: int) -> bytes:
    return f"<{party}/{source}/{step}>".encode()


class Court:
    """A room of real peers that follows the log of a world."""

    def __init__(self, sfu: Sfu) -> None:
        self.sfu = sfu
        self.world = World(*SIX)
        self.ledger = Ledger()
        self.alarms: list[str] = []
        self.room = Room(self.world.state, self.ledger, lambda h, code, d: self.alarms.append(code))
        self.here: dict[str, Attendant] = {}
        self.step = 0

    def do(self, by: str, command: cmd.Command) -> None:
        before = len(self.world.entries)
        self.world.do(by, command)
        self.room.on_entries(self.world.state, self.world.entries[before:])
        self.ready()

    def ready(self) -> None:
        """Every browser resumes what it was offered, as mediasoup-client does."""
        for attendant in self.here.values():
            attendant.peer.ready |= attendant.peer.consumers.keys()
        self.room.reconcile()

    async def arrive(self, party: Party, *, connection: str = "", take_over: bool = False) -> None:
        attendant = Attendant(party, connection or f"c-{party.id}")
        arrive = cmd.Arrive(
            connection=attendant.peer.connection, accepted_as=party.name, take_over=take_over
        )
        self.do(party.id, arrive)
        self.here[party.id] = attendant
        self.room.join(attendant.peer, self.world.state)
        attendant.peer.start()
        await attendant.connect(self.sfu)
        attendant.produce()
        for source in (Source.CAMERA, Source.MICROPHONE):
            self.do(party.id, cmd.StartSource(source=source))

    async def got(self) -> set[Edge]:
        """Everybody speaks; the edges along which this step's packets came out."""
        self.step += 1
        for attendant in self.here.values():
            attendant.speak(self.step)
        for attendant in self.here.values():  # all that was sent before has been forwarded by then
            await attendant.up.settle()
        for attendant in self.here.values():
            await attendant.down.settle()
        return {
            Edge(sender.id, source, sink)
            for sender in SIX
            for source in (Source.CAMERA, Source.MICROPHONE)
            for sink, packets in self._outputs().items()
            if any(marker(sender.id, source, self.step) in packet for packet in packets)
        }

    def _outputs(self) -> dict[str, list[bytes]]:
        heard = {party: attendant.down.rtp for party, attendant in self.here.items()}
        return {**heard, RECORDER: self.ledger.packets}

    async def check(self) -> set[Edge]:
        """Packets came out along the edges that `reach` names, and nowhere else."""
        got = await self.got()
        assert got == reach(self.world.state)
        named = {(e.party, e.source.value) for e in got if e.sink == RECORDER}
        assert self.ledger.open == named
        return got


@pytest.fixture
async def court() -> AsyncIterator[Court]:
    sfu = Sfu(SfuSettings())
    await sfu.start()
    court = Court(sfu)
    yield court
    court.room.close("closed")
    for attendant in court.here.values():
        await attendant.close()
    await sfu.close()


Step = tuple[str, Any]

STORY: list[Step] = [
    (JUDGE.id, cmd.Admit(party=PROSECUTOR.id)),
    (JUDGE.id, cmd.Admit(party=DEFENDANT.id)),
    (JUDGE.id, cmd.OpenHearing()),
    (CLERK.id, cmd.Admit(party=COUNSEL.id)),
    (JUDGE.id, cmd.Mute(party=DEFENDANT.id)),
    (PROSECUTOR.id, cmd.PauseSource(source=Source.MICROPHONE)),
    (JUDGE.id, cmd.Admit(party=WITNESS.id)),
    (JUDGE.id, cmd.Call(party=WITNESS.id)),
    (PROSECUTOR.id, cmd.PauseSource(source=Source.CAMERA)),
    (PROSECUTOR.id, cmd.ResumeSource(source=Source.MICROPHONE)),
    (JUDGE.id, cmd.PauseHearing(reason="休息")),
    (JUDGE.id, cmd.Unmute(party=DEFENDANT.id)),
    (JUDGE.id, cmd.ResumeHearing()),
    (PROSECUTOR.id, cmd.ResumeSource(source=Source.CAMERA)),
    (JUDGE.id, cmd.Mute(party=JUDGE.id)),
    (JUDGE.id, cmd.CloseHearing()),
]


async def test_packets_flow_along_the_edges_of_reach_and_nowhere_else(court: Court) -> None:
    """Six parties through waiting, admission, mute, their own pause, recess, closing and leaving."""
    for party in SIX:
        await court.arrive(party)
    seen = [await court.check()]
    for by, command in STORY:
        court.do(by, command)
        seen.append(await court.check())
    assert len(set(map(frozenset, seen))) > 12, "the story changes who hears whom"
    for party in (COUNSEL, CLERK, JUDGE):
        gone = court.here.pop(party.id)
        leave = cmd.Leave(
            party=party.id, connection=gone.peer.connection, cause=Departure.CLOSED_TAB
        )
        court.do(SERVER, leave)
        court.room.leave(gone.peer)
        await court.check()
        await gone.close()


async def in_session(court: Court, *parties: Party) -> None:
    for party in (JUDGE, *parties):
        await court.arrive(party)
    for party in parties:
        court.do(JUDGE.id, cmd.Admit(party=party.id))
    court.do(JUDGE.id, cmd.OpenHearing())
    await court.check()


async def test_a_tab_that_was_taken_over_gets_nothing_more(court: Court) -> None:
    """Neither sound nor picture, from the event on: not when it has said goodbye."""
    await in_session(court, COUNSEL)
    old = court.here.pop(COUNSEL.id)
    await court.arrive(COUNSEL, connection="newer", take_over=True)
    await court.check()
    last = marker(JUDGE.id, Source.MICROPHONE, court.step)
    assert any(last in packet for packet in court.here[COUNSEL.id].down.rtp)
    assert not any(last in packet for packet in old.down.rtp)
    assert old.peer.send_transport is None
    await asyncio.sleep(0)
    assert old.hung_up
    assert isinstance(old.told[-1], wire.Superseded)
    ended = {cause for party, _, cause in court.ledger.ended if party == COUNSEL.id}
    assert ended == {"superseded"}, "the gap says that a newer tab took the seat"
    await old.close()


async def test_media_agrees_although_a_browser_cannot_be_told(court: Court) -> None:
    """A fault in telling one party leaves nobody audible who was muted."""
    await in_session(court, DEFENDANT)

    def broken(message: wire.AnyTell) -> None:
        raise RuntimeError("cannot be told")

    court.here[JUDGE.id].peer.tell = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        court.do(JUDGE.id, cmd.Mute(party=DEFENDANT.id))
    assert Edge(DEFENDANT.id, Source.MICROPHONE, JUDGE.id) not in await court.check()


async def test_a_new_transport_is_a_new_chance(court: Court) -> None:
    """Who could not take a track because the line was dead gets it on the next line."""
    await in_session(court, COUNSEL)
    counsel = court.here[COUNSEL.id]
    assert counsel.peer.receive_transport is not None
    counsel.peer.receive_transport.close()
    await court.arrive(CLERK)  # offered in vain
    counsel.peer.consumers.clear()
    counsel.peer.receive_transport = court.sfu.create_transport(lambda state: None)
    await counsel.down.close()
    counsel.down = Browser(counsel.peer.receive_transport.parameters())
    await counsel.down.connect(counsel.peer.receive_transport)
    court.room.reconcile()
    court.ready()
    assert Edge(CLERK.id, Source.CAMERA, COUNSEL.id) in await court.check()


async def test_a_recorder_that_refuses_alarms_once_a_track_and_is_asked_again(court: Court) -> None:
    """The hearing goes on, the log is not filled, and recording begins when it can."""
    for party in (JUDGE, CLERK):
        await court.arrive(party)
    court.ledger.fault = OSError("the worker's pipe is broken")
    court.do(JUDGE.id, cmd.OpenHearing())
    for _ in range(10):
        court.room.reconcile()
    assert court.alarms == ["not_recorded"] * 4
    assert court.ledger.asked > 4
    court.ledger.fault = None
    court.room.reconcile()
    await court.check()
    assert len(court.ledger.open) == 4


def test_edges_change_only_with_seats_or_phase() -> None:
    """The room looks at the edges again only then; nothing else in the state may carry policy."""
    state = HearingState()
    for entry in frozen().entries:
        after = apply(state, entry)
        if after.seats is state.seats and after.phase is state.phase:
            assert reach(after) == reach(state), entry.event
        state = after
