"""A person at the page of playback, and what its pictures and sounds say of their time."""

import contextlib
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from tests.integration.harness import ServerProcess
from tests.recording.streams import BITS, TONES

from .browsers import DESK, PATIENCE, Person, launch
from .devices import COURT

BEGAN = 1_790_000_000_000
LEAD = 60.0  # s that an element's time is ahead of the recording's (player.ts)
ROUND = 900  # pictures until they begin anew

# The number that a picture shows in binary, and the time of the element it is in.
NUMBER = f"""video => {{
  const canvas = document.createElement('canvas'); canvas.width = {BITS * 8}; canvas.height = 8;
  const context = canvas.getContext('2d'); context.drawImage(video, 0, 0, canvas.width, 8);
  const data = context.getImageData(0, 4, canvas.width, 1).data; let number = 0;
  for (let bit = 0; bit < {BITS}; bit++) if (data[(bit * 8 + 4) * 4] > 125) number |= 1 << bit;
  return [number, video.currentTime];
}}"""

# For some seconds, at every picture drawn: the clock's time and every element's, s.
TOGETHER = """seconds => new Promise(done => {
  const found = [], until = performance.now() + seconds * 1000;
  const all = [...document.querySelectorAll('[data-testid^=video-], [data-testid^=sound-]')];
  const look = () => {
    const playing = all.filter(e => !e.paused && !e.seeking && e.readyState >= 3);
    if (playing.length === all.length) found.push(all.map(e => [e.dataset.testid, e.currentTime]));
    if (performance.now() < until) setTimeout(look, 40); else done(found);
  };
  look();
})"""

TOGETHER_S = 0.06  # nobody sees or hears so little

# For some seconds: an element's time, and the strongest tone that comes out of it (Hz).
TONES_HEARD = """async (audio, seconds) => {
  const context = new AudioContext(); await context.resume();
  const analyser = context.createAnalyser(); analyser.fftSize = 2048; analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(audio.captureStream()).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount), found = [];
  const until = performance.now() + seconds * 1000;
  await new Promise(done => { const look = () => {
    analyser.getFloatFrequencyData(bins);
    let best = 0; for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
    if (bins[best] > -70) found.push([audio.currentTime, best * context.sampleRate / 2048]);
    if (performance.now() < until) setTimeout(look, 15); else done();
  }; look(); });
  await context.close(); return found;
}"""


class Player(Person):
    """Somebody who looks at a recording. `asked` are the fragments that their page asked for."""

    asked: list[tuple[str, str, int]]

    async def time(self) -> float:
        """Seconds since the recording began."""
        return (int(await self.get("time").get_attribute("data-at") or 0) - BEGAN) / 1000

    async def plays(self) -> None:
        await expect(self.get("play")).to_have_attribute("data-playing", "true", timeout=PATIENCE)
        await expect(self.get("play")).to_have_attribute("data-waiting", "false", timeout=PATIENCE)

    async def number(self, party: str) -> tuple[int, float]:
        shown, at = await self.get(f"video-{party}").evaluate(NUMBER)
        return int(shown), float(at) - LEAD

    async def state(self, party: str, state: str) -> None:
        seat = self.get(f"seat-{party}")
        await expect(seat).to_have_attribute("data-state", state, timeout=PATIENCE)


@contextlib.asynccontextmanager
async def playing(
    server: ServerProcess, role: str, folder: Path, **options: Any
) -> AsyncIterator[Player]:
    """The page of playback of a role."""
    async with async_playwright() as playwright:
        browser = await launch(playwright, COURT, folder)
        context = await browser.new_context(**{"viewport": DESK, "locale": "zh-CN", **options})
        person = Player(await context.new_page(), role, server.url)
        person.asked = []
        person.page.on("request", lambda request: note(person, request.url))
        await person.open_link(server.links[role])
        await person.page.goto(f"{server.url}/seat/{person.seat}/playback")
        yield person
        await browser.close()


def note(person: Player, url: str) -> None:
    parts = url.split("/playback/")
    if len(parts) == 2 and parts[1].count("/") == 2:
        party, source, at = parts[1].split("/")
        person.asked.append((party, source, int(at)))


def near(number: int, at: float) -> bool:
    """Whether this picture is shown at this time, to two pictures."""
    off = (number - at * 30) % ROUND
    return min(off, ROUND - off) <= 2.5


def together(moments: list[list[tuple[str, float]]]) -> tuple[float, float]:
    """How far a party's picture is from its sound, and how far the parties are apart, s: medians."""
    lips, apart = [], []
    for moment in moments:
        times = dict(moment)
        pairs = [
            (times[f"video-{name[6:]}"], at)
            for name, at in times.items()
            if name.startswith("sound-")
        ]
        lips += [abs(video - audio) for video, audio in pairs]
        apart.append(max(times.values()) - min(times.values()))
    assert len(moments) > 20
    return statistics.median(lips), statistics.median(apart)


async def come_together(
    look: Callable[[], Awaitable[list[list[tuple[str, float]]]]], most: int = 4
) -> tuple[float, float, list[list[tuple[str, float]]]]:
    """What `together` says of the first look at which all are together, else of the last.

    What a busy machine let fall behind catches up at a few per cent of the speed; it need not have
    done so by the first look.
    """
    for number in range(most):
        moments = await look()
        lips, apart = together(moments)
        if max(lips, apart) <= TOGETHER_S or number == most - 1:
            break
    return lips, apart, moments


def lateness(heard: list[tuple[float, float]]) -> float:
    """By how many s the tones lie behind the times they are said to be of."""
    assert len(heard) > 40

    def right(shift: float) -> int:
        count = 0
        for at, hertz in heard:
            place = int(((at - LEAD - shift) % 30) * 10) % len(TONES)
            count += abs(TONES[place] - hertz) < 60
        return count

    shifts = [step / 100 for step in range(-40, 41)]
    best = max(map(right, shifts))
    assert best > len(heard) * 0.7, f"{best} of {len(heard)} tones are known"
    return statistics.mean(shift for shift in shifts if right(shift) == best)


async def seek(page: Page, seconds: float) -> None:
    """By the drawn timeline, as a pointer does."""
    box = await page.get_by_test_id("timeline").bounding_box()
    assert box
    first = int(await page.get_by_test_id("timeline").get_attribute("data-from") or 0)
    last = int(await page.get_by_test_id("timeline").get_attribute("data-to") or 0)
    share = (BEGAN + seconds * 1000 - first) / (last - first)
    await page.mouse.click(box["x"] + share * box["width"], box["y"] + 40)
