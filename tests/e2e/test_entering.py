"""Coming in, as people do it: by a code, with a document, as an observer."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import async_playwright, expect

from tests.integration.entering import planned

from .browsers import PATIENCE, launch, open_hearing
from .devices import COURT, ELSEWHERE
from .looks import PHONE, Looks
from .planned import clerk_of, identify, judge_of, person


def photograph(folder: Path) -> Path:
    path = folder / "document.jpg"
    out = io.BytesIO()
    Image.effect_noise((900, 560), 60).convert("RGB").save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.timeout(240)
async def test_a_party_proves_the_code_and_the_document(tmp_path: Path) -> None:
    """From the link on a telephone to the courtroom: code, check over the media path, document."""
    async with planned(tmp_path, code=True, identity=True) as court, async_playwright() as play:
        browser, looks = await launch(play, ELSEWHERE, tmp_path), Looks()
        party = await person(browser, court, "plaintiff", viewport=PHONE)
        await party.page.goto(f"{party.url}/enter#{await court.link('plaintiff')}")
        await expect(party.get("code-screen")).to_be_visible(timeout=PATIENCE)
        assert "甲某" not in await party.page.content(), "the link alone names nobody"
        await looks.at(party, "code before the check")
        await party.click("send-code")
        sent = party.get("code-form").get_by_role("status")
        await expect(sent).to_be_visible(timeout=PATIENCE)
        await party.get("code").fill(await court.code())
        await party.click("confirm-code")
        await expect(party.get("code-form")).to_have_count(0, timeout=PATIENCE)

        await expect(party.get("line-numbers")).to_have_attribute(
            "data-way", "udp", timeout=PATIENCE
        )
        await expect(party.get("check-score")).to_have_attribute(
            "data-sent", "true", timeout=PATIENCE
        )
        await party.get("offer-picture").set_input_files(photograph(tmp_path))
        await expect(party.get("picture-offered")).to_be_visible(timeout=PATIENCE)
        await looks.at(party, "check with a code")
        await party.enter()
        await expect(party.get("waiting-room")).to_be_visible(timeout=PATIENCE)

        clerk = await clerk_of(browser, court)
        seat = court.seats["plaintiff"]
        await clerk.click(f"identify-{seat}")
        await clerk.click("show-picture")
        await expect(clerk.get("document-picture")).to_be_visible(timeout=PATIENCE)
        await looks.at(clerk, "identity")
        await clerk.click(f"identify-{seat}")
        await identify(clerk, seat, "510104199001011234")
        await expect(party.get("courtroom")).to_be_visible(timeout=PATIENCE)
        assert [*party.errors, *clerk.errors] == []
        assert not looks.found, "\n".join(looks.found)
        await browser.close()


@pytest.mark.timeout(300)
async def test_an_observers_day(tmp_path: Path) -> None:
    """By the clerk's link, on the judge's direction, without a device of their own; watching until cut off."""
    async with planned(tmp_path) as court, async_playwright() as play:
        browser, looks = await launch(play, COURT, tmp_path), Looks()
        clerk = await clerk_of(browser, court)
        judge = await judge_of(browser, court)
        await clerk.click("make-observers-link")
        link = await clerk.get("observers-link").inner_text()
        guest = await person(browser, court, "observer")
        await guest.page.goto(link)
        notice = guest.get("notice")
        await expect(notice).to_have_attribute(
            "data-code", "observers_not_allowed", timeout=PATIENCE
        )
        await looks.at(guest, "observers not allowed")
        await judge.click("judge-more")
        await judge.click("observers")
        await guest.page.get_by_role("button", name="重试").click()
        await guest.get("observer-name").fill("旁听人（虚构）")
        await guest.get("observer-address").fill("示范路1号（虚构）")
        await looks.at(guest, "observer registers")
        await guest.click("register")
        await expect(guest.get("enter")).to_be_visible(timeout=PATIENCE)
        assert await guest.get("check-camera").count() == 0
        await looks.at(guest, "check of an observer")
        await guest.enter()
        await expect(guest.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        await looks.at(guest, "waiting room of an observer")

        await judge.click("admit-all")
        await open_hearing(judge)
        await expect(guest.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await guest.sees(judge, COURT)
        await guest.hears(judge, COURT)
        assert await guest.get("mic").count() == 0
        assert await clerk.get(f"seat-{guest.seat}").count() == 0
        await looks.at(guest, "courtroom of an observer")

        await judge.click("judge-more")
        await judge.click("exclude-public")
        await judge.get("exclude-reason").fill("涉及个人隐私")
        await judge.click("exclude-public-confirm")
        await expect(notice).to_have_attribute("data-code", "public_excluded", timeout=PATIENCE)
        assert await guest.page.locator("video").count() == 0
        await looks.at(guest, "public excluded")
        await looks.at(judge, "public excluded at the judge")
        await judge.click("judge-more")
        await judge.click("admit-public")
        await expect(guest.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await guest.hears(judge, COURT)

        await judge.click("judge-more")
        await judge.click("observers-out")
        await expect(judge.get("observers-out")).to_contain_text("不能再进入")
        await looks.at(judge, "all observers to be sent out")
        await judge.page.keyboard.press("Escape")
        await judge.click("who-watches")
        await looks.at(judge, "who watches")
        await judge.click(f"cut-off-{guest.seat}")
        await judge.click(f"cut-off-{guest.seat}")
        await expect(notice).to_have_attribute("data-code", "removed", timeout=PATIENCE)
        assert [*guest.errors, *clerk.errors, *judge.errors] == []
        assert not looks.found, "\n".join(looks.found)
        await browser.close()
