"""A judge's day in real browsers: opened in time, stage by stage, a private bench, a lost line, another date."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from hearing_server.domain.parties import Side

from .browsers import COURT_ZONE, PATIENCE, Person, court
from .devices import COURT
from .looks import Looks
from .rooms import Place, serving, take

PLACES = [
    Place(key="presiding_judge", name="宋明理（虚构）", site="第一法庭"),
    Place(key="judge", name="孟陪席（虚构）", site="第一法庭"),
    Place(key="clerk", name="季录文（虚构）", site="第一法庭"),
    Place(key="counsel", name="卞护之（虚构）", side=Side.DEFENCE, site="示范律师事务所"),
    Place(key="defendant", name="吴名氏（虚构）", side=Side.DEFENCE, site="示范看守所"),
]
ROLES = ["presiding_judge", "judge", "clerk", "counsel"]  # the defendant does not come


async def phase(person: Person, wanted: str) -> None:
    await expect(person.get("phase")).to_have_attribute("data-phase", wanted, timeout=PATIENCE)


async def opened(people: dict[str, Person], looks: Looks) -> None:
    """Announced, so that a countdown stands for all; the opening says who is missing."""
    judge, counsel = people["presiding_judge"], people["counsel"]
    for person in people.values():
        await person.enter()
    await looks.at(counsel, "waiting room of a party")
    await judge.get("announce").select_option("30")
    await expect(counsel.get("countdown")).to_be_visible(timeout=PATIENCE)
    await judge.click("admit-all")
    for person in people.values():
        await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
    await looks.at(judge, "countdown before the opening")
    await judge.click("open-hearing")
    await expect(judge.page.get_by_role("dialog")).to_contain_text("吴名氏")
    await judge.click("open-hearing-confirm")
    await phase(counsel, "in_session")


async def through_the_stages(judge: Person, looks: Looks) -> None:
    """The one big button leads on; the checklist fills up and closing waits for what is open."""
    await judge.click("checklist")
    await judge.click("check-identity")
    await expect(judge.page.locator(".checklist")).to_have_attribute(
        "data-done", "1", timeout=PATIENCE
    )
    await looks.at(judge, "checklist")
    await judge.page.keyboard.press("Escape")
    await judge.click("next-stage")
    now = judge.get("stage-investigation")
    await expect(now).to_have_attribute("aria-current", "step", timeout=PATIENCE)
    await expect(judge.get("next-stage")).to_be_enabled()
    await judge.page.keyboard.press("n")
    now = judge.get("stage-evidence")
    await expect(now).to_have_attribute("aria-current", "step", timeout=PATIENCE)
    await judge.click("judge-more")
    await looks.at(judge, "judge more")
    await judge.page.keyboard.press("Escape")


async def deliberated(people: dict[str, Person], looks: Looks) -> None:
    """The bench hears itself; the others see why they wait, and hear nothing of it."""
    judge, other = people["presiding_judge"], people["judge"]
    counsel, clerk = people["counsel"], people["clerk"]
    await counsel.hears(judge, COURT)
    await judge.click("judge-more")
    await judge.click("deliberate")
    for person in (counsel, clerk):
        banner = person.get("banner")
        await expect(banner).to_have_attribute("data-code", "deliberating", timeout=PATIENCE)
        await person.hears_nothing_of(judge)
        await person.hears_nothing_of(other)
    await other.hears(judge, COURT)
    await looks.at(judge, "deliberation at the bench")
    await looks.at(counsel, "deliberation at a party")
    await judge.click("end-deliberation")
    await expect(counsel.get("banner")).to_have_count(0, timeout=PATIENCE)


async def lost_and_back(people: dict[str, Person], looks: Looks) -> None:
    """The judge's line breaks: the clerk keeps order, it is said to all, and the judge takes it back."""
    judge, clerk, counsel = people["presiding_judge"], people["clerk"], people["counsel"]
    seat = judge.page.url
    await judge.click(f"seat-menu-{counsel.seat}")
    await judge.click(f"mute-lock-{counsel.seat}")
    await judge.page.goto("about:blank")
    await expect(clerk.get("judge-gone")).to_be_visible(timeout=PATIENCE)
    await looks.at(clerk, "judge gone at the clerk")
    await clerk.click("take-charge")
    await expect(counsel.get("in-charge")).to_be_visible(timeout=PATIENCE)
    await looks.at(clerk, "clerk in charge")
    await clerk.click(f"seat-menu-{counsel.seat}")
    await expect(clerk.get(f"give-word-{counsel.seat}")).to_be_visible()
    await expect(clerk.get(f"unmute-now-{counsel.seat}")).to_have_count(0)  # the judge locked it
    await clerk.page.keyboard.press("Escape")
    await clerk.click("exclude-public")
    await expect(clerk.get("exclude-reason")).to_be_visible()
    await looks.at(clerk, "clerk in charge excludes the public")
    await clerk.click("exclude-public-cancel")
    await looks.at(counsel, "clerk in charge at a party")
    await judge.page.goto(seat)
    await judge.enter()
    await expect(counsel.get("in-charge")).to_have_count(0, timeout=PATIENCE)
    await judge.click(f"seat-menu-{counsel.seat}")
    await judge.click(f"unmute-now-{counsel.seat}")


