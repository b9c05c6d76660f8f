"""The custody of a recording over HTTP: every route, by a seat's session alone, strictly."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.services.access import Access
from hearing_server.web.audit import note_refusals
from hearing_server.web.custody import CustodyRoutes
from hearing_server.web.http import coded_errors
from hearing_server.web.seat_session import SeatGate
from tests.hearing_server.domain.world import NOW
from tests.hearing_server.services.test_access import FakeAccessStore
from tests.hearing_server.services.test_custody import HERE, Archive

from .test_seats import path_of

SEALED = {"level": "sealed", "started_at": NOW, "ended_at": None, "reason": "涉及隐私"}
NOTE = {"at": NOW, "text": "宣读起诉书", "private": True}


class Court:
    def __init__(self, folder: Path) -> None:
        self.archive = Archive(folder)
        store: Any = FakeAccessStore()
        store.seats |= {"prosecutor": "h1", "counsel": "h1"}
        self.access = Access(store, b"k" * 32, lambda: NOW)
        gate = SeatGate(self.access, secure=False)
        audit: Any = self.archive.audit
        routes = CustodyRoutes(
            self.archive.custodian,
            self.archive.deletions,
            audit,
            gate.seated,
            proxies=("127.0.0.1",),
        )
        watch = note_refusals(audit, ("127.0.0.1",))
        self.application = web.Application(middlewares=[coded_errors, watch])
        self.application.add_routes(routes.routes())

    def client(self) -> TestClient[web.Request, web.Application]:
        return TestClient(TestServer(self.application), cookie_jar=CookieJar(unsafe=True))

    async def as_party(self, party: str) -> dict[str, str]:
        _, token = await self.access.enter(self.access.link(party))
        return {"Cookie": f"seat-{party}={token}", "X-Forwarded-For": HERE}


@pytest.fixture
def court(tmp_path: Path) -> Court:
    return Court(tmp_path)


async def test_every_route_needs_the_seats_session(court: Court) -> None:
    judges = (await court.as_party("judge"))["Cookie"].replace("seat-judge", "seat-clerk")
    routes = [r for r in court.application.router.routes() if r.method != "HEAD"]
    assert len(routes) == 9
    async with court.client() as client:
        for route in routes:
            path = path_of(route, "clerk")
            for headers in ({}, {"Cookie": "seat-clerk=forged"}, {"Cookie": judges}):
                answer = await client.request(route.method, path, headers=headers)
                assert (answer.status, (await answer.json())["code"]) == (401, "no_session"), path


async def test_a_denial_is_noted_once(court: Court) -> None:
    """By who it was, in which seat, and what they asked for."""
    counsel = await court.as_party("counsel")
    async with court.client() as client:
        for path, body in (("access", SEALED), ("notes", NOTE)):
            answer = await client.post(
                f"/api/seats/counsel/custody/{path}", json=body, headers=counsel
            )
            assert answer.status == 404
    denied = [
        (actor, detail) for actor, action, detail in court.archive.audit.rows if action == "denied"
    ]
    assert denied == [("counsel", "not_found"), ("counsel", "not_found")]


async def test_a_span_is_sealed_noted_upon_and_opened_again(court: Court) -> None:
    judge, clerk = await court.as_party("judge"), await court.as_party("clerk")
    api = "/api/seats/judge/custody"
    async with court.client() as client:
        made = await client.post(f"{api}/access", json=SEALED, headers=judge)
        assert await made.json() == {"access": 1}
        placed = await client.post(f"{api}/notes", json=NOTE, headers=judge)
        assert await placed.json() == {"note": 1}
        seen = await (await client.get("/api/seats/clerk/custody", headers=clerk)).json()
        assert (seen["level"], seen["deletion"], seen["kept_until"]) == ("confidential", None, None)
        assert seen["access"] == [{**SEALED, "access": 1}]
        (note,) = seen["notes"]
        assert (note["text"], note["by"]) == (NOTE["text"], "judge")
        assert seen["may"] == {"set_access": False, "note": True, "delete": False}
        court.archive.now += 1000
        for path, body in (("access/1/end", None), ("access/1/lift", {"reason": "不再需要"})):
            answer = await client.post(f"{api}/{path}", json=body, headers=judge)
            assert (answer.status, await answer.json()) == (200, {})
        assert (await client.delete(f"{api}/notes/1", headers=judge)).status == 200
        seen = await (await client.get(api, headers=judge)).json()
        assert (seen["access"], seen["notes"]) == ([], [])
    assert ("clerk", "view", "custody") in court.archive.audit.rows


async def test_a_deletion_over_http(court: Court) -> None:
    await court.archive.close_hearing()
    judge, clerk = await court.as_party("judge"), await court.as_party("clerk")
    async with court.client() as client:
        path = "/api/seats/{}/custody/deletion"
        asked = await client.post(path.format("clerk"), json={"reason": "到期"}, headers=clerk)
        assert asked.status == 200
        alone = await client.post(f"{path.format('clerk')}/consent", headers=clerk)
        assert (alone.status, (await alone.json())["code"]) == (409, "second_person")
        assert (await client.delete(path.format("judge"), headers=judge)).status == 200
        again = await client.post(path.format("judge"), json={"reason": "到期"}, headers=judge)
        assert again.status == 200
        assert (await client.post(f"{path.format('clerk')}/consent", headers=clerk)).status == 200
        await court.archive.deletions.settle("h1")
        seen = await (await client.get("/api/seats/clerk/custody", headers=clerk)).json()
        assert (seen["deletion"]["proposed_by"], seen["deletion"]["segments"]) == ("judge", 1)
        assert seen["deletion"]["deleted_at"] is not None


async def test_who_may_not_finds_nothing(court: Court) -> None:
    """While it runs a party knows of no custody; once closed the prosecutor does, without the reasons."""
    prosecutor, counsel = await court.as_party("prosecutor"), await court.as_party("counsel")
    judge = await court.as_party("judge")
    async with court.client() as client:
        for method, path in (("GET", ""), ("POST", "/deletion/consent"), ("DELETE", "/notes/1")):
            api = f"/api/seats/counsel/custody{path}"
            answer = await client.request(method, api, headers=counsel)
            assert (answer.status, (await answer.json())["code"]) == (404, "not_found")
        await client.post("/api/seats/judge/custody/access", json=SEALED, headers=judge)
        await court.archive.close_hearing()
        answer = await client.get("/api/seats/prosecutor/custody", headers=prosecutor)
        seen = await answer.json()
        assert seen["access"] == [{**SEALED, "access": 1, "reason": ""}]
        assert not any(seen["may"].values())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**SEALED, "more": 1},
        {**SEALED, "level": "secret"},
        {**SEALED, "started_at": -1},
        {**SEALED, "started_at": 1 << 60},
        {**SEALED, "ended_at": NOW - 1},
        {**SEALED, "started_at": 0, "ended_at": NOW},
        {k: v for k, v in SEALED.items() if k != "ended_at"},
    ],
)
async def test_a_body_that_is_none_is_refused_by_its_code(court: Court, body: Any) -> None:
    headers = await court.as_party("judge")
    async with court.client() as client:
        answer = await client.post("/api/seats/judge/custody/access", json=body, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_message")
    assert court.archive.audit.rows == []


async def test_a_flood_is_refused(court: Court) -> None:
    headers = await court.as_party("clerk")
    async with court.client() as client:
        api = "/api/seats/clerk/custody/notes"
        found = [(await client.post(api, json=NOTE, headers=headers)).status for _ in range(65)]
    assert set(found[:60]) == {200}
    assert found[-1] == 429
