"""The live check and the note of a fault, in real browsers: the quiet line, the alarm, the signature."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.integration.harness import serving
from tests.integration.test_story import verify

from .browsers import PATIENCE, close_hearing, court


@pytest.mark.timeout(300)
async def test_the_quiet_line_the_alarm_and_the_signed_note(tmp_path: Path) -> None:
    """All is well in one line; a recorder that stands still is told to both; the judge explains and signs."""
    roles = ("presiding_judge", "clerk")
    async with serving(tmp_path / "data") as server, court(server, tmp_path, roles) as people:
        judge, clerk = people["presiding_judge"], people["clerk"]
        for person in people.values():
            await person.enter()
        await judge.click("open-hearing")
        await judge.click("open-hearing-confirm")
        line = clerk.get("health-line")
        await expect(line).to_have_attribute("data-health", "all_good", timeout=PATIENCE)
        await line.click()
        row = clerk.get("recording-health").locator(f'[data-party="{judge.seat}"]')
        await expect(row.locator('[data-source="camera"]')).to_have_attribute(
            "data-word", "written", timeout=PATIENCE
        )
        await expect(row.locator('[data-source="microphone"]')).to_be_visible()
        await clerk.shot(tmp_path, "well")
        listed = await asyncio.to_thread(
            subprocess.run,
            ["pgrep", "-P", str(server.pid), "-f", "recording.worker"],
            capture_output=True,
            text=True,
        )
        pid = int(listed.stdout.split()[0])
        os.kill(pid, signal.SIGSTOP)
        for person in people.values():
            alarm = person.page.locator('[data-alarm="fault-recorder_stalled"]')
            await expect(alarm).to_be_visible(timeout=PATIENCE)
            await person.shot(tmp_path, "alarm")
        os.kill(pid, signal.SIGCONT)
        for person in people.values():
            alarm = person.page.locator('[data-alarm="fault-recorder_stalled"]')
            await expect(alarm).to_have_count(0, timeout=PATIENCE)
        await close_hearing(judge)
        await expect(clerk.get("note-call")).to_have_attribute("data-due", "true", timeout=PATIENCE)
        await judge.click("open-note")
        await judge.click("type-name")
        await judge.get("typed-name").fill("宋明理")
        await judge.shot(tmp_path, "note")
        await judge.click("note-sign")
        async with clerk.page.expect_download() as started:
            await clerk.click("note-file")
        note = tmp_path / "note.pdf"
        await (await started.value).save_as(note)
        await expect(judge.get("note-call")).to_have_attribute("data-due", "false")
        for person in people.values():
            assert not person.errors
    report = await asyncio.to_thread(verify, note, server.data)
    assert report.returncode == 0, report.stdout
    assert "recording note 1" in report.stdout
