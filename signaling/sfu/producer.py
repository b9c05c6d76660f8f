"""One party's track as it arrives."""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hearing_server.services.media import Kind, PacketSink, TrackFormat

from .codecs import RouterCodec
from .extensions import AUDIO_LEVEL, AUDIO_LEVEL_URI, Extensions
from .keyframes import AGAIN, KeyframeLimiter
from .ortc import Production
from .rate import RateCap
from .stream import Stream

if TYPE_CHECKING:
    from .consumer import Consumer
    from .transport import Transport


class Producer:
    """Made by `Transport.produce`. Sinks get every packet once; consumers are added by `consume`."""

    def __init__(self, transport: "Transport", production: Production) -> None:
        codec = production.codec
        self.id = secrets.token_hex(8)
        self.transport = transport
        self.production = production
        self.codec: RouterCodec = codec
        self.kind: Kind = codec.kind
        self.format = TrackFormat(
            kind=codec.kind,
            codec=codec.codec,
            payload_type=production.payload_type,
            clock_rate=codec.clock_rate,
            channels=codec.channels,
            level_id=AUDIO_LEVEL if AUDIO_LEVEL_URI in production.extensions else 0,
        )
        settings = transport.settings
        self.stream = Stream(
            self.format,
            Extensions(production.extensions),
            ssrc=production.ssrc,
            rtx_payload_type=production.rtx_payload_type,
            repair_soon=transport.feedback.repair_soon if production.nack else None,
        )
        self.rate = RateCap(floor=settings.min_bitrate, ceiling=settings.max_bitrate)
        self.closed = False
        self._keyframes = KeyframeLimiter()
        self._reminder: asyncio.TimerHandle | None = None
        self._on_close: list[Callable[[], None]] = []

    @property
    def level(self) -> int | None:
        """The last audio level: 0 loudest to 127 silent, in -dBov (RFC 6464), None if never said."""
        return self.stream.extensions.level

    def add_sink(self, sink: PacketSink) -> None:
        """Give `sink` every packet from now on, beginning with a key frame asked for at once."""
        self.stream.sinks = (*self.stream.sinks, sink)
        self.request_keyframe()

    def remove_sink(self, sink: PacketSink) -> None:
        """Give it nothing more. It is not told: who removes a sink knows the cause."""
        self.stream.sinks = tuple(each for each in self.stream.sinks if each is not sink)

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call back once when the producer closes for whatever reason."""
        self._on_close.append(callback)

    def request_keyframe(self) -> None:
        """Ask the browser for a picture that needs no earlier one, at most four times a second."""
        if self.kind != "video" or self.closed:
            return
        wait = self._keyframes.request(time.monotonic())
        if wait == 0.0:
            self._ask()
        elif wait is not None:
            self.transport.loop.call_later(wait, self._ask_late)

    def request_spare_keyframe(self) -> None:
        """As the recorder does all the while, behind every viewer: what a judge lets be seen waits for none."""
        if self.kind == "video" and not self.closed and self._keyframes.spare(time.monotonic()):
            self._ask()

    def _ask_late(self) -> None:
        if not self.closed:
            self._keyframes.expire(time.monotonic())
            self._ask()

    def _ask(self) -> None:
        self.transport.feedback.send_pli(self)
        if self._reminder is None:
            self._reminder = self.transport.loop.call_later(AGAIN, self._remind)

    def _remind(self) -> None:
        """Ask again while a viewer still waits, who gets nothing and so cannot ask himself."""
        self._reminder = None
        if any(consumer.reachable for consumer in self.stream.waiting):
            self.request_keyframe()

    def attach(self, consumer: "Consumer") -> None:
        self.stream.consumers.append(consumer)

    def detach(self, consumer: "Consumer") -> None:
        for group in (self.stream.consumers, self.stream.waiting):
            if consumer in group:
                group.remove(consumer)
        self.stream.rebuild()

    def close(self) -> None:
        """Stop at once; its consumers close too. Sinks are removed by who added them."""
        if self.closed:
            return
        self.closed = True
        if self._reminder is not None:
            self._reminder.cancel()
        self.transport.forget_producer(self)
        for consumer in list(self.stream.consumers):
            consumer.close()
        self.stream.sinks = ()
        callbacks, self._on_close = self._on_close, []
        for callback in callbacks:
            callback()
