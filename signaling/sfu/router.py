"""From one received packet to every viewer: the hot loop.

Per packet received: unprotect, tidy the header extensions, keep a copy. Per packet sent: copy,
eleven header bytes, protect, sendto. Nothing is allocated but the copy that the cache keeps and
the slice that sendto reads; whatever does not change from packet to packet was decided when the
lanes were built (stream.py). The figure is in README.md, measured by `python -m bench sfu`.
"""

from typing import TYPE_CHECKING, Any

import structlog

from .extensions import restamp
from .rtp import NUMBERS, SSRC, newest, send_time, unwrap_rtx
from .srtp import LARGEST, PacketBuffer, memmove, protect, protect_rtcp, unprotect, unprotect_rtcp
from .stream import FAR, NEVER, Lane, Stream

if TYPE_CHECKING:
    from .transport import Transport

log = structlog.get_logger()

read_numbers, write_numbers, read_ssrc = NUMBERS.unpack_from, NUMBERS.pack_into, SSRC.unpack_from


class Router:
    """Owns the two packet buffers. Counters only grow: `unsent` is what the kernel did not take,
    `rejected` what was not authentic, repeated, or lied about its lengths."""

    def __init__(self) -> None:
        self.inbound = PacketBuffer()  # the sockets receive into this one
        self.outbound = PacketBuffer()
        self.received = self.sent = self.unsent = self.rejected = 0

    def receive(self, transport: "Transport", size: int, now: float) -> None:
        """Forward the SRTP packet of `size` bytes in the inbound buffer, which came from a proven
        address of `transport` at `now` (monotonic seconds)."""
        buffer = self.inbound
        view = buffer.view
        stream = transport.streams.get(read_ssrc(view, 8)[0])
        if stream is None or transport.keys is None:
            self._receive_unusual(transport, size, now)
            return
        buffer.length[0] = size
        if stream.payload_type != view[1] & 0x7F or unprotect(
            transport.inbound_context, buffer.data, buffer.length
        ):
            self.rejected += 1
            return
        size = buffer.length[0]
        if stream.extensions.rewrite(view, size, int(now * 262144) & 0xFFFFFF):
            transport.heard_at = transport.media_at = now
            stream.primary += 1
            self._accept(stream, bytes(view[:size]), now)

    def _accept(self, stream: Stream, packet: bytes, now: float) -> None:
        self.received += 1
        kind, sequence, timestamp, _ = read_numbers(packet, 1)
        number = stream.highest + 1
        if sequence != number & 0xFFFF:
            number = stream.place(sequence, now)
            if number <= stream.highest:
                self._late(stream, packet, number, now)
                return
        if timestamp != stream.timestamp:
            stream.on_frame(timestamp, now)
        if kind & 0x80 and stream.extensions.sent is not None:
            stream.gate.add(stream.extensions.sent / 262144, now)
        stream.highest = number
        cache = stream.cache
        slot = number & cache.mask
        cache.numbers[slot] = number
        cache.packets[slot] = packet
        if stream.waiting:
            stream.admit(packet, number, timestamp, now)
        self._forward(stream, stream.lanes, packet, now)

    def _forward(self, stream: Stream, lanes: tuple[Lane, ...], packet: bytes, now: float) -> None:
        size = len(packet)
        kind, sequence, timestamp, _ = read_numbers(packet, 1)
        marker = kind & 0x80
        stream.packets += 1
        stream.octets += size
        buffer = self.outbound
        data, view, length = buffer.data, buffer.view, buffer.length
        for context, sendto, address, ssrc, payload_type, ahead, later, _owner in lanes:
            memmove(data, packet, size)
            write_numbers(
                view,
                1,
                marker | payload_type,
                sequence + ahead & 0xFFFF,
                timestamp + later & 0xFFFFFFFF,
                ssrc,
            )
            length[0] = size
            try:
                if not protect(context, data, length):
                    sendto(view[: length[0]], address)
                    self.sent += 1
            except OSError:
                self.unsent += 1
        for sink in stream.sinks:
            try:
                sink.on_rtp(packet, now)
            except Exception as error:
                stream.sink_errors += 1
                if stream.sink_errors & (stream.sink_errors - 1) == 0:  # 1, 2, 4, 8 ... times
                    log.error("sink_failed", error=repr(error), times=stream.sink_errors)

    def _late(self, stream: Stream, packet: bytes, number: int, now: float) -> None:
        """A packet older than the newest: each number is forwarded at most once."""
        if number <= stream.highest - FAR:
            first = stream.numbered_anew(number & 0xFFFF, packet)
            if first is not None:
                self._accept(stream, first, now)
                self._accept(stream, packet, now)
            return
        cache = stream.cache
        if number < 0 or number <= stream.highest - cache.mask or cache.get(number) is not None:
            return
        stream.missing.on_arrival(number, now)
        cache.put(number, packet)
        self._forward(stream, stream.lanes_since(number), packet, now)

    def _receive_unusual(self, transport: "Transport", size: int, now: float) -> None:
        """A retransmission, or the first packet of a stream whose SSRC was not signalled."""
        view = self.inbound.view
        ssrc = int(read_ssrc(view, 8)[0])
        stream = transport.repairs.get(ssrc) or transport.unbound(view[:size])
        if stream is None or transport.keys is None:
            return
        self.inbound.length[0] = size
        if unprotect(transport.inbound_context, self.inbound.data, self.inbound.length):
            self.rejected += 1
            return
        size = self.inbound.length[0]
        if not stream.extensions.rewrite(view, size, send_time(now)):
            return
        transport.heard_at = transport.media_at = now
        packet = bytes(view[:size])
        if view[1] & 0x7F == stream.payload_type and ssrc not in transport.repairs:
            transport.bind(stream, ssrc)
            stream.primary += 1
            self._accept(stream, packet, now)
        elif view[1] & 0x7F == stream.rtx_payload_type:
            transport.bind_repair(stream, ssrc)
            self._repair(stream, packet, now)

    def _repair(self, stream: Stream, packet: bytes, now: float) -> None:
        if stream.ssrc is None or stream.highest == NEVER:
            return
        original = unwrap_rtx(packet, stream.ssrc, stream.payload_type)
        if original is not None:
            number = newest(stream.highest, read_numbers(original, 1)[1])
            if number <= stream.highest:
                self._late(stream, original, number, now)

    def send_copy(self, packet: bytes, lane: Lane, now: float) -> None:
        """Send one RTP packet that is already the viewer's own, with a fresh send time."""
        fresh = bytearray(packet)
        restamp(fresh, send_time(now))
        self._protect_and_send(protect, fresh, lane[0], lane[1], lane[2])

    def send_rtcp(self, transport: "Transport", compound: bytes) -> None:
        path = transport.path
        if path is not None and transport.keys is not None:
            context = transport.keys.outbound_context
            self._protect_and_send(protect_rtcp, compound, context, path.sendto, path.address)

    def _protect_and_send(
        self, method: Any, packet: bytes | bytearray, context: Any, sendto: Any, address: Any
    ) -> None:
        buffer = self.outbound
        if len(packet) > LARGEST:
            return
        memmove(buffer.data, packet, len(packet))
        buffer.length[0] = len(packet)
        try:
            if not method(context, buffer.data, buffer.length):
                sendto(buffer.view[: buffer.length[0]], address)
                self.sent += 1
        except OSError:
            self.unsent += 1

    def open_rtcp(self, transport: "Transport", datagram: bytes) -> bytes | None:
        """The plain compound of an SRTCP packet, if it is authentic."""
        buffer = self.inbound
        if len(datagram) > LARGEST:
            return None
        memmove(buffer.data, datagram, len(datagram))
        buffer.length[0] = len(datagram)
        if unprotect_rtcp(transport.inbound_context, buffer.data, buffer.length):
            self.rejected += 1
            return None
        return bytes(buffer.view[: buffer.length[0]])
