"""The second directory gets what it missed, also where the first one is away when its turn comes."""

import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hearing_server.services.media import TrackName
from recording import names
from recording.disk import Disks, claim
from recording.finisher import Copied, Finisher
from recording.keeping import Keeping

NAME = names.segment_name(TrackName(hearing="h1", party="judge", source="camera"), 1, 0, False)
SOON_S = 20.0

pytestmark = pytest.mark.spoilt  # what is copied here is no recording


@pytest.fixture
def finisher() -> Iterator[Finisher]:
    made = Finisher()
    yield made
    made.close()


def copying(keeping: Keeping, finisher: Finisher, until: Callable[[list[Copied]], bool]) -> None:
    """Ticks and results, as in a worker."""
    copied: list[Copied] = []
    end = time.monotonic() + SOON_S
    while not until(copied):
        assert time.monotonic() < end
        keeping.tick()
        select.select([finisher.wake], [], [], 0.1)
        for result in finisher.results():
            assert isinstance(result, Copied)
            copied.append(result)
            keeping.copied(result)


def test_a_segment_of_a_disk_that_was_away_is_copied_when_it_is_back(
    tmp_path: Path, finisher: Finisher
) -> None:
    one, two, away = tmp_path / "one", tmp_path / "two", tmp_path / "away"
    disks = Disks([one, two])
    claim(disks)
    (one / NAME).parent.mkdir(parents=True)
    (one / NAME).write_bytes(b"pictures")
    told: list[str] = []
    keeping = Keeping(disks, finisher, lambda _, code, __: told.append(code), lambda *_: None)
    keeping.begin([(NAME, disks.all[0])])
    one.rename(away)
    copying(keeping, finisher, lambda copied: len(copied) == 2)
    away.rename(one)
    copying(keeping, finisher, lambda copied: any(each.error is None for each in copied))
    assert (two / NAME).read_bytes() == b"pictures"
    assert told == []


def test_a_segment_that_was_erased_is_not_waited_for(tmp_path: Path, finisher: Finisher) -> None:
    disks = Disks([tmp_path / "one", tmp_path / "two"])
    claim(disks)
    keeping = Keeping(disks, finisher, lambda *_: None, lambda *_: None)
    keeping.begin([(NAME, disks.all[0])])
    copying(keeping, finisher, lambda copied: len(copied) == 1)
    for _ in range(5):
        keeping.tick()
    time.sleep(0.2)
    assert list(finisher.results()) == []
