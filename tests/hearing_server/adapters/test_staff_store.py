"""Accounts and what opens them, on real databases: of two who try at once, one wins."""

import asyncio
from dataclasses import replace

import pytest

from hearing_server.adapters.staff_credentials import SqlCredentials
from hearing_server.adapters.staff_store import SqlStaff
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.access import Seated
from hearing_server.services.factors import Passkey
from hearing_server.services.staff_sessions import StaffSession, Stage

ROLES = frozenset({StaffRole.ADMINISTRATOR, StaffRole.JUDGE})
ZHOU = Account(id="1", login="zhou", name="周某（虚构）", roles=ROLES, email="zhou@court.example")
WU = replace(ZHOU, id="2", login="wu", email="", provider=True)
KEY = b"k" * 32


@pytest.fixture
async def staff(store: SqlStore) -> SqlStaff:
    staff = SqlStaff(store.database)
    await staff.add_account(ZHOU, "", 1)
    return staff


@pytest.fixture
def credentials(store: SqlStore) -> SqlCredentials:
    return SqlCredentials(store.database)


def session(account: Account, identity: str = "s") -> StaffSession:
    return StaffSession(
        id=identity, account=account, stage=Stage.SECOND, started_at=1, seen_at=2, expires_at=100,
        proved_at=0, address="192.0.2.1", browser="Firefox",
    )  # fmt: skip


async def refused(awaitable: object) -> Code:
    with pytest.raises(Refused) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


async def test_an_account_is_found_as_it_was_entered(staff: SqlStaff) -> None:
    await staff.add_account(WU, "subject-2", 2)
    assert await staff.accounts() == [WU, ZHOU]
    assert await staff.account("1") == await staff.by_login("zhou") == ZHOU
    assert await staff.by_external("subject-2") == WU
    assert await staff.by_login("nobody") is None
    assert await refused(staff.add_account(replace(ZHOU, id="3"), "", 3)) is Code.LOGIN_TAKEN
    third = replace(WU, id="3", login="three")
    assert await refused(staff.add_account(third, "subject-2", 3)) is Code.LOGIN_TAKEN
    assert len(await staff.accounts()) == 2


async def test_only_accounts_of_the_provider_are_found_by_address(staff: SqlStaff) -> None:
    await staff.add_account(replace(WU, email="zhou@court.example"), "", 2)
    assert [one.login for one in await staff.by_email("zhou@court.example")] == ["wu"]
    assert await staff.bind_external("2", "subject")
    assert not await staff.bind_external("2", "another")
    assert not await staff.bind_external("1", "subject")
    assert await staff.by_email("zhou@court.example") == []


async def test_two_administrators_who_disable_each_other(staff: SqlStaff, rival: SqlStore) -> None:
    """On two nodes at the same moment: one remains."""
    await staff.add_account(replace(ZHOU, id="2", login="wu"), "", 2)
    there = SqlStaff(rival.database)
    results = await asyncio.gather(
        staff.change_account(replace(ZHOU, active=False)),
        there.change_account(replace(ZHOU, id="2", login="wu", active=False)),
        return_exceptions=True,
    )
    assert sum(one.active for one in await staff.accounts()) == 1
    (failure,) = [one for one in results if one is not None]
    assert isinstance(failure, Refused)
    assert failure.code is Code.LAST_ADMINISTRATOR


async def test_a_session_is_read_with_its_account_as_it_is_now(staff: SqlStaff) -> None:
    await staff.save_session(b"1" * 32, session(ZHOU))
    assert await staff.session(b"1" * 32) == session(ZHOU)
    await staff.add_account(replace(ZHOU, id="2", login="wu"), "", 2)
    await staff.change_account(replace(ZHOU, active=False))
    found = await staff.session(b"1" * 32)
    assert found is not None
    assert not found.account.active
    assert await staff.session(b"2" * 32) is None


async def test_a_replaced_token_opens_nothing(staff: SqlStaff, rival: SqlStore) -> None:
    """Two requests that advance the same session: one gets the new token."""
    await staff.save_session(b"1" * 32, session(ZHOU))
    there = SqlStaff(rival.database)
    moved = replace(session(ZHOU), stage=Stage.FULL, proved_at=9)
    won = await asyncio.gather(
        staff.replace_session(b"1" * 32, b"2" * 32, moved),
        there.replace_session(b"1" * 32, b"3" * 32, moved),
    )
    assert sorted(won) == [False, True]
    assert await staff.session(b"1" * 32) is None
    assert await staff.session(b"2" * 32 if won[0] else b"3" * 32) == moved


async def test_sessions_end_singly_together_and_with_time(staff: SqlStaff) -> None:
    for n in range(4):
        await staff.save_session(bytes([n]) * 32, session(ZHOU, f"s{n}"))
    assert await staff.end_session("1", "s0")
    assert not await staff.end_session("1", "s0")
    assert not await staff.end_session("2", "s1"), "another account's"
    await staff.end_sessions("1", but="s2")
    assert [one.id for one in await staff.sessions_of("1")] == ["s2"]
    await staff.forget_expired(99)
    assert await staff.sessions_of("1")
    await staff.forget_expired(100)
    assert await staff.sessions_of("1") == []


