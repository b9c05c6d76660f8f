"""What is read back to the courtroom, in real browsers."""

import contextlib

from playwright.async_api import expect

from tests.integration.harness import ServerProcess

from .browsers import PATIENCE, Person
from .looks import Looks
from .test_access import written


async def read_back(people: dict[str, Person], server: ServerProcess) -> None:
    """The line: heard by the clerk alone, then by all; over by itself, and stopped."""
    judge, clerk, counsel = people["presiding_judge"], people["clerk"], people["counsel"]
    looks, words = Looks(), [*await written(server), "现在开庭。"]
    await expect(counsel.get("line")).to_have_count(1, timeout=PATIENCE)
    await clerk.page.keyboard.press("Control+Space")
    await expect(clerk.get("line-heard")).to_be_visible(timeout=PATIENCE)
    await clerk.page.keyboard.press("Control+Space")
    await expect(clerk.get("line-heard")).to_have_count(0)

    assert not await counsel.get("read-back-1").count()
    await judge.get("line").hover()
    await judge.click("read-back-1")
    await looks.at(judge, "read back to be ordered", words)
    await order(judge)
    for person in people.values():
        reading = person.get("reading")
        await expect(reading).to_have_attribute("data-state", "sounding", timeout=PATIENCE)
        await expect(person.get("reading-words")).to_have_text("现在开庭。")
    await expect(counsel.get("stop-reading")).to_have_count(0)
    await looks.at(counsel, "reading back", words)
    for person in people.values():
        await expect(person.get("reading")).to_have_count(0, timeout=PATIENCE)

    await clerk.get("line").click()
    await clerk.click("act-read_back")
    await order(clerk)
    await judge.click("stop-reading")
    for person in people.values():
        await expect(person.get("reading")).to_have_count(0, timeout=PATIENCE)
    async with clerk.page.expect_popup() as opened:
        await clerk.click("open-playback")
    back = Person(await opened.value, "clerk", server.url)
    await expect(back.get("read-back-mark")).to_have_count(2, timeout=PATIENCE)
    await looks.at(back, "what was read back, on the timeline", words)
    await back.page.close()
    assert not looks.found, "\n".join(looks.found)


async def order(person: Person) -> None:
    """Again as long as the sound is not written yet."""
    for _ in range(20):
        await person.click("read-back")
        with contextlib.suppress(AssertionError):
            return await expect(person.get("reading")).to_be_visible(timeout=2000)
    raise AssertionError("nothing is read back")
