"""How soon a committed line is on every screen: from the clerk's ask to each viewer's socket.

One real server process, `--viewers` sockets on loopback in another. A line counts when it has arrived at
all of them; the last one's time is the figure. Each line is durable (an fsync) before anybody is told.
"""

import argparse
import asyncio
import contextlib
import json
import time

from bench.hearing import percentile, serving
from tests.integration.harness import Client, Refusal


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench lines", description=__doc__)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.viewers, options.lines))
    if options.json:
        print(json.dumps({"bench": "lines", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>16} {value}")


async def _measure(viewers: int, lines: int) -> dict[str, object]:
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(viewers - 1))
        judge, clerk, *others = [
            await stack.enter_async_context(Client(server, seat)) for seat in server.seats
        ]
        for client in (judge, clerk, *others):
            await _enter(client)
        for client in others:
            await judge.ask("admit", party=client.seat)
            await client.told(lambda tell: tell["type"] == "view_told")
        await judge.ask("open_hearing")
        screens = [_Screen(client) for client in (judge, *others)]
        times = [await _one_line(clerk, judge.seat, screens, n) for n in range(lines)]
    milliseconds = [seconds * 1000 for seconds in times]
    return {
        "viewers": len(screens),
        "lines": lines,
        "screen_ms_p50": round(percentile(milliseconds, 0.5), 2),
        "screen_ms_p99": round(percentile(milliseconds, 0.99), 2),
    }


async def _enter(client: Client) -> None:
    """All come from one address, of which the server takes so many entries a minute."""
    while True:
        try:
            await client.enter()
        except Refusal as refused:
            if refused.code != "too_many":
                raise
            await asyncio.sleep(2)
        else:
            return


class _Screen:
    """When each line came to one viewer."""

    def __init__(self, client: Client) -> None:
        self.arrived: dict[str, asyncio.Future[float]] = {}
        assert client.socket is not None
        client.socket.on("tell", self._on_tell)

    def expect(self, text: str) -> "asyncio.Future[float]":
        return self.arrived.setdefault(text, asyncio.get_running_loop().create_future())

    async def _on_tell(self, message: dict[str, dict[str, str]]) -> None:
        event = message.get("event", {})
        if event.get("type") == "line_entered":
            self.expect(event["text"]).set_result(time.perf_counter())


async def _one_line(clerk: Client, speaker: str, screens: list[_Screen], n: int) -> float:
    """Seconds until the line was on the last screen."""
    text = f"第{n}句：被告人对起诉书指控的事实没有异议。"
    arrivals = [screen.expect(text) for screen in screens]
    started = time.perf_counter()
    await clerk.ask("enter_line", speaker=speaker, text=text)
    last = max(await asyncio.wait_for(asyncio.gather(*arrivals), 10))
    await asyncio.sleep(0.02)
    return last - started
