"""People whose camera is refused, who have no device at all, who open a second window."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.integration.harness import ServerProcess, serving

from .browsers import PATIENCE, Person, court, guarded
from .devices import COURT, ELSEWHERE

# Camera and microphone tracks of a page that still run; `WATCH` is in the page before anything else.
WATCH = """window.opened = []; const get = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = async function (wanted) {
  const stream = await get.call(this, wanted); window.opened.push(...stream.getTracks()); return stream;
};"""
RUNNING = "window.opened.filter(track => track.readyState === 'live').length"


async def admit(judge: Person, party: Person) -> None:
    await expect(party.get("waiting-room")).to_be_visible(timeout=PATIENCE)
    await judge.click(f"admit-{party.seat}")
    await expect(party.get("courtroom")).to_be_visible(timeout=PATIENCE)


async def judged(person: Person, **verdicts: str) -> None:
    """The check page comes to these verdicts of the devices."""
    for device, verdict in verdicts.items():
        row = person.get(f"check-{device}")
        await expect(row).to_have_attribute("data-verdict", verdict, timeout=PATIENCE)


@pytest.mark.timeout(180)
async def test_a_refused_camera_leaves_the_sound(tmp_path: Path) -> None:
    """Who refuses the camera is told what follows, joins with sound only, and the judge sees why."""
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ["presiding_judge"]) as people,
        guarded(server, "defendant", tmp_path, ELSEWHERE, ["microphone"]) as defendant,
    ):
        judge = people["presiding_judge"]
        await judge.enter()
        await judged(defendant, camera="bad", microphone="good")
        await expect(defendant.get("check-camera")).to_contain_text("浏览器未获准使用摄像头")
        await expect(defendant.page.locator("body")).to_contain_text("将只用声音参加")

        await defendant.enter()
        await admit(judge, defendant)
        seat = judge.get(f"seat-{defendant.seat}")
        await expect(seat).to_contain_text("摄像头未授权")
        await expect(seat).to_have_attribute("data-microphone", "on", timeout=PATIENCE)
        await judge.hears(defendant, ELSEWHERE)
        await defendant.sees(judge, COURT)
        await defendant.hears(judge, COURT)
        await expect(defendant.get("camera")).to_have_attribute("aria-pressed", "false")
        assert not judge.errors + defendant.errors


@pytest.mark.timeout(180)
async def test_without_any_device_one_listens(tmp_path: Path) -> None:
    """Who has no camera and no microphone hears and sees the court, and the judge sees why not they."""
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ["presiding_judge"]) as people,
        guarded(server, "counsel", tmp_path, None, ["camera", "microphone"]) as counsel,
    ):
        judge = people["presiding_judge"]
        await judge.enter()
        await judged(counsel, camera="bad", microphone="bad")
        await expect(counsel.get("check-microphone")).to_contain_text("没有找到麦克风")
        await expect(counsel.page.locator("body")).to_contain_text("将以旁听方式参加")

        await counsel.enter()
        await admit(judge, counsel)
        seat = judge.get(f"seat-{counsel.seat}")
        await expect(seat).to_have_attribute("data-microphone", "none")
        await expect(seat).to_contain_text("没有找到摄像头")
        await expect(seat).to_contain_text("没有找到麦克风")
        await counsel.sees(judge, COURT)
        await counsel.hears(judge, COURT)
        assert not judge.errors + counsel.errors


async def second_window(first: Person, server: ServerProcess) -> Person:
    """The same seat in one more tab of the same browser."""
    second = Person(await first.page.context.new_page(), first.role, server.url)
    await second.page.goto(first.page.url)
    await expect(second.get("enter")).to_be_visible(timeout=PATIENCE)
    return second


@pytest.mark.timeout(180)
async def test_a_second_window_takes_over_only_when_asked_to(tmp_path: Path) -> None:
    """The second window asks before it takes the seat; the first says so, stops, and can have it back."""
    roles = ["presiding_judge", "clerk"]
    async with serving(tmp_path / "data") as server, court(server, tmp_path, roles) as people:
        first, clerk = people["presiding_judge"], people["clerk"]
        await first.page.add_init_script(WATCH)
        await first.page.reload()
        for person in (first, clerk):
            await person.enter()
            await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
        assert await first.page.evaluate(RUNNING) == 2
        second = await second_window(first, server)
        await second.enter()
        await expect(second.get("notice")).to_have_attribute("data-code", "seat_taken")
        await expect(first.get("courtroom")).to_be_visible()

        await second.click("take-over")
        await expect(second.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await expect(first.get("notice")).to_have_attribute("data-code", "superseded")
        await expect(first.get("notice")).to_contain_text("您已在另一个窗口进入")
        assert await first.page.evaluate(RUNNING) == 0
        await clerk.sees(second, COURT)
        await expect(clerk.get(f"seat-{second.seat}")).to_have_attribute(
            "data-presence", "admitted"
        )

        await first.click("take-over")
        await expect(first.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await expect(second.get("notice")).to_have_attribute("data-code", "superseded")
        await clerk.sees(first, COURT)
        await clerk.hears(first, COURT)
        assert not first.errors + second.errors + clerk.errors
