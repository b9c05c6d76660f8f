"""The court's staff at a real server: in by two factors, kept out otherwise, and all of it noted."""

import pytest

from .harness import Refusal, ServerProcess
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
