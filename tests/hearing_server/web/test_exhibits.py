"""Who reads an exhibit's file, who sees a page of it, and who takes it away: every role, screened or not,
before, while and after it is shown. Each answer over HTTP, and each that is given stands in the audit first."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.adapters.examining.bare import BareFiles
from hearing_server.adapters.examining.renditions import ChildRenditions
from hearing_server.adapters.exhibit_files import StoredExhibits
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import STAFF, Party, Role
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action
from hearing_server.services.exhibits import ExhibitLimits, Exhibits
from hearing_server.services.hearings import Hearings
from hearing_server.services.renditions import Renditions
from hearing_server.web.exhibits import ExhibitRoutes
from hearing_server.web.http import coded_errors
from tests.hearing_server.adapters.examining.files import pdf, song
from tests.hearing_server.domain.world import NOW, World, in_session
from tests.hearing_server.services.fakes import FakeEvents

DATA = pdf(3)
TAGS = b"ID3\3\0\0\0\0\0\x20TIT2\0\0\0\x16\0\0\0at home, by my telephone"[:42]
OTHERS = tuple(
    Party(id=f"a-{role}", role=role, name=f"{role}（虚构）")
    for role in (
        *(Role.WITNESS, Role.EXPERT, Role.INTERPRETER),
        *(Role.BAILIFF, Role.DETENTION_OFFICER),
    )
)
SIDES = {"prosecutor", "defendant", "counsel"}


class FakeAudit:
    """Notes, or refuses to."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, Action, str]] = []
        self.away = False

    async def note(self, action: Action, *, actor: str, subject: str = "", **_: Any) -> None:
        if self.away:
            raise Refused(Code.BUSY)
        self.noted.append((actor, action, subject))


class Files:
    """The routes over a world, with files in a real folder. Who asks is said in a header."""

    def __init__(
        self, world: World, folder: Path, data: bytes = DATA, media_type: str = "application/pdf"
    ) -> None:
        stored = StoredExhibits(folder)
        part = stored.begin(len(data))
        part.append(data)
        held = part.hold("h1")
        held.settle()
        self.sha256 = held.sha256
        world.do(
            SERVER,
            cmd.SubmitExhibit(
                party="prosecutor",
                name="借条.pdf",
                media_type=media_type,
                size=len(data),
                sha256=held.sha256,
                pages=3 if data is DATA else 0,
            ),
        )
        self.world = world
        self.audit = FakeAudit()
        absent: Any = None
        self._stored, self._absent = stored, absent
        self._maker = ChildRenditions()

    def client(self) -> TestClient[web.Request, web.Application]:
        hearings = Hearings(FakeEvents(self.world), lambda: NOW)
        exhibits = Exhibits(hearings, self._stored, self._absent, ExhibitLimits(), lambda: NOW)

        async def seated(request: web.Request) -> Seated:
            return Seated(hearing="h1", party=request.match_info["seat"])

        audit: Any = self.audit
        renditions = Renditions(hearings, self._stored, self._maker, BareFiles(self._stored))
        application = web.Application(middlewares=[coded_errors])
        application.add_routes(
            ExhibitRoutes(exhibits, renditions, audit, seated, proxies=()).routes()
        )
        return TestClient(TestServer(application))

    async def readers(self, what: str = "file") -> tuple[set[str], set[int]]:
        """Who gets it now, and with which statuses everybody else is turned away."""
        got, refused = set(), set()
        async with self.client() as client:
            for party in self.world.state.seats:
                answer = await client.get(f"/api/seats/{party}/exhibits/1/{what}")
                if answer.status == 200:
                    whole = await answer.read() == DATA
                    assert whole is what.startswith("file")
                    got.add(party)
                else:
                    refused.add(answer.status)
        return got, refused


@pytest.mark.parametrize("screened", [False, True])
async def test_who_reads_an_exhibit_when(screened: bool, tmp_path: Path) -> None:
    """Screened: who submitted it is kept from the counsel, who looks at its pages once it has been shown,
    and never has the file, in which it might stand by whom it was made."""
    world = in_session(*OTHERS)
    if screened:
        kept = ev.Screening(party="prosecutor", hidden_from=("counsel",), alias="甲")
        world.do("judge", cmd.Screen(screening=kept))
    files = Files(world, tmp_path)
    court = {p for p, s in world.state.seats.items() if s.party.role in STAFF}
    before = court | {"prosecutor", "defendant"} | (set() if screened else {"counsel"})
    for what in ("file", "file?download=1", "pages/2"):
        assert await files.readers(what) == (before, {404})

    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("prosecutor", cmd.TurnPage(page=2))
    inside = {p for p, s in world.state.seats.items() if s.admitted and s.inside}
    assert {"a-witness", "a-expert"}.isdisjoint(inside)
    assert {"a-interpreter", "a-bailiff"} <= inside
    having = court | SIDES - ({"counsel"} if screened else set())
    for what in ("file", "file?download=1"):
        assert await files.readers(what) == (having, {403, 404})
    for page in (1, 3):  # not the one that is shown
        assert await files.readers(f"pages/{page}") == (court | SIDES, {404})

    world.do("judge", cmd.Call(party="a-witness"))
    assert "a-witness" in (await files.readers("pages/2"))[0]
    assert "a-witness" not in (await files.readers())[0]
    world.do("judge", cmd.Dismiss(party="a-witness"))
    assert "a-witness" not in (await files.readers("pages/2"))[0]

    world.do("prosecutor", cmd.HideExhibit())
    assert await files.readers() == (having, {403, 404} if screened else {404})
    assert await files.readers("pages/3") == (court | SIDES, {404})
    world.do("judge", cmd.Remove(party="defendant", reason="扰乱法庭"))
    assert "defendant" not in (await files.readers())[0]


