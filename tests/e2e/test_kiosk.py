"""A defendant's day at a detention centre's machine, with an officer: from the pairing to the signature."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.integration.entering import Planned, planned

from .browsers import PATIENCE, Person, launch, open_hearing
from .devices import ELSEWHERE
from .looks import ROOM, Looks
from .planned import by_link, clerk_of, identify, judge_of

OFFICER = "关警官（虚构）"
LINES = ("现在开庭。", "请被告陈述。")
# The machine's voice, where the browser has it: what it is given to say is written down instead.
VOICE = """window.spoken = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, 'speechSynthesis', { value: {
  speak: ({ text, lang }) => window.spoken.push([text, lang]), cancel: () => undefined } });"""


class AtKiosk(Person):
    """Whoever sits at the machine, whose page does not name the seat."""

    at = ""

    @property
    def seat(self) -> str:
        return self.at


async def at_the_machine(browser: Browser, court: Planned) -> Person:
    """A new machine at the page of the kiosk, which can speak."""
    context = await browser.new_context(viewport=ROOM, locale="zh-CN")
    await context.add_init_script(VOICE)
    kiosk = AtKiosk(await context.new_page(), "defendant", court.server.url)
    kiosk.at = court.seats["defendant"]
    await kiosk.page.goto(f"{court.server.url}/kiosk")
    return kiosk


async def paired(kiosk: Person, court: Planned, looks: Looks) -> str:
    """By the code that the clerk made; it waits, in the language that the officer chose for it."""
    made = await court.clerk.post("/kiosks", {"name": "一号会见室", "site": "示范看守所"})
    await kiosk.get("pairing-code").fill(made["code"])
    await looks.at(kiosk, "kiosk unpaired")
    await kiosk.click("pair")
    await waits(kiosk)
    await looks.at(kiosk, "kiosk waiting")
    await kiosk.click("language-en")
    await kiosk.page.reload()
    await waits(kiosk)
    await expect(kiosk.page.locator("html")).to_have_attribute("lang", "en")
    await kiosk.click("language-zh-CN")
    return str(made["kiosk"]["id"])


async def waits(kiosk: Person) -> None:
    await expect(kiosk.get("kiosk")).to_have_attribute("data-state", "waiting", timeout=PATIENCE)


async def called(kiosk: Person, clerk: Person, machine: str, looks: Looks) -> None:
    """The clerk calls; the officer's four steps; the second camera shows the room."""
    await clerk.click(f"kiosk-{kiosk.seat}")
    await clerk.get(f"choose-kiosk-{kiosk.seat}").select_option(machine)
    steps = kiosk.get("officer-steps")
    await expect(steps).to_have_attribute("data-step", "person", timeout=PATIENCE)
    await kiosk.get("officer-name").fill(OFFICER)
    for statement in await kiosk.get("accept").all():
        await statement.click()
    await looks.at(kiosk, "kiosk step person")
    for following in ("devices", "connection", "handover"):
        await kiosk.click("take-step")
        await expect(steps).to_have_attribute("data-step", following, timeout=PATIENCE)
        if following == "devices":
            await kiosk.get("choose-room").select_option(index=1)
            running = kiosk.get("room-camera")
            await expect(running).to_have_attribute("data-running", "true", timeout=PATIENCE)
        await looks.at(kiosk, f"kiosk step {following}")
    await kiosk.click("take-step")
    await expect(kiosk.get("kiosk-court")).to_be_visible(timeout=PATIENCE)
    await looks.at(kiosk, "kiosk admitted soon")
    await identify(clerk, kiosk.seat, "510104199001011234")
    await in_court(kiosk)


async def in_court(kiosk: Person) -> None:
    court = kiosk.get("kiosk-court")
    await expect(court).to_have_attribute("data-presence", "admitted", timeout=PATIENCE)


