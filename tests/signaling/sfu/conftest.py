"""A running SFU, and browsers' halves connected to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from signaling.sfu import Sfu, SfuSettings, Transport, TransportState

from .peer import Peer

Start = Callable[..., Awaitable[Sfu]]


class Party:
    """A transport and the peer on its other end, with the states it went through."""

    def __init__(self, sfu: Sfu) -> None:
        self.states: list[TransportState] = []
        self._news = asyncio.Event()
        self.transport: Transport = sfu.create_transport(self._on_change)
        self.peer = Peer(self.transport.parameters())

    def _on_change(self, state: TransportState) -> None:
        self.states.append(state)
        self._news.set()

    async def connect(self) -> "Party":
        await self.peer.connect(self.transport)
        await self.reached(TransportState.CONNECTED)
        return self

    async def reached(self, state: TransportState, timeout: float = 5.0) -> None:
        async with asyncio.timeout(timeout):
            while self.transport.state is not state:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start an SFU with settings of one's own."""
    running: list[Sfu] = []

    async def begin(**settings: Any) -> Sfu:
        sfu = Sfu(SfuSettings(**settings))
        await sfu.start()
        running.append(sfu)
        return sfu

    yield begin
    for sfu in running:
        await sfu.close()


@pytest.fixture
async def sfu(start: Start) -> Sfu:
    return await start()


@pytest.fixture
async def party(sfu: Sfu) -> AsyncIterator[Callable[[], Awaitable[Party]]]:
    """Connect one more party."""
    made: list[Party] = []

    async def connect() -> Party:
        made.append(await Party(sfu).connect())
        return made[-1]

    yield connect
    for each in made:
        await each.peer.close()