async def adjourned(people: dict[str, Person], looks: Looks, data: Path) -> None:
    """To a date that is free, for a reason; whoever is no court waits outside and reads both."""
    judge, counsel, clerk = people["presiding_judge"], people["counsel"], people["clerk"]
    until = datetime.now(COURT_ZONE) + timedelta(days=7)
    busy = until.replace(hour=14, minute=0, second=0, microsecond=0)
    await take(data, "第一法庭", int(busy.timestamp() * 1000))
    await judge.click("judge-more")
    await judge.click("suspend-hearing")
    await judge.get("suspend-reason").fill("通知新的证人到庭")
    await judge.get("suspend-until").fill(busy.strftime("%Y-%m-%dT14:30"))
    await judge.click("suspend-hearing-confirm")
    await expect(judge.get("clashes")).to_contain_text("测0001刑初2号", timeout=PATIENCE)
    await expect(judge.get("clashes")).to_contain_text("14:00")
    await expect(judge.get("suspend-hearing-confirm")).to_be_disabled()
    await looks.at(judge, "adjourning to what is taken")
    await judge.get("suspend-until").fill(until.strftime("%Y-%m-%dT09:30"))
    await looks.at(judge, "adjourning")
    await judge.click("suspend-hearing-confirm")
    room = counsel.get("waiting-room")
    await expect(room).to_have_attribute("data-situation", "suspended", timeout=PATIENCE)
    await expect(room).to_contain_text(until.strftime("%Y-%m-%d 09:30"))
    await expect(room).to_contain_text("通知新的证人到庭")
    for person, place in ((counsel, "party"), (judge, "judge"), (clerk, "clerk")):
        await looks.at(person, f"adjourned at the {place}")
    await judge.click("resume-hearing")
    await phase(judge, "in_session")
    await expect(counsel.get("courtroom")).to_be_visible(timeout=PATIENCE)  # back by itself


@pytest.mark.long
@pytest.mark.timeout(420)
async def test_a_judges_day(tmp_path: Path) -> None:
    looks = Looks()
    (tmp_path / "disk").write_text("no folder can be made in here")
    broken = {"HEARING_RECORDINGS_SECOND": str(tmp_path / "disk" / "second")}
    async with (
        serving(tmp_path / "data", PLACES, environment=broken) as server,
        court(server, tmp_path, ROLES) as people,
    ):
        judge, counsel, clerk = people["presiding_judge"], people["counsel"], people["clerk"]
        await opened(people, looks)
        await expect(judge.get("alarm").first).to_be_visible(timeout=PATIENCE)
        await expect(clerk.get("recording-fault").first).to_be_visible(timeout=PATIENCE)
        await looks.at(judge, "alarm at the judge")
        await looks.at(clerk, "alarm at the clerk")
        await through_the_stages(judge, looks)
        await deliberated(people, looks)
        await lost_and_back(people, looks)
        await adjourned(people, looks, tmp_path / "data")

        await judge.click(f"seat-menu-{counsel.seat}")
        await looks.at(judge, "seat menu")
        await judge.click(f"dismiss-{counsel.seat}")
        room = counsel.get("waiting-room")
        await expect(room).to_have_attribute(
            "data-situation", "outside_dismissed", timeout=PATIENCE
        )
        await looks.at(counsel, "dismissed")
        await judge.click("close-hearing")
        await expect(judge.get("close-hearing-confirm")).to_be_disabled()
        await judge.get("close-override").fill("被告人未到庭，改期审理。")
        await looks.at(judge, "closing over open items")
        await judge.click("close-hearing-confirm")
        await phase(clerk, "closed")
        await looks.at(clerk, "closed at the clerk")
        await looks.at(people["judge"], "closed at the bench")
        assert not [error for person in people.values() for error in person.errors]
    assert not looks.found, "\n".join(looks.found)
