"""The routes of exports: by the seat's session, and in the audit trail."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.export_jobs import JobState
from hearing_server.services.access import Access
from hearing_server.web.exports import ExportRoutes
from hearing_server.web.http import coded_errors
from hearing_server.web.seat_session import SeatGate
from tests.hearing_server.domain.world import NOW
from tests.hearing_server.services.test_access import FakeAccessStore
from tests.hearing_server.services.test_exports import WHOLE, House, unnoted


class Court:
    def __init__(self, folder: Path) -> None:
        self.access = Access(FakeAccessStore(), b"k" * 32, lambda: NOW)
        self.house = House(folder)
        self.noted: list[str] = []
        self.broken = False  # the trail cannot be written
        own: Any = self
        routes = ExportRoutes(self.house.exports, SeatGate(self.access, secure=False), own, ())
        self.application = web.Application(middlewares=[coded_errors])
        self.application.add_routes(routes.routes())

    async def note(self, action: str, *, actor: str, subject: str, detail: str, **_: str) -> None:
        """As the audit takes it."""
        if self.broken:
            raise Refused(Code.BUSY, "audit")
        self.noted.append(f"{actor} {action} {subject} {detail}")

    async def cookie(self, party: str) -> dict[str, str]:
        store: Any = self.access._store
        store.seats[party] = "h1"
        _, token = await self.access.enter(self.access.link(party))
        return {"Cookie": f"seat-{party}={token}"}

    def client(self) -> TestClient[web.Request, web.Application]:
        return TestClient(TestServer(self.application), cookie_jar=CookieJar(unsafe=True))


@pytest.fixture
def court(tmp_path: Path) -> Court:
    return Court(tmp_path)


async def test_asked_watched_and_downloaded(court: Court) -> None:
    """By the clerk; asking and taking stand in the trail, by the job's id."""
    headers = await court.cookie("clerk")
    async with court.client() as client:
        answer = await client.post(
            "/api/seats/clerk/exports", json={"kind": "composite"}, headers=headers
        )
        job = await answer.json()
        assert (answer.status, job["state"], job["progress"]) == (201, "queued", 0)
        court.house.maker.gate.set()
        court.house.run()
        made = await court.house.until(court.house.store.jobs[job["id"]], JobState.DONE)
        listed = await (await client.get("/api/seats/clerk/exports", headers=headers)).json()
        (only,) = listed["exports"]
        assert (only["state"], only["progress"], only["size"]) == ("done", 1, 4)
        assert only["damaged"] == list(made.damaged)
        taken = await client.get(f"/api/seats/clerk/exports/{job['id']}/file", headers=headers)
        assert (taken.status, taken.content_type) == (200, "video/mp4")
        assert taken.headers["Content-Disposition"].startswith('attachment; filename="composite-')
        assert await taken.read() == b"film"
    detail = f"h1 export composite: {job['id']}"
    assert court.noted == [f"clerk export {detail}", f"clerk download {detail}"]
    await court.house.stop()


@pytest.mark.parametrize("done", [False, True])
async def test_whoever_ends_or_removes_an_export_stands_in_the_trail(
    court: Court, done: bool
) -> None:
    """Before it is done: with a trail that cannot be written it stays."""
    job = await court.house.exports.ask("h1", "clerk", WHOLE, unnoted)
    if done:
        court.house.maker.gate.set()
        court.house.run()
        await court.house.until(job, JobState.DONE)
    path, headers = f"/api/seats/judge/exports/{job.id}", await court.cookie("judge")
    async with court.client() as client:
        court.broken = True
        assert (await client.delete(path, headers=headers)).status == 503
        before = court.house.store.jobs[job.id].state
        assert before is (JobState.DONE if done else JobState.QUEUED)
        court.broken = False
        assert (await client.delete(path, headers=headers)).status == 200
    assert court.noted == [f"judge export_ended h1 export composite: {job.id}"]
    left = court.house.store.jobs.get(job.id)
    assert left is None if done else left.state is JobState.CANCELLED  # type: ignore[union-attr]
    await court.house.stop()


async def test_whoever_has_no_session_or_no_right_finds_nothing(court: Court) -> None:
    headers = await court.cookie("counsel")
    job = (await court.house.exports.ask("h1", "clerk", WHOLE, unnoted)).id
    async with court.client() as client:
        for method, path in (
            ("GET", "exports"), ("GET", f"exports/{job}/file"), ("DELETE", f"exports/{job}"),
        ):  # fmt: skip
            for seat in ("counsel", "clerk"):  # their own, and another's
                answer = await client.request(method, f"/api/seats/{seat}/{path}", headers=headers)
                assert (answer.status, (await answer.json())["code"]) == (404, "not_found")
            answer = await client.request(method, f"/api/seats/clerk/{path}")
            assert (answer.status, (await answer.json())["code"]) == (401, "no_session")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "film"},
        {"kind": "composite", "more": 1},
        {"kind": "composite", "started_at": "x"},
    ],
)
async def test_a_body_that_is_none_is_refused(court: Court, body: dict[str, object]) -> None:
    headers = await court.cookie("clerk")
    async with court.client() as client:
        answer = await client.post("/api/seats/clerk/exports", json=body, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_message")
    assert court.noted == []
