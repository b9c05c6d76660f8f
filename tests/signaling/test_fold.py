"""The client's fold is the mirror of the server's: hearings walked at random, seen by several readers."""

import json
import os
import random
import subprocess
from pathlib import Path

import msgspec

from signaling import views
from tests.hearing_server.domain.walk import PEOPLE, Walker
from tests.hearing_server.domain.world import PUBLIC

CLIENT = Path(__file__).parents[2] / "web_client"
STEPS = 1500


def walk(seed: int) -> list[dict[str, object]]:
    """For each reader what they are told in a hearing walked at random, and the view after each step.

    Who is not here is told nothing; who comes gets the whole view.
    """
    walker = Walker(random.Random(seed), *PEOPLE, PUBLIC)
    readers = (
        "judge",
        "clerk",
        "counsel",
        "defendant",
        "prosecutor",
        "witness",
        "interpreter",
        "member",
        "public",
    )
    walks = {r: {"reader": r, "seed": seed, "start": view(walker, r), "steps": []} for r in readers}
    for _ in range(STEPS):
        here = {party for party, seat in walker.state.seats.items() if seat.here}
        command, entries = walker.step()
        if not entries:
            continue
        state = walker.state
        for reader, record in walks.items():
            if not state.seats[reader].here:
                continue
            renewed = reader not in here or views.widens(state, entries, reader)
            told = [msgspec.to_builtins(message) for message in views.told(state, entries, reader)]
            step = {
                "command": f"{walker.by} {command}",
                "told": view(walker, reader) if renewed else told,
                "view": view(walker, reader),
            }
            record["steps"].append(step)  # type: ignore[attr-defined]
    return list(walks.values())


def view(walker: Walker, reader: str) -> object:
    made: dict[str, object] = msgspec.to_builtins(views.view(walker.state, reader))
    return made


def test_the_client_folds_as_the_server_does(tmp_path: Path) -> None:
    walks = [one for seed in range(5) for one in walk(seed)]
    assert sum(len(one["steps"]) for one in walks) > 5000  # type: ignore[arg-type]
    path = tmp_path / "walks.json"
    path.write_text(json.dumps(walks, ensure_ascii=False))
    run = subprocess.run(
        [CLIENT / "npm", "test", "--", "tests/contract.test.ts"],
        env={**os.environ, "FOLD_WALKS": str(path), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, (run.stdout + run.stderr)[-4000:]
    assert f"{len(walks)} passed" in run.stdout
