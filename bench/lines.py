"""How soon a committed line is on every screen: from the clerk's ask to each viewer's socket.

One real server process, `--viewers` sockets on loopback in another. The clerk's ask is counted from before
it is encoded; a line counts as come to a viewer when the kernel has its last byte for that viewer's socket
(SO_TIMESTAMPNS), and the last viewer's time is the figure, the first one's beside it. What a screen does
with the bytes is its own machine's work and is not counted, though it happens on this one: so many
browsers do not share two cores with the server in any court. The sockets ask for compression and answer
pings as browsers do. Each line is durable (an fsync) before anybody is told.
"""

import argparse
import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field

from bench.act import cpu_seconds
from bench.hearing import percentile, serving
from bench.screen import Screen, drain
from tests.integration.harness import Client

OF_ADDRESS = 50  # viewers; of one address the server takes sixty entries a minute
LINE_WITHIN = 10.0  # seconds


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench lines", description=__doc__)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.viewers, options.lines))
    if options.json:
        print(json.dumps({"bench": "lines", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>20} {value}")


@dataclass
class _Line:
    """When it came to each viewer, in Unix nanoseconds."""

    viewers: int
    at: list[int] = field(default_factory=list)
    everywhere: asyncio.Event = field(default_factory=asyncio.Event)

    def arrived(self, at: int) -> None:
        self.at.append(at)
        if len(self.at) == self.viewers:
            self.everywhere.set()


class _Arrivals:
    def __init__(self, viewers: int) -> None:
        self._viewers = viewers
        self._lines: dict[str, _Line] = {}

    def expect(self, text: str) -> _Line:
        return self._lines.setdefault(text, _Line(self._viewers))

    def on_tell(self, tell: bytes, at: int) -> None:
        if b'"line_entered"' in tell:
            self._lines[json.loads(tell)["event"]["text"]].arrived(at)


async def _measure(viewers: int, lines: int) -> dict[str, object]:
    arrivals = _Arrivals(viewers)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(viewers))
        judge, clerk = [
            await stack.enter_async_context(Client(server, seat)) for seat in server.seats[:2]
        ]
        await judge.enter()
        await clerk.enter()
        screens = [
            Screen(server, seat, f"127.0.0.{2 + n // OF_ADDRESS}", arrivals.on_tell)
            for n, seat in enumerate(server.seats[2:])
        ]
        group = await stack.enter_async_context(asyncio.TaskGroup())
        looking = group.create_task(drain())
        stack.callback(looking.cancel)
        for screen in screens:
            stack.callback(screen.close)
            await screen.enter()
        await judge.ask("admit_all")
        await judge.ask("open_hearing")
        cpu, began = cpu_seconds(server.pid), sum(screen.received for screen in screens)
        found = [await _one_line(clerk, judge.seat, arrivals, n) for n in range(lines)]
        cpu = cpu_seconds(server.pid) - cpu
        received = sum(screen.received for screen in screens) - began
    first, last = zip(*found, strict=True)
    return {
        "viewers": viewers,
        "lines": lines,
        "screen_ms_p50": round(percentile(last, 0.5), 2),
        "screen_ms_p99": round(percentile(last, 0.99), 2),
        "first_screen_ms_p50": round(percentile(first, 0.5), 2),
        "server_cpu_ms_a_line": round(1000 * cpu / lines, 2),
        "bytes_a_line_and_viewer": round(received / lines / viewers),
    }


async def _one_line(
    clerk: Client, speaker: str, arrivals: _Arrivals, n: int
) -> tuple[float, float]:
    """Milliseconds until the line had come to the first viewer, and to the last."""
    text = f"第{n}句：被告人对起诉书指控的事实没有异议。"
    line = arrivals.expect(text)
    started = time.time_ns()
    await clerk.ask("enter_line", speaker=speaker, text=text)
    async with asyncio.timeout(LINE_WITHIN):
        await line.everywhere.wait()
    await asyncio.sleep(0.02)
    return (min(line.at) - started) / 1e6, (max(line.at) - started) / 1e6
