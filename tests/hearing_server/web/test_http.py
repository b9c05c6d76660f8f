"""Who asks, how often, and from which page."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from multidict import CIMultiDict

from hearing_server.domain.errors import Code, Refused
from hearing_server.services import rate
from hearing_server.services.rate import RateLimit
from hearing_server.web import http
from hearing_server.web.http import client_address, coded_errors, same_origin


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(rate.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def passes(limit: RateLimit, address: str) -> bool:
    try:
        limit.check(address)
    except Refused as refusal:
        return refusal.code is not Code.TOO_MANY
    return True


def test_an_address_may_so_many_a_minute(clock: Clock) -> None:
    """At once or one by one; another address has its own measure."""
    limit = RateLimit(per_minute=60)
    assert [passes(limit, "a") for _ in range(61)] == [True] * 60 + [False]
    assert passes(limit, "b")
    clock.now += 1.01
    assert [passes(limit, "a"), passes(limit, "a")] == [True, False]
    clock.now += 3600
    assert [passes(limit, "a") for _ in range(61)] == [True] * 60 + [False]


def test_who_is_refused_is_not_kept_out_by_asking(clock: Clock) -> None:
    """Ten a second get one a second through: a neighbour's flood is not the end of a shared address."""
    limit = RateLimit(per_minute=60)
    for _ in range(60):
        limit.check("a")
    passed = 0
    for _ in range(100):
        clock.now += 0.1
        passed += passes(limit, "a")
    assert 9 <= passed <= 10


def test_memory_is_bounded_and_the_oldest_goes_first(clock: Clock) -> None:
    limit = RateLimit(per_minute=1)
    limit.check("first")
    for n in range(9_999):
        limit.check(str(n))
    assert not passes(limit, "first")
    limit.check("one more")
    limit.check("and another")
    assert len(limit._buckets) == 10_000
    assert not passes(limit, "first")
    assert passes(limit, "0")


class Line:
    """As much of a transport as tells where it comes from."""

    def __init__(self, address: str | None) -> None:
        self._peer = (address, 40000) if address else None

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"peername": self._peer}.get(name, default)


def asked(peer: str | None, forwarded: str | None) -> web.Request:
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    line: Any = Line(peer)
    return make_mocked_request("GET", "/", headers=headers, transport=line)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.5", "198.51.100.7"),  # not a proxy of ours: not believed
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "192.0.2.66, 203.0.113.5", "203.0.113.5"),  # what came before is hearsay
        ("10.0.0.1", "203.0.113.5, 10.1.1.1", "203.0.113.5"),  # two proxies of ours
        ("10.0.0.1", " , 203.0.113.5 ,", "203.0.113.5"),
        ("10.0.0.1", "junk", "junk"),
        ("2001:db8::1", "203.0.113.5", "203.0.113.5"),
        (None, "203.0.113.5", ""),
    ],
)
def test_an_address_is_believed_from_listed_proxies_from_its_end(
    peer: str | None, forwarded: str | None, expected: str
) -> None:
    proxies = ("10.0.0.0/8", "2001:db8::1")
    assert client_address(asked(peer, forwarded), proxies) == expected


def test_a_proxy_that_adds_a_line_of_its_own_is_believed_and_no_other() -> None:
    """HAProxy does not join the lines: the first is what the visitor made up."""
    headers = CIMultiDict([("X-Forwarded-For", "192.0.2.66"), ("X-Forwarded-For", "203.0.113.5")])
    line: Any = Line("::ffff:10.0.0.1")  # IPv4, as a socket for both kinds names it
    request = make_mocked_request("GET", "/", headers=headers, transport=line)
    assert client_address(request, ("10.0.0.0/8",)) == "203.0.113.5"


class Nested(msgspec.Struct):
    inside: dict[str, Any]


@pytest.mark.parametrize("slow", [False, True])
async def test_a_body_that_is_too_deep_or_does_not_come_is_refused(
    monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    """No fault of ours, and nobody holds a line for ever by sending nothing."""
    monkeypatch.setattr(http, "BODY_IN", 0.05 if slow else 5.0)

    async def taken(request: web.Request) -> web.Response:
        return web.json_response(len((await http.read_body(request, Nested)).inside))

    async def body() -> AsyncIterator[bytes]:
        yield b'{"inside": ' + b'{"a":' * 100_000
        if slow:
            await asyncio.sleep(1)

    app = web.Application(middlewares=[coded_errors])
    app.router.add_post("/", taken)
    async with TestClient(TestServer(app)) as client:
        answer = await client.post("/", data=body())
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_message")


def application() -> web.Application:
    async def done(request: web.Request) -> web.Response:
        return web.Response(text="done")

    async def fault(request: web.Request) -> web.Response:
        raise RuntimeError("the passphrase is 1234")

    app = web.Application(
        client_max_size=1000, middlewares=[coded_errors, same_origin(("https://court.example",))]
    )
    app.router.add_route("*", "/", done)
    app.router.add_get("/fault", fault)
    app.on_response_prepare.append(http.secure_headers)
    return app


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://court.example"},
        {"Origin": "https://court.example.evil.example"},
        {"Origin": "https://court.example:444"},
        {"Referer": "https://court.example/"},
    ],
)
async def test_an_unsafe_request_from_another_page_is_refused(
    method: str, headers: Mapping[str, str]
) -> None:
    async with TestClient(TestServer(application())) as client:
        refused = await client.request(method, "/", headers=headers)
        assert (refused.status, (await refused.json())["code"]) == (403, "bad_origin")
        ours = await client.request(method, "/", headers={"Origin": "https://court.example"})
        assert ours.status == 200
        assert (await client.get("/", headers=headers)).status == 200


async def test_a_fault_of_ours_says_nothing_of_its_inside() -> None:
    """Only a reference that stands in the log too; headers are on errors as on everything."""
    async with TestClient(TestServer(application())) as client:
        answer = await client.get("/fault")
        body = await answer.json()
        assert (answer.status, body["code"]) == (500, "internal")
        assert "passphrase" not in str(body)
        missing = await client.get("/nothing")
        assert (missing.status, (await missing.json())["code"]) == (404, "not_found")
        for response in (answer, missing):
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cache-Control"] == "no-store"
            assert "Strict-Transport-Security" not in response.headers
