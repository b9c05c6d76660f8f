"""The live check of the recording against a server process, each trouble made for real: its alarm reaches
judge and clerk within five seconds of its cause, and is over within five seconds of its end.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from .harness import Client, ServerProcess, serving
from .speaking import Speaker

pytestmark = pytest.mark.fault

HERE = Path(__file__).parent
SILENT_WRITER = f"{HERE / 'silent_writer'}:{HERE.parent.parent}"  # on the recorder's path
WITHIN = 5.0  # seconds

Act = Callable[[], None]


@asynccontextmanager
async def sitting(server: ServerProcess) -> AsyncIterator[tuple[Speaker, Speaker, Speaker]]:
    """In session: judge and defendant are seen and heard, the clerk watches; all is recorded well."""
    async with AsyncExitStack() as stack:
        judge, accused, clerk = [
            await stack.enter_async_context(Speaker(server, role))
            for role in ("presiding_judge", "defendant", "clerk")
        ]
        await clerk.enter()
        await judge.sit()
        await accused.sit()
        await judge.ask("admit", party=accused.seat)
        await judge.ask("open_hearing")
        await clerk.checked(lambda told: well(told, judge.seat) and well(told, accused.seat))
        yield judge, accused, clerk


def well(told: dict, party: str) -> bool:
    sources = told["sources"].get(party, {})
    return len(sources) == 2 and all(s["in_file"] and not s["code"] for s in sources.values())


async def _raised(judge: Speaker, clerk: Speaker, kind: str, code: str, act: Act) -> float:
    """Seconds from the act to the word at the later of the two."""
    waiting = [asyncio.create_task(each.changed(kind, code)) for each in (judge, clerk)]
    await asyncio.sleep(0)
    began = time.monotonic()
    act()
    try:
        return max(await asyncio.gather(*waiting)) - began
    finally:
        for each in waiting:
            each.cancel()


async def alarm(judge: Speaker, clerk: Speaker, code: str, cause: Act, mend: Act) -> None:
    """The cause, its alarm, the mending, its end; both in time, and then nothing lasts."""
    raised = await _raised(judge, clerk, "recording_fault", code, cause)
    assert raised <= WITHIN, f"{code} after {raised:.1f} s"
    over = await _raised(judge, clerk, "recording_recovered", code, mend)
    assert over <= WITHIN, f"{code} over after {over:.1f} s"
    print(f"{code}: alarm after {raised:.1f} s, over {over:.1f} s after it was mended")
    await clerk.checked(lambda told: well(told, judge.seat))


async def worker(server: ServerProcess) -> int:
    """The process id of the recorder's worker."""
    listed = await asyncio.to_thread(
        subprocess.run,
        ["pgrep", "-P", str(server.pid), "-f", "recording.worker"],
        capture_output=True,
        text=True,
    )
    return int(listed.stdout.split()[0])


async def test_a_recorder_that_stands_still(server: ServerProcess) -> None:
    async with sitting(server) as (judge, _, clerk):
        pid = await worker(server)
        try:
            await alarm(
                judge,
                clerk,
                "recorder_stalled",
                lambda: os.kill(pid, signal.SIGSTOP),
                lambda: os.kill(pid, signal.SIGCONT),
            )
        finally:
            os.kill(pid, signal.SIGCONT)


async def test_a_recorder_that_is_killed(server: ServerProcess) -> None:
    """It comes back by itself: alarm and end within five seconds of the kill."""
    async with sitting(server) as (judge, _, clerk):
        pid = await worker(server)
        over = asyncio.create_task(clerk.changed("recording_recovered", "recorder_died"))
        kill = lambda: os.kill(pid, signal.SIGKILL)  # noqa: E731
        assert await _raised(judge, clerk, "recording_fault", "recorder_died", kill) <= WITHIN
        killed = time.monotonic()
        assert await over - killed <= WITHIN
        await clerk.checked(lambda told: well(told, judge.seat))


@pytest.fixture
def small(tmp_path: Path) -> AsyncIterator[Path]:
    """Recordings on a file system of 3 MB."""
    place = tmp_path / "data" / "recordings"
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting needs root: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


