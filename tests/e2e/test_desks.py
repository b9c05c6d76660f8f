"""Two clerks at one record in real browsers: by keys and buttons, held lines, typing, and a lost connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from .browsers import PATIENCE, Person, court, open_hearing
from .looks import Looks
from .rooms import Place, serving

PLACES = [
    Place(key="presiding_judge", name="宋明理（虚构）", site="第一法庭"),
    Place(key="clerk", name="季录文（虚构）", site="第一法庭"),
    Place(key="clerk2", role="clerk", name="文助录（虚构）", site="第一法庭"),
]
ROLES = [place.key for place in PLACES]


@contextlib.asynccontextmanager
async def desks(folder: Path) -> AsyncIterator[dict[str, Person]]:
    """A judge and two clerks, in session."""
    async with serving(folder / "data", PLACES) as server, court(server, folder, ROLES) as people:
        for person in people.values():
            await person.enter()
            await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await open_hearing(people["presiding_judge"])
        for role in ("clerk", "clerk2"):
            await expect(people[role].get("phase")).to_have_attribute(
                "data-phase", "in_session", timeout=PATIENCE
            )
        yield people


async def write(clerk: Person, text: str, key: str = "F1") -> None:
    before = await clerk.get("line").count()
    await clerk.get("line-editor").focus()
    await clerk.page.keyboard.press(key)
    await clerk.page.keyboard.insert_text(text)
    await clerk.page.keyboard.press("Enter")
    await expect(clerk.get("line")).to_have_count(before + 1, timeout=PATIENCE)


async def reads(person: Person, *texts: str) -> None:
    await expect(person.get("line-text")).to_have_text(list(texts), timeout=PATIENCE)


async def act(clerk: Person, back: int, key: str) -> None:
    """From the box to a line, counted from the last, and what its key does."""
    await clerk.get("line-editor").focus()
    await clerk.page.keyboard.press("Alt+ArrowUp")
    for _ in range(back):
        await clerk.page.keyboard.press("ArrowUp")
    await clerk.page.keyboard.press(key)


async def by_keys(clerk: Person, judge: Person, looks: Looks) -> None:
    """Split, insert, merge, dispute, strike, undo: what one sees the other reads."""
    await write(clerk, "请坐。审判长，我申请回避。")
    await write(clerk, "请说明理由。")
    await act(clerk, 1, "s")
    await expect(clerk.get("split-rest")).to_have_text("审判长，我申请回避。")
    await clerk.get("split-speaker").select_option(index=1)
    await looks.at(clerk, "split of a line")
    await clerk.get("split-text").press("Enter")
    await reads(judge, "请坐。", "审判长，我申请回避。", "请说明理由。")
    await act(clerk, 2, "i")
    await clerk.get("insert-text").fill("现在开庭。")
    await looks.at(clerk, "insertion of a line")
    await clerk.get("insert-text").press("Enter")
    await reads(judge, "请坐。", "现在开庭。", "审判长，我申请回避。", "请说明理由。")
    await act(clerk, 3, "m")
    await reads(judge, "请坐。现在开庭。", "审判长，我申请回避。", "请说明理由。")
    await act(clerk, 1, "d")
    await expect(judge.get("line-disputed")).to_be_visible(timeout=PATIENCE)
    await act(clerk, 0, "x")
    await expect(judge.get("line-struck")).to_be_visible(timeout=PATIENCE)
    await looks.at(clerk, "lines with marks")
    await clerk.get("line-editor").focus()
    for _ in range(3):
        await clerk.page.keyboard.press("Control+z")
    await reads(judge, "请坐。", "现在开庭。", "审判长，我申请回避。", "请说明理由。")
    await expect(judge.get("line-disputed")).to_have_count(0)


async def found_and_replaced(clerk: Person, judge: Person, looks: Looks) -> None:
    await clerk.page.keyboard.press("Control+h")
    await clerk.get("find-text").fill("审判长")
    await clerk.get("replacement-text").fill("审判员")
    await expect(clerk.get("find-count")).to_contain_text("1")
    await looks.at(clerk, "find and replace")
    await clerk.click("replace-all")
    await reads(judge, "请坐。", "现在开庭。", "审判员，我申请回避。", "请说明理由。")
    await clerk.click("undo")
    await reads(judge, "请坐。", "现在开庭。", "审判长，我申请回避。", "请说明理由。")
    await clerk.page.keyboard.press("Control+h")


async def written_out(clerk: Person, looks: Looks) -> None:
    """An abbreviation, a name of the case, and a template whose passages come one by one."""
    await clerk.get("line-editor").focus()
    await clerk.page.keyboard.type("myy")
    await expect(clerk.get("suggestions")).to_contain_text("没有异议", timeout=PATIENCE)
    await clerk.page.keyboard.press("Tab")
    await clerk.page.keyboard.insert_text("，季录")
    await expect(clerk.get("suggestions")).to_contain_text("季录文（虚构）")
    await looks.at(clerk, "suggestions at the desk")
    await clerk.get("line-editor").focus()
    await clerk.page.keyboard.press("Tab")
    await expect(clerk.get("line-editor")).to_have_value("没有异议，季录文（虚构）")
    await clerk.get("line-editor").fill("")
    await clerk.page.keyboard.press("Alt+t")
    await expect(clerk.get("templates")).to_be_visible()
    await looks.at(clerk, "templates at the desk")
    await clerk.click("template-opening")
    await expect(clerk.get("line-editor")).to_have_value(
        "示范人民法院现在开庭，依法审理虚构案（演示）一案，案号（2026）测0001刑初1号。"
    )
    await clerk.page.keyboard.press("Enter")
    await expect(clerk.get("line-editor")).to_have_value(
        "本案由审判长宋明理（虚构）主持，书记员季录文（虚构）、文助录（虚构）担任记录。"
    )
    await clerk.page.keyboard.press("Enter")
    await expect(clerk.get("line-editor")).to_have_value("")
    await clerk.page.keyboard.press("Control+/")
    await expect(clerk.get("desk-keys")).to_be_visible()
    await looks.at(clerk, "keys of the desk")
    await clerk.page.keyboard.press("Escape")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_the_record_is_worked_on_by_keys(tmp_path: Path) -> None:
    looks = Looks()
    async with desks(tmp_path) as people:
        clerk, judge = people["clerk"], people["presiding_judge"]
        await by_keys(clerk, judge, looks)
        await found_and_replaced(clerk, judge, looks)
        await written_out(clerk, looks)
        assert [*clerk.errors, *judge.errors] == []
        assert not looks.found, "\n".join(looks.found)


async def held(one: Person, two: Person, judge: Person, looks: Looks) -> None:
    """Who edits a line is seen, with what is typed; the other cannot take it, until it is free again."""
    await one.click("edit-line-1")
    await expect(two.get("line-held")).to_be_visible(timeout=PATIENCE)
    await one.get("correction-text").fill("现在开庭，请坐。")
    for person in (two, judge):
        await expect(person.get("typed").first).to_contain_text(
            "现在开庭，请坐。", timeout=PATIENCE
        )
    await expect(two.get("edit-line-1")).to_have_count(0)
    await looks.at(two, "line held by another desk")
    await one.click("correction-save")
    await expect(two.get("line-held")).to_have_count(0, timeout=PATIENCE)
    await expect(judge.get("typed")).to_have_count(0, timeout=PATIENCE)
    await reads(two, "现在开庭，请坐。", "第二句。")


async def apart(one: Person, two: Person, looks: Looks) -> None:
    """One is cut off and writes on; back again all of it is saved, and the conflict comes back by name."""
    await one.page.context.set_offline(True)
    await expect(one.get("desk-offline")).to_be_visible(timeout=PATIENCE)
    await one.get("line-editor").focus()
    for text in ("离线一。", "离线二。"):
        await one.page.keyboard.insert_text(text)
        await one.page.keyboard.press("Enter")
    await act(one, 0, "d")
    await one.click("edit-line-1")
    await one.get("correction-text").fill("离线的更正。")
    await one.click("correction-save")
    await expect(one.get("pending-line")).to_have_count(4)
    await looks.at(one, "desk without a connection")
    await two.click("edit-line-1")
    await two.get("correction-text").fill("在线的更正。")
    await two.click("correction-save")
    await reads(two, "在线的更正。", "第二句。")
    await expect(two.get("pending-line")).to_have_count(0, timeout=PATIENCE)  # it is saved
    await one.page.context.set_offline(False)
    await expect(one.get("desk-merged")).to_be_visible(timeout=PATIENCE)
    refused = one.page.locator("[data-testid=pending-line][data-code=stale_revision]")
    await expect(refused).to_have_count(1, timeout=PATIENCE)
    await reads(two, "在线的更正。", "第二句。", "离线一。", "离线二。")
    await expect(two.get("line-disputed")).to_be_visible(timeout=PATIENCE)
    await looks.at(one, "desk merged again")
    await one.click("retry-line")
    await reads(two, "离线的更正。", "第二句。", "离线一。", "离线二。")
    await expect(one.get("pending-line")).to_have_count(0, timeout=PATIENCE)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_two_desks_write_one_record(tmp_path: Path) -> None:
    looks = Looks()
    async with desks(tmp_path) as people:
        one, two, judge = people["clerk"], people["clerk2"], people["presiding_judge"]
        await write(one, "请坐。")
        await write(two, "第二句。")
        await held(one, two, judge, looks)
        await asyncio.gather(*(p.get("line-editor").focus() for p in (one, two)))
        await apart(one, two, looks)
        assert [*one.errors, *two.errors, *judge.errors] == []
        assert not looks.found, "\n".join(looks.found)