async def asks_for_help(kiosk: Person, judge: Person, looks: Looks) -> None:
    """Two words to the court, each with one press; muted, and back with one press."""
    for button in ("cannot-hear", "kiosk-help"):
        await kiosk.click(button)
        await expect(kiosk.get("kiosk-said")).to_have_attribute("data-code", "", timeout=PATIENCE)
    await looks.at(kiosk, "kiosk in court")
    await judge.click(f"seat-menu-{kiosk.seat}")
    await judge.click(f"mute-soft-{kiosk.seat}")
    await expect(kiosk.get("kiosk-muted")).to_be_visible(timeout=PATIENCE)
    await looks.at(kiosk, "kiosk muted")
    await kiosk.click("kiosk-unmute")
    await expect(kiosk.get("kiosk-muted")).to_have_count(0, timeout=PATIENCE)


async def talks(kiosk: Person, counsel: Person, judge: Person, looks: Looks) -> None:
    """Asked for big and said aloud, accepted with one press; the tone reaches counsel and not the judge."""
    await judge.hears(kiosk, ELSEWHERE)
    await counsel.click("consult")
    await counsel.click("consult-confirm")
    await expect(kiosk.get("kiosk-talk-asked")).to_be_visible(timeout=PATIENCE)
    assert "单独谈话" in (await spoken(kiosk))[-1]
    await looks.at(kiosk, "kiosk talk asked")
    await kiosk.click("talk-accept")
    await expect(kiosk.get("kiosk-talk")).to_be_visible(timeout=PATIENCE)
    await expect(counsel.get("talk")).to_be_visible(timeout=PATIENCE)
    await counsel.hears(kiosk, ELSEWHERE)
    await judge.hears_nothing_of(kiosk)
    await looks.at(kiosk, "kiosk talk")
    await kiosk.click("talk-leave")
    await in_court(kiosk)


async def spoken(kiosk: Person) -> list[str]:
    """All that the machine was given to say, without spaces."""
    said = await kiosk.page.evaluate("window.spoken")
    assert {language for _, language in said} <= {"zh-CN"}
    return ["".join(text.split()) for text, _ in said]


async def at_the_end(kiosk: Person) -> bool:
    end = "pages => pages.scrollTop + pages.clientHeight >= pages.scrollHeight - 2"
    return bool(await kiosk.get("pages").evaluate(end))


async def write(clerk: Person, text: str) -> None:
    await clerk.get("line-editor").fill(text)
    await clerk.click("commit-line")


async def hears_the_record(kiosk: Person, clerk: Person, looks: Looks) -> None:
    """Turned on, the newest line is read at once and then each as it is written."""
    await write(clerk, LINES[0])
    await expect(kiosk.get("kiosk-words")).to_contain_text(LINES[0], timeout=PATIENCE)
    await kiosk.click("read-aloud")
    await write(clerk, LINES[1])
    await expect(kiosk.get("kiosk-words")).to_contain_text(LINES[1], timeout=PATIENCE)
    heard = await spoken(kiosk)
    assert [text.partition("：")[2] for text in heard[-2:]] == list(LINES)
    await looks.at(kiosk, "kiosk reading aloud")


