"""A room of real peers over real sockets: every party sends marked packets, and the test sees who got them."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import Departure, Source
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Right, may
from hearing_server.domain.reach import RECOGNISER, RECORDER, Edge, reach
from hearing_server.services.access import Seated
from hearing_server.services.media import Recorder, TrackFormat, TrackName
from hearing_server.services.speech import SpeechHealth
from signaling import protocol as wire
from signaling.peer import Peer
from signaling.rooms import Room
from signaling.sfu import Sfu, SfuSettings
from tests.hearing_server.domain.world import World

from .sfu.peer import KEYFRAME, opus, rtp, vp8
from .sfu.peer import Peer as Browser

TRACKS = {  # kind, SSRC, payload type
    Source.CAMERA: ("video", 1000, 96),
    Source.MICROPHONE: ("audio", 2000, 111),
    Source.SCREEN: ("video", 3000, 96),
    Source.SCREEN_SOUND: ("audio", 4000, 111),
    Source.ROOM: ("video", 5000, 96),
}
USUAL = (Source.CAMERA, Source.MICROPHONE)
MARK = re.compile(rb"<([\w-]+)/(\w+)/(\d+)>")

Mark = tuple[str, Source, int]  # who sent it, as what, in which step


def marker(party: str, source: Source, step: int) -> bytes:
    return f"<{party}/{source}/{step}>".encode()


def marks(packets: Iterable[bytes]) -> set[Mark]:
    return {
        (found[1].decode(), Source(found[2].decode()), int(found[3]))
        for packet in packets
        if (found := MARK.search(packet))
    }


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


class Ear(Ledger):
    """A recogniser that keeps what it was given to hear."""

    health = SpeechHealth(state="on")

    def listen(
        self, track: TrackName, track_format: TrackFormat, words: tuple[str, ...]
    ) -> "Track":
        return self.record(track, track_format, lambda: None)


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
        self.ssrcs: dict[
            Source, int
        ] = {}  # of the newest track; it goes on sending when that is closed
        self._sent = 0

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

    def produce(self, source: Source) -> None:
        assert self.peer.send_transport is not None
        kind, first, _ = TRACKS[source]
        ssrc = self.ssrcs[source] = self.ssrcs.get(source, first) + 1
        parameters = (vp8 if kind == "video" else opus)(ssrc, mid=str(ssrc))
        self.peer.producers[source] = self.peer.send_transport.produce(kind, parameters)

    def speak(self, step: int, sources: Iterable[Source], picture: bytes = KEYFRAME) -> None:
        """One packet on each track: its payload names party, source and step."""
        for source in sources:
            self.say(source, picture + marker(self.party.id, source, step))

    def say(self, source: Source, payload: bytes) -> None:
        self._sent += 1
        ssrc, kind = self.ssrcs[source], TRACKS[source][2]
        now = int(time.monotonic() * (48_000 if kind == 111 else 90_000))
        packet = rtp(self._sent, now, ssrc=ssrc, payload_type=kind, payload=payload, marker=True)
        self.up.send_rtp(packet)

    def last(self, kind: type[wire.Tell]) -> wire.Tell | None:
        return next((tell for tell in reversed(self.told) if isinstance(tell, kind)), None)

    async def close(self) -> None:
        await self.up.close()
        await self.down.close()


class Court:
    """A room of real peers that follows the log of a world."""

    def __init__(self, sfu: Sfu, *parties: Party, recorder: Recorder | None = None) -> None:
        self.sfu = sfu
        self.world = World(*parties)
        self.ledger = Ledger()
        self.ear = Ear()
        self.alarms: list[str] = []
        self.room = Room(self.world.state, recorder or self.ledger, self, self.ear)
        self.here: dict[str, Attendant] = {}
        self.step = 0
        self.heard: dict[str, set[Mark]] = {}  # by sink, of all steps
        self.allowed: dict[int, set[Edge]] = {}  # by step

    def fault(self, hearing: str, code: str, detail: str) -> None:
        self.alarms.append(code)

    def over(self, hearing: str, code: str, detail: str) -> None:
        self.alarms.append(f"{code} over")

    def do(self, by: str, command: cmd.Command) -> tuple[ev.Event, ...]:
        before = len(self.world.entries)
        events = self.world.do(by, command)
        self.room.on_entries(self.world.state, self.world.entries[before:])
        for party in set(self.here) - set(self.room.peers):
            self.gone(party)
        self.ready()
        return events

    def gone(self, party: str) -> None:
        """Whoever lost the seat keeps their sockets, and is looked at until the end."""
        self.here[f"{party}-{self.step}"] = self.here.pop(party)

    def ready(self) -> None:
        """Every browser resumes what it was offered, as mediasoup-client does."""
        for attendant in self.here.values():
            peer = attendant.peer
            if new := peer.consumers.keys() - peer.ready:
                peer.ready |= new
                self.room.reconcile()

    async def arrive(
        self, *parties: Party, connection: str = "", take_over: bool = False, sends: bool = True
    ) -> None:
        for party in parties:
            attendant = Attendant(party, connection or f"c-{party.id}")
            arrive = cmd.Arrive(
                connection=attendant.peer.connection, accepted_as=party.name, take_over=take_over
            )
            self.do(party.id, arrive)
            self.here[party.id] = attendant
            self.room.join(attendant.peer, self.world.state)
            attendant.peer.start()
            await attendant.connect(self.sfu)
            if sends and may(party.role, Right.SPEAK):
                self.send(party, *USUAL)

    def send(self, party: Party, *sources: Source) -> None:
        for source in sources:
            self.do(party.id, cmd.StartSource(source=source))
            self.here[party.id].produce(source)
            self.room.reconcile()
            self.ready()

    def leave(self, party: Party) -> None:
        attendant = self.here[party.id]
        connection, cause = attendant.peer.connection, Departure.CLOSED_TAB
        leave = cmd.Leave(party=party.id, connection=connection, cause=cause)
        self.do(SERVER, leave)
        self.room.leave(attendant.peer)
        self.gone(party.id)

    async def got(self) -> set[Edge]:
        """Everybody speaks; the edges along which this step's packets came out."""
        self.step += 1
        for attendant in self.here.values():
            attendant.speak(self.step, attendant.ssrcs)
        await self.settle()
        found = self.collect()
        return {
            Edge(party, source, sink)
            for sink, heard in found.items()
            for party, source, step in heard
            if step == self.step
        }

    async def settle(self) -> None:
        """All that was sent before has been forwarded by then, and has arrived."""
        for side in ("up", "down"):
            live = [a for a in self.here.values() if self.room.peers.get(a.party.id) is a.peer]
            await asyncio.gather(*(getattr(a, side).settle() for a in live))

    def collect(self) -> dict[str, set[Mark]]:
        """What has come out since the last time, by sink."""
        found = {sink: marks(attendant.down.rtp) for sink, attendant in self.here.items()}
        found[RECORDER] = marks(self.ledger.packets)
        found[RECOGNISER] = marks(self.ear.packets)
        self.ear.packets.clear()
        for attendant in self.here.values():
            attendant.down.rtp.clear()
        self.ledger.packets.clear()
        for sink, heard in found.items():
            self.heard.setdefault(sink.partition("-")[0], set()).update(heard)
        return found

    async def check(self) -> set[Edge]:
        """Packets came out along the edges that `reach` names, and nowhere else."""
        got = await self.got()
        expected = set(reach(self.world.state))
        assert got == expected, (got - expected, expected - got)
        self.allowed[self.step] = got
        named = {(e.party, e.source.value) for e in got if e.sink == RECORDER}
        assert self.ledger.open == named
        assert self.ear.open == {n for n in named if n[1] == Source.MICROPHONE}
        return got

    def check_all(self) -> None:
        """Nothing that was ever sent came out later, by a repair or from a cache, where it must not."""
        self.collect()
        for sink, heard in self.heard.items():
            for party, source, step in heard:
                if step in self.allowed:
                    assert Edge(party, source, sink) in self.allowed[step]


@asynccontextmanager
async def sitting(*parties: Party, recorder: Recorder | None = None) -> AsyncIterator[Court]:
    sfu = Sfu(SfuSettings())
    await sfu.start()
    court = Court(sfu, *parties, recorder=recorder)
    try:
        yield court
    finally:
        court.room.close("closed")
        for attendant in court.here.values():
            await attendant.close()
        await sfu.close()
