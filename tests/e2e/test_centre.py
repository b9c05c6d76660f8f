"""A technician's page and everybody's messages in real browsers: seen, answered, ticked off."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.integration.harness import Client, ServerProcess, serving

from .browsers import DESK, PATIENCE, Person
from .looks import Looks
from .test_cases import WRITTEN as CASES
from .test_staff import at_the_door, browser, give_password

MODEL = ["k2-fsa/sherpa-onnx", "HEARING_SPEECH_MODEL", "speech_model", "zipformer"]
WRITTEN = sorted([
    "维线通（虚构）", "齐正言（虚构）", "吴名氏（虚构）", "卞护之（虚构）", "没有画面", "请允许使用摄像头",
    "听不清", "马上处理", "看守所", "人民检察院", "律师事务所", "kbit/s", "F9", "demo.technician", "opus",
    "aiohttp", "python", "Headless", "Chrome", "Linux", *CASES,
], key=len, reverse=True)  # fmt: skip


async def test_a_technicians_day(tmp_path: Path) -> None:
    """A party asks for help: the task comes by itself, is answered, ticked off; the judge is reminded."""
    async with (
        serving(tmp_path / "data", HEARING_SECOND_FACTOR="no") as server,
        browser(tmp_path) as chromium,
        Client(server, "defendant") as accused,
    ):
        person = await at_the_door(chromium, server, "technician")
        await give_password(person, server)
        await expect(person.get("staff-shell")).to_be_visible(timeout=PATIENCE)
        looks = Looks()
        await person.click("nav-centre")
        await expect(person.get("feed")).to_have_attribute("data-state", "live", timeout=PATIENCE)
        await expect(person.get("centre")).to_have_attribute("data-rows", "1")
        await expect(person.get("tasks")).to_have_attribute("data-open", "0")
        await accused.enter(camera="denied", microphone="ready")
        await accused.ask("send_message", to="technician", text="没有画面")
        await expect(person.get("tasks")).to_have_attribute("data-open", "2", timeout=PATIENCE)
        await expect(person.get("node-speech")).to_have_attribute("data-state", "off")
        await person.get("node-speech").locator("summary").click()
        await looks.at(person, "centre", [*WRITTEN, *MODEL])
        await person.get("node-speech").locator("summary").click()
        task = person.page.locator("[data-kind=message]")
        await task.locator(".about").click()
        chat = person.get("desk-chat")
        await expect(chat.get_by_test_id("message")).to_contain_text("没有画面", timeout=PATIENCE)
        await chat.get_by_test_id("message-text").fill("请允许使用摄像头")
        await chat.get_by_test_id("message-text").press("Enter")
        await accused.event("message_sent", sender="technician", text="请允许使用摄像头")
        await accused.event("messages_read", reader="technician")
        one = person.get(f"person-{accused.seat}")
        await one.get_by_test_id("show-line").click()
        await expect(one.get_by_test_id("line-graph")).to_be_visible()
        await looks.at(person, "centre-hearing", WRITTEN)
        blocked = person.page.locator("[data-kind=media_blocked]")
        await blocked.get_by_test_id("tick").click()
        await expect(blocked).to_have_count(0, timeout=PATIENCE)
        await person.click("ask-close")
        await person.click("ask-close-confirm")
        await expect(person.get("close-asked")).to_be_visible(timeout=PATIENCE)
        await person.click("panel-close")
        await person.click("filter-alarm")
        await person.get("centre-find").fill("没有这个")
        await expect(person.page.locator("[data-phase]")).to_have_count(0)
        assert looks.found == []
        assert person.errors == []


async def seat(chromium: Browser, server: ServerProcess, role: str) -> Person:
    context = await chromium.new_context(viewport=DESK, locale="zh-CN")
    person = Person(await context.new_page(), role, server.url)
    await person.open_link(server.links[role])
    return person


async def test_a_party_and_the_clerk_write_to_each_other(tmp_path: Path) -> None:
    """From the first page on; unread and answered are seen on both sides, all by the keyboard."""
    async with serving(tmp_path / "data") as server, browser(tmp_path) as chromium:
        clerk = await seat(chromium, server, "clerk")
        await clerk.enter()
        await expect(clerk.get("courtroom")).to_be_visible(timeout=PATIENCE)
        accused = await seat(chromium, server, "defendant")
        await accused.page.keyboard.press("F9")
        await accused.get("message-text").fill("听不清")
        await accused.page.keyboard.press("Enter")
        inbox = clerk.get(f"inbox-{accused.seat}")
        await expect(inbox).to_have_attribute("data-unread", "1", timeout=PATIENCE)
        looks = Looks()
        await looks.at(accused, "messages-check", WRITTEN)
        await clerk.page.keyboard.press("F9")
        await expect(clerk.get("message")).to_contain_text("听不清")
        await clerk.page.keyboard.type("马上处理")
        await clerk.page.keyboard.press("Enter")
        await expect(inbox).to_have_attribute("data-waiting", "false", timeout=PATIENCE)
        await expect(inbox).to_have_attribute("data-unread", "0")
        await looks.at(clerk, "messages-clerk", WRITTEN)
        await clerk.page.keyboard.press("Escape")
        await expect(clerk.get("messages")).to_have_count(0)
        answer = accused.get("message").filter(has_text="马上处理")
        await expect(answer).to_be_visible(timeout=PATIENCE)
        assert looks.found == []
        assert (accused.errors, clerk.errors) == ([], [])
