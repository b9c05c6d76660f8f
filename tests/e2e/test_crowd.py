"""Twenty people in one courtroom: every seat is seen, and every control can be pressed."""

import contextlib
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.hearing_server.adapters.examining import files
from tests.integration.harness import Client

from .browsers import DESK, PATIENCE, Person, court, open_hearing
from .looks import PHONE, Looks
from .rooms import crowd, serving

LOOKING = ["presiding_judge", "clerk", "counsel0"]
# Seats that nobody can get to see: outside the screen where nothing scrolls, or too small to tell a person.
UNSEEN = """() => [...document.querySelectorAll('article.seat')].filter(seat => {
  seat.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const box = seat.getBoundingClientRect();
  return box.width < 72 || box.height < 70 || box.left < -1 || box.top < -1 ||
    box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
}).map(seat => `${seat.getAttribute('aria-label')} ${JSON.stringify(seat.getBoundingClientRect())}`)"""


async def all_seats(person: Person, place: str) -> list[str]:
    """Whose seat cannot be seen on this page, at the desk and on a telephone."""
    found: list[str] = []
    for size in (DESK, PHONE):
        await person.page.set_viewport_size(size)
        await expect(person.page.locator("article.seat")).to_have_count(20)
        for unseen in await person.page.evaluate(UNSEEN):
            found.append(f"{place}, {size['width']}: {unseen}")
    await person.page.set_viewport_size(DESK)
    return found


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_room_of_twenty(tmp_path: Path) -> None:
    """Three look, seventeen sit there; nobody is lost from sight, also while an exhibit is shown."""
    looks, places = Looks(), crowd()
    paper = tmp_path / "清单.pdf"
    paper.write_bytes(files.pdf(1))
    async with (
        serving(tmp_path / "data", places) as server,
        court(server, tmp_path, LOOKING) as people,
        contextlib.AsyncExitStack() as others,
    ):
        judge, clerk, counsel = (people[key] for key in LOOKING)
        for person in people.values():
            await person.enter()
        for place in places:
            if place.key not in LOOKING:
                client = await others.enter_async_context(Client(server, place.key))
                await client.enter(camera="ready", microphone="ready")
        await judge.click("who-waits")
        await looks.at(judge, "twenty wait")
        await looks.at(clerk, "twenty wait at the clerk")
        await judge.page.keyboard.press("Escape")
        await judge.click("admit-all")
        await open_hearing(judge)
        await expect(counsel.get("phase")).to_have_attribute(
            "data-phase", "in_session", timeout=PATIENCE
        )
        found: list[str] = []
        for person in people.values():
            await looks.at(person, f"twenty in court at {person.role}")
            found += await all_seats(person, person.role)
        await counsel.click("exhibits-open")
        await counsel.get("exhibit-file").set_input_files(str(paper))
        await counsel.click("show-1")
        for person in people.values():
            await expect(person.get("pdf-page")).to_be_visible(timeout=PATIENCE)
        await looks.at(judge, "twenty look at an exhibit")
        for person in people.values():
            found += await all_seats(person, f"{person.role} with an exhibit")
        assert not found, "\n".join(found)
        assert not [error for person in people.values() for error in person.errors]
    assert not looks.found, "\n".join(looks.found)
