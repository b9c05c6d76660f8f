"""The whole story in real browsers: five people from their links to the signed transcript."""

import asyncio
from pathlib import Path

import av
import pytest
from playwright.async_api import expect

from tests.integration.harness import serving
from tests.integration.test_story import pdf_text, verify

from .browsers import (
    DEVICE,
    PATIENCE,
    Person,
    all_enter,
    close_hearing,
    court,
    fit_authenticator,
    open_hearing,
)
from .devices import COURT, ELSEWHERE, RATE, decode, near
from .exporting import bundle, export
from .looks import Looks
from .objecting import objects, read_to_the_end

LINES = (("F1", "现在开庭。"), ("F2", "公诉机关宣读起诉书。"), ("F3", "我没有异议。"))


async def enter_lines(people: dict[str, Person]) -> None:
    """The clerk works with the keyboard; each line is on every screen at once."""
    clerk = people["clerk"]
    for n, (key, text) in enumerate(LINES, start=1):
        await clerk.get("line-editor").focus()
        await clerk.page.keyboard.press(key)
        await clerk.page.keyboard.type(text)
        await expect(clerk.get("commit-line")).to_be_enabled(
            timeout=PATIENCE
        )  # it has opened here too
        await clerk.page.keyboard.press("Enter")
        for person in people.values():
            await expect(person.get("line")).to_have_count(n, timeout=PATIENCE)
            await expect(person.get("line-text").last).to_have_text(text)


async def sign(person: Person) -> None:
    await read_to_the_end(person)
    await sign_name(person)


async def sign_name(person: Person) -> None:
    await person.click("type-name")
    await person.get("typed-name").fill("亲笔")
    await person.click("sign")
    await expect(person.get("signed")).to_be_visible(timeout=PATIENCE)


async def refuse(person: Person, reason: str) -> None:
    await read_to_the_end(person)
    await person.click("refuse")
    await person.get("refuse-reason").fill(reason)
    await person.click("refuse-confirm")
    await expect(person.get("refused")).to_be_visible(timeout=PATIENCE)


async def download(person: Person, test_id: str, path: Path) -> Path:
    async with person.page.expect_download() as started:
        await person.click(test_id)
    await (await started.value).save_as(path)
    return path


def check_film(path: Path) -> None:
    """The courtroom in one picture, with everybody's sound and the lines as captions."""
    with av.open(str(path)) as film:
        video, audio, captions = film.streams
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.codec_context.width, video.codec_context.height) == (1280, 720)
        said = b"".join(bytes(packet) for packet in film.demux(captions)).decode(errors="ignore")
    for _, text in LINES[1:]:  # the first was corrected since
        assert text in said
    seen = decode(path)
    assert seen.frames / 25 == pytest.approx(seen.seconds, abs=0.2)


