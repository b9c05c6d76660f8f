"""Planning on real databases: nothing is taken twice, whoever comes first and however close."""

import asyncio
from dataclasses import replace

import pytest

from hearing_server.adapters.projection import project
from hearing_server.adapters.store import SqlStore
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.cases import CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.parties import Role
from hearing_server.domain.planning import MINUTE
from hearing_server.domain.wish import StaffSeat
from hearing_server.services.cases import AT_ONCE, CaseFilter
from hearing_server.services.planning import CalendarFilter

from .court import CLERKS, HOUR, JUDGES, NOW, TOMORROW, Node, draft, unnoted, wish


@pytest.fixture
async def node(store: SqlStore) -> Node:
    node = Node(store)
    await node.furnish()
    return node


async def clash_of(call: object) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        await call  # type: ignore[misc]
    assert caught.value.code is Code.CLASH, caught.value
    found = caught.value.more["clashes"]
    assert isinstance(found, list)
    return [(clash["kind"], clash["name"]) for clash in found]


async def test_a_plan_is_the_log_and_the_calendar(node: Node) -> None:
    """Seats with accounts and links between them; who sits where is beside the log, contacts nowhere in it."""
    case = await node.cases.create(draft(1))
    hearing = await node.plan(wish(case))
    state = await node.hearings.state(hearing)
    roles = {held.party.role: held.party for held in state.seats.values()}
    assert roles[Role.PRESIDING_JUDGE].account == "j0"
    assert (state.case, state.minutes, len(state.checklist) > 3) == (case.id, 60, True)
    seats = await node.calendar.seats(hearing)
    assert set(seats.values()) == {party.id for party in case.parties}
    log = b"".join([str(entry).encode() for entry in await node.hearings.entries(hearing)])
    assert b"example.com" not in log
    assert b"138000" not in log
    sitting = await node.calendar.get(hearing)
    assert sitting is not None
    assert (sitting.phase, sitting.judge, sitting.ends_at) == (
        "scheduled", JUDGES[0].name, TOMORROW + HOUR,
    )  # fmt: skip


async def test_courtroom_judge_and_clerk_are_in_one_place(node: Node) -> None:
    """None of them can be overridden, and all that is in the way is said at once."""
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    await node.plan(wish(one))
    later = TOMORROW + HOUR - MINUTE
    for n, taken in ((0, "第一法庭"), (1, None)):
        staff = wish(two, n).staff if taken else wish(one).staff
        bad = wish(two, n, staff=staff, planned_at=later, override="理由")
        found = await clash_of(node.plan(bad))
        expected = [("staff", "书记0（虚构）"), ("staff", "审判0（虚构）")]
        assert sorted(f for f in found if f[0] == "staff") == sorted(expected)
        assert (("courtroom", "第一法庭") in found) == bool(taken)


async def test_between_two_hearings_there_is_a_buffer(node: Node) -> None:
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    await node.plan(wish(one))
    for start in (TOMORROW + HOUR + 14 * MINUTE, TOMORROW - HOUR - 14 * MINUTE):
        assert await clash_of(node.plan(wish(two, planned_at=start)))
    await node.plan(wish(two, planned_at=TOMORROW + HOUR + 15 * MINUTE))


async def test_a_person_is_known_by_contact_and_may_be_overridden_with_a_reason(node: Node) -> None:
    """By e-mail in another case of letters, or by telephone written otherwise."""
    one = await node.cases.create(draft(1))
    same = replace(draft(2).parties[0], email="P1@Example.com", telephone="+86 138 0000 0001")
    two = await node.cases.create(draft(2, parties=(same, draft(2).parties[1])))
    await node.plan(wish(one))
    checked = await node.planning.check(wish(two, 1))
    assert [(c.kind, c.number) for c in checked.clashes] == [("person", one.number)]
    assert await clash_of(node.plan(wish(two, 1))) == [("person", "原告2（虚构）")]
    notes: list[str] = []

    async def noted(subject: str, detail: str) -> None:
        notes.append(detail)

    await node.planning.plan(wish(two, 1, override="当事人同意合并审理"), noted)
    assert notes == ["override: 当事人同意合并审理"]


