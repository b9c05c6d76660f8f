"""The way in for connections: how many of one address, and how long one may take to say what it wants.

What aiohttp leaves open: a caller who sends a header byte by byte, or many who send nothing, would hold
their places for an hour (Slowloris). A proxy speaks for many, so the settings' proxies are not counted:
it has limits of its own (docs/configuration.md).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

from hearing_server.web.http import is_proxy

SPOKEN_IN = 10.0  # seconds until the end of the first header
SILENT = 50  # connections of one address that have not said anything whole
OPEN = 500  # connections of one address: a whole court may come by one
IDLE = 75.0  # seconds between two requests of a connection
END = b"\r\n\r\n"


class Door:
    """A protocol factory around the server's own: for `loop.create_server`."""

    def __init__(
        self,
        server: Callable[[], asyncio.BaseProtocol],
        proxies: Sequence[str],
        *,
        spoken_in: float = SPOKEN_IN,
    ) -> None:
        self._server = server
        self._proxies = proxies
        self.spoken_in = spoken_in
        self.open: Counter[str] = Counter()
        self.silent: Counter[str] = Counter()

    def __call__(self) -> asyncio.BaseProtocol:
        return _Caller(self, cast("asyncio.Protocol", self._server()))

    def enter(self, address: str) -> bool:
        """Whether one more of this address may come in; it is silent until it has `spoken`."""
        if not is_proxy(address, self._proxies) and (
            self.open[address] >= OPEN or self.silent[address] >= SILENT
        ):
            return False
        self.open[address] += 1
        self.silent[address] += 1
        return True

    def spoken(self, address: str) -> None:
        _take(self.silent, address)

    def leave(self, address: str, *, silent: bool) -> None:
        _take(self.open, address)
        if silent:
            _take(self.silent, address)


def _take(counted: Counter[str], address: str) -> None:
    counted[address] -= 1
    if counted[address] <= 0:
        del counted[address]


class _Caller(asyncio.Protocol):
    """One connection: all goes through to the server's own protocol, but for one that is not let in."""

    def __init__(self, door: Door, inner: asyncio.Protocol) -> None:
        self._door = door
        self._inner = inner
        self._address = ""
        self._inside = False
        self._silent = True
        self._tail = b""
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        made = cast("asyncio.Transport", transport)
        peer = made.get_extra_info("peername")
        self._address = peer[0].removeprefix("::ffff:") if peer else ""
        self._inside = self._door.enter(self._address)
        if not self._inside:
            made.abort()
            return
        self._late = asyncio.get_running_loop().call_later(self._door.spoken_in, made.abort)
        self._inner.connection_made(made)

    def data_received(self, data: bytes) -> None:
        if not self._inside:
            return
        if self._silent:
            self._listen(data)
        self._inner.data_received(data)

    def _listen(self, data: bytes) -> None:
        """A header ends with an empty line; its last bytes may come apart."""
        heard = self._tail + data
        self._tail = heard[-len(END) + 1 :]
        if END in heard:
            self._silent = False
            self._tail = b""
            self._door.spoken(self._address)
            if self._late is not None:
                self._late.cancel()

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._inside else None

    def connection_lost(self, error: Exception | None) -> None:
        if not self._inside:
            return
        if self._late is not None:
            self._late.cancel()
        self._door.leave(self._address, silent=self._silent)
        self._inner.connection_lost(error)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