async def test_a_disk_that_is_full(small: Path, tmp_path: Path) -> None:
    """Already before it is full the room left is told of."""
    async with serving(tmp_path / "data") as server, sitting(server) as (judge, _, clerk):
        await clerk.event("recording_fault", code="disk_low")

        def fill() -> None:
            with (small / "ballast").open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    pass

        await alarm(judge, clerk, "disk_full", fill, (small / "ballast").unlink)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Builds what is preloaded."""
    folder = tmp_path_factory.mktemp("preloaded")

    def build(source: Path) -> Path:
        if shutil.which("gcc") is None:
            pytest.skip("there is no gcc to build it with")
        built = folder / f"{source.stem}.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", built, source, "-ldl"], check=True)
        return built

    return build


Broken = Callable[..., Awaitable[None]]


@pytest.fixture
async def broken(library: Callable[[Path], Path], tmp_path: Path) -> AsyncIterator[Broken]:
    """A recorder's disk that does what it is told; then the alarm is awaited."""
    by = tmp_path / "broken"
    shim = library(HERE.parent / "recording" / "broken_disk.c")
    environment = {
        "TROUBLE_LD_PRELOAD": str(shim),
        "TROUBLE_BROKEN_UNDER": str(tmp_path / "data" / "recordings"),
        "TROUBLE_BROKEN_BY": str(by),
    }
    module = "tests.integration.troubled"
    async with (
        serving(tmp_path / "data", module=module, **environment) as server,
        sitting(server) as (judge, _, clerk),
    ):

        async def act(how: str, code: str, *, begun: bool = False) -> None:
            """`begun`: the cause is not the word but the first call that meets it."""
            if begun:
                put(by, how)
                async with asyncio.timeout(10):
                    while not by.with_name("broken.began").exists():  # noqa: ASYNC110 - nothing tells
                        await asyncio.sleep(0.02)
            cause = (lambda: None) if begun else lambda: put(by, how)
            await alarm(judge, clerk, code, cause, by.unlink)

        yield act


def put(by: Path, how: str) -> None:
    """At once, not half."""
    by.with_suffix(".new").write_text(how)
    by.with_suffix(".new").rename(by)


async def test_an_input_output_error(broken: Broken) -> None:
    await broken("write", "disk_error")


async def test_an_fsync_that_fails(broken: Broken) -> None:
    await broken("fsync", "disk_error")


async def test_a_disk_that_says_yes_and_takes_nothing(broken: Broken) -> None:
    """Every write is followed by a look at the file."""
    await broken("lie", "disk_error")


async def test_an_fsync_that_does_not_come_back(broken: Broken) -> None:
    """Packets go on to the file; that a power cut would take them is told."""
    await broken("stuck", "not_saved", begun=True)


@pytest.mark.parametrize(("how", "code"), [("nothing", "not_written"), ("silence", "silent_file")])
async def test_a_writer_that_falls_silent(how: str, code: str, tmp_path: Path) -> None:
    """A recorder that runs and says it is well: what the server hears is not in the files."""
    by = tmp_path / "silent"
    environment = {"TROUBLE_PYTHONPATH": SILENT_WRITER, "TROUBLE_SILENT_BY": str(by)}
    module = "tests.integration.troubled"
    async with (
        serving(tmp_path / "data", module=module, **environment) as server,
        sitting(server) as (judge, _, clerk),
    ):
        await alarm(judge, clerk, code, lambda: put(by, how), by.unlink)
        told = [tell["sources"] for tell in clerk.tells if tell["type"] == "recording_checked"]
        own = [sources[judge.seat] for sources in told if judge.seat in sources]  # recorded by then
        assert code in [sources["microphone"]["code"] for sources in own]


@pytest.mark.parametrize("source", ["microphone", "camera"])
async def test_what_sends_nothing_and_what_cannot_be_read(
    source: str, server: ServerProcess
) -> None:
    """It is on, its line is up, and nothing comes of it for an hour; then what comes is no sound or picture."""
    async with sitting(server) as (judge, accused, clerk):

        def send(*sources: str, damaged: frozenset[str] = frozenset()) -> Act:
            def act() -> None:
                accused.sending, accused.damaged = frozenset(sources), damaged

            return act

        both = ("camera", "microphone")
        others = [each for each in both if each != source]
        await alarm(judge, clerk, "nothing_arrives", send(*others), send(*both))
        spoilt = send(*both, damaged=frozenset({source}))
        await alarm(judge, clerk, "malformed", spoilt, send(*both))
        told = [tell["sources"] for tell in clerk.tells if tell["type"] == "recording_checked"]
        codes = {sources.get(accused.seat, {}).get(source, {}).get("code") for sources in told}
        assert codes >= {"nothing_arrives", "malformed"}
        events = [tell["event"] for tell in clerk.tells if tell["type"] == "event_told"]
        gaps = [e for e in events if e["type"] == "gap_found" and e["party"] == accused.seat]
        assert {(gap["source"], gap["cause"]) for gap in gaps} >= {(source, "malformed")}


def off_by(by: Path, library: Callable[[Path], Path]) -> dict[str, str]:
    """The environment of a server and a recorder whose calendar is off by the seconds in this file."""
    shim = {"LD_PRELOAD": str(library(HERE / "wrong_clock.c")), "CLOCK_OFF_BY": str(by)}
    return shim | {f"TROUBLE_{name}": value for name, value in shim.items()}


