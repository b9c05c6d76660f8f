"""Mirrors: a party's own test tracks sent to the media port and back, before the hearing.

It is the real media path, so what it measures is what the hearing will have: whether UDP passes, the
round trip, the loss each way. A mirror closes by itself; a seat has one, an address and the house a few.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from hearing_server.domain.errors import Code, Refused
from signaling.sfu import Consumer, Sfu, SfuError, Transport

LASTS = 20.0  # seconds
OF_ADDRESS = 6  # at once: a court, or a law firm, behind one address
OF_HOUSE = 50
TRACKS = 2


@dataclass(eq=False)
class Mirror:
    seat: str
    address: str
    there: Transport
    back: Transport
    end: asyncio.TimerHandle | None = None
    consumers: list[Consumer] = field(default_factory=list)

    def close(self) -> None:
        if self.end is not None:
            self.end.cancel()
        self.there.close()
        self.back.close()


class Mirrors:
    def __init__(self, sfu: Sfu) -> None:
        self._sfu = sfu
        self._open: dict[str, Mirror] = {}

    def make(self, seat: str, address: str) -> dict[str, Any]:
        """Both transports, as mediasoup-client takes them; a seat's older mirror ends. too_many."""
        for identity in [i for i, mirror in self._open.items() if mirror.seat == seat]:
            self.close(seat, identity)
        of_address = sum(mirror.address == address for mirror in self._open.values())
        if of_address >= OF_ADDRESS or len(self._open) >= OF_HOUSE:
            raise Refused(Code.TOO_MANY, "mirrors")
        there, back = self._transports()
        mirror = Mirror(seat, address, there, back)
        identity = secrets.token_hex(8)
        loop = asyncio.get_running_loop()
        mirror.end = loop.call_later(LASTS, lambda: self.close(seat, identity))
        self._open[identity] = mirror
        return {
            "mirror": identity,
            "rtp_capabilities": self._sfu.rtp_capabilities,
            "send": there.parameters(),
            "receive": back.parameters(),
            "lasts_ms": int(LASTS * 1000),
        }

    def _transports(self) -> tuple[Transport, Transport]:
        try:
            there = self._sfu.create_transport(_ignore)
        except SfuError as error:
            raise Refused(Code.TOO_MANY, error.code) from error
        try:
            return there, self._sfu.create_transport(_ignore)
        except SfuError as error:
            there.close()
            raise Refused(Code.TOO_MANY, error.code) from error

    def connect(self, seat: str, identity: str, direction: str, dtls_parameters: object) -> None:
        mirror = self._mine(seat, identity)
        try:
            (mirror.there if direction == "send" else mirror.back).connect(dtls_parameters)
        except SfuError as error:
            raise Refused(Code.MEDIA, error.code) from error

    def produce(
        self, seat: str, identity: str, kind: str, rtp_parameters: object, capabilities: object
    ) -> dict[str, Any]:
        """The track comes back as the consumer that is answered."""
        mirror = self._mine(seat, identity)
        if len(mirror.consumers) >= TRACKS:
            raise Refused(Code.TOO_MANY, "tracks")
        try:
            producer = mirror.there.produce(kind, rtp_parameters)
            consumer = mirror.back.consume(producer, capabilities)
        except SfuError as error:
            raise Refused(Code.MEDIA, error.code) from error
        mirror.consumers.append(consumer)
        return {
            "producer": producer.id,
            "consumer": consumer.id,
            "kind": kind,
            "rtp_parameters": consumer.rtp_parameters,
        }

    def resume(self, seat: str, identity: str) -> None:
        """The browser is ready: what it sends comes back."""
        for consumer in self._mine(seat, identity).consumers:
            if consumer.paused:
                consumer.resume()

    def result(self, seat: str, identity: str) -> dict[str, Any]:
        """What the server measured: the way (udp, tcp, none), ms, losses in thousandths."""
        mirror = self._mine(seat, identity)
        there, back = mirror.there.stats(), mirror.back.stats()
        path = mirror.there.path
        trips = [each for each in (there.rtt_ms, back.rtt_ms) if each is not None]
        return {
            "protocol": path.protocol if path else "none",
            "rtt_ms": round(min(trips)) if trips else None,
            "loss_up": round(there.loss_up * 1000),
            "loss_down": round(back.loss_down * 1000),
            "packets_in": there.packets_in,
            "packets_out": back.packets_out,
        }

    def close(self, seat: str, identity: str) -> None:
        mirror = self._open.get(identity)
        if mirror is not None and mirror.seat == seat:
            del self._open[identity]
            mirror.close()

    def close_all(self) -> None:
        for identity, mirror in list(self._open.items()):
            self.close(mirror.seat, identity)

    def _mine(self, seat: str, identity: str) -> Mirror:
        """Somebody else's does not exist."""
        mirror = self._open.get(identity)
        if mirror is None or mirror.seat != seat:
            raise Refused(Code.NOT_FOUND)
        return mirror


def _ignore(state: object) -> None:
    """A mirror asks for its state when it wants to know."""
