"""Pictures of documents do not stay for ever: so many days after the end the server removes them."""

import os
from pathlib import Path
from typing import Any

from hearing_server.adapters.picture_files import SealedPictures
from hearing_server.domain import commands as cmd
from hearing_server.domain.log import SERVER
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action
from hearing_server.services.hearings import Hearings
from hearing_server.services.pictures import KEPT, OFFERED, Pictures
from tests.hearing_server.domain.world import NOW, World, in_session

from .fakes import FakeEvents

DAY = 24 * 3600 * 1000
SEAT = Seated(hearing="h1", party="defendant")


class Trail:
    def __init__(self) -> None:
        self.noted: list[tuple[Action, str, str]] = []

    async def note(self, action: Action, *, actor: str, subject: str, detail: str) -> None:
        self.noted.append((action, actor, subject))


class Desk:
    """Two pictures of a hearing's party, and a clock."""

    def __init__(self, world: World, folder: Path) -> None:
        self.files = SealedPictures(folder, b"k" * 32)
        for kind in (OFFERED, KEPT):
            self.files.write(SEAT, kind, b"picture")
        for file in (folder / "h1").iterdir():
            os.utime(file, (NOW / 1000, NOW / 1000))
        self.trail = Trail()
        self.now = NOW
        audit: Any = self.trail
        hearings = Hearings(FakeEvents(world), lambda: self.now)
        self.pictures = Pictures(self.files, hearings, audit, days=30, now=lambda: self.now)

    async def after(self, days: float) -> bool:
        """Whether the pictures are still there when the server has swept."""
        self.now = NOW + int(days * DAY)
        await self.pictures.sweep()
        return self.files.read(SEAT, KEPT) is not None


async def test_thirty_days_after_the_closing_they_are_removed_and_noted(tmp_path: Path) -> None:
    world = in_session()
    world.do("judge", cmd.CloseHearing())
    desk = Desk(world, tmp_path)
    assert await desk.after(29.9)
    assert desk.trail.noted == []
    assert not await desk.after(30.1)
    assert desk.files.read(SEAT, OFFERED) is None
    assert desk.trail.noted == [(Action.PICTURES_REMOVED, SERVER, "h1")]
    assert not await desk.after(31)
    assert len(desk.trail.noted) == 1


async def test_of_a_hearing_that_is_not_over_they_stay(tmp_path: Path) -> None:
    world = in_session()
    world.do("judge", cmd.SuspendHearing(reason="改日"))
    desk = Desk(world, tmp_path)
    assert await desk.after(400)


async def test_of_one_that_nobody_came_to_they_go_too(tmp_path: Path) -> None:
    desk = Desk(World(), tmp_path)
    assert await desk.after(29)
    assert not await desk.after(31)


async def test_what_is_not_noted_is_not_removed(tmp_path: Path) -> None:
    desk = Desk(World(), tmp_path)

    async def away(*_: object, **__: object) -> None:
        raise OSError

    desk.trail.note = away  # type: ignore[method-assign]
    try:
        await desk.after(31)
    except OSError:
        assert desk.files.read(SEAT, KEPT) is not None
    else:
        raise AssertionError("the trail was away")
