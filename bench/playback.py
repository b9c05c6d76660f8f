"""How soon a picture is there after seeking in a three-hour hearing, in Chromium, and what a reader costs the
media: `python -m bench playback --seeks 40 --within 60 --json`. Of the seeks as many are made as there is time for.

The hearing is rebuilt: thirty seconds of five parties (VP8 640x480 and Opus, a key frame every five
seconds, as the recorder asks) are entered in the log as often as three hours take, as links to the same
files. A seek is from the press to the moment at which every seat shows its picture.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from bench import sfu
from bench.sfu_load import Load
from bench.sfu_reader import Reader
from tests.e2e.browsers import FLAGS
from tests.integration.harness import ServerProcess, serving
from tests.integration.rebuilt import rebuild

BEGAN = 1_790_000_000_000
HOURS = 3
WAIT = 30_000  # ms

# The ms that the last seek took, when all seats show something.
TOOK = """() => {
  const seek = performance.getEntriesByName('playback-seek').at(-1);
  const picture = performance.getEntriesByName('playback-picture').at(-1);
  return seek && picture && picture.startTime >= seek.startTime ? picture.startTime - seek.startTime : null;
}"""
HELD = """() => Math.max(...[...document.querySelectorAll('video')].map(e => {
  let held = 0; for (let n = 0; n < e.buffered.length; n++) held += e.buffered.end(n) - e.buffered.start(n);
  return held; }))"""


async def seeks(server: ServerProcess, count: int, within: float, *, plays: bool) -> dict[str, Any]:
    """Seek to random places, standing still or playing on, for so many seconds at most."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        await page.goto(f"{server.url}/enter#{server.links['clerk']}")
        await page.wait_for_url("**/seat/*")
        await page.goto(f"{page.url}/playback")
        await page.get_by_test_id("timeline").wait_for()
        await page.wait_for_timeout(3000)
        if plays:
            await page.keyboard.press("Space")
        chance, took, held = random.Random(7), [], 0.0
        end = time.monotonic() + within
        while len(took) < 2 or (len(took) < count and time.monotonic() < end):
            took.append(await seek(page, chance.random()))
            held = max(held, await page.evaluate(HELD))
            await page.wait_for_timeout(500)
        await browser.close()
    name = "playing" if plays else "still"
    return {
        f"seek_{name}_count": len(took),
        f"seek_{name}_ms_p50": round(statistics.median(took)),
        f"seek_{name}_ms_p95": round(statistics.quantiles(took, n=20)[18]),
        f"held_{name}_s_max": round(held),
    }


async def seek(page: Page, share: float) -> float:
    box = await page.get_by_test_id("timeline").bounding_box()
    assert box
    await page.mouse.click(box["x"] + box["width"] * share, box["y"] + 30)
    await page.wait_for_function(f"() => ({TOOK})() !== null", timeout=WAIT)
    return float(await page.evaluate(TOOK))


async def seeking(count: int, within: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder) / "data") as server:
            await rebuild(server, seconds=HOURS * 3600, began_at=BEGAN, size=(640, 480), lines=1500)
            found = await seeks(server, count, within, plays=False)
            return found | await seeks(server, count, within, plays=True)


def media(seconds: float) -> dict[str, Any]:
    """Four rooms of four, with nobody and with somebody who plays five parties' recording."""
    alone, read = [], []
    for reads in (False, True, False, True):
        server = sfu.ServerProcess(record=False)
        reader = Reader(server.call("read")) if reads else None
        clients = asyncio.run(sfu.fill(server, 4, 4))
        load = Load(clients)
        load.run(time.monotonic() + sfu.WARM_UP)
        load.delays.clear()
        before, began = server.call("usage"), time.monotonic()
        load.run(began + seconds)
        after = server.call("usage")
        if reader is not None:
            reader.close()
        server.close()
        sent = after["sent"] - before["sent"]
        (read if reads else alone).append(
            (
                (after["cpu"] - before["cpu"]) / sent * 1e6,
                statistics.quantiles(load.delays, n=100)[98] / 1e6,
            )
        )
    return {
        "us_per_sent_alone": round(statistics.mean(us for us, _ in alone), 2),
        "us_per_sent_read": round(statistics.mean(us for us, _ in read), 2),
        "delay_alone_ms_p99": round(statistics.mean(ms for _, ms in alone), 2),
        "delay_read_ms_p99": round(statistics.mean(ms for _, ms in read), 2),
    }


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench playback")
    parser.add_argument("--seeks", type=int, default=40)
    parser.add_argument(
        "--within", type=float, default=60, help="seconds for the seeks of each kind"
    )
    parser.add_argument("--seconds", type=float, default=20, help="of each load of the media")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    asked = parser.parse_args(argv)
    figures = asyncio.run(seeking(asked.seeks, asked.within)) | media(asked.seconds)
    figures["load"] = round(os.getloadavg()[0], 1)
    if asked.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")
