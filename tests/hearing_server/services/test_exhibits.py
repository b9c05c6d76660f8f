"""Uploads among each other: what one has announced the next must leave, and nobody keeps a place idly."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hearing_server.adapters.exhibit_files import StoredExhibits
from hearing_server.domain.errors import Code, Refused
from hearing_server.services import exhibits as service
from hearing_server.services.access import Seated
from hearing_server.services.exhibits import ExhibitLimits, Exhibits
from hearing_server.services.hearings import Hearings
from tests.hearing_server.domain.world import NOW, in_session

from .fakes import FakeEvents

SEATED = Seated(hearing="h1", party="counsel")


class Files(StoredExhibits):
    """Notes how much room was asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[int] = []

    def begin(self, size: int) -> Any:
        self.asked.append(size)
        return super().begin(size)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
async def exhibits(files: Files) -> AsyncIterator[Exhibits]:
    hearings = Hearings(FakeEvents(in_session()), lambda: NOW)
    limits = ExhibitLimits(file=1000, party=1500, hearing=10_000)
    examiner: Any = None
    made = Exhibits(hearings, files, examiner, limits, lambda: NOW)
    yield made
    await made.close()


async def test_of_two_announced_at_once_the_second_counts_the_first(
    exhibits: Exhibits, files: Files
) -> None:
    """Neither the quota nor the room on the disk is given twice."""
    made = await asyncio.gather(
        *(exhibits.announce(SEATED, f"u{n}", f"{n}.pdf", 700) for n in range(3)),
        return_exceptions=True,
    )
    refused = [one for one in made if isinstance(one, Refused)]
    assert [one.code for one in refused] == [Code.QUOTA]
    assert files.asked == [700, 1400]


async def test_who_sends_byte_by_byte_gives_the_place_to_others(
    exhibits: Exhibits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come stays, and is not sent again."""
    monkeypatch.setattr(service, "STALLED", 0.2)
    monkeypatch.setattr(service, "SLOWEST", 10_000)

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(500):
            await asyncio.sleep(0.01)
            yield b"x"

    await exhibits.announce(SEATED, "u", "a.pdf", 700)
    with pytest.raises(Refused) as caught:
        await exhibits.receive(SEATED, "u", 0, trickle())
    assert (caught.value.code, caught.value.detail) == (Code.BUSY, "stalled")
    received, done = exhibits.progress(SEATED, "u")
    assert 0 < received < 500
    assert done is None
