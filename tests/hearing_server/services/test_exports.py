"""Exports as jobs: who may ask, in which order they are made, what a restart and a cancel leave."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.custody import Deletion
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.export_jobs import ACTIVE, MOVES, ExportJob, ExportKind, JobState, Wish
from hearing_server.services import exports as module
from hearing_server.services.composite import Script
from hearing_server.services.export_ports import ExportFailed, Made, Told
from hearing_server.services.exports import Exports
from hearing_server.services.hearings import Hearings
from tests.hearing_server.domain.world import NOW, in_session

from .fakes import FakeEvents

WHOLE = Wish(kind=ExportKind.COMPOSITE)


class FakeJobs:
    """An ExportStore of a dict."""

    def __init__(self) -> None:
        self.jobs: dict[str, ExportJob] = {}
        self.away = False

    def _check(self) -> None:
        if self.away:
            raise Refused(Code.BUSY, "database")

    async def add(self, job: ExportJob) -> None:
        self._check()
        self.jobs[job.id] = job

    async def update(self, job: ExportJob) -> None:
        self._check()
        if job.id in self.jobs:
            self.jobs[job.id] = job

    async def remove(self, job: str) -> None:
        self._check()
        self.jobs.pop(job, None)

    async def of_hearing(self, hearing: str) -> list[ExportJob]:
        self._check()
        return [job for job in reversed(self.jobs.values()) if job.hearing == hearing]

    async def active(self, node: str) -> list[ExportJob]:
        self._check()
        return [job for job in self.jobs.values() if job.state in ACTIVE and job.node == node]


class FakeMaker:
    """Makes a file when it is told to, or fails as it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun: list[str] = []
        self.scripts: list[Script] = []
        self.at_work = 0
        self.discarded: list[str] = []
        self.fault: ExportFailed | None = None
        self.gate = asyncio.Event()
        self.started = asyncio.Event()
        self.leaves = asyncio.Event()  # when a process that is told to end has ended
        self.leaves.set()

    async def make(self, job: ExportJob, script: Script, told: Told) -> Made:
        self.begun.append(job.id)
        self.scripts.append(script)
        self.at_work += 1
        self.started.set()
        try:
            told(0.5)
            await self.gate.wait()
            if self.fault is not None:
                raise self.fault
            self.path(job).write_bytes(b"film")
            return Made(size=4, damaged=("h1/judge/camera/1-0.mkv",))
        finally:
            self.at_work -= 1
            await self.leaves.wait()

    def path(self, job: ExportJob) -> Path:
        return self.folder / f"{job.id}.mp4"

    def discard(self, job: ExportJob) -> None:
        self.discarded.append(job.id)
        self.path(job).unlink(missing_ok=True)