async def test_seats_entered_from_an_account_end_with_it(store: SqlStore) -> None:
    seated = Seated(hearing="h1", party="judge")
    await store.save_session(b"1" * 32, seated, 100, "1")
    await store.save_session(b"2" * 32, seated, 100)
    await store.end_seats("1")
    assert await store.session(b"1" * 32, 50) is None
    assert await store.session(b"2" * 32, 50) == seated, "came by a link"


async def test_a_set_up_link_is_used_once(
    staff: SqlStaff, credentials: SqlCredentials, rival: SqlStore
) -> None:
    await credentials.set_setup("1", KEY, 100)
    assert await credentials.setup_of(KEY, 99) == "1"
    assert await credentials.setup_of(KEY, 100) is None
    there = SqlCredentials(rival.database)
    used = await asyncio.gather(
        credentials.use_setup(KEY, "one", 50), there.use_setup(KEY, "two", 50)
    )
    assert sorted(used) == [False, True]
    assert await credentials.password("1") == ("one" if used[0] else "two")


async def test_a_new_set_up_link_takes_all_else_away(
    staff: SqlStaff, credentials: SqlCredentials
) -> None:
    await credentials.set_password("1", "hash")
    await credentials.set_pending_totp("1", b"sealed")
    assert await credentials.confirm_totp("1", b"sealed", 7)
    await credentials.set_recovery("1", [KEY])
    await credentials.add_passkey(passkey())
    factors = await credentials.factors("1")
    assert (factors.password, factors.totp, factors.passkeys, factors.recovery) == (
        True,
        True,
        1,
        1,
    )
    await credentials.set_setup("1", KEY, 100)
    factors = await credentials.factors("1")
    assert (factors.password, factors.totp, factors.passkeys, factors.recovery) == (
        False,
        False,
        0,
        0,
    )


async def test_a_code_and_a_recovery_code_are_used_once(
    staff: SqlStaff, credentials: SqlCredentials, rival: SqlStore
) -> None:
    there = SqlCredentials(rival.database)
    await credentials.set_pending_totp("1", b"sealed")
    assert not await credentials.confirm_totp("1", b"another", 5)
    assert await credentials.confirm_totp("1", b"sealed", 5)
    assert not await credentials.use_totp("1", 5)
    used = await asyncio.gather(credentials.use_totp("1", 6), there.use_totp("1", 6))
    assert sorted(used) == [False, True]
    await credentials.set_recovery("1", [KEY, b"l" * 32])
    assert not await credentials.use_recovery("2", KEY)
    used = await asyncio.gather(credentials.use_recovery("1", KEY), there.use_recovery("1", KEY))
    assert sorted(used) == [False, True]
    await credentials.set_recovery("1", [b"m" * 32])
    assert not await credentials.use_recovery("1", b"l" * 32)


def passkey(identity: str = "p", credential: bytes = b"c") -> Passkey:
    return Passkey(
        id=identity, account="1", name="钥匙", credential=credential, public_key=b"key",
        sign_count=3, created_at=1,
    )  # fmt: skip


async def test_a_passkey_is_known_by_its_credential(
    staff: SqlStaff, credentials: SqlCredentials
) -> None:
    await credentials.add_passkey(passkey())
    assert await refused(credentials.add_passkey(passkey("q"))) is Code.NO_CHANGE
    assert await credentials.passkey(b"c") == passkey()
    assert await credentials.passkey(b"d") is None
    assert await credentials.use_passkey(passkey(), 4, 9)
    assert not await credentials.use_passkey(passkey(), 5, 9), "its counter has moved meanwhile"
    assert [one.used_at for one in await credentials.passkeys("1")] == [9]
    assert not await credentials.drop_passkey("2", "p")
    assert await credentials.drop_passkey("1", "p")
    assert await credentials.passkeys("1") == []


async def test_a_challenge_is_taken_once_in_time_and_for_its_kind(
    credentials: SqlCredentials, rival: SqlStore
) -> None:
    await credentials.save_challenge(KEY, "login", "1", "data", 100)
    assert await credentials.take_challenge(KEY, "register", 50) is None
    assert await credentials.take_challenge(KEY, "login", 100) is None
    taken = await asyncio.gather(
        credentials.take_challenge(KEY, "login", 50),
        SqlCredentials(rival.database).take_challenge(KEY, "login", 50),
    )
    assert sorted(taken, key=str) == [("1", "data"), None]


async def test_tries_are_counted_by_all_nodes_together(
    credentials: SqlCredentials, rival: SqlStore
) -> None:
    """However many at once; the lock lasts from the try that reached the limit."""
    nodes = (credentials, SqlCredentials(rival.database))
    counts = await asyncio.gather(*(nodes[n % 2].count(KEY, 10, 5, 100) for n in range(8)))
    assert sorted(counts) == list(range(1, 9))
    assert await credentials.count(KEY, 109, 5, 100) == 9
    assert await credentials.count(KEY, 110, 5, 100) == 1
    await credentials.uncount(KEY)
    assert await credentials.count(KEY, 111, 5, 100) == 1
    await credentials.forget(KEY)
    assert await credentials.count(KEY, 112, 5, 100) == 1
