"""What is asked for in vain: noted for the auditor, not so often that one may flood the trail."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.audit import Action
from hearing_server.web.audit import note_refusals
from hearing_server.web.http import ACTOR, coded_errors, read_body, storable
from hearing_server.web.observers import VisitBody


class Trail:
    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    async def note(
        self, action: Action, *, actor: str, subject: str, detail: str, address: str
    ) -> None:
        assert action is Action.DENIED
        assert address == "127.0.0.1"
        self.rows.append((actor, subject, detail))


def client(trail: Trail) -> TestClient[web.Request, web.Application]:
    async def hearing(request: web.Request) -> web.Response:
        request[ACTOR] = "seat-1"
        code = Code.NOT_ALLOWED if "denied" in request.query else Code.NOT_FOUND
        raise Refused(code)

    async def read(request: web.Request) -> web.Response:
        body = await read_body(request, VisitBody)
        return web.json_response({"link": body.link})

    audit: Any = trail
    application = web.Application(middlewares=[coded_errors, note_refusals(audit, ()), storable])
    path = "/api/seats/{seat}/parties/{party}/picture"
    application.add_routes([web.get(path, hearing, name="see-picture"), web.post("/read", read)])
    return TestClient(TestServer(application))


async def test_whoever_asks_for_what_is_not_theirs_stands_in_the_audit() -> None:
    trail = Trail()
    async with client(trail) as court:
        answer = await court.get("/api/seats/seat-1/parties/somebody/picture")
        assert answer.status == 404
        assert (await court.get("/api/seats/no-such-page")).status == 404
    assert trail.rows == [("seat-1", "GET see-picture", "not_found party somebody")]


async def test_one_who_tries_ids_neither_floods_the_trail_nor_hides_in_it() -> None:
    """A few stand there with how many more there were; a refusal beside them is noted all the same."""
    trail = Trail()
    async with client(trail) as court:
        for number in range(40):
            await court.get(f"/api/seats/seat-1/parties/p{number}/picture")
        await court.get("/api/seats/seat-1/parties/p/picture?denied")
    assert [row[2] for row in trail.rows] == [
        *(f"not_found party p{number}" for number in range(10)),
        "not_allowed",
    ]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (rb'{"hearing": "h", "link": "a\u0000b"}', 400),
        (rb'{"hearing": "h", "link": "a\\\u0000b"}', 400),
        (rb'{"hearing": "h", "link": "a\\u0000b"}', 200),
        (rb'{"hearing": "h", "link": "\ud800"}', 400),
        (b'{"hearing": "h", "link": "a\0b"}', 400),
    ],
)
async def test_what_no_store_can_keep_is_bad_input(sent: bytes, status: int) -> None:
    """Not `busy`, as if the database were away. A backslash and `u0000` are six characters like others."""
    async with client(Trail()) as court:
        answer = await court.post("/read", data=sent)
        assert answer.status == status
        if status == 400:
            assert (await answer.json())["code"] == "bad_message"


@pytest.mark.parametrize(
    "path", ["/api/seats/s/parties/p/picture?q=a%00b", "/api/seats/s/parties/%00/picture"]
)
async def test_nor_in_an_address(path: str) -> None:
    async with client(Trail()) as court:
        answer = await court.get(path)
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_message")
