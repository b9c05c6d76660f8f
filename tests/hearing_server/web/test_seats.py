"""Every route of a seat needs the seat's session: walked, so that a new one is not forgotten."""

import asyncio
import re
from typing import Any

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Level
from hearing_server.services.access import Access
from hearing_server.services.hearings import Hearings
from hearing_server.web.http import coded_errors
from hearing_server.web.seats import Seats
from tests.hearing_server.domain.world import NOW, World, frozen, in_session
from tests.hearing_server.services.fakes import FakeEvents
from tests.hearing_server.services.test_access import FakeAccessStore

OPEN = {"enter"}  # proves itself by the link


class Court:
    """The routes over a hearing in session. What needs a document or a recording is not reached."""

    def __init__(self, world: World | None = None, *, secure: bool = False) -> None:
        self.access = Access(FakeAccessStore(), b"k" * 32, lambda: NOW)
        hearings = Hearings(FakeEvents(world or in_session()), lambda: NOW)
        self.noted: list[str] = []
        absent: Any = None
        own: Any = self
        seats = Seats(self.access, hearings, own, absent, own, secure=secure, proxies=())
        self.application = web.Application(middlewares=[coded_errors])
        self.application.add_routes(seats.routes())

    async def document(self, hearing: str, version: int) -> bytes:
        """As the transcripts give it."""
        return b"%PDF-"

    async def note(self, action: str, *, actor: str, subject: str, detail: str, **_: str) -> None:
        """As the audit takes it."""
        self.noted.append(f"{actor} {action} {subject} {detail}")

    def client(self) -> TestClient[web.Request, web.Application]:
        return TestClient(TestServer(self.application), cookie_jar=CookieJar(unsafe=True))


def routes() -> list[web.AbstractRoute]:
    return [r for r in Court().application.router.routes() if r.method != "HEAD"]


def path_of(route: web.AbstractRoute, seat: str) -> str:
    """An address of the route, every other placeholder filled with something that fits it."""
    assert route.resource is not None
    info = route.resource.get_info()
    path: str = info.get("path") or info["formatter"]
    return re.sub(r"\{\w+\}", "1", path.replace("{seat}", seat))


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route.name}")
async def test_every_route_but_enter_needs_the_seats_session(route: web.AbstractRoute) -> None:
    """Without a cookie, with a forged one, with another seat's: refused before anything is read.

    For whoever sits elsewhere it is not there, as whatever is not theirs to find.
    """
    if route.name in OPEN:
        return
    court = Court()
    path = path_of(route, "clerk")
    assert path.startswith("/api/seats/clerk"), "a route of seats that names no seat"
    _, judges = await court.access.enter(court.access.link("judge"))
    nobody, elsewhere = (401, "no_session"), (404, "not_found")
    cookies = {
        "": nobody,
        "seat-clerk=forged": nobody,
        "seat-judge=forged": nobody,
        f"seat-clerk={judges}": nobody,
        f"seat-judge={judges}": elsewhere,
        f"seat-x=forged; seat-judge={judges}": elsewhere,
        f"seat-judge={judges}; seat-clerk=over": nobody,  # the link is to be opened again
    }
    async with court.client() as client:
        for cookie, expected in cookies.items():
            headers = {"Cookie": cookie} if cookie else {}
            answer = await client.request(route.method, path, headers=headers)
            body = await answer.json()
            assert (answer.status, body["code"]) == expected, cookie


def test_there_are_routes_to_walk() -> None:
    """The walk above sees them all, and only `enter` is open."""
    names = {route.name for route in routes()}
    assert names >= {"seat", "ticket", "prepare", "finish", "transcript", "recordings"}
    assert {r.name for r in routes() if "{seat" not in str(r.resource)} == OPEN


@pytest.mark.parametrize("secure", [True, False])
async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(secure: bool) -> None:
    """By HTTPS it is a __Host- cookie and Secure."""
    court = Court(secure=secure)
    async with court.client() as client:
        answer = await client.post("/api/enter", json={"link": court.access.link("clerk")})
        name = "__Host-seat-clerk" if secure else "seat-clerk"
        cookie = answer.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
        assert bool(cookie["secure"]) is secure
        assert cookie["domain"] == ""
        about = await client.get("/api/seats/clerk", headers={"Cookie": f"{name}={cookie.value}"})
        assert (await about.json())["party"]["role"] == "clerk"


async def test_a_cookie_of_stray_bytes_is_no_fault_of_ours() -> None:
    """Bytes that are no text are no session: refused as any other wrong cookie."""
    court = Court()
    async with TestServer(court.application) as server:
        assert server.port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET /api/seats/clerk HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Cookie: seat-clerk=\xff\xfe\r\n\r\n"
        )
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 401"), answer


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"link": 5}', b'{"link": "a", "more": 1}', b"\xff", b'{"link":']
)
async def test_a_body_that_is_none_is_refused_by_its_code(body: bytes) -> None:
    async with Court().client() as client:
        answer = await client.post("/api/enter", data=body)
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_message")


async def test_recordings_are_there_for_bench_and_clerk_alone() -> None:
    """For everybody else nothing is there, whether it was recorded or not."""
    court = Court()
    store: Any = court.access._store
    store.seats["counsel"] = "h1"
    _, token = await court.access.enter(court.access.link("counsel"))
    async with court.client() as client:
        answer = await client.get(
            "/api/seats/counsel/recordings", headers={"Cookie": f"seat-counsel={token}"}
        )
        assert (answer.status, (await answer.json())["code"]) == (404, "not_found")


async def test_who_reads_or_takes_a_transcript_stands_in_the_trail() -> None:
    court = Court()
    _, token = await court.access.enter(court.access.link("clerk"))
    async with court.client() as client:
        for query in ("", "?download"):
            path = f"/api/seats/clerk/transcript/1.pdf{query}"
            answer = await client.get(path, headers={"Cookie": f"seat-clerk={token}"})
            assert await answer.read() == b"%PDF-"
    assert court.noted == ["clerk view h1 transcript 1", "clerk download h1 transcript 1"]


async def test_a_document_from_before_a_sealing_is_given_to_bench_and_clerk_alone() -> None:
    """Others who sign are told that it is sealed; who never was to read it is told nothing new."""
    world = frozen()
    line = world.state.lines[0]
    seal = cmd.SetAccess(
        level=Level.SEALED, started_at=line.started_at, ended_at=None, reason="涉及隐私"
    )
    court = Court(frozen())
    world.do("judge", seal)
    sealed = Court(world)
    expected = {"counsel": (200, 403), "judge": (200, 200), "clerk": (200, 200)}
    for party, statuses in expected.items():
        for there, status in zip((court, sealed), statuses, strict=True):
            store: Any = there.access._store
            store.seats[party] = "h1"
            _, token = await there.access.enter(there.access.link(party))
            async with there.client() as client:
                path = f"/api/seats/{party}/transcript/1.pdf"
                answer = await client.get(path, headers={"Cookie": f"seat-{party}={token}"})
                assert answer.status == status, (party, status)
                if status == 403:
                    assert (await answer.json())["code"] == "sealed"
