"""How soon a judge's act stops packets, or lets them flow: from the ask to the last or first packet.

One real server process that records, `--parties` raw peers in another, everybody sending sound and a
small picture. The judge mutes, screens, permits a private talk and ends it, deliberates, pauses, dismisses
and calls; at the end three are removed for good. Nobody tells the bench what should happen: what flowed
before an act and not after it has stopped, and the other way round. The figure of an act is that of its
slowest packet at its slowest viewer; a picture that begins again is counted from its first packet, a key
frame that its sender was asked for. Times of arrival are the kernel's.
"""

import argparse
import asyncio
import contextlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.hearing import percentile, serving
from bench.party import Edge, Party, drain

WINDOW = 0.2  # seconds without a packet: it does not flow
SETTLE = 0.7  # seconds after which an act has had its effect
REMOVED = 3  # people, each once
SECOND = 1_000_000_000


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench act", description=__doc__)
    parser.add_argument("--parties", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=8, help="of the dozen acts")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.parties, options.rounds))
    if options.json:
        print(json.dumps({"bench": "act", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>20} {value}")


@dataclass
class Arrivals:
    """Of each edge the newest packet, and the first since an act began."""

    last: dict[Edge, int] = field(default_factory=dict)
    first: dict[Edge, int] = field(default_factory=dict)
    count: int = 0

    def take(self, edge: Edge, at: int) -> None:
        self.count += 1
        self.last[edge] = at
        self.first.setdefault(edge, at)

    def flowing(self) -> set[Edge]:
        since = time.time_ns() - int(WINDOW * SECOND)
        return {edge for edge, at in self.last.items() if at > since}


async def _measure(parties: int, rounds: int) -> dict[str, object]:
    arrivals = Arrivals()
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(parties - 2))
        looking = asyncio.create_task(drain())
        stack.callback(looking.cancel)
        people = []
        for n, role in enumerate(server.seats):
            party = await stack.enter_async_context(Party(server, role, arrivals.take))
            await party.sit(n / parties * 0.033)
            stack.push_async_callback(party.rise)
            people.append(party)
        judge = people[0]
        await judge.ask("admit_all")
        await judge.ask("open_hearing")
        await _all_meet(arrivals, parties)
        cpu, began, counted = cpu_seconds(server.pid), time.monotonic(), arrivals.count
        acts = [found for _ in range(rounds) for found in await _play(people, arrivals)]
        for gone in people[-REMOVED:]:
            removal = Act(judge, "remove", {"party": gone.seat, "reason": "bench"})
            if (milliseconds := await _act(removal, arrivals)) is not None:
                acts.append((milliseconds, removal.ask))
        elapsed = time.monotonic() - began
        cpu = cpu_seconds(server.pid) - cpu
    milliseconds = [ms for ms, _ in acts]
    worst = max(acts)
    return {
        "parties": parties,
        "acts": len(acts),
        "act_ms_p50": round(percentile(milliseconds, 0.5), 1),
        "act_ms_p99": round(percentile(milliseconds, 0.99), 1),
        "slowest": f"{worst[1]} {worst[0]:.1f}",
        "packets_per_second": round((arrivals.count - counted) / elapsed),
        "server_cpu_percent": round(100 * cpu / elapsed, 1),
    }


async def _all_meet(arrivals: Arrivals, parties: int) -> None:
    """Everybody hears and sees everybody."""
    async with asyncio.timeout(30):
        while len(arrivals.flowing()) < parties * (parties - 1) * 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLE)


@dataclass(frozen=True)
class Act:
    """Who asks what. `counted` is False for what only leads to an act, or has no effect on packets."""

    by: Party
    ask: str
    fields: dict[str, Any]
    counted: bool = True


def _round(people: list[Party]) -> list[Act]:
    judge, _, client, counsel, *others = people
    one, other = (people[-1], people[-2]) if others else (counsel, client)
    talk = {"consultation": _talks(counsel) + 1}
    screening = {
        "party": one.seat,
        "hidden_from": [other.seat],
        "sight": True,
        "sound": True,
        "alias": "",
    }

    def court(ask: str, **fields: Any) -> Act:
        return Act(judge, ask, fields)

    return [
        court("mute", party=one.seat),
        court("unmute", party=one.seat),
        court("screen", screening=screening),
        court("unscreen", party=one.seat),
        Act(counsel, "ask_consultation", {"parties": [client.seat]}, counted=False),
        Act(client, "accept_consultation", talk, counted=False),
        court("permit_consultation", **talk),
        court("end_consultation", **talk),
        court("unmute", party=client.seat),
        court("unmute", party=counsel.seat),
        court("dismiss", party=one.seat),
        court("call", party=one.seat),
        court("begin_deliberation"),
        court("end_deliberation"),
        court("pause_hearing"),
        court("resume_hearing"),
    ]


async def _play(people: list[Party], arrivals: Arrivals) -> list[tuple[float, str]]:
    found = []
    for act in _round(people):
        milliseconds = await _act(act, arrivals)
        if milliseconds is not None:
            found.append((milliseconds, act.ask))
    return found


def _talks(asker: Party) -> int:
    return sum(t.get("event", {}).get("type") == "consultation_asked" for t in asker.tells)


async def _act(act: Act, arrivals: Arrivals) -> float | None:
    """Milliseconds from the ask to the slowest packet that it stopped or let through."""
    if not act.counted:
        await act.by.ask(act.ask, **act.fields)
        return None
    before = arrivals.flowing()
    arrivals.first.clear()
    asked = time.time_ns()
    await act.by.ask(act.ask, **act.fields)
    await asyncio.sleep(SETTLE)
    after = arrivals.flowing()
    stopped = [arrivals.last[edge] for edge in before - after]
    started = [arrivals.first[edge] for edge in after - before]
    if not (stopped or started):
        raise RuntimeError(f"{act.ask} has changed nothing")
    return max(0.0, max(stopped + started) - asked) / 1_000_000


def cpu_seconds(pid: int) -> float:
    """Processor time of the server's own process: forwarding and signalling, without the recorder."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
