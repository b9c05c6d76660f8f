"""In by two factors, and in no other way: what an attacker tries, one after the other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest

from hearing_server.domain.staff import StaffRole
from hearing_server.services.attempts import LOCK_MS, OF_ADDRESS
from hearing_server.services.staff_sessions import IDLE_MS, PENDING_MS, PROVED_MS, SESSION_MS

from .staff_world import MINUTE, PASSWORD, Person, World, staff_world

ADMINISTRATOR, JUDGE = StaffRole.ADMINISTRATOR, StaffRole.JUDGE


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with staff_world(tmp_path) as world:
        yield world


@pytest.fixture
async def judge(world: World) -> Person:
    return await world.of(JUDGE)


async def test_nothing_but_the_second_factor_before_it_is_set_up(world: World) -> None:
    _, link = await world.account("zhou", JUDGE)
    person = world.person()
    info = await person.good("/setup", link=link, password=PASSWORD)
    assert (info["stage"], info["account"]["login"]) == ("enrol", "zhou")
    for path in ("/me", "/me/account", "/accounts", "/audit"):
        assert await person.refused(path, "GET") == "no_session"
    assert await person.refused("/me/recovery") == "no_session"
    await person.enrol()
    assert await person.stage() == "full"
    assert len(set(person.recovery)) == 10


async def test_whoever_has_a_second_factor_is_asked_for_it(world: World) -> None:
    """The technician as everybody else."""
    person = await world.of(StaffRole.TECHNICIAN)
    assert await person.stage() == "full"
    await person.enrol()
    await person.good("/logout")
    assert (await person.good("/login", login=person.login, password=PASSWORD))["stage"] == "second"


async def test_a_set_up_link_is_used_once_within_its_time(world: World) -> None:
    _, link = await world.account("zhou", JUDGE)
    person, other = world.person(), world.person()
    for weak, why in (
        ("short", "short"),
        ("a" * 129, "long"),
        ("my zhou password", "own_name"),
        ("PASSWORD123456!", "common"),
        ("aabbaabbaabb", "plain"),
        ("1234567890123", "plain"),
    ):
        answer = await person.ask("POST", "/setup", json={"link": link, "password": weak})
        assert await answer.json() == {"code": "weak_password", "detail": why}
    await person.good("/setup", link=link, password=PASSWORD)
    assert await other.refused("/setup", link=link, password=PASSWORD) == "bad_token"
    _, late = await world.account("wu", JUDGE)
    world.now += 72 * 60 * MINUTE
    assert await other.refused("/setup", link=late, password=PASSWORD) == "bad_token"


async def test_nobody_learns_which_accounts_there_are(world: World, judge: Person) -> None:
    """Unknown, disabled, not yet set up, wrong: one answer, and one way of being locked out."""
    disabled = await world.of(StaffRole.CLERK)
    account = await world.parts.staff.by_login(disabled.login)
    await world.account("no.password.yet", JUDGE)
    admin = await world.of(ADMINISTRATOR)
    await admin.good(f"/accounts/{account.id}/disable")
    answers = []
    for login in (judge.login, "nobody", disabled.login, "no.password.yet"):
        stranger = world.person()
        tries = []
        for _ in range(6):
            body = {"login": login, "password": "not the password"}
            answer = await stranger.ask("POST", "/login", json=body)
            tries.append((answer.status, await answer.text(), sorted(answer.headers)))
        answers.append(tries)
        world.now += LOCK_MS  # so that the address is not what locks
    assert all(tries == answers[0] for tries in answers)
    assert [status for status, _, _ in answers[0]] == [401] * 5 + [429]
    assert "not the password" not in str(await world.trail())
    assert "nobody" not in str(await world.trail()), "a login that is none may be a password"


async def test_an_unknown_login_costs_a_hash_too(
    world: World, judge: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[object] = []
    real = world.parts.passwords._hasher.verify

    def watched(*arguments: str) -> bool:
        verified.append(arguments)
        return bool(real(*arguments))

    monkeypatch.setattr(type(world.parts.passwords._hasher), "verify", lambda s, *a: watched(*a))
    for login in ("nobody", judge.login):
        before = len(verified)
        await world.person().refused("/login", login=login, password="x")
        assert len(verified) == before + 1


async def test_five_wrong_tries_lock_the_account_for_a_while(world: World, judge: Person) -> None:
    """The right password no more than a wrong one; the trail says so; others are not concerned."""
    thief = world.person()
    for _ in range(5):
        assert await thief.refused("/login", login=judge.login, password="x") == "bad_credentials"
    await judge.good("/logout")
    assert await judge.refused("/login", login=judge.login, password=PASSWORD) == "locked"
    assert any(f"|locked|{judge.login}|" in line for line in await world.trail())
    assert (await (await world.of(StaffRole.CLERK)).sign_in())["stage"] == "full"
    world.now += LOCK_MS
    assert (await judge.sign_in())["stage"] == "full"


async def test_many_tries_at_once_are_no_way_around_the_lock(world: World, judge: Person) -> None:
    thief = world.person()
    codes = await asyncio.gather(
        *(thief.refused("/login", login=judge.login, password=f"guess {n}") for n in range(15))
    )
    assert (codes.count("bad_credentials"), codes.count("locked")) == (5, 10)


async def test_guessing_codes_locks_as_well(world: World, judge: Person) -> None:
    """Whoever has the password gets no more than five tries at the code, however often they begin."""
    thief = world.person()
    codes = []
    for n in range(3):
        await thief.good("/login", login=judge.login, password=PASSWORD)
        codes += [
            await thief.refused("/totp", code=f"00000{n}"),
            await thief.refused("/totp", code="1"),
        ]
        if "locked" in codes:
            break
    assert codes == ["bad_credentials"] * 5 + ["locked"]
    assert await thief.refused("/recovery", code=judge.recovery[0]) == "locked"


async def test_an_address_that_guesses_at_everybody_is_locked(world: World, judge: Person) -> None:
    thief = world.person()
    await judge.good("/logout")
    for n in range(OF_ADDRESS):
        assert await thief.refused("/login", login=f"a{n}", password="x") == "bad_credentials"
    assert await thief.refused("/login", login=judge.login, password=PASSWORD) == "locked"


async def test_a_code_is_used_once(world: World, judge: Person) -> None:
    """Seen over a shoulder it opens nothing, nor do two who show it at the same time."""
    first, second = world.person(), world.person()
    for one in (first, second):
        await one.good("/login", login=judge.login, password=PASSWORD)
    code = judge.code()
    answers = await asyncio.gather(
        *(one.ask("POST", "/totp", json={"code": code}) for one in (first, second))
    )
    assert sorted(answer.status for answer in answers) == [200, 401]
    third = world.person()
    await third.good("/login", login=judge.login, password=PASSWORD)
    assert await third.refused("/totp", code=code) == "bad_credentials"
    older = str(pyotp.TOTP(judge.key).generate_otp(judge.step - 1))
    assert await third.refused("/totp", code=older) == "bad_credentials"


async def test_a_code_of_a_minute_ago_is_wrong(world: World, judge: Person) -> None:
    thief = world.person()
    code = judge.code()
    world.now += 61_000
    await thief.good("/login", login=judge.login, password=PASSWORD)
    for wrong in (code, "", "abcdef", "٣٤٥٦٧٨", code + "0"):
        assert await thief.refused("/totp", code=wrong) in ("bad_credentials", "locked")


async def test_a_recovery_code_opens_once(world: World, judge: Person) -> None:
    await judge.good("/logout")
    await judge.good("/login", login=judge.login, password=PASSWORD)
    typed = judge.recovery[0].upper().replace("-", " ")
    assert (await judge.good("/recovery", code=typed))["stage"] == "full"
    assert (await judge.get("/me/account"))["recovery"] == 9
    await judge.good("/logout")
    await judge.good("/login", login=judge.login, password=PASSWORD)
    assert await judge.refused("/recovery", code=typed) == "bad_credentials"
    world.now += LOCK_MS
    await judge.sign_in()
    fresh = (await judge.good("/me/recovery"))["recovery"]
    await judge.good("/logout")
    await judge.good("/login", login=judge.login, password=PASSWORD)
    assert await judge.refused("/recovery", code=judge.recovery[1]) == "bad_credentials"
    assert (await judge.good("/recovery", code=fresh[0]))["stage"] == "full"


async def test_the_token_changes_with_every_step(world: World, judge: Person) -> None:
    """A cookie that somebody planted or saw before opens nothing afterwards (session fixation)."""
    await judge.good("/logout")
    judge.carry("planted-by-somebody-else")
    await judge.good("/login", login=judge.login, password=PASSWORD)
    seen = judge.cookie
    assert seen != "planted-by-somebody-else"
    await judge.good("/totp", code=judge.code())
    assert judge.cookie != seen
    thief = world.person()
    for stale in (seen, "planted-by-somebody-else", ""):
        thief.carry(stale)
        assert await thief.stage() == "none"
    proved = judge.cookie
    await judge.good("/totp", code=judge.code())
    thief.carry(proved)
    assert await thief.stage() == "none"
    assert await judge.stage() == "full"


async def test_signing_in_again_ends_the_session_before(world: World, judge: Person) -> None:
    before = judge.cookie
    await judge.sign_in()
    thief = world.person()
    thief.carry(before)
    assert await thief.stage() == "none"


async def test_sessions_end_by_idleness_and_by_age(world: World, judge: Person) -> None:
    world.now += IDLE_MS - 1
    assert await judge.stage() == "full"
    world.now += IDLE_MS
    assert await judge.stage() == "none"
    await judge.sign_in()
    began = world.now
    while world.now < began + SESSION_MS - 20 * MINUTE:
        world.now += 20 * MINUTE
        assert await judge.stage() == "full"
    world.now = began + SESSION_MS
    assert await judge.stage() == "none"


async def test_half_a_sign_in_lasts_ten_minutes(world: World, judge: Person) -> None:
    await judge.good("/login", login=judge.login, password=PASSWORD)
    world.now += PENDING_MS
    assert await judge.refused("/totp", code=judge.code()) == "no_session"


async def test_out_here_there_and_everywhere(world: World, judge: Person) -> None:
    other = world.person()
    other.login, other.key, other.step = judge.login, judge.key, judge.step
    await other.sign_in()
    sessions = (await judge.get("/me/account"))["sessions"]
    assert [one["here"] for one in sessions].count(True) == 1
    ended = next(one["id"] for one in sessions if not one["here"])
    await judge.good(f"/me/sessions/{ended}/end")
    assert (await other.stage(), await judge.stage()) == ("none", "full")
    clerk = await world.of(StaffRole.CLERK)
    mine = next(one["id"] for one in (await judge.get("/me/account"))["sessions"])
    assert await clerk.refused(f"/me/sessions/{mine}/end") == "not_found"
    await other.sign_in()
    await judge.good("/logout", everywhere=True)
    assert (await other.stage(), await judge.stage()) == ("none", "none")


async def test_the_password_is_changed_with_the_old_one(world: World, judge: Person) -> None:
    other = world.person()
    other.login, other.key, other.step = judge.login, judge.key, judge.step
    await other.sign_in()
    new = "another long 木 sentence"
    assert await judge.refused("/me/password", old="x", new=new) == "bad_credentials"
    assert await judge.refused("/me/password", old=PASSWORD, new="password1234") == "weak_password"
    await judge.good("/me/password", old=PASSWORD, new=new)
    assert (await judge.stage(), await other.stage()) == ("full", "none")
    assert await other.refused("/login", login=judge.login, password=PASSWORD) == "bad_credentials"
    world.now += PROVED_MS
    assert await judge.refused("/me/password", old=new, new=PASSWORD) == "prove_again"


async def test_the_last_second_factor_stays(world: World, judge: Person) -> None:
    assert await judge.refused("/me/totp/remove") == "last_factor"
    technician = await world.of(StaffRole.TECHNICIAN)
    assert await technician.refused("/me/totp/remove") == "last_factor"


async def test_a_key_that_is_read_from_the_database_is_of_no_use(
    world: World, judge: Person
) -> None:
    """What is stored opens nothing: digests, hashes, and keys sealed for one account."""
    database = b"".join(
        path.read_bytes()
        for path in Path(world.store.database.engine.url.database or "").parent.iterdir()
    )
    for secret in (judge.key, judge.cookie, PASSWORD, *judge.recovery):
        assert secret.encode() not in database
    account = await world.parts.staff.by_login(judge.login)
    sealed = await world.parts.credentials.totp(account.id)
    assert sealed is not None
    step = world.parts.factors._totp.step
    assert step(sealed, account.id, judge.code(), world.now) is not None
    assert step(sealed, "another", judge.code(), world.now) is None
    assert step(sealed[:-1] + b"x", account.id, judge.code(), world.now) is None


async def test_without_the_second_factor_the_password_is_the_proof(tmp_path: Path) -> None:
    """For a demonstration; acts of administration still ask again after a while."""
    async with staff_world(tmp_path, second_factor=False) as world:
        admin = await world.of(ADMINISTRATOR)
        assert await admin.stage() == "full"
        world.now += PROVED_MS
        new = {"login": "wu", "name": "吴某", "roles": ["clerk"]}
        assert await admin.refused("/accounts", **new) == "prove_again"
        assert await admin.refused("/password", password="x") == "bad_credentials"
        await admin.good("/password", password=PASSWORD)
        await admin.good("/accounts", **new)
