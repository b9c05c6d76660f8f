"""The live check and the note of a fault, in real browsers: the quiet line, the alarm, the signature."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.integration.harness import ServerProcess, serving
from tests.integration.test_live_check import SILENT_WRITER, put
from tests.integration.test_story import pdf_text, verify

from .browsers import PATIENCE, Person, close_hearing, court
from .looks import Looks
from .test_access import written

ROLES = ("presiding_judge", "clerk")
MISSED = re.compile("能听到发言但录像文件中没有声音（审判长宋明理（虚构）声音")
ADDED = "缺失声音的发言已当庭重复一遍。"


async def in_session(judge: Person, clerk: Person) -> None:
    for person in (judge, clerk):
        await person.enter()
    await judge.click("open-hearing")
    await judge.click("open-hearing-confirm")
    line = clerk.get("health-line")
    await expect(line).to_have_attribute("data-health", "all_good", timeout=PATIENCE)


async def source(clerk: Person, party: str, name: str, word: str) -> None:
    row = clerk.get("recording-health").locator(f'[data-party="{party}"]')
    await expect(row.locator(f'[data-source="{name}"]')).to_have_attribute(
        "data-word", word, timeout=PATIENCE
    )


async def alarmed(judge: Person, clerk: Person, looks: Looks, data: list[str]) -> None:
    """Both are told in their fixed place whose sound it is and what to do; the clerk's seats open."""
    for person in (judge, clerk):
        alarm = person.page.locator('[data-alarm="fault-silent_file"]')
        await expect(alarm).to_be_visible(timeout=PATIENCE)
        await expect(alarm).to_contain_text("宋明理")
        await expect(alarm).to_contain_text("请休庭，请其重新进入")
        await expect(alarm.get_by_test_id("explain")).to_be_visible()
    await expect(clerk.get("recording-fault")).to_have_attribute("data-code", "silent_file")
    await expect(clerk.get("health-line")).to_have_attribute("data-health", "some_bad")
    await source(clerk, judge.seat, "microphone", "heard_not")
    await source(clerk, judge.seat, "camera", "written")
    await looks.at(judge, "alarm of judge", data)
    await looks.at(clerk, "alarm of clerk", data)


async def explained(
    judge: Person, clerk: Person, looks: Looks, data: list[str], note: Path
) -> None:
    """The draft says what the log knows; the judge adds to it and signs; both have the file."""
    await expect(clerk.get("note-call")).to_have_attribute("data-due", "true", timeout=PATIENCE)
    await clerk.click("open-note")
    text = clerk.get("note-text")
    await expect(text).to_have_value(MISSED)
    assert await text.get_attribute("readonly") is not None
    assert not await clerk.get("note-sign").count()
    await clerk.click("note-cancel")
    await judge.click("open-note")
    text = judge.get("note-text")
    await expect(text).to_have_value(MISSED)
    await expect(judge.get("note-sign")).to_be_disabled()  # there is no name yet
    await text.fill(f"{await text.input_value()}\n{ADDED}")
    await judge.click("type-name")
    await judge.get("typed-name").fill("宋明理")
    await looks.at(judge, "note of the recording", data)
    await judge.click("note-sign")
    async with clerk.page.expect_download() as started:
        await clerk.click("note-file")
    await (await started.value).save_as(note)
    for person in (judge, clerk):
        await expect(person.get("note-call")).to_have_attribute("data-due", "false")


def check_note(note: Path, server: ServerProcess) -> None:
    report = verify(note, server.data)
    assert report.returncode == 0, report.stdout
    assert "recording note 1" in report.stdout
    assert ADDED in re.sub(r"\s", "", pdf_text(note))


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_the_quiet_line_the_alarm_and_the_signed_note(tmp_path: Path) -> None:
    """All is well in one line; a voice that is not in its file is told to both until it is; the judge signs."""
    looks, by = Looks(), tmp_path / "silent"
    troubled = {"TROUBLE_PYTHONPATH": SILENT_WRITER, "TROUBLE_SILENT_BY": str(by)}
    async with (
        serving(tmp_path / "data", module="tests.integration.troubled", **troubled) as server,
        court(server, tmp_path, ROLES, bypass_csp=True) as people,
    ):
        judge, clerk = (people[role] for role in ROLES)
        data = await written(server)
        await in_session(judge, clerk)
        assert not await judge.get("alarms").count() + await clerk.get("alarms").count()
        put(by, "silence")
        await alarmed(judge, clerk, looks, data)
        by.unlink()
        for person in (judge, clerk):
            await expect(person.get("alarms")).to_have_count(0, timeout=PATIENCE)
        await source(clerk, judge.seat, "microphone", "heard")
        await close_hearing(judge)
        await explained(judge, clerk, looks, data, tmp_path / "note.pdf")
        assert not [error for person in people.values() for error in person.errors]
        await asyncio.to_thread(check_note, tmp_path / "note.pdf", server)
    assert not looks.found, "\n".join(looks.found)
