"""In by the court's identity provider: whom it vouches for, and what it is not believed."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from hearing_server.adapters import provider as adapter
from hearing_server.domain.staff import StaffRole
from hearing_server.services.staff_sessions import PROVED_MS

from .identity_provider import CLIENT, SECRET, IdentityProvider
from .staff_world import Person, World, staff_world


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    provider = IdentityProvider()
    await provider.server.start_server()
    yield provider
    await provider.server.close()


@pytest.fixture
async def world(tmp_path: Path, provider: IdentityProvider) -> AsyncIterator[World]:
    async with staff_world(
        tmp_path,
        oidc_issuer=provider.issuer,
        oidc_client=CLIENT,
        oidc_secret=SECRET,
        oidc_name="门户",
    ) as world:
        world.now = time.time_ns() // 1_000_000  # the provider's clock is the real one
        yield world


async def away(person: Person) -> str:
    """Sent to the provider; where to."""
    answer = await person.ask("GET", "/oidc/start")
    assert answer.status == 303
    return answer.headers["Location"]


async def back(person: Person, state: str, code: str) -> str:
    """Back from there; what page it ends at."""
    answer = await person.ask("GET", f"/oidc/return?state={state}&code={code}")
    assert answer.status == 303
    return answer.headers["Location"]


async def through(person: Person, provider: IdentityProvider) -> str:
    location = await away(person)
    code = provider.visit(location)
    return await back(person, provider.asked[-1]["state"], code)


async def entered(world: World, **more: object) -> None:
    await world.account("zhou", StaffRole.JUDGE, provider=True, **more)


async def test_in_by_the_subject_that_was_entered(world: World, provider: IdentityProvider) -> None:
    await entered(world, external="p-1")
    person = world.person()
    assert (await person.get("/session"))["provider"] == "门户"
    location = await away(person)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert location.startswith(f"{provider.issuer}/authorize?")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == "http://localhost:8080/api/staff/oidc/return"
    assert len(asked["nonce"]) >= 20
    assert await back(person, asked["state"], provider.visit(location)) == "/staff?back=1"
    info = await person.get("/session")
    assert (info["stage"], info["account"]["login"]) == ("full", "zhou")
    assert provider.redeemed[0]["grant_type"] == "authorization_code"
    assert SECRET not in str(provider.redeemed), "the secret goes in the header alone"
    assert (provider.authorization[0] or "").startswith("Basic ")


async def test_in_by_an_address_the_first_time(world: World, provider: IdentityProvider) -> None:
    """If the provider has checked it; from then on by the subject, whatever the address becomes."""
    await entered(world, email="Zhou@court.example")
    person = world.person()
    assert await through(person, provider) == "/staff?fault=bad_credentials"
    provider.claims["email_verified"] = True
    assert await through(person, provider) == "/staff?back=1"
    provider.claims = {"sub": "p-1"}
    assert await through(world.person(), provider) == "/staff?back=1"
    provider.claims = {"sub": "p-2", "email": "zhou@court.example", "email_verified": True}
    assert await through(world.person(), provider) == "/staff?fault=bad_credentials"


async def test_a_local_account_is_not_taken_over(world: World, provider: IdentityProvider) -> None:
    """By whoever has its address at the provider; nor is anybody let in who was not entered."""
    provider.claims["email_verified"] = True
    assert await through(world.person(), provider) == "/staff?fault=bad_credentials"
    await world.account("local", StaffRole.ADMINISTRATOR, email="zhou@court.example")
    assert await through(world.person(), provider) == "/staff?fault=bad_credentials"
    assert "|login_failed||provider; no such account" in await world.trail()


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
    ],
)
async def test_a_token_that_does_not_hold(
    world: World, provider: IdentityProvider, lie: dict[str, object]
) -> None:
    await entered(world, external="p-1")
    provider.lie = lie
    person = world.person()
    assert await through(person, provider) == "/staff?fault=bad_credentials"
    assert await person.stage() == "none"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_that_nobody_signed(
    world: World, provider: IdentityProvider, algorithm: str
) -> None:
    await entered(world, external="p-1")
    provider.algorithm = algorithm
    assert await through(world.person(), provider) == "/staff?fault=bad_credentials"


async def test_a_token_of_another_key(
    world: World, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown, it is refused; once the provider shows it and a while has passed, it is fetched."""
    await entered(world, external="p-1")
    assert await through(world.person(), provider) == "/staff?back=1"
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    assert await through(world.person(), provider) == "/staff?fault=bad_credentials"
    monkeypatch.setattr(adapter, "KEYS_AGAIN", 0.0)
    assert await through(world.person(), provider) == "/staff?back=1"