class NoBundles:
    """A Bundler that is not asked here (test_bundles.py)."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def unnoted(job: ExportJob) -> None:
    """The audit trail has tests of its own."""


class House:
    def __init__(self, folder: Path, store: FakeJobs | None = None, at_once: int = 1) -> None:
        self.hearings = Hearings(FakeEvents(in_session()), lambda: NOW + 100_000)
        self.store = store or FakeJobs()
        self.maker = FakeMaker(folder)
        self.exports = Exports(
            self.hearings, self.store, self.maker, NoBundles(), self._settled, lambda: NOW,
            node="n1", at_once=at_once,
        )  # fmt: skip
        self.hearings.subscribe(self.exports.on_entries)
        self.task: asyncio.Task[None] | None = None

    async def _settled(self, hearing: str) -> None:
        """Nothing is on its way."""

    def run(self) -> None:
        self.task = asyncio.create_task(self.exports.run(), name="exports")

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def until(self, job: ExportJob, state: JobState) -> ExportJob:
        async with asyncio.timeout(10):
            while self.store.jobs[job.id].state is not state:  # noqa: ASYNC110 - the store is a dict
                await asyncio.sleep(0)
        return self.store.jobs[job.id]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    await house.stop()


async def code(asked: object) -> Code:
    with pytest.raises(Refused) as caught:
        await asked  # type: ignore[misc]
    return caught.value.code


async def test_an_export_is_queued_made_and_given(house: House) -> None:
    """Progress while it is made; its size and what is damaged afterwards."""
    job = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    assert job.state is JobState.QUEUED
    assert await code(house.exports.file("h1", "clerk", job.id)) is Code.NOT_FOUND
    house.run()
    await house.maker.started.wait()
    ((running, share),) = await house.exports.of_hearing("h1", "judge")
    assert (running.state, share) == (JobState.RUNNING, 0.5)
    house.maker.gate.set()
    done = await house.until(job, JobState.DONE)
    assert (done.size, done.damaged) == (4, ("h1/judge/camera/1-0.mkv",))
    given, path = await house.exports.file("h1", "clerk", job.id)
    assert (given, path.read_bytes()) == (done, b"film")


async def test_what_cannot_be_noted_is_not_made(house: House) -> None:
    """The trail is away: nothing is queued; once it is back the job is noted before it stands there."""
    noted: list[str] = []

    async def note(job: ExportJob) -> None:
        assert job.id not in house.store.jobs
        noted.append(job.id)

    async def away(job: ExportJob) -> None:
        raise Refused(Code.BUSY, "database")

    assert await code(house.exports.ask("h1", "clerk", WHOLE, away)) is Code.BUSY
    assert not house.store.jobs
    job = await house.exports.ask("h1", "clerk", WHOLE, note)
    assert noted == [job.id]


async def test_for_parties_there_is_nothing_here(house: House) -> None:
    """Neither to ask, nor to list, nor to take."""
    job = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    for asked in (
        house.exports.ask("h1", "counsel", WHOLE, unnoted),
        house.exports.of_hearing("h1", "counsel"),
        house.exports.file("h1", "counsel", job.id),
        house.exports.end("h1", "defendant", job.id),
    ):
        assert await code(asked) is Code.NOT_FOUND


async def test_the_courts_own_copy_is_for_the_bench(house: House) -> None:
    """A clerk may not ask for it, and does not see it in the list."""
    own = replace(WHOLE, sealed=True)
    assert await code(house.exports.ask("h1", "clerk", own, unnoted)) is Code.NOT_ALLOWED
    job = await house.exports.ask("h1", "judge", own, unnoted)
    assert await house.exports.of_hearing("h1", "clerk") == []
    assert await code(house.exports.file("h1", "clerk", job.id)) is Code.NOT_FOUND
    assert len(await house.exports.of_hearing("h1", "judge")) == 1


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        (Wish(kind=ExportKind.PARTY), Code.BAD_MESSAGE),
        (Wish(kind=ExportKind.PARTY, party="nobody"), Code.UNKNOWN_PARTY),
        (Wish(kind=ExportKind.SOUND, party="judge"), Code.BAD_MESSAGE),
        (Wish(kind=ExportKind.SPAN, started_at=1), Code.BAD_MESSAGE),
        (Wish(kind=ExportKind.SPAN, started_at=2, ended_at=2), Code.BAD_MESSAGE),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(
    house: House, wish: Wish, refused: Code
) -> None:
    assert await code(house.exports.ask("h1", "clerk", wish, unnoted)) is refused


async def test_one_at_a_time_in_the_order_of_asking(house: House) -> None:
    """The same wish is not queued twice while it waits."""
    first = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    second = await house.exports.ask("h1", "clerk", Wish(kind=ExportKind.SOUND), unnoted)
    assert (await house.exports.ask("h1", "judge", WHOLE, unnoted)).id == first.id
    house.run()
    await house.maker.started.wait()
    assert (house.maker.at_work, house.maker.begun) == (1, [first.id])
    house.maker.gate.set()
    await house.until(second, JobState.DONE)
    assert house.maker.begun == [first.id, second.id]


async def test_the_queue_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    for end in (10, 20):
        wish = Wish(kind=ExportKind.SPAN, started_at=1, ended_at=end)
        await house.exports.ask("h1", "clerk", wish, unnoted)
    assert await code(house.exports.ask("h1", "clerk", WHOLE, unnoted)) is Code.TOO_MANY


async def test_a_cancelled_job_is_ended_and_leaves_no_file(house: House) -> None:
    """Running or waiting; the next one has its turn."""
    first = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    second = await house.exports.ask("h1", "clerk", Wish(kind=ExportKind.SOUND), unnoted)
    third = await house.exports.ask("h1", "clerk", Wish(kind=ExportKind.CAPTIONS), unnoted)
    house.run()
    await house.maker.started.wait()
    await house.exports.end("h1", "judge", second.id)
    await house.exports.end("h1", "judge", first.id)
    assert {first.id, second.id} <= set(house.maker.discarded)
    house.maker.gate.set()
    await house.until(third, JobState.DONE)
    assert house.maker.begun == [first.id, third.id]
    assert [house.store.jobs[each.id].state for each in (first, second)] == [JobState.CANCELLED] * 2
    await house.exports.end("h1", "judge", third.id)
    assert third.id not in house.store.jobs
    assert third.id in house.maker.discarded


async def test_one_that_is_being_cancelled_is_not_given_to_whoever_asks_again(house: House) -> None:
    first = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    house.run()
    await house.maker.started.wait()
    house.maker.leaves.clear()
    ending = asyncio.create_task(house.exports.end("h1", "clerk", first.id))
    async with asyncio.timeout(10):
        while house.maker.at_work:  # noqa: ASYNC110 - it is on its way out
            await asyncio.sleep(0)
    again = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    assert again.id != first.id
    house.maker.leaves.set()
    house.maker.gate.set()
    await ending
    await house.until(again, JobState.DONE)
    assert house.store.jobs[first.id].state is JobState.CANCELLED


async def test_an_export_that_is_forgotten_is_not_begun_again(house: House) -> None:
    """Nor is one that waits; also while their files are being taken away, which takes its time."""
    loop, discard = asyncio.get_running_loop(), house.maker.discard

    async def pause() -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    def slowly(job: ExportJob) -> None:
        asyncio.run_coroutine_threadsafe(pause(), loop).result(10)
        discard(job)

    house.maker.discard = slowly  # type: ignore[method-assign]
    house.run()
    first = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    second = await house.exports.ask("h1", "clerk", Wish(kind=ExportKind.SOUND), unnoted)
    await house.maker.started.wait()
    await house.exports.forget("h1")
    house.maker.gate.set()
    await pause()
    assert house.maker.begun == [first.id]
    assert set(house.maker.discarded) == {first.id, second.id}
    assert house.store.jobs == {}
    assert list(house.maker.folder.iterdir()) == []


async def test_of_a_recording_that_is_to_go_nothing_is_made(house: House) -> None:
    """From the second person's consent on: neither what is asked for, nor what waits."""
    job = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    state = await house.hearings.state("h1")
    deletion = Deletion(proposed_by="judge", proposed_at=NOW, reason="x", consented_by="clerk")
    going = replace(state, custody=replace(state.custody, deletion=deletion))
    house.hearings._live["h1"].state = going
    assert await code(house.exports.ask("h1", "clerk", WHOLE, unnoted)) is Code.NOT_FOUND
    house.run()
    await house.until(job, JobState.FAILED)
    assert house.maker.begun == []