async def test_of_two_clerks_at_once_one_plans(store: SqlStore, rival: SqlStore) -> None:
    """Every time, on two servers with one database; the other leaves no trace at all."""
    mine, theirs = Node(store), Node(rival)
    await mine.furnish()
    for n in range(6):
        one, two = [await mine.cases.create(draft(n * 2 + k)) for k in (1, 2)]
        start = TOMORROW + n * 2 * HOUR
        staff = wish(two, 1).staff
        results = await asyncio.gather(
            mine.plan(wish(one, planned_at=start)),
            theirs.plan(wish(two, planned_at=start, staff=staff)),
            return_exceptions=True,
        )
        kinds = sorted("planned" if isinstance(r, str) else str(r)[:5] for r in results)
        assert kinds == ["clash", "planned"], results
        listed = await mine.calendar.between(start, start + HOUR, CalendarFilter(), 10)
        assert len(listed) == 1
        assert len(await mine.store.hearings()) == n + 1


async def test_postponing_takes_the_new_time_and_frees_the_old(node: Node) -> None:
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    first, second = await node.plan(wish(one)), await node.plan(wish(two, 1))

    async def move(hearing: str, at: int) -> None:
        since = (await node.hearings.state(hearing)).planned_at
        await node.planning.postpone(
            hearing,
            at,
            90,
            since=since,
            reason="证人未到",
            override="",
            account=CLERKS[0],
            noted=unnoted,
        )

    await move(first, TOMORROW + 4 * HOUR)
    state = await node.hearings.state(first)
    assert (state.planned_at, state.minutes) == (TOMORROW + 4 * HOUR, 90)
    await node.plan(wish(await node.cases.create(draft(3))))  # its old time is free
    await node.plan(wish(await node.cases.create(draft(4)), 1, planned_at=TOMORROW + 8 * HOUR))
    found = await clash_of(move(second, TOMORROW + 8 * HOUR))
    assert found[0] == ("courtroom", "第二法庭")
    assert {name for _, name in found[1:]} == {"书记1（虚构）", "审判1（虚构）"}
    sitting = await node.calendar.get(second)
    assert sitting is not None
    assert sitting.planned_at == TOMORROW


async def test_a_cancelled_hearing_frees_everything(node: Node) -> None:
    case = await node.cases.create(draft(1))
    first = await node.plan(wish(case))
    await node.planning.cancel(first, reason="撤诉", account=CLERKS[0], noted=unnoted)
    await node.plan(wish(case))
    phases = {s.phase for s in (await node.planning.find(CLERKS[0], CalendarFilter()))[0]}
    assert phases == {"cancelled", "scheduled"}
    with pytest.raises(Refused):
        await node.planning.cancel(first, reason="再次", account=CLERKS[0], noted=unnoted)


async def test_the_calendar_follows_the_hearing(node: Node) -> None:
    """Each phase is in the list in the same transaction; a hearing that ends early frees its courtroom."""
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    hearing = await node.plan(wish(one))
    state = await node.hearings.state(hearing)
    judge = next(s for s, held in state.seats.items() if held.party.role is Role.PRESIDING_JUDGE)
    seen = []
    for command in (
        cmd.Arrive(connection="c"), cmd.OpenHearing(), cmd.PauseHearing(reason=""),
        cmd.ResumeHearing(), cmd.CloseHearing(override="演示"),
    ):  # fmt: skip
        node.clock = TOMORROW + 5 * MINUTE
        await node.hearings.execute(hearing, command, judge)
        sitting = await node.calendar.get(hearing)
        assert sitting is not None
        seen.append(sitting.phase)
    assert seen == ["waiting", "in_session", "paused", "in_session", "closed"]
    assert sitting.closed_at == TOMORROW + 5 * MINUTE
    node.clock = TOMORROW
    await node.plan(wish(two, planned_at=TOMORROW + 20 * MINUTE))


