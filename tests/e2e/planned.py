"""Everybody of a planned hearing at their own browsers: by the account, by the link."""

from typing import Any

from playwright.async_api import Browser, expect

from tests.integration.entering import Planned
from tests.integration.staff import StaffClient

from .browsers import DESK, PATIENCE, Person


async def person(browser: Browser, court: Planned, role: str, **options: Any) -> Person:
    settings: dict[str, Any] = {"viewport": DESK, "locale": "zh-CN", **options}
    context = await browser.new_context(**settings)
    page = await context.new_page()
    return Person(page, role, court.server.url)


async def by_link(browser: Browser, court: Planned, role: str, **options: Any) -> Person:
    """On the page of their link, before the check."""
    one = await person(browser, court, role, **options)
    await one.open_link(await court.link(role))
    return one


async def signed_in(one: Person, court: Planned, staff: StaffClient) -> None:
    """With the session of an account, as after the door of the staff."""
    cookies = [c for c in staff.http.cookie_jar if c.key == "staff"]
    await one.page.context.add_cookies(
        [{"name": c.key, "value": c.value, "url": court.server.url} for c in cookies]
    )


async def _seated(one: Person, court: Planned, staff: StaffClient) -> Person:
    """In the seat of the account."""
    await signed_in(one, court, staff)
    path = f"{court.server.url}/api/staff/hearings/{court.hearing['id']}/seat"
    origin = {"Origin": court.server.url}
    seat = await (await one.page.context.request.post(path, headers=origin, data={})).json()
    await one.page.goto(f"{court.server.url}/seat/{seat['seat']}")
    await one.enter()
    await expect(one.get("courtroom")).to_be_visible(timeout=PATIENCE)
    return one


async def clerk_of(browser: Browser, court: Planned) -> Person:
    """At the desk, by the account."""
    return await _seated(await person(browser, court, "clerk"), court, court.clerk)


async def judge_of(browser: Browser, court: Planned) -> Person:
    """On the bench, by the account."""
    async with StaffClient(court.server) as staff:
        await staff.sign_in("judge")
        return await _seated(await person(browser, court, "judge"), court, staff)


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
