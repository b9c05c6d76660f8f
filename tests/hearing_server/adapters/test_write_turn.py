"""The line of those who write beside the log: long, and bounded."""

import asyncio

import pytest

from hearing_server.adapters import database
from hearing_server.adapters.database import WriteTurn


async def write(turn: WriteTurn, seconds: float) -> None:
    async with turn.of_others():
        await asyncio.sleep(seconds)


async def test_many_at_once_are_served_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together they take longer than one waits for a writer that is stuck."""
    monkeypatch.setattr(database, "TURN_IN", 0.2)
    turn = WriteTurn(one_writer=True)
    async with asyncio.timeout(30):
        await asyncio.gather(*(write(turn, 0.05) for _ in range(20)))


async def test_a_line_that_is_too_long_takes_nobody_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MOST_IN_LINE", 3)
    turn = WriteTurn(one_writer=True)
    line = [asyncio.create_task(write(turn, 0.05)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await write(turn, 0)
    await asyncio.gather(*line)
    await write(turn, 0)


async def test_whoever_is_stuck_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "TURN_IN", 0.05)
    turn = WriteTurn(one_writer=True)
    async with turn.of_log():
        with pytest.raises(TimeoutError):
            await write(turn, 0)
