"""One browser in a room: its connection's outbox, its transports, what it sends and what it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hearing_server.domain.errors import Code
from hearing_server.domain.events import Source
from hearing_server.services.access import Seated
from hearing_server.services.rate import Bucket
from signaling.protocol import AnyTell
from signaling.sfu import Consumer, Producer, Transport

POINTS_PER_SECOND = 30
TYPES_PER_SECOND = 6
OUTBOX = 1000  # tells; a browser that is further behind is let go, and catches up by number

Send = Callable[[AnyTell], Awaitable[None]]
Hang = Callable[[], Awaitable[None]]


@dataclass(eq=False)
class Peer:
    """`send` delivers one tell, `hang_up` ends the connection. Nothing is sent before `start`."""

    seated: Seated
    connection: str
    send: Send
    hang_up: Hang
    browser: str = ""  # what it says of itself
    send_transport: Transport | None = None
    receive_transport: Transport | None = None
    rtp_capabilities: dict[str, object] | None = None
    producers: dict[Source, Producer] = field(default_factory=dict)
    consumers: dict[str, Consumer] = field(default_factory=dict)  # by consumer id
    captions: bool = False  # it wants them
    ready: set[str] = field(default_factory=set)  # consumers that the browser has resumed
    stopping: set[Source] = field(default_factory=set)  # sources that it is closing itself
    pointing: Bucket = field(
        default_factory=lambda: Bucket(per_second=POINTS_PER_SECOND, burst=POINTS_PER_SECOND)
    )
    typing: Bucket = field(
        default_factory=lambda: Bucket(per_second=TYPES_PER_SECOND, burst=2 * TYPES_PER_SECOND)
    )
    out_as: Code = Code.SUPERSEDED  # why its asks are refused once it has lost the seat
    _outbox: "asyncio.Queue[AnyTell | None]" = field(
        default_factory=lambda: asyncio.Queue(maxsize=OUTBOX)
    )
    _writer: "asyncio.Task[None] | None" = None
    closed: bool = False

    @property
    def party(self) -> str:
        return self.seated.party

    def start(self) -> None:
        if not self.closed:
            self._writer = asyncio.create_task(self._write(), name=f"outbox {self.connection}")

    def tell(self, message: AnyTell) -> None:
        """Queue a message in order. A full outbox ends the connection."""
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull:
            self.dismiss()

    def dismiss(self) -> None:
        """End the connection, after what is queued if there is room to say so."""
        if self._outbox.full():
            self._outbox.get_nowait()
        self._outbox.put_nowait(None)

    async def _write(self) -> None:
        while (message := await self._outbox.get()) is not None:
            await self.send(message)
            if self.closed:  # it found the connection dead, and has ended it itself
                return
        await self.hang_up()

    def end_media(self) -> None:
        """Nothing is received from this connection or sent to it from now on."""
        self.producers.clear()
        for transport in (self.send_transport, self.receive_transport):
            if transport is not None:
                self.forget(transport)
                transport.close()

    def forget(self, transport: Transport) -> None:
        """A transport that has ended or is about to; its tracks to this browser are gone with it."""
        if transport is self.send_transport:
            self.send_transport = None
        elif transport is self.receive_transport:
            self.receive_transport = None
            self.consumers.clear()
            self.ready.clear()

    def close(self) -> None:
        """Release everything; the connection has ended or is about to."""
        self.closed = True
        self.end_media()
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()
