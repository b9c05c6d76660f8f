"""The jobs that recognise exhibits: each is asked for once, and given up whole."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, cast

from hearing_server.adapters.spoken_files import SpokenFolder
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import Entry
from hearing_server.services.access import Seated
from hearing_server.services.exhibit_speech import ExhibitSpeech, Progress, Utterance
from hearing_server.services.exhibits import ExhibitFiles
from hearing_server.services.hearings import Hearings
from tests.hearing_server.domain.test_exhibits import submit
from tests.hearing_server.domain.world import World, in_session

CLERK = Seated(hearing="h1", party="clerk")


class Here:
    """Its hearing, and its files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def subscribe(self, told: Callable[[Any, Sequence[Entry]], None]) -> None:
        self.told = told

    def withdraw(self) -> None:
        self._world.do("prosecutor", cmd.WithdrawExhibit(exhibit=1))
        event = ev.ExhibitWithdrawn(exhibit=1)
        entry = Entry(hearing="h1", seq=self._world.state.seq, at=0, by="prosecutor", event=event)
        self.told(self._world.state, (entry,))

    async def state(self, hearing: str) -> Any:
        return self._world.state

    def path(self, hearing: str, sha256: str) -> Path:
        return Path(sha256)


class Endless:
    """A recogniser that is never done, and who is at work."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()
        self.at_work = 0

    async def said(
        self, path: Path, media_type: str, words: tuple[str, ...]
    ) -> AsyncIterator[Utterance | Progress]:
        self.words = words
        self.at_work += 1
        self.begun.set()
        try:
            while True:
                yield Progress(at=0, of=0)
                await asyncio.sleep(0.001)
        finally:
            self.at_work -= 1
            self.ended.set()


def speech(folder: Path) -> tuple[ExhibitSpeech, Endless, Here]:
    world = in_session()
    submit(world, media_type="audio/ogg")
    here, recogniser = Here(world), Endless()
    service = ExhibitSpeech(
        cast(Hearings, here), cast(ExhibitFiles, here), SpokenFolder(folder), recogniser
    )
    return service, recogniser, here


def marks(folder: Path) -> list[Path]:
    return list(folder.rglob("*.job"))


async def test_who_presses_twice_asks_once_and_gives_up_the_whole_of_it(tmp_path: Path) -> None:
    service, recogniser, _ = speech(tmp_path)
    asked = await asyncio.gather(*(service.ask(CLERK, 1) for _ in range(3)), return_exceptions=True)
    refused = [one for one in asked if isinstance(one, Refused)]
    assert [one.code for one in refused] == [Code.NO_CHANGE] * 2
    async with asyncio.timeout(60):
        await recogniser.begun.wait()
    assert "被告乙（虚构）" in recogniser.words, "names that will be said"
    await service.cancel(CLERK, 1)
    assert recogniser.at_work == 0
    assert (await service.about(CLERK, 1)).standing == "none"
    assert marks(tmp_path) == []
    recogniser.begun.clear()
    await service.ask(CLERK, 1)  # the turn is free
    async with asyncio.timeout(60):
        await recogniser.begun.wait()
    await service.close()
    assert recogniser.at_work == 0
    assert len(marks(tmp_path)) == 1, "the next start goes on"


async def test_given_up_before_it_began_it_does_not_begin(tmp_path: Path) -> None:
    service, recogniser, _ = speech(tmp_path)
    asking = asyncio.create_task(service.ask(CLERK, 1))
    await asyncio.sleep(0)  # it is taken up, and not yet on the disk
    await service.cancel(CLERK, 1)
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0.05)
    assert recogniser.at_work == 0
    assert (await service.about(CLERK, 1)).standing == "none"
    assert marks(tmp_path) == []
    await service.close()


async def test_what_is_withdrawn_is_recognised_no_further(tmp_path: Path) -> None:
    """Nobody could give it up any more, and the next would wait for it for hours."""
    service, recogniser, here = speech(tmp_path)
    await service.ask(CLERK, 1)
    async with asyncio.timeout(60):
        await recogniser.begun.wait()
        here.withdraw()
        await recogniser.ended.wait()
    await service.close()
    assert recogniser.at_work == 0
    assert marks(tmp_path) == []
