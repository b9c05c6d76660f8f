"""The live rooms of this node: who is connected to which hearing, and what they are told.

A room hears of every event after it is saved, tells those who may see it, and lets the stage reconcile.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from hearing_server.domain import events as ev
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.reach import Edge
from hearing_server.services.media import Recorder
from signaling import protocol as wire
from signaling import views
from signaling.peer import Peer
from signaling.sfu import TransportState
from signaling.stage import Alarm, Stage

LEVELS_EVERY = 0.25  # seconds
QUALITY_EVERY = 2.0

log = structlog.get_logger()


class Room:
    """One hearing's peers on this node."""

    def __init__(self, state: HearingState, recorder: Recorder, alarm: Alarm) -> None:
        self.state = state
        self.peers: dict[str, Peer] = {}  # by party: one seat, one connection
        self._stage = Stage(state.hearing, recorder, alarm)

    def join(self, peer: Peer, state: HearingState) -> None:
        self.state = state
        self.peers[peer.party] = peer
        self.reconcile()

    def leave(self, peer: Peer) -> None:
        if self.peers.get(peer.party) is peer:
            del self.peers[peer.party]
        peer.close()
        self.reconcile()

    def close(self, cause: str) -> None:
        self._stage.close(cause)
        for peer in list(self.peers.values()):
            peer.close()
        self.peers.clear()

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """Tell everybody what they may see of it, then make the media agree."""
        before, self.state = self.state, state
        try:
            for entry in entries:
                self._let_go(entry.event)
            self._tell(entries)
        finally:  # packets stop where they must, whatever became of the words
            if state.seats is not before.seats or state.phase is not before.phase:
                self.reconcile()

    def _tell(self, entries: Sequence[Entry]) -> None:
        state = self.state
        for peer in self.peers.values():
            if views.widens(state, entries, peer.party):
                peer.tell(wire.ViewTold(seq=state.seq, view=views.view(state, peer.party)))
                continue
            for message in views.told(state, entries, peer.party):
                peer.tell(message)

    def reconcile(self) -> None:
        self._stage.reconcile(self.state, list(self.peers.values()))

    def tell_levels(self) -> None:
        """Who speaks, to those whom the sound reaches."""
        levels = {
            party: producer.level
            for party, peer in self.peers.items()
            if (producer := peer.producers.get(Source.MICROPHONE)) and producer.level is not None
        }
        for party, peer in self.peers.items():
            heard = {
                speaker: level
                for speaker, level in levels.items()
                if speaker == party or Edge(speaker, Source.MICROPHONE, party) in self._stage.edges
            }
            if heard:
                peer.tell(wire.Levels(levels=heard))

    def tell_qualities(self) -> None:
        qualities = {party: quality_of(peer) for party, peer in self.peers.items()}
        for peer in self.peers.values():
            peer.tell(wire.Qualities(qualities=qualities))

    def _let_go(self, event: ev.Event) -> None:
        """A seat that was taken over: the older connection's media ends at once, then it is told."""
        if isinstance(event, ev.PartyLeft) and event.cause is ev.Departure.SUPERSEDED:
            peer = self.peers.get(event.party)
            if peer is not None and peer.connection == event.connection:
                del self.peers[event.party]
                peer.end_media()
                peer.tell(wire.Superseded())
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

    def __init__(self, recorder: Recorder, alarm: Alarm) -> None:
        self._recorder = recorder
        self._alarm = alarm
        self._rooms: dict[str, Room] = {}
        self._tickers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tickers = [
            asyncio.create_task(self._every(LEVELS_EVERY, Room.tell_levels), name="levels"),
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
    def peers(self) -> list[Peer]:
        return [peer for room in self._rooms.values() for peer in room.peers.values()]

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        room = self._rooms.get(state.hearing)
        if room is not None:
            room.on_entries(state, entries)

    def join(self, peer: Peer, state: HearingState) -> None:
        hearing = peer.seated.hearing
        if hearing not in self._rooms:
            self._rooms[hearing] = Room(state, self._recorder, self._alarm)
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

    def holds(self, peer: Peer) -> bool:
        """Whether this connection is the one in its party's seat."""
        room = self._rooms.get(peer.seated.hearing)
        return room is not None and room.peers.get(peer.party) is peer

    def changed(self, peer: Peer) -> None:
        """A peer's transports or tracks have changed."""
        room = self._rooms.get(peer.seated.hearing)
        if room is not None:
            room.reconcile()

    async def _every(self, seconds: float, tick: Callable[[Room], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            for room in list(self._rooms.values()):
                try:
                    tick(room)
                except Exception:
                    log.exception("ticker failed", hearing=room.state.hearing)
