"""The media of one hearing, made to agree with `reach` after every event. It has no policy of its own."""

from collections.abc import Set
from typing import Literal, NamedTuple, Protocol

from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.reach import RECOGNISER, RECORDER, Edge, Reach, reach
from hearing_server.domain.unrecorded import why_unrecorded
from hearing_server.services.media import PacketSink, Recorder, TrackName
from hearing_server.services.speech import Recogniser, likely_words
from signaling import protocol as wire
from signaling.peer import Peer
from signaling.sfu import Consumer, Producer, SfuError, pause_all

Track = tuple[str, Source]


class Alarm(Protocol):
    """Where faults of the recording are told, and that they are over."""

    def fault(self, hearing: str, code: str, detail: str) -> None: ...

    def over(self, hearing: str, code: str, detail: str) -> None: ...


class Recording(NamedTuple):
    """A track that the recorder takes, and the connection that sends it."""

    track: Track
    connection: str
    producer: Producer
    sink: PacketSink

    def end(self, cause: str) -> None:
        self.producer.remove_sink(self.sink)
        self.sink.on_end(cause)


class Listened(NamedTuple):
    """A microphone that the recogniser listens to."""

    producer: Producer
    sink: PacketSink

    def end(self, cause: str) -> None:
        self.producer.remove_sink(self.sink)
        self.sink.on_end(cause)


