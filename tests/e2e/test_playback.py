"""Playback in real browsers: what is shown belongs to its time, and what is sealed is not fetched."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from hearing_server.domain import events as ev
from hearing_server.services.media import Codec
from recording.court_key import load_public, new_pair
from tests.integration.harness import Client, Refusal, serving
from tests.integration.rebuilt import WORDS, rebuild

from .browsers import DESK, PATIENCE, court, open_hearing
from .looks import LAYOUT, barriers, foreign
from .playing import (
    BEGAN,
    LEAD,
    TOGETHER,
    TOGETHER_S,
    TONES_HEARD,
    Player,
    come_together,
    lateness,
    near,
    playing,
    seek,
)
from .reading import read_back
from .test_access import written

PASSPHRASE = "correct horse battery"


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_what_is_shown_and_heard_belongs_to_its_time(tmp_path: Path) -> None:
    """Every seat's picture by its number, a sound by its tone, and all of them together."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=60, began_at=BEGAN)
        async with playing(server, "presiding_judge", tmp_path) as judge:
            for party in held.seats.values():
                await judge.state(party, "picture")
            await judge.page.keyboard.press("Space")
            await judge.plays()
            for party in held.seats.values():
                number, at = await judge.number(party)
                assert near(number, at), (number, at)
            await judge.page.wait_for_timeout(2500)  # what started late has caught up
            lips, apart, _ = await come_together(lambda: judge.page.evaluate(TOGETHER, 4))
            print(f"\nlip-sync {lips * 1000:.0f} ms, seats apart {apart * 1000:.0f} ms (medians)")
            assert max(lips, apart) <= TOGETHER_S
            sound = judge.get(f"sound-{held.seats['prosecutor']}")
            heard = await sound.evaluate(f"audio => ({TONES_HEARD})(audio, 4)")
            late = lateness(heard)
            print(f"sound is {late * 1000:.0f} ms after the element's own time")
            assert abs(late) <= 0.06
            assert not judge.errors


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("codec", "encrypted", "key_every"),
    [("vp8", True, 300), ("h264", False, 300), ("vp8", False, 900)],
    ids=["encrypted", "h264", "without a key frame"],
)
async def test_every_kind_of_segment_is_played(
    codec: Codec, encrypted: bool, key_every: int, tmp_path: Path
) -> None:
    """Right at a moment that is sought, and on into the next segment, sound and pictures together."""
    file = tmp_path / "court.pem"
    public = load_public(new_pair(file, PASSPHRASE))
    opens = {
        "HEARING_RECORDING_PRIVATE_KEY": str(file),
        "HEARING_RECORDING_PASSPHRASE": PASSPHRASE,
    }
    async with serving(tmp_path / "data", **(opens if encrypted else {})) as server:
        held = await rebuild(
            server,
            seconds=30,
            began_at=BEGAN,
            codec=codec,
            court_key=public if encrypted else None,
            key_every=key_every,
        )
        folder = server.data / "recordings"
        assert bool([*folder.rglob("*.enc")]) == encrypted
        async with playing(server, "clerk", tmp_path) as clerk:
            for party in held.seats.values():
                await clerk.state(party, "picture")
            await seek(clerk.page, 15)
            for party in held.seats.values():
                await clerk.state(party, "picture")
                number, at = await clerk.number(party)
                assert near(number, at), (number, at)
            await seek(clerk.page, 8)
            await clerk.get("play").click()
            await clerk.plays()
            await clerk.page.wait_for_function(PAST, arg=BEGAN + 11_000, timeout=PATIENCE)
            for party in held.seats.values():
                await clerk.state(party, "picture")
                number, at = await clerk.number(party)
                assert at > 10.5
                assert near(number, at), (number, at)
            lips, apart, _ = await come_together(lambda: clerk.page.evaluate(TOGETHER, 2))
            assert max(lips, apart) <= TOGETHER_S
            assert not clerk.errors


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_one_goes_anywhere_by_keys_lines_and_names(tmp_path: Path) -> None:
    """Line, gap with its cause, speaker, stage, search in Chinese, speed, mute and solo."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=120, began_at=BEGAN)
        async with playing(server, "clerk", tmp_path) as clerk:
            page, defendant = clerk.page, held.seats["defendant"]
            await clerk.state(defendant, "picture")
            await clerk.click("jump")
            await clerk.get("jump-gap").click()
            await clerk.state(defendant, "gap")
            await expect(clerk.get(f"seat-{defendant}")).to_have_attribute("data-cause", "network")
            await expect(clerk.get(f"seat-{defendant}")).to_contain_text("22:13:40–22:13:50")
            await clerk.state(held.seats["counsel"], "picture")
            assert await clerk.time() == 20.0

            line = page.locator("[data-testid=line][data-line='9']")
            await line.click()
            await clerk.plays()
            assert 40.4 < await clerk.time() < 50
            await expect(line).to_have_attribute("aria-current", "true")
            number, at = await clerk.number(defendant)
            assert near(number, at)
            await page.keyboard.press("k")
            await expect(clerk.get("play")).to_have_attribute("data-playing", "false")

            stood = await clerk.time()
            for key, by in (("ArrowRight", 5.0), ("j", -10.0), ("l", 10.0), ("ArrowLeft", -5.0)):
                await page.keyboard.press(key)
                assert await clerk.time() == pytest.approx(stood + by, abs=0.01)
                stood = await clerk.time()
            await page.keyboard.press(".")
            assert await clerk.time() == pytest.approx(stood + 1 / 30, abs=0.01)
            await page.keyboard.press("Home")
            assert await clerk.time() == 0
            await clerk.click(f"next-words-{held.seats['counsel']}")
            assert await clerk.time() == 15.5  # the fourth line
            await clerk.click("jump")
            await clerk.click("jump-stage-debate")
            await expect(clerk.get(f"seat-{defendant}")).to_be_visible()
            assert await clerk.time() == pytest.approx(120 * 3 / 7, abs=0.1)

            await page.keyboard.press("/")
            await page.keyboard.type("起诉书指控")
            await expect(clerk.get("line")).to_have_count(3)
            await page.keyboard.press("Enter")
            assert await clerk.time() == pytest.approx(10.5 + 80, abs=0.01)
            await clerk.get("search").fill("")
            await page.keyboard.press("Escape")

            await clerk.click(f"solo-{defendant}")
            muted = "e => e.muted"
            await page.wait_for_timeout(300)
            assert not await clerk.get(f"sound-{defendant}").evaluate(muted)
            assert await clerk.get(f"sound-{held.seats['counsel']}").evaluate(muted)
            await clerk.click(f"solo-{defendant}")
            await clerk.click(f"mute-{defendant}")
            await page.wait_for_timeout(300)
            assert await clerk.get(f"sound-{defendant}").evaluate(muted)
            assert not await clerk.get(f"sound-{held.seats['counsel']}").evaluate(muted)

            await page.keyboard.press("Home")
            await clerk.get("speed").select_option("2")
            await clerk.get("play").click()
            await clerk.plays()
            await page.wait_for_timeout(1000)
            first, began = await clerk.time(), await page.evaluate("performance.now()")
            await page.wait_for_timeout(3000)
            passed = (await page.evaluate("performance.now()") - began) / 1000
            assert (await clerk.time() - first) / passed == pytest.approx(2, abs=0.25)
            assert await clerk.get(f"sound-{defendant}").evaluate("e => e.preservesPitch")
            assert not clerk.errors


@pytest.mark.timeout(300)
async def test_a_sealed_span_is_not_fetched_by_whom_it_is_sealed_from(tmp_path: Path) -> None:
    """The clerk sees that it is sealed and until when; no piece of it is asked for; the judge plays it."""
    seal = ev.AccessSet(
        access=1,
        level=ev.Level.SEALED,
        started_at=BEGAN + 35_000,
        ended_at=BEGAN + 65_000,
        reason="涉及未成年人",
    )
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=120, began_at=BEGAN, orders=[seal])
        async with playing(server, "clerk", tmp_path) as clerk:
            await clerk.state(held.seats["defendant"], "picture")
            await expect(clerk.get("masked-span")).to_have_count(1)
            await seek(clerk.page, 36)
            for party in held.seats.values():
                await clerk.state(party, "sealed")
            await expect(clerk.get(f"seat-{held.seats['counsel']}")).to_contain_text(
                "22:14:25"
            )  # of the court
            await seek(clerk.page, 33)
            await clerk.get("play").click()
            for party in held.seats.values():
                await clerk.state(party, "sealed")  # it goes on into the span
            await seek(clerk.page, 64)
            await clerk.state(
                held.seats["counsel"], "picture"
            )  # and out of it, to the next key frame
            assert await clerk.time() >= 65
            number, at = await clerk.number(held.seats["counsel"])
            assert near(number, at)
            within = {at for _, _, at in clerk.asked if BEGAN + 35_000 <= at < BEGAN + 60_000}
            assert not within
        async with playing(server, "presiding_judge", tmp_path) as judge:
            await judge.state(held.seats["defendant"], "picture")
            await expect(judge.get("sealed-span").or_(judge.get("masked-span"))).to_have_count(1)
            await seek(judge.page, 50)
            await judge.state(held.seats["defendant"], "picture")
            number, at = await judge.number(held.seats["defendant"])
            assert near(number, at)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_the_judge_notes_a_moment_seals_a_span_and_lifts_it(tmp_path: Path) -> None:
    """By keys and the panel; what a clerk is playing is taken from their page, and comes back."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=60, began_at=BEGAN)
        async with (
            playing(server, "presiding_judge", tmp_path) as judge,
            playing(server, "clerk", tmp_path) as clerk,
        ):
            party = held.seats["counsel"]
            await judge.state(party, "picture")
            await clerk.state(party, "picture")
            await judge.page.keyboard.press("l")
            await judge.page.keyboard.press("b")
            await judge.click("tab-notes")
            await expect(judge.get("note")).to_have_count(1, timeout=PATIENCE)
            await judge.get("note-text").fill("此处重听")
            await judge.click("place-note")
            await expect(judge.get("note")).to_have_count(2, timeout=PATIENCE)
            await judge.get("remove-note").first.click()
            await expect(judge.get("note")).to_have_count(1, timeout=PATIENCE)

            await judge.get("timeline").focus()
            await judge.page.keyboard.press("Home")
            await judge.page.keyboard.press("i")
            await judge.page.keyboard.press("l")
            await judge.page.keyboard.press("o")
            await expect(judge.get("span")).to_have_text("22:13:20–22:13:30")
            await judge.get("access-reason").fill("涉及隐私")
            await judge.click("set-access")
            await expect(judge.get("access-span")).to_have_attribute(
                "data-level", "sealed", timeout=PATIENCE
            )
            await judge.state(party, "picture")
            await clerk.state(party, "sealed")  # at the clerk's next look
            buffered = "e => e.buffered.length ? e.buffered.start(0) : null"
            start = await clerk.get(f"video-{party}").evaluate(buffered)
            assert start is None or start >= LEAD + 10

            await judge.click("lift-access")
            await judge.get("lift-reason").fill("不再需要")
            await judge.click("lift-confirm")
            await expect(judge.get("access-span")).to_have_count(0, timeout=PATIENCE)
            await clerk.state(party, "picture")
            assert not judge.errors


