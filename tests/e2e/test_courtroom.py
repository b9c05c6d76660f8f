"""The courtroom in real browsers: the judge's strip, requests, and a private talk that nobody else hears."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from hearing_server.domain.parties import Side
from tests.integration.harness import serving

from . import rooms
from .browsers import DEVICE, PATIENCE, Person, all_enter, court, open_hearing
from .devices import ELSEWHERE
from .looks import Looks

ROLES = ("presiding_judge", "prosecutor", "defendant", "counsel")
TALKING = [
    rooms.Place(key="presiding_judge", name="宋明理（虚构）", site="第一法庭"),
    rooms.Place(key="prosecutor", name="齐正言（虚构）", side=Side.CLAIM, site="示范检察院"),
    rooms.Place(key="defendant", name="吴名氏（虚构）", side=Side.DEFENCE, site="示范看守所"),
    rooms.Place(key="counsel", name="卞护之（虚构）", side=Side.DEFENCE, serves="defendant"),
    rooms.Place(key="interpreter", name="易译文（虚构）", serves="defendant"),
]


async def opened(people: dict[str, Person]) -> None:
    await all_enter(people)
    judge = people["presiding_judge"]
    await open_hearing(judge)
    for person in people.values():
        await expect(person.get("phase")).to_have_attribute(
            "data-phase", "in_session", timeout=PATIENCE
        )


async def removed(judge: Person, out: Person, other: Person, looks: Looks) -> None:
    """For good: gone, told why, without a picture at the others; the link is dead."""
    seat = out.seat
    await judge.click(f"seat-menu-{seat}")
    await judge.click(f"remove-{seat}")
    await judge.get("remove-reason").fill("扰乱法庭秩序，经警告不改")
    await looks.at(judge, "removing")
    await judge.click("remove-confirm")
    told = out.page.locator("[data-testid=notice][data-code=removed]")  # over what else is said
    await expect(told).to_be_visible(timeout=PATIENCE)
    assert await out.page.locator("video").count() == 0
    await expect(other.get(f"seat-{seat}")).to_have_attribute("data-picture", "false")
    await looks.at(out, "removed")
    await out.page.goto(f"{out.url}/enter#{out.link}")
    await expect(out.get("notice")).to_be_visible(timeout=PATIENCE)
    await out.page.goto(f"{out.url}/seat/{seat}")
    await expect(out.get("notice")).to_be_visible(timeout=PATIENCE)
    assert await out.get("enter").count() == 0


@pytest.mark.timeout(180)
async def test_hands_objections_and_a_lock(tmp_path: Path) -> None:
    """Requests stand in their order before the judge, objections first; one press answers each."""
    looks = Looks()
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ROLES) as people,
    ):
        judge, prosecutor, counsel = (
            people[r] for r in ("presiding_judge", "prosecutor", "counsel")
        )
        await opened(people)
        await prosecutor.click("hand")
        await counsel.click("objection")
        await counsel.get("objection-reason").fill("诱导性发问")
        await counsel.click("objection-confirm")
        rows = judge.get("request")
        await expect(rows).to_have_count(2, timeout=PATIENCE)
        await expect(rows.first).to_have_attribute("data-kind", "objection")
        await expect(rows.first).to_contain_text("诱导性发问")
        await looks.at(judge, "requests")

        await judge.click("answer-sustained")
        await expect(rows).to_have_count(1, timeout=PATIENCE)
        await judge.page.keyboard.press("g")
        await expect(rows).to_have_count(0, timeout=PATIENCE)
        await expect(prosecutor.get(f"word-{prosecutor.seat}")).to_be_visible(timeout=PATIENCE)

        await judge.click("judge-more")
        await judge.click("mute-all")
        await expect(counsel.get("mic")).to_have_attribute(
            "aria-pressed", "false", timeout=PATIENCE
        )
        await counsel.click("mic")  # muted, not locked: one press
        await expect(counsel.get("mic")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
        await judge.click(f"seat-menu-{counsel.seat}")
        await judge.click(f"mute-lock-{counsel.seat}")
        await expect(counsel.get("mic")).to_have_attribute("data-locked", "true", timeout=PATIENCE)
        await counsel.click("mic")
        await expect(counsel.get("mic")).to_have_attribute("aria-pressed", "false")
        await removed(judge, prosecutor, counsel, looks)
        assert not [error for person in people.values() for error in person.errors]
    assert not looks.found, "\n".join(looks.found)


async def silent(listener: Person, speaker: Person) -> None:
    """No sound of the speaker arrives here, and no picture is shown."""
    await listener.hears_nothing_of(speaker)
    seat = listener.get(f"seat-{speaker.seat}")
    await expect(seat).to_have_attribute("data-picture", "false", timeout=PATIENCE)
    await expect(seat).to_have_attribute("data-presence", "consulting")


async def joined(asks: Person, other: Person, third: Person, judge: Person, looks: Looks) -> None:
    """A further person comes into the talk once the other, they themselves and the judge have agreed."""
    await silent(third, other)
    await asks.click("talk-further")
    await asks.click(f"further-{third.seat}")
    await looks.at(asks, "asking a further person into a talk")
    await asks.click("further-confirm")
    await looks.at(third, "asked into a talk")
    for person in (other, third):
        await person.click("talk-accept")
    await judge.click("talk-permit")
    await expect(third.get("talk")).to_be_visible(timeout=PATIENCE)
    await third.hears(other, ELSEWHERE)
    await other.hears(third, ELSEWHERE)
    await looks.at(third, "in a talk of three")


@pytest.mark.timeout(240)
async def test_a_private_talk_reaches_nobody_else(tmp_path: Path) -> None:
    """Counsel asks, the defendant accepts, the judge permits; they hear each other and nobody hears them.
    They ask the interpreter in, with everybody's leave, who heard and knew nothing before."""
    looks = Looks()
    async with (
        rooms.serving(tmp_path / "data", TALKING) as server,
        court(server, tmp_path, server.seats) as people,
    ):
        judge, prosecutor = people["presiding_judge"], people["prosecutor"]
        defendant, counsel = people["defendant"], people["counsel"]
        await opened(people)
        await judge.hears(defendant, DEVICE["defendant"])

        await counsel.click("consult")
        await counsel.get(f"consult-{people['interpreter'].seat}").uncheck()  # not yet
        await counsel.click("consult-confirm")
        await expect(defendant.get("talk-accept")).to_be_visible(timeout=PATIENCE)
        assert not await prosecutor.get("talk-request").count()
        await defendant.click("talk-accept")
        await judge.click("talk-permit")
        for person in (defendant, counsel):
            await expect(person.get("talk")).to_be_visible(timeout=PATIENCE)
        await counsel.hears(defendant, ELSEWHERE)
        await defendant.hears(counsel, ELSEWHERE)
        for listener in (judge, prosecutor):
            for speaker in (defendant, counsel):
                await silent(listener, speaker)
        await looks.at(counsel, "private talk")
        await looks.at(judge, "with two out")
        await joined(counsel, defendant, people["interpreter"], judge, looks)
        await silent(prosecutor, people["interpreter"])

        await people["interpreter"].click("talk-leave")
        await expect(people["interpreter"].get("courtroom")).to_be_visible(timeout=PATIENCE)
        await expect(counsel.get("talk")).to_be_visible()
        await counsel.click("talk-leave")
        for person in (defendant, counsel):
            await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
            await expect(person.get("mic")).to_have_attribute(
                "aria-pressed", "false", timeout=PATIENCE
            )
        await judge.hears_nothing_of(defendant)
        await defendant.click("mic")
        await judge.hears(defendant, ELSEWHERE)
        errors: list[Any] = [error for person in people.values() for error in person.errors]
        assert not errors
    assert not looks.found, "\n".join(looks.found)
