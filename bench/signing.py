"""What a signature costs the server, and how long many wait who press at the same second.

One real server process, a transcript of `--pages`, `--signers` people with keys of their own. The first
version is signed by one after the other: `server_ms_per_signature` is what each waits for the server to
prepare and to embed. The next version is signed by all parties in the same moment, then by the clerk and the
judge: `all_done_s` is until the last of them is done. `loop_blocked_ms_max` is over both.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping

from bench.freeze import closed_hearing, frozen
from bench.hearing import percentile
from tests.integration.harness import Client
from tests.integration.signer import BrowserKey, read


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench signing", description=__doc__)
    parser.add_argument("--signers", type=int, default=35)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.signers, options.pages))
    if options.json:
        print(json.dumps({"bench": "signing", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>28} {value}")


async def _measure(signers: int, pages: int) -> dict[str, object]:
    async with closed_hearing(signers - 2, pages) as (people, watch):
        judge, clerk = people["presiding_judge"], people["clerk"]
        parties = [one for one in people.values() if one not in (judge, clerk)]
        await frozen(clerk, version=1)
        await _read_by_all(people, version=1)
        watch.begin()
        alone = [await _sign(one, version=1) for one in (*parties, clerk, judge)]
        blocked_alone = watch.milliseconds()
        await clerk.ask("enter_line", speaker=judge.seat, text="补充一句。")
        await frozen(clerk, version=2)
        await _read_by_all(people, version=2)
        watch.begin()
        began = time.monotonic()
        waits = await asyncio.gather(*(_sign(one, version=2) for one in parties))
        parties_done = time.monotonic() - began
        for one in (clerk, judge):
            await _sign(one, version=2)
        done = time.monotonic() - began
        blocked = watch.milliseconds()
    return {
        "signers": signers,
        "pages": pages,
        "server_ms_per_signature_p50": round(percentile(alone, 0.5), 1),
        "server_ms_per_signature_p95": round(percentile(alone, 0.95), 1),
        "parties_done_s": round(parties_done, 2),
        "longest_wait_s": round(max(waits) / 1000, 2),
        "all_done_s": round(done, 2),
        "loop_blocked_ms_max": round(max(blocked_alone, blocked), 1),
    }


async def _read_by_all(people: Mapping[str, Client], version: int) -> None:
    for one in people.values():
        await read(one, version)


async def _sign(client: Client, version: int) -> float:
    """Milliseconds that the server took, the browser's own work left out."""
    key = BrowserKey()
    body = {"version": version, "public_key": key.public, "name_image": ""}
    began = time.perf_counter()
    prepared = await client.post(f"/api/seats/{client.seat}/signature", body)
    took = time.perf_counter() - began
    path = f"/api/seats/{client.seat}/signature/{prepared['preparation']}"
    signature = {"signature": key.sign(prepared["to_be_signed"])}
    began = time.perf_counter()
    await client.post(path, signature)
    return (took + time.perf_counter() - began) * 1000
