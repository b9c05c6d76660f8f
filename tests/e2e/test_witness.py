"""A witness's day in real browsers: outside, screened under an alias, heard, shown a paper, out again."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.hearing_server.adapters.examining import files

from .browsers import DEVICE, PATIENCE, Person, court, open_hearing
from .looks import Looks
from .rooms import Place, serving

ROLES = ("presiding_judge", "counsel", "defendant", "witness", "interpreter")
WITNESS, ALIAS = "郑虚构", "证人甲"


PLACES = [
    Place(
        key=role,
        name=WITNESS if role == "witness" else f"{role[:3]}（虚构）",
        serves="defendant" if role in ("counsel", "interpreter") else "",
    )
    for role in ROLES
]


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


async def inside(people: dict[str, Person], looks: Looks) -> None:
    for person in people.values():
        await person.enter()
    judge = people["presiding_judge"]
    await expect(judge.get("admit-all")).to_contain_text("4", timeout=PATIENCE)
    await judge.click("who-waits")
    await expect(judge.get("waiting-list").locator("li[data-party]")).to_have_count(4)
    await looks.at(judge, "who waits")
    await judge.click(f"let-in-{people['witness'].seat}")
    await expect(judge.get("admit-all")).to_contain_text("3", timeout=PATIENCE)
    await judge.click("admit-all")
    for role in ("counsel", "defendant", "interpreter"):
        await expect(people[role].get("courtroom")).to_be_visible(timeout=PATIENCE)
    await open_hearing(judge)
    for role in ("counsel", "defendant", "interpreter"):
        await expect(people[role].get("phase")).to_have_attribute(
            "data-phase", "in_session", timeout=PATIENCE
        )


async def screen(judge: Person, witness: Person, other: Person, looks: Looks) -> None:
    """From the other's sight, under an alias, by the judge's dialog; the voice may be heard."""
    await judge.click(f"seat-menu-{witness.seat}")
    await judge.click(f"screen-{witness.seat}")
    await judge.get(f"screen-from-{other.seat}").check()
    await judge.get("screen-sound").uncheck()
    await judge.get("screen-alias").fill(ALIAS)
    await looks.at(judge, "screening")
    await judge.click("screen-confirm")
    await expect(other.get(f"seat-{witness.seat}")).to_contain_text(ALIAS, timeout=PATIENCE)


async def silenced(people: dict[str, Person]) -> None:
    """The voice too: no tone of the witness reaches the defendant any more, and everybody else hears it."""
    judge, counsel, defendant, witness, interpreter = (people[role] for role in ROLES)
    await judge.click(f"seat-menu-{witness.seat}")
    await judge.click(f"screen-{witness.seat}")
    await judge.get("screen-sound").check()
    await judge.click("screen-confirm")
    await defendant.hears_nothing_of(witness)
    for person in (judge, counsel, interpreter):
        await person.hears(witness, DEVICE["witness"])
    await defendant.hears(counsel, DEVICE["counsel"])


async def hidden(defendant: Person, witness: Person) -> None:
    """Heard, under the alias; no picture, and the name nowhere on the page."""
    await defendant.hears(witness, DEVICE["witness"])
    seat = defendant.get(f"seat-{witness.seat}")
    await expect(seat).to_have_attribute("data-picture", "false")
    await expect(seat).to_contain_text(ALIAS)
    tracks = "video => video.srcObject?.getVideoTracks().length ?? 0"
    assert await defendant.get(f"video-{witness.seat}").evaluate(tracks) == 0
    assert WITNESS not in await defendant.page.content()


async def shown_a_page(
    counsel: Person, judge: Person, witness: Person, paper: Path, looks: Looks
) -> None:
    """The witness follows the judge from page to page, is given that page alone, and no copy."""
    asked: list[str] = []
    witness.page.on("request", lambda request: asked.append(request.url.partition("/exhibits/")[2]))
    await counsel.click("exhibits-open")
    await counsel.get("exhibit-file").set_input_files(str(paper))
    await expect(counsel.get("upload")).to_have_attribute("data-stage", "done", timeout=PATIENCE)
    await judge.click("exhibits-open")
    await judge.click("show-1")
    for page in (1, 2):
        if page > 1:
            await judge.click("page-next")
        for person in (judge, witness):
            sheet = person.get("pdf-page")
            await expect(sheet).to_have_attribute("data-page", str(page), timeout=PATIENCE)
        await expect(witness.get("viewer")).to_have_attribute("data-state", "ready")
        assert await readable(judge) == [1, 2, 3]
        assert await readable(witness) == [page]
    assert not await witness.get("page-next").count() + await witness.get("look-alone").count()
    assert not await witness.get("download-1").count()
    await looks.at(witness, "shown one page")
    await judge.click("hide-exhibit")
    for person in (judge, witness):
        await expect(person.get("viewer")).to_have_count(0, timeout=PATIENCE)
    assert await readable(judge) == [1, 2, 3]
    assert await readable(witness) == []
    assert [one for one in asked if one] == ["1/pages/1", "1/pages/2"]


async def readable(person: Person) -> list[int]:
    """The pages that the server gives to this person's browser now; never the whole file but with all."""
    exhibit = f"{person.url}/api/seats/{person.seat}/exhibits/1"
    get = person.page.request.get
    pages = [page for page in range(1, 4) if (await get(f"{exhibit}/pages/{page}")).ok]
    for whole in ("file", "file?download=1"):
        assert (await get(f"{exhibit}/{whole}")).ok == (len(pages) == 3)
    return pages


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


@pytest.mark.long
@pytest.mark.timeout(150)
async def test_a_witness_is_heard_and_not_seen(tmp_path: Path) -> None:
    paper = tmp_path / "借条.pdf"
    paper.write_bytes(files.pdf(3))
    looks = Looks()
    async with (
        serving(tmp_path / "data", PLACES, title="证人出庭", checklist=()) as server,
        court(server, tmp_path, ROLES) as people,
    ):
        judge, counsel, defendant, witness, interpreter = (people[role] for role in ROLES)
        await inside(people, looks)
        await kept_outside(witness)
        await looks.at(witness, "outside")
        await screen(judge, witness, defendant, looks)

        await judge.click(f"seat-menu-{witness.seat}")
        await judge.click(f"call-{witness.seat}")
        await expect(witness.get("courtroom")).to_be_visible(timeout=PATIENCE)
        await judge.sees(witness, DEVICE["witness"])
        for person in (judge, counsel, interpreter):
            await person.hears(witness, DEVICE["witness"])
        await hidden(defendant, witness)
        await looks.at(defendant, "screened from defendant")
        await looks.at(judge, "screened, at the judge")
        await interpreted(interpreter, defendant, judge)
        await shown_a_page(counsel, judge, witness, paper, looks)
        await silenced(people)

        await judge.click(f"seat-menu-{witness.seat}")
        await judge.click(f"dismiss-{witness.seat}")
        await kept_outside(witness)
        for person in (judge, counsel, defendant):
            await expect(person.get(f"seat-{witness.seat}")).to_have_attribute(
                "data-presence", "outside", timeout=PATIENCE
            )
            await person.hears_nothing_of(witness)
        assert not [error for person in people.values() for error in person.errors]
    assert not looks.found, "\n".join(looks.found)