async def signs(kiosk: Person, clerk: Person, judge: Person, looks: Looks) -> None:
    """The sealed transcript comes by itself, is read out unasked; the name is written with a finger.

    The clerk knows them on camera, and lends them the court's key with the officer as the witness.
    """
    await judge.click("close-hearing")
    await judge.get("close-override").fill("演示")
    await judge.click("close-hearing-confirm")
    await clerk.click("freeze")
    await clerk.click("freeze-confirm")
    await expect(kiosk.get("pdf-page").first).to_be_visible(timeout=PATIENCE)
    await kiosk.page.wait_for_function(
        "lines => lines.every(line => window.spoken.some("
        "([text]) => text.replace(/\\s/g, '').includes(line)))",
        arg=list(LINES),
        timeout=PATIENCE,
    )
    await looks.at(kiosk, "kiosk signing")
    for _ in range(40):
        skipped = kiosk.get("passed-over")
        await (skipped if await skipped.count() else kiosk.get("read-down")).click()
        await kiosk.page.wait_for_timeout(600)  # it glides, and is read
        if await kiosk.get("name-pad").is_visible() and await at_the_end(kiosk):
            break
    await expect(kiosk.get("position")).to_have_attribute("data-read", "true")
    await kiosk.get("name-pad").scroll_into_view_if_needed()
    pad = await kiosk.get("name-pad").bounding_box()
    assert pad is not None
    await kiosk.page.mouse.move(pad["x"] + 40, pad["y"] + 40)
    await kiosk.page.mouse.down()
    for x, y in ((120, 60), (60, 90), (160, 40), (220, 100)):
        await kiosk.page.mouse.move(pad["x"] + x, pad["y"] + y, steps=8)
    await kiosk.page.mouse.up()
    await expect(kiosk.get("sign")).to_be_disabled()
    await looks.at(kiosk, "kiosk to be known")
    await clerk.click(f"identify-signer-{kiosk.seat}")
    await expect(kiosk.get("signer-proof")).to_have_count(0, timeout=PATIENCE)
    await looks.at(kiosk, "kiosk name written")
    await expect(kiosk.get("held-key")).to_have_count(0)
    await clerk.click(f"permit-{kiosk.seat}")
    await clerk.get("permit-reason").fill("双手受伤，不能操作")
    await looks.at(clerk, "clerk lends a key")
    await clerk.click("permit-confirm")
    await expect(kiosk.get("held-witness")).to_have_value(OFFICER, timeout=PATIENCE)
    await kiosk.get("held-key").scroll_into_view_if_needed()
    await looks.at(kiosk, "kiosk held key")
    await kiosk.click("sign-held")
    await expect(kiosk.get("signed")).to_be_visible(timeout=PATIENCE)
    await looks.at(kiosk, "kiosk signed")
    row = clerk.get(f"board-{kiosk.seat}")
    await expect(row).to_have_attribute("data-state", "signed", timeout=PATIENCE)


@pytest.mark.long
@pytest.mark.timeout(420)
async def test_a_defendants_day_at_the_kiosk(tmp_path: Path) -> None:
    looks = Looks()
    async with planned(tmp_path, sign_identity=True) as court, async_playwright() as play:
        browser = await launch(play, ELSEWHERE, tmp_path, cameras=2)
        clerk = await clerk_of(browser, court)
        judge = await judge_of(browser, court)
        kiosk = await at_the_machine(browser, court)
        machine = await paired(kiosk, court, looks)
        await called(kiosk, clerk, machine, looks)
        counsel = await by_link(browser, court, "counsel")
        await counsel.enter()
        await judge.click("admit-all")
        await expect(counsel.get(f"video-{kiosk.seat}")).to_be_visible(timeout=PATIENCE)
        await expect(judge.get(f"room-{kiosk.seat}")).to_be_visible(timeout=PATIENCE)
        assert await counsel.get(f"room-{kiosk.seat}").count() == 0, "for the bench alone"
        await asks_for_help(kiosk, judge, looks)
        await talks(kiosk, counsel, judge, looks)

        await kiosk.page.reload()
        await in_court(kiosk)
        await expect(judge.get(f"room-{kiosk.seat}")).to_be_visible(timeout=PATIENCE)
        await open_hearing(judge)
        await hears_the_record(kiosk, clerk, looks)
        await signs(kiosk, clerk, judge, looks)

        await kiosk.click("kiosk-end")
        await kiosk.click("kiosk-end-confirm")
        await waits(kiosk)
        await clerk.page.goto(f"{court.server.url}/staff/kiosks")
        await expect(clerk.page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
        await looks.at(clerk, "staff kiosks")
        assert [*kiosk.errors, *clerk.errors, *judge.errors, *counsel.errors] == []
        assert not looks.found, "\n".join(looks.found)
        await browser.close()