async def test_at_the_end_of_the_day_one_s_own_hearings_that_are_left_open_are_named(
    node: Node,
) -> None:
    """With what is to be done about each; not those of others, not before their time is over."""
    cases = [await node.cases.create(draft(n)) for n in range(1, 7)]
    times = [TOMORROW + n * 2 * HOUR for n in range(6)]
    ids = [
        await node.plan(wish(case, planned_at=at)) for case, at in zip(cases, times, strict=True)
    ]
    names = ("scheduled", "in session", "paused", "adjourned", "closed", "later")
    hearings = dict(zip(names, ids, strict=True))
    steps: dict[str, tuple[cmd.Command, ...]] = {
        "in session": (cmd.OpenHearing(),),
        "paused": (cmd.OpenHearing(), cmd.PauseHearing(reason="")),
        "adjourned": (cmd.OpenHearing(), cmd.SuspendHearing(reason="改期", until=None)),
        "closed": (cmd.OpenHearing(), cmd.CloseHearing(override="演示")),
    }
    for name, commands in steps.items():
        node.clock = times[names.index(name)]
        state = await node.hearings.state(hearings[name])
        judge = next(
            s for s, held in state.seats.items() if held.party.role is Role.PRESIDING_JUDGE
        )
        for command in (cmd.Arrive(connection="c"), *commands):
            await node.hearings.execute(hearings[name], command, judge)
    node.clock = times[-1] + HOUR  # the last one's end, to the ms
    for account in (CLERKS[0], JUDGES[0]):
        left = await node.planning.left_over(account)
        assert [(sitting.hearing, str(what)) for sitting, what in left] == [
            (hearings["scheduled"], "not_opened"),
            (hearings["in session"], "not_closed"),
            (hearings["paused"], "not_closed"),
            (hearings["adjourned"], "no_date"),
        ]
    assert await node.planning.left_over(CLERKS[1]) == []
    node.clock += 1
    assert len(await node.planning.left_over(CLERKS[0])) == 5


async def test_a_judge_sees_what_they_sit_in_and_a_clerk_all(node: Node) -> None:
    one, two = [await node.cases.create(draft(n)) for n in (1, 2)]
    first, second = await node.plan(wish(one)), await node.plan(wish(two, 1))
    for account, seen in ((JUDGES[0], {first}), (JUDGES[2], set()), (CLERKS[2], {first, second})):
        day = await node.planning.calendar(account, NOW, TOMORROW + HOUR, CalendarFilter())
        assert {sitting.hearing for sitting in day} == seen
        for hearing in (first, second):
            if hearing in seen:
                await node.planning.get(account, hearing)
            else:
                with pytest.raises(Refused) as caught:
                    await node.planning.get(account, hearing)
                assert caught.value.code is Code.NOT_FOUND
    assert (await node.cases.get(JUDGES[0], one.id)).number == one.number
    with pytest.raises(Refused) as caught:
        await node.cases.get(JUDGES[0], two.id)
    assert caught.value.code is Code.NOT_FOUND