@pytest.mark.timeout(300)
async def test_read_back_while_the_hearing_runs(tmp_path: Path) -> None:
    """In a tab beside the courtroom, which keeps its seat; what is said is there within some seconds. At the
    desk by a key, and to everybody on the judge's order.
    """
    roles = ["presiding_judge", "clerk", "counsel"]
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, roles) as people,
    ):
        judge, clerk = people["presiding_judge"], people["clerk"]
        for person in people.values():
            await person.enter()
        await expect(judge.get("admit-all")).to_contain_text("1", timeout=PATIENCE)
        await judge.click("admit-all")
        for person in people.values():
            await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await open_hearing(judge)
        await clerk.get("line-editor").fill("现在")
        await expect(clerk.get("phase")).to_have_attribute(
            "data-phase", "in_session", timeout=PATIENCE
        )
        async with clerk.page.expect_popup() as opened:
            await clerk.click("open-playback")
        back = Player(await opened.value, "clerk", server.url)
        await expect(back.get("playback")).to_be_visible(timeout=PATIENCE)
        await expect(back.get("running")).to_be_visible()
        await back.state(judge.seat, "picture")
        await back.get("play").click()
        behind = []
        for _ in range(3):  # a new end each time
            end = await back.page.evaluate(NEWEST)
            await back.page.wait_for_function(f"() => ({NEWEST})() > {end}", timeout=PATIENCE)
            behind.append((await back.page.evaluate(f"Date.now() - ({NEWEST})()")) / 1000)
        print(f"\nthe newest is {max(behind):.1f} s old when it can be played")
        assert max(behind) < 5
        await expect(clerk.get("courtroom")).to_be_visible()
        assert not await clerk.get("take-over").count()
        await back.page.close()
        await clerk.get("line-editor").fill("现在开庭。")
        await clerk.get("line-editor").press("Enter")
        await read_back(people, server)
        assert not [e for person in (back, *people.values()) for e in person.errors]


