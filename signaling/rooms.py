"""The live rooms of this node: who is connected to which hearing, and what they are told.

A room hears of every event after it is saved, tells those who may see it, and lets the stage reconcile.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog

from hearing_server.domain import events as ev
from hearing_server.domain.decide import check_point
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code
from hearing_server.domain.events import Source
from hearing_server.domain.exhibit_readers import sees_shown
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.reach import may_differ
from hearing_server.domain.visible import lines_known
from hearing_server.services.media import Recorder
from hearing_server.services.recording_check import Arrivals, RecordingCheck
from hearing_server.services.speech import Heard, NoRecogniser, Recogniser, SpeechHealth
from signaling import protocol as wire
from signaling import views
from signaling.captions import Captions
from signaling.desks import Desks
from signaling.listening import Listening
from signaling.peer import Peer
from signaling.sfu import TransportState
from signaling.stage import Alarm, Stage

LEVELS_EVERY = 0.25  # seconds
QUALITY_EVERY = 2.0
SOON = 0.05

log = structlog.get_logger()


class Room:
    """One hearing's peers on this node."""

    def __init__(
        self, state: HearingState, recorder: Recorder, alarm: Alarm, recogniser: Recogniser
    ) -> None:
        self.state = state
        self.peers: dict[str, Peer] = {}  # by party: one seat, one connection
        self._stage = Stage(state.hearing, recorder, alarm, recogniser)
        self._captions = Captions(recogniser.health)
        self._listening = Listening()
        self.desks = Desks(lambda: self.state, lambda: list(self.peers), self._tell_party)
        self._soon: asyncio.TimerHandle | None = None

    def join(self, peer: Peer, state: HearingState) -> None:
        self.state = state
        self.peers[peer.party] = peer
        self.desks.join(peer.party)
        self.reconcile()
        self._captions.greet(state, peer)

    def leave(self, peer: Peer) -> None:
        if self.peers.get(peer.party) is peer:
            del self.peers[peer.party]
            self.desks.leave(peer.party)
        peer.close()
        self.reconcile()

    def close(self, cause: str) -> None:
        self._stage.close(cause)
        if self._soon is not None:
            self._soon.cancel()
        for peer in list(self.peers.values()):
            peer.close()
        self.peers.clear()

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """Make the media agree, then tell everybody what they may see of it.

        Packets stop where they must whatever becomes of the words, and wait for none of them.
        """
        before, self.state = self.state, state
        for entry in entries:
            self._let_go(entry.event)
        if may_differ(before, state):
            self.reconcile()
        self._tell(entries)

    def _tell(self, entries: Sequence[Entry]) -> None:
        state, telling = self.state, views.Telling(self.state, entries)
        for peer in self.peers.values():
            if views.widens(state, entries, peer.party):
                peer.tell(wire.ViewTold(seq=state.seq, view=views.view(state, peer.party)))
                continue
            for message in telling.to(peer.party):
                peer.tell(message)

    def _tell_party(self, party: str, message: wire.AnyTell) -> None:
        self.peers[party].tell(message)

    def reconcile(self) -> None:
        self._stage.reconcile(self.state, list(self.peers.values()))
        self._captions.follow(self.state, self._stage.edges, self.peers)

    def hear(self, heard: Heard) -> None:
        self._captions.hear(self.state, heard, self.peers)

    def tell_speech(self, health: SpeechHealth) -> None:
        self._captions.is_so(self.state, health, self.peers)

    def drop_draft(self, peer: Peer, draft: str) -> None:
        self._captions.drop(self.state, peer, draft, self.peers)

    async def accept_draft(
        self, peer: Peer, draft: str, enter: Callable[[Heard], Awaitable[wire.Done]]
    ) -> wire.Done:
        """`enter` makes a line of it; no other desk may meanwhile, and it waits on if it is refused."""
        heard = self._captions.claim(self.state, peer, draft)
        try:
            done = await enter(heard)
        except BaseException:
            self._captions.give_back(draft)
            raise
        self._captions.settle(self.state, draft, self.peers)
        return done

    def listen(self) -> None:
        """What comes of the sources that are recorded, and who speaks; which line nobody edits any more."""
        self._listening.look(self._stage.edges, self.peers.values(), time.monotonic())
        self.tell_levels()
        self.desks.expire()

    def arrivals(self) -> Arrivals:
        """What comes at the server of the sources that the recorder should have."""
        return self._listening.arrivals(time.monotonic())

    def tell_recording(self, checked: RecordingCheck) -> None:
        """How the recording stands, to bench and clerk; what could not be recorded is tried again."""
        if self._stage.unrecorded:
            self.reconcile()
        told = views.recording_checked(checked)
        for party, peer in self.peers.items():
            if oversees(self.state, party):
                peer.tell(told)

    def tell_levels(self) -> None:
        """Who speaks, to those whom the sound reaches."""
        heard: dict[str, dict[str, int]] = {party: {} for party in self.peers}
        for speaker, peer in self.peers.items():
            producer = peer.producers.get(Source.MICROPHONE)
            if producer is None or producer.level is None:
                continue
            reached = self._stage.edges.sinks(speaker, Source.MICROPHONE)
            for listener in (reached | {speaker}) & heard.keys():
                heard[listener][speaker] = producer.level
        told: dict[tuple[tuple[str, int], ...], wire.Levels] = {}
        for party, levels in heard.items():
            if levels:
                alike = told.setdefault(tuple(levels.items()), wire.Levels(levels=levels))
                self.peers[party].tell(alike)

    def tell_qualities(self) -> None:
        """How the lines are, of those whom each may know of."""
        qualities = {party: quality_of(peer) for party, peer in self.peers.items()}
        told: dict[frozenset[str], wire.Qualities] = {}
        for reader, known in lines_known(self.state, self.peers).items():
            if known not in told:
                theirs = {p: q for p, q in qualities.items() if p in known}
                told[known] = wire.Qualities(qualities=theirs)
            self.peers[reader].tell(told[known])

    def tell_qualities_soon(self) -> None:
        """Together for all lines that change in the same moment."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._tell_now)

    def _tell_now(self) -> None:
        self._soon = None
        self.tell_qualities()

    def point(self, peer: Peer, pointed: wire.Pointed) -> None:
        """Refused, unless `peer` shows the exhibit that everybody looks at."""
        check_point(self.state, peer.party)
        for party, other in self.peers.items():
            if other is not peer and sees_shown(self.state, party):
                other.tell(pointed)

    def _let_go(self, event: ev.Event) -> None:
        """Taken over or removed: the connection's media ends at once, then it is told why."""
        if isinstance(event, ev.PartyRemoved):
            self._end(event.party, Code.REMOVED, wire.Removed(reason=event.reason))
        elif isinstance(event, ev.PartyLeft) and event.cause is ev.Departure.SUPERSEDED:
            peer = self.peers.get(event.party)
            if peer is not None and peer.connection == event.connection:
                self._end(event.party, Code.SUPERSEDED, wire.Superseded())

    def _end(self, party: str, code: Code, farewell: wire.AnyTell) -> None:
        peer = self.peers.pop(party, None)
        if peer is not None:
            self.desks.leave(party)
            peer.out_as = code
            peer.end_media()
            peer.tell(farewell)
            peer.dismiss()