async def test_a_provider_that_calls_itself_something_else(
    world: World, provider: IdentityProvider
) -> None:
    provider.published_issuer = "https://evil.example"
    answer = await world.person().ask("GET", "/oidc/start")
    assert answer.headers["Location"] == "/staff?fault=bad_credentials"


async def test_an_answer_is_for_the_browser_that_asked(
    world: World, provider: IdentityProvider
) -> None:
    """Once: somebody else's code signs nobody in (login CSRF), nor does a second use."""
    await entered(world, external="p-1")
    attacker, victim = world.person(), world.person()
    code = provider.visit(await away(attacker))
    state = provider.asked[-1]["state"]
    assert await back(victim, state, code) == "/staff?fault=bad_token"
    assert await victim.stage() == "none"
    fresh = provider.visit(await away(victim))
    mine = provider.asked[-1]["state"]
    assert await back(victim, mine, fresh) == "/staff?back=1"
    assert await back(victim, mine, fresh) == "/staff?fault=bad_token"
    for query in ("", "?state=&code=", f"?state={state}", "?error=access_denied"):
        answer = await victim.ask("GET", f"/oidc/return{query}")
        assert answer.headers["Location"] == "/staff?fault=bad_token"


async def test_an_answer_that_comes_late(world: World, provider: IdentityProvider) -> None:
    await entered(world, external="p-1")
    person = world.person()
    code = provider.visit(await away(person))
    world.now += 5 * 60_000
    assert await back(person, provider.asked[-1]["state"], code) == "/staff?fault=bad_token"


async def test_who_is_disabled_here_is_not_let_in(world: World, provider: IdentityProvider) -> None:
    admin = await world.of(StaffRole.ADMINISTRATOR)
    await entered(world, external="p-1")
    account = await world.parts.staff.by_login("zhou")
    await admin.good(f"/accounts/{account.id}/disable")
    assert await through(world.person(), provider) == "/staff?fault=bad_credentials"
    assert await admin.refused(f"/accounts/{account.id}/reset") == "not_found"


async def test_an_administrator_proves_themselves_there_again(
    world: World, provider: IdentityProvider
) -> None:
    """By showing themselves anew: a session that the provider still had is not enough."""
    await world.account("zhou", StaffRole.ADMINISTRATOR, provider=True, external="p-1")
    person = world.person()
    await through(person, provider)
    assert "max_age" not in provider.asked[-1]
    new = {"login": "wu", "name": "吴某", "roles": ["clerk"]}
    assert await person.refused("/accounts", **new) == "prove_again"
    for auth_time in (None, int(time.time()) - 3600):
        provider.claims["auth_time"] = auth_time
        assert await through(person, provider) == "/staff?fault=bad_credentials"
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    provider.claims["auth_time"] = int(time.time())
    before = person.cookie
    assert await through(person, provider) == "/staff?back=1"
    await person.good("/accounts", **new)
    thief = world.person()
    thief.carry(before)
    assert await thief.stage() == "none"
    world.now += PROVED_MS
    assert await person.refused("/accounts", **{**new, "login": "wu2"}) == "prove_again"


async def test_a_provider_out_of_reach(world: World, provider: IdentityProvider) -> None:
    await entered(world, external="p-1")
    person = world.person()
    code = provider.visit(await away(person))
    provider.down = True
    assert await back(person, provider.asked[-1]["state"], code) == "/staff?fault=busy"
    await provider.server.close()
    fresh = world.parts._provider()
    assert fresh is not None
    with pytest.raises(Exception, match="busy"):
        await fresh.start("")