class Stage:
    """Consumers between peers, and the sinks of recorder and recogniser, as `reach` allows."""

    def __init__(
        self, hearing: str, recorder: Recorder, alarm: Alarm, recogniser: Recogniser
    ) -> None:
        self._hearing = hearing
        self._recorder = recorder
        self._recogniser = recogniser
        self._listened: dict[str, Listened] = {}  # by producer id
        self._alarm = alarm
        self._recorded: dict[str, Recording] = {}  # by producer id
        self._unrecorded: dict[str, str] = {}  # producer ids that an alarm was given for, and whose
        self._hopeless: set[tuple[str, str]] = set()  # (producer, transport): cannot be decoded
        self.edges = Reach({})

    @property
    def unrecorded(self) -> bool:
        """Whether something could not be given to the recorder; each `reconcile` tries again."""
        return bool(self._unrecorded)

    def reconcile(self, state: HearingState, peers: list[Peer]) -> None:
        """Open, pause and resume until packets flow along the edges and nowhere else."""
        self.edges = reach(state)
        for peer in peers:
            _close_unnamed(state, peer)
        self._forget_gone(peers)
        self._reconcile_viewers(peers)
        self._reconcile_recorder(state, peers)
        self._reconcile_recogniser(state, peers)

    def _forget_gone(self, peers: list[Peer]) -> None:
        alive = {producer.id for peer in peers for producer in peer.producers.values()}
        self._hopeless = {pair for pair in self._hopeless if pair[0] in alive}

    def close(self, cause: str) -> None:
        for recording in self._recorded.values():
            recording.end(cause)
        self._recorded.clear()
        for listened in self._listened.values():
            listened.end(cause)
        self._listened.clear()

    def _reconcile_viewers(self, peers: list[Peer]) -> None:
        """First everything that must stop; then what may begin."""
        paused, resumed = [], []
        for viewer in peers:
            theirs = {c.producer.id: c for c in viewer.consumers.values()}
            for sender in peers:
                for source, producer in sender.producers.items():
                    allowed = viewer.party in self.edges.sinks(sender.party, source)
                    consumer = theirs.pop(producer.id, None)
                    if consumer is None:
                        if allowed:
                            self._open(viewer, sender, source, producer)
                    elif not (allowed and consumer.id in viewer.ready):
                        paused.append(consumer)
                    elif consumer.paused:
                        resumed.append(consumer)
            for gone in theirs.values():
                _drop(viewer, gone)
        pause_all(paused)
        for consumer in resumed:
            consumer.resume()

    def _open(self, viewer: Peer, sender: Peer, source: Source, producer: Producer) -> None:
        if viewer.receive_transport is None or viewer.rtp_capabilities is None:
            return
        if (producer.id, viewer.receive_transport.id) in self._hopeless:
            return
        try:
            consumer = viewer.receive_transport.consume(producer, viewer.rtp_capabilities)
        except SfuError:
            self._hopeless.add((producer.id, viewer.receive_transport.id))
            return
        viewer.consumers[consumer.id] = consumer
        viewer.tell(
            wire.ConsumerOpened(
                consumer=consumer.id,
                producer=producer.id,
                party=sender.party,
                source=source,
                kind=producer.kind,
                rtp_parameters=consumer.rtp_parameters,
            )
        )

    def _reconcile_recorder(self, state: HearingState, peers: list[Peer]) -> None:
        wanted = {
            producer.id: ((peer.party, source), peer.connection, producer)
            for peer in peers
            for source, producer in peer.producers.items()
            if Edge(peer.party, source, RECORDER) in self.edges
        }
        for producer_id in self._recorded.keys() - wanted.keys():
            recording = self._recorded.pop(producer_id)
            recording.end(_why_ended(state, recording.track, recording.connection))
        for producer_id in wanted.keys() - self._recorded.keys():
            self._record(*wanted[producer_id])
        self._relieve(wanted.keys() - self._recorded.keys())

    def _reconcile_recogniser(self, state: HearingState, peers: list[Peer]) -> None:
        """It may take nothing: then there are no captions of that voice, and nobody waits for it."""
        if self._recogniser.health.state == "off":
            return
        wanted = {
            producer.id: (peer.party, source, producer)
            for peer in peers
            for source, producer in peer.producers.items()
            if RECOGNISER in self.edges.sinks(peer.party, source)
        }
        for producer_id in self._listened.keys() - wanted.keys():
            self._listened.pop(producer_id).end("closed")
        new = wanted.keys() - self._listened.keys()
        words = likely_words(state) if new else ()
        for producer_id in new:
            party, source, producer = wanted[producer_id]
            name = TrackName(hearing=self._hearing, party=party, source=source.value)
            sink = self._recogniser.listen(name, producer.format, words)
            if sink is not None:
                producer.add_sink(sink)
                self._listened[producer_id] = Listened(producer, sink)

    def _relieve(self, unrecorded: Set[str]) -> None:
        """The alarm is over once nothing is left that should be recorded and is not."""
        whose = list(self._unrecorded.values())
        self._unrecorded = {p: w for p, w in self._unrecorded.items() if p in unrecorded}
        if whose and not self._unrecorded:
            self._alarm.over(self._hearing, "not_recorded", whose[-1])

    def _record(self, track: Track, connection: str, producer: Producer) -> None:
        name = TrackName(hearing=self._hearing, party=track[0], source=track[1].value)
        try:
            sink = self._recorder.record(name, producer.format, producer.request_spare_keyframe)
        except (RuntimeError, ValueError, OSError) as error:  # the hearing goes on
            if producer.id not in self._unrecorded:  # each attempt's alarm would fill the log
                self._unrecorded[producer.id] = f"{name.party} {name.source}"
                detail = f"{name.party} {name.source}: {error}"
                self._alarm.fault(self._hearing, "not_recorded", detail)
            return
        producer.add_sink(sink)
        self._recorded[producer.id] = Recording(track, connection, producer, sink)


def _close_unnamed(state: HearingState, peer: Peer) -> None:
    """What the log does not name is not sent: the court stopped it, or its party went out."""
    seat = state.seats[peer.party]
    for source in peer.producers.keys() - seat.sources.keys():
        producer = peer.producers.pop(source)
        producer.close()
        if source in peer.stopping:
            continue  # as it asked itself
        reason: Literal["stopped", "went_out"] = "stopped" if seat.share_locked else "went_out"
        peer.tell(wire.ProducerClosed(producer=producer.id, source=source, reason=reason))


def _drop(viewer: Peer, consumer: Consumer) -> None:
    consumer.close()
    viewer.consumers.pop(consumer.id, None)
    viewer.ready.discard(consumer.id)
    viewer.tell(wire.ConsumerClosed(consumer=consumer.id))


def _why_ended(state: HearingState, track: Track, connection: str) -> str:
    """The cause of the gap that begins when a recorded track loses its edge."""
    seat, cause = state.seats[track[0]], why_unrecorded(state, *track)
    moved = seat.here and seat.connection != connection and state.phase is Phase.IN_SESSION
    return "superseded" if moved and cause in ("closed", "muted", "device") else cause