def quality_of(peer: Peer) -> wire.Quality:
    """The worse direction of a peer's line; a silent transport is a lost one."""
    transports = [t for t in (peer.send_transport, peer.receive_transport) if t is not None]
    if any(t.state in (TransportState.SILENT, TransportState.FAILED) for t in transports):
        return wire.Quality(loss=1.0, rtt_ms=None)
    stats = [transport.stats() for transport in transports]
    times = [s.rtt_ms for s in stats if s.rtt_ms is not None]
    loss = max((max(s.loss_up or 0, s.loss_down or 0) for s in stats), default=0.0)
    return wire.Quality(loss=round(loss, 3), rtt_ms=round(max(times), 1) if times else None)


class Rooms:
    """Subscribes to Hearings; the gateway puts peers in and takes them out."""

    def __init__(
        self, recorder: Recorder, alarm: Alarm, recogniser: Recogniser | None = None
    ) -> None:
        self._recorder = recorder
        self._alarm = alarm
        self._recogniser = recogniser or NoRecogniser()
        self._rooms: dict[str, Room] = {}
        self._tickers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tickers = [
            asyncio.create_task(self._every(LEVELS_EVERY, Room.listen), name="levels"),
            asyncio.create_task(self._every(QUALITY_EVERY, Room.tell_qualities), name="qualities"),
        ]

    async def close(self) -> None:
        for ticker in self._tickers:
            ticker.cancel()
        await asyncio.gather(*self._tickers, return_exceptions=True)
        for room in self._rooms.values():
            room.close("server")
        self._rooms.clear()

    @property
    def hearings(self) -> list[str]:
        """The hearings that somebody is connected to here."""
        return list(self._rooms)

    @property
    def rooms(self) -> list[Room]:
        return list(self._rooms.values())

    @property
    def peers(self) -> list[Peer]:
        return [peer for room in self.rooms for peer in room.peers.values()]

    def live(self) -> Iterator[tuple[HearingState, Arrivals]]:
        """Every room's hearing, and what comes of the sources that the recorder should have."""
        for room in list(self._rooms.values()):
            yield room.state, room.arrivals()

    def tell_recording(self, hearing: str, checked: RecordingCheck) -> None:
        room = self._rooms.get(hearing)
        if room is not None:
            room.tell_recording(checked)

    def hear(self, heard: Heard) -> None:
        """What the recogniser heard."""
        room = self._rooms.get(heard.track.hearing)
        if room is not None:
            room.hear(heard)

    def tell_speech(self, health: SpeechHealth) -> None:
        for room in self.rooms:
            room.tell_speech(health)

    def room_of(self, peer: Peer) -> Room:
        return self._rooms[peer.seated.hearing]

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        room = self._rooms.get(state.hearing)
        if room is not None:
            room.on_entries(state, entries)

    def join(self, peer: Peer, state: HearingState) -> None:
        hearing = peer.seated.hearing
        if hearing not in self._rooms:
            self._rooms[hearing] = Room(state, self._recorder, self._alarm, self._recogniser)
        self._rooms[hearing].join(peer, state)

    def leave(self, peer: Peer) -> None:
        room = self._rooms.get(peer.seated.hearing)
        if room is None:
            peer.close()
            return
        room.leave(peer)
        if not room.peers:
            room.close("left")
            del self._rooms[peer.seated.hearing]

    def cut(self, party: str) -> None:
        """End whatever connection sits in a seat; whoever may comes back by a ticket."""
        for room in self._rooms.values():
            if (peer := room.peers.get(party)) is not None:
                peer.end_media()
                peer.dismiss()

    def holds(self, peer: Peer) -> bool:
        """Whether this connection is the one in its party's seat."""
        room = self._rooms.get(peer.seated.hearing)
        return room is not None and room.peers.get(peer.party) is peer

    def changed(self, peer: Peer) -> None:
        """A peer's transports or tracks have changed."""
        room = self._rooms.get(peer.seated.hearing)
        if room is not None:
            room.reconcile()

    def line_changed(self, peer: Peer) -> None:
        """A peer's line is up, silent, back or lost: those who may know hear of it at once."""
        room = self._rooms.get(peer.seated.hearing)
        if room is not None and room.peers.get(peer.party) is peer:
            room.reconcile()
            room.tell_qualities_soon()

    def desks(self, peer: Peer) -> Desks:
        """Those of the room that a peer is in."""
        return self._rooms[peer.seated.hearing].desks

    def point(self, peer: Peer, pointed: wire.Pointed) -> None:
        self._rooms[peer.seated.hearing].point(peer, pointed)

    async def _every(self, seconds: float, tick: Callable[[Room], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            for room in list(self._rooms.values()):
                try:
                    tick(room)
                except Exception:
                    log.exception("ticker failed", hearing=room.state.hearing)
