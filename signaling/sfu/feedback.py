"""RTCP of one transport: reports once a second, repair within milliseconds, and what comes in."""

import asyncio
import random
import time
from typing import TYPE_CHECKING

from . import rtcp
from .rtcp import Part, ReportBlock, SenderInfo
from .stream import NEVER

if TYPE_CHECKING:
    from .consumer import Consumer
    from .producer import Producer
    from .transport import Transport

INTERVAL = 1.0  # seconds between reports, spread by a fifth either way
AUDIO_SHARE = 64_000  # bit/s of the sender's allowance kept for each microphone
COMPOUND = 1100  # bytes after which a new compound is begun
PER_SECOND = 300  # RTCP packets taken from one browser
SLOW = 0.85  # of what is sent: a viewer's estimate below it is congestion,
SLOW_FOR = 1.0  # once it has lasted this many seconds
REMEMBERED = 4  # sender reports of a consumer that a round trip can be told from


class Feedback:
    """Owned by a transport, which starts it when connected and stops it at the end."""

    def __init__(self, transport: "Transport") -> None:
        self.ssrc = random.randrange(1, 1 << 32)  # noqa: S311  names the sender of reports
        self.round_trip: float | None = None  # seconds, from a viewer's reports
        self.viewer_jitter = 0.0  # seconds
        self._transport = transport
        self._report_timer: asyncio.TimerHandle | None = None
        self._repair_timer: asyncio.TimerHandle | None = None
        self._sent_reports: dict[int, float] = {}  # middle of the NTP time: monotonic seconds
        self._allowance, self._allowance_at = float(PER_SECOND), 0.0
        self._slow_since: float | None = None

    def start(self) -> None:
        self._report_timer = self._transport.loop.call_later(self._spread() / 4, self._report)

    def stop(self) -> None:
        for timer in (self._report_timer, self._repair_timer):
            if timer is not None:
                timer.cancel()
        self._report_timer = self._repair_timer = None

    def on_rtcp(self, compound: bytes, now: float) -> None:
        """An authentic compound from the browser."""
        self._allowance += (now - self._allowance_at) * PER_SECOND
        self._allowance = min(self._allowance, PER_SECOND)
        self._allowance_at = now
        if self._allowance < 1:
            return
        self._allowance -= 1
        for part in rtcp.parts(compound):
            if part.kind in (rtcp.SR, rtcp.RR):
                self._on_report(part, now)
            elif part.kind in (rtcp.RTPFB, rtcp.PSFB):
                self._on_feedback(part, now)

    def send_pli(self, producer: "Producer") -> None:
        ssrc = producer.stream.ssrc
        if ssrc is not None:
            self._send(rtcp.make_report(self.ssrc, []) + rtcp.make_pli(self.ssrc, ssrc))

    def repair_soon(self) -> None:
        """Something is missing: ask for it unless it arrives within a few milliseconds."""
        if self._repair_timer is None:
            self._repair_timer = self._transport.loop.call_later(0.008, self._repair)

    # -- going out

    def _send(self, compound: bytes) -> None:
        self._transport.router.send_rtcp(self._transport, compound)

    @staticmethod
    def _spread() -> float:
        return INTERVAL * random.uniform(0.8, 1.2)  # noqa: S311

    def _repair(self) -> None:
        self._repair_timer = None
        now, wait = time.monotonic(), None
        for producer in self._transport.producers.values():
            missing, ssrc = producer.stream.missing, producer.stream.ssrc
            wanted = missing.due(now)
            if wanted and ssrc is not None:
                numbers = [number & 0xFFFF for number in wanted]
                head = rtcp.make_report(self.ssrc, [])
                self._send(head + rtcp.make_nack(self.ssrc, ssrc, numbers))
            if missing.given_up:
                missing.given_up = False
                producer.request_keyframe()
            if missing:
                due = max(0.002, missing.next_at() - now)
                wait = due if wait is None else min(wait, due)
        if wait is not None:
            self._repair_timer = self._transport.loop.call_later(wait, self._repair)

    def _report(self) -> None:
        self._report_timer = self._transport.loop.call_later(self._spread(), self._report)
        now = time.monotonic()
        if self._transport.producers:
            self._report_reception(now)
        compound = b""
        for consumer in self._transport.consumers.values():
            info = self._sender_info(consumer, now)
            if info is None:
                continue
            compound += rtcp.make_report(consumer.ssrc, [], info)
            compound += rtcp.make_sdes(consumer.ssrc, consumer.cname)
            if len(compound) > COMPOUND:
                self._send(compound)
                compound = b""
        if compound:
            self._send(compound)

    def _report_reception(self, now: float) -> None:
        blocks: list[ReportBlock] = []
        allowed, cameras = 0, []
        for producer in self._transport.producers.values():
            stream = producer.stream
            if stream.ssrc is None or stream.highest == NEVER:
                continue
            blocks.append(
                stream.reception.report(
                    stream.ssrc,
                    highest=stream.highest,
                    received=stream.primary,
                    octets=stream.octets,
                    jitter=stream.jitter,
                    now=now,
                )
            )
            if producer.kind == "audio":
                allowed += AUDIO_SHARE
                continue
            if stream.gate.congested(now):
                producer.rate.congested(0.85, stream.reception.bitrate, now)
            producer.rate.grow(now)
            allowed += producer.rate.bitrate
            cameras.append(stream.ssrc)
        compound = rtcp.make_report(self.ssrc, blocks)
        compound += rtcp.make_sdes(self.ssrc, self._transport.id)
        if cameras:
            compound += rtcp.make_remb(self.ssrc, allowed, cameras)
        self._send(compound)

    def _sender_info(self, consumer: "Consumer", now: float) -> SenderInfo | None:
        """The producer's own clock, carried over to the consumer's timestamps."""
        stream = consumer.producer.stream
        source = stream.reception.sender
        if consumer.map.first is None or source is None:
            return None
        elapsed = now - stream.reception.sender_at
        ntp = source.ntp + int(elapsed * (1 << 32))
        self._sent_reports[ntp >> 16 & 0xFFFFFFFF] = now
        while len(self._sent_reports) > REMEMBERED * max(1, len(self._transport.consumers)):
            self._sent_reports.pop(next(iter(self._sent_reports)))
        ticks = int(elapsed * stream.format.clock_rate)
        return SenderInfo(
            ssrc=consumer.ssrc,
            ntp=ntp,
            rtp=source.rtp + ticks + consumer.map.ts_offset,
            packets=consumer.packets,
            octets=consumer.octets,
        )

    # -- coming in

    def _on_report(self, part: Part, now: float) -> None:
        info = rtcp.sender_info(part)
        if info is not None:
            stream = self._transport.streams.get(info.ssrc)
            if stream is not None:
                stream.on_sender_info(info, now)
        for block in rtcp.report_blocks(part):
            consumer = self._transport.consumer_of(block.ssrc)
            if consumer is not None:
                self._on_block(consumer, block, now)

    def _on_block(self, consumer: "Consumer", block: ReportBlock, now: float) -> None:
        if block.ssrc != consumer.ssrc:
            return
        consumer.loss = block.fraction / 256
        self.viewer_jitter = block.jitter / consumer.producer.format.clock_rate
        sent_at = self._sent_reports.get(block.last_sr)
        if sent_at is not None:
            self.round_trip = max(0.0, now - sent_at - block.delay / 65536)
        if consumer.loss >= 0.2 and consumer.producer.kind == "video":
            bitrate = consumer.producer.stream.reception.bitrate
            consumer.producer.rate.congested(1 - consumer.loss / 2, bitrate, now)

    def _on_feedback(self, part: Part, now: float) -> None:
        if part.kind == rtcp.PSFB and part.count == rtcp.APPLICATION:
            bitrate = rtcp.remb(part)
            if bitrate is not None:
                self._on_remb(bitrate, now)
            return
        target = rtcp.feedback_target(part)
        consumer = self._transport.consumer_of(target) if target is not None else None
        if consumer is None:
            return
        if part.kind == rtcp.RTPFB and part.count == rtcp.NACK:
            consumer.resend(rtcp.nack_sequences(part), now)
        elif part.kind == rtcp.PSFB and part.count in (rtcp.PLI, rtcp.FIR):
            consumer.producer.request_keyframe()

    def _on_remb(self, bitrate: int, now: float) -> None:
        """A viewer's estimate counts only when he cannot take what he is being sent.

        Chromium's first estimates after a key frame are low for a second or two on any path.
        """
        flowing = [c for c in self._transport.consumers.values() if c.map.first is not None]
        current = sum(c.producer.stream.reception.bitrate for c in flowing)
        if current < 100_000 or bitrate >= SLOW * current:
            self._slow_since = None
            return
        if self._slow_since is None:
            self._slow_since = now
        if now - self._slow_since < SLOW_FOR:
            return
        for consumer in flowing:
            if consumer.producer.kind == "video":
                own = consumer.producer.stream.reception.bitrate
                consumer.producer.rate.congested(bitrate / current, own, now)
