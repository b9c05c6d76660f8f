"""The court's staff at a real server: in by two factors, kept out otherwise, and all of it noted."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .harness import Client, Refusal, ServerProcess, free_port
from .staff import StaffClient


async def refused(call: object) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        await call  # type: ignore[misc]
    return caught.value.code, caught.value.status


async def trail(server: ServerProcess, **query: str) -> list[dict[str, str]]:
    """What the auditor finds, newest first, without what their own looking adds."""
    async with StaffClient(server) as auditor:
        await auditor.sign_in("auditor")
        rows = (await auditor.get("/audit", params=query))["rows"]
    return [row for row in rows if row["actor"] != server.staff["auditor"][0]]


async def test_the_first_sign_in_ends_in_a_second_factor(server: ServerProcess) -> None:
    """Before it is set up nothing else is allowed; afterwards the password alone opens nothing."""
    login, password = server.staff["administrator"]
    async with StaffClient(server) as admin, StaffClient(server) as thief:
        info = await admin.post("/login", {"login": login.upper(), "password": password})
        assert info["stage"] == "enrol"
        for path in ("/accounts", "/me", "/me/account"):
            assert await refused(admin.get(path)) == ("no_session", 401)
        await thief.post("/login", {"login": login, "password": password})  # at the same time
        await admin.enrol()
        assert len(admin.recovery) == 10
        assert await refused(thief.post("/me/totp/new")) == ("no_session", 401)
        assert len((await admin.get("/accounts"))["accounts"]) == 5
        info = await thief.post("/login", {"login": login, "password": password})
        assert info["stage"] == "second"
        for path in ("/me/totp/new", "/me/passkeys/new", "/me/recovery"):
            assert (await refused(thief.post(path)))[0] == "no_session"
        assert await refused(thief.post("/password", {"password": password})) == (
            "bad_credentials",
            401,
        )
        await thief.post("/totp", {"code": admin.authenticator.code()})  # type: ignore[union-attr]
        assert await thief.stage() == "full"


async def test_a_judge_enters_from_the_account_and_leaves_with_it(server: ServerProcess) -> None:
    """No link is needed; and whoever is disabled is out of the courtroom at once."""
    async with StaffClient(server) as judge, StaffClient(server) as admin:
        await judge.sign_in("judge")
        await admin.sign_in("administrator")
        seat = server.links["presiding_judge"].partition(".")[0]
        async with Client(server, "clerk") as clerk:
            hearing = (await clerk.enter())["view"]["hearing"]
            assert await refused(admin.post(f"/hearings/{hearing}/seat")) == ("not_found", 404)
            assert (await judge.post(f"/hearings/{hearing}/seat")) == {"seat": seat}
            at_the_bench = Client(server, "presiding_judge")
            await at_the_bench.http.close()
            at_the_bench.http, at_the_bench.seat = judge.http, seat
            await at_the_bench.enter()
            await clerk.event("party_arrived", party=seat)
            accounts = (await admin.get("/accounts"))["accounts"]
            mine = next(one["id"] for one in accounts if one["login"] == "demo.judge")
            await admin.post(f"/accounts/{mine}/disable")
            await clerk.event("party_left", party=seat)
            refusal = await refused(at_the_bench.post(f"/api/seats/{seat}/ticket", {}))
            assert refusal == ("no_session", 401)
            await at_the_bench.hang_up()


async def test_whoever_is_disabled_at_the_console_is_out_too(server: ServerProcess) -> None:
    """A connection that is open asks for nothing any more: the server looks for itself."""
    async with StaffClient(server) as judge, Client(server, "clerk") as clerk:
        await judge.sign_in("judge")
        seat = server.links["presiding_judge"].partition(".")[0]
        hearing = (await clerk.enter())["view"]["hearing"]
        await judge.post(f"/hearings/{hearing}/seat")
        at_the_bench = Client(server, "presiding_judge")
        await at_the_bench.http.close()
        at_the_bench.http, at_the_bench.seat = judge.http, seat
        await at_the_bench.enter()
        assert (await console(server, "disable", "demo.judge")).returncode == 0
        await clerk.event("party_left", party=seat)
        await at_the_bench.hang_up()


async def test_console_and_server_share_accounts_and_trail(server: ServerProcess) -> None:
    """`hearing-server account` beside a running server: the link works there, once; the chain holds."""
    made = await console(server, "add", "wu.xin", "--name", "吴某（虚构）", "--role", "auditor")
    assert (made.returncode, made.stderr) == (0, "")
    link = made.stdout.strip().partition("/staff/setup#")[2]
    async with StaffClient(server) as auditor:
        body = {"link": link, "password": "木 horse 42 staple"}
        assert (await auditor.post("/setup", body))["stage"] == "enrol"
        await auditor.enrol()
        assert await refused(auditor.post("/setup", body)) == ("bad_token", 401)
        listed = await console(server, "list")
        assert re.search(r"^wu\.xin +active +auditor +吴某", listed.stdout, re.MULTILINE)
        rows = (await auditor.get("/audit", params={"actor": "console"}))["rows"]
        assert [(row["action"], row["subject"]) for row in rows] == [("account_created", "wu.xin")]
        assert (await auditor.post("/audit/verify"))["broken"] is None
        reset = await console(server, "reset", "wu.xin")
        assert "/staff/setup#" in reset.stdout
        assert await auditor.stage() == "none"
    assert (await console(server, "disable", "wu.xin")).returncode == 0
    for wrong in (("disable", "wu.xin"), ("disable", "nobody"), ("disable", "demo.administrator")):
        ended = await console(server, *wrong)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert len(ended.stderr.splitlines()) == 1


async def test_refusals_at_a_seat_stand_in_the_trail(server: ServerProcess) -> None:
    """Who came to a seat that is not theirs, from where, and to what; never what they showed."""
    async with Client(server, "counsel") as stranger:
        await refused(stranger.get("/api/seats/somebody"))
        await refused(stranger.post("/api/enter", {"link": "somebody.forged-proof"}))
    rows = await trail(server, action="denied")
    told = [(row["subject"], row["detail"], row["address"]) for row in rows]
    assert ("GET seat", "no_session", "127.0.0.1") in told
    assert ("POST enter", "bad_token", "127.0.0.1") in told
    assert "forged-proof" not in str(rows)


@pytest.mark.fault
async def test_a_kill_forgets_nothing(server: ServerProcess) -> None:
    """Sessions, second factors and the trail are there again; the demonstration's passwords are new."""
    async with StaffClient(server) as judge:
        await judge.sign_in("judge")
        password = server.staff["judge"][1]
        await server.stop(signal.SIGKILL)
        await server.start()
        assert await judge.stage() == "full"
        assert server.staff["judge"][1] != password
        assert await refused(
            judge.post("/login", {"login": "demo.judge", "password": password})
        ) == ("bad_credentials", 401)
        await judge.sign_in("judge")
    assert [row["action"] for row in await trail(server, actor="demo.judge", action="login")] == [
        "login",
        "login",
    ]


async def test_without_an_administrator_the_start_says_how_to_make_one(tmp_path: Path) -> None:
    """In one line, and there is no default password: nobody can sign in before."""
    port, media = str(free_port()), str(free_port())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hearing_server", "serve", "--data", str(tmp_path / "data"),
        "--port", port, "--media-port", media,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    first = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    assert first.startswith("No administrator yet: hearing-server account add ")
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0
    await process.stdout.read()


async def console(server: ServerProcess, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hearing_server", "account", *arguments]
    return await asyncio.to_thread(
        subprocess.run,
        [*command, "--data", str(server.data)],
        capture_output=True,
        text=True,
        timeout=60,
    )
