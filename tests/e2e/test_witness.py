"""A witness's day in real browsers: outside, screened under an alias, heard, shown a paper, out again."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize, expect

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.app import now
from hearing_server.config import Settings
from hearing_server.demo import new_id
from hearing_server.domain import commands as cmd
from hearing_server.domain.events import HearingPlanned
from hearing_server.domain.parties import Party, Role
from hearing_server.services.hearings import Hearings
from tests.hearing_server.adapters.examining import files
from tests.integration.harness import ServerProcess

from .browsers import DESK, DEVICE, PATIENCE, Person, court
from .test_access import AXE, barriers

ROLES = ("presiding_judge", "counsel", "defendant", "witness", "interpreter")
SHOTS = os.environ.get("WITNESS_SHOTS", "")  # a folder to look at the pictures afterwards
PHONE: ViewportSize = {"width": 360, "height": 740}
WITNESS, ALIAS = "郑虚构", "证人甲"


async def plan(data: Path) -> None:
    """A criminal hearing of these five; the interpreter is the defendant's."""
    await asyncio.to_thread(data.mkdir, parents=True)
    store = SqlStore(Database(Settings(data=str(data)).database_url))
    await store.database.start()
    ids = {role: new_id() for role in ROLES}
    defendant = (ids["defendant"],)
    parties = tuple(
        Party(
            id=ids[role],
            role=Role(role),
            name=WITNESS if role == "witness" else f"{role[:3]}（虚构）",
            counsel_for=defendant if role == "counsel" else (),
            interpreter_for=defendant if role == "interpreter" else (),
        )
        for role in ROLES
    )
    planned = HearingPlanned(
        hearing=new_id(),
        court="示范人民法院",
        case_number="（2026）测0001刑初1号",
        procedure="criminal",
        courtroom="第一法庭",
        title="证人出庭",
        planned_at=now(),
        parties=parties,
    )
    await Hearings(store, now).plan(cmd.Plan(planned=planned))
    await store.database.close()


@contextlib.asynccontextmanager
async def serving(data: Path) -> AsyncIterator[ServerProcess]:
    await plan(data)
    server = await ServerProcess(data=data, seats=ROLES).start()
    try:
        yield server
    finally:
        await server.stop()


async def look(person: Person, place: str, found: list[str]) -> None:
    if not await person.page.evaluate("'axe' in window"):
        await person.page.add_script_tag(path=str(AXE))
    found.extend(await barriers(person, f"{person.role}, {place}"))


async def shot(person: Person, name: str) -> None:
    """The page in both languages, at the desk and on a telephone."""
    if not SHOTS:
        return
    for language in ("zh", "en"):
        for kind, size in (("desk", DESK), ("phone", PHONE)):
            await person.page.set_viewport_size(size)
            await person.page.wait_for_timeout(400)
            await person.page.screenshot(path=f"{SHOTS}/{name}-{language}-{kind}.png")
        await person.page.set_viewport_size(DESK)
        await person.get("language").dispatch_event("click")


async def kept_outside(witness: Person) -> None:
    """The calm page: nobody's seat, picture or sound but the witness's own picture."""
    room = witness.get("waiting-room")
    await expect(room).to_have_attribute("data-situation", "outside_witness", timeout=PATIENCE)
    assert not await witness.page.locator("[data-testid^='seat-']").count()
    assert not await witness.page.locator("[data-testid^='video-']").count()
    heard = await witness.page.evaluate(
        "[...document.querySelectorAll('video, audio')]"
        ".flatMap(one => one.muted ? [] : one.srcObject?.getAudioTracks() ?? []).length"
    )
    assert heard == 0


async def inside(people: dict[str, Person]) -> None:
    for person in people.values():
        await person.enter()
    judge = people["presiding_judge"]
    await expect(judge.get("admit-all")).to_contain_text("4", timeout=PATIENCE)
    await judge.click("who-waits")
    await expect(judge.get("waiting-list").locator("li[data-party]")).to_have_count(4)
    await shot(judge, "who-waits")
    await judge.click(f"let-in-{people['witness'].seat}")
    await expect(judge.get("admit-all")).to_contain_text("3", timeout=PATIENCE)
    await judge.click("admit-all")
    await judge.click("open-hearing")
    for role in ("counsel", "defendant", "interpreter"):
        await expect(people[role].get("phase")).to_have_attribute(
            "data-phase", "in_session", timeout=PATIENCE
        )