# Whether the page's clock is past a moment.
PAST = "at => Number(document.querySelector('[data-testid=time]').dataset.at) > at"

# Unix ms of the end of what the page knows.
NEWEST = """() => {
  const line = document.querySelector('[data-testid=timeline]');
  return Number(line.dataset.to);
}"""


@pytest.mark.timeout(180)
async def test_who_may_not_play_sees_that_they_may_not(tmp_path: Path) -> None:
    """The defendant of a confidential recording: no button, no page, 404."""
    async with serving(tmp_path / "data") as server:
        await rebuild(server, seconds=30, began_at=BEGAN)
        async with playing(server, "defendant", tmp_path) as defendant:
            await expect(defendant.get("notice")).to_have_attribute(
                "data-code", "not_found", timeout=PATIENCE
            )
            assert not defendant.asked
        async with Client(server, "defendant") as client:
            await client.link()
            assert not (await client.get(f"/api/seats/{client.seat}"))["plays"]
            with pytest.raises(Refusal, match="not_found"):
                await client.get(f"/api/seats/{client.seat}/playback")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_it_bars_nobody_and_speaks_one_language(tmp_path: Path) -> None:
    """No barrier that axe-core finds, on the desk and the telephone; every word of the language."""
    found: list[str] = []
    async with serving(tmp_path / "data") as server:
        await rebuild(server, seconds=60, began_at=BEGAN)
        data = [*await written(server), "回放 2026-09-21", *map(str, range(10))]
        for size in (DESK, {"width": 360, "height": 740}):
            options = {"viewport": size, "bypass_csp": True}
            async with playing(server, "presiding_judge", tmp_path, **options) as judge:
                await expect(judge.get("playback")).to_be_visible(timeout=PATIENCE)
                for tab in ("lines", "notes", "access"):
                    await judge.click(f"tab-{tab}")
                    found += await barriers(judge, f"{tab} {size['width']}")
                    finger = 44 if size["width"] < 900 else 0
                    found += await judge.page.evaluate(LAYOUT, finger)
                    found += await foreign(judge, f"{tab} {size['width']}", [*data, *WORDS, "Ctrl"])
                await judge.page.screenshot(path=str(tmp_path / f"playback-{size['width']}.png"))
                wide = await judge.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= size["width"]
    assert not found, "\n".join(found)
