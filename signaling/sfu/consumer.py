"""One producer's track on its way to one viewer."""

import random
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .codecs import codec_entry, rtx_entry
from .extensions import ABS_SEND_TIME, AUDIO_LEVEL, URIS
from .packetmap import PacketMap
from .rtp import NUMBERS, wrap_rtx
from .stream import Lane

if TYPE_CHECKING:
    from .producer import Producer
    from .transport import Transport

RESENDS = 400  # packets a second and consumer; a viewer's NACKs cost no more than that
AGAIN = 0.02  # seconds before the same packet is resent


class Consumer:
    """Made by `Transport.consume`, paused. Its SSRCs are its own, its cname the producer's party."""

    def __init__(
        self, transport: "Transport", producer: "Producer", *, ssrc: int, rtx_ssrc: int | None
    ) -> None:
        self.id = secrets.token_hex(8)
        self.transport = transport
        self.producer = producer
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.paused = True
        self.closed = False
        self.loss = 0.0  # fraction of the last interval, from the viewer's reports
        self.map = PacketMap(
            sequence=random.randrange(0x8000),  # noqa: S311  RFC 3711 asks for unpredictable keys
            timestamp=random.randrange(1 << 32),  # noqa: S311
        )
        self._rtx_sequence = random.randrange(0x8000)  # noqa: S311
        self._sent_packets = self._sent_octets = 0
        self._since_packets = self._since_octets = 0
        self._resent: dict[int, float] = {}
        self._allowance, self._allowance_at = float(RESENDS), time.monotonic()

    @property
    def rtp_parameters(self) -> dict[str, object]:
        """ORTC RtpParameters for mediasoup-client's `recvTransport.consume`."""
        codec = self.producer.codec
        codecs = [codec_entry(codec, "payloadType")]
        encoding: dict[str, object] = {"ssrc": self.ssrc}
        if self.rtx_ssrc is not None:
            codecs.append(rtx_entry(codec, "payloadType"))
            encoding["rtx"] = {"ssrc": self.rtx_ssrc}
        wanted = (ABS_SEND_TIME, AUDIO_LEVEL) if codec.kind == "audio" else (ABS_SEND_TIME,)
        return {
            "codecs": codecs,
            "headerExtensions": [
                {"uri": uri, "id": known, "encrypt": False, "parameters": {}}
                for uri, known in URIS.items()
                if known in wanted
            ],
            "encodings": [encoding],
            "rtcp": {"cname": self.cname, "reducedSize": True, "mux": True},
        }

    @property
    def cname(self) -> str:
        """One for all tracks of the producing transport, so that browsers keep lips in step."""
        return self.producer.transport.cname

    @property
    def reachable(self) -> bool:
        return self.transport.keys is not None and self.transport.path is not None

    @property
    def packets(self) -> int:
        """Packets sent to the viewer so far, retransmissions apart."""
        flowing = self.map.first is not None
        return self._sent_packets + (
            self.producer.stream.packets - self._since_packets if flowing else 0
        )

    @property
    def octets(self) -> int:
        flowing = self.map.first is not None
        return self._sent_octets + (
            self.producer.stream.octets - self._since_octets if flowing else 0
        )

    def resume(self) -> None:
        """Let packets through from the next key frame on, which is asked for.

        Before the viewer can be reached a key frame would be wasted, and the limiter would hold back
        the one that counts: the transport asks when it is connected.
        """
        if self.paused and not self.closed:
            self.paused = False
            self.producer.stream.waiting.append(self)
            if self.reachable:
                self.producer.request_keyframe()

    def pause(self) -> None:
        """Let nothing through. A later resume continues the numbers as if nothing was left out."""
        pause_all([self])

    def begin_again(self) -> None:
        """The producer's numbers are others from here on, the viewer's go on with the next key frame."""
        if not self.paused:
            self._hold()
            self.resume()

    def _hold(self) -> None:
        stream = self.producer.stream
        self.paused = True
        if self in stream.waiting:
            stream.waiting.remove(self)
        self._sent_packets, self._sent_octets = self.packets, self.octets
        self.map.end(stream.highest, stream.timestamp, now=time.monotonic())

    def begin(self, number: int, timestamp: int, now: float) -> None:
        """The producer's packet `number` is the first that passes."""
        stream = self.producer.stream
        self.map.begin(number, timestamp, now=now, clock_rate=stream.format.clock_rate)
        self._since_packets, self._since_octets = stream.packets, stream.octets
        self._resent.clear()

    def lane(self) -> Lane | None:
        """What the hot loop needs to know, or None while nothing may flow."""
        keys, path = self.transport.keys, self.transport.path
        if self.map.first is None or keys is None or path is None:
            return None
        return (
            keys.outbound_context,
            path.sendto,
            path.address,
            self.ssrc,
            self.producer.codec.payload_type,
            self.map.sequence_offset & 0xFFFF,
            self.map.ts_offset,
            keys,
        )

    def resend(self, sequences: list[int], now: float) -> None:
        """Answer a NACK from the cache: on the RTX stream, or as it was where there is none."""
        lane, stream = self.lane(), self.producer.stream
        if lane is None:
            return
        for sequence in sequences:
            number = self.map.original(sequence, stream.highest)
            packet = stream.cache.get(number) if number is not None else None
            if number is None or packet is None or not self._may_resend(number, now):
                continue
            self.transport.router.send_copy(self._again(packet, sequence), lane, now)

    def _again(self, packet: bytes, sequence: int) -> bytes:
        rtx = self.producer.codec.rtx
        if self.rtx_ssrc is None or rtx is None:
            kind, _, timestamp, _ = NUMBERS.unpack_from(packet, 1)
            shifted = timestamp + self.map.ts_offset & 0xFFFFFFFF
            marked = kind & 0x80 | self.producer.codec.payload_type
            return packet[:1] + NUMBERS.pack(marked, sequence, shifted, self.ssrc) + packet[12:]
        self._rtx_sequence += 1
        return wrap_rtx(
            packet,
            ssrc=self.rtx_ssrc,
            payload_type=rtx,
            sequence=self._rtx_sequence,
            original=sequence,
            ts_offset=self.map.ts_offset,
        )

    def _may_resend(self, number: int, now: float) -> bool:
        refill = (now - self._allowance_at) * RESENDS
        self._allowance = min(float(RESENDS), self._allowance + refill)
        self._allowance_at = now
        if self._allowance < 1 or now - self._resent.get(number, 0.0) < AGAIN:
            return False
        self._allowance -= 1
        self._resent.pop(number, None)
        self._resent[number] = now
        if len(self._resent) > RESENDS:
            self._resent.pop(next(iter(self._resent)))
        return True

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self.producer.detach(self)
        self.transport.forget_consumer(self)


def pause_all(consumers: Iterable[Consumer]) -> None:
    """Pause these together: each stream takes up once who is left, however many go."""
    held = [consumer for consumer in consumers if not (consumer.paused or consumer.closed)]
    for consumer in held:
        consumer._hold()
    for stream in {consumer.producer.stream for consumer in held}:
        stream.rebuild()
