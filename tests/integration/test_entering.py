"""Getting in, and not getting in: links, sessions, tickets, origins, seats."""

import aiohttp
import pytest
import socketio

from .harness import Client, Line, Refusal, ServerProcess


async def refused(call: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def test_a_link_leads_to_its_seat_and_to_no_other(server: ServerProcess) -> None:
    """The cookie of one seat opens that seat alone, however many are open in one browser."""
    async with Client(server, "counsel") as counsel, Client(server, "clerk") as clerk:
        await counsel.link()
        await clerk.link()
        about = await counsel.get(f"/api/seats/{counsel.seat}")
        assert about["party"]["role"] == "counsel"
        for path in ("", "/recordings", "/exports", "/exports/x/file", "/transcript/1.pdf"):
            refusal = await refused(counsel.get(f"/api/seats/{clerk.seat}{path}"))
            assert (refusal.code, refusal.status) == ("not_found", 404)
        refusal = await refused(counsel.post(f"/api/seats/{clerk.seat}/ticket", {}))
        assert (refusal.code, refusal.status) == ("not_found", 404)
        assert (await refused(counsel.get("/api/seats/nobody"))).code == "not_found"
        assert (await refused(counsel.get(f"/api/seats/{counsel.seat}/recordings"))).status == 404
        assert (await refused(counsel.get(f"/api/seats/{counsel.seat}/exports"))).status == 404


async def test_a_forged_link_is_refused(server: ServerProcess) -> None:
    """Wrong, cut or another seat's proof: one code, which says nothing of whether the seat exists."""
    async with Client(server, "counsel") as client:
        good = server.links["counsel"]
        other = server.links["clerk"].partition(".")[2]
        seat = good.partition(".")[0]
        for link in (good[:-1], good + "A", f"{seat}.{other}", "nobody.AAAA", "", "法庭.x"):
            refusal = await refused(client.post("/api/enter", {"link": link}))
            assert (refusal.code, refusal.status) == ("bad_token", 401)


async def test_an_unsafe_request_needs_our_origin(server: ServerProcess) -> None:
    """A page of somebody else's, or no page at all, changes nothing."""
    for origin in ({"Origin": "http://evil.example"}, {}):
        async with aiohttp.ClientSession(headers=origin) as http:
            body = {"link": server.links["clerk"]}
            async with http.post(f"{server.url}/api/enter", json=body) as response:
                assert response.status == 403
                assert (await response.json())["code"] == "bad_origin"
                assert not response.cookies


async def test_a_ticket_lets_one_socket_in_once(server: ServerProcess) -> None:
    async with Client(server, "clerk") as clerk, Client(server, "clerk") as thief:
        await clerk.link()
        ticket = (await clerk.post(f"/api/seats/{clerk.seat}/ticket", {}))["ticket"]
        await clerk.connect(ticket)
        for bad in (ticket, "x", ""):
            with pytest.raises(socketio.exceptions.ConnectionError):
                await thief.connect(bad)


@pytest.mark.parametrize("origin", ["http://evil.example", None])
async def test_a_socket_needs_our_origin(server: ServerProcess, origin: str | None) -> None:
    """Wrong or absent, it is refused before a ticket is looked at; the ticket stays good."""
    async with Client(server, "clerk") as clerk:
        await clerk.link()
        ticket = (await clerk.post(f"/api/seats/{clerk.seat}/ticket", {}))["ticket"]
        stranger = socketio.AsyncClient(reconnection=False)
        headers = {"Origin": origin} if origin else {}
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stranger.connect(
                server.url, transports=["websocket"], headers=headers, auth={"ticket": ticket}
            )
        await clerk.connect(ticket)


async def test_no_polling(server: ServerProcess) -> None:
    async with Client(server, "clerk") as clerk:
        await clerk.link()
        stranger = socketio.AsyncClient(reconnection=False)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stranger.connect(
                server.url, transports=["polling"], headers={"Origin": server.url}
            )


async def test_the_newest_tab_asks_to_take_over(server: ServerProcess) -> None:
    """One seat, never two: the second tab is refused until it asks, then the first is told and ends."""
    async with Client(server, "clerk") as first, Client(server, "clerk") as second:
        await first.enter()
        await second.link()
        await second.connect()
        refusal = await refused(second.enter())
        assert refusal.code == "seat_taken"
        assert first.socket is not None
        assert first.socket.connected
        await second.enter(take_over=True)
        await first.told(lambda tell: tell["type"] == "superseded")
        assert (await second.ask("report_devices", camera="ready", microphone="ready"))[
            "type"
        ] == "done"
        seats = {s["party"]: s for s in second.welcome["view"]["seats"]}
        assert seats[second.seat]["presence"] == "admitted"


async def test_security_headers_and_cookie(server: ServerProcess) -> None:
    """Every answer forbids framing, sniffing and foreign scripts; the cookie is out of scripts' reach."""
    async with Client(server, "clerk") as clerk:
        for path in ("/", "/enter", "/seat/x", "/nothing", "/api/seats/x"):
            async with clerk.http.get(server.url + path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "script-src 'self'" in policy
                assert "unsafe" not in policy
                assert "frame-ancestors 'none'" in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
                assert "camera=(self)" in response.headers["Permissions-Policy"]
        body = {"link": server.links["clerk"]}
        async with clerk.http.post(f"{server.url}/api/enter", json=body) as response:
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie


async def test_a_path_leads_nowhere_else(server: ServerProcess) -> None:
    """Traversal in names and ids, encoded or not, finds nothing."""
    async with Client(server, "clerk") as clerk:
        await clerk.link()
        for path in (
            "/assets/..%2f..%2fpyproject.toml",
            "/assets/%2e%2e/%2e%2e/package.json",
            f"/api/seats/{clerk.seat}/exports/..%2f..%2fkeys/file",
            "/api/seats/..%2fx",
        ):
            async with clerk.http.get(server.url + path) as response:
                assert response.status in (400, 401, 403, 404), path


async def test_entering_again_and_again_is_limited(server: ServerProcess) -> None:
    """Guessing links from one address is slowed down by its own code."""
    async with Client(server, "clerk") as client:
        codes = []
        for _ in range(70):
            codes.append((await refused(client.post("/api/enter", {"link": "a.b"}))).code)
        assert codes[:50] == ["bad_token"] * 50
        assert codes[-1] == "too_many"


async def test_a_departure_is_logged_with_its_cause(server: ServerProcess) -> None:
    """Leaving on purpose and a closed tab are told apart."""
    async with Client(server, "clerk") as clerk:
        await clerk.enter()
        counsel = Client(server, "counsel")
        await counsel.enter()
        await counsel.ask("leave")
        await clerk.event("party_left", party=counsel.seat, cause="left")
        async with Client(server, "prosecutor") as prosecutor:
            await prosecutor.enter()
            await prosecutor.hang_up()
            await clerk.event("party_left", party=prosecutor.seat, cause="closed_tab")
        await counsel.http.close()


async def test_a_silent_line_is_noticed(server: ServerProcess) -> None:
    """A browser behind a line that goes dead is gone within seconds, for a network reason."""
    async with Line(server.port) as line, Client(server, "clerk") as clerk:
        await clerk.enter()
        async with Client(server, "counsel", port=line.port) as counsel:
            await counsel.enter()
            line.cut()
            await clerk.event("party_left", party=counsel.seat, cause="network")
