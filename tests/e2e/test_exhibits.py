"""An exhibit in real browsers: submitted, shown, turned, highlighted, spoken about, and put away."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.hearing_server.adapters.examining import files
from tests.integration.harness import serving

from .browsers import PATIENCE, Person, court, open_hearing
from .looks import Looks

ROLES = ["presiding_judge", "prosecutor", "counsel", "clerk"]


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


async def position(person: Person) -> float:
    """Seconds into the film."""
    return float(await person.get("player").evaluate("player => player.currentTime"))


async def paused(person: Person, *, now: bool) -> None:
    await person.page.wait_for_function(
        "now => document.querySelector('[data-testid=player]').paused === now",
        arg=now,
        timeout=PATIENCE,
    )


async def a_film(presenter: Person, others: list[Person], folder: Path, looks: Looks) -> None:
    """It plays, stops and jumps for everybody as the presenter has it, and nobody else turns it."""
    path = folder / "监控.webm"
    path.write_bytes(files.film(folder / "film.webm", seconds=30, kind="webm", codec="libvpx"))
    await presenter.click("exhibits-open")
    await submit(presenter, path)
    await presenter.click("show-2")
    for person in (presenter, *others):
        await expect(person.get("player")).to_be_visible(timeout=PATIENCE)
    assert await others[0].get("player").get_attribute("controls") is None
    player = presenter.get("player")
    await player.evaluate("player => player.play()")
    for person in others:
        await paused(person, now=False)
    await player.evaluate("player => { player.currentTime = 20; }")
    for person in others:
        await person.page.wait_for_function(
            "() => document.querySelector('[data-testid=player]').currentTime >= 19",
            timeout=PATIENCE,
        )
    apart = [abs(await position(person) - await position(presenter)) for person in others]
    assert max(apart) < 2, apart
    await looks.at(others[0], "film shown")
    await player.evaluate("player => { player.pause(); player.currentTime = 5; }")
    for person in others:
        await paused(person, now=True)
        await person.page.wait_for_function(
            "() => Math.abs(document.querySelector('[data-testid=player]').currentTime - 5) < 1",
            timeout=PATIENCE,
        )


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_exhibit_from_submission_to_opinion(tmp_path: Path) -> None:
    paper = tmp_path / "借条扫描件.pdf"
    paper.write_bytes(files.pdf(3))
    lie = tmp_path / "合同.pdf"
    lie.write_bytes(files.HTML)
    looks = Looks()
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ROLES) as people,
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
        await looks.at(prosecutor, "exhibits submitted")
        await judge.click("admit-all")
        await open_hearing(judge)
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
        for person in (prosecutor, clerk, judge):
            await looks.at(person, f"exhibit shown to {person.role}")

        await counsel.click("exhibits-open")
        await counsel.click("opine-1")
        await counsel.get("authentic-no").check()
        await counsel.get("relevant-yes").check()
        await counsel.get("opinion-note").fill("复印件，请求提交原件核对。")
        await looks.at(counsel, "opinion")
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
        await looks.at(judge, "exhibits with opinions")
        await judge.click("exhibits-close")
        await judge.click("hide-exhibit")
        for person in people.values():
            await expect(person.get("viewer")).to_have_count(0, timeout=PATIENCE)
        await a_film(prosecutor, [judge, counsel, clerk], tmp_path, looks)
        assert not [error for person in people.values() for error in person.errors]
    assert not looks.found, "\n".join(looks.found)
