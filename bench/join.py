"""How soon a party sees another after pressing Enter the courtroom, in real Chromium on loopback.

The judge is in the room and sends; the clerk's page is opened anew for every join. The page itself marks
the press and the first frame of another party's picture (performance.mark).
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

from playwright.async_api import Page, expect

from bench.hearing import percentile
from tests.e2e.browsers import PATIENCE, Person, court
from tests.integration.harness import serving

MARKS = """() => {
  const at = name => performance.getEntriesByName(name)[0]?.startTime;
  const [pressed, picture] = [at('enter-pressed'), at('first-remote-picture')];
  return pressed !== undefined && picture !== undefined ? picture - pressed : null;
}"""


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench join", description=__doc__)
    parser.add_argument("--joins", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.joins))
    if options.json:
        print(json.dumps({"bench": "join", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>24} {value}")


async def _measure(joins: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        async with (
            serving(folder / "data") as server,
            court(server, folder, roles=("presiding_judge", "clerk")) as people,
        ):
            judge, clerk = people["presiding_judge"], people["clerk"]
            await judge.enter()
            await expect(judge.get("courtroom")).to_be_visible(timeout=PATIENCE)
            times = [await _join(clerk, server.links["clerk"]) for _ in range(joins)]
    return {
        "joins": joins,
        "first_picture_ms_p50": round(percentile(times, 0.5), 1),
        "first_picture_ms_p95": round(percentile(times, 0.95), 1),
    }


async def _join(clerk: Person, link: str) -> float:
    """Milliseconds from the press to the picture, as the page saw them."""
    page: Page = clerk.page
    await page.goto("about:blank")
    await clerk.open_link(link)
    await page.wait_for_timeout(1500)  # somebody looks at the self-check
    await clerk.enter()
    milliseconds = await _marked(page)
    await clerk.click("leave")
    await page.wait_for_timeout(200)
    return milliseconds


async def _marked(page: Page) -> float:
    """What the page has marked, once it has (its own rules forbid waiting in it by eval)."""
    for _ in range(PATIENCE // 100):
        milliseconds = await page.evaluate(MARKS)
        if milliseconds is not None:
            return float(milliseconds)
        await page.wait_for_timeout(100)
    raise TimeoutError("no picture of another party")
