"""Adjourning to a date on real databases: what is planned then is not overrun, and the parties are told."""

from dataclasses import replace

import pytest

from hearing_server.adapters.store import SqlStore
from hearing_server.domain import commands as cmd
from hearing_server.domain.cases import Case
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.parties import Role
from hearing_server.domain.planning import MINUTE

from .court import HOUR, TOMORROW, Node, draft, wish

UNTIL = TOMORROW + 48 * HOUR


@pytest.fixture
async def node(store: SqlStore) -> Node:
    node = Node(store)
    await node.furnish()
    return node


class Sitting:
    """A hearing that is in session, and its presiding judge."""

    def __init__(self, node: Node, hearing: str, judge: str) -> None:
        self._node, self.hearing, self._judge = node, hearing, judge

    @classmethod
    async def of(cls, node: Node, case: Case) -> "Sitting":
        hearing = await node.plan(wish(case))
        seats = (await node.hearings.state(hearing)).seats
        judge = next(s for s, held in seats.items() if held.party.role is Role.PRESIDING_JUDGE)
        for command in (cmd.Arrive(connection="c"), cmd.OpenHearing()):
            await node.hearings.execute(hearing, command, judge)
        return cls(node, hearing, judge)

    async def adjourn(self, *, anyway: bool = False) -> set[tuple[str, str]]:
        """Who and what was in the way; nothing when it is done."""
        claim = await self._node.planning.adjourned(self.hearing, UNTIL, anyway=anyway)
        command = cmd.SuspendHearing(reason="补充证据", until=UNTIL, anyway=claim.overridden)
        try:
            await self._node.hearings.execute(self.hearing, command, self._judge, claim)
        except Refused as refusal:
            found = refusal.more["clashes"]  # of no other code
            return {(clash["kind"], clash["name"]) for clash in found}  # type: ignore[attr-defined]
        return set()


async def test_an_adjournment_to_a_date_moves_the_hearing(node: Node) -> None:
    """What it takes is taken then, and free before."""
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    court = await Sitting.of(node, one)
    assert await court.adjourn() == set()
    sitting = await node.calendar.get(court.hearing)
    assert sitting is not None
    assert (sitting.phase, sitting.planned_at) == ("suspended", UNTIL)
    assert sitting.ends_at - sitting.planned_at == 60 * MINUTE
    with pytest.raises(Refused) as caught:
        await node.plan(wish(two, planned_at=UNTIL + 10 * MINUTE))
    assert caught.value.code is Code.CLASH
    await node.plan(wish(two))


async def test_courtroom_bench_and_clerk_are_not_overrun_whatever_the_judge_says(
    node: Node,
) -> None:
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    court = await Sitting.of(node, one)
    await node.plan(wish(two, planned_at=UNTIL))
    taken = {("courtroom", "第一法庭"), ("staff", "审判0（虚构）"), ("staff", "书记0（虚构）")}
    for anyway in (False, True):
        assert await court.adjourn(anyway=anyway) == taken
    state = await node.hearings.state(court.hearing)
    assert (str(state.phase), state.suspended_until) == ("in_session", None)


async def test_a_party_who_is_elsewhere_is_told_of_and_may_be_overridden(node: Node) -> None:
    """It stands in the log that the judge knew; where nobody is, saying so says nothing."""
    case = await node.cases.create(draft(1))
    same = draft(2, parties=tuple(replace(p, name=f"另案{p.name}") for p in case.parties))
    court = await Sitting.of(node, case)
    await node.plan(wish(await node.cases.create(same), 1, planned_at=UNTIL))
    assert await court.adjourn() == {("person", "原告1（虚构）")}
    assert await court.adjourn(anyway=True) == set()
    last = (await node.hearings.entries(court.hearing))[-1].event
    assert getattr(last, "anyway", None) is True

    free = await Sitting.of(node, await node.cases.create(draft(3)))
    claim = await node.planning.adjourned(free.hearing, UNTIL + 5 * HOUR, anyway=True)
    assert not claim.overridden
