"""A clerk's day before the hearing, in a real browser: a case, a file of cases, a plan, a clash, a link read out."""

import asyncio
import contextlib
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from hearing_server.domain.case_file import template
from tests.integration.harness import serving

from .browsers import COURT_ZONE, PATIENCE, Person
from .looks import Looks
from .test_staff import at_the_door, browser, enrol_app, give_password

# What the court and its cases say themselves, and nobody translates; the longest first.
WRITTEN = sorted(
    [
        "示范人民法院", "（2026）测0001民初7号", "（2026）测0001民初1号", "虚构借款纠纷", "甲原告（虚构）",
        "丙被告（虚构）", "季录文（虚构）", "宋明理（虚构）", "第一法庭", "第二法庭", "互联网法庭", "审判楼一层",
        "审判楼二层", "审判楼三层", "jia@example.com", "吴名氏盗窃案（演示）", "（2026）川0104刑初123号",
        "（2026）川0104刑初124号", "贾某盗窃案（演示）", "（2026）川0104民初2051号",
        "方某诉袁某民间借贷纠纷（演示）", "方原告（虚构）", "戴理人（虚构）", "Yuan Sample (invented)",
        "秦正直（虚构）", "贾某人（虚构）", "辛护理（虚构）", "（2026）川0104民初1号", "（2026）测0001民初",
        "甲某诉丙某民间借贷纠纷（示例，请删除）", "甲某（虚构）", "乙律师（虚构）", "丙某（虚构）", "Alt", "Ctrl",
        "GB18030", "mend.csv", "j***@example.com", "UTF-8", "电子邮箱", "Asia/Shanghai",
    ],
    key=len,
    reverse=True,
)  # fmt: skip


async def create(clerk: Person, looks: Looks) -> None:
    """By the keyboard: a wrong number is said at its field and taken there."""
    await clerk.click("nav-cases")
    await clerk.click("new-case")
    await clerk.get("case-number").fill("(2026)测0001民初七号")
    await clerk.get("case-title").fill("虚构借款纠纷")
    names = clerk.get("party-name")
    await names.nth(0).fill("甲原告（虚构）")
    await clerk.get("party-email").nth(0).fill("jia@example.com")
    await names.nth(1).fill("丙被告（虚构）")
    await clerk.page.keyboard.press("Control+Enter")
    await expect(clerk.get("form-fault")).to_have_attribute("data-code", "bad_fields")
    await expect(clerk.get("case-number")).to_be_focused()
    await looks.at(clerk, "case-form", WRITTEN)
    await clerk.get("case-number").fill("(2026) 测0001民初7号")
    await clerk.page.keyboard.press("Control+Enter")
    await expect(clerk.get("case-people")).to_contain_text("甲原告", timeout=PATIENCE)
    await looks.at(clerk, "case", WRITTEN)


async def take_in(clerk: Person, looks: Looks, folder: Path) -> None:
    """A file with a bad row makes nothing; the mended one is shown first, then taken."""
    good = template("zh-CN")
    (folder / "bad.csv").write_bytes(good.replace("jia@example.com", "jia").encode("gb18030"))
    (folder / "mend.csv").write_bytes(good.encode("utf-8-sig"))
    await clerk.click("nav-cases")
    await clerk.click("import-cases")
    await clerk.get("import-file").set_input_files(folder / "bad.csv")
    fault = clerk.get("import-faults").locator("tbody tr")
    await expect(fault).to_have_attribute("data-problem", "bad_email", timeout=PATIENCE)
    await expect(fault).to_have_attribute("data-row", "2")
    await looks.at(clerk, "import-faults", WRITTEN)
    await clerk.get("import-file").set_input_files(folder / "mend.csv")
    await clerk.click("import-go")
    preview = clerk.get("import-preview")
    await expect(preview).to_have_attribute("data-made", "true", timeout=PATIENCE)
    await clerk.click("nav-cases")
    await clerk.get("case-search").fill("甲某")
    await expect(clerk.get("case-list").locator("tbody tr")).to_have_count(1, timeout=PATIENCE)
    await clerk.get("case-search").fill("")
    await expect(clerk.get("case-list").locator("tbody tr")).to_have_count(4, timeout=PATIENCE)
    await looks.at(clerk, "cases", WRITTEN)


