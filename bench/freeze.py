"""How soon a long transcript can be read: from the clerk's ask for a freeze to the sealed file in hand.

One real server process. `freeze_s` is until the clerk has fetched the certified PDF; `loop_blocked_ms_max` is
how long the server's event loop was late meanwhile, at most.
"""

import argparse
import asyncio
import contextlib
import io
import json
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader

from bench.hearing import serving
from bench.watched import Watch
from tests.integration.harness import Client

LINES_A_PAGE = 2  # of WORDS: a seat may ask 300 times in a row
WORDS = "首先核对当事人身份，宣布合议庭组成人员，告知诉讼权利和义务，询问是否申请回避。" * 20


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench freeze", description=__doc__)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.pages))
    if options.json:
        print(json.dumps({"bench": "freeze", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>20} {value}")


async def _measure(pages: int) -> dict[str, object]:
    async with closed_hearing(3, pages) as (people, watch):
        watch.begin()
        began = time.monotonic()
        pdf = await frozen(people["clerk"], version=1)
        took = time.monotonic() - began
    count = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"]
    return {
        "pages": int(count),
        "freeze_s": round(took, 3),
        "loop_blocked_ms_max": round(watch.milliseconds(), 1),
    }


@contextlib.asynccontextmanager
async def closed_hearing(
    counsels: int, pages: int
) -> AsyncIterator[tuple[dict[str, Client], Watch]]:
    """Everybody by name, in a hearing that is closed and has so many pages of lines; its loop watched."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        watch = Watch(folder / "loop")
        server = await stack.enter_async_context(
            serving(counsels, module="bench.watched", BENCH_LOOP=str(watch.path))
        )
        people = {
            seat: await stack.enter_async_context(Client(server, seat)) for seat in server.seats
        }
        judge, clerk = people["presiding_judge"], people["clerk"]
        for client in people.values():
            await client.enter()
            if client not in (judge, clerk):
                await judge.ask("admit", party=client.seat)
        await judge.ask("open_hearing")
        for number in range(pages * LINES_A_PAGE):
            await clerk.ask("enter_line", speaker=judge.seat, text=f"{number + 1}. {WORDS}")
        await judge.ask("close_hearing", override="演示")
        yield people, watch


async def frozen(clerk: Client, version: int) -> bytes:
    """The certified file of a version, frozen now."""
    await clerk.ask("freeze_transcript")
    await clerk.event("transcript_sealed", version=version)
    pdf = await clerk.get(f"/api/seats/{clerk.seat}/transcript/{version}.pdf")
    assert isinstance(pdf, bytes)
    return pdf
