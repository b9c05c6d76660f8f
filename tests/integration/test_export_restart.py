"""A server that is killed while an export is being made: the next one goes on, and no file is half."""

import asyncio
import signal
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest

from .harness import Client, Refusal, ServerProcess, serving
from .rebuilt import rebuild

pytestmark = pytest.mark.fault

BEGAN = 1_790_000_000_000
SECONDS, SPAN = 360, 8  # of sound in six chunks, of picture in one
LONG = 3600  # of one party in six pieces a track
GONE_WITHIN = 10.0  # seconds after the kill
MADE_WITHIN = 120.0

Job = dict[str, Any]


async def children(server: ServerProcess) -> list[int]:
    """The process ids of those at work on exports."""
    listed = await asyncio.to_thread(
        subprocess.run,
        ["pgrep", "-P", str(server.pid), "-f", "recording.exporting.child"],
        capture_output=True,
        text=True,
    )
    return [int(pid) for pid in listed.stdout.split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Clerk(Client):
    async def ask_export(self, **wish: object) -> str:
        asked = await self.post(f"/api/seats/{self.seat}/exports", wish)
        return str(asked["id"])

    async def jobs(self) -> dict[str, Job]:
        listed = await self.get(f"/api/seats/{self.seat}/exports")
        return {job["id"]: job for job in listed["exports"]}

    async def taken(self, job: str) -> bytes | None:
        """The file, whole; None while there is nothing to take away."""
        try:
            file = await self.get(f"/api/seats/{self.seat}/exports/{job}/file")
        except Refusal as refusal:
            if refusal.status != 404:
                raise
            return None
        now = (await self.jobs())[job]
        assert (now["state"], now["size"]) == ("done", len(file))
        assert isinstance(file, bytes)
        return file

    async def made(self, job: str) -> bytes:
        """Until then nothing is given, and nothing fails."""
        async with asyncio.timeout(MADE_WITHIN):
            while (file := await self.taken(job)) is None:
                assert (await self.jobs())[job]["state"] in ("queued", "running", "done")
                await asyncio.sleep(0.3)
        return file


async def begun(server: ServerProcess, clerk: Clerk, job: str, share: float) -> list[int]:
    """Until so much of it is done, and not all; the processes at work on it."""
    async with asyncio.timeout(MADE_WITHIN):
        while (now := (await clerk.jobs())[job])["progress"] < share:
            assert await clerk.taken(job) is None
            await asyncio.sleep(0.1)
    assert now["state"] == "running"
    working = await children(server)
    assert working
    return working


async def killed(server: ServerProcess, working: list[int]) -> None:
    """The server dies as in a power cut, its processes with it; then it is started again."""
    await server.stop(signal.SIGKILL)
    async with asyncio.timeout(GONE_WITHIN):
        while any(alive(pid) for pid in working):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await server.start()


def seconds(path: Path, kind: str) -> float:
    """How long its picture or sound is, decoded to the end."""
    with av.open(str(path)) as file:
        if kind == "video":
            return sum(1 for _ in file.decode(file.streams.video[0])) / 25
        frames = file.decode(file.streams.audio[0])
        return sum(frame.samples / frame.sample_rate for frame in frames)


@pytest.mark.timeout(300)
async def test_a_killed_server_goes_on_with_its_exports(tmp_path: Path) -> None:
    """The sound from the chunk that was missing, then the picture of a span that waited behind it."""
    async with serving(tmp_path / "data") as server:
        await rebuild(server, seconds=SECONDS, began_at=BEGAN)
        async with Clerk(server, "clerk") as clerk:
            await clerk.link()
            sound = await clerk.ask_export(kind="sound")
            limits = {"started_at": BEGAN + 10_000, "ended_at": BEGAN + 10_000 + SPAN * 1000}
            span = await clerk.ask_export(kind="span", **limits)

            working = await begun(server, clerk, sound, 0.35)  # two at work: one chunk is done
            (work,) = server.data.rglob(f"{sound}.m4a.work")
            await killed(server, working)
            drawn = {note: note.stat().st_mtime_ns for note in work.glob("*.json")}
            assert drawn
            states = {job: one["state"] for job, one in (await clerk.jobs()).items()}
            assert states == {sound: "running", span: "queued"}
            while len([*work.glob("*.json")]) <= len(drawn):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            assert {note: note.stat().st_mtime_ns for note in drawn} == drawn
            voices, film = tmp_path / "voices.m4a", tmp_path / "film.mp4"
            voices.write_bytes(await clerk.made(sound))

            await killed(server, await begun(server, clerk, span, 0.1))
            film.write_bytes(await clerk.made(span))
            assert not [*server.data.rglob("*.work"), *server.data.rglob("*.part")]
            assert not await children(server)
    assert await asyncio.to_thread(seconds, voices, "audio") == pytest.approx(SECONDS, abs=0.2)
    assert await asyncio.to_thread(seconds, film, "video") == pytest.approx(SPAN, abs=0.1)
    assert await asyncio.to_thread(seconds, film, "audio") == pytest.approx(SPAN, abs=0.2)


@pytest.mark.timeout(300)
async def test_a_killed_server_goes_on_with_one_partys_tracks(tmp_path: Path) -> None:
    """From the piece that was missing; what is done is not done again, and all of it is in the file."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=LONG, began_at=BEGAN)
        async with Clerk(server, "clerk") as clerk:
            await clerk.link()
            job = await clerk.ask_export(kind="party", party=held.seats["prosecutor"])
            async with asyncio.timeout(MADE_WITHIN):
                while not (made := [*server.data.rglob(f"{job}.mkv.work/*.json")]):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            await killed(server, await children(server))
            drawn = {note: note.stat().st_mtime_ns for note in made[0].parent.glob("*.json")}
            assert 0 < len(drawn) < 12
            (now,) = (await clerk.jobs()).values()
            assert now["state"] in ("queued", "running")
            while (found := [*made[0].parent.glob("*.json")]) and len(found) <= len(drawn):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            assert {note: note.stat().st_mtime_ns for note in drawn} == drawn
            film = tmp_path / "party.mkv"
            film.write_bytes(await clerk.made(job))
            assert not [*server.data.rglob("*.work"), *server.data.rglob("*.part")]
    with av.open(str(film)) as source:
        count = [0, 0]
        for packet in source.demux():
            count[packet.stream.index] += packet.pts is not None
    assert count == [LONG * 30, LONG * 50]