async def screen(judge: Person, witness: Person, other: Person, found: list[str]) -> None:
    """From the other's sight, under an alias, by the judge's dialog."""
    await judge.click(f"seat-menu-{witness.seat}")
    await judge.click(f"screen-{witness.seat}")
    await judge.get(f"screen-from-{other.seat}").check()
    await judge.get("screen-sound").uncheck()
    await judge.get("screen-alias").fill(ALIAS)
    await look(judge, "screening", found)
    await judge.click("screen-confirm")
    await expect(other.get(f"seat-{witness.seat}")).to_contain_text(ALIAS, timeout=PATIENCE)


async def hidden(defendant: Person, witness: Person) -> None:
    """Heard, under the alias; no picture, and the name nowhere on the page."""
    await defendant.hears(witness, DEVICE["witness"])
    seat = defendant.get(f"seat-{witness.seat}")
    await expect(seat).to_have_attribute("data-picture", "false")
    await expect(seat).to_contain_text(ALIAS)
    tracks = "video => video.srcObject?.getVideoTracks().length ?? 0"
    assert await defendant.get(f"video-{witness.seat}").evaluate(tracks) == 0
    assert WITNESS not in await defendant.page.content()


async def shown_a_paper(counsel: Person, witness: Person, paper: Path) -> None:
    """Everybody inside sees it; the witness is given no copy."""
    await counsel.click("exhibits-open")
    await counsel.get("exhibit-file").set_input_files(str(paper))
    await counsel.click("show-1")
    for person in (counsel, witness):
        await expect(person.get("pdf-page")).to_be_visible(timeout=PATIENCE)
    assert not await witness.get("download-1").count()
    path = f"{witness.url}/api/seats/{{}}/exhibits/1/file?download=1"
    assert (await counsel.page.request.get(path.format(counsel.seat))).ok
    assert not (await witness.page.request.get(path.format(witness.seat))).ok


async def interpreted(interpreter: Person, defendant: Person, judge: Person) -> None:
    """The channel is closed to all but whom it is for, who turns the floor low."""
    await interpreter.click("channel")
    await expect(interpreter.get("channel")).to_have_attribute(
        "aria-pressed", "true", timeout=PATIENCE
    )
    await defendant.get("listen-to").select_option(interpreter.seat)
    await expect(defendant.get("listen-to")).to_have_value(interpreter.seat, timeout=PATIENCE)
    await defendant.hears(interpreter, DEVICE["interpreter"])
    await judge.hears_nothing_of(interpreter)


@pytest.mark.timeout(150)
async def test_a_witness_is_heard_and_not_seen(tmp_path: Path) -> None:
    paper = tmp_path / "借条.pdf"
    paper.write_bytes(files.pdf(1))
    found: list[str] = []
    async with (
        serving(tmp_path / "data") as server,
        court(server, tmp_path, ROLES, bypass_csp=True) as people,
    ):
        judge, counsel, defendant, witness, interpreter = (people[role] for role in ROLES)
        await inside(people)
        await kept_outside(witness)
        await look(witness, "outside", found)
        await shot(witness, "outside")
        await screen(judge, witness, defendant, found)

        await judge.click(f"seat-menu-{witness.seat}")
        await judge.click(f"call-{witness.seat}")
        await expect(witness.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await judge.sees(witness, DEVICE["witness"])
        for person in (judge, counsel, interpreter):
            await person.hears(witness, DEVICE["witness"])
        await hidden(defendant, witness)
        await shot(defendant, "screened-defendant")
        await shot(judge, "screened-judge")
        await interpreted(interpreter, defendant, judge)
        await shown_a_paper(counsel, witness, paper)

        await judge.click(f"seat-menu-{witness.seat}")
        await judge.click(f"dismiss-{witness.seat}")
        await kept_outside(witness)
        for person in (judge, counsel, defendant):
            await expect(person.get(f"seat-{witness.seat}")).to_have_attribute(
                "data-presence", "outside", timeout=PATIENCE
            )
            await person.hears_nothing_of(witness)
        assert not [error for person in people.values() for error in person.errors]
    assert not found, "\n".join(found)
