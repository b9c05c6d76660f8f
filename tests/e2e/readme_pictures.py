"""The pictures of the README, taken of a demonstration whose people are drawn: python -m tests.e2e.readme_pictures"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from playwright.async_api import async_playwright, expect

from tests.integration.harness import ROLES, serving

from .browsers import DESK, PATIENCE, Person, all_enter, close_hearing, launch, open_hearing
from .devices import Device

IMAGES = Path(__file__).parents[2] / "docs/images"
SIZE = (640, 480)
LINES = (
    ("F1", "现在开庭。本庭今天依法公开审理被告人盗窃一案。"),
    ("F1", "请公诉人宣读起诉书。"),
    ("F2", "起诉书已当庭宣读完毕，指控的事实清楚，证据确实、充分。"),
    ("F1", "被告人，你对起诉书指控的事实和罪名有什么意见？"),
    ("F3", "没有异议，我自愿认罪认罚。"),
    ("F4", "辩护人对指控的罪名没有异议，请求从轻处罚。"),
)


@dataclass(frozen=True, kw_only=True)
class Portrait(Device):
    """Somebody who does not exist: colours of wall, coat, hair and skin; `long` hair or short."""

    wall: str
    coat: str
    hair: str
    skin: str
    long: bool = False

    def camera(self, folder: Path) -> Path:
        """One still picture as a film of two frames."""
        path = folder / f"{self.name}.y4m"
        full = np.asarray(self._drawn().convert("YCbCr"))
        planes = full[:, :, 0].tobytes() + b"".join(
            full[::2, ::2, channel].tobytes() for channel in (1, 2)
        )
        head = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F15:1 Ip A1:1 C420jpeg\n".encode()
        path.write_bytes(head + (b"FRAME\n" + planes) * 2)
        return path

    def _drawn(self) -> Image.Image:
        large = Image.new("RGB", (SIZE[0] * 2, SIZE[1] * 2), self.wall)
        pen = ImageDraw.Draw(large)
        pen.rectangle((880, 90, 1180, 470), fill="#f4f4f0")
        if self.long:
            pen.ellipse((420, 190, 860, 760), fill=self.hair)
        pen.ellipse((250, 640, 1030, 1400), fill=self.coat)
        pen.polygon([(560, 660), (720, 660), (640, 820)], fill="#ffffff")
        pen.rectangle((590, 560, 690, 700), fill=self.skin)
        pen.ellipse((470, 230, 810, 640), fill=self.skin)
        pen.pieslice((450, 180, 830, 600), 180, 360, fill=self.hair)
        pen.polygon([(455, 392), (825, 392), (800, 330), (480, 350)], fill=self.hair)
        for x in (550, 690):
            pen.line((x - 5, 418, x + 45, 412), fill=self.hair, width=9)
            pen.ellipse((x + 4, 440, x + 34, 462), fill="#20242c")
        pen.line((640, 470, 634, 520), fill="#b98468", width=6)
        pen.line((606, 566, 674, 566), fill="#b06a60", width=9)
        return large.resize(SIZE, Image.Resampling.LANCZOS)


def portrait(role: str, **drawn: str | bool) -> Portrait:
    return Portrait(name=role, colour=(0, 0, 0), tone=330, **drawn)  # type: ignore[arg-type]


PEOPLE = {
    "presiding_judge": portrait(
        "j", wall="#d9cfc0", coat="#23262e", hair="#1d1a1b", skin="#e6bfa1"
    ),
    "prosecutor": portrait("p", wall="#cfdccf", coat="#26405f", hair="#191818", skin="#dfb08e"),
    "defendant": portrait("d", wall="#dcd8c6", coat="#808794", hair="#2c2a2b", skin="#d6a585"),
    "counsel": portrait(
        "c", wall="#dccfdc", coat="#46344c", hair="#3a241b", skin="#ecc0a2", long=True
    ),
    "clerk": portrait(
        "k", wall="#c6d4de", coat="#33506f", hair="#241c1c", skin="#efc6a9", long=True
    ),
}


async def write(clerk: Person, everybody: list[Person]) -> None:
    for n, (key, text) in enumerate(LINES, start=1):
        await clerk.get("line-editor").focus()
        await clerk.page.keyboard.press(key)
        await clerk.page.keyboard.type(text)
        await clerk.page.keyboard.press("Enter")
        for person in everybody:
            await expect(person.get("line")).to_have_count(n, timeout=PATIENCE)


async def take(folder: Path) -> None:
    async with serving(folder / "data") as server, async_playwright() as playwright:
        people = {}
        for role in ROLES:
            browser = await launch(playwright, PEOPLE[role], folder)
            context = await browser.new_context(
                viewport=DESK, locale="zh-CN", color_scheme="light", timezone_id="Asia/Shanghai"
            )
            people[role] = Person(await context.new_page(), role, server.url)
            await people[role].open_link(server.links[role])
        await all_enter(people)
        judge, clerk, counsel = (people[r] for r in ("presiding_judge", "clerk", "counsel"))
        for role, person in people.items():
            if role != "defendant":
                await person.click("mic")
        await open_hearing(judge)
        await write(clerk, list(people.values()))
        await clerk.get("line-editor").fill("现在进行法庭")
        await judge.click("next-stage")
        await counsel.click("hand")
        await expect(judge.get("request")).to_have_count(1, timeout=PATIENCE)
        await judge.page.wait_for_timeout(4000)  # the pictures become sharp
        await judge.page.screenshot(path=str(IMAGES / "courtroom.png"))
        await clerk.page.screenshot(path=str(IMAGES / "clerk.png"))
        await clerk.get("line-editor").fill("")
        await close_hearing(judge)
        await clerk.click("freeze")
        await clerk.click("freeze-confirm")
        party = people["defendant"]
        await party.click("open-signing")
        await expect(party.get("pdf-page").first).to_be_visible(timeout=PATIENCE)
        await party.page.wait_for_timeout(2000)
        await party.page.screenshot(path=str(IMAGES / "signing.png"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(take(Path(made)))
