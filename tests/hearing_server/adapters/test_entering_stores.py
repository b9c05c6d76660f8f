"""Codes, kiosks and observers' links, on real databases: of two who try at once, one wins."""

import asyncio
from dataclasses import replace

import pytest

from hearing_server.adapters.code_store import SqlCodes
from hearing_server.adapters.kiosk_store import SqlKiosks, SqlObserverLinks
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.codes import SeatCode
from hearing_server.services.kiosks import Kiosk

ONE, TWO = b"1" * 32, b"2" * 32
SENT = SeatCode(
    party="p", session=ONE, code=b"c" * 32, channel="sms", expires_at=600, sent_at=10, sends=1,
    since=10,
)  # fmt: skip
HOUR = 3_600_000
MACHINE = Kiosk(
    id="k", name="一号会见室", site="示范看守所（虚构）", code=b"c" * 32, code_until=600, secret=None,
    created_at=1,
)  # fmt: skip


@pytest.fixture
def codes(store: SqlStore) -> SqlCodes:
    return SqlCodes(store.database)


@pytest.fixture
def kiosks(store: SqlStore) -> SqlKiosks:
    return SqlKiosks(store.database)


async def test_of_two_first_codes_of_a_seat_one_is_sent(codes: SqlCodes, rival: SqlStore) -> None:
    """The one that was stored is the one that works; the loser is told, not failed."""
    second = replace(SENT, session=TWO, code=b"d" * 32)
    there = SqlCodes(rival.database)
    put = await asyncio.gather(codes.put_code(SENT, None), there.put_code(second, None))
    assert sorted(put) == [False, True]
    assert await codes.code("p") == (SENT if put[0] else second)
    assert await codes.code("q") is None


async def test_a_code_is_replaced_only_where_the_older_still_stands(
    codes: SqlCodes, rival: SqlStore
) -> None:
    await codes.put_code(SENT, None)
    third = replace(SENT, code=b"e" * 32, sent_at=50, sends=2)
    fourth = replace(third, session=TWO)
    there = SqlCodes(rival.database)
    put = await asyncio.gather(codes.put_code(third, SENT), there.put_code(fourth, SENT))
    assert sorted(put) == [False, True]
    assert await codes.use_code("p", ONE, b"c" * 32, 60) is None, "the older one"


async def test_a_code_is_used_once_by_its_session_and_in_time(
    codes: SqlCodes, rival: SqlStore
) -> None:
    await codes.put_code(SENT, None)
    code = b"c" * 32
    assert await codes.use_code("p", TWO, code, 20) is None, "another browser"
    assert await codes.use_code("q", ONE, code, 20) is None, "another seat"
    assert await codes.use_code("p", ONE, b"x" * 32, 20) is None
    assert await codes.use_code("p", ONE, code, 600) is None, "too late"
    there = SqlCodes(rival.database)
    used = await asyncio.gather(
        codes.use_code("p", ONE, code, 599), there.use_code("p", ONE, code, 599)
    )
    assert sorted(used, key=str) == [None, "sms"]


async def test_a_proved_session_may_be_proved_again(codes: SqlCodes, rival: SqlStore) -> None:
    await asyncio.gather(codes.prove(ONE, 100), SqlCodes(rival.database).prove(ONE, 100))
    assert await codes.proved(ONE, 99)
    assert not await codes.proved(ONE, 100)
    assert not await codes.proved(TWO, 50)
    await codes.prove(ONE, 200)
    assert await codes.proved(ONE, 150)


async def test_how_often_codes_were_sent_outlives_the_code(codes: SqlCodes) -> None:
    """Otherwise the count of an hour would begin anew every ten minutes."""
    await codes.put_code(SENT, None)
    await codes.prove(ONE, 100)
    await codes.prove(TWO, 2 * HOUR)
    await codes.forget_expired(HOUR)
    assert await codes.code("p") == SENT
    assert not await codes.proved(ONE, 50), "dropped"
    assert await codes.proved(TWO, HOUR)
    await codes.forget_expired(HOUR + 10)
    assert await codes.code("p") is None


async def test_a_pairing_code_pairs_one_machine_in_time(kiosks: SqlKiosks, rival: SqlStore) -> None:
    await kiosks.add_kiosk(MACHINE)
    assert await kiosks.pair(b"c" * 32, ONE, 600) is None, "too late"
    assert await kiosks.pair(b"d" * 32, ONE, 50) is None
    there = SqlKiosks(rival.database)
    paired = await asyncio.gather(kiosks.pair(b"c" * 32, ONE, 50), there.pair(b"c" * 32, TWO, 50))
    secret = ONE if paired[0] else TWO
    (machine,) = [one for one in paired if one]
    assert machine == replace(MACHINE, code=None, code_until=None, secret=secret, paired_at=50)
    assert await kiosks.by_secret(secret) == machine
    assert await kiosks.by_secret(TWO if paired[0] else ONE) is None


async def test_a_revoked_machine_is_known_by_nothing(kiosks: SqlKiosks) -> None:
    """Neither by the secret that a row might still hold nor by a code that was never used."""
    await kiosks.add_kiosk(replace(MACHINE, secret=ONE, revoked_at=40))
    assert await kiosks.by_secret(ONE) is None
    assert await kiosks.pair(b"c" * 32, TWO, 50) is None
    assert (await kiosks.kiosk("k")) is not None


async def test_a_machine_is_called_by_one_of_two(kiosks: SqlKiosks, rival: SqlStore) -> None:
    """Compared in every field, also those that are not set."""
    before = replace(MACHINE, code=None, code_until=None, secret=ONE, paired_at=5)
    await kiosks.add_kiosk(before)
    one = replace(before, hearing="h", party="p", called_at=9)
    two = replace(before, hearing="h", party="q", called_at=9)
    changed = await asyncio.gather(
        kiosks.change_kiosk(one, before), SqlKiosks(rival.database).change_kiosk(two, before)
    )
    assert sorted(changed) == [False, True]
    won = one if changed[0] else two
    assert await kiosks.called_for(str(won.party)) == won
    assert await kiosks.called_for("nobody") is None
    await kiosks.add_kiosk(replace(MACHINE, id="j", code=None, name="二号会见室"))
    assert {each.id for each in await kiosks.kiosks()} == {"j", "k"}


async def test_two_machines_never_share_a_secret(kiosks: SqlKiosks) -> None:
    await kiosks.add_kiosk(replace(MACHINE, code=None, secret=ONE))
    with pytest.raises(Refused) as caught:
        await kiosks.add_kiosk(replace(MACHINE, id="j", code=None, secret=ONE))
    assert caught.value.code is Code.BUSY


async def test_the_newest_observers_link_stands(store: SqlStore, rival: SqlStore) -> None:
    """Made by two at once it is one of theirs; taken back there is none."""
    links, there = SqlObserverLinks(store.database), SqlObserverLinks(rival.database)
    assert await links.link("h") is None
    await asyncio.gather(links.set_link("h", ONE, 1), there.set_link("h", TWO, 1))
    assert await links.link("h") in (ONE, TWO)
    await links.set_link("h", TWO, 2)
    assert await there.link("h") == TWO
    assert await links.link("g") is None
    await links.set_link("h", None, 3)
    assert await links.link("h") is None
