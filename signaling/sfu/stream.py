"""One incoming RTP stream: its numbers, its cache, and who gets its packets."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hearing_server.services.media import PacketSink, TrackFormat

from .extensions import Extensions
from .keyframe import starts_keyframe
from .rate import DelayGate
from .reception import Reception
from .repair import MissingPackets, PacketCache
from .rtcp import SenderInfo
from .rtp import newest

if TYPE_CHECKING:
    from .consumer import Consumer

# Where one viewer's copy goes and which constants turn the packet into his: SRTP context, sendto,
# address, SSRC, payload type, sequence offset, timestamp offset, and the owner of the context.
Lane = tuple[Any, Any, Any, int, int, int, int, object]

CACHE = {"audio": 64, "video": 256}  # packets, over a second of either; more is cold memory
NEVER = -1
FAR = 256  # packets behind the newest: no delay, and beyond what SRTP takes for one (128)


class Stream:
    """Changed by the router for every packet, so its attributes are plain slots."""

    __slots__ = (
        "arrival", "cache", "consumers", "extensions", "format", "gate", "highest", "jitter",
        "lanes", "missing", "octets", "packets", "payload_type", "primary",
        "reception", "repair_soon", "rtx_payload_type", "sink_errors", "sinks", "ssrc",
        "suspect", "timestamp", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        track: TrackFormat,
        extensions: Extensions,
        *,
        ssrc: int | None,
        rtx_payload_type: int | None,
        repair_soon: Callable[[], None] | None,
    ) -> None:
        """`repair_soon` is called when packets are found missing, None if that is of no use."""
        self.format = track
        self.payload_type = track.payload_type
        self.rtx_payload_type = rtx_payload_type
        self.extensions = extensions
        self.ssrc = ssrc
        self.repair_soon = repair_soon
        self.highest = NEVER  # extended sequence number of the newest packet
        self.timestamp = 0
        self.suspect: tuple[int, bytes] | None = None  # what would follow a packet from far behind
        self.arrival = 0.0  # of the first packet with that timestamp
        self.jitter = 0.0
        self.primary = 0  # packets of the stream itself, without what RTX brought
        self.packets = 0  # packets given to consumers and sinks
        self.octets = 0
        self.cache = PacketCache(CACHE[track.kind])
        self.missing = MissingPackets()
        self.reception = Reception(track.clock_rate)
        self.gate = DelayGate()
        self.lanes: tuple[Lane, ...] = ()
        self.consumers: list[Consumer] = []
        self.waiting: list[Consumer] = []  # resumed, and given nothing before a key frame
        self.sinks: tuple[PacketSink, ...] = ()
        self.sink_errors = 0

    def rebuild(self) -> None:
        """Take up who is flowing and where to; called on every change, never per packet."""
        lanes = (consumer.lane() for consumer in self.consumers)
        self.lanes = tuple(lane for lane in lanes if lane is not None)

    def lanes_since(self, number: int) -> tuple[Lane, ...]:
        """The lanes of those who were already flowing at the packet `number`."""
        flowing = (c.lane() for c in self.consumers if c.map.covers(number))
        return tuple(lane for lane in flowing if lane is not None)

    def place(self, sequence: int, now: float) -> int:
        """The extended number of a packet that is not simply the next one."""
        if self.highest == NEVER:
            return sequence + 0x10000  # so that packets sent before the first one have a number
        number = newest(self.highest, sequence)
        if number > self.highest + 1 and self.repair_soon is not None:
            self.missing.on_gap(self.highest + 1, number, now)
            self.repair_soon()
        return number

    def numbered_anew(self, sequence: int, packet: bytes) -> bytes | None:
        """A packet from far behind. When it is the second of two that follow each other the sender has
        begun to number anew (RFC 3550, A.1); returns the first, which is the next one now."""
        suspect, self.suspect = self.suspect, ((sequence + 1) & 0xFFFF, packet)
        if suspect is None or suspect[0] != sequence:
            return None
        self.suspect = None
        for consumer in self.consumers:
            consumer.begin_again()
        ahead = (sequence - 2 - self.highest) & 0xFFFF
        self.highest += ahead
        self.reception.skip(ahead)
        self.missing.forget()
        self.rebuild()
        return suspect[1]

    def admit(self, packet: bytes, number: int, timestamp: int, now: float) -> None:
        """Let waiting consumers in if this packet begins a key frame."""
        if not starts_keyframe(self.format.codec, packet):
            return
        ready = [consumer for consumer in self.waiting if consumer.reachable]
        for consumer in ready:
            self.waiting.remove(consumer)
            consumer.begin(number, timestamp, now)
        if ready:
            self.rebuild()

    def on_sender_info(self, info: SenderInfo, now: float) -> None:
        """A sender report of this stream, for the reports to viewers and for the sinks."""
        self.reception.on_sender_info(info, now)
        for sink in self.sinks:
            try:
                sink.on_sender_report(info.ntp, info.rtp, now)
            except Exception:
                self.sink_errors += 1

    def on_frame(self, timestamp: int, now: float) -> None:
        """A new timestamp: interarrival jitter (RFC 3550 section 6.4.1)."""
        if self.highest != NEVER:
            ticks = (timestamp - self.timestamp) & 0xFFFFFFFF
            ticks -= (ticks & 0x80000000) << 1
            wander = abs((now - self.arrival) * self.format.clock_rate - ticks)
            if wander < self.format.clock_rate * 5:
                self.jitter += (wander - self.jitter) / 16
        self.timestamp = timestamp
        self.arrival = now