async def test_a_restart_goes_on_with_what_ran_and_what_waits(tmp_path: Path) -> None:
    """The job that ran is begun again first, with what is done of it; nothing is discarded."""
    before = House(tmp_path)
    first = await before.exports.ask("h1", "clerk", WHOLE, unnoted)
    second = await before.exports.ask("h1", "clerk", Wish(kind=ExportKind.SOUND), unnoted)
    before.run()
    await before.maker.started.wait()
    await before.stop()
    assert before.store.jobs[first.id].state is JobState.RUNNING
    assert before.maker.discarded == []
    after = House(tmp_path, before.store)
    after.maker.gate.set()
    after.run()
    await after.until(second, JobState.DONE)
    await after.stop()
    assert after.maker.begun == [first.id, second.id]


async def test_a_failure_is_told_with_its_code_and_segment(house: House) -> None:
    """And leaves nothing behind; the next job has its turn."""
    house.maker.fault = ExportFailed("segment_changed", "SHA-256", "h1/judge/camera/2-0.mkv")
    house.maker.gate.set()
    job = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    house.run()
    failed = await house.until(job, JobState.FAILED)
    assert (failed.code, failed.segment) == ("segment_changed", "h1/judge/camera/2-0.mkv")
    assert house.maker.discarded == [job.id]


async def test_a_store_that_is_away_costs_no_job(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made when the store is back."""
    monkeypatch.setattr(module, "RETRY_AFTER", 0.01)
    house.maker.gate.set()
    job = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    house.store.away = True
    house.run()
    await asyncio.sleep(0.05)
    house.store.away = False
    await house.until(job, JobState.DONE)


async def test_a_copy_from_before_a_seal_is_not_given(house: House) -> None:
    """What was sealed since would be in it; a new copy masks it."""
    house.maker.gate.set()
    job = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    house.run()
    await house.until(job, JobState.DONE)
    sealed = cmd.SetAccess(level=ev.Level.SEALED, started_at=NOW, ended_at=None, reason="隐私")
    await house.hearings.execute("h1", sealed, "judge")
    assert await code(house.exports.file("h1", "judge", job.id)) is Code.SEALED
    again = await house.exports.ask("h1", "clerk", WHOLE, unnoted)
    await house.until(again, JobState.DONE)
    assert house.maker.scripts[-1].masked[0].started_at == NOW
    await house.exports.file("h1", "clerk", again.id)


def test_every_state_has_its_moves() -> None:
    """What is over stays over."""
    assert set(MOVES) == set(JobState)
    assert all(MOVES[state] == frozenset() for state in set(JobState) - ACTIVE)