async def test_a_wish_s_faults_are_named_together(node: Node) -> None:
    case = await node.cases.create(draft(1))
    bad = wish(
        case, courtroom="没有", minutes=3, planned_at=NOW - HOUR, parties=("nobody",),
        staff=(StaffSeat(role=Role.PRESIDING_JUDGE, account="k0"), StaffSeat(role=Role.PLAINTIFF)),
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        await node.planning.check(bad)
    faults = caught.value.more["faults"]
    assert isinstance(faults, list)
    assert {fault["field"] for fault in faults} == {
        "planned_at", "minutes", "courtroom", "staff.clerk", "staff.0", "staff.1", "parties",
    }  # fmt: skip


async def test_who_sits_in_a_hearing_stays_in_the_case(node: Node) -> None:
    """Until it is over; contacts may change all the while."""
    case = await node.cases.create(draft(1))
    hearing = await node.plan(wish(case))
    first, second = case.parties
    with pytest.raises(Refused) as caught:
        await node.cases.change(replace(case, parties=(first,)))
    assert caught.value.code is Code.IN_USE
    moved = replace(second, email="new@example.com")
    changed = await node.cases.change(replace(case, parties=(first, moved)))
    assert (await node.cases.get(CLERKS[0], case.id)).parties[1].email == "new@example.com"
    await node.planning.cancel(hearing, reason="撤诉", account=CLERKS[0], noted=unnoted)
    await node.cases.change(replace(changed, parties=(first,)))


async def test_nothing_is_planned_in_a_case_that_is_gone(node: Node) -> None:
    """Deleted or closed; and a case that has a hearing is not deleted."""
    case = await node.cases.create(draft(1))
    await node.plan(wish(case))
    with pytest.raises(Refused) as caught:
        await node.cases.remove(case.id)
    assert caught.value.code is Code.IN_USE
    await node.cases.close(case.id, closed=True)
    with pytest.raises(Refused) as caught:
        await node.plan(wish(case, 1, planned_at=TOMORROW + 4 * HOUR))
    assert caught.value.code is Code.BAD_FIELDS
    other = await node.cases.create(draft(2))
    drafted = await node.planning._drafted(wish(other, 1))
    await node.cases.remove(other.id)
    with pytest.raises(Refused) as caught:
        await node.hearings.plan(cmd.Plan(planned=drafted[1]), drafted[2])
    assert caught.value.code is Code.NOT_FOUND
    assert len(await node.store.hearings()) == 1


async def test_somebody_of_the_case_is_added_to_a_planned_hearing(node: Node) -> None:
    """They get a seat and a link, once; who is elsewhere then only with a reason."""
    witness = CaseParty(id="w", role=Role.WITNESS, name="证人（虚构）", telephone="13900000001")
    one, two = [
        await node.cases.create(replace(draft(n), parties=(*draft(n).parties, witness)))
        for n in (1, 2)
    ]
    *sides, late = [party.id for party in one.parties]
    hearing = await node.plan(wish(one, parties=tuple(sides)))
    sitting = await node.calendar.get(hearing)
    assert sitting is not None
    assert [person.id for person in await node.planning.others(sitting)] == [late]

    async def add(name: str, person: str, override: str = "") -> str:
        return await node.planning.add(
            name, person, override=override, account=CLERKS[0], noted=unnoted
        )

    seat = await add(hearing, late)
    state = await node.hearings.state(hearing)
    assert state.seats[seat].party.role is Role.WITNESS
    assert await node.store.hearing_of(seat) == hearing
    assert (await node.calendar.get(hearing)).parties == len(state.seats)  # type: ignore[union-attr]
    with pytest.raises(Refused) as caught:
        await add(hearing, late)
    assert caught.value.code is Code.NOT_FOUND

    *sides, late = [party.id for party in two.parties]
    elsewhere = await node.plan(wish(two, 1, parties=tuple(sides)))
    assert await clash_of(add(elsewhere, late)) == [("person", "证人（虚构）")]
    await add(elsewhere, late, override="两案同一证人，上午先后出庭")


async def test_nothing_is_planned_in_a_case_that_was_changed_meanwhile(node: Node) -> None:
    """Closed, or without somebody who was to have a seat, since the clerk looked."""
    case = await node.cases.create(draft(1))
    whole = await node.planning._drafted(wish(case))
    first, _ = case.parties
    case = await node.cases.change(replace(case, parties=(first,)))
    late = await node.planning._drafted(wish(case, 1))
    await node.cases.close(case.id, closed=True)
    for _, planned, claim in (whole, late):
        with pytest.raises(Refused) as caught:
            await node.hearings.plan(cmd.Plan(planned=planned), claim)
        assert caught.value.code is Code.STALE_REVISION
    assert await node.store.hearings() == []


async def test_a_file_of_many_cases_holds_each_once(node: Node) -> None:
    """It is read in pages, so that a hearing does not wait for it."""
    numbers = [f"（2026）测0001民初{n}号" for n in range(1, 2 * AT_ONCE + 2)]
    await node.case_store.add(
        [replace(draft(n), id=f"c{n}", number=number, parties=(), created_at=n // 7)
         for n, number in enumerate(numbers)]
    )  # fmt: skip
    data = await node.cases.export(CLERKS[0], CaseFilter(), "zh-CN")
    lines = data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("案号")
    assert sorted(line.split(",")[0] for line in lines[1:]) == sorted(numbers)


async def test_the_accounts_of_an_older_log_are_in_the_calendar_too(node: Node) -> None:
    """Where the plan itself named them, before they had a fact of their own."""
    case = await node.cases.create(draft(1))
    hearing = await node.plan(wish(case))
    first, *given = await node.hearings.entries(hearing)
    assert isinstance(first.event, ev.HearingPlanned)
    accounts = {e.event.party: e.event.account for e in given if isinstance(e.event, ev.SeatGiven)}
    parties = tuple(replace(p, account=accounts.get(p.id, "")) for p in first.event.parties)
    older = replace(first.event, hearing="older", parties=parties)
    entry = replace(first, hearing="older", event=older)
    async with node.store.database.writing() as connection:
        await project(connection, "older", [entry])
    for name in (hearing, "older"):
        assert await node.calendar.sits("j0", name)
        assert not await node.calendar.sits("j1", name)