async def test_who_is_screened_from_its_owner_hears_a_sound_and_gets_nothing_else_of_its_file(
    tmp_path: Path,
) -> None:
    """Neither its tags nor its name, also when it is no longer shown; with the screening lifted, both."""
    data = TAGS + song(tmp_path / "song")
    world = in_session()
    kept = ev.Screening(party="prosecutor", hidden_from=("counsel",), alias="甲")
    world.do("judge", cmd.Screen(screening=kept))
    files = Files(world, tmp_path, data, "audio/mpeg")
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("prosecutor", cmd.HideExhibit())
    path = "/api/seats/{}/exhibits/1/file"
    async with files.client() as client:
        answer = await client.get(path.format("counsel"))
        assert answer.headers["Content-Disposition"].endswith("UTF-8''exhibit-1.mp3")
        heard = await answer.read()
        assert b"telephone" not in heard
        assert len(heard) > len(data) - 300
        assert (await client.get(f"{path.format('counsel')}?download=1")).status == 403
        for party in ("judge", "defendant"):
            assert await (await client.get(path.format(party))).read() == data
    world.do("judge", cmd.Unscreen(party="prosecutor"))
    async with files.client() as client:
        answer = await client.get(f"{path.format('counsel')}?download=1")
        assert await answer.read() == data
        assert "%E5%80%9F%E6%9D%A1" in answer.headers["Content-Disposition"]


async def test_whoever_is_only_shown_a_document_gets_the_page_on_the_presenters_screen(
    tmp_path: Path,
) -> None:
    """No other page, before or after, and never the file; those who may keep it turn on their own."""
    world = in_session(*OTHERS)
    files = Files(world, tmp_path)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    court = {p for p, s in world.state.seats.items() if s.party.role in STAFF}
    inside = {p for p, s in world.state.seats.items() if s.admitted and s.inside}
    for shown in (1, 2):
        if shown == 2:
            world.do("prosecutor", cmd.TurnPage(page=2))
        for page in (1, 2, 3):
            got, refused = await files.readers(f"pages/{page}")
            assert got == (inside | court | SIDES if page == shown else court | SIDES)
            assert refused == {404}
    assert await files.readers("pages/4") == (set(), {404})
    assert await files.readers("pages/0") == (set(), {404})
    subjects = {(action, subject) for _, action, subject in files.audit.noted}
    assert subjects == {(Action.VIEW, "exhibit 1 of h1")}


async def test_whoever_is_only_shown_a_sound_hears_it_and_gets_nothing_else_of_its_file(
    tmp_path: Path,
) -> None:
    """Where and with what it was taken is for whoever may keep it; a range is one of what is given."""
    data = TAGS + song(tmp_path / "song")
    world = in_session(*OTHERS)
    files = Files(world, tmp_path, data, "audio/mpeg")
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("judge", cmd.Call(party="a-witness"))
    path = "/api/seats/{}/exhibits/1/file"
    async with files.client() as client:
        for party in ("judge", "prosecutor", "counsel"):
            assert await (await client.get(path.format(party))).read() == data
        for party in ("a-witness", "a-interpreter", "a-bailiff"):
            answer = await client.get(path.format(party))
            shown = await answer.read()
            assert (answer.status, answer.content_type) == (200, "audio/mpeg")
            assert b"telephone" not in shown
            assert len(shown) > len(data) - 300
            part = await client.get(path.format(party), headers={"Range": "bytes=5-99"})
            assert (part.status, await part.read()) == (206, shown[5:100])
            assert (await client.get(f"{path.format(party)}?download=1")).status == 403
    world.do("judge", cmd.Dismiss(party="a-witness"))
    async with files.client() as client:
        assert (await client.get(path.format("a-witness"))).status == 404


async def test_every_view_and_copy_is_noted_before_it_is_given(tmp_path: Path) -> None:
    """A film's further ranges are the same view; without the audit nothing is given."""
    files = Files(in_session(), tmp_path)
    async with files.client() as client:
        path = "/api/seats/judge/exhibits/1/file"
        await client.get(path)
        await client.get(f"{path}?download=1")
        for start in (0, 3, 7):
            answer = await client.get(path, headers={"Range": f"bytes={start}-{start + 2}"})
            assert (answer.status, await answer.read()) == (206, DATA[start : start + 3])
        subject = "exhibit 1 of h1"
        assert files.audit.noted == [
            ("judge", Action.VIEW, subject),
            ("judge", Action.DOWNLOAD, subject),
        ]
        files.audit.away = True
        assert (await client.get(path)).status == 503


async def test_a_missing_file_is_no_fault_of_the_reader(tmp_path: Path) -> None:
    files = Files(in_session(), tmp_path)
    (tmp_path / files.sha256[:2] / files.sha256).unlink()
    async with files.client() as client:
        answer = await client.get("/api/seats/judge/exhibits/1/file")
        assert (answer.status, (await answer.json())["code"]) == (404, "not_found")
