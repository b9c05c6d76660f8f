"""ICE over TCP (RFC 6544): passive connections on the same port number, framed by RFC 4571."""

import asyncio
from collections.abc import Callable
from typing import Any

from .paths import Address, Path
from .srtp import LARGEST

PROVE_WITHIN = 10.0  # seconds for the first proven check


class TcpConnection(asyncio.Protocol):
    """One connection. Reads frames; writes are dropped, not queued, beyond `limit` unsent bytes."""

    def __init__(self, server: "TcpPort", limit: int) -> None:
        self.path: Path | None = None
        self.address: Address = ()
        self.dropped = 0
        self._server = server
        self._limit = limit
        self._pending = bytearray()
        self._wire: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport
        self.address = transport.get_extra_info("peername") or ()
        if not self._server.admit(self):
            transport.abort()
            return
        transport.set_write_buffer_limits(high=self._limit)
        self._timer = asyncio.get_running_loop().call_later(PROVE_WITHIN, self._expire)

    def data_received(self, data: bytes) -> None:
        pending = self._pending
        pending += data
        start = 0
        while len(pending) - start >= 2:
            size = pending[start] << 8 | pending[start + 1]
            if size > LARGEST:
                self.close()
                return
            if len(pending) - start - 2 < size:
                break
            if size:
                self._server.on_frame(self, bytes(pending[start + 2 : start + 2 + size]))
            start += 2 + size
        del pending[:start]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._wire = None
        self._server.forget(self)

    def sendto(self, data: Any, _address: object = None) -> None:
        """Send one frame, with the same signature as a UDP socket. BlockingIOError when full."""
        wire = self._wire
        if wire is None or wire.is_closing():
            raise BlockingIOError
        if wire.get_write_buffer_size() > self._limit:
            self.dropped += 1
            raise BlockingIOError
        wire.write(len(data).to_bytes(2, "big") + bytes(data))

    def close(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    def _expire(self) -> None:
        if self.path is None:
            self.close()


class TcpPort:
    """The listening socket and its connections, bounded in number."""

    def __init__(
        self,
        on_frame: Callable[[TcpConnection, bytes], None],
        on_lost: Callable[[Path], None],
        *,
        max_connections: int,
        buffer: int,
    ) -> None:
        self.on_frame = on_frame
        self._on_lost = on_lost
        self._max = max_connections
        self._buffer = buffer
        self._connections: dict[TcpConnection, None] = {}  # oldest first
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """OSError when the port is in use."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: TcpConnection(self, self._buffer), host, port
        )

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # aborted connections report their loss in the next turn of the loop

    def admit(self, connection: TcpConnection) -> bool:
        """Take it in; when the house is full, the oldest that has proved nothing makes room."""
        if len(self._connections) >= self._max:
            idle = next((each for each in self._connections if each.path is None), None)
            if idle is None:
                return False
            self.forget(idle)
            idle.close()
        self._connections[connection] = None
        return True

    def forget(self, connection: TcpConnection) -> None:
        self._connections.pop(connection, None)
        if connection.path is not None:
            self._on_lost(connection.path)
