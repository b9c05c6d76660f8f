"""The public is excluded in real browsers: what becomes of the recording, and who reads what was said."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.integration.harness import serving

from .browsers import PATIENCE, Person, all_enter, court, open_hearing
from .looks import Looks

ORDER = """async (seat) => {
  const at = `/api/seats/${seat}/custody`;
  const { access } = await (await fetch(at)).json();
  const span = { started_at: access[0].started_at, ended_at: Date.now() };
  const order = { ...span, level: 'sealed', reason: '另行封存（虚构）' };
  const headers = { 'Content-Type': 'application/json' };
  return (await fetch(`${at}/access`, { method: 'POST', headers, body: JSON.stringify(order) })).status;
}"""

ROLES = ("presiding_judge", "clerk", "prosecutor", "defendant", "counsel")


async def enter(clerk: Person, text: str, *screens: Person) -> None:
    await clerk.get("line-editor").focus()
    await clerk.page.keyboard.press("F1")
    await clerk.page.keyboard.type(text)
    await expect(clerk.get("commit-line")).to_be_enabled(timeout=PATIENCE)
    await clerk.page.keyboard.press("Enter")
    for person in screens:
        await expect(person.get("line-text").last).to_have_text(text, timeout=PATIENCE)


@pytest.mark.long
@pytest.mark.timeout(420)
async def test_the_judge_says_what_becomes_of_the_recording(tmp_path: Path) -> None:
    """Sealed: bench and clerk read what is said, marked, and so does a party who sits inside; once the judge
    seals it by order the party reads that it is sealed. Not recorded: the banner says so, and no source is
    recorded meanwhile."""
    looks = Looks()
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ROLES, bypass_csp=True) as people,
    ):
        judge, clerk, prosecutor, *_ = (people[role] for role in ROLES)
        await all_enter(people)
        await open_hearing(judge)
        await expect(clerk.get("phase")).to_have_attribute("data-phase", "in_session")
        await enter(clerk, "现在开庭。", judge, clerk, prosecutor)

        await judge.page.keyboard.press("x")
        await expect(judge.get("exclude-unrecorded")).to_be_checked(timeout=PATIENCE)
        await judge.get("exclude-reason").fill("涉及未成年人隐私（虚构）")
        await judge.get("exclude-sealed").check()
        await looks.at(judge, "excluding the public")
        await judge.click("exclude-public-confirm")
        await expect(prosecutor.get("banner")).to_contain_text("封存", timeout=PATIENCE)

        await enter(clerk, "被害人陈述经过。", judge, clerk, prosecutor)
        await expect(clerk.get("line-sealed")).to_have_count(1)
        await prosecutor.page.reload()  # nor is it kept from them when they come back
        await prosecutor.enter()
        last = prosecutor.get("line-text").last
        await expect(last).to_have_text("被害人陈述经过。", timeout=PATIENCE)
        seat = server.links["presiding_judge"].partition(".")[0]
        assert await judge.page.evaluate(ORDER, seat) == 200
        await expect(prosecutor.get("line-masked")).to_have_text("依法封存", timeout=PATIENCE)
        await expect(prosecutor.get("line-text")).to_have_count(1)
        await prosecutor.page.reload()  # nor in what is told anew
        await prosecutor.enter()
        await expect(prosecutor.get("line-masked")).to_have_count(1, timeout=PATIENCE)
        assert "被害人陈述" not in await prosecutor.page.content()
        for person in (judge, clerk, prosecutor):
            await looks.at(person, "a sealed span")

        await judge.click("judge-more")
        await judge.click("admit-public")
        await expect(prosecutor.get("banner")).to_have_count(0, timeout=PATIENCE)
        await enter(clerk, "恢复公开审理。", judge, clerk, prosecutor)
        await judge.click("judge-more")
        await judge.click("exclude-public")
        await judge.get("exclude-reason").fill("商业秘密（虚构）")
        await judge.click("exclude-public-confirm")
        await expect(prosecutor.get("banner")).to_contain_text("不录制", timeout=PATIENCE)
        assert not [error for person in people.values() for error in person.errors]
    assert not looks.found, "\n".join(looks.found)
