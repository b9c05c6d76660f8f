"""Every page for everybody: no barrier that axe-core finds, no word in the wrong language."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.integration.harness import ROLES, Client, ServerProcess, serving

from .browsers import PATIENCE, Person, close_hearing, court, open_hearing
from .looks import Looks, foreign
from .test_hearing import LINES, enter_lines, sign


async def written(server: ServerProcess) -> list[str]:
    """What the court and the case say themselves and nobody translates, the longest first."""
    found = set()
    for role in ROLES:
        async with Client(server, role) as client:
            await client.link()
            info = await client.get(f"/api/seats/{client.seat}")
        found |= {info[key] for key in ("court", "courtroom", "title", "case_number")}
        found |= {info["party"]["name"], info["party"]["site"]}
    return sorted(found - {""}, key=len, reverse=True)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_nothing_stands_in_the_way(tmp_path: Path) -> None:
    """No page from check to signature has a barrier that axe-core calls serious or critical."""
    looks = Looks()

    async def look(person: Person, place: str) -> None:
        await looks.at(person, f"{place} of {person.role}")

    roles = ["presiding_judge", "clerk", "defendant"]
    async with serving(tmp_path / "data") as server, court(server, tmp_path, roles) as people:
        judge, clerk, defendant = (people[role] for role in roles)
        await look(defendant, "check")
        for person in people.values():
            await person.enter()
        await expect(defendant.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        await look(defendant, "waiting room")
        await judge.click("admit-all")
        await open_hearing(judge)
        phase = people["clerk"].get("phase")
        await expect(phase).to_have_attribute("data-phase", "in_session", timeout=PATIENCE)
        await enter_lines(people)
        await clerk.click("edit-line-1")
        for person in people.values():
            await look(person, "courtroom")
        await judge.click("pause-hearing")
        await look(judge, "dialog")
        await judge.click("pause-hearing-cancel")
        await close_hearing(judge)
        await clerk.click("freeze")
        await clerk.click("freeze-confirm")
        await defendant.click("open-signing")
        await expect(defendant.get("pdf-page").first).to_be_visible(timeout=PATIENCE)
        await look(defendant, "signing")
        await sign(defendant)
        await look(defendant, "signed")
        await look(clerk, "board")
    assert not looks.found, "\n".join(looks.found)


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_the_language_is_that_of_every_word(tmp_path: Path) -> None:
    """In either language every word is of it, but for names and what the court itself has written."""
    found: list[str] = []
    roles = ["presiding_judge", "clerk", "defendant"]
    async with serving(tmp_path / "data") as server, court(server, tmp_path, roles) as people:
        judge, defendant = people["presiding_judge"], people["defendant"]
        data = await written(server)
        found += await foreign(defendant, "check", data)
        for person in people.values():
            await person.enter()
        await expect(defendant.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        found += await foreign(defendant, "waiting room", data)
        await judge.click("admit-all")
        await judge.click("open-hearing")
        found += await foreign(judge, "dialog", data)
        await judge.click("open-hearing-confirm")
        phase = people["clerk"].get("phase")
        await expect(phase).to_have_attribute("data-phase", "in_session", timeout=PATIENCE)
        await enter_lines(people)
        data += [text for _, text in LINES]
        for person in people.values():
            found += await foreign(person, f"courtroom of {person.role}", data)
        assert not [error for person in people.values() for error in person.errors]
    assert not found, "\n".join(found)
