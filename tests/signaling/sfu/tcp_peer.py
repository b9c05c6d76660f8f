"""The same peer over one TCP connection framed by RFC 4571."""

import asyncio
import socket
from typing import Any

from .peer import Peer


class TcpPeer(Peer):
    @classmethod
    async def open(cls, parameters: dict[str, Any]) -> "TcpPeer":
        peer = cls(parameters)
        await asyncio.get_running_loop().sock_connect(peer.socket, peer.server)
        asyncio.get_running_loop().add_reader(peer.socket.fileno(), peer._drain)
        return peer

    def _open(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self._pending = b""

    def send(self, data: bytes) -> None:
        self.send_raw(len(data).to_bytes(2, "big") + data)

    def send_raw(self, data: bytes) -> None:
        assert self.socket.send(data) == len(data)

    def _drain(self) -> None:
        try:
            data = self.socket.recv(65536)
        except (BlockingIOError, ConnectionError):
            data = b""
        self._pending += data
        while len(self._pending) >= 2:
            size = int.from_bytes(self._pending[:2], "big")
            if len(self._pending) < 2 + size:
                break
            frame, self._pending = self._pending[2 : 2 + size], self._pending[2 + size :]
            self._take(frame)
        if not data:
            self.gone = True
            asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self._news.set()

    gone = False
