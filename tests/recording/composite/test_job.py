"""Jobs in trouble: killed, cancelled, out of room, or made of segments that are not what they should be."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hearing_server.services.composite import Cue, Script
from recording.composite import chunk
from recording.encryption import Keyring, new_hearing_key
from recording.exporting.child import Child
from recording.exporting.job import Job, discard
from recording.exporting.order import Failed, Order, Task
from recording.opened import ExportRefused, unsealed
from tests.recording import streams
from tests.recording.footage import Archive, filmed, heard, length_prefixed, parameter_sets

from .conftest import order_of
from .scenes import FOUR, JUDGE, START, lumas, script, tile_number
from .test_composite import boxes, decodes, pictures, probe

SECONDS = 65.0  # two chunks
pytestmark = pytest.mark.timeout(900)  # the work itself is nice to others


@pytest.fixture
def long(archive: Archive) -> Archive:
    """A judge's camera and microphone for longer than a chunk lasts."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(SECONDS), START))
    archive.keep("judge", "microphone", "opus", heard(streams.encode_sound(SECONDS), START))
    return archive


def order(archive: Archive, folder: Path, kind="composite", seconds: float = SECONDS) -> Order:
    return order_of(script(archive.segments, seconds, seats=(JUDGE,)), folder, kind, archive.folder)


async def begun(job: Job, path: Path) -> asyncio.Task:
    """The job at work, once there is something at `path`."""
    task = asyncio.create_task(job.make())
    await until(lambda: path.exists() or task.done())
    assert not task.done()
    return task


async def until(holds: Callable[[], bool]) -> None:
    """What another process does is seen by looking."""
    async with asyncio.timeout(300):
        while not holds():  # noqa: ASYNC110 - files and processes tell nobody
            await asyncio.sleep(0.01)


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def same(one: Order, other: Order) -> bool:
    """Not a byte differs."""
    return Path(one.output).read_bytes() == Path(other.output).read_bytes()


@pytest.mark.fault
async def test_a_killed_process_is_replaced_and_the_file_is_the_same(long, tmp_path):
    """kill -9 in the middle of a chunk: the other chunk is kept, and not a byte differs in the end."""
    whole = order(long, tmp_path / "whole")
    await Job(whole).make()
    killed = order(long, tmp_path / "killed")
    job = Job(killed, workers=1)
    task = await begun(job, killed.chunk(1).with_name("00001.mkv.part"))
    made = killed.chunk(0).stat().st_ino
    (pid,) = job.pids
    os.kill(pid, signal.SIGKILL)
    await until(lambda: pid not in job.pids)
    assert killed.chunk(0).stat().st_ino == made
    await task
    assert same(killed, whole)
    assert not killed.work.exists()
    seen = lumas(Path(whole.output))
    assert len(seen) == SECONDS * 25
    box = boxes(JUDGE)["judge"]
    for index in range(59 * 25, 61 * 25):  # over the seam of the chunks
        at, luma = seen[index]
        assert tile_number(luma, box) / 30 == pytest.approx(at % (1024 / 30), abs=0.04)
    decodes(Path(whole.output))


VICTIM = """
import asyncio, sys
from pathlib import Path
import msgspec
from recording.exporting.job import Job
from recording.exporting.order import Order

async def main():
    job = Job(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Order), workers=1)
    task = asyncio.create_task(job.make())
    while not job.pids:
        await asyncio.sleep(0.01)
    print(*job.pids, flush=True)
    await task

asyncio.run(main())
"""


@pytest.mark.fault
async def test_a_killed_server_takes_its_processes_along_and_the_next_goes_on(long, tmp_path):
    """The work is gone within seconds of its parent; what was done is used, the file is the same."""
    wanted = order(long, tmp_path / "killed")
    path = tmp_path / "order.json"
    path.write_bytes(msgspec.json.encode(wanted))
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", VICTIM, str(path), stdout=subprocess.PIPE
    )
    assert victim.stdout is not None
    child = int(await victim.stdout.readline())
    await until(wanted.chunk(1).with_name("00001.mkv.part").exists)
    made = wanted.chunk(0).stat().st_ino
    victim.kill()
    await victim.wait()
    await until(lambda: not runs(child))
    shares: list[float] = []
    again = Job(wanted, told=shares.append)
    task = asyncio.create_task(again.make())
    await until(lambda: bool(again.pids))
    assert wanted.chunk(0).stat().st_ino == made
    assert shares[0] > 0.8  # of two chunks the longer one is there
    await task
    whole = order(long, tmp_path / "whole")
    await Job(whole).make()
    assert same(wanted, whole)


