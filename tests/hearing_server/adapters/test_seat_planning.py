"""A seat of the court goes over while the hearing is moved: what is taken is what stands in the log."""

import pytest

from hearing_server.adapters.store import SqlStore
from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.parties import Role

from .court import CLERKS, HOUR, TOMORROW, Node, draft, unnoted, wish

LATER = TOMORROW + 4 * HOUR


class Court:
    """A planned hearing of two clerks' servers: what one does between another's look and their write."""

    def __init__(self, node: Node, hearing: str, clerk: str) -> None:
        self.node, self.hearing, self.clerk = node, hearing, clerk
        self.cases = 1

    @classmethod
    async def of(cls, node: Node) -> "Court":
        await node.furnish()
        hearing = await node.plan(wish(await node.cases.create(draft(1))))
        seats = (await node.hearings.state(hearing)).seats
        return cls(node, hearing, next(s for s in seats if seats[s].party.role is Role.CLERK))

    async def hand_over(self, subject: str = "", detail: str = "") -> None:
        """The clerk's seat to the second clerk."""
        await self.node.planning.hand_over(
            self.hearing, self.clerk, "k1", reason="换班", account=CLERKS[0], noted=unnoted
        )

    async def postpone(self, subject: str = "", detail: str = "") -> None:
        await self.node.planning.postpone(
            self.hearing, LATER, 60, since=TOMORROW, reason="改期", override="",
            account=CLERKS[0], noted=unnoted,
        )  # fmt: skip

    async def free(self, n: int, at: int) -> bool:
        """Whether the n-th clerk could sit elsewhere then."""
        self.cases += 1
        case = await self.node.cases.create(draft(self.cases))
        staff = (wish(case, 2).staff[0], wish(case, n).staff[1])
        checked = await self.node.planning.check(wish(case, 2, staff=staff, planned_at=at))
        return not checked.clashes


async def test_a_hearing_is_not_moved_with_the_time_of_who_has_left_it(store: SqlStore) -> None:
    court = await Court.of(Node(store))
    with pytest.raises(Refused) as caught:
        await court.node.planning.postpone(
            court.hearing, LATER, 60, since=TOMORROW, reason="改期", override="",
            account=CLERKS[0], noted=court.hand_over,
        )  # fmt: skip
    assert caught.value.code is Code.STALE_REVISION
    await court.postpone()
    assert await court.free(0, LATER)
    assert not await court.free(1, LATER)


async def test_nor_adjourned(store: SqlStore) -> None:
    court = await Court.of(Node(store))
    claim = await court.node.planning.adjourned(court.hearing, LATER, anyway=False)
    seats = (await court.node.hearings.state(court.hearing)).seats
    judge = next(s for s in seats if seats[s].party.role is Role.PRESIDING_JUDGE)
    for command in (cmd.Arrive(connection="c"), cmd.OpenHearing()):
        await court.node.hearings.execute(court.hearing, command, judge)
    await court.hand_over()
    suspend = cmd.SuspendHearing(reason="补充证据", until=LATER, anyway=False)
    with pytest.raises(Refused) as caught:
        await court.node.hearings.execute(court.hearing, suspend, judge, claim)
    assert caught.value.code is Code.STALE_REVISION
    assert not await court.free(1, TOMORROW)


async def test_nobody_is_given_a_seat_at_a_time_that_is_no_more(store: SqlStore) -> None:
    """Who follows was free then; whether they are now has to be looked at again."""
    court = await Court.of(Node(store))
    with pytest.raises(Refused) as caught:
        await court.node.planning.hand_over(
            court.hearing, court.clerk, "k1", reason="换班", account=CLERKS[0],
            noted=court.postpone,
        )  # fmt: skip
    assert caught.value.code is Code.STALE_REVISION
    assert not await court.free(0, LATER)
    await court.hand_over()
    assert await court.free(0, LATER)
    assert await court.free(1, TOMORROW)
    assert not await court.free(1, LATER)
