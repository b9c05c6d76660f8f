"""A party objects to a line of the frozen transcript in place; the clerk corrects it; only the change is read."""

from playwright.async_api import expect

from .browsers import PATIENCE, Person
from .looks import Looks


async def read_to_the_end(person: Person) -> None:
    if not await person.get("signing").count():
        await person.click("open-signing")
    await expect(person.get("pdf-page").first).to_be_visible(timeout=PATIENCE)
    for _ in range(60):
        await person.page.wait_for_timeout(400)  # what flies past is not read
        if await person.get("passed-over").count():  # or was not drawn yet
            await person.click("passed-over")
        else:
            await person.get("pages").evaluate("e => e.scrollBy(0, e.clientHeight * 0.8)")
        if await person.get("position").get_attribute("data-read") == "true":
            return
    raise AssertionError(f"{person.role} cannot read to the end")


async def objects(party: Person, clerk: Person, place: int, wording: str, looks: Looks) -> None:
    """To the words of a line that are marked; all else is confirmed. Version 2 asks for the change alone."""
    await read_to_the_end(party)
    await party.click(f"print-line-{place}")
    await looks.at(party, "line of the transcript")
    await party.click("object")
    printed = party.get("objection-printed")
    await printed.evaluate("e => { e.focus(); e.setSelectionRange(0, 2); }")
    await printed.dispatch_event("select")
    await party.get("objection-wording").fill(wording)
    await looks.at(party, "objection")
    await party.click("objection-send")
    await expect(party.get("own-objection")).to_have_attribute("data-standing", "open")
    await party.click("confirm-rest")
    await expect(party.get("confirm-rest")).to_have_count(0)
    await expect(clerk.get("objection")).to_have_count(1, timeout=PATIENCE)
    await looks.at(clerk, "objections at the desk")
    await clerk.click("accept-objection")
    await expect(clerk.get("objection")).to_have_count(0)
    await clerk.click("freeze")
    await clerk.click("freeze-confirm")
    changes = party.get("changes")
    await expect(changes).to_have_attribute("data-shown", "true", timeout=PATIENCE)
    await expect(changes.locator("ins").first).to_have_text(wording[1:])  # the first stays
    await looks.at(party, "changes of a version")
    await clerk.click("version-changes")
    struck = clerk.get("version-changes-list")
    await expect(struck.locator("ins").first).to_have_text(wording[1:], timeout=PATIENCE)
    await expect(struck.get_by_test_id("change-cause")).to_have_count(1)
    await looks.at(clerk, "changes of the versions")
    await clerk.page.keyboard.press("Escape")
    await expect(struck).to_have_count(0)
    await party.click("confirm-changes")
    await expect(party.get("changes-confirmed")).to_be_visible()
