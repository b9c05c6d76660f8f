"""A clerk's day in the courtroom, from the invitations to the signed transcript in the clerk's hands."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.integration.entering import planned

from .browsers import PATIENCE, Person, launch
from .devices import COURT
from .looks import PHONE, Looks
from .planned import by_link, identify, person, signed_in
from .test_hearing import download, read_to_the_end


async def invited(clerk: Person, looks: Looks) -> None:
    """Everybody at once; what no wire carries lies in the outbox, ready to be read out."""
    await clerk.click("invite-all")
    held = clerk.get("messages").locator("tr[data-kind='invitation'][data-state='held']")
    await expect(held.first).to_be_visible(timeout=PATIENCE)
    await looks.at(clerk, "invitations in the outbox")


async def written(clerk: Person, party: Person, looks: Looks) -> None:
    """By the keyboard; a slip is mended in place, and everybody reads the mended line."""
    await clerk.get("line-editor").focus()
    for key, text in (("F1", "现在开挺。"), ("F2", "请求判令被告还款。")):
        await clerk.page.keyboard.press(key)
        await clerk.page.keyboard.type(text)
        await clerk.page.keyboard.press("Enter")
    await expect(party.get("line")).to_have_count(2, timeout=PATIENCE)
    await clerk.click("edit-line-1")
    await clerk.get("correction-text").fill("现在开庭。")
    await looks.at(clerk, "correction of a line")
    await clerk.click("correction-save")
    await expect(party.get("line-text").first).to_have_text("现在开庭。", timeout=PATIENCE)
    await looks.at(clerk, "desk in session")


async def sent_round(clerk: Person, party: Person, looks: Looks, folder: Path) -> None:
    """Frozen, sealed, on the party's screen, signed there; the board says so, the clerk takes it."""
    await clerk.click("freeze")
    await looks.at(clerk, "freezing")
    await clerk.click("freeze-confirm")
    await expect(party.get("open-signing")).to_be_visible(timeout=PATIENCE)
    await looks.at(party, "signing asked")
    await read_to_the_end(party)
    await looks.at(party, "signing on a telephone")
    await party.click("type-name")
    await party.get("typed-name").fill("甲某")
    await party.click("sign")
    await expect(party.get("signed")).to_be_visible(timeout=PATIENCE)
    await looks.at(party, "signed on a telephone")
    row = clerk.get(f"board-{party.seat}")
    await expect(row).to_have_attribute("data-state", "signed", timeout=PATIENCE)
    await looks.at(clerk, "board at the clerk")
    pdf = await download(clerk, "download-pdf", folder / "record.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_clerks_day(tmp_path: Path) -> None:
    looks = Looks()
    async with planned(tmp_path, identity=True) as court, async_playwright() as play:
        browser = await launch(play, COURT, tmp_path)
        clerk = await person(browser, court, "clerk")
        await signed_in(clerk, court, court.clerk)
        await clerk.page.goto(f"{court.server.url}/staff/hearings/{court.hearing['id']}")
        await invited(clerk, looks)
        await clerk.click("enter-hearing")
        await clerk.enter()
        await expect(clerk.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await looks.at(clerk, "desk before anybody")

        party = await by_link(browser, court, "plaintiff", viewport=PHONE)
        await party.enter()
        waiting = clerk.get("waiting-list").locator(f"li[data-party='{party.seat}']")
        await expect(waiting).to_have_attribute("data-identity", "pending", timeout=PATIENCE)
        await looks.at(clerk, "waiting list of the clerk")
        await identify(clerk, party.seat, "510104199001011234")
        await expect(party.get("courtroom")).to_be_visible(timeout=PATIENCE)
        async with court.bench() as judge:
            await judge.ask("open_hearing")
            await written(clerk, party, looks)
            await judge.ask("close_hearing", override="演示")
            await sent_round(clerk, party, looks, tmp_path)

        await clerk.page.goto(f"{court.server.url}/staff/hearings/{court.hearing['id']}")
        await expect(clerk.page.locator("[data-phase=closed]").first).to_be_visible(
            timeout=PATIENCE
        )
        await looks.at(clerk, "hearing closed")
        assert [*clerk.errors, *party.errors] == []
        assert not looks.found, "\n".join(looks.found)
        await browser.close()
