"""Two real Chromium with different cameras and tones, five pages, driven as people would."""

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import (
    Browser,
    Locator,
    Page,
    Playwright,
    ViewportSize,
    async_playwright,
    expect,
)

from tests.integration.harness import ROLES, ServerProcess

from .devices import COURT, ELSEWHERE, Device

COURT_ZONE = ZoneInfo("Asia/Shanghai")  # pages take times by the court's clock, not the browser's
DEVICE = {
    "presiding_judge": COURT,
    "judge": COURT,
    "clerk": COURT,
    "clerk2": COURT,
    "prosecutor": COURT,
    "defendant": ELSEWHERE,
    "counsel": ELSEWHERE,
    "counsel0": ELSEWHERE,
    "witness": COURT,
    "interpreter": ELSEWHERE,
}
WAIT = ("prosecutor", "defendant", "counsel", "interpreter")  # to be admitted
FLAGS = [
    "--no-sandbox",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
]
DESK: ViewportSize = {"width": 1366, "height": 768}
PATIENCE = 30_000  # ms; the machine may be busy

# The picture of a video element: its mean colour as luma, blue and red difference (BT.601, limited).
COLOUR = """video => {
  const canvas = document.createElement('canvas'); canvas.width = 32; canvas.height = 24;
  const context = canvas.getContext('2d'); context.drawImage(video, 0, 0, 32, 24);
  const data = context.getImageData(0, 0, 32, 24).data; let r = 0, g = 0, b = 0;
  for (let i = 0; i < data.length; i += 4) { r += data[i]; g += data[i+1]; b += data[i+2]; }
  const n = data.length / 4; r /= n; g /= n; b /= n;
  return [16 + .257*r + .504*g + .098*b, 128 - .148*r - .291*g + .439*b, 128 + .439*r - .368*g - .071*b];
}"""

# The strongest tone of a media element's stream over half a second, and how loud it is (dB).
TONE = """async video => {
  const sound = video.srcObject?.getAudioTracks() ?? []; if (!sound.length) return [0, -1000];
  const context = new AudioContext(); await context.resume();
  const analyser = context.createAnalyser(); analyser.fftSize = 8192; analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(new MediaStream(sound)).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount); let best = [0, -1000];
  for (let n = 0; n < 10; n++) {
    await new Promise(done => setTimeout(done, 50)); analyser.getFloatFrequencyData(bins);
    bins.forEach((level, i) => { if (level > best[1]) best = [i * context.sampleRate / 8192, level]; });
  }
  await context.close(); return best;
}"""


class Person:
    """One party at their browser."""

    def __init__(self, page: Page, role: str, url: str) -> None:
        self.page, self.role, self.url = page, role, url
        self.errors: list[str] = []
        self.link = ""  # what stands after #, once opened
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_default_timeout(PATIENCE)

    def get(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    async def click(self, test_id: str) -> None:
        await self.get(test_id).click()

    async def open_link(self, link: str) -> None:
        self.link = link
        await self.page.goto(f"{self.url}/enter#{link}")
        await expect(self.get("enter")).to_be_visible(timeout=PATIENCE)

    @property
    def seat(self) -> str:
        match = re.search(r"/seat/([\w-]+)", self.page.url)
        assert match, self.page.url
        return match[1]

    async def enter(self) -> None:
        """Through the self-check; parties accept the rules by name."""
        for statement in await self.get("accept").all():
            await statement.click()
        await expect(self.get("enter")).to_be_enabled(timeout=PATIENCE)
        await self.click("enter")

    async def fetch(self, path: str) -> Any:
        """What the server answers to this person's browser, decoded."""
        answer = await self.page.request.get(f"{self.url}/api/seats/{self.seat}{path}")
        assert answer.ok, await answer.text()
        return await answer.json()

    async def sees(self, other: "Person", device: Device) -> None:
        """The picture in the other's seat is the other's own camera."""
        video = self.get(f"video-{other.seat}")
        await expect(video).to_be_visible(timeout=PATIENCE)
        colour: list[float] = []
        for _ in range(60):
            colour = await video.evaluate(COLOUR)
            if all(abs(a - b) < 40 for a, b in zip(colour[1:], device.colour[1:], strict=True)):
                return
            await self.page.wait_for_timeout(250)
        raise AssertionError(f"{self.role} sees {colour} in the seat of {other.role}")

    async def tone_of(self, other: "Person") -> tuple[float, float]:
        """(Hz, dB) of what comes from the other's seat."""
        heard = await self.get(f"video-{other.seat}").evaluate(TONE)
        return float(heard[0]), float(heard[1])

    async def hears(self, other: "Person", device: Device) -> None:
        heard = (0.0, -1000.0)
        for _ in range(30):
            heard = await self.tone_of(other)
            if abs(heard[0] - device.tone) < 30 and heard[1] > -80:
                return
        raise AssertionError(f"{self.role} hears {heard} from {other.role}")

    async def hears_nothing_of(self, other: "Person") -> None:
        """Silence; or there is nothing that could sound, as for whoever came while they were away."""
        if not await self.get(f"video-{other.seat}").count():
            await expect(self.get(f"seat-{other.seat}")).to_be_visible()
            return
        heard = (0.0, 0.0)
        for _ in range(30):
            heard = await self.tone_of(other)
            if heard[1] < -90:
                return
        raise AssertionError(f"{self.role} still hears {heard} from {other.role}")

    async def shot(self, folder: Path, name: str) -> None:
        await self.page.screenshot(path=str(folder / f"{name}-{self.role}.png"))


async def launch(
    playwright: Playwright,
    device: Device | None,
    folder: Path,
    *,
    allows: bool = True,
    cameras: int = 1,
) -> Browser:
    """A browser with this camera and microphone, or none; one that `allows` gives them to every page.

    More `cameras` than one are the browser's own test pictures.
    """
    flags = list(FLAGS)
    if device:
        flags += [
            f"--use-fake-device-for-media-stream=device-count={cameras}",
            f"--use-file-for-fake-audio-capture={device.microphone(folder)}",
        ]
        if cameras == 1:
            flags.append(f"--use-file-for-fake-video-capture={device.camera(folder)}")
    if allows:
        flags.append("--use-fake-ui-for-media-stream")
    return await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)


