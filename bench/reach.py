"""How long `reach` takes for a large hearing: what the server computes after each act, before a packet stops.

A seeded walk over a hearing of `--parties` people: mutes, screenings, private talks, calls, pauses,
deliberations, closed interpreter channels, everybody sending sound and picture. `reach` of every state
on the way is timed, in processor time of its thread: what else runs on the machine does not count.
"""

import argparse
import contextlib
import json
import random
import time
from collections.abc import Iterator

from bench.hearing import percentile
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import decide
from hearing_server.domain.errors import Refused
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.parties import Party, Right, Role, may
from hearing_server.domain.reach import reach

NOW = 1_790_000_000_000
COURT = (Role.PRESIDING_JUDGE, Role.JUDGE, Role.ASSESSOR, Role.CLERK)
OTHERS = (
    Role.DEFENDANT, Role.COUNSEL, Role.INTERPRETER, Role.PROSECUTOR, Role.COUNSEL, Role.WITNESS,
    Role.OBSERVER,
)  # fmt: skip
JUDGE, CLERK = "p0", "p3"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench reach", description=__doc__)
    parser.add_argument("--parties", type=int, default=50)
    parser.add_argument("--acts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = measure(options.parties, options.acts, options.seed)
    if options.json:
        print(json.dumps({"bench": "reach", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>16} {value}")


def measure(parties: int, acts: int, seed: int) -> dict[str, object]:
    times, edges = [], 0
    for state in walk(parties, acts, seed):
        began = time.thread_time()
        reached = reach(state)
        times.append((time.thread_time() - began) * 1000)
        edges = max(edges, len(reached))
    return {
        "parties": parties,
        "states": len(times),
        "most_edges": edges,
        "reach_ms_p50": round(percentile(times, 0.5), 3),
        "reach_ms_p99": round(percentile(times, 0.99), 3),
        "reach_ms_max": round(max(times), 3),
    }


def walk(parties: int, acts: int, seed: int) -> Iterator[HearingState]:
    """The states after each act of the court and of its parties that was not refused."""
    chance = random.Random(seed)
    hearing = _Walk(people(parties))
    for party in hearing.parties:
        hearing.do(party.id, cmd.Arrive(connection=f"c-{party.id}", accepted_as=party.name))
        if may(party.role, Right.SPEAK):
            for source in (ev.Source.CAMERA, ev.Source.MICROPHONE):
                hearing.do(party.id, cmd.StartSource(source=source))
    hearing.do(JUDGE, cmd.AdmitAll())
    hearing.do(JUDGE, cmd.OpenHearing())
    made = 0
    while made < acts:
        by, command = _act(hearing, chance)
        with contextlib.suppress(Refused):
            if hearing.do(by, command):
                made += 1
                yield hearing.state


def people(count: int) -> list[Party]:
    """The court first; then defendants with counsel and interpreter, and the others, over and over."""
    found = [Party(id=f"p{n}", role=role, name=f"虚构{n}") for n, role in enumerate(COURT)]
    for n in range(len(COURT), count):
        role = OTHERS[(n - len(COURT)) % len(OTHERS)]
        client = next((p.id for p in reversed(found) if p.role is Role.DEFENDANT), "")
        serves = (client,) if client else ()
        found.append(
            Party(
                id=f"p{n}",
                role=role,
                name=f"虚构{n}",
                counsel_for=serves if role is Role.COUNSEL else (),
                interpreter_for=serves if role is Role.INTERPRETER else (),
            )
        )
    return found[:count]


class _Walk:
    def __init__(self, parties: list[Party]) -> None:
        self.parties = parties
        self.state = HearingState()
        planned = ev.HearingPlanned(
            hearing="h1",
            court="示范人民法院",
            case_number="（2026）测0001民初1号",
            procedure="civil",
            courtroom="第一法庭",
            title="测量",
            planned_at=NOW,
            parties=tuple(parties),
        )
        self.do(SERVER, cmd.Plan(planned=planned))

    def do(self, by: str, command: cmd.Command) -> bool:
        events = decide(self.state, command, by, NOW)
        for event in events:
            entry = Entry(hearing="h1", seq=self.state.seq + 1, at=NOW, by=by, event=event)
            self.state = apply(self.state, entry)
        return bool(events)


def _act(hearing: _Walk, chance: random.Random) -> tuple[str, cmd.Command]:
    state = hearing.state
    one, other, third = (party.id for party in chance.sample(hearing.parties[4:], 3))
    talk = chance.choice(list(state.consultations) or [1])
    screening = ev.Screening(
        party=one,
        hidden_from=tuple(sorted({other, third} - {one})),
        sight=chance.random() < 0.7,
        sound=True,
    )
    pick: list[tuple[str, cmd.Command]] = [
        (JUDGE, cmd.Mute(party=one)),
        (JUDGE, cmd.Unmute(party=one)),
        (JUDGE, cmd.Screen(screening=screening)),
        (JUDGE, cmd.Unscreen(party=one)),
        (JUDGE, cmd.Call(party=one)),
        (JUDGE, cmd.Dismiss(party=one)),
        (one, cmd.AskConsultation(parties=(other,))),
        (one, cmd.AcceptConsultation(consultation=talk)),
        (JUDGE, cmd.PermitConsultation(consultation=talk)),
        (one, cmd.LeaveConsultation(consultation=talk)),
        (one, cmd.SetChannel(party=one, closed=chance.random() < 0.7)),
        (one, cmd.ListenTo(interpreter=other)),
    ]
    rare: list[tuple[str, cmd.Command]] = [
        (JUDGE, cmd.BeginDeliberation()),
        (JUDGE, cmd.EndDeliberation()),
        (JUDGE, cmd.PauseHearing()),
        (JUDGE, cmd.ResumeHearing()),
        (JUDGE, cmd.ExcludePublic(reason="不公开")),
        (JUDGE, cmd.AdmitPublic()),
    ]
    # What silences everybody is soon undone: the large states are the ones that cost.
    if state.deliberating or state.phase.value == "paused" or chance.random() < 0.03:
        return chance.choice(rare)
    return chance.choice(pick)
