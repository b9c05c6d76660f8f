"""Debian's Firefox with what is recorded: played back, and taken away as a file."""

import asyncio
from pathlib import Path

import pytest

from hearing_server.services.media import Codec
from tests.integration.harness import ServerProcess, serving
from tests.integration.rebuilt import Rebuilt, rebuild

from .devices import decode
from .firefox import Tab, firefox
from .playing import BEGAN, LEAD, NUMBER, TOGETHER, TOGETHER_S, come_together, near

SECONDS = 6  # of playing that are looked at


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("codec", "key_every"), [("vp8", 300), ("h264", 900)])
async def test_every_picture_and_sound_is_played_together(
    codec: Codec, key_every: int, tmp_path: Path
) -> None:
    """Each seat at the moment asked for; then all with the clock, from one segment into the next."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=40, began_at=BEGAN, codec=codec, key_every=key_every)
        async with firefox(tmp_path / "firefox") as tab:
            await enter(tab, server, held)
            await tab.go(f"{server.url}/seat/{held.seats['clerk']}/playback")
            await tab.until(pictures(held))
            await shown_right(tab, held)
            await tab.press("\ue014")  # the arrow to the right: 5 s on
            await tab.until(f"{AT} >= 5 && {pictures(held)}")
            await tab.press(" ")
            await tab.until(f"{AT} >= 7")
            lips, apart, moments = await come_together(
                lambda: tab.evaluate(f"({TOGETHER})({SECONDS})")
            )
            assert {name for name, _ in moments[0]} == {
                f"{kind}-{party}" for kind in ("video", "sound") for party in held.seats.values()
            }
            print(f"\n{codec}: lip-sync {lips * 1000:.0f} ms, seats apart {apart * 1000:.0f} ms")
            assert max(lips, apart) <= TOGETHER_S
            first, last = dict(moments[0]), dict(moments[-1])
            for name, at in last.items():
                assert at - first[name] == pytest.approx(SECONDS, abs=0.6), name
            await shown_right(tab, held)
            for at, *elements in await tab.evaluate(TIMES):
                assert elements == pytest.approx([at] * len(elements), abs=0.25)
            # Where there are no loudspeakers Firefox's sounds have given up by now, and take nothing more.
            await tab.press(" ", " ")
            await tab.until(f"({SOUNDS_UNTIL}).every(end => end === {LEAD + 40})", within=15)


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_export_arrives_whole(tmp_path: Path) -> None:
    """Asked for on the page and taken by its link: the very file that the server made, to its end."""
    async with serving(tmp_path / "data") as server:
        held = await rebuild(server, seconds=10, began_at=BEGAN)
        async with firefox(tmp_path / "firefox") as tab:
            await enter(tab, server, held)
            for button in ("enter", "export-composite", "export-start"):
                await click(tab, button)
            await tab.until(f"{element('export-job')}?.dataset.state === 'done'", within=120)
            await click(tab, "export-download")
            film = await downloaded(tab.downloads)
        made = [path for path in server.data.rglob("*.mp4") if path.is_file()]
        assert film.read_bytes() in [path.read_bytes() for path in made]
    seen = await asyncio.to_thread(decode, film)
    assert seen.frames == pytest.approx(250, abs=5)
    assert seen.seconds == pytest.approx(10, abs=0.2)


async def enter(tab: Tab, server: ServerProcess, held: Rebuilt) -> None:
    """By the clerk's link, to their seat."""
    await tab.go(f"{server.url}/enter#{server.links['clerk']}")
    await tab.until(f"location.pathname === '/seat/{held.seats['clerk']}'")


async def click(tab: Tab, testid: str) -> None:
    """As soon as it may be pressed."""
    await tab.until(f"{element(testid)} && !{element(testid)}.disabled")
    await tab.evaluate(f"{element(testid)}.click()")


async def shown_right(tab: Tab, held: Rebuilt) -> None:
    for party in held.seats.values():
        number, at = await tab.evaluate(f"({NUMBER})({element(f'video-{party}')})")
        assert near(number, at - LEAD), (number, at)


async def downloaded(folder: Path) -> Path:
    """The one file, when it is complete."""
    async with asyncio.timeout(60):
        while True:
            if found := complete(folder):
                return found
            await asyncio.sleep(0.2)


def complete(folder: Path) -> Path | None:
    """Firefox keeps an empty file of that name while another one grows."""
    files = [*folder.iterdir()]
    return files[0] if len(files) == 1 and files[0].stat().st_size else None


def element(testid: str) -> str:
    return f"document.querySelector('[data-testid=\"{testid}\"]')"


def pictures(held: Rebuilt) -> str:
    """Whether every seat shows its picture."""
    return " && ".join(
        f"{element(f'seat-{party}')}?.dataset.state === 'picture'" for party in held.seats.values()
    )


# The page's clock, s since the recording began.
AT = f"(Number({element('time')}.dataset.at) - {BEGAN}) / 1000"

# Until when each sound is there to be played.
SOUNDS_UNTIL = """[...document.querySelectorAll('[data-testid^=sound-]')].map(
  e => e.buffered.length && e.buffered.end(e.buffered.length - 1))"""

# The page's clock, and the time of every element in it.
TIMES = f"""(() => {{
  const all = [...document.querySelectorAll('[data-testid^=video-], [data-testid^=sound-]')];
  return [[{AT}, ...all.map(e => e.currentTime - {LEAD})]];
}})()"""
