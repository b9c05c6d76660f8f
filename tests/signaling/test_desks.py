"""Two desks on one record: who edits which line, what is being typed, and what is refused."""

import asyncio
from typing import Any

import pytest
import socketio

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from signaling import leases
from signaling.leases import LASTS, MOST, Leases
from tests.hearing_server.domain.world import CLERK, COUNSEL

from .house import House, ask
from .test_rooms import in_session, tell

SECOND = Party(id="clerk2", role=Role.CLERK, name="书记二（虚构）")


async def two_desks(house: House) -> list[socketio.AsyncClient]:
    """Judge, counsel and two clerks, in session, with two lines in the record."""
    await house.hearings.execute("h1", cmd.AddParty(party=SECOND, account=""), SERVER)
    judge, counsel = await in_session(house, COUNSEL)
    desks = [await house.enter(CLERK), await house.enter(SECOND)]
    for text in ("请坐。", "继续。"):
        await ask(desks[0], "enter_line", speaker="judge", text=text)
    return [judge, counsel, *desks]


def correction(line: int, revision: int, text: str, **more: object) -> dict[str, Any]:
    return {"line": line, "revision": revision, "speaker": "judge", "text": text, **more}


async def test_a_line_that_one_desk_edits_the_other_is_refused(house: House) -> None:
    """And sees who has it; the bench sees it too, the parties do not."""
    judge, counsel, one, two = await two_desks(house)
    told = [await tell(client, "lines_held") for client in (judge, one, two)]
    unheard = await tell(counsel, "lines_held")
    assert (await ask(one, "hold_line", line=1))["type"] == "done"
    for heard in told:
        assert (await heard)["held"] == [{"line": 1, "party": "clerk"}]
    for refused in (
        await ask(two, "hold_line", line=1),
        await ask(two, "correct_line", **correction(1, 1, "x")),
        await ask(two, "merge_lines", line=1, revision=1, following={"line": 2, "revision": 1}),
    ):
        assert (refused["code"], refused["detail"]) == (Code.LINE_HELD, "clerk")
    assert (await ask(two, "correct_line", **correction(2, 1, "y")))["type"] == "done"
    assert (await ask(one, "correct_line", **correction(1, 1, "x")))["type"] == "done"
    freed = await tell(two, "lines_held")
    assert (await ask(one, "release_line", line=1))["type"] == "done"
    assert (await freed)["held"] == []
    assert (await ask(two, "correct_line", **correction(1, 2, "z")))["type"] == "done"
    assert not unheard.done()


async def test_what_was_done_already_is_answered_whoever_holds_the_line_now(house: House) -> None:
    """A desk whose answer was lost sends again: nothing happens, and it is not refused."""
    _, _, one, two = await two_desks(house)
    done = correction(1, 1, "x", operation="a1")
    assert (await ask(two, "correct_line", **done))["type"] == "done"
    assert (await ask(one, "hold_line", line=1))["type"] == "done"
    assert (await ask(two, "correct_line", **done))["type"] == "done"
    state = await house.hearings.state("h1")
    assert [line.text for line in state.transcript] == ["x", "继续。"]


async def test_a_lease_ends_with_its_connection(house: House) -> None:
    _, _, one, two = await two_desks(house)
    await ask(one, "hold_line", line=1)
    freed = await tell(two, "lines_held")
    await one.disconnect()
    assert (await asyncio.wait_for(freed, 10))["held"] == []
    assert (await ask(two, "hold_line", line=1))["type"] == "done"


async def test_a_lease_that_nobody_keeps_runs_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LASTS", 0.1)
    house.rooms.start()
    _, _, one, two = await two_desks(house)
    freed = await tell(two, "lines_held")
    await ask(one, "hold_line", line=1)
    assert (await freed)["held"] == [{"line": 1, "party": "clerk"}]
    freed = await tell(two, "lines_held")
    assert (await asyncio.wait_for(freed, 5))["held"] == []


async def test_typing_is_shown_to_the_bench_and_kept_nowhere(house: House) -> None:
    judge, counsel, one, two = await two_desks(house)
    seen = [await tell(client, "typed") for client in (judge, two)]
    unseen = [await tell(client, "typed") for client in (counsel, one)]
    before = (await house.hearings.state("h1")).seq
    assert (await ask(one, "type_line", line=None, speaker="judge", text="正在说"))[
        "type"
    ] == "done"
    for heard in seen:
        message = await heard
        assert (message["party"], message["text"], message["line"]) == ("clerk", "正在说", None)
    assert not any(heard.done() for heard in unseen)
    assert (await house.hearings.state("h1")).seq == before
    flood = [await ask(one, "type_line", line=1, speaker="judge", text="x") for _ in range(20)]
    assert {answer.get("code") for answer in flood} == {None, Code.TOO_MANY}
    assert (await ask(two, "type_line", line=1, speaker="judge", text="x"))[
        "code"
    ] == Code.LINE_HELD
    long = await ask(two, "type_line", line=None, speaker="judge", text="x" * 1001)
    assert long["code"] == Code.BAD_MESSAGE


async def test_only_a_desk_holds_lines_and_types(house: House) -> None:
    judge, counsel, one, _ = await two_desks(house)
    for client in (judge, counsel):
        assert (await ask(client, "hold_line", line=1))["code"] == Code.NOT_ALLOWED
        typed = await ask(client, "type_line", line=None, speaker="judge", text="x")
        assert typed["code"] == Code.NOT_ALLOWED
    assert (await ask(one, "hold_line", line=9))["code"] == Code.UNKNOWN_LINE


def test_a_lease_lasts_from_when_it_was_last_kept() -> None:
    held = Leases()
    assert held.take(1, "a", 0.0)
    assert not held.take(1, "a", LASTS - 1)
    assert not held.expire(LASTS)
    with pytest.raises(Refused) as refused:
        held.take(1, "b", 2 * LASTS - 2)
    assert refused.value.code is Code.LINE_HELD
    assert held.take(1, "b", 2 * LASTS - 1)
    assert not held.release(1, "a")
    for line in range(2, MOST + 1):
        held.take(line, "b", 0.0)
    with pytest.raises(Refused):
        held.take(MOST + 1, "b", 0.0)
