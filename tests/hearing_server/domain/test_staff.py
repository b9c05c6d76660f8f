"""What an account may be, what a password may be, and what a chain of rows proves."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearing_server.domain.audit import FIRST, Link, Row, bounded, first_broken, link
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.passwords import check_password
from hearing_server.domain.staff import (
    Account,
    StaffRole,
    check_account,
    check_change,
    check_roles,
    needs_second_factor,
)

ADMINISTRATOR, AUDITOR = StaffRole.ADMINISTRATOR, StaffRole.AUDITOR


def account(identity: str, *roles: StaffRole, active: bool = True) -> Account:
    return Account(id=identity, login=identity, name="某人", roles=frozenset(roles), active=active)


@pytest.mark.parametrize("count", range(len(StaffRole) + 1))
def test_nobody_is_both_administrator_and_auditor(count: int) -> None:
    """Every set of roles there is: only the empty one and those with both are refused."""
    for roles in combinations(StaffRole, count):
        if not roles or {ADMINISTRATOR, AUDITOR} <= set(roles):
            with pytest.raises(Refused) as caught:
                check_roles(roles)
            assert caught.value.code is (Code.ROLES_CONFLICT if roles else Code.EMPTY)
        else:
            assert check_roles(roles) == set(roles)


def test_one_active_administrator_remains() -> None:
    one, two = account("a", ADMINISTRATOR), account("b", ADMINISTRATOR, active=False)
    clerk = account("c", StaffRole.CLERK)
    for change in (replace(one, active=False), account("a", StaffRole.CLERK)):
        with pytest.raises(Refused) as caught:
            check_change([one, two, clerk], change)
        assert caught.value.code is Code.LAST_ADMINISTRATOR
        check_change([one, replace(two, active=True), clerk], change)
    check_change([one, clerk], replace(clerk, active=False))


@pytest.mark.parametrize("role", list(StaffRole))
def test_every_local_account_needs_two_factors(role: StaffRole) -> None:
    assert needs_second_factor(account("a", role))
    assert not needs_second_factor(replace(account("a", role), provider=True))


@pytest.mark.parametrize("login", ["a", "li.hua", "zhou-2", "x" * 32, "a_b"])
def test_a_login(login: str) -> None:
    assert check_account(account(login, StaffRole.CLERK)).login == login


@pytest.mark.parametrize("login", ["", "A", ".a", "a.", "a b", "a/b", "李", "x" * 33, "a\n", "a@b"])
def test_no_login(login: str) -> None:
    with pytest.raises(Refused) as caught:
        check_account(account(login, StaffRole.CLERK))
    assert (caught.value.code, caught.value.detail) == (Code.BAD_MESSAGE, "login")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"),
        ("x" * 129, "long"),
        ("I am Li.Hua, the judge", "own_name"),
        ("我是宋明理法官的密码一二三", "own_name"),
        ("aaaaaaaaaaaa", "plain"),
        ("abababababab", "plain"),
        ("123456789012", "plain"),
        ("210987654321", "plain"),
        ("qwertyuiopas", "plain"),
        ("hello-hello-", "plain"),
        ("Password2026!", "common"),
        ("!!!woaini1314!!!", "common"),
        ("administrator1", "common"),
        ("CorrectHorseBatteryStaple", "common"),
    ],
)
def test_a_password_that_is_guessed_first(password: str, why: str) -> None:
    with pytest.raises(Refused) as caught:
        check_password(password, "li.hua", "宋明理")
    assert (caught.value.code, caught.value.detail) == (Code.WEAK_PASSWORD, why)


@pytest.mark.parametrize(
    "password",
    ["a sentence is fine", "春眠不觉晓处处闻啼鸟夜来", "x7#kQ2!mZp9&", "木 horse 42 staple"],
)
def test_a_good_password(password: str) -> None:
    check_password(password, "li.hua", "宋明理")


def chain(count: int) -> list[Link]:
    links: list[Link] = []
    for number in range(1, count + 1):
        row = Row(id=number, at=number, actor="zhou", action="view", subject=f"{number}")
        links.append(link(row, links[-1].hash if links else FIRST))
    return links


def test_a_whole_chain_holds() -> None:
    assert first_broken(chain(5)) is None
    assert first_broken([]) is None
    whole = chain(5)
    assert first_broken(whole[3:], after=3, previous=whole[2].hash) is None


@given(
    place=st.integers(0, 5),
    field=st.sampled_from(["at", "actor", "action", "subject", "detail", "address"]),
)
def test_a_changed_row_is_found_even_if_its_hash_is_made_to_fit(place: int, field: str) -> None:
    """Whoever changes one has to change all that follow."""
    links = chain(7)
    value = 99 if field == "at" else "forged"
    row = replace(links[place].row, **{field: value})
    links[place] = replace(links[place], row=row)
    assert first_broken(links) == place + 1
    links[place] = link(row, links[place].previous)
    assert first_broken(links) == place + 2


@given(st.data())
def test_a_missing_or_moved_row_is_found(data: st.DataObject) -> None:
    links = chain(6)
    place = data.draw(st.integers(0, 4))
    assert first_broken(links[:place] + links[place + 1 :]) == place + 1
    links[place], links[place + 1] = links[place + 1], links[place]
    assert first_broken(links) == place + 1


@given(st.text(max_size=700))
def test_a_text_of_a_row_is_one_line_of_limited_length(text: str) -> None:
    for field, limit in (("actor", 64), ("detail", 500)):
        kept = bounded(text, field)
        assert len(kept) <= limit
        assert kept.isprintable()
