"""The log beside the recording, in real folders: soon after it is saved, and whole again after trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.log import canonical
from hearing_server.services import record_copies as module
from hearing_server.services.hearings import Hearings
from hearing_server.services.record_copies import RecordCopies
from recording import names
from recording.record_folder import RecordFolders
from tests.hearing_server.domain.world import NOW, courtroom, in_session
from transcript.signing.authority import Authority

from .fakes import FakeLog, until

GAP = ev.GapFound(party="judge", source="camera", started_at=1, ended_at=2, cause="network")


class Court:
    def __init__(self, path: Path) -> None:
        self.directory = path / "recordings"
        self.directory.mkdir()
        (self.directory / ".lock").touch()
        self.root = Authority.open(path / "keys", b"x", "示范人民法院").root.certificate
        self.store = FakeLog(in_session())
        self.ahead = 0

    def now(self) -> int:
        return NOW + 60_000 + self.ahead

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Court"]:
        """A server on what is saved."""
        self.hearings = Hearings(self.store, self.now)
        files = RecordFolders([self.directory], self.root)
        self.copies = RecordCopies(self.hearings, self.store, files, self.now)
        self.hearings.subscribe(self.copies.on_entries)
        task = asyncio.create_task(self.copies.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def enter(self) -> None:
        await self.hearings.execute("h1", cmd.EnterRecording(event=GAP), "server")

    @property
    def path(self) -> Path:
        return self.directory / "h1" / names.LOG

    def saved(self) -> bytes:
        return b"".join(canonical(entry) + b"\n" for entry in self.store.logs["h1"])

    def faults(self) -> list[ev.Event]:
        kinds = (ev.RecordingFault, ev.RecordingRecovered)
        return [e.event for e in self.store.logs["h1"] if isinstance(e.event, kinds)]

    async def agree(self) -> None:
        """Wait until the copy is what is saved."""
        await until(lambda: self.path.exists() and self.path.read_bytes() == self.saved())


@pytest.fixture
def court(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Court:
    monkeypatch.setattr(module, "COPY_EVERY", 0.02)
    return Court(tmp_path)


async def test_what_is_entered_is_copied(court: Court) -> None:
    """What a start finds, and what comes."""
    async with court.running():
        await court.agree()
        for _ in range(20):
            await court.enter()
        await court.agree()


async def test_the_end_copies_what_is_left(court: Court) -> None:
    """The last segments are reported while the server goes down."""
    async with court.running():
        await court.agree()
    await court.enter()
    await court.copies.close()
    await court.agree()


async def test_a_hearing_that_has_not_begun_has_no_folder(court: Court) -> None:
    """Nothing is recorded of it yet."""
    court.store.logs["h1"] = list(courtroom().entries)
    court.store.recent = []
    async with court.running():
        await court.enter()
        await court.copies.copy()
    assert not court.path.parent.exists()


async def test_a_start_mends_what_was_torn_and_tells_what_was_altered(court: Court) -> None:
    """A torn end is a crash's work; another text is somebody's, and bench and clerk hear of it."""
    async with court.running():
        await court.agree()
    court.path.write_bytes(court.saved()[:-7])
    async with court.running():
        await court.agree()
    assert court.faults() == []
    court.path.write_bytes(b"{}\n" + court.saved())
    async with court.running():
        await until(lambda: len(court.faults()) == 2)
        await court.agree()
    assert court.faults() == [
        ev.RecordingFault(code="log_copy", detail="altered"),
        ev.RecordingRecovered(code="log_copy", detail="written anew"),
    ]


async def test_a_disk_that_fails_is_tried_again_and_told_of_when_it_lasts(court: Court) -> None:
    """The hearing goes on; when the disk is back nothing is missing."""
    async with court.running():
        await court.agree()
        (court.directory / ".lock").unlink()
        await court.enter()
        await asyncio.sleep(0.1)
        assert court.faults() == []
        court.ahead += module.ALARM_AFTER
        await until(lambda: bool(court.faults()))
        (court.directory / ".lock").touch()
        await until(lambda: len(court.faults()) == 2)
        await court.agree()
    fault, over = court.faults()
    assert isinstance(fault, ev.RecordingFault)
    assert isinstance(over, ev.RecordingRecovered)


async def test_a_store_that_is_away_delays_it(court: Court) -> None:
    """What was saved before is copied afterwards."""
    async with court.running():
        await court.agree()
        await court.enter()
        court.store.unreadable = True
        await asyncio.sleep(0.1)
        court.store.unreadable = False
        await court.agree()
