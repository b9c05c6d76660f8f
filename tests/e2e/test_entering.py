"""Coming in, as people do it: by a code, with a document, at a detention centre's kiosk, as an observer."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from tests.integration.entering import Planned, planned
from tests.integration.harness import Client
from tests.integration.staff import StaffClient

from .browsers import DESK, PATIENCE, Person, launch
from .devices import ELSEWHERE
from .test_access import AXE, GRAVE, barriers

ROOM: ViewportSize = {"width": 1920, "height": 1080}
PHONE: ViewportSize = {"width": 360, "height": 740}
SHOTS = Path(os.environ.get("SHOTS", ""))


async def person(browser: Browser, court: Planned, role: str, **options: Any) -> Person:
    settings: dict[str, Any] = {"viewport": DESK, "locale": "zh-CN", **options}
    context = await browser.new_context(**settings)
    page = await context.new_page()
    return Person(page, role, court.server.url)


async def clerk_of(browser: Browser, court: Planned) -> Person:
    """In the courtroom, by the account."""
    clerk = await person(browser, court, "clerk")
    context = clerk.page.context
    staff = [c for c in court.clerk.http.cookie_jar if c.key == "staff"]
    await context.add_cookies(
        [{"name": c.key, "value": c.value, "url": court.server.url} for c in staff]
    )
    path = f"{court.server.url}/api/staff/hearings/{court.hearing['id']}/seat"
    origin = {"Origin": court.server.url}
    seat = await (await context.request.post(path, headers=origin, data={})).json()
    await clerk.page.goto(f"{court.server.url}/seat/{seat['seat']}")
    await clerk.enter()
    await expect(clerk.get("identity-panel")).to_be_visible(timeout=PATIENCE)
    return clerk


async def look(one: Person, name: str) -> None:
    """Nothing grave for whoever cannot see it; and its picture, where one is wanted."""
    if not await one.page.evaluate("'axe' in window"):
        await one.page.evaluate(AXE.read_text())
    plain = await one.get("theme").count() == 0  # the kiosk in court has no switches
    assert await (bare(one, name) if plain else barriers(one, name)) == []
    if not SHOTS.name:
        return
    for language in ("zh", "en"):
        await one.page.screenshot(path=str(SHOTS / f"{name}-{language}.png"), full_page=True)
        if not plain:
            await one.get("language").first.dispatch_event("click")


async def bare(one: Person, name: str) -> list[str]:
    """As `barriers`, for a page without a switch: the theme is turned at its root."""
    found: list[str] = []
    for theme in ("dark", "light"):
        await one.page.evaluate("document.documentElement.classList.toggle('dark')")
        await one.page.wait_for_timeout(400)  # colours fade over
        report = await one.page.evaluate("axe.run({resultTypes: ['violations']})")
        found += [
            f"{name}, {theme}: {rule['id']} {rule['nodes'][0]['html'][:200]}"
            for rule in report["violations"]
            if rule["impact"] in GRAVE
        ]
    return found


class AtKiosk(Person):
    """Whoever sits at the machine, whose page does not name the seat."""

    at = ""

    @property
    def seat(self) -> str:
        return self.at


async def identify(clerk: Person, party: str, number: str) -> None:
    """The clerk sees the person alone, enters the number, confirms, admits."""
    await clerk.click(f"identify-{party}")
    await clerk.click("begin-check")
    await expect(clerk.get("identity-video")).to_be_visible(timeout=PATIENCE)
    await clerk.get("document-number").fill(number)
    await expect(clerk.get("masked")).not_to_contain_text(number)
    await clerk.click("confirm-identity")
    door = clerk.get(f"door-{party}")
    await expect(door).to_have_attribute("data-identified", "true", timeout=PATIENCE)
    await clerk.click("admit-identified")


def photograph(folder: Path) -> Path:
    path = folder / "document.jpg"
    out = io.BytesIO()
    Image.effect_noise((900, 560), 60).convert("RGB").save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


async def test_a_party_proves_the_code_and_the_document(tmp_path: Path) -> None:
    """From the link on a telephone to the courtroom: code, check over the media path, document."""
    async with planned(tmp_path, code=True, identity=True) as court, async_playwright() as play:
        browser = await launch(play, ELSEWHERE, tmp_path)
        party = await person(browser, court, "plaintiff", viewport=PHONE)
        await party.page.goto(f"{party.url}/enter#{await court.link('plaintiff')}")
        await expect(party.get("code-screen")).to_be_visible(timeout=PATIENCE)
        assert "甲某" not in await party.page.content(), "the link alone names nobody"
        await look(party, "code-phone")
        await party.click("send-code")
        await expect(party.get("code")).to_be_visible(timeout=PATIENCE)
        await party.get("code").fill(await court.code())
        await party.click("confirm-code")
        await expect(party.get("code-form")).to_have_count(0, timeout=PATIENCE)

        await expect(party.get("line-numbers")).to_have_attribute(
            "data-way", "udp", timeout=PATIENCE
        )
        await expect(party.get("check-score")).to_have_attribute(
            "data-sent", "true", timeout=PATIENCE
        )
        await party.get("offer-picture").set_input_files(photograph(tmp_path))
        await expect(party.get("picture-offered")).to_be_visible(timeout=PATIENCE)
        await look(party, "check-phone")
        await party.enter()
        await expect(party.get("waiting-room")).to_be_visible(timeout=PATIENCE)

        clerk = await clerk_of(browser, court)
        seat = court.seats["plaintiff"]
        await clerk.click(f"identify-{seat}")
        await clerk.click("show-picture")
        await expect(clerk.get("document-picture")).to_be_visible(timeout=PATIENCE)
        await look(clerk, "identity")
        await clerk.click(f"identify-{seat}")
        await identify(clerk, seat, "510104199001011234")
        await expect(party.get("courtroom")).to_be_visible(timeout=PATIENCE)
        assert [*party.errors, *clerk.errors] == []
        await browser.close()


async def called_to_the_kiosk(browser: Browser, court: Planned, clerk: Person) -> Person:
    """Paired, called, the officer's four steps, the second camera chosen, admitted to the courtroom."""
    made = await court.clerk.post("/kiosks", {"name": "一号会见室", "site": "示范看守所"})
    context = await browser.new_context(viewport=ROOM, locale="zh-CN")
    kiosk = AtKiosk(await context.new_page(), "defendant", court.server.url)
    kiosk.at = court.seats["defendant"]
    await kiosk.page.goto(f"{court.server.url}/kiosk")
    await kiosk.get("pairing-code").fill(made["code"])
    await look(kiosk, "kiosk-pair")
    await kiosk.click("pair")
    waiting = kiosk.get("kiosk")
    await expect(waiting).to_have_attribute("data-state", "waiting", timeout=PATIENCE)
    await look(kiosk, "kiosk-waiting")
    seat = court.seats["defendant"]
    await clerk.click(f"kiosk-{seat}")
    await clerk.get(f"choose-kiosk-{seat}").select_option(made["kiosk"]["id"])
    steps = kiosk.get("officer-steps")
    await expect(steps).to_have_attribute("data-step", "person", timeout=PATIENCE)
    await kiosk.get("officer-name").fill("关警官（虚构）")
    for statement in await kiosk.get("accept").all():
        await statement.click()
    await look(kiosk, "kiosk-person")
    for following in ("devices", "connection", "handover"):
        await kiosk.click("take-step")
        await expect(steps).to_have_attribute("data-step", following, timeout=PATIENCE)
        if following == "devices":
            await kiosk.get("choose-room").select_option(index=1)
            running = kiosk.get("room-camera")
            await expect(running).to_have_attribute("data-running", "true", timeout=PATIENCE)
        await look(kiosk, f"kiosk-{following}")
    await kiosk.click("take-step")
    await expect(kiosk.get("kiosk-court")).to_be_visible(timeout=PATIENCE)
    await identify(clerk, seat, "510104199001011234")
    await in_court(kiosk)
    return kiosk


