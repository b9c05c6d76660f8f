"""What comes at the server of the sources that the recorder should have: looked at, never decoded.

Of a source without an edge to the recorder nothing is looked at: not muted, not in private.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hearing_server.domain.reach import RECORDER, Edge, Reach
from hearing_server.services.recording_check import Arrival, Source
from signaling.peer import Peer
from signaling.sfu import Producer, TransportState

BREAK_S = 1.5  # without packets: a still screen sends one a second
HUSH_S = 1.0  # between two words
AUDIBLE_DBOV = 60  # as the recorder counts it (recording/loudness.py)


@dataclass(eq=False)
class _Ear:
    """What was seen of one producer. Monotonic seconds."""

    producer: Producer
    packets: int
    expected_since: float  # its line is up
    flowing_since: float | None = None
    packet_at: float = 0.0
    loud_since: float | None = None
    loud_at: float = 0.0

    def look(self, now: float) -> None:
        packets, level = self.producer.stream.packets, self.producer.level
        if self.producer.transport.state is not TransportState.CONNECTED:
            self.expected_since = now
        if packets != self.packets:
            self.packets, self.packet_at = packets, now
            self.flowing_since = self.flowing_since or now
            if level is not None and level <= AUDIBLE_DBOV:
                self.loud_at = now
                self.loud_since = self.loud_since or now
        if now - self.packet_at > BREAK_S:
            self.flowing_since = None
        if now - self.loud_at > HUSH_S:
            self.loud_since = None

    def arrival(self, now: float) -> Arrival:
        kind, known = self.producer.kind, self.producer.level is not None
        return Arrival(
            kind=kind,
            flowing=_ms(now, self.flowing_since),
            loud=_ms(now, self.loud_since) if kind == "audio" and known else None,
            absent=self._absent(now),
        )

    def _absent(self, now: float) -> int:
        """Between two packets of silence it is a moment too."""
        return round((now - max(self.packet_at, self.expected_since)) * 1000)


class Listening:
    """Of one room. `look` is to be called four times a second."""

    def __init__(self) -> None:
        self._ears: dict[Source, _Ear] = {}

    def look(self, edges: Reach, peers: Iterable[Peer], now: float) -> None:
        found: dict[Source, _Ear] = {}
        for peer in peers:
            for source, producer in peer.producers.items():
                if Edge(peer.party, source, RECORDER) not in edges:
                    continue
                name = Source(peer.party, source.value)
                ear = self._ears.get(name)
                if ear is None or ear.producer is not producer:
                    ear = _Ear(producer, producer.stream.packets, now)
                ear.look(now)
                found[name] = ear
        self._ears = found

    def arrivals(self, now: float) -> dict[Source, Arrival]:
        return {name: ear.arrival(now) for name, ear in self._ears.items()}


def _ms(now: float, since: float | None) -> int:
    """At least 1 for what goes on."""
    return 0 if since is None else max(1, round((now - since) * 1000))
