"""Copies of a record while something in it is sealed: before their turn, and under way."""

import asyncio
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level, RootCause
from hearing_server.services.record_copy import Ask
from tests.recording.records import HearingRecord
from transcript.signing.authority import Authority

from .test_record_copy import SECRET, Copies, FolderTarget, everything, found

YEAR = 365 * 86_400_000  # ms


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


class Waiting:
    """A target that waits at its first file until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.go, self.names = threading.Event(), threading.Event(), list[str]()

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        self.begun.set()
        assert self.go.wait(10)
        self.names.append(name)


@pytest.fixture
def unsealed(authority: Authority, tmp_path: Path) -> tuple[HearingRecord, cmd.SetAccess]:
    """A record with nothing sealed, and the order that seals what is said in it."""
    made = HearingRecord(tmp_path / "recordings", authority)
    made.do("judge", cmd.OpenHearing())
    made.run(2)
    sealed_from = made.now
    made.do("clerk", cmd.EnterLine(speaker="judge", text=SECRET))
    made.run(2)
    order = cmd.SetAccess(
        level=Level.SEALED, started_at=sealed_from, ended_at=made.now, reason="隐私"
    )
    made.do("judge", cmd.CloseHearing(override="演示"))
    made.sign(RootCause.CLOSED)
    made.save()
    return made, order


async def test_a_copy_that_waited_its_turn_keeps_to_a_seal_set_meanwhile(
    authority: Authority, unsealed: tuple[HearingRecord, cmd.SetAccess], tmp_path: Path
) -> None:
    made, order = unsealed
    copies, slow = Copies(made, authority), [Waiting(), Waiting()]
    others = [
        asyncio.create_task(copies.copier.write("h1", Ask(reader="judge"), one)) for one in slow
    ]
    for one in slow:
        assert await asyncio.to_thread(one.begun.wait, 10)
    target = FolderTarget(tmp_path / "copy")
    mine = asyncio.create_task(copies.copier.write("h1", Ask(reader=None), target))
    await asyncio.sleep(0)
    await copies.hearings.execute("h1", order, "judge")
    for one in slow:
        one.go.set()
    await asyncio.gather(*others, mine)
    assert SECRET.encode() not in everything(tmp_path / "copy")
    report = await asyncio.to_thread(copies.verified, tmp_path / "copy")
    assert found(report, "error") == []
    assert sorted(found(report, "masked")) == ["entries_masked", "segments_left_out"]


async def test_a_copy_that_is_being_made_ends_when_something_in_it_is_sealed(
    authority: Authority, unsealed: tuple[HearingRecord, cmd.SetAccess]
) -> None:
    """No segment is added after the seal; the bench's own goes on."""
    made, order = unsealed
    copies, outside, own = Copies(made, authority), Waiting(), Waiting()
    tasks = [
        asyncio.create_task(copies.copier.write("h1", Ask(reader=reader), target))
        for reader, target in ((None, outside), ("judge", own))
    ]
    for target in (outside, own):
        assert await asyncio.to_thread(target.begun.wait, 10)
    await copies.hearings.execute("h1", order, "judge")
    for target in (outside, own):
        target.go.set()
    refused, done = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(refused, Refused)
    assert refused.code is Code.SEALED
    assert not any(name.endswith(".mkv") for name in outside.names)
    assert isinstance(done, str)
    assert any(name.endswith(".mkv") for name in own.names)


async def test_no_copy_is_made_of_a_recording_that_is_being_deleted(
    authority: Authority, unsealed: tuple[HearingRecord, cmd.SetAccess], tmp_path: Path
) -> None:
    """Neither begun nor ended once two persons have ordered it; of the hashes alone there is one."""
    made, _ = unsealed
    copies, target = Copies(made, authority), Waiting()
    task = asyncio.create_task(copies.copier.write("h1", Ask(reader="judge"), target))
    assert await asyncio.to_thread(target.begun.wait, 10)
    made.world.now += 70 * YEAR
    proposal = cmd.ProposeDeletion(reason="保存期满", kept_until=0)
    await copies.hearings.execute("h1", proposal, "judge")
    await copies.hearings.execute("h1", cmd.ConsentToDeletion(kept_until=0), "clerk")
    target.go.set()
    with pytest.raises(Refused) as refused:
        await task
    assert refused.value.code is Code.NOT_FOUND
    with pytest.raises(Refused) as refused:
        await copies.copier.write("h1", Ask(reader="judge"), FolderTarget(tmp_path / "copy"))
    assert refused.value.code is Code.NOT_FOUND
    hashes = FolderTarget(tmp_path / "hashes")
    await copies.copier.write("h1", Ask(reader="judge", recordings=False), hashes)
