"""The recorder with its real worker process: whole, flushed, behind, killed, and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import pytest

from hearing_server.services.hearing_clock import HearingClocks
from hearing_server.services.media import SegmentClosed, TrackName
from recording.integrity import check_segments
from recording.recorder import ProcessRecorder, RecorderUnavailable

from . import streams
from .processes import gone, is_gone
from .reports import Reports, begin, give, play

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
async def reports() -> Reports:
    return Reports()


@pytest.fixture
async def start(tmp_path: Path, reports: Reports) -> AsyncIterator[Callable]:
    """Starts recorders in the test's folder, and closes them at the end."""
    running: list[ProcessRecorder] = []

    async def starter(known: object = frozenset(), **options: object) -> ProcessRecorder:
        recorder = ProcessRecorder(tmp_path / "rec", reports, **options)
        running.append(recorder)
        await recorder.start(known)
        return recorder

    yield starter
    for recorder in running:
        await recorder.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rec"


def numbers(folder: Path, segments: list[SegmentClosed]) -> list[int]:
    """The numbers of all pictures in the segments, in order."""
    found = []
    for segment in segments:
        with av.open(str(folder / segment.name)) as source:
            found += [streams.read_number(frame) for frame in source.decode(video=0)]
    return found


def probe(path: Path) -> subprocess.CompletedProcess[str]:
    """What ffprobe says of a file: codec and number of packets."""
    entries = ["-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0"]
    return subprocess.run(
        ["ffprobe", "-v", "warning", "-count_packets", *entries, path],
        capture_output=True,
        text=True,
        check=True,
    )


