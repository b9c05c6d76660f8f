"""A house for each test."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from signaling import gateway as gateway_module
from signaling.sfu import Sfu, SfuSettings

from .house import House


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    for name, value in (("RETRY_AFTER", 0.05), ("LINGER", 0.1), ("WRITES_PER_MINUTE", 20)):
        monkeypatch.setattr(gateway_module, name, value)
    async with contextlib.AsyncExitStack() as stack:
        store = SqlStore(Database(f"sqlite+aiosqlite:///{tmp_path}/court.db"))
        await store.database.start()
        stack.push_async_callback(store.database.close)
        sfu = Sfu(SfuSettings())
        await sfu.start()
        stack.push_async_callback(sfu.close)
        house = House(store, sfu)
        stack.push_async_callback(house.rooms.close)
        application = web.Application()
        house.gateway.server.attach(application)
        runner = web.AppRunner(application, shutdown_timeout=1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(house.gateway.close)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield house
        for client in house.clients:
            await client.disconnect()