async def test_a_step_of_the_wall_clock(library: Callable[[Path], Path], tmp_path: Path) -> None:
    """An hour ahead: told, nothing is lost, and over when the clock is right again."""
    by = tmp_path / "clock"
    environment = off_by(by, library)
    module = "tests.integration.troubled"
    async with (
        serving(tmp_path / "data", module=module, **environment) as server,
        sitting(server) as (judge, accused, clerk),
    ):
        await alarm(judge, clerk, "clock_off", lambda: put(by, "3600"), by.unlink)
        await clerk.checked(lambda told: well(told, accused.seat))
    events = [tell["event"] for tell in clerk.tells if tell["type"] == "event_told"]
    spans = [e for e in events if e["type"] in ("gap_found", "segment_recorded")]
    assert spans
    assert all(0 <= e["ended_at"] - e["started_at"] < 15_000 for e in spans)
    assert max(e["ended_at"] for e in spans) - min(e["started_at"] for e in spans) < 120_000


@pytest.mark.parametrize("step", ["3600", "-1800"])
async def test_a_step_of_the_wall_clock_moves_no_seal(
    step: str, library: Callable[[Path], Path], tmp_path: Path
) -> None:
    """What is sealed by the log is what was recorded meanwhile, by the recorder's times."""
    by = tmp_path / "clock"
    environment = off_by(by, library)
    module = "tests.integration.troubled"
    async with (
        serving(tmp_path / "data", module=module, **environment) as server,
        sitting(server) as (judge, _, clerk),
    ):
        await _raised(judge, clerk, "recording_fault", "clock_off", lambda: put(by, step))
        await judge.ask("exclude_public", reason="涉及隐私（虚构）", recorded=True)
        began = time.monotonic()
        await asyncio.sleep(3)
        await judge.ask("admit_public")
        lasted = (time.monotonic() - began) * 1000
        paused = await judge.ask("pause_hearing", reason="")  # which ends every file
        last = await clerk.told(
            lambda tell: (
                tell.get("event", {}).get("type") == "segment_recorded"
                and tell["event"]["party"] == judge.seat
                and tell["seq"] > paused["seq"]
            )
        )
        (span,) = (await judge.get(f"/api/seats/{judge.seat}/custody"))["access"]
        assert span["ended_at"] - span["started_at"] == pytest.approx(lasted, abs=1000)
        assert last["event"]["ended_at"] == pytest.approx(span["ended_at"], abs=2000)


async def test_what_is_as_it_should_be_is_no_alarm(server: ServerProcess) -> None:
    """Silent, muted, silent by choice, paused, deliberating, in private: not a word, and nothing measured."""
    async with sitting(server) as (judge, accused, clerk):
        accused.level = 127
        quiet = await clerk.checked(
            lambda t: t["sources"][accused.seat]["microphone"]["heard"] is False
        )
        assert well(quiet, accused.seat)
        steps: list[tuple[Client, dict]] = [
            (judge, {"type": "mute", "party": accused.seat}),
            (judge, {"type": "unmute", "party": accused.seat}),
            (accused, {"type": "pause_producer", "source": "microphone"}),
            (accused, {"type": "resume_producer", "source": "microphone"}),
            (judge, {"type": "begin_deliberation"}),
            (judge, {"type": "end_deliberation"}),
            (judge, {"type": "pause_hearing", "reason": ""}),
            (judge, {"type": "resume_hearing"}),
        ]
        for client, ask in steps:
            answer = await client.raw(ask)
            assert answer["type"] == "done", (ask, answer)
            await asyncio.sleep(3.5)
        accused.line = False  # that it is down is the line's alarm
        await asyncio.sleep(5)
        events = [tell.get("event", {}) for tell in clerk.tells + judge.tells]
        assert not [event for event in events if event.get("type") == "recording_fault"]
        assert not [tell for tell in accused.tells if tell["type"] == "recording_checked"]


async def test_the_figures_are_kept(server: ServerProcess) -> None:
    """For a collector: what the live check finds, how far behind, how long unsaved, how long silent."""
    async with sitting(server) as (judge, _, clerk):
        pid = await worker(server)
        os.kill(pid, signal.SIGSTOP)
        try:
            await clerk.checked(lambda told: not told["recorder"])
            figures = (await judge.get("/metrics")).decode()
        finally:
            os.kill(pid, signal.SIGCONT)
        silent = next(
            line for line in figures.splitlines() if line.startswith("hearing_recorder_silent")
        )
        assert float(silent.split()[1]) > 1.8
        for name in ("behind_seconds", "unsaved_seconds", 'findings{code="not_written"}'):
            assert f"hearing_recording_{name}" in figures
