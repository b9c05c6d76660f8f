"""Disks that fail while a hearing is recorded, each for real, under a real worker."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import av
import pytest

from hearing_server.services.media import PacketSink, RecordingHealth
from hearing_server.services.worker_link import process as module
from recording.integrity import check_segments
from recording.recorder import ProcessRecorder

from . import streams
from .reports import Reports, begin

pytestmark = pytest.mark.fault

COPIED_WITHIN_S = 20
SEGMENT_S = 2.0  # of the tests' tracks: each ends and begins again


class Bench:
    """A recorder over two folders, fed in real time by a microphone that starts a segment every 2 s."""

    def __init__(self, one: Path, two: Path | None) -> None:
        self.one, self.two = one, two
        self.reports = Reports()
        self.health: list[RecordingHealth] = []
        self.recorder = ProcessRecorder(one, self.reports, second=two, on_health=self.health.append)
        self.sent = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def folders(self) -> list[Path]:
        return self.recorder.folders

    async def start(self) -> None:
        await self.recorder.start()
        self._task = asyncio.create_task(self._speak())

    async def stop(self) -> None:
        """End the track and see everything reported."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.recorder.flush("h1")

    def whole(self, folder: Path) -> set[str]:
        """The names of complete segments in a folder."""
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*.mkv")}

    async def alike(self) -> None:
        """Return when both folders hold the same segments: what one of them missed is copied to it."""
        assert self.two is not None
        async with asyncio.timeout(COPIED_WITHIN_S):
            while self.whole(self.one) != self.whole(self.two):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.05)

    def missing(self) -> int:
        """How many frames of all that were sent are in no segment of the log."""
        assert check_segments(self.folders, self.reports.segments) == []
        return self.sent - sum(segment.frames for segment in self.reports.segments)

    async def _speak(self) -> None:
        packets = streams.sound_packets(streams.encode_sound(SEGMENT_S))
        start, turn, sink = time.monotonic(), 0, None
        try:
            while True:
                sink = begin(self.recorder, "opus", "microphone")
                await self._say(sink, packets, start + turn * SEGMENT_S)
                turn += 1
        finally:
            sink.on_end("closed")

    async def _say(self, sink: PacketSink, packets: list[streams.Packet], start: float) -> None:
        for packet in packets:
            ahead = start + packet.at - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
            sink.on_rtp(packet.data, start + packet.at)
            self.sent += 1
        sink.on_end("muted")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Callable]:
    running: list[Bench] = []

    async def starter(one: Path | None = None, two: Path | None = None) -> Bench:
        running.append(Bench(one or tmp_path / "one", two))
        await running[-1].start()
        return running[-1]

    yield starter
    for each in running:
        await each.recorder.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KB."""
    place = tmp_path / "small"
    place.mkdir()
    _mount("-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place))
    yield place
    while subprocess.run(["umount", "-l", str(place)], capture_output=True).returncode == 0:
        pass


def _umount(place: Path) -> None:
    subprocess.run(["umount", "-l", str(place)], check=True)


def _mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting needs root: {done.stderr.strip()}")


def decodes(bench: Bench) -> bool:
    """Every segment of the log can be read to its end by another reader, with the frames it says."""
    for segment in bench.reports.segments:
        path = next(p for f in bench.folders if (p := f / segment.name).exists())
        with av.open(str(path)) as source:
            if sum(1 for packet in source.demux() if packet.size) != segment.frames:
                return False
    return True


@pytest.mark.parametrize("which", ["first", "second"])
async def test_one_full_disk_costs_no_frame_and_is_made_good(which, bench, small, tmp_path):
    """The other goes on; told within a second, told again when there is room, and the copies made."""
    other = tmp_path / "other"
    ballast = small / "ballast"
    if which == "first":
        running = await bench(small / "rec", other)
    else:
        running = await bench(other, small / "rec")
    await asyncio.sleep(1.0)
    _fill(ballast)
    await running.reports.until(lambda: running.reports.failures == ["one_disk_full"], 5)
    await asyncio.sleep(2.5)
    ballast.unlink()
    await running.reports.until(lambda: running.reports.recovered == ["one_disk_full"], 9)
    await running.stop()
    assert running.missing() == 0
    assert {gap.cause for gap in running.reports.gaps} <= {"muted"}
    await running.alike()
    assert decodes(running)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


async def test_the_only_disk_full_is_a_gap_and_the_recording_comes_back(bench, small):
    """One directory: told, the hearing goes on, the hole is named `disk`, and its end is told."""
    running = await bench(small / "rec")
    await asyncio.sleep(1.0)
    _fill(small / "ballast")
    await running.reports.until(lambda: "disk_full" in running.reports.failures, 5)
    await asyncio.sleep(1.0)
    (small / "ballast").unlink()
    await running.reports.until(lambda: running.reports.recovered == ["disk_full"], 9)
    await running.stop()
    lost = sum(g.ended_at - g.started_at for g in running.reports.gaps if g.cause == "disk")
    assert running.missing() * 20 == pytest.approx(lost, abs=150)
    assert decodes(running)


async def test_a_removed_directory_is_made_again(bench, tmp_path):
    """Not a frame is lost, and what was in it is still in the other."""
    running = await bench(tmp_path / "one", tmp_path / "two")
    await asyncio.sleep(3.0)
    shutil.rmtree(tmp_path / "two")
    await running.reports.until(lambda: "one_disk_error" in running.reports.failures, 6)
    await running.reports.until(lambda: "one_disk_error" in running.reports.recovered, 9)
    await running.stop()
    assert running.missing() == 0
    assert len(running.whole(tmp_path / "two")) >= 2


async def test_a_mount_that_vanishes_is_not_written_beneath(bench, small, tmp_path):
    """Nothing goes to the folder under the mount, which would fill the system's disk; mounted, it is back."""
    running = await bench(tmp_path / "one", small / "rec")
    await asyncio.sleep(1.0)
    _umount(small)
    await running.reports.until(lambda: "one_disk_error" in running.reports.failures, 6)
    await asyncio.sleep(1.5)
    assert list(small.iterdir()) == []
    _mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small))
    await running.reports.until(lambda: "one_disk_error" in running.reports.recovered, 9)
    await running.stop()
    assert running.missing() == 0


