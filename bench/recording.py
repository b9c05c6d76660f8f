"""What recording costs and keeps: `python -m bench recording [--json]`.

- `extra_us_per_received`: CPU of server and recorder for each packet that came, above forwarding alone;
  the same four rooms of four, without and with recording, in turn.
- `dropped`: packets that 16 rooms of 4 sent and no viewer or no recording has.
- `finish_s`: from the closing of a three-hour hearing of five to its last segment in the log.
- `bytes_per_hour`: of one party's sound and picture at `mbit` megabits a second.
- `av_offset_ms_max`: the most that sound and picture are apart, read from recordings whose cameras burn
  in a frame counter and whose microphones play time codes: at 0 and 5 % loss, over a reconnect, a change
  of size and a change of codec.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.recording_finish import finish
from bench.sfu import LINGER, WARM_UP, ServerProcess, fill
from bench.sfu_load import Load
from recording.recorder import ProcessRecorder
from signaling.sfu import Sfu, SfuSettings
from tests.recording.live import LARGE, SMALL, Film, Studio, Take, anchor
from tests.recording.reports import Reports

PARTIES = 4
COST_ROOMS, MANY_ROOMS = 4, 16
TURNS = 2
TAKES: tuple[Take, ...] = (
    ("opus", 0, 12, SMALL),
    ("opus", 14, 26, SMALL),
    ("vp8", 0, 6, SMALL),
    ("vp8", 6, 12, LARGE),
    ("vp8", 14, 20, SMALL),
    ("h264", 20, 26, SMALL),
)
WARM_S = 2  # until the first sender reports are taken up


def run(rooms: int, seconds: float, *, record: bool) -> dict[str, Any]:
    """One load: µs of CPU per received packet, and what was lost on the way to viewers and files."""
    server = ServerProcess(record=record)
    clients = asyncio.run(fill(server, rooms, PARTIES))
    load = Load(clients)
    load.run(time.monotonic() + WARM_UP)
    before, began = server.call("usage"), time.monotonic()
    load.run(began + seconds)
    after, took = server.call("usage"), time.monotonic() - began
    load.run(time.monotonic() + LINGER, sending=False)
    sent = sum(track.sent for client in clients for track in client.tracks)
    viewed = sum(client.received for client in clients)
    server_has = server.call("usage")["received"]
    kept = server.call("finish") if record else {}
    server.close()
    received = after["received"] - before["received"]
    cpu = sum(after[name] - before[name] for name in ("cpu", "recorder_cpu"))
    return {
        "us": cpu / received * 1e6,
        "pps": received / took,
        "on_the_way_in": max(0, sent - server_has),
        "to_viewers": max(0, server_has * (PARTIES - 1) - viewed),
        "by_recorder": kept.get("overruns", 0),
        "bytes": kept.get("size", 0),
        "seconds": kept.get("seconds", 0.0),
    }


def cost(seconds: float) -> dict[str, Any]:
    """The difference of the least of the turns without and with recording: what disturbs only adds."""
    without, with_ = [], []
    for _ in range(TURNS):
        without.append(run(COST_ROOMS, seconds, record=False))
        with_.append(run(COST_ROOMS, seconds, record=True))
    alone, recorded = min(r["us"] for r in without), min(r["us"] for r in with_)
    written = with_[-1]
    hourly = written["bytes"] / max(written["seconds"], 1e-9) * 3600
    return {
        "extra_us_per_received": round(recorded - alone, 2),
        "forwarding_us_per_received": round(alone, 2),
        "bytes_per_hour": round(hourly),
        "mbit": round(hourly * 8 / 3600 / 1e6, 2),
    }


def many(seconds: float) -> dict[str, Any]:
    """Where something is dropped on the way in, the machine is too busy for the load: see `received_pps`,
    of 12,800 that are sent. The recorder counts gaps of its own making; none may be.
    """
    found = run(MANY_ROOMS, seconds, record=True)
    where = {name: found[name] for name in ("on_the_way_in", "to_viewers", "by_recorder")}
    return {
        "rooms": MANY_ROOMS,
        "received_pps": round(found["pps"]),
        "dropped": sum(where.values()),
        **{f"dropped_{name}": count for name, count in where.items()},
    }


@asynccontextmanager
async def set_up(folder: Path) -> AsyncIterator[tuple[Sfu, ProcessRecorder, Reports]]:
    sfu, reports = Sfu(SfuSettings(host="127.0.0.1")), Reports()
    await sfu.start()
    recorder = ProcessRecorder(folder, reports, anchor=anchor)
    await recorder.start()
    try:
        yield sfu, recorder, reports
    finally:
        await recorder.close()
        await sfu.close()


async def offset(loss: float) -> float:
    """Two connections; in the first the camera changes its size, in the second its codec."""
    with tempfile.TemporaryDirectory() as name:
        async with set_up(Path(name)) as (sfu, recorder, reports):
            studio = Studio(sfu, recorder, loss=loss)
            await studio.rehearse(*TAKES)
            for begin in (0, 14):
                await studio.connect()
                microphone = studio.produce("microphone", "opus")
                sound = asyncio.create_task(studio.play([microphone], begin, begin + 12))
                camera = studio.produce("camera", "vp8")
                await studio.play([camera], begin, begin + 6)
                if begin:
                    camera.end("device")
                    camera = studio.produce("camera", "h264")
                await studio.play([camera], begin + 6, begin + 12, SMALL if begin else LARGE)
                await sound
                for track in (camera, microphone):
                    track.end("network")
            await recorder.flush("h1")
            film = await asyncio.to_thread(Film, Path(name), reports, studio)
            await studio.hang_up()
            spans = ((WARM_S, 12), (14 + WARM_S, 20), (20 + WARM_S, 26))
            return max(film.apart(begin, end) for begin, end in spans)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench recording")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    asked = parser.parse_args(argv)
    load_before = os.getloadavg()[0]
    figures = cost(asked.seconds)
    figures |= many(asked.seconds)
    figures["finish_s"] = round(asyncio.run(finish()), 3)
    offsets = [asyncio.run(offset(loss)) for loss in (0.0, 0.05)]
    figures["av_offset_ms_max"] = round(max(offsets), 1)
    figures["av_offset_ms"] = [round(each, 1) for each in offsets]
    figures["load"] = [round(load_before, 1), round(os.getloadavg()[0], 1)]
    if asked.json:
        print(json.dumps(figures))
        return
    for figure, value in figures.items():
        print(f"{figure:26} {value}")
