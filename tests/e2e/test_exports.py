"""The recording made into files, in a real browser: asked for, watched, cancelled, taken away."""

import asyncio
from datetime import datetime
from pathlib import Path

import av
import pytest
from playwright.async_api import Locator, expect

from recording.composite.layout import WIDTH
from tests.integration.harness import serving
from tests.integration.rebuilt import rebuild

from .browsers import COURT_ZONE, PATIENCE, Person, close_hearing, court, open_hearing
from .devices import COURT, RATE, decode
from .exporting import export
from .looks import Looks
from .playing import BEGAN

SAID = "现在开庭。"


def check_film(path: Path) -> None:
    """The courtroom in one picture, both voices, the line as a caption; it decodes to its end."""
    with av.open(str(path)) as film:
        video, audio, captions = film.streams
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert video.codec_context.width == WIDTH
        said = b"".join(bytes(packet) for packet in film.demux(captions)).decode(errors="ignore")
    assert SAID in said
    seen = decode(path)
    assert seen.frames / 25 == pytest.approx(seen.seconds, abs=0.3)
    assert abs(seen.tone - COURT.tone) < 30


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_the_clerk_asks_for_a_composite_watches_it_and_takes_it(tmp_path: Path) -> None:
    """And the sound; the judge sees the same list, and has a copy of the court's own."""
    roles = ("presiding_judge", "clerk")
    async with serving(tmp_path / "data") as server, court(server, tmp_path, roles) as people:
        judge, clerk = people["presiding_judge"], people["clerk"]
        for person in (judge, clerk):
            await person.enter()
            await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await open_hearing(judge)
        await clerk.get("line-editor").focus()
        await clerk.page.keyboard.press("F1")
        await clerk.page.keyboard.type(SAID)
        await expect(clerk.get("commit-line")).to_be_enabled(timeout=4 * PATIENCE)
        await clerk.page.keyboard.press("Enter")
        await expect(judge.get("line")).to_have_count(1, timeout=PATIENCE)
        await judge.page.wait_for_timeout(8000)  # something to record
        await close_hearing(judge)
        await expect(clerk.get("exports")).to_be_visible(timeout=PATIENCE)
        film = await export(clerk, "composite", tmp_path / "film.mp4")
        voices = await export(clerk, "sound", tmp_path / "voices.m4a")
        tracks = await export(clerk, "party", tmp_path / "judge.mkv", judge.seat)
        await clerk.shot(tmp_path, "clerk")

        await expect(judge.get("export-job")).to_have_count(0)  # its list was read before them
        await judge.get("export-sealed").check()
        own = await export(judge, "composite", tmp_path / "own.mp4")
        await expect(judge.get("export-job")).to_have_count(4)
        await judge.shot(tmp_path, "judge")
        listed = await clerk.fetch("/exports")
        assert [job["kind"] for job in listed["exports"]] == ["party", "sound", "composite"]
        await clerk.get("export-remove").first.click()
        await expect(clerk.get("export-job")).to_have_count(2, timeout=PATIENCE)
        assert not [error for person in people.values() for error in person.errors]
    for path in (film, own):
        await asyncio.to_thread(check_film, path)
    heard = await asyncio.to_thread(decode, voices)
    assert (heard.frames, abs(heard.tone - COURT.tone) < 30) == (0, True)
    seen = await asyncio.to_thread(decode, tracks)
    assert seen.frames > 4 * RATE


async def asked(person: Person, rows: int) -> Locator:
    """The newest of so many, under way: more of it is done than a moment ago."""
    await person.click("export-start")
    jobs = person.get("export-job")
    await expect(jobs).to_have_count(rows, timeout=PATIENCE)
    row = jobs.first
    await expect(row).to_have_attribute("data-state", "running", timeout=PATIENCE)
    bar = row.get_by_role("progressbar")
    await expect(bar).not_to_have_attribute("aria-valuenow", "0", timeout=PATIENCE)
    return row


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_export_is_cancelled_and_asked_for_again(tmp_path: Path) -> None:
    """The same twice is one; cancelled, nothing of it is left, and another is begun; then a part of it."""
    looks = Looks()
    async with serving(tmp_path / "data") as server:
        await rebuild(server, seconds=120, began_at=BEGAN)
        async with court(server, tmp_path, ["clerk"], bypass_csp=True) as people:
            clerk = people["clerk"]
            await clerk.enter()
            row = await asked(clerk, 1)
            await asked(clerk, 1)
            await looks.at(clerk, "an export under way")
            await expect(row).to_have_attribute("data-state", "running")
            job = await row.get_attribute("data-job")
            await row.get_by_test_id("export-cancel").click()
            await expect(row).to_have_attribute("data-state", "cancelled", timeout=PATIENCE)
            assert not [*server.data.rglob(f"{job}*")]
            path = f"{server.url}/api/seats/{clerk.seat}/exports/{job}/file"
            assert (await clerk.page.request.get(path)).status == 404

            again = await asked(clerk, 2)
            assert await again.get_attribute("data-job") != job
            await again.get_by_test_id("export-cancel").click()
            await expect(again).to_have_attribute("data-state", "cancelled", timeout=PATIENCE)
            await clerk.get("export-partly").check()
            for field, after in (("export-from", 20), ("export-to", 24)):
                at = datetime.fromtimestamp(BEGAN // 1000 + after, COURT_ZONE)
                await clerk.get(field).fill(at.strftime("%H:%M:%S"))
            part = await export(clerk, "composite", tmp_path / "part.mp4")
            await looks.at(clerk, "exports cancelled and done")
            assert not clerk.errors
    seen = await asyncio.to_thread(decode, part)
    assert (seen.frames, seen.seconds) == (100, pytest.approx(4, abs=0.2))
    assert not looks.found, "\n".join(looks.found)
