"""Every page for everybody: no barrier that axe-core finds, no word in the wrong language."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.integration.harness import ROLES, Client, ServerProcess, serving

from .browsers import PATIENCE, Person, close_hearing, court
from .test_hearing import LINES, enter_lines, sign

AXE = Path(__file__).parents[2] / "web_client/node_modules/axe-core/axe.min.js"
GRAVE = ("serious", "critical")

# Everything a page says: visible text, and the names and hints of controls.
SAID = """() => {
  const said = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    if (node.textContent.trim() && node.parentElement.checkVisibility()) said.push(node.textContent.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    if (!element.checkVisibility()) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.push(element.getAttribute(name) ?? '');
  }
  return [...said.filter(Boolean), document.title];
}"""
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{4,}")
KEY = re.compile(r"\b[a-z]+\.[a-z]+_?[a-z_]*\b")
FOREIGN = {"en": HAN, "zh-CN": LATIN}
SWITCH = {"en": "中文", "zh-CN": "English"}  # says the other language's own name
DEVICES = re.compile(
    r"[Ff]ake\w*( \w+)*( \d+)?|Enter|Shift"
)  # of the browser; keys of the keyboard


async def barriers(person: Person, place: str) -> list[str]:
    """What axe-core calls serious or critical here, in light and in dark."""
    found = []
    for theme in ("light", "dark"):
        await person.page.wait_for_timeout(400)  # colours fade over
        report: dict[str, Any] = await person.page.evaluate(
            "axe.run({resultTypes: ['violations']})"
        )
        found += [
            f"{place}, {theme}: {rule['id']} {node['html'][:160]} {node['failureSummary']}"
            for rule in report["violations"]
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]
        await person.get("theme").dispatch_event("click")  # also behind a dialog
    return found


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


async def foreign(person: Person, place: str, data: list[str]) -> list[str]:
    """What a page says in the other language, or by a key, in each of both languages."""
    found = []
    for language in ("zh-CN", "en"):
        await expect(person.page.locator("html")).to_have_attribute("lang", language)
        for said in await person.page.evaluate(SAID):
            own = said
            for word in (*data, SWITCH[language]):
                own = own.replace(word, "")
            own = DEVICES.sub("", own)
            if FOREIGN[language].search(own) or KEY.search(own):
                found.append(f"{place}, {language}: {said}")
        await person.get("language").dispatch_event("click")
    return found


@pytest.mark.timeout(300)
async def test_nothing_stands_in_the_way(tmp_path: Path) -> None:
    """No page from check to signature has a barrier that axe-core calls serious or critical."""
    found: list[str] = []

    async def look(person: Person, place: str) -> None:
        if not await person.page.evaluate("'axe' in window"):
            await person.page.add_script_tag(path=str(AXE))
        found.extend(await barriers(person, f"{person.role}, {place}"))

    roles = ["presiding_judge", "clerk", "defendant"]
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, roles, bypass_csp=True) as people,
    ):
        judge, clerk, defendant = (people[role] for role in roles)
        await look(defendant, "check")
        for person in people.values():
            await person.enter()
        await expect(defendant.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        await look(defendant, "waiting room")
        await judge.click("admit-all")
        await judge.click("open-hearing")
        await judge.click("open-hearing-confirm")
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
    assert not found, "\n".join(found)


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
