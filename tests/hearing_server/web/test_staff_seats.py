"""Seats of the court's own people: as long as they are what the seat needs, and signed in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Refused
from hearing_server.domain.staff import StaffRole
from hearing_server.services.access import Seated
from tests.hearing_server.domain.world import JUDGE as PRESIDING
from tests.hearing_server.domain.world import planned

from .staff_world import PASSWORD, Person, World, staff_world

ADMINISTRATOR, CLERK, JUDGE = StaffRole.ADMINISTRATOR, StaffRole.CLERK, StaffRole.JUDGE


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with staff_world(tmp_path) as world:
        yield world


@pytest.fixture
async def admin(world: World) -> Person:
    return await world.of(ADMINISTRATOR)


async def test_who_is_no_judge_any_more_has_no_seat_on_the_bench(
    world: World, admin: Person
) -> None:
    """The log still names the account; what it may do is as it is now."""
    judge = await world.of(JUDGE)
    account = await world.parts.staff.by_login(judge.login)
    event = planned(replace(PRESIDING, account=account.id))
    await world.hearings.plan(cmd.Plan(planned=event))
    await admin.good(f"/accounts/{account.id}", name=account.name, roles=["technician"])
    await judge.sign_in()
    assert await judge.refused(f"/hearings/{event.hearing}/seat") == "not_allowed"
    assert any("|denied|POST staff-seat|" in line for line in await world.trail())


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_seat_is_left_with_the_account(world: World, everywhere: bool) -> None:
    """Whoever sits down at this browser next is not at the bench; a party's own link stays."""
    judge = await world.of(JUDGE)
    account = await world.parts.staff.by_login(judge.login)
    event = planned(replace(PRESIDING, account=account.id))
    await world.hearings.plan(cmd.Plan(planned=event))
    party = next(one.id for one in event.parties if one.account)
    answer = await judge.ask("POST", f"/hearings/{event.hearing}/seat", json={})
    here = answer.cookies[f"seat-{party}"].value
    elsewhere = await world.access.admit(Seated(hearing=event.hearing, party=party), account.id)
    by_link = await world.access.admit(Seated(hearing=event.hearing, party=party))
    await judge.good("/logout", everywhere=everywhere)
    with pytest.raises(Refused):
        await world.access.session(here, party)
    if everywhere:
        with pytest.raises(Refused):
            await world.access.session(elsewhere, party)
    else:
        await world.access.session(elsewhere, party)
    await world.access.session(by_link, party)


async def test_a_seat_left_open_is_shut_when_somebody_else_signs_in(world: World) -> None:
    judge, clerk = await world.of(JUDGE), await world.of(CLERK)
    account = await world.parts.staff.by_login(judge.login)
    event = planned(replace(PRESIDING, account=account.id))
    await world.hearings.plan(cmd.Plan(planned=event))
    party = next(one.id for one in event.parties if one.account)
    seat = await world.access.admit(Seated(hearing=event.hearing, party=party), account.id)
    shared = world.person()
    jar = shared.client.session.cookie_jar
    jar.update_cookies({f"seat-{party}": seat}, shared.client.make_url("/"))
    await shared.good("/login", login=clerk.login, password=PASSWORD)
    await world.access.session(seat, party)  # only half signed in
    for one, kept in ((judge, True), (clerk, False)):
        shared.login, shared.key, shared.step = one.login, one.key, one.step
        await shared.sign_in()
        if kept:
            await world.access.session(seat, party)
    with pytest.raises(Refused):
        await world.access.session(seat, party)
