"""How soon recognised words are on a screen, and what a speaking seat costs: the path, not the model.

One real server with the tiny model of the tests (transcript/speech/tiny_model.py); `--speakers` parties speak
without end over real media lines, one reads captions. `path_ms` is from the arrival of the newest packet that
a caption knows of to the caption at the reader's socket, in another process. `core_per_seat` is what the
recogniser's process uses of one core, a seat.
"""

import argparse
import asyncio
import contextlib
import json
import os
import time
from pathlib import Path

from bench.hearing import percentile, serving
from tests.integration.test_speech import recogniser_of
from tests.integration.voiced import MODEL, Voice, speech
from tests.transcript.speech.voices import HIGH, LOW, silence, voice

TICKS = os.sysconf("SC_CLK_TCK")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench captions", description=__doc__)
    parser.add_argument("--speakers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.speakers, options.seconds))
    if options.json:
        print(json.dumps({"bench": "captions", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>16} {value}")


class _Reader(Voice):
    """Notes of each caption how old the newest sound in it is, by the hearing's clock."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.ages: list[float] = []
        self.anchor = 0.0

    async def _on_tell(self, message: dict[str, object]) -> None:
        if message["type"] == "draft_told":
            ended = message["ended_at"]
            assert isinstance(ended, int)
            self.ages.append(self.anchor + time.monotonic() * 1000 - ended)
        elif message["type"] not in ("levels", "qualities", "recording_checked"):
            await super()._on_tell(message)


async def _measure(speakers: int, seconds: float) -> dict[str, object]:
    said = speech(*(voice(formants, 0.35) for formants in (LOW, HIGH) * 60), silence(1.0))
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            serving(speakers - 1, HEARING_SPEECH_MODEL=str(MODEL), HEARING_SPEECH_THREADS="1")
        )
        judge = await stack.enter_async_context(Voice(server, "presiding_judge"))
        clerk = await stack.enter_async_context(_Reader(server, "clerk"))
        others = [
            await stack.enter_async_context(Voice(server, f"counsel-{n}"))
            for n in range(speakers - 1)
        ]
        await judge.sit()
        asked = time.monotonic()
        welcome = await clerk.enter()
        clerk.anchor = welcome["server_time"] - (asked + time.monotonic()) / 2 * 1000
        for person in others:
            await person.sit()
            await judge.ask("admit", party=person.seat)
        await judge.ask("open_hearing")
        await clerk.told(lambda tell: tell["type"] == "speech_told" and tell["state"] == "on")
        worker = recogniser_of(server)
        talking = [asyncio.create_task(one.say(said * 9)) for one in (judge, *others)]
        await asyncio.sleep(2)
        clerk.ages.clear()
        began, used = time.monotonic(), _used(worker)
        await asyncio.sleep(seconds)
        spent = (_used(worker) - used) / (time.monotonic() - began)
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
    return {
        "speakers": speakers,
        "captions": len(clerk.ages),
        "path_ms_p50": round(percentile(clerk.ages, 0.5), 1),
        "path_ms_p95": round(percentile(clerk.ages, 0.95), 1),
        "core_per_seat": round(spent / speakers, 4),
    }


def _used(process: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
