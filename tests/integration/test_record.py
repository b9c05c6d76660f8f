"""The record of a real server: recorded, signed, downloaded, verified offline; over a kill -9 too."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from .harness import Client, Refusal, ServerProcess
from .speaking import Speaker
from .test_media import logged


@contextlib.asynccontextmanager
async def two(server: ServerProcess) -> AsyncIterator[tuple[Speaker, Speaker]]:
    """Judge and clerk, seen and heard without end, in session."""
    async with Speaker(server, "presiding_judge") as judge, Speaker(server, "clerk") as clerk:
        for speaker in (judge, clerk):
            await speaker.sit()
        await judge.ask("open_hearing")
        yield judge, clerk


def verify(path: Path, *more: object) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings, in a process that has nothing but the path."""
    done = subprocess.run(
        [sys.executable, "-m", "hearing_server", "verify", str(path), "--json", *map(str, more)],
        capture_output=True,
        text=True,
        cwd=path.parent,
        env={"PATH": os.defpath, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    (record,) = json.loads(done.stdout)["records"]
    return done.returncode, record["findings"]


def of(findings: list[dict[str, Any]], level: str) -> list[str]:
    return [one["code"] for one in findings if one["level"] == level]


def least_recorded(findings: list[dict[str, Any]]) -> int:
    """Milliseconds, of the four tracks of two people."""
    tracks = [one for one in findings if (one["level"], one["code"]) == ("ok", "track")]
    assert len(tracks) == 4, findings
    return min(int(one["recorded_ms"]) for one in tracks)


def home(server: ServerProcess) -> Path:
    (log,) = (server.data / "recordings").glob("*/log.jsonl")
    return log.parent


async def bundle(client: Client, whose: str) -> bytes:
    """Asked for, watched, taken."""
    path = f"/api/seats/{client.seat}/exports"
    job = await client.post(path, {"kind": "bundle", "party": whose})
    async with asyncio.timeout(60):
        while job["state"] != "done":
            assert job["state"] in ("queued", "running"), job
            await asyncio.sleep(0.1)
            listed = (await client.get(path))["exports"]
            (job,) = [one for one in listed if one["id"] == job["id"]]
    data: bytes = await client.get(f"{path}/{job['id']}/file")
    return data


async def refused(client: Client, path: str) -> tuple[int, str]:
    with pytest.raises(Refusal) as refusal:
        await client.get(path)
    return refusal.value.status, refusal.value.code


async def test_the_record_proves_itself(server: ServerProcess, tmp_path: Path) -> None:
    """Folder and download alike: every segment, the roots of pause and closing, the pause with its cause."""
    async with two(server) as (judge, clerk):
        with pytest.raises(Refusal) as early:
            await bundle(clerk, clerk.seat)
        assert (early.value.status, early.value.code) == (409, "wrong_phase")
        await asyncio.sleep(4)
        await judge.ask("pause_hearing", reason="休息")
        await asyncio.sleep(3)
        await judge.ask("resume_hearing")
        await asyncio.sleep(4)
        await judge.ask("close_hearing", override="演示")
        await clerk.event("root_signed", cause="paused")
        await clerk.event("root_signed", cause="closed")
        for name, whose in (("copy", clerk.seat), ("outside", "")):
            (tmp_path / f"{name}.asice").write_bytes(await bundle(clerk, whose))
        async with Client(server, "counsel") as counsel:  # who was not in the courtroom
            await counsel.link()
            path = f"/api/seats/{counsel.seat}/exports"
            assert await refused(counsel, path) == (404, "not_found")
        assert (await server.stop()) == 0
    root = server.data / "keys" / "court" / "root.crt.pem"
    for path in (home(server), tmp_path / "copy.asice", tmp_path / "outside.asice"):
        code, findings = verify(path, "--root", root)
        assert (code, of(findings, "error")) == (0, []), findings
        assert of(findings, "ok").count("root") >= 2
        assert least_recorded(findings) > 6_000, findings
        gaps = {(one["source"], one["cause"]) for one in findings if one["code"] == "gap"}
        assert {("camera", "paused"), ("microphone", "paused")} <= gaps
    with contextlib.suppress(StopIteration):
        next(home(server).glob("*/*/*.mkv")).unlink()
    code, findings = verify(home(server), "--root", root)
    assert code == 1
    assert "segment_missing" in of(findings, "error")


@pytest.mark.fault
async def test_a_kill_leaves_a_record_that_the_next_start_completes(server: ServerProcess) -> None:
    """Killed in session and again right after the closing: roots once each, the log's copy whole, the hole named."""
    async with two(server):
        await asyncio.sleep(4)
        assert await server.stop(signal.SIGKILL) == -signal.SIGKILL
    await server.start()
    async with Client(server, "presiding_judge") as judge_again:
        await judge_again.enter()
        await judge_again.ask("close_hearing", override="演示")
        assert await server.stop(signal.SIGKILL) == -signal.SIGKILL
    await server.start()
    async with Client(server, "presiding_judge") as once_more:
        await once_more.enter()
        async with asyncio.timeout(30):
            while not [e for e in logged(server.data) if e["type"] == "root_signed"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert await server.stop() == 0
    causes = [e["cause"] for e in logged(server.data) if e["type"] == "root_signed"]
    assert causes.count("closed") == 1
    code, findings = verify(home(server), "--data", server.data)
    assert (code, of(findings, "error")) == (0, []), findings
    lines = (home(server) / "log.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["event"] for line in lines] == logged(server.data)
    assert least_recorded(findings) > 2_500, findings  # at most a second lost
    gaps = [one for one in findings if one["code"] == "gap" and one["cause"] == "server"]
    assert len(gaps) == 4, "\n".join(one["text"] for one in findings)
