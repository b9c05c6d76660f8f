"""Socket.IO in and out. It knows sockets and codes, and decides nothing about hearings.

A socket comes in with a ticket, enters first, then asks; what it asks is answered once.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import socketio
import structlog
from engineio.exceptions import SocketIsClosedError

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import PASSING, Code, Refused
from hearing_server.domain.events import Departure
from hearing_server.domain.log import SERVER
from hearing_server.services.access import Access, Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Hearings
from hearing_server.services.notes import Notes
from hearing_server.services.rate import Bucket, RateLimit
from signaling import protocol as wire
from signaling.asks import Asks
from signaling.codec import Frames, TextPacket, decode, encode, quiet_log
from signaling.peer import Peer
from signaling.rooms import Rooms

MAX_MESSAGE = 64 * 1024  # bytes
# Seconds: a dead socket is noticed in 5 to 8; dead media in 3, by the SFU.
PING_EVERY, PING_WAIT = 2, 3
ASKS_PER_SECOND, ASKS_AT_ONCE = 50, 150
MAX_BEHIND = 1000  # packets queued to one socket
MAX_SOCKETS = 2000
MAX_IDLE = 4  # sockets of one seat that have not entered; the oldest makes room
WRITES_PER_MINUTE = 300  # asks of one party that may end in the log, whatever its sockets
LINGER = 2.0  # seconds between the goodbye and the end of the line
# What is noted in the audit, as HTTP notes it; at most so many a minute, of a party and altogether.
DENIED = frozenset({Code.NOT_ALLOWED, Code.REMOVED, Code.REPLACED, Code.SEALED, Code.CODE_NEEDED})
NOTES, ALL_NOTES = 20, 300
RETRY_AFTER = 2.0  # seconds between attempts at a departure while the store is down
# Asks that never change the log.
READS = (
    wire.Leave,
    wire.ConnectTransport,
    wire.ResumeConsumer,
    wire.Point,
    wire.HoldLine,
    wire.ReleaseLine,
    wire.TypeLine,
    wire.SwitchCaptions,
    wire.DropDraft,
)

log = structlog.get_logger()


@dataclass(eq=False)
class Socket:
    """One Socket.IO connection: who came in, and the peer once they have entered."""

    seated: Seated
    ticket: str
    line: asyncio.Transport | None = None
    browser: str = ""
    peer: Peer | None = None
    leaving: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    asks: Bucket = field(  # a flood of asks costs its sender, nobody else
        default_factory=lambda: Bucket(per_second=ASKS_PER_SECOND, burst=ASKS_AT_ONCE)
    )


class Gateway:
    """Attach `server` to the web application. `origins` are the pages that may connect."""

    def __init__(
        self,
        access: Access,
        hearings: Hearings,
        rooms: Rooms,
        asks: Asks,
        audit: Audit,
        origins: Sequence[str],
    ) -> None:
        self._access = access
        self._hearings = hearings
        self._rooms = rooms
        self._asks = asks
        self._audit = audit
        self._notes = Notes(NOTES, ALL_NOTES)
        self._origins = frozenset(origins)
        self._sockets: dict[str, Socket] = {}
        self._frames = Frames()
        self._writes = RateLimit(per_minute=WRITES_PER_MINUTE)
        self._departures: set[asyncio.Task[None]] = set()
        self.server = socketio.AsyncServer(
            async_mode="aiohttp",
            transports=["websocket"],
            serializer=TextPacket,
            engineio_logger=quiet_log(),
            cors_allowed_origins=list(origins),
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=PING_EVERY,
            ping_timeout=PING_WAIT,
            http_compression=False,
        )
        self.server.on("connect", self._connect)
        self.server.on("ask", self._ask)
        self.server.on("disconnect", self._disconnect)

    async def close(self) -> None:
        """End every connection; the hearing's log says that the server went."""
        for sid in list(self._sockets):
            await self._part(sid, Departure.SERVER)
        for retry in self._departures:
            retry.cancel()
        await asyncio.gather(*self._departures, return_exceptions=True)
        await self._asks.close()
        await self.server.shutdown()

    async def hang_up(self, parties: Collection[str]) -> None:
        """End every connection of these parties: what let them in holds no longer."""
        for sid, socket in list(self._sockets.items()):
            if socket.seated.party in parties:
                socket.leaving = True
                await self.server.disconnect(sid)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        try:
            if environ.get("HTTP_ORIGIN") not in self._origins:
                raise Refused(Code.BAD_ORIGIN)
            if len(self._sockets) >= MAX_SOCKETS:
                raise Refused(Code.TOO_MANY)
            ticket = auth.get("ticket") if isinstance(auth, dict) else None
            if not isinstance(ticket, str) or len(ticket) > 200:
                raise Refused(Code.BAD_TOKEN)
            seated = await self._access.use_ticket(ticket)
            await self._make_room(seated)
            line = environ["aiohttp.request"].transport
            browser = environ.get("HTTP_USER_AGENT", "")[:300]
            self._sockets[sid] = Socket(seated, ticket, line, browser)
        except Refused as refusal:
            log.info("socket refused", code=refusal.code)
            raise socketio.exceptions.ConnectionRefusedError(refusal.code.value) from None

    async def _make_room(self, seated: Seated) -> None:
        """Sockets that come in and never enter must not fill the house."""
        idle = [s for s, each in self._sockets.items() if each.seated == seated and not each.peer]
        if len(idle) >= MAX_IDLE:
            await self.server.disconnect(idle[0])

    async def _ask(self, sid: str, data: object = None) -> object:
        socket = self._sockets.get(sid)
        if socket is None:
            return encode(wire.Failed(code=Code.NO_SESSION))
        try:
            if not socket.asks.take():
                raise Refused(Code.TOO_MANY)
            return encode(await self._noted(sid, socket, decode(data)))
        except Refused as refusal:
            return encode(_failed(refusal))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("ask failed", reference=reference)
            return encode(wire.Failed(code=Code.INTERNAL, detail=reference))

    async def _noted(self, sid: str, socket: Socket, ask: wire.AnyAsk) -> wire.AnyAnswer:
        """The answer; what somebody may not do is noted for the auditor."""
        try:
            return await self._answer(sid, socket, ask)
        except Refused as refusal:
            party = socket.seated.party
            more = self._notes.take(party) if refusal.code in DENIED else None
            if more is not None:
                await self._audit.note(
                    Action.DENIED,
                    actor=party,
                    subject=f"ask {ask.__struct_config__.tag}",
                    detail=f"{refusal.code}{more}",
                )
            raise

    async def _answer(self, sid: str, socket: Socket, ask: wire.AnyAsk) -> wire.AnyAnswer:
        async with socket.turn:  # asks of one socket are carried out in the order they were sent
            if isinstance(ask, wire.Enter):
                return await self._enter(sid, socket, ask)
            if socket.peer is None:
                raise Refused(Code.NOT_PRESENT)
            if not isinstance(ask, READS):
                self._writes.check(socket.seated.party)
            if isinstance(ask, wire.Leave):
                socket.leaving = True
                socket.peer.dismiss()
                return wire.Done()
            return await self._asks.answer(socket.peer, ask)

    async def _enter(self, sid: str, socket: Socket, ask: wire.Enter) -> wire.Welcome:
        if socket.peer is not None:
            raise Refused(Code.NO_CHANGE)

        async def send(message: wire.AnyTell) -> None:
            await self._send(sid, message)

        async def hang_up() -> None:
            await self.server.disconnect(sid)

        connection = secrets.token_hex(8)
        peer = Peer(
            seated=socket.seated,
            connection=connection,
            send=send,
            hang_up=hang_up,
            browser=socket.browser,
        )
        self._access.came(connection, socket.ticket)
        try:
            welcome = await self._asks.enter(peer, ask)
        except BaseException:  # the seat may have been taken before it failed
            await self._take_out(peer, Departure.CLOSED_TAB)
            raise
        socket.peer = peer
        if sid not in self._sockets:  # it hung up while it was entering
            await self._take_out(peer, Departure.CLOSED_TAB)
            raise Refused(Code.NOT_PRESENT)
        # The acknowledgement is queued before anything that waits: the first tell follows it.
        asyncio.get_running_loop().call_soon(peer.start)
        return welcome

    async def _send(self, sid: str, message: wire.AnyTell) -> None:
        """As the server's `emit` does, without encoding again what others are told too."""
        line = self.server.manager.eio_sid_from_sid(sid, "/")
        socket = self.server.eio.sockets.get(line)
        if socket is None:
            return
        if socket.queue.qsize() > MAX_BEHIND:
            await self.server.disconnect(sid)
            return
        with contextlib.suppress(SocketIsClosedError):
            await self.server.eio.send_packet(line, self._frames.of(message))

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        silent = reason in ("ping timeout", "transport error")
        await self._part(sid, Departure.NETWORK if silent else Departure.CLOSED_TAB)

    async def _part(self, sid: str, cause: Departure) -> None:
        socket = self._sockets.pop(sid, None)
        if socket is None:
            return
        if socket.line is not None:  # a browser that reads nothing would keep its line for ever
            asyncio.get_running_loop().call_later(LINGER, socket.line.abort)
        if socket.peer is not None:
            await self._take_out(socket.peer, Departure.LEFT if socket.leaving else cause)

    async def _take_out(self, peer: Peer, cause: Departure) -> None:
        """The log says that they left, then the media ends; the media ends even if the log cannot."""
        try:
            await self._log_departure(peer, cause)
        except Refused as refusal:
            log.error("departure not saved", code=refusal.code, hearing=peer.seated.hearing)
            if refusal.code in PASSING:
                self._retry_departure(peer, cause)
        except Exception:
            log.exception("departure not saved", hearing=peer.seated.hearing)
        finally:
            self._access.went(peer.connection)
            self._rooms.leave(peer)

    async def _log_departure(self, peer: Peer, cause: Departure) -> None:
        leave = cmd.Leave(party=peer.party, connection=peer.connection, cause=cause)
        await self._hearings.execute(peer.seated.hearing, leave, SERVER)

    def _retry_departure(self, peer: Peer, cause: Departure) -> None:
        """Nobody may seem present because the store was away when they left."""

        async def retry() -> None:
            while True:
                await asyncio.sleep(RETRY_AFTER)
                try:
                    return await self._log_departure(peer, cause)
                except Refused as refusal:
                    if refusal.code not in PASSING:
                        return

        task = asyncio.create_task(retry(), name=f"departure {peer.connection}")
        self._departures.add(task)
        task.add_done_callback(self._departures.discard)


def _failed(refusal: Refused) -> wire.Failed:
    clashes = cast(list[dict[str, Any]], refusal.more.get("clashes", []))
    told = [
        wire.Clash(**{name: clash[name] for name in wire.Clash.__struct_fields__})
        for clash in clashes
    ]
    return wire.Failed(code=refusal.code, detail=refusal.detail, clashes=told)