async def test_a_directory_that_becomes_read_only(bench, small, tmp_path):
    """As a file system does after an error: EROFS for what is new."""
    running = await bench(tmp_path / "one", small / "rec")
    await asyncio.sleep(1.0)
    _mount("--bind", str(small), str(small))
    _mount("-o", "remount,ro,bind", str(small))
    await running.reports.until(lambda: "one_disk_error" in running.reports.failures, 6)
    _mount("-o", "remount,rw,bind", str(small))
    await running.reports.until(lambda: "one_disk_error" in running.reports.recovered, 9)
    await running.stop()
    assert running.missing() == 0
    await running.alike()


@pytest.fixture
def broken(shim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file whose words break the folder `two`."""
    by = tmp_path / "broken"
    environment = {
        "LD_PRELOAD": str(shim),
        "BROKEN_UNDER": str(tmp_path / "two"),
        "BROKEN_BY": str(by),
    }
    monkeypatch.setattr(module, "WORKER_ENVIRONMENT", environment)
    return by


@pytest.mark.parametrize("how", ["write", "fsync"])
async def test_an_input_output_error_of_one_disk_costs_no_frame(how, broken, bench, tmp_path):
    """EIO: no file whose fsync failed is ever called good; the other has it all."""
    running = await bench(tmp_path / "one", tmp_path / "two")
    await asyncio.sleep(2.5)
    before = running.whole(tmp_path / "two")
    broken.write_text(how)
    await running.reports.until(lambda: "one_disk_error" in running.reports.failures, 8)
    await asyncio.sleep(2.5)
    assert running.whole(tmp_path / "two") == before
    broken.unlink()
    await running.reports.until(lambda: "one_disk_error" in running.reports.recovered, 12)
    await running.stop()
    assert running.missing() == 0
    assert len(running.whole(tmp_path / "two")) > len(before)
    assert decodes(running)


async def test_an_input_output_error_of_the_only_disk_is_named(broken, bench, tmp_path):
    """Never silent: what could not be made durable is a `disk` gap, and the alarm is given."""
    running = await bench(tmp_path / "two")
    await asyncio.sleep(1.0)
    broken.write_text("fsync")
    await running.reports.until(lambda: "disk_error" in running.reports.failures, 8)
    broken.unlink()
    await running.reports.until(lambda: "disk_error" in running.reports.recovered, 12)
    await running.stop()
    lost = sum(g.ended_at - g.started_at for g in running.reports.gaps if g.cause == "disk")
    assert running.missing() > 0
    assert running.missing() * 20 == pytest.approx(lost, abs=150)


async def test_a_slow_disk_holds_up_nobody(broken, bench, tmp_path):
    """An fsync of two seconds: segments are reported later, and not a frame is lost."""
    running = await bench(tmp_path / "one", tmp_path / "two")
    broken.write_text("slow")
    await asyncio.sleep(6.0)
    broken.unlink()
    await running.stop()
    assert running.missing() == 0
    assert running.reports.failures == []


async def test_a_worker_that_stands_still_for_ten_seconds(bench, tmp_path):
    """SIGSTOP: told within four seconds, what waits is kept, nothing is lost, and its end is told."""
    running = await bench(tmp_path / "one")
    await asyncio.sleep(1.5)
    os.kill(running.recorder.worker_pid, signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        await running.reports.until(lambda: running.reports.failures == ["recorder_stalled"], 5)
        await asyncio.sleep(max(0.0, stopped + 10 - time.monotonic()))
    finally:
        os.kill(running.recorder.worker_pid, signal.SIGCONT)
    await running.reports.until(lambda: running.reports.recovered == ["recorder_stalled"], 5)
    await running.stop()
    assert running.missing() == 0


async def test_a_server_starts_with_one_of_two_disks(bench, tmp_path):
    """A second directory that is not there is told at once, and is no reason not to hold a hearing."""
    (tmp_path / "file").write_bytes(b"")
    running = await bench(tmp_path / "one", tmp_path / "file" / "two")
    await running.reports.until(lambda: "one_disk_error" in running.reports.failures, 3)
    await running.stop()
    assert running.missing() == 0


async def test_what_one_disk_missed_is_copied_at_the_next_start(bench, tmp_path):
    """Recorded to one directory; started again with two."""
    running = await bench(tmp_path / "one")
    await asyncio.sleep(2.5)
    await running.stop()
    await running.recorder.close()
    again = await bench(tmp_path / "one", tmp_path / "two")
    async with asyncio.timeout(5):
        while not running.whole(tmp_path / "one") <= again.whole(tmp_path / "two"):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)


async def test_health_says_what_is_heard_written_and_safe(bench, tmp_path):
    """Once a second, for each track and directory; a file is made safe every five seconds."""
    running = await bench(tmp_path / "one", tmp_path / "two")
    sink = begin(running.recorder, "opus", "room")
    quiet = streams.rtp(b"\xf8\xff\xfe", 1, 0, payload_type=111)
    start = time.monotonic()
    packets = streams.sound_packets(streams.encode_sound(7.0))
    for packet in packets:
        ahead = start + packet.at - time.monotonic()
        await asyncio.sleep(max(0.0, ahead))
        sink.on_rtp(
            packet.data if packet.at < 5.0 else packet.data[:12] + quiet[12:], start + packet.at
        )
    latest = running.health[-1]
    room = next(track for track in latest.tracks if track.track.source == "room")
    now = time.time() * 1000
    assert len(running.health) >= 6
    assert now - latest.at < 1600
    assert 0 <= now - room.received_at < 2500
    assert 0 <= room.received_at + 40 - room.written_until < 500
    assert room.synced_at is not None
    assert now - room.synced_until < 7000
    assert 500 < room.written_until - room.heard_until < 2500
    assert room.size > 10_000
    assert [each.path for each in latest.directories] == [str(f) for f in running.folders]
    assert all(each.free > 0 and each.bytes_per_hour > 1e6 for each in latest.directories)
    sink.on_end("closed")
    await running.stop()
