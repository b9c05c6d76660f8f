"""Passkeys: two factors in one, of this court and this account alone, and no copies."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hearing_server.domain.staff import StaffRole
from hearing_server.services.attempts import OF_ACCOUNT
from hearing_server.services.staff_sessions import PROVED_MS

from .authenticator import PRESENT, Device
from .staff_world import PASSWORD, Person, World, staff_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with staff_world(tmp_path) as world:
        yield world


async def add(person: Person, device: Device, name: str = "钥匙") -> Any:
    asked = await person.good("/me/passkeys/new")
    credential = device.create(asked["options"])
    return await person.ask(
        "POST",
        "/me/passkeys",
        json={"ticket": asked["ticket"], "credential": credential, "name": name},
    )


async def use(person: Person, device: Device) -> str:
    """How it ends: the stage, or the code of a refusal."""
    asked = await person.good("/passkey/options")
    body = {"ticket": asked["ticket"], "credential": device.get(asked["options"])}
    answer = await person.ask("POST", "/passkey", json=body)
    told = await answer.json()
    return str(told["stage"] if answer.status == 200 else told["code"])


@pytest.fixture
async def judge(world: World) -> Person:
    return await world.of(StaffRole.JUDGE)


@pytest.fixture
async def device(judge: Person) -> Device:
    device = Device()
    assert (await add(judge, device)).status == 200
    return device


async def test_the_first_second_factor_may_be_a_passkey(world: World) -> None:
    _, link = await world.account("zhou", StaffRole.CLERK)
    person, device = world.person(), Device()
    await person.good("/setup", link=link, password=PASSWORD)
    made = await add(person, device)
    assert len((await made.json())["recovery"]) == 10
    assert await person.stage() == "full"
    await person.good("/logout")
    assert await use(person, device) == "full"
    assert await person.refused("/me/totp/remove") in ("last_factor", "not_found")
    (passkey,) = (await person.get("/me/account"))["passkeys"]
    assert await person.refused(f"/me/passkeys/{passkey['id']}/remove") == "last_factor"


async def test_alone_as_second_factor_and_once_more(
    world: World, judge: Person, device: Device
) -> None:
    stranger = world.person()
    asked = await stranger.good("/passkey/options")
    assert asked["options"].get("allowCredentials", []) == [], "who has which is not told"
    assert asked["options"]["userVerification"] == "required"
    assert await use(stranger, device) == "full"
    await judge.good("/logout")
    await judge.good("/login", login=judge.login, password=PASSWORD)
    assert await use(judge, device) == "full"
    world.now += PROVED_MS
    assert await judge.refused("/me/recovery") == "prove_again"
    assert await use(judge, device) == "full"
    await judge.good("/me/recovery")
    told = await world.trail()
    assert sum("|login|the.judge|passkey" in line for line in told) == 2
    assert sum("|proved_again|the.judge|passkey" in line for line in told) == 1


async def test_what_is_not_believed(world: World, judge: Person, device: Device) -> None:
    """Nobody verified, another site's page, another court's passkey, a wrong key, another person."""
    thief = world.person()
    device.flags = PRESENT
    assert await use(thief, device) == "bad_credentials"
    device.flags |= 0x04
    device.origin = "https://evil.example"
    assert await use(thief, device) == "bad_credentials"
    device.origin, device.host = "http://localhost:8080", "evil.example"
    assert await use(thief, device) == "bad_credentials"
    device.host = "localhost"
    forged = Device()
    forged.identity, forged.user = device.identity, device.user
    assert await use(thief, forged) == "bad_credentials"
    assert await use(thief, Device()) == "bad_credentials"
    user, device.user = device.user, b"somebody else"
    assert await use(thief, device) == "bad_credentials"
    device.user = user
    assert await thief.stage() == "none"
    assert await use(thief, device) == "full"


async def test_a_copy_of_a_passkey_is_noticed(world: World, judge: Person, device: Device) -> None:
    """Its counter stands behind: refused, and in the trail."""
    thief = world.person()
    assert await use(thief, device) == "full"
    await thief.good("/logout")
    device.count -= 1
    assert await use(thief, device) == "bad_credentials"
    assert any("|login_failed|the.judge|passkey: Invalid" in line for line in await world.trail())


async def test_an_answer_counts_once(world: World, judge: Person, device: Device) -> None:
    thief = world.person()
    asked = await thief.good("/passkey/options")
    body = {"ticket": asked["ticket"], "credential": device.get(asked["options"])}
    assert (await thief.ask("POST", "/passkey", json=body)).status == 200
    await thief.good("/logout")
    assert await thief.refused("/passkey", **body) == "bad_token"
    other = await thief.good("/passkey/options")
    assert (
        await thief.refused("/passkey", **{**body, "ticket": other["ticket"]}) == "bad_credentials"
    )
    asked = await thief.good("/passkey/options")
    late = {"ticket": asked["ticket"], "credential": device.get(asked["options"])}
    world.now += 5 * 60_000
    assert await thief.refused("/passkey", **late) == "bad_token"


@pytest.mark.parametrize(
    "credential", [{}, {"rawId": 7}, {"rawId": "!!"}, {"rawId": "AAAA"}, {"rawId": "é" * 5000}]
)
async def test_what_is_no_passkey(world: World, credential: dict[str, object]) -> None:
    person = world.person()
    asked = await person.good("/passkey/options")
    body = {"ticket": asked["ticket"], "credential": credential}
    assert await person.refused("/passkey", **body) == "bad_credentials"


async def test_another_accounts_passkey_is_no_second_factor(
    world: World, judge: Person, device: Device
) -> None:
    clerk = await world.of(StaffRole.CLERK)
    await clerk.good("/logout")
    await clerk.good("/login", login=clerk.login, password=PASSWORD)
    assert await use(clerk, device) == "bad_credentials"
    assert await clerk.stage() == "second"


async def test_a_registration_is_of_the_session_that_asked(
    world: World, judge: Person, device: Device
) -> None:
    """Nor is a device taken twice, by its owner or by somebody else."""
    clerk, fresh = await world.of(StaffRole.CLERK), Device()
    asked = await judge.good("/me/passkeys/new")
    assert len(asked["options"]["excludeCredentials"]) == 1
    body = {"ticket": asked["ticket"], "credential": fresh.create(asked["options"]), "name": "x"}
    assert await clerk.refused("/me/passkeys", **body) == "bad_token"
    assert (await (await add(clerk, device)).json())["code"] == "no_change"
    for name in ("", " ", "x" * 61, "a\nb"):
        assert (await (await add(judge, Device(), name)).json())["code"] == "bad_message"


async def test_guessing_passwords_does_not_lock_out_a_passkey(
    world: World, judge: Person, device: Device
) -> None:
    thief = world.person()
    for _ in range(OF_ACCOUNT + 1):
        await thief.refused("/login", login=judge.login, password="x")
    await judge.good("/logout")
    assert await use(judge, device) == "full"


async def test_a_disabled_accounts_passkey_opens_nothing(
    world: World, judge: Person, device: Device
) -> None:
    admin = await world.of(StaffRole.ADMINISTRATOR)
    account = await world.parts.staff.by_login(judge.login)
    await admin.good(f"/accounts/{account.id}/disable")
    assert await use(world.person(), device) == "bad_credentials"
    await admin.good(f"/accounts/{account.id}/enable")
    await admin.good(f"/accounts/{account.id}/reset")
    assert await use(world.person(), device) == "bad_credentials", "a reset takes it away"