async def test_a_partys_file_tells_how_far_it_is(long, tmp_path):
    shares: list[float] = []
    await Job(order(long, tmp_path, "party"), told=shares.append).make()
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any(0.1 < share < 1.0 for share in shares)


async def test_chunks_of_another_script_are_not_used(long, tmp_path):
    """More was sealed in between: what was drawn before is drawn anew."""
    first = order(long, tmp_path)
    job = Job(first, workers=1)
    task = await begun(job, first.chunk(0))
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert job.pids == set()
    changed = msgspec.structs.replace(first, script=script(long.segments, 2.0, seats=FOUR))
    elsewhere = msgspec.structs.replace(first, folders=[*first.folders, str(tmp_path / "two")])
    assert len({first.digest, changed.digest, elsewhere.digest}) == 3
    await Job(changed).make()
    assert len(lumas(Path(changed.output))) == 50


async def test_a_cancelled_job_leaves_nothing(long, tmp_path):
    """Its processes are gone, and after `discard` its files."""
    wanted = order(long, tmp_path)
    job = Job(wanted)
    task = await begun(job, wanted.chunk(0).with_name("00000.mkv.part"))
    pids = set(job.pids)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert not any(map(runs, pids))
    discard(Path(wanted.output))
    assert list((tmp_path / "exports").iterdir()) == []


@pytest.mark.parametrize("kind", ["composite", "sound", "party", "captions"])
async def test_a_full_disk_is_said_and_nothing_is_half_written(long, tmp_path, kind):
    """A tmpfs of 64 KB, or where none can be mounted the limit of a file's size."""
    (tmp_path / "exports").mkdir()
    mounted = _mount(tmp_path / "exports")
    try:
        wanted = order(long, tmp_path, kind)
        if kind == "captions":
            (tmp_path / "exports" / "ballast").write_bytes(bytes(56 * 1024)) if mounted else None
            wanted = msgspec.structs.replace(wanted, script=_talkative(wanted.script))
        if not mounted:
            wanted = msgspec.structs.replace(wanted, most_bytes=48 * 1024)
        with pytest.raises(ExportRefused) as caught:
            await Job(wanted).make()
        assert caught.value.code == "disk_full"
        discard(Path(wanted.output))
        left = {path.name for path in (tmp_path / "exports").iterdir()} - {"ballast"}
        assert left == set()
    finally:
        if mounted:
            _unmount(tmp_path / "exports")


def _talkative(of: Script) -> Script:
    cues = tuple(
        Cue(
            started_at=START + n * 60, ended_at=START + n * 60 + 50, text="某人说了很长的一句话" * 8
        )
        for n in range(1000)
    )
    return replace(of, cues=cues)


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], check=True)


def _mount(folder: Path) -> bool:
    asked = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


async def test_a_changed_or_missing_segment_is_shown_as_damaged_and_named(archive, make):
    """The composite goes on: words in the seat for that time, the names in the answer."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(30), START))
    _, second, third, _ = archive.segments
    path = archive.folder / second.name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (archive.folder / third.name).unlink()
    file, damaged = await make(script(archive.segments, 30, seats=(JUDGE,)))
    assert damaged == {second.name: "changed", third.name: "missing"}
    box, seen = boxes(JUDGE)["judge"], dict((round(at, 2), luma) for at, luma in lumas(file))
    assert tile_number(seen[5.0], box) == 150
    assert tile_number(seen[29.0], box) == pytest.approx(870, abs=1)
    for at in (12.0, 20.0):
        words = seen[at][box.y + 8 : box.bottom - 8, box.x + 8 : box.right - 8]
        assert 0.001 < (words > 120).mean() < 0.1


async def test_an_exchanged_segment_is_refused_in_a_partys_file(archive, make):
    """One file under the name of another: the copy of the tracks is not made, and says why."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(20), START))
    first, second, *_ = archive.segments
    (archive.folder / second.name).write_bytes((archive.folder / first.name).read_bytes())
    with pytest.raises(ExportRefused) as caught:
        await make(script(archive.segments, 20, seats=(JUDGE,)), "party")
    assert caught.value.segment == second.name
    assert caught.value.code in ("segment_changed", "segment_truncated")


