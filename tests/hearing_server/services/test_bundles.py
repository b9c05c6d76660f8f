"""Bundles as jobs: who may have which, what a cancel and a seal set meanwhile leave."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from hearing_server.adapters.bundle_files import BundleFiles, SealedBundle
from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level, RootCause
from hearing_server.domain.export_jobs import ACTIVE, ExportJob, ExportKind, JobState, Wish
from hearing_server.services.bundles import Bundles
from hearing_server.services.exports import Exports
from tests.hearing_server.domain.world import WITNESS, courtroom
from tests.recording.records import HearingRecord
from transcript.signing.authority import Authority

from .test_exports import FakeJobs, FakeMaker, unnoted
from .test_record_copy import Copies, found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


def bundle(party: str = "", kind: ExportKind = ExportKind.BUNDLE) -> Wish:
    return Wish(kind=kind, party=party)


def hashes(party: str) -> Wish:
    return bundle(party, ExportKind.BUNDLE_HASHES)


class SlowFiles(BundleFiles):
    """Waits before each segment until it is let go on."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder, authority)
        self.go = threading.Event()
        self.begun = threading.Event()

    def open(self, job: ExportJob) -> SealedBundle:
        opened, files = super().open(job), self
        add = opened.add

        def slow(name: str, chunks: Iterable[bytes]) -> None:
            if name.endswith(".mkv"):
                files.begun.set()
                assert files.go.wait(10)
            add(name, chunks)

        opened.add = slow  # type: ignore[method-assign]
        return opened


class House:
    def __init__(self, record: HearingRecord, authority: Authority, folder: Path) -> None:
        self.copies = Copies(record, authority)
        self.files = SlowFiles(folder, authority)
        self.folder = folder
        hearings = self.copies.hearings
        self.store = FakeJobs()
        self.exports = Exports(
            hearings,
            self.store,
            FakeMaker(folder),
            Bundles(hearings, self.copies.copier, self.files),
            self.copies.settled,
            lambda: 1,
            node="n1",
        )
        self.task = asyncio.create_task(self.exports.run(), name="exports")

    async def stop(self) -> None:
        self.files.go.set()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def made(self, job: ExportJob) -> ExportJob:
        self.files.go.set()
        async with asyncio.timeout(60):  # typst and pyHanko, on a machine that tests much else
            while self.store.jobs[job.id].state in ACTIVE:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return self.store.jobs[job.id]

    async def refused(self, by: str, wish: Wish) -> Code:
        with pytest.raises(Refused) as refused:
            await self.exports.ask("h1", by, wish, unnoted)
        return refused.value.code

    def left(self) -> list[str]:
        return sorted(one.name for one in self.folder.rglob("*") if one.is_file())


def recorded(authority: Authority, folder: Path, *, closed: bool = True) -> HearingRecord:
    made = HearingRecord(folder / "recordings", authority)
    made.world = courtroom(WITNESS)
    made.do("judge", cmd.OpenHearing())
    made.run(2)
    if closed:
        made.do("judge", cmd.CloseHearing(override="演示"))
        made.sign(RootCause.CLOSED)
        made.save()
    return made


@pytest.fixture
def record(authority: Authority, tmp_path: Path) -> HearingRecord:
    return recorded(authority, tmp_path)


@pytest.fixture
async def house(
    record: HearingRecord, authority: Authority, tmp_path: Path
) -> AsyncIterator[House]:
    made = House(record, authority, tmp_path / "exports")
    yield made
    await made.stop()


async def test_the_clerk_s_bundle_is_made_as_a_job_and_verifies(house: House) -> None:
    """With its progress; the file is there when it is sealed, and not before."""
    job = await house.exports.ask("h1", "clerk", bundle("clerk"), unnoted)
    await asyncio.to_thread(house.files.begun.wait, 10)
    assert [one.startswith(".") for one in house.left()] == [True]
    done = await house.made(job)
    assert done.state is JobState.DONE, done
    _, path = await house.exports.file("h1", "clerk", job.id)
    assert path.stat().st_size == done.size
    report = await asyncio.to_thread(house.copies.verified, path)
    assert found(report, "error") == []


async def test_a_cancelled_one_leaves_nothing(house: House) -> None:
    """Not while a thread still writes to it."""
    job = await house.exports.ask("h1", "clerk", bundle(), unnoted)
    await asyncio.to_thread(house.files.begun.wait, 10)
    ending = asyncio.create_task(house.exports.end("h1", "clerk", job.id))
    await asyncio.sleep(0.05)
    house.files.go.set()
    await ending
    assert house.store.jobs[job.id].state is JobState.CANCELLED
    assert house.left() == []


async def test_what_is_sealed_later_takes_a_bundle_back(house: House) -> None:
    """One that leaves the court and holds it; the bench's own stays."""
    outside = await house.made(await house.exports.ask("h1", "clerk", bundle(), unnoted))
    own = await house.made(await house.exports.ask("h1", "judge", bundle("judge"), unnoted))
    await house.exports.file("h1", "clerk", outside.id)
    state = await house.copies.hearings.state("h1")
    assert state.opened_at is not None
    order = cmd.SetAccess(
        level=Level.SEALED, started_at=state.opened_at, ended_at=None, reason="隐私"
    )
    await house.copies.hearings.execute("h1", order, "judge")
    with pytest.raises(Refused) as refused:
        await house.exports.file("h1", "clerk", outside.id)
    assert refused.value.code is Code.SEALED
    await house.exports.file("h1", "judge", own.id)


async def test_a_party_has_their_own_and_no_other(house: House) -> None:
    """With hashes alone, one at a time; the court sees it, another party does not."""
    first = await house.made(
        await house.exports.ask("h1", "defendant", hashes("defendant"), unnoted)
    )
    assert first.state is JobState.DONE, first
    again = await house.made(
        await house.exports.ask("h1", "defendant", hashes("defendant"), unnoted)
    )
    listed = await house.exports.of_hearing("h1", "defendant")
    assert [job.id for job, _ in listed] == [again.id]
    await house.exports.file("h1", "clerk", again.id)
    assert await house.exports.of_hearing("h1", "counsel") == []
    with pytest.raises(Refused) as refused:
        await house.exports.file("h1", "counsel", again.id)
    assert refused.value.code is Code.NOT_FOUND
    assert await house.refused("defendant", bundle("defendant")) is Code.NOT_ALLOWED
    assert await house.refused("defendant", hashes("counsel")) is Code.NOT_FOUND
    assert await house.refused("defendant", hashes("")) is Code.NOT_FOUND


async def test_whoever_was_not_in_the_courtroom_has_none(house: House) -> None:
    """A witness who was never called; nor does the clerk have the judge's."""
    assert await house.refused("witness", hashes("witness")) is Code.NOT_FOUND
    assert await house.refused("clerk", bundle("witness")) is Code.NOT_ALLOWED
    assert await house.refused("clerk", bundle("judge")) is Code.NOT_ALLOWED
    job = await house.exports.ask("h1", "judge", bundle("judge"), unnoted)
    assert await house.exports.of_hearing("h1", "clerk") == []
    await house.made(job)


async def test_before_the_closing_there_is_none(authority: Authority, tmp_path: Path) -> None:
    house = House(recorded(authority, tmp_path, closed=False), authority, tmp_path / "exports")
    assert await house.refused("clerk", bundle("clerk")) is Code.WRONG_PHASE
    assert await house.refused("defendant", hashes("defendant")) is Code.NOT_FOUND
    await house.stop()