def unfinished_files(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*.part")]


def small_video(seconds: float, **options: int) -> list[streams.Packet]:
    frames = streams.encode_video("vp8", int(seconds * 30), **({"key_every": 30} | options))
    return streams.video_packets("vp8", frames)


async def test_flush_returns_when_ended_tracks_are_reported(start, folder, reports):
    """After flush, the segments of ended tracks are on disk as reported; those still open are not."""
    recorder = await start()
    video, sound = small_video(12), streams.sound_packets(streams.encode_sound(5.0))
    now = time.monotonic()
    camera, microphone = begin(recorder, "vp8", "camera"), begin(recorder, "opus", "microphone")
    give(camera, video, now - 12)
    give(microphone, sound, now)
    camera.on_end("closed")
    await recorder.flush("h1")
    assert {segment.track.source for segment in reports.segments} == {"camera"}
    assert numbers(folder, reports.segments) == list(range(360))
    microphone.on_end("closed")
    await recorder.flush("h1")
    assert {segment.track.source for segment in reports.segments} == {"camera", "microphone"}
    assert check_segments([folder], reports.segments) == []
    assert unfinished_files(folder) == []
    assert reports.gaps == []
    wall = time.time() * 1000
    assert all(abs(segment.ended_at - wall) < 12_000 for segment in reports.segments)


async def test_ffprobe_opens_every_segment(start, folder, reports):
    """Another reader finds the codec, and no error."""
    recorder = await start()
    now = time.monotonic()
    for codec, packets in (
        ("vp8", small_video(2)),
        ("h264", streams.video_packets("h264", streams.encode_video("h264", 60))),
        ("opus", streams.sound_packets(streams.encode_sound(2.0))),
    ):
        sink = begin(recorder, codec, codec)
        give(sink, packets, now - 2)
        sink.on_end("closed")
    await recorder.flush("h1")
    for segment in reports.segments:
        probed = probe(folder / segment.name)
        assert probed.stderr == ""
        assert probed.stdout.split() == [f"{segment.codec},{segment.frames}"]


async def test_sound_and_picture_stay_together(start, reports):
    """Tracks of one party, over different delays of the line, start within 40 ms of each other."""
    recorder = await start()
    camera, microphone = begin(recorder, "vp8", "camera"), begin(recorder, "opus", "microphone")
    video = streams.disturb(small_video(3), 1, reorder=0.3)
    sound = streams.disturb(streams.sound_packets(streams.encode_sound(3.0)), 2, reorder=0.3)
    now = time.monotonic()
    give(camera, video, now - 3)
    give(microphone, sound, now - 3)
    camera.on_end("closed")
    microphone.on_end("closed")
    await recorder.flush("h1")
    first, second = (segment.started_at for segment in reports.segments)
    assert abs(first - second) <= 40
    last, other = (segment.ended_at for segment in reports.segments)
    assert abs(last - other) <= 40


@pytest.mark.parametrize("cause", ["muted", "consultation", "sealed", "network"])
async def test_a_track_that_comes_back_leaves_a_gap_with_its_cause(start, reports, cause):
    """From the end to the new start, once; a track that was closed leaves none."""
    recorder = await start()
    sound = streams.sound_packets(streams.encode_sound(1.0))
    now = time.monotonic() + 3600  # no end comes later than its packets
    for begins, end in ((-1.0, cause), (2.0, "closed"), (5.0, "closed")):
        sink = begin(recorder, "opus", "microphone")
        give(sink, sound, now + begins)
        sink.on_end(end)
    await recorder.flush("h1")
    first, second, _ = reports.segments
    assert [(gap.started_at, gap.ended_at, gap.cause) for gap in reports.gaps] == [
        (first.ended_at, second.started_at, cause)
    ]


async def test_a_key_frame_is_asked_for_until_one_comes(start, reports):
    """The request reaches the caller's function on the event loop."""
    recorder = await start()
    asked = asyncio.Event()
    sink = begin(recorder, "vp8", "camera", asked.set)
    give(sink, small_video(3, key_every=90)[20:], time.monotonic() - 3)
    await asyncio.wait_for(asked.wait(), 5)
    sink.on_end("closed")


@pytest.mark.fault
async def test_a_killed_worker_is_replaced_and_its_files_adopted(start, folder, reports):
    """kill -9: told, back at once, at most 1 s lost, the hole named `server`."""
    recorder = await start()
    sink = begin(recorder, "vp8", "camera")
    playing = asyncio.create_task(play(sink, small_video(5, key_every=10)))
    await asyncio.sleep(2.5)
    os.kill(recorder.worker_pid, signal.SIGKILL)
    killed = time.monotonic()
    await reports.until(lambda: any(segment.recovered for segment in reports.segments))
    assert time.monotonic() - killed < 5
    await playing
    sink.on_end("closed")
    await recorder.flush("h1")
    assert reports.failures == ["recorder_died"]
    seen = numbers(folder, reports.segments)
    assert seen == sorted(set(seen))
    assert len(seen) >= 120
    server = [gap for gap in reports.gaps if gap.cause == "server"]
    assert len(server) == 1
    assert 0 < server[0].ended_at - server[0].started_at <= 1000
    ends = sorted((segment.started_at, segment.ended_at) for segment in reports.segments)
    assert (ends[0][1], ends[1][0]) == (server[0].started_at, server[0].ended_at)
    assert check_segments([folder], reports.segments) == []


@pytest.mark.fault
async def test_a_killed_server_loses_nothing_that_was_handed_over(start, folder, reports):
    """kill -9 of the server: its worker finishes the files and goes; a start reports them."""
    command = [sys.executable, "-m", "tests.recording.victim", str(folder)]
    victim = await asyncio.create_subprocess_exec(*command, cwd=HERE, stdout=subprocess.PIPE)
    worker = int((await victim.stdout.readline()).split()[1])
    await asyncio.sleep(3.0)
    victim.kill()
    killed = time.time()
    await victim.wait()
    await gone(worker, within=5)
    assert unfinished_files(folder) == []
    recorder = await start()
    assert {segment.track.source for segment in reports.segments} == {"camera", "microphone"}
    assert all(segment.recovered for segment in reports.segments)
    assert all(segment.ended_at > killed * 1000 - 1000 for segment in reports.segments)
    seen = numbers(folder, [s for s in reports.segments if s.track.source == "camera"])
    assert seen == list(range(len(seen)))
    assert len(seen) >= 60
    again = begin(recorder, "vp8", "camera")
    give(again, small_video(1), time.monotonic() + 1)
    again.on_end("closed")
    await recorder.flush("h1")
    assert [gap.cause for gap in reports.gaps] == ["server"]


async def test_what_the_log_has_is_not_reported_again(start, folder, reports):
    """A start with known names reports only the others; the gap since then is the server's."""
    first = await start()
    for source in ("camera", "screen"):
        sink = begin(first, "vp8", source)
        give(sink, small_video(2), time.monotonic() - 2)
    await first.close()
    assert [gap.cause for gap in reports.gaps] == []
    known = {segment.name for segment in reports.segments if segment.track.source == "camera"}
    reports.all.clear()
    second = await start(known)
    assert [segment.track.source for segment in reports.segments] == ["screen"]
    sink = begin(second, "vp8", "camera")
    give(sink, small_video(1), time.monotonic() + 1)
    sink.on_end("closed")
    await second.flush("h1")
    assert [(gap.track.source, gap.cause) for gap in reports.gaps] == [("camera", "server")]


async def test_a_file_of_which_nothing_is_left_is_kept_and_named(start, folder, reports):
    """It gets another name, and a gap; nothing is deleted."""
    below = folder / "h1" / "judge" / "camera"
    below.mkdir(parents=True)
    (folder / ".unfinished").mkdir()
    (folder / ".unfinished" / "h1").touch()
    started = int(time.time() * 1000) - 5000
    (below / f"{started}-0.mkv.part").write_bytes(b"nothing of use")
    await start()
    assert [(gap.started_at, gap.cause) for gap in reports.gaps] == [(started, "server")]
    assert [path.name for path in below.iterdir()] == [f"{started}-0.mkv.unusable"]


async def test_a_stopped_worker_costs_bounded_memory_and_a_named_gap(start, folder, reports):
    """SIGSTOP: what does not fit is dropped and named `overrun`; SIGCONT: recording goes on."""
    limit = 50_000
    recorder = await start(spool_bytes=limit)
    sink = begin(recorder, "vp8", "camera")
    packets = small_video(12, key_every=30, size=(320, 240))
    begun = time.monotonic() - 12
    half = len(packets) // 8
    give(sink, packets[:half], begun)
    await recorder.flush("h1")
    os.kill(recorder.worker_pid, signal.SIGSTOP)
    try:
        for index, packet in enumerate(packets[half : 7 * half]):
            sink.on_rtp(packet.data, begun + packet.at)
            assert recorder._spool.size <= limit + 2000
            if index % 50 == 0:
                await asyncio.sleep(0)
        assert "recorder_behind" in reports.failures
    finally:
        os.kill(recorder.worker_pid, signal.SIGCONT)
    await recorder.flush("h1")
    give(sink, packets[7 * half :], begun)
    sink.on_end("closed")
    await recorder.flush("h1")
    assert {gap.cause for gap in reports.gaps} == {"overrun"}
    seen = numbers(folder, reports.segments)
    assert seen == sorted(set(seen))
    assert seen[-1] == 12 * 30 - 1
    missing = (12 * 30 - len(seen)) / 30
    named = sum(gap.ended_at - gap.started_at for gap in reports.gaps) / 1000
    assert missing > 0.5
    assert named == pytest.approx(missing, abs=0.1)


async def test_a_step_of_the_wall_clock_bends_no_duration(start, reports):
    """The clock jumps by an hour in a hearing: segments go on from each other."""
    now = [1_764_000_000_000]
    clocks = HearingClocks(lambda: now[0])
    recorder = await start(anchor=lambda hearing: clocks.hold(hearing, 0))
    sink = begin(recorder, "opus", "microphone")
    sound = streams.sound_packets(streams.encode_sound(2.0))
    give(sink, sound, time.monotonic() - 4)
    now[0] += 3_600_000
    sink.on_end("muted")
    again = begin(recorder, "opus", "microphone")
    give(again, sound, time.monotonic() - 2)
    again.on_end("closed")
    await recorder.flush("h1")
    first, second = reports.segments
    assert 0 <= second.started_at - first.ended_at < 200
    assert second.ended_at - first.started_at == pytest.approx(4000, abs=100)


async def test_what_a_dead_worker_left_is_found_by_the_hearing_s_clock(start):
    """The calendar was set two hours ahead since: a segment of now is not one of long ago."""
    anchor = (time.time() - 7200 - time.monotonic()) * 1000
    recorder = await start(anchor=lambda hearing: anchor)
    begin(recorder, "opus", "microphone")
    now = round(anchor + time.monotonic() * 1000)
    assert not recorder._is_known(f"h1/p1/microphone/{now - 60_000}-1.mkv")
    assert recorder._is_known(f"h1/p1/microphone/{now - 700_000}-1.mkv")


async def test_the_worker_holds_nothing_of_the_servers(start):
    """Of the server's files and sockets it has its own link alone, and nothing of its environment."""
    os.environ["A_SECRET_OF_THE_SERVER"] = "x"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        recorder = await start()
        below = Path(f"/proc/{recorder.worker_pid}")
        targets = [os.readlink(path) for path in (below / "fd").iterdir()]
        assert f"socket:[{os.fstat(listening.fileno()).st_ino}]" not in targets
        assert sum(target.startswith("socket:") for target in targets) == 1
        assert b"A_SECRET" not in (below / "environ").read_bytes()
        assert os.getsid(recorder.worker_pid) != os.getsid(0)


async def test_ctrl_c_does_not_end_the_worker_and_sigterm_ends_it_cleanly(start, folder, reports):
    """SIGINT is ignored; at SIGTERM it closes its segments, and another worker goes on."""
    recorder = await start()
    sink = begin(recorder, "vp8", "camera")
    pid = recorder.worker_pid
    packets = small_video(4, key_every=10)
    give(sink, packets[: len(packets) // 2], time.monotonic() - 2)
    await recorder.flush("h1")
    os.kill(pid, signal.SIGINT)
    await recorder.flush("h1")
    assert recorder.worker_pid == pid
    os.kill(pid, signal.SIGTERM)
    await reports.until(lambda: bool(reports.segments))
    assert not reports.segments[0].recovered
    assert reports.segments[0].frames == 60
    give(sink, packets[len(packets) // 2 :], time.monotonic() - 2)
    sink.on_end("closed")
    await recorder.flush("h1")
    assert numbers(folder, reports.segments) == list(range(120))


async def test_two_recorders_cannot_share_a_folder(start, folder, reports, monkeypatch):
    """The second waits for the first, and takes over when it is gone."""
    first = await start()
    waiting = asyncio.create_task(start())
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await first.close()
    second = await asyncio.wait_for(waiting, 5)
    assert second.worker_pid is not None


async def test_a_folder_that_cannot_be_written_refuses_to_start(tmp_path, reports):
    """Told as one coded error."""
    (tmp_path / "file").write_bytes(b"")
    recorder = ProcessRecorder(tmp_path / "file", reports)
    with pytest.raises(RecorderUnavailable) as caught:
        await recorder.start()
    assert caught.value.code == "recorder_unavailable"


@pytest.mark.parametrize("bad", ["", "..", "a/b", "a" * 65, "书记员", "a\n", ".lock"])
async def test_a_name_that_is_no_id_is_refused(start, bad):
    """In every place of a track's name."""
    recorder = await start()
    for name in (
        TrackName(hearing=bad, party="p", source="s"),
        TrackName(hearing="h", party=bad, source="s"),
        TrackName(hearing="h", party="p", source=bad),
    ):
        with pytest.raises(ValueError, match="not an id"):
            recorder.record(name, streams.FORMATS["opus"], lambda: None)


async def test_close_ends_what_is_open_and_reports_it(start, folder, reports):
    """After close every segment is reported, and the worker is gone."""
    recorder = await start()
    sink = begin(recorder, "vp8", "camera")
    give(sink, small_video(2), time.monotonic() - 2)
    pid = recorder.worker_pid
    await recorder.close()
    assert numbers(folder, reports.segments) == list(range(60))
    assert recorder.worker_pid is None
    assert is_gone(pid)
    sink.on_rtp(b"late", time.monotonic())
    sink.on_end("closed")
    assert reports.failures == []
