"""One browser's connection to the media port: its path, its keys, its producers and consumers."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import ortc
from .consumer import Consumer
from .dtls import DtlsLink, Fingerprint, local_fingerprints
from .errors import SfuError
from .feedback import Feedback
from .ice import IceCredentials
from .paths import Path, PathChoice
from .producer import Producer
from .rtp import read_mid
from .srtp import SrtpKeys
from .state import ENDED, TRANSITIONS, TransportState
from .stream import Stream

if TYPE_CHECKING:
    from .sfu import Sfu

MEDIA_LATELY = 10.0  # seconds without any media after which only ICE checks are expected
MAX_RTCP_SOURCES = 64


@dataclass(frozen=True, kw_only=True)
class TransportStats:
    """Losses are fractions of the last second; None where nothing was measured yet.

    Up is towards the server. `last_heard` is monotonic seconds.
    """

    rtt_ms: float | None
    loss_up: float
    loss_down: float
    jitter_ms: float
    packets_in: int
    packets_out: int
    last_heard: float


class Transport:
    """Made by `Sfu.create_transport`. All methods return at once and are called on the loop."""

    def __init__(self, sfu: "Sfu", on_change: Callable[[TransportState], None]) -> None:
        self.id = secrets.token_hex(8)
        self.cname = secrets.token_hex(8)
        self.state = TransportState.NEW
        self.settings = sfu.settings
        self.router = sfu.router
        self.loop = sfu.loop
        self.producers: dict[str, Producer] = {}
        self.consumers: dict[str, Consumer] = {}
        self.streams: dict[int, Stream] = {}  # by SSRC; what the router looks up per packet
        self.repairs: dict[int, Stream] = {}  # by SSRC of the retransmissions
        self.keys: SrtpKeys | None = None
        self.inbound_context: Any = None
        self.heard_at = self._created_at = time.monotonic()
        self.media_at = 0.0
        self.credentials = IceCredentials.new()
        self.previous: IceCredentials | None = None  # good until the new ones are first used
        self.feedback = Feedback(self)
        self._sfu = sfu
        self._on_change = on_change
        self._choice = PathChoice()
        self._by_ssrc: dict[int, Consumer] = {}
        self._rtcp_sources: set[int] = set()
        self._link = DtlsLink(sfu.certificate, self._send_datagram, self._on_goodbye)
        self._handshake: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle = self.loop.call_later(
            self.settings.connect_within, self._give_up
        )

    # -- what the signalling side calls

    @property
    def path(self) -> Path | None:
        return self._choice.selected

    def parameters(self) -> dict[str, object]:
        """What mediasoup-client's createSendTransport and createRecvTransport take."""
        return {
            "id": self.id,
            "iceParameters": self._ice_parameters(),
            "iceCandidates": self._sfu.candidates,
            "dtlsParameters": {
                "role": "auto",
                "fingerprints": local_fingerprints(self._sfu.certificate),
            },
        }

    def connect(self, dtls_parameters: object) -> None:
        """Accept the browser's certificate; the handshake goes on by itself.

        SfuError `bad_dtls_parameters`, `already_connected`, `transport_closed`.
        """
        self._check_open()
        fingerprints = ortc.parse_dtls(dtls_parameters)
        if self.state is not TransportState.NEW:
            raise SfuError("already_connected")
        self._watch.cancel()
        self._watch = self.loop.call_later(self.settings.handshake_within, self._give_up)
        self._handshake = self._sfu.start_task(
            self._shake_hands(fingerprints), f"sfu-handshake-{self.id}"
        )
        self._change(TransportState.CONNECTING)

    def restart_ice(self) -> dict[str, object]:
        """New iceParameters on the same transport; the old ones hold until the new are used."""
        self._check_open()
        if self.previous is not None:
            self._sfu.forget_ufrag(self.previous.ufrag)
        self.previous, self.credentials = self.credentials, IceCredentials.new()
        self._sfu.know_ufrag(self.credentials.ufrag, self)
        return self._ice_parameters()

    def produce(self, kind: str, rtp_parameters: object) -> Producer:
        """Take in a track. SfuError `bad_rtp_parameters`, `unsupported_codec`, `too_many_tracks`,
        `too_many_ssrcs`, `ssrc_in_use`, `mid_in_use`, `transport_closed`."""
        self._check_open()
        if len(self.producers) >= self.settings.max_producers_per_transport:
            raise SfuError("too_many_tracks")
        production = ortc.parse_production(kind, rtp_parameters)
        ssrcs = [each for each in (production.ssrc, production.rtx_ssrc) if each is not None]
        if any(each in self.streams or each in self.repairs for each in ssrcs):
            raise SfuError("ssrc_in_use")
        if 2 * len(self.producers) + 2 > self.settings.max_ssrcs_per_transport:  # one is for RTX
            raise SfuError("too_many_ssrcs")
        if production.mid and any(
            production.mid == each.production.mid for each in self.producers.values()
        ):
            raise SfuError("mid_in_use")
        producer = Producer(self, production)
        self.producers[producer.id] = producer
        if production.ssrc is not None:
            self.streams[production.ssrc] = producer.stream
        if production.rtx_ssrc is not None:
            self.repairs[production.rtx_ssrc] = producer.stream
        return producer

    def consume(self, producer: Producer, rtp_capabilities: object) -> Consumer:
        """A paused consumer. SfuError `cannot_consume` when the browser lacks the codec,
        `bad_rtp_capabilities`, `too_many_tracks`, `producer_closed`, `transport_closed`."""
        self._check_open()
        if producer.closed:
            raise SfuError("producer_closed")
        if len(self.consumers) >= self.settings.max_consumers_per_transport:
            raise SfuError("too_many_tracks")
        rtx = ortc.receives_rtx(producer.codec, rtp_capabilities)
        if rtx is None:
            raise SfuError("cannot_consume")
        ssrc = self._new_ssrc()
        rtx_ssrc = self._new_ssrc(ssrc) if rtx else None
        consumer = Consumer(self, producer, ssrc=ssrc, rtx_ssrc=rtx_ssrc)
        self.consumers[consumer.id] = consumer
        for each in (ssrc, rtx_ssrc):
            if each is not None:
                self._by_ssrc[each] = consumer
        producer.attach(consumer)
        return consumer

    def stats(self) -> TransportStats:
        streams = [producer.stream for producer in self.producers.values()]
        jitters = [each.jitter / each.format.clock_rate for each in streams]
        jitters.append(self.feedback.viewer_jitter)
        trips = [each.missing.round_trip for each in streams if each.missing.learned]
        trip = self.feedback.round_trip
        if trip is None and trips:
            trip = min(trips)
        return TransportStats(
            rtt_ms=None if trip is None else trip * 1000,
            loss_up=max((each.reception.loss for each in streams), default=0.0),
            loss_down=max((each.loss for each in self.consumers.values()), default=0.0),
            jitter_ms=max(jitters) * 1000,
            packets_in=sum(each.primary for each in streams),
            packets_out=sum(each.packets for each in self.consumers.values()),
            last_heard=self.heard_at,
        )

    def close(self) -> None:
        """End it: producers, consumers, paths and tasks; the browser is told by DTLS."""
        self._end(TransportState.CLOSED)

    # -- what the sockets and the router call

    def on_check(self, path: Path, *, nominated: bool) -> None:
        """A proven STUN request came on `path`, which the sockets already know."""
        now = time.monotonic()
        self._heard(now)
        if path not in self._choice.paths:
            evicted = self._choice.add(path)
            if evicted is not None:
                self._sfu.forget_path(evicted)
        if self._choice.on_check(path, nominated=nominated, now=now):
            self._on_route()

    def on_path_lost(self, path: Path) -> None:
        if self._choice.remove(path) and self.state not in ENDED:
            self._on_route()
            if self.path is None and self.state is TransportState.CONNECTED:
                self._change(TransportState.SILENT)

    def on_dtls(self, datagram: bytes) -> None:
        self._link.feed(datagram)

    def on_rtcp(self, datagram: bytes, path: Path) -> None:
        """A protected RTCP packet from a proven address."""
        if self.keys is None or len(datagram) < 12:
            return
        source = int.from_bytes(datagram[4:8], "big")
        known = source in self._rtcp_sources
        if not known and len(self._rtcp_sources) >= MAX_RTCP_SOURCES:
            return
        compound = self.router.open_rtcp(self, datagram)
        if compound is None:
            return
        self._rtcp_sources.add(source)
        now = time.monotonic()
        self._heard(now)
        path.heard_at = self.media_at = now
        self.feedback.on_rtcp(compound, now)

    def unbound(self, packet: memoryview) -> Stream | None:
        """The producer whose SSRC was not signalled and whose mid this packet carries."""
        for producer in self.producers.values():
            stream, production = producer.stream, producer.production
            if production.mid is None or not stream.extensions.mid_id:
                continue
            open_ended = stream.ssrc is None or (
                production.rtx_payload_type is not None and stream not in self.repairs.values()
            )
            if open_ended and read_mid(packet, stream.extensions.mid_id) == production.mid:
                return stream
        return None

    def bind(self, stream: Stream, ssrc: int) -> None:
        """`ssrc` proved to be the stream's own."""
        if stream.ssrc is None:
            stream.ssrc = ssrc
            self.streams[ssrc] = stream

    def bind_repair(self, stream: Stream, ssrc: int) -> None:
        if stream not in self.repairs.values():
            self.repairs[ssrc] = stream

    def consumer_of(self, ssrc: int) -> Consumer | None:
        return self._by_ssrc.get(ssrc)

    def forget_producer(self, producer: Producer) -> None:
        self.producers.pop(producer.id, None)
        for table in (self.streams, self.repairs):
            for ssrc in [key for key, stream in table.items() if stream is producer.stream]:
                del table[ssrc]

    def forget_consumer(self, consumer: Consumer) -> None:
        self.consumers.pop(consumer.id, None)
        for ssrc in (consumer.ssrc, consumer.rtx_ssrc):
            if ssrc is not None:
                self._by_ssrc.pop(ssrc, None)

    # -- inside

    def _ice_parameters(self) -> dict[str, object]:
        return {
            "usernameFragment": self.credentials.ufrag,
            "password": self.credentials.password,
            "iceLite": True,
        }

    def _new_ssrc(self, *taken: int) -> int:
        while True:
            ssrc = secrets.randbelow(0xFFFFFFFE) + 1
            if ssrc not in self._by_ssrc and ssrc not in taken:
                return ssrc

    def _check_open(self) -> None:
        if self.state in ENDED:
            raise SfuError("transport_closed")

    def _send_datagram(self, data: bytes) -> None:
        path = self.path
        if path is not None:
            self._sfu.send_on(path, data)

    async def _shake_hands(self, fingerprints: list[Fingerprint]) -> None:
        keys = await self._link.handshake(fingerprints)
        if self.state in ENDED:
            return
        if keys is None:
            self._end(TransportState.FAILED)
            return
        self.keys = keys
        self.inbound_context = keys.inbound_context
        self._heard(time.monotonic())
        self._watch.cancel()
        self._change(TransportState.CONNECTED)
        self.feedback.start()
        self._on_route()
        self._look()

    def _on_route(self) -> None:
        """Keys or path changed: whoever sends here must know, and waiting viewers want a picture."""
        for consumer in self.consumers.values():
            consumer.producer.stream.rebuild()
            if consumer.reachable and consumer in consumer.producer.stream.waiting:
                consumer.producer.request_keyframe()

    def _heard(self, now: float) -> None:
        self.heard_at = now
        if self.state is TransportState.SILENT:
            self._change(TransportState.CONNECTED)

    def _look(self) -> None:
        """Is the browser still there? One timer, set to when the answer could be no."""
        now = time.monotonic()
        quiet = now - self.heard_at
        lately = now - self.media_at < MEDIA_LATELY
        patience = self.settings.silent_after if lately else self.settings.idle_silent_after
        if quiet >= self.settings.lost_after:
            self._end(TransportState.FAILED)
            return
        if quiet >= patience:
            if self.state is TransportState.CONNECTED:
                self._change(TransportState.SILENT)
            wait = 0.25
        else:
            if self.state is TransportState.SILENT:
                self._change(TransportState.CONNECTED)
            wait = patience - quiet
        self._watch = self.loop.call_later(max(wait, 0.02), self._look)

    def _give_up(self) -> None:
        self._end(TransportState.FAILED)

    def _on_goodbye(self) -> None:
        self._end(TransportState.CLOSED)

    def _change(self, state: TransportState) -> None:
        if state in TRANSITIONS[self.state]:
            self.state = state
            self._on_change(state)

    def _end(self, state: TransportState) -> None:
        if self.state in ENDED:
            return
        self._watch.cancel()
        self.feedback.stop()
        for producer in list(self.producers.values()):
            producer.close()
        for consumer in list(self.consumers.values()):
            consumer.close()
        self._sfu.retire(self, self._link, self._handshake, list(self._choice.paths))
        self.keys = None
        self._change(state)
