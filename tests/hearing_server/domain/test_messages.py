"""Messages: a party and a desk, read and answered, and nobody else's business."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.visible import visible
from signaling.views import view

from .world import CLERK, COUNSEL, DEFENDANT, FIVE, World

DAY = 86_400_000  # ms


def desk() -> World:
    """The defendant and counsel have each written to the clerk."""
    world = World().arrive(*FIVE)
    world.do("defendant", cmd.SendMessage(to="clerk", text="听不清"))
    world.do("counsel", cmd.SendMessage(to="clerk", text="有证据要交"))
    return world


def refused(world: World, by: str, command: cmd.Command) -> Code:
    with pytest.raises(Refused) as caught:
        world.do(by, command)
    return caught.value.code


def test_reading_one_party_leaves_the_other_unread() -> None:
    world = desk()
    world.do("clerk", cmd.ReadMessages(correspondent="counsel", up_to=2))
    shown = view(world.state, CLERK.id)
    assert shown.read_up_to == {"counsel": 2}
    assert view(world.state, COUNSEL.id).read_by == {"clerk": 2}
    assert view(world.state, DEFENDANT.id).read_by == {}


def test_nothing_is_read_twice_or_before_it_is_written() -> None:
    world = desk()
    world.do("clerk", cmd.ReadMessages(correspondent="defendant", up_to=2))
    assert world.state.read_up_to["clerk"]["defendant"] == 1  # what they sent, no more
    again = cmd.ReadMessages(correspondent="defendant", up_to=2)
    assert refused(world, "clerk", again) is Code.NO_CHANGE
    stranger = cmd.ReadMessages(correspondent="prosecutor", up_to=2)
    assert refused(world, "clerk", stranger) is Code.NO_CHANGE
    assert refused(world, "counsel", stranger) is Code.NO_CHANGE


def test_only_the_two_know_that_it_was_read() -> None:
    world = desk()
    (event,) = world.do("clerk", cmd.ReadMessages(correspondent="defendant", up_to=1))
    told = {party.id for party in FIVE if visible(world.state, event, party.id)}
    assert told == {"clerk", "defendant"}


def test_the_technicians_desk_reads_and_answers() -> None:
    world = World().arrive(*FIVE)
    world.do("defendant", cmd.SendMessage(to="technician", text="没有画面"))
    world.do(SERVER, cmd.ReadAtDesk(correspondent="defendant", up_to=1))
    answer = cmd.SendFromDesk(to="defendant", text="请刷新页面", account="a1", answers=1)
    (sent,) = world.do(SERVER, answer)
    assert isinstance(sent, ev.MessageSent)
    shown = view(world.state, DEFENDANT.id)
    assert shown.read_by == {"technician": 1}
    assert [(m.sender, m.answers) for m in shown.messages] == [
        ("defendant", None),
        ("technician", 1),
    ]
    assert view(world.state, CLERK.id).messages == []


def test_the_open_talk_of_all_ends_with_the_hearing() -> None:
    """Nobody could close it afterwards."""
    world = World().arrive(*FIVE)
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.OpenChat())
    world.do("judge", cmd.CloseHearing(override="演示"))
    assert not world.state.chat
    assert refused(world, "counsel", cmd.SendMessage(to="all", text="还在吗")) is Code.CHAT_CLOSED


def test_a_hearing_put_off_in_an_adjournment_goes_on_at_the_new_time() -> None:
    world = World().arrive(*FIVE)
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.SuspendHearing(reason="鉴定", until=world.now + 7 * DAY))
    then = world.now + 20 * DAY
    world.do(SERVER, cmd.Postpone(
        since=world.state.planned_at, planned_at=then, minutes=60, reason="鉴定未完", account="a",
    ))  # fmt: skip
    shown = view(world.state, DEFENDANT.id)
    assert (shown.planned_at, shown.suspended_until) == (then, then)