async def open_hearing(judge: Person) -> None:
    """Open it; over a confirmation where somebody is missing, or is not yet seen to be there."""
    await judge.click("open-hearing")
    confirm = judge.get("open-hearing-confirm")
    opened = judge.page.locator("[data-testid=phase][data-phase=in_session]")
    await expect(confirm.or_(opened).first).to_be_visible(timeout=PATIENCE)
    if await confirm.count():
        await confirm.click()
    await expect(opened).to_be_visible(timeout=PATIENCE)


async def close_hearing(judge: Person) -> None:
    """Close it, over what is still open on the checklist."""
    await judge.click("close-hearing")
    await expect(judge.get("close-hearing-confirm")).to_be_visible(timeout=PATIENCE)
    if await judge.get("close-override").count():
        await judge.get("close-override").fill("演示")
    await judge.click("close-hearing-confirm")


@contextlib.asynccontextmanager
async def guarded(
    server: ServerProcess,
    role: str,
    folder: Path,
    device: Device | None,
    permissions: Sequence[str] = (),
) -> AsyncIterator[Person]:
    """Somebody at their link whose browser refuses what is not in `permissions`, as Chromium names it."""
    async with async_playwright() as playwright:
        browser = await launch(playwright, device, folder, allows=False)
        context = await browser.new_context(viewport=DESK, locale="zh-CN")
        await context.grant_permissions(list(permissions), origin=server.url)
        person = Person(await context.new_page(), role, server.url)
        await person.open_link(server.links[role])
        yield person
        await browser.close()


@contextlib.asynccontextmanager
async def court(
    server: ServerProcess, folder: Path, roles: Sequence[str] = ROLES, **options: Any
) -> AsyncIterator[dict[str, Person]]:
    """Everybody at their links, before the hearing."""
    async with async_playwright() as playwright:
        used = {DEVICE[role] for role in roles}
        browsers = {device: await launch(playwright, device, folder) for device in used}
        people = {}
        for role in roles:
            context = await browsers[DEVICE[role]].new_context(
                **{"viewport": DESK, "locale": "zh-CN", **options}
            )
            people[role] = Person(await context.new_page(), role, server.url)
            await people[role].open_link(server.links[role])
        yield people
        for browser in browsers.values():
            await browser.close()


async def all_enter(people: dict[str, Person]) -> None:
    """Everybody enters; the judge admits whoever waits at once."""
    for person in people.values():
        await person.enter()
    waiting = [people[role] for role in people if role in WAIT]
    for person in waiting:
        await expect(person.get("waiting-room")).to_be_visible(timeout=PATIENCE)
    judge = people["presiding_judge"]
    await expect(judge.get("admit-all")).to_contain_text(str(len(waiting)), timeout=PATIENCE)
    await judge.click("admit-all")
    for person in people.values():
        await expect(person.get("courtroom")).to_be_visible(timeout=PATIENCE)


async def fit_authenticator(person: Person) -> None:
    """A passkey device that verifies its user, as a laptop's fingerprint reader does."""
    session = await person.page.context.new_cdp_session(person.page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