async def in_court(kiosk: Person) -> None:
    court = kiosk.get("kiosk-court")
    await expect(court).to_have_attribute("data-presence", "admitted", timeout=PATIENCE)


async def judge_of(browser: Browser, court: Planned) -> Person:
    """On the bench, by the account."""
    judge = await person(browser, court, "judge")
    context = judge.page.context
    async with StaffClient(court.server) as staff:
        await staff.sign_in("judge")
        cookies = [c for c in staff.http.cookie_jar if c.key == "staff"]
        await context.add_cookies(
            [{"name": c.key, "value": c.value, "url": court.server.url} for c in cookies]
        )
    path = f"{court.server.url}/api/staff/hearings/{court.hearing['id']}/seat"
    origin = {"Origin": court.server.url}
    seat = await (await context.request.post(path, headers=origin, data={})).json()
    await judge.page.goto(f"{court.server.url}/seat/{seat['seat']}")
    await judge.enter()
    await expect(judge.get("courtroom")).to_be_visible(timeout=PATIENCE)
    return judge


@pytest.mark.timeout(180)
async def test_a_defendant_at_the_kiosk_with_an_officer(tmp_path: Path) -> None:
    """Called, four steps, the courtroom with three buttons, muted, started anew, and waiting again."""
    async with planned(tmp_path) as court, async_playwright() as play:
        browser = await launch(play, ELSEWHERE, tmp_path, cameras=2)
        clerk = await clerk_of(browser, court)
        judge = await judge_of(browser, court)
        kiosk = await called_to_the_kiosk(browser, court, clerk)
        seat = court.seats["defendant"]
        await kiosk.click("cannot-hear")
        await expect(kiosk.get("kiosk-said")).to_have_attribute("data-code", "", timeout=PATIENCE)
        await kiosk.click("kiosk-help")
        await expect(kiosk.get("kiosk-said")).to_have_attribute("data-code", "", timeout=PATIENCE)
        await look(kiosk, "kiosk-court")
        await expect(judge.get(f"room-{seat}")).to_be_visible(timeout=PATIENCE)

        await judge.click(f"seat-menu-{seat}")
        await judge.click(f"mute-soft-{seat}")
        await expect(kiosk.get("kiosk-muted")).to_be_visible(timeout=PATIENCE)
        await look(kiosk, "kiosk-muted")
        await kiosk.click("kiosk-unmute")
        await expect(kiosk.get("kiosk-muted")).to_have_count(0, timeout=PATIENCE)

        await kiosk.page.reload()
        await in_court(kiosk)
        await expect(judge.get(f"room-{seat}")).to_be_visible(timeout=PATIENCE)
        await kiosk.click("kiosk-end")
        await kiosk.click("kiosk-end-confirm")
        waiting = kiosk.get("kiosk")
        await expect(waiting).to_have_attribute("data-state", "waiting", timeout=PATIENCE)

        await clerk.page.goto(f"{court.server.url}/staff/kiosks")
        await expect(clerk.page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
        await look(clerk, "staff-kiosks")
        assert [*kiosk.errors, *clerk.errors, *judge.errors] == []
        await browser.close()


@pytest.mark.timeout(180)
async def test_counsel_speaks_with_the_kiosk_alone(tmp_path: Path) -> None:
    """Asked for big, accepted with one press; the tone reaches counsel and not the judge."""
    async with planned(tmp_path) as court, async_playwright() as play:
        browser = await launch(play, ELSEWHERE, tmp_path, cameras=2)
        clerk = await clerk_of(browser, court)
        judge = await judge_of(browser, court)
        kiosk = await called_to_the_kiosk(browser, court, clerk)
        seat = court.seats["defendant"]
        counsel = await person(browser, court, "counsel")
        await counsel.open_link(await court.link("counsel"))
        await counsel.enter()
        await expect(counsel.get("waiting-room")).to_be_visible(timeout=PATIENCE)
        await judge.click("admit-all")
        await expect(counsel.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await expect(counsel.get(f"video-{seat}")).to_be_visible(timeout=PATIENCE)
        await expect(judge.get(f"room-{seat}")).to_be_visible(timeout=PATIENCE)
        assert await counsel.get(f"room-{seat}").count() == 0, "for the bench alone"
        await judge.hears(kiosk, ELSEWHERE)

        await counsel.click("consult")
        await counsel.click("consult-confirm")
        await expect(kiosk.get("kiosk-talk-asked")).to_be_visible(timeout=PATIENCE)
        await look(kiosk, "kiosk-talk-asked")
        await kiosk.click("talk-accept")
        await expect(kiosk.get("kiosk-talk")).to_be_visible(timeout=PATIENCE)
        await expect(counsel.get("talk")).to_be_visible(timeout=PATIENCE)
        await counsel.hears(kiosk, ELSEWHERE)
        await judge.hears_nothing_of(kiosk)
        await look(kiosk, "kiosk-talk")
        await kiosk.click("talk-leave")
        await in_court(kiosk)
        assert [*kiosk.errors, *counsel.errors, *judge.errors] == []
        await browser.close()


async def test_an_observer_registers_and_only_watches(tmp_path: Path) -> None:
    """By the clerk's link, on the judge's direction, without being asked for a device."""
    async with planned(tmp_path) as court, async_playwright() as play:
        browser = await launch(play, ELSEWHERE, tmp_path)
        clerk = await clerk_of(browser, court)
        await clerk.click("make-observers-link")
        link = await clerk.get("observers-link").inner_text()
        guest = await person(browser, court, "observer")
        await guest.page.goto(link)
        await expect(guest.get("notice")).to_have_attribute(
            "data-code", "observers_not_allowed", timeout=PATIENCE
        )
        async with court.bench() as judge:
            assert isinstance(judge, Client)
            await judge.ask("allow_observers", allowed=True)
            await guest.page.get_by_role("button", name="重试").click()
            await guest.get("observer-name").fill("旁听人（虚构）")
            await guest.get("observer-address").fill("示范路1号（虚构）")
            await look(guest, "observe")
            await guest.click("register")
            await expect(guest.get("enter")).to_be_visible(timeout=PATIENCE)
            assert await guest.get("check-camera").count() == 0
            await guest.enter()
            await expect(guest.get("waiting-room")).to_be_visible(timeout=PATIENCE)
            await judge.ask("admit", party=guest.seat)
            await expect(guest.get("courtroom")).to_be_visible(timeout=PATIENCE)
            assert await guest.get("mic").count() == 0
            assert await clerk.get(f"seat-{guest.seat}").count() == 0
        assert guest.errors == []
        await browser.close()
