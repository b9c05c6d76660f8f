"""Playback over HTTP: what is there, what each may have of it, and what is noted."""

import io
import json
import sqlite3
import time
from pathlib import Path

import av
import pytest

from tests.recording import streams

from .harness import Client, Refusal, ServerProcess, serving
from .rebuilt import rebuild

BEGAN = 1_790_000_000_000


async def told(client: Client, query: str = "") -> dict:
    return await client.get(f"/api/seats/{client.seat}/playback{query}")


async def piece(client: Client, party: str, source: str, at: int) -> bytes:
    return await client.get(f"/api/seats/{client.seat}/playback/{party}/{source}/{at}")


async def test_bench_and_clerk_play_it_and_it_is_noted_once(tmp_path: Path) -> None:
    """The index has tracks, gap, lines, stages; a fragment plays; a sitting is one row of the trail."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=60, began_at=BEGAN)
        async with Client(server, "clerk") as clerk:
            await clerk.link()
            found = await told(clerk)
            assert found["began_at"] == BEGAN
            assert found["ended_at"] == BEGAN + 60_000
            assert len(found["tracks"]) == 10
            assert all(track["segments"][0] == [BEGAN, BEGAN + 10_000] for track in found["tracks"])
            (gap,) = found["gaps"]
            assert (gap["party"], gap["cause"]) == (held.seats["defendant"], "network")
            assert len(found["lines"]) == 24
            assert [turn["kind"] for turn in found["turns"]][:3] == ["phase", "phase", "stage"]
            assert found["masked"] == []
            again = await told(clerk, f"?since={found['seq']}&scope={found['scope']}")
            assert (again["tracks"], again["lines"], again["since"]) == ([], [], found["seq"])
            assert (await told(clerk, f"?since={found['seq']}&scope=x"))["since"] == 0

            judge = held.seats["presiding_judge"]
            data = await piece(clerk, judge, "camera", BEGAN + 10_000)
            with av.open(io.BytesIO(data)) as source:
                shown = [streams.read_number(frame) for frame in source.decode(video=0)]
            assert shown == list(range(300, 600))
            async with clerk.http.get(
                f"{clerk.url}/api/seats/{clerk.seat}/playback/{judge}/camera/{BEGAN}"
            ) as response:
                tag = response.headers["ETag"]
                assert response.headers["Cache-Control"] == "private, no-store"
                assert response.content_type == "video/webm"
            async with clerk.http.get(
                f"{clerk.url}/api/seats/{clerk.seat}/playback/{judge}/camera/{BEGAN}",
                headers={"If-None-Match": tag},
            ) as response:
                assert response.status == 304
        rows = viewed(server)
        assert rows == [(held.seats["clerk"], "recording")]


def viewed(server: ServerProcess) -> list[tuple[str, str]]:
    with sqlite3.connect(server.data / "hearings.sqlite3") as database:
        query = "select actor, detail from audit where action = 'view' order by id"
        return list(database.execute(query))


async def test_who_may_not_play_is_told_nothing(tmp_path: Path) -> None:
    """The defendant of a confidential recording, another's seat, ids of other things: 404."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=30, began_at=BEGAN)
        judge = held.seats["presiding_judge"]
        async with Client(server, "defendant") as defendant, Client(server, "counsel") as counsel:
            await defendant.link()
            with pytest.raises(Refusal, match="not_found"):
                await told(defendant)
            with pytest.raises(Refusal, match="not_found"):
                await piece(defendant, judge, "camera", BEGAN)
            await counsel.link()
            assert len((await told(counsel))["tracks"]) == 10  # confidential, and closed
            for party, source, at in (
                (judge, "camera", BEGAN + 1),
                (judge, "room", BEGAN),
                (judge, "nothing", BEGAN),
                ("x", "camera", BEGAN),
            ):
                with pytest.raises(Refusal, match="not_found"):
                    await piece(counsel, party, source, at)
            with pytest.raises(Refusal, match="not_found"):
                await counsel.get(f"/api/seats/{judge}/playback")


async def test_a_changed_file_is_not_played(tmp_path: Path) -> None:
    """It is refused by its code, and the others play."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=30, began_at=BEGAN)
        judge = held.seats["presiding_judge"]
        (path,) = server.data.glob(f"recordings/*/{judge}/camera/{BEGAN}-*.mkv")
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        async with Client(server, "clerk") as clerk:
            await clerk.link()
            with pytest.raises(Refusal, match="recording_damaged"):
                await piece(clerk, judge, "camera", BEGAN)
            assert await piece(clerk, judge, "microphone", BEGAN)


async def test_three_hours_are_told_at_once_and_then_only_what_is_new(tmp_path: Path) -> None:
    """The index of a long hearing is small on the line, and its sequel almost nothing."""
    async with serving(tmp_path / "data") as server:
        await rebuild(server, seconds=10_800, began_at=BEGAN, lines=1500)
        async with Client(server, "clerk") as clerk:
            await clerk.link()
            started = time.perf_counter()
            async with clerk.http.get(
                f"{clerk.url}/api/seats/{clerk.seat}/playback",
                headers={"Accept-Encoding": "gzip"},
                auto_decompress=False,
            ) as response:
                body = await response.read()
            first = time.perf_counter() - started
            found = await told(clerk)
            assert sum(len(track["segments"]) for track in found["tracks"]) == 10_799
            sequel = await told(clerk, f"?since={found['seq']}&scope={found['scope']}")
            print(f"\nindex of 3 h: {len(body)} bytes gzipped, {first:.2f} s the first time; "
                  f"sequel {len(json.dumps(sequel))} bytes")  # fmt: skip
            assert len(body) < 200_000
            assert len(json.dumps(sequel)) < 4_000