async def test_h264_without_parameter_sets_is_named_and_the_rest_is_shown(archive, make):
    """A whole file out of which no picture comes; the next one plays."""
    frames = streams.encode_video("h264", 180, size=(320, 180))
    sets = parameter_sets(frames[0])
    bare = [length_prefixed(data)[-(len(data) // 3) :] for data in frames[:90]]
    broken = archive.keep("judge", "camera", "h264", filmed(bare, START), private=sets[:6])
    good = [length_prefixed(data) for data in frames[90:]]
    archive.keep(
        "judge", "camera", "h264", filmed(good, START + 3_000), size=(320, 180), private=sets
    )
    file, damaged = await make(script(archive.segments, 6, seats=(JUDGE,)))
    assert set(damaged) == {broken[0].name}
    seen = dict((round(at, 2), luma) for at, luma in lumas(file))
    assert tile_number(seen[5.0], boxes(JUDGE)["judge"]) == pytest.approx(150, abs=1)
    decodes(file)


async def test_vp8_of_impossible_size_costs_neither_memory_nor_the_others(archive, make):
    """16383x16383 in a header: that file is named, the other seat is seen."""
    frames = list(pictures(2))
    head = bytearray(frames[0])
    head[6:10] = (16383).to_bytes(2, "little") * 2
    broken = archive.keep("counsel", "camera", "vp8", filmed([bytes(head), *frames[1:]], START))
    archive.keep("judge", "camera", "vp8", filmed(frames, START))
    file, damaged = await make(script(archive.segments, 2, seats=FOUR))
    assert set(damaged) == {broken[0].name}
    _, luma = lumas(file)[25]
    assert tile_number(luma, boxes(*FOUR)["judge"]) == 30


async def test_encrypted_segments_need_the_key(tmp_path, court_key):
    """Without it the job names the first segment; with it the same file as from plain ones is made."""
    key = new_hearing_key(court_key.public_key(), "h1")
    secret = Archive(tmp_path / "secret", key=key)
    secret.keep("judge", "camera", "vp8", filmed(pictures(2), START))
    told = script(secret.segments, 2.0, seats=(JUDGE,))
    with pytest.raises(ExportRefused) as caught:
        unsealed([secret.folder], secret.segments, None)
    assert (caught.value.code, caught.value.segment) == ("no_key", secret.segments[0].name)
    keys = unsealed([secret.folder], secret.segments, Keyring(court_key))
    assert list(keys) == [key.sealed.hex()]
    plain = Archive(tmp_path / "recordings")
    plain.keep("judge", "camera", "vp8", filmed(pictures(2), START))
    opened = msgspec.structs.replace(
        order_of(script([], 2.0), tmp_path, recordings=secret.folder), script=told, keys=keys
    )
    await Job(opened).make()
    _, luma = lumas(Path(opened.output))[25]
    assert tile_number(luma, boxes(JUDGE)["judge"]) == 30
    probe(Path(opened.output))


@pytest.fixture
def court_key():
    return X25519PrivateKey.generate()


async def test_nothing_recorded_in_the_span_is_said(archive, make):
    """No file of nothing."""
    with pytest.raises(ExportRefused) as caught:
        await make(script([], 0, seats=(JUDGE,)))
    assert caught.value.code == "no_segments"


def test_a_segment_with_an_astray_name_is_refused(archive, tmp_path):
    """A name from a log leads nowhere else."""
    archive.keep("judge", "camera", "vp8", filmed(pictures(1), START))
    astray = replace(archive.segments[0], name="../../etc/passwd")
    told = script([astray], 1.0, seats=(JUDGE,))
    (tmp_path / "exports").mkdir()
    wanted = order_of(script([], 1.0), tmp_path, "party", archive.folder)
    answer = Child(msgspec.structs.replace(wanted, script=told)).do(Task())
    assert isinstance(answer, Failed)
    assert answer.code == "export_failed"


def test_pieces_follow_each_other_to_the_frame():
    """No frame twice, none left out, none longer than a chunk."""
    pieces = chunk.pieces_of(script([], 200.02))
    assert [piece.frames for piece in pieces] == [1500, 1500, 1500, 501]
    assert [piece.first for piece in pieces] == [0, 1500, 3000, 4500]
    assert pieces[1].started_at == START + 60_000
