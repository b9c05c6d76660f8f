"""Captions on a telephone and drafts at the clerk's desk, of a voice that the tiny model understands."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.integration.harness import serving
from tests.integration.test_exhibit_speech import sound
from tests.integration.test_exhibits import send
from tests.integration.test_speech import recogniser_of, utterance
from tests.integration.voiced import MODEL, Voice
from tests.transcript.speech.voices import HIGH, LOW

from .browsers import DESK, PATIENCE, Person, launch
from .looks import PHONE, Looks


async def an_exhibit(clerk: Person, judge: Voice, looks: Looks) -> None:
    """A sound that was submitted: recognised for the clerk, who takes of it a line that says where it is from."""
    await send(judge, sound(), "录音.wav")
    await clerk.click("exhibits-open")
    await clerk.click("recognise")
    spoken = clerk.get("exhibit-speech")
    await expect(spoken).to_have_attribute("data-standing", "done", timeout=PATIENCE)
    await looks.at(clerk, "exhibit recognised")
    await clerk.get("take-said").first.click()
    await expect(clerk.get("take-said").first).to_be_disabled(timeout=PATIENCE)
    await clerk.click("exhibits-close")
    await expect(clerk.page.get_by_text("【证据1，00:00:00，语音识别】原")).to_be_visible()


@pytest.mark.timeout(240)
async def test_captions_and_drafts(tmp_path: Path) -> None:
    looks = Looks()
    async with (
        serving(tmp_path / "data", HEARING_SPEECH_MODEL=str(MODEL)) as server,
        Voice(server, "presiding_judge") as judge,
        async_playwright() as play,
    ):
        browser = await launch(play, None, tmp_path)
        people = []
        for role, viewport in (("clerk", DESK), ("counsel", PHONE)):
            context = await browser.new_context(viewport=viewport, locale="zh-CN")
            people.append(Person(await context.new_page(), role, server.url))
            await people[-1].open_link(server.links[role])
            await people[-1].enter()
        clerk, counsel = people
        await judge.sit()
        await expect(counsel.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        await judge.ask("admit", party=counsel.seat)
        await judge.ask("open_hearing")
        await counsel.click("captions")
        await expect(counsel.get("caption-bar")).to_have_attribute("data-state", "on")

        await judge.say(utterance(LOW, HIGH))
        await expect(counsel.get("caption").first).to_contain_text("原告", timeout=PATIENCE)
        await expect(counsel.get("caption").first).to_contain_text("审判长")
        assert not await clerk.get("caption-bar").count(), "nobody has captions unasked"
        await by_one_key(clerk, counsel, judge)

        await an_exhibit(clerk, judge, looks)
        talking = asyncio.create_task(judge.say(utterance(LOW, HIGH) * 100))
        await expect(counsel.get("caption").first).to_be_visible(timeout=PATIENCE)
        await expect(clerk.get("draft").first).to_be_visible(timeout=PATIENCE)
        await looks.at(counsel, "captions of a party")
        await looks.at(clerk, "drafts at the desk")
        talking.cancel()

        os.kill(recogniser_of(server), signal.SIGKILL)
        await expect(counsel.get("captions-off")).to_be_visible(timeout=PATIENCE)
        await expect(clerk.get("speech-state")).to_be_visible(timeout=PATIENCE)
        await expect(counsel.get("caption-bar")).to_have_attribute(
            "data-state", "on", timeout=PATIENCE
        )
        await counsel.click("captions")
        await expect(counsel.get("caption-bar")).to_have_count(0)
        assert [*clerk.errors, *counsel.errors] == []
        assert not looks.found, "\n".join(looks.found)
        await browser.close()


async def by_one_key(clerk: Person, counsel: Person, judge: Voice) -> None:
    """Accepted as it is, reworded, dropped: the hands never leave the keyboard."""
    drafts, lines = clerk.get("draft"), counsel.get("line-text")
    ready = clerk.page.locator("[data-testid=draft][data-final=true]")
    await expect(ready).to_have_count(1, timeout=PATIENCE)
    await clerk.get("line-editor").focus()
    await clerk.page.keyboard.press("F10")
    await expect(lines).to_have_text(["原告"], timeout=PATIENCE)
    await expect(drafts).to_have_count(0)

    for word in (LOW, HIGH):
        await judge.say(utterance(word))
    await expect(ready).to_have_count(2, timeout=PATIENCE)
    await clerk.page.keyboard.press("Shift+F10")
    await expect(clerk.get("draft-text")).to_be_focused()
    await clerk.get("draft-text").fill("原告到庭。")
    await clerk.page.keyboard.press("Enter")
    await expect(lines).to_have_text(["原告", "原告到庭。"], timeout=PATIENCE)
    await expect(drafts).to_have_count(1)
    await expect(clerk.get("line-editor")).to_be_focused()
    await clerk.page.keyboard.press("Control+F10")
    await expect(drafts).to_have_count(0, timeout=PATIENCE)
    assert await lines.count() == 2