@pytest.mark.timeout(600)
async def test_five_people_from_the_link_to_the_signed_transcript(tmp_path: Path) -> None:
    """They see and hear whom they should, the judge presides, the clerk writes, all sign but one."""
    async with serving(tmp_path / "data") as server, court(server, tmp_path) as people:
        judge, clerk = people["presiding_judge"], people["clerk"]
        defendant, counsel = people["defendant"], people["counsel"]
        await all_enter(people)
        for viewer, sender in (
            (judge, defendant),
            (clerk, counsel),
            (defendant, judge),
            (counsel, clerk),
        ):
            await viewer.sees(sender, DEVICE[sender.role])
            await viewer.hears(sender, DEVICE[sender.role])

        await open_hearing(judge)
        await enter_lines(people)

        await judge.click(f"mute-{defendant.seat}")
        await expect(judge.get(f"seat-{defendant.seat}")).to_have_attribute(
            "data-microphone", "muted", timeout=PATIENCE
        )
        await judge.hears_nothing_of(defendant)
        await judge.click(f"unmute-{defendant.seat}")
        await judge.hears(defendant, ELSEWHERE)

        await judge.click("pause-hearing")
        await judge.get("pause-reason").fill("休息")
        await judge.click("pause-hearing-confirm")
        await expect(counsel.page.locator("body")).to_contain_text("休息")
        await judge.hears_nothing_of(defendant)
        await judge.click("resume-hearing")
        await judge.sees(defendant, ELSEWHERE)
        await judge.hears(defendant, ELSEWHERE)
        await judge.page.wait_for_timeout(6000)  # something to record after the pause

        await close_hearing(judge)
        await clerk.click("freeze")
        await clerk.click("freeze-confirm")
        looks = Looks()
        await fit_authenticator(people["prosecutor"])
        await objects(people["prosecutor"], clerk, 1, "现已", looks)
        assert not looks.found, "\n".join(looks.found)
        await people["prosecutor"].click("with-passkey")
        await sign_name(people["prosecutor"])
        await sign(defendant)
        await refuse(counsel, "记录不完整")
        await sign(clerk)
        await sign(judge)

        await clerk.click("to-room")
        row = clerk.get(f"board-{counsel.seat}")
        await expect(row).to_have_attribute("data-state", "refused")
        await expect(row).to_contain_text("记录不完整")
        await clerk.page.wait_for_timeout(1500)  # the archive is made when the last has answered
        pdf = await download(clerk, "download-pdf", tmp_path / "signed.pdf")
        recordings = {
            role: await export(clerk, "party", tmp_path / f"{role}.mkv", person.seat)
            for role, person in people.items()
        }
        await judge.click("to-room")
        film = await export(judge, "composite", tmp_path / "composite.mp4")
        records = [
            await bundle(clerk, whose, tmp_path / f"{whose or 'outside'}.asice")
            for whose in (clerk.seat, "")
        ]
        seats = {role: person.seat for role, person in people.items()}
        assert not [error for person in people.values() for error in person.errors]
        overview = await clerk.fetch("/recordings")

    squeezed = "".join((await asyncio.to_thread(pdf_text, pdf)).split())
    for _, text in LINES[1:]:
        assert text in squeezed
    assert f"现已{LINES[0][1][2:]}" in squeezed
    assert "补正申请" in squeezed
    report = await asyncio.to_thread(verify, pdf, tmp_path / "data")
    assert report.returncode == 0, report.stdout
    assert sum("signature" in line.split(": ")[1] for line in report.stdout.splitlines()) == 4
    for record in records:
        report = await asyncio.to_thread(verify, record, tmp_path / "data")
        assert report.returncode == 0, report.stdout
        assert report.stdout.count("ok: track: ") == 10
    data = bytearray(pdf.read_bytes())
    data[len(data) // 3] ^= 1
    pdf.write_bytes(data)
    assert (await asyncio.to_thread(verify, pdf, tmp_path / "data")).returncode == 1

    for role, path in recordings.items():
        recorded = await asyncio.to_thread(decode, path)
        assert near(recorded.colour, DEVICE[role]), (role, recorded)
        assert abs(recorded.tone - DEVICE[role].tone) < 30, (role, recorded)
        assert recorded.frames > 4 * RATE, (role, recorded)
    await asyncio.to_thread(check_film, film)
    gaps = {p["party"]: {g["cause"] for g in p["gaps"]} for p in overview["parties"]}
    assert "muted" in gaps[seats["defendant"]]
    assert all("paused" in causes for causes in gaps.values()), gaps


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_kill_in_the_middle_leads_everybody_back(tmp_path: Path) -> None:
    """kill -9 with browsers in the room: they find their seats by themselves, and nothing is missing."""
    import signal

    async with serving(tmp_path / "data") as server, court(server, tmp_path) as people:
        judge, clerk, defendant = people["presiding_judge"], people["clerk"], people["defendant"]
        await all_enter(people)
        await open_hearing(judge)
        await enter_lines(people)
        await judge.sees(defendant, ELSEWHERE)
        await judge.page.wait_for_timeout(4000)
        await server.stop(signal.SIGKILL)
        killed_at = await judge.page.evaluate("Date.now()")
        await expect(judge.get("banner").first).to_be_visible(timeout=PATIENCE)
        await server.start()
        await judge.sees(defendant, ELSEWHERE)
        await defendant.sees(judge, COURT)
        await judge.hears(defendant, ELSEWHERE)
        for person in people.values():
            await expect(person.get("line")).to_have_count(len(LINES))
        await clerk.get("line-editor").focus()
        await clerk.page.keyboard.type("继续审理。")
        await clerk.page.keyboard.press("Enter")
        await expect(defendant.get("line")).to_have_count(len(LINES) + 1, timeout=PATIENCE)
        overview = await clerk.fetch("/recordings")
        recorded = {p["party"]: p for p in overview["parties"]}
        for person in people.values():
            gaps = [g for g in recorded[person.seat]["gaps"] if g["cause"] == "server"]
            assert gaps, f"the gap of {person.role} is not named"
            assert min(g["started_at"] for g in gaps) > killed_at - 1500, (
                "more than a second is lost"
            )
        await close_hearing(judge)
        path = await export(clerk, "party", tmp_path / "defendant.mkv", defendant.seat)
        whole = await asyncio.to_thread(decode, path)
        assert near(whole.colour, ELSEWHERE), whole
        assert abs(whole.tone - ELSEWHERE.tone) < 30, whole