async def plan(clerk: Person, number: str, courtroom: str) -> None:
    await clerk.click("nav-cases")
    await clerk.get("case-list").get_by_role("link", name=number).click()
    await clerk.click("plan-hearing")
    await clerk.get("plan-courtroom").select_option(courtroom)
    await clerk.get("bench-presiding_judge").select_option(label="宋明理（虚构）")
    await expect(clerk.get("bench-clerk")).not_to_have_value("")


def a_week_ago(data: Path, number: str) -> None:
    """The calendar's row as it will be when the time of this hearing is over."""
    with contextlib.closing(sqlite3.connect(data / "hearings.sqlite3", timeout=10)) as store, store:
        ago = 7 * 24 * 3_600_000
        moved = (
            "update hearing set planned_at = planned_at - ?, ends_at = ends_at - ? where number = ?"
        )
        assert store.execute(moved, (ago, ago, number)).rowcount == 1


@pytest.mark.timeout(240)
async def test_from_the_case_to_the_invitation(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server, browser(tmp_path) as chromium:
        clerk = await at_the_door(chromium, server, "clerk")
        await give_password(clerk, server)
        await enrol_app(clerk)
        looks = Looks()
        await create(clerk, looks)
        await take_in(clerk, looks, tmp_path)
        await plan(clerk, "（2026）测0001民初7号", "第一法庭")
        await expect(clerk.get("plan-free")).to_be_visible(timeout=PATIENCE)
        await looks.at(clerk, "plan", WRITTEN)
        await clerk.click("plan-go")
        held = clerk.get("messages").locator("tr[data-kind='invitation'][data-state='held']")
        await expect(held).to_have_count(2, timeout=PATIENCE)
        await looks.at(clerk, "hearing", WRITTEN)
        await held.first.get_by_test_id("read-out").click()
        await expect(clerk.get("read-text")).to_contain_text("/enter#", timeout=PATIENCE)
        text = (await clerk.get("read-text").text_content() or "").strip()
        link = text.partition("/enter#")[2].split()[0]
        await looks.at(
            clerk, "read-out", [text, *WRITTEN]
        )  # in the language of the person whom it is read to
        await clerk.click("read-text-close")
        await plan(clerk, "（2026）测0001民初1号", "第一法庭")
        clashes = clerk.get("clashes")  # courtroom, judge, clerk, and one e-mail address in both
        await expect(clashes).to_have_attribute("data-clashes", "4", timeout=PATIENCE)
        await expect(clerk.get("plan-go")).to_be_disabled()
        await looks.at(clerk, "clash", WRITTEN)
        await clerk.get("plan-time").fill("14:00")
        await expect(clerk.get("plan-free")).to_be_visible(timeout=PATIENCE)
        await clerk.click("plan-go")
        await expect(clerk.get("hearing-seats")).to_be_visible(timeout=PATIENCE)
        date = (datetime.now(COURT_ZONE) + timedelta(days=3)).date().isoformat()
        await clerk.click("nav-calendar")
        await clerk.get("calendar-date").fill(date)
        await expect(clerk.get("calendar").locator("[data-hearing]")).to_have_count(
            2, timeout=PATIENCE
        )
        await looks.at(clerk, "calendar", WRITTEN)
        await clerk.click("calendar-week")
        await looks.at(clerk, "week", WRITTEN)
        await clerk.click("nav-outbox")
        await expect(clerk.get("messages").locator("tr[data-state='read_out']")).to_have_count(1)
        await looks.at(clerk, "outbox", WRITTEN)
        await clerk.click("nav-today")
        await looks.at(clerk, "today", WRITTEN)
        await asyncio.to_thread(a_week_ago, tmp_path / "data", "（2026）测0001民初7号")
        await clerk.page.reload()
        left = clerk.get("left-open").locator("[data-left='not_opened']")
        await expect(left).to_have_count(1, timeout=PATIENCE)
        await looks.at(clerk, "left-open", WRITTEN)
        await clerk.open_link(link)
        assert clerk.errors == []
        assert not looks.found, "\n".join(looks.found)
