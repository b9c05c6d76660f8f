"""An exhibit in real browsers: submitted, shown, turned, highlighted, spoken about, and put away."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.hearing_server.adapters.examining import files
from tests.integration.harness import serving

from .browsers import PATIENCE, Person, court
from .test_access import AXE, barriers

ROLES = ["presiding_judge", "prosecutor", "counsel", "clerk"]
SHOTS = os.environ.get("EXHIBIT_SHOTS", "")  # a folder to look at the pictures afterwards
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}


async def shots(people: dict[str, Person], name: str) -> None:
    """The page of each, in both languages, at the desk and on a telephone."""
    if not SHOTS:
        return
    for role, person in people.items():
        for language in ("zh", "en"):
            for kind, size in (("desk", DESK), ("phone", PHONE)):
                await person.page.set_viewport_size(size)  # type: ignore[arg-type]
                await person.page.wait_for_timeout(700)
                await person.page.screenshot(path=f"{SHOTS}/{name}-{role}-{language}-{kind}.png")
            await person.page.set_viewport_size(DESK)  # type: ignore[arg-type]
            await person.get("language").dispatch_event("click")


async def submit(person: Person, *paths: Path) -> None:
    await person.get("exhibit-file").set_input_files([str(path) for path in paths])


async def drag(page: Page, testid: str) -> None:
    """Over the upper half of the page that is shown."""
    box = await page.get_by_test_id(testid).bounding_box()
    assert box is not None
    top = max(box["y"], 220)
    await page.mouse.move(box["x"] + box["width"] * 0.1, top + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.6, top + 120, steps=6)
    await page.mouse.up()


@pytest.mark.timeout(170)
async def test_an_exhibit_from_submission_to_opinion(tmp_path: Path) -> None:
    paper = tmp_path / "借条扫描件.pdf"
    paper.write_bytes(files.pdf(3))
    lie = tmp_path / "合同.pdf"
    lie.write_bytes(files.HTML)
    found: list[str] = []

    async def look(person: Person, place: str) -> None:
        if not await person.page.evaluate("'axe' in window"):
            await person.page.add_script_tag(path=str(AXE))
        found.extend(await barriers(person, f"{person.role}, {place}"))

    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ROLES, bypass_csp=True) as people,
    ):
        judge, prosecutor, counsel, clerk = (people[role] for role in ROLES)
        for person in people.values():
            await person.enter()
        await expect(prosecutor.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        await prosecutor.click("exhibits-open")  # also before the hearing
        await submit(prosecutor, paper, lie)
        uploads = prosecutor.get("upload")
        await expect(uploads.nth(0)).to_have_attribute("data-stage", "done", timeout=PATIENCE)
        await expect(uploads.nth(1)).to_have_attribute("data-stage", "failed", timeout=PATIENCE)
        await expect(uploads.nth(1)).to_have_attribute("data-detail", "unknown_type")
        await shots({"prosecutor": prosecutor}, "1-submitted")
        await judge.click("admit-all")
        await judge.click("open-hearing")
        await judge.click("open-hearing-confirm")
        await expect(prosecutor.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await expect(judge.get("phase")).to_have_attribute("data-phase", "in_session")

        await prosecutor.page.keyboard.press("e")
        await prosecutor.click("show-1")
        for person in people.values():
            await expect(person.get("viewer")).to_have_attribute("data-page", "1", timeout=PATIENCE)
            await expect(person.get("pdf-page")).to_be_visible(timeout=PATIENCE)
        await prosecutor.click("page-next")
        await expect(judge.get("viewer")).to_have_attribute("data-page", "2", timeout=PATIENCE)
        await prosecutor.click("mark-tool")
        await drag(prosecutor.page, "marks")
        await expect(counsel.get("mark")).to_have_count(1, timeout=PATIENCE)

        await counsel.click("look-alone")
        await counsel.page.keyboard.press("ArrowRight")
        await expect(counsel.get("viewer")).to_have_attribute("data-page", "3")
        await expect(judge.get("viewer")).to_have_attribute("data-page", "2")
        await counsel.click("follow")
        await expect(counsel.get("viewer")).to_have_attribute("data-page", "2")
        await expect(counsel.get("mark-tool")).to_have_count(0)
        await shots(people, "2-shown")
        for person in (prosecutor, clerk):
            await look(person, "viewer")

        await counsel.click("exhibits-open")
        await counsel.click("opine-1")
        await counsel.get("authentic-no").check()
        await counsel.get("relevant-yes").check()
        await counsel.get("opinion-note").fill("复印件，请求提交原件核对。")
        await shots({"counsel": counsel}, "3-opinion")
        await look(counsel, "opinion")
        await counsel.click("opinion-save")
        await expect(counsel.get("opinion-form")).to_have_count(0, timeout=PATIENCE)
        await judge.click("exhibits-open")
        given = judge.get("opinions").locator("[data-stance]")
        await expect(given).to_have_count(3, timeout=PATIENCE)
        assert [await one.get_attribute("data-stance") for one in await given.all()] == [
            "no",
            "none",
            "yes",
        ]
        await expect(judge.get("exhibit-1")).to_have_attribute("data-shown", "true")
        await shots({"presiding_judge": judge, "clerk": clerk}, "4-drawer")
        await judge.click("exhibits-close")
        await judge.click("hide-exhibit")
        for person in people.values():
            await expect(person.get("viewer")).to_have_count(0, timeout=PATIENCE)
        assert not [error for person in people.values() for error in person.errors]
    assert not found, "\n".join(found)
