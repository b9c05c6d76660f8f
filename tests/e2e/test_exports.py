"""The recording made into files, in a real browser: asked for, watched, cancelled, taken away."""

import asyncio
from pathlib import Path

import av
import pytest
from playwright.async_api import expect

from recording.composite.layout import WIDTH
from tests.integration.harness import serving

from .browsers import PATIENCE, close_hearing, court
from .devices import COURT, decode
from .exporting import export

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


@pytest.mark.timeout(600)
async def test_the_clerk_asks_for_a_composite_watches_it_and_takes_it(tmp_path: Path) -> None:
    """And the sound; the judge sees the same list, and has a copy of the court's own."""
    roles = ("presiding_judge", "clerk")
    async with serving(tmp_path / "data") as server, court(server, tmp_path, roles) as people:
        judge, clerk = people["presiding_judge"], people["clerk"]
        for person in (judge, clerk):
            await person.enter()
            await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await judge.click("open-hearing")
        await judge.click("open-hearing-confirm")  # the three parties are missing
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
    assert seen.frames > 60
