"""The media port of this process: one UDP and one TCP port, and the transports behind them."""

import asyncio
import ipaddress
from collections.abc import Callable, Coroutine
from typing import Any

import ifaddr
import structlog
from aiortc.rtcdtlstransport import RTCCertificate

from . import ice
from .codecs import capabilities
from .dtls import DtlsLink
from .errors import SfuError
from .paths import Address, Path
from .router import Router
from .settings import SfuSettings
from .state import TransportState
from .tcp import TcpConnection, TcpPort
from .transport import Transport
from .udp import UdpPort, is_rtp, open_socket

log = structlog.get_logger()

FREE_PORT_TRIES = 20  # to find a number that is free for UDP and TCP alike


class Sfu:
    """Forwards media between transports. Everything runs on the event loop that called `start`."""

    def __init__(self, settings: SfuSettings) -> None:
        self.settings = settings
        self.router = Router()
        self.port = settings.port
        self.candidates: list[dict[str, object]] = []
        self._transports: dict[str, Transport] = {}
        self._by_ufrag: dict[str, Transport] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the ports. OSError when one is in use."""
        self.loop = asyncio.get_running_loop()
        self.certificate = await asyncio.to_thread(RTCCertificate.generateCertificate)
        tries = 1 if self.settings.port else FREE_PORT_TRIES
        for left in range(tries - 1, -1, -1):
            try:
                await self._open()
                break
            except OSError:
                if not left:
                    raise
        addresses = self.settings.announced or _addresses(self.settings.host)
        self.candidates = ice.candidates(addresses, self.port, tcp=self.settings.tcp)

    async def _open(self) -> None:
        settings = self.settings
        sock = open_socket(settings.host, settings.port, settings.socket_buffer)
        self.port = sock.getsockname()[1]
        self._tcp = TcpPort(
            self._on_frame,
            self._on_tcp_lost,
            max_connections=settings.max_tcp_connections,
            buffer=settings.tcp_buffer,
        )
        if settings.tcp:
            try:
                await self._tcp.start(settings.host, self.port)
            except OSError:
                sock.close()
                raise
        self._udp = UdpPort(sock, self.router, self._on_datagram)

    async def close(self) -> None:
        """Close every transport, both ports and all tasks."""
        for transport in list(self._transports.values()):
            transport.close()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._udp.close()
        await self._tcp.close()

    @property
    def rtp_capabilities(self) -> dict[str, object]:
        """What mediasoup-client's `Device.load({routerRtpCapabilities})` takes."""
        return capabilities()

    def create_transport(self, on_change: Callable[[TransportState], None]) -> Transport:
        """`on_change` is called with every state after `new`. SfuError `too_many_transports`."""
        if len(self._transports) >= self.settings.max_transports:
            raise SfuError("too_many_transports")
        transport = Transport(self, on_change)
        self._transports[transport.id] = transport
        self.know_ufrag(transport.credentials.ufrag, transport)
        return transport

    # -- what transports call

    def start_task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """The only way a task starts here: named, and awaited by `close`."""
        task = self.loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def know_ufrag(self, ufrag: str, transport: Transport) -> None:
        self._by_ufrag[ufrag] = transport

    def forget_ufrag(self, ufrag: str) -> None:
        self._by_ufrag.pop(ufrag, None)

    def forget_path(self, path: Path) -> None:
        if path.protocol == "udp":
            self._udp.paths.pop(path.address, None)

    def send_on(self, path: Path, data: bytes) -> None:
        """Send what is not media; a full buffer drops it."""
        try:
            path.sendto(data, path.address)
        except OSError:
            self._udp.unsent += 1

    def retire(
        self,
        transport: Transport,
        link: DtlsLink,
        handshake: asyncio.Task[None] | None,
        paths: list[Path],
    ) -> None:
        """The transport ended: say goodbye on its path, then forget it."""
        self._transports.pop(transport.id, None)
        for credentials in (transport.credentials, transport.previous):
            if credentials is not None:
                self.forget_ufrag(credentials.ufrag)
        for path in paths:
            self.forget_path(path)
        self.start_task(self._part(link, handshake, paths), f"sfu-goodbye-{transport.id}")

    async def _part(
        self, link: DtlsLink, handshake: asyncio.Task[None] | None, paths: list[Path]
    ) -> None:
        if handshake is not None and not handshake.done():
            handshake.cancel()
            await asyncio.gather(handshake, return_exceptions=True)
        await link.stop()
        for path in paths:
            if path.protocol == "tcp":
                path.sendto.__self__.close()

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("sfu_task_failed", task=task.get_name(), error=repr(task.exception()))

    # -- what the sockets call

    def _on_datagram(self, datagram: bytes, address: Address, path: Path | None) -> None:
        if datagram[0] < 4:
            self._on_stun(datagram, address, path, None)
        elif path is not None:
            self._on_proven(datagram, path)

    def _on_frame(self, connection: TcpConnection, frame: bytes) -> None:
        path = connection.path
        if frame[0] < 4:
            self._on_stun(frame, connection.address, path, connection)
        elif path is not None:
            view = memoryview(frame)
            if len(frame) > 11 and is_rtp(view):
                self.router.inbound.view[: len(frame)] = frame
                self.router.receive(path.transport, len(frame), self.loop.time())
            else:
                self._on_proven(frame, path)

    def _on_proven(self, datagram: bytes, path: Path) -> None:
        """Not STUN and not RTP, from an address that proved itself (RFC 7983)."""
        if 19 < datagram[0] < 64:
            path.transport.on_dtls(datagram)
        elif 127 < datagram[0] < 192:
            path.transport.on_rtcp(datagram, path)

    def _on_stun(
        self,
        datagram: bytes,
        address: Address,
        path: Path | None,
        connection: TcpConnection | None,
    ) -> None:
        transport = self._by_ufrag.get(ice.claimed_ufrag(datagram) or "")
        if transport is None:
            return
        credentials = transport.credentials
        request = ice.authenticate(datagram, credentials)
        if request is None and transport.previous is not None:
            credentials = transport.previous
            request = ice.authenticate(datagram, credentials)
        elif request is not None and transport.previous is not None:
            self.forget_ufrag(transport.previous.ufrag)
            transport.previous = None
        if request is None:
            return
        if path is None or path.transport is not transport:
            path = self._prove(transport, address, path, connection)
        host, port = address[0].partition("%")[0], address[1]
        self.send_on(path, ice.answer(request, credentials, host, port))
        transport.on_check(path, nominated=request.nominated)

    def _prove(
        self,
        transport: Transport,
        address: Address,
        before: Path | None,
        connection: TcpConnection | None,
    ) -> Path:
        """The address is this transport's from now on, whoever had it before."""
        if before is not None:
            before.transport.on_path_lost(before)
        if connection is not None:
            path = Path(transport, "tcp", address, connection.sendto)
            connection.path = path
        else:
            path = Path(transport, "udp", address, self._udp.socket.sendto)
            self._udp.paths[address] = path
        return path

    def _on_tcp_lost(self, path: Path) -> None:
        path.transport.on_path_lost(path)


def _addresses(host: str) -> tuple[str, ...]:
    """`host` itself, or for the wildcard every address a browser could reach."""
    wildcard = ipaddress.ip_address(host)
    if not wildcard.is_unspecified:
        return (host,)
    found = []
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            text = each.ip if isinstance(each.ip, str) else each.ip[0]
            address = ipaddress.ip_address(text)
            if address.version == wildcard.version and not address.is_link_local:
                found.append(address)
    outside = [str(address) for address in found if not address.is_loopback]
    return tuple(outside or [str(address) for address in found])
