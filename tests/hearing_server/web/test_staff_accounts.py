"""Who may do what: every route with every role, acts of administration, the trail and its reader."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web

from hearing_server.domain import commands as cmd
from hearing_server.domain.staff import StaffRole
from hearing_server.services.staff_sessions import PROVED_MS
from tests.hearing_server.domain.world import JUDGE as PRESIDING
from tests.hearing_server.domain.world import planned

from .staff_world import PASSWORD, Person, World, staff_world

ADMINISTRATOR, AUDITOR, JUDGE = StaffRole.ADMINISTRATOR, StaffRole.AUDITOR, StaffRole.JUDGE
CLERK = StaffRole.CLERK
EVERYBODY = frozenset(StaffRole)
# Who may come to each route. A new route that stands here nowhere fails the test below.
OPEN = {
    "staff-session", "staff-login", "staff-setup", "staff-passkey-options", "staff-passkey",
    "staff-oidc-away", "staff-oidc-back", "staff-logout",
}  # fmt: skip
OWN = {
    "staff-me", "staff-totp", "staff-recovery", "staff-password", "staff-mine",
    "staff-mine-password", "staff-mine-recovery", "staff-mine-totp-new", "staff-mine-totp-confirm",
    "staff-mine-totp-remove", "staff-mine-passkey-new", "staff-mine-passkey-add",
    "staff-mine-passkey-remove", "staff-mine-session-end", "staff-seat",
}  # fmt: skip
ONLY = {
    ADMINISTRATOR: {
        "staff-accounts", "staff-account", "staff-account-create", "staff-account-change",
        "staff-account-disable", "staff-account-enable", "staff-account-reset",
    },
    AUDITOR: {"staff-audit", "staff-audit-verify", "staff-audit-csv", "staff-audit-jsonl"},
}  # fmt: skip


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with staff_world(tmp_path) as world:
        yield world


@pytest.fixture
async def admin(world: World) -> Person:
    return await world.of(ADMINISTRATOR)


def routes(world: World) -> list[tuple[str, str, str]]:
    """(name, method, an address of it)."""
    found = []
    for route in world.application.router.routes():
        if route.method != "HEAD":
            assert isinstance(route, web.AbstractRoute)
            assert route.resource is not None
            info = route.resource.get_info()
            path = re.sub(r"\{\w+\}", "nobody", info.get("path") or info["formatter"])
            found.append((route.name or "", route.method, path))
    return found


def allowed(name: str) -> frozenset[StaffRole]:
    for role, names in ONLY.items():
        if name in names:
            return frozenset({role})
    return EVERYBODY if name in OWN else frozenset()


async def test_every_route_with_every_role(world: World) -> None:
    """Without a session, with half of one, and with each role: only who may gets past the door."""
    names = {name for name, _, _ in routes(world)}
    assert names == OPEN | OWN | set().union(*ONLY.values())
    people = {role: await world.of(role) for role in StaffRole}
    nobody, half = world.person(), world.person()
    _, link = await world.account("half.way", JUDGE)
    await half.good("/setup", link=link, password=PASSWORD)
    walked = [one for one in routes(world) if one[0] not in OPEN]
    for name, method, path in walked:
        kwargs = {} if method == "GET" else {"json": {}}
        answer = await nobody.ask(method, path, **kwargs)
        if name not in ("staff-totp", "staff-recovery", "staff-password"):
            assert (answer.status, (await answer.json())["code"]) == (401, "no_session"), name
        answer = await half.ask(method, path, **kwargs)
        if not name.startswith("staff-mine-totp") and "passkey" not in name and name in OWN:
            assert answer.status in (400, 401), name
        elif name not in OWN:
            assert (await answer.json())["code"] == "no_session", name
        for role, person in people.items():
            answer = await person.ask(method, path, **kwargs)
            code = (await answer.json())["code"] if answer.status >= 400 else ""
            if role in allowed(name):
                assert code not in ("no_session", "not_allowed"), f"{role} at {name}"
            else:
                assert (answer.status, code) == (403, "not_allowed"), f"{role} at {name}"


async def test_every_route_is_documented(world: World) -> None:
    """With its method, as PROTOCOL.md lists them: below /api/staff."""
    page = (Path(__file__).parents[3] / "signaling/PROTOCOL.md").read_text()
    for route in world.application.router.routes():
        if route.method != "HEAD" and route.resource is not None:
            info = route.resource.get_info()
            path = (info.get("path") or info["formatter"]).removeprefix("/api/staff")
            assert f"`{route.method} {path}`" in page, path


async def test_no_unsafe_request_from_another_page(world: World, admin: Person) -> None:
    """Without our Origin, whoever is signed in and whatever is asked (CSRF)."""
    for name, method, path in routes(world):
        if method == "GET":
            continue
        for origin in ("http://evil.example", "null", ""):
            answer = await admin.ask(method, path, json={}, headers={"Origin": origin})
            assert (answer.status, (await answer.json())["code"]) == (403, "bad_origin"), name
    assert await admin.stage() == "full"


async def test_cookies_are_out_of_reach(tmp_path: Path) -> None:
    """Of pages, of other sites, of plain HTTP: except on this machine for a first try."""
    for settings, name, secure in (
        ({}, "staff", False),
        ({"public_url": "https://court.example", "trusted_proxies": ("127.0.0.1",)}, "__Host-staff", True),
    ):  # fmt: skip
        folder = tmp_path / name
        folder.mkdir()
        async with staff_world(folder, **settings) as world:
            _, link = await world.account("zhou", JUDGE)
            person = world.person(Origin=world.settings.allowed_origins[0])
            answer = await person.ask("POST", "/setup", json={"link": link, "password": PASSWORD})
            cookie = answer.cookies[name]
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
            assert bool(cookie["secure"]) is secure
            assert cookie["domain"] == ""


async def test_an_act_of_administration_needs_a_fresh_proof(world: World, admin: Person) -> None:
    world.now += PROVED_MS
    new = {"login": "wu", "name": "吴某", "roles": ["clerk"]}
    assert await admin.refused("/accounts", **new) == "prove_again"
    assert len((await admin.get("/accounts"))["accounts"]) == 1
    await admin.good("/totp", code=admin.code())
    made = await admin.good("/accounts", **new)
    assert made["link"].startswith("http://localhost:8080/staff/setup#")
    assert await admin.refused("/accounts", **new) == "login_taken"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"roles": []}, "empty"),
        ({"roles": ["administrator", "auditor"]}, "roles_conflict"),
        ({"roles": ["emperor"]}, "bad_message"),
        ({"login": "Wu Wei"}, "bad_message"),
        ({"login": "../wu"}, "bad_message"),
        ({"name": "吴\n某"}, "bad_message"),
        ({"name": " "}, "bad_message"),
        ({"email": "not an address"}, "bad_message"),
        ({"email": "a@b\r\nBcc: c@d"}, "bad_message"),
        ({"phone": "911; DROP"}, "bad_message"),
        ({"external": "x"}, "bad_message"),
        ({"provider": True}, "bad_message"),
        ({"active": True}, "bad_message"),
    ],
)
async def test_what_no_account_can_be(
    world: World, admin: Person, fields: dict[str, object], code: str
) -> None:
    body = {"login": "wu", "name": "吴某", "roles": ["clerk"], **fields}
    assert await admin.refused("/accounts", **body) == code
    assert len((await admin.get("/accounts"))["accounts"]) == 1


async def test_whoever_is_disabled_is_out_at_once(world: World, admin: Person) -> None:
    """Sessions, seats and half sign-ins; enabled again they sign in anew."""
    judge = await world.of(JUDGE)
    account = await world.parts.staff.by_login(judge.login)
    await admin.good(f"/accounts/{account.id}/disable")
    assert await judge.refused("/me", "GET") == "no_session"
    assert await judge.refused("/login", login=judge.login, password=PASSWORD) == "bad_credentials"
    assert await admin.refused(f"/accounts/{account.id}/disable") == "no_change"
    await admin.good(f"/accounts/{account.id}/enable")
    assert await judge.stage() == "none"
    assert (await judge.sign_in())["stage"] == "full"


async def test_other_rights_need_a_new_session(world: World, admin: Person) -> None:
    clerk = await world.of(CLERK)
    account = await world.parts.staff.by_login(clerk.login)
    change = {"name": "季某", "roles": ["clerk", "auditor"], "email": "ji@court.example"}
    await admin.good(f"/accounts/{account.id}", **change)
    assert await clerk.stage() == "none"
    await clerk.sign_in()
    assert (await clerk.get("/audit"))["rows"]
    await admin.good(f"/accounts/{account.id}", **{**change, "name": "季某某"})
    assert await clerk.stage() == "full"
    assert (
        await admin.refused(f"/accounts/{account.id}", **{**change, "name": "季某某"})
        == "no_change"
    )


async def test_the_last_administrator_stays(world: World, admin: Person) -> None:
    me = await world.parts.staff.by_login(admin.login)
    assert await admin.refused(f"/accounts/{me.id}/disable") == "last_administrator"
    change = {"name": me.name, "roles": ["judge"]}
    assert await admin.refused(f"/accounts/{me.id}", **change) == "last_administrator"
    other, _ = await world.account("second", ADMINISTRATOR)
    await admin.good(f"/accounts/{other.id}/disable")
    assert await admin.refused(f"/accounts/{me.id}/disable") == "last_administrator"


async def test_a_reset_takes_everything_away(world: World, admin: Person) -> None:
    judge = await world.of(JUDGE)
    account = await world.parts.staff.by_login(judge.login)
    link = (await admin.good(f"/accounts/{account.id}/reset"))["link"].partition("#")[2]
    assert await judge.stage() == "none"
    assert await judge.refused("/login", login=judge.login, password=PASSWORD) == "bad_credentials"
    info = await judge.good("/setup", link=link, password=PASSWORD)
    assert info["stage"] == "enrol"
    factors = await world.parts.factors.of(account)
    assert (factors.totp, factors.passkeys, factors.recovery) == (False, 0, 0)


async def test_what_is_not_there_is_not_found(world: World, admin: Person) -> None:
    for path in ("", "/disable", "/enable", "/reset"):
        assert (
            await admin.refused(f"/accounts/nobody{path}", **(CHANGE if not path else {}))
            == "not_found"
        )
    assert await admin.refused("/accounts/nobody", "GET") == "not_found"
    assert await admin.refused("/me/passkeys/nobody/remove") == "not_found"
    assert await admin.refused("/hearings/nowhere/seat") == "not_found"


CHANGE = {"name": "吴某", "roles": ["clerk"]}


async def test_an_account_enters_its_own_seat(world: World, admin: Person) -> None:
    """By no link; and the seat ends with the account."""
    judge = await world.of(JUDGE)
    account = await world.parts.staff.by_login(judge.login)
    event = planned(replace(PRESIDING, account=account.id))
    await world.hearings.plan(cmd.Plan(planned=event))
    party = next(one.id for one in event.parties if one.account)
    answer = await judge.ask("POST", f"/hearings/{event.hearing}/seat", json={})
    assert await answer.json() == {"seat": party}
    cookie = answer.cookies[f"seat-{party}"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert (await world.access.session(cookie.value, party)).party == party
    assert await admin.refused(f"/hearings/{event.hearing}/seat") == "not_found"
    await admin.good(f"/accounts/{account.id}/disable")
    with pytest.raises(Exception, match="no_session"):
        await world.access.session(cookie.value, party)
    assert any("|seat_entered|" in line for line in await world.trail())


async def test_the_trail_tells_what_happened(world: World, admin: Person) -> None:
    await admin.good("/accounts", login="wu", name="吴某", roles=["clerk", "judge"])
    auditor = await world.of(AUDITOR)
    await world.person().refused("/login", login=admin.login, password="x")
    await world.person().refused("/accounts", "GET")
    await auditor.refused("/accounts", "GET")
    told = await world.trail()
    for line in (
        "the.administrator|account_created|wu|judge,clerk",
        "the.administrator|login|the.administrator|second factor set up",
        "console|account_created|the.auditor|auditor",
        "|login_failed|the.administrator|password",
        "|denied|GET staff-accounts|no_session",
        "the.auditor|denied|GET staff-accounts|not_allowed",
    ):
        assert line in told, "\n".join(told)
    found = await auditor.get("/audit?action=denied&action=login_failed&text=the.a")
    assert [row["action"] for row in found["rows"]] == ["denied", "login_failed"]
    assert found["rows"][0]["address"] == "127.0.0.1"
    for bad in ("since=x", "before=-1", "action=nothing", f"until={10**20}"):
        assert await auditor.refused(f"/audit?{bad}", "GET") == "bad_message"


async def test_the_trail_is_exported_and_that_is_noted(world: World) -> None:
    auditor = await world.of(AUDITOR)
    await world.parts.audit.note("view", actor="=cmd()", subject='a "b", c\n')  # type: ignore[arg-type]
    answer = await auditor.ask("GET", "/audit/export.csv?text=cmd")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    head, own, row = csv.reader(io.StringIO((await answer.text()).lstrip("\ufeff")))
    assert head[:4] == ["id", "at", "actor", "action"]
    assert (own[3], row[2], row[4]) == ("export", "'=cmd()", 'a "b", c ')
    answer = await auditor.ask("GET", "/audit/export.jsonl")
    lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert [line["id"] for line in lines] == list(range(len(lines), 0, -1))
    assert all(a["previous"] == b["hash"] for a, b in pairwise(lines))
    assert "the.auditor|export|audit|csv text=cmd" in await world.trail()
    verdict = await auditor.good("/audit/verify")
    assert verdict["broken"] is None
    assert verdict["rows"] == lines[0]["id"]


async def test_what_cannot_be_noted_is_not_done(world: World, admin: Person) -> None:
    """Neither signed in nor changed nor read; a refusal says busy rather than slip by unseen."""
    auditor, judge = await world.of(AUDITOR), await world.of(JUDGE)
    async with world.store.database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM audit_head")
    assert await admin.refused("/accounts", login="wu", name="吴某", roles=["clerk"]) == "busy"
    assert await world.parts.store.by_login("wu") is None
    assert await auditor.refused("/audit/export.csv", "GET") == "busy"
    assert await judge.refused("/accounts", "GET") == "busy"
    other = world.person()
    await other.good("/login", login=judge.login, password=PASSWORD)
    assert await other.refused("/totp", code=judge.code()) == "busy"
    assert await other.stage() == "second"


async def test_a_flood_of_refusals_does_not_fill_the_trail(world: World) -> None:
    stranger = world.person()
    for _ in range(50):
        await stranger.refused("/accounts", "GET")
    denied = [line for line in await world.trail() if "|denied|" in line]
    assert len(denied) == 20
