"""A seat of the court goes over to another of its people."""

from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Phase, Presence
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party
from hearing_server.domain.visible import seen

from .world import CLERK, DEFENDANT, DIGEST, JUDGE, SHA, World

FIRST_JUDGE, FIRST_CLERK = (
    replace(JUDGE, account="ACCOUNT-judge"),
    replace(CLERK, account="ACCOUNT-clerk"),
)
PEOPLE = (FIRST_JUDGE, FIRST_CLERK, DEFENDANT)


def hand_over(world: World, party: str, **changes: object) -> tuple[ev.Event, ...]:
    first = world.state.seats[party].party
    other = Party(id=f"{party}2", role=first.role, name="接替（虚构）", account="ACCOUNT-other")
    successor = replace(other, **changes)  # type: ignore[arg-type]
    command = cmd.HandOver(party=party, successor=successor, reason="生病", account="ACCOUNT-desk")
    return world.do(SERVER, command)


def code(world: World, party: str, **changes: object) -> Code:
    with pytest.raises(Refused) as caught:
        hand_over(world, party, **changes)
    return caught.value.code


def test_who_presides_is_another_before_the_opening() -> None:
    """The first is out at once, the second opens; nobody is told of accounts."""
    world = World(*PEOPLE).arrive(*PEOPLE)
    mark = len(world.entries)
    hand_over(world, "judge")
    assert world.state.seats["judge"].presence is Presence.REMOVED
    presiding = world.state.presiding()
    assert presiding is not None
    assert presiding.party.account == "ACCOUNT-other"
    for reader in world.state.seats:
        told = [seen(world.state, entry, reader) for entry in world.entries[mark:]]
        assert "ACCOUNT" not in repr(told)
        removed = next(event for event in told if isinstance(event, ev.PartyRemoved))
        assert removed.successor == "judge2"
    with pytest.raises(Refused, match="removed"):
        world.do("judge", cmd.OpenHearing())
    world.arrive(world.state.seats["judge2"].party)
    world.do("judge2", cmd.OpenHearing())
    assert world.state.phase is Phase.IN_SESSION


def test_once_it_is_opened_the_clerk_alone_is_followed() -> None:
    """In charge of it they hand that back; what they wrote stays theirs; who follows writes on."""
    world = World(*PEOPLE).arrive(*PEOPLE)
    world.do("judge", cmd.AdmitAll())
    world.do("judge", cmd.OpenHearing())
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。", operation="one"))
    gone = cmd.Leave(
        party="judge",
        connection=world.state.seats["judge"].connection or "",
        cause=ev.Departure.NETWORK,
    )
    world.do(SERVER, gone)
    world.do("clerk", cmd.TakeCharge())
    assert code(world, "judge") is Code.WRONG_PHASE
    events = hand_over(world, "clerk")
    assert ev.ChargeReturned(party="clerk") in events
    left = next(event for event in events if isinstance(event, ev.PartyLeft))
    assert left.cause is ev.Departure.REPLACED
    assert not oversees(world.state, "clerk")
    assert not world.state.in_charge
    with pytest.raises(Refused, match="removed"):
        world.do("clerk", cmd.EnterLine(speaker="judge", text="再写", operation="two"))
    world.arrive(world.state.seats["clerk2"].party)
    world.do("clerk2", cmd.EnterLine(speaker="judge", text="继续。", operation="two"))
    assert [entry.by for entry in world.entries if isinstance(entry.event, ev.LineEntered)] == [
        "clerk",
        "clerk2",
    ]


def test_a_seat_goes_to_somebody_of_the_court_who_has_none() -> None:
    world = World(*PEOPLE)
    assert code(world, "defendant") is Code.NOT_ALLOWED
    assert code(world, "clerk", account="ACCOUNT-judge") is Code.NO_CHANGE
    assert code(world, "clerk", role=JUDGE.role) is Code.NO_CHANGE
    hand_over(world, "clerk")
    assert code(world, "clerk", id="clerk3", account="ACCOUNT-third") is Code.NOT_ALLOWED
    hand_over(world, "clerk2", id="clerk3", account="ACCOUNT-clerk")  # and back to the first
    assert world.state.seats["clerk3"].party.account == "ACCOUNT-clerk"


def test_who_follows_the_clerk_signs_what_the_clerk_has_not() -> None:
    """A version that is out has no box for them: it is frozen again, and they are asked."""
    world = World(*PEOPLE).arrive(*PEOPLE)
    world.do("judge", cmd.AdmitAll())
    world.do("judge", cmd.OpenHearing())
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。", operation="one"))
    world.do("judge", cmd.PauseHearing(reason="休庭"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=2, sha256=SHA))
    world.signed_by(DEFENDANT)
    hand_over(world, "clerk")
    world.arrive(world.state.seats["clerk2"].party)
    world.do("clerk2", cmd.FreezeTranscript(digest=DIGEST))
    freeze = world.state.freeze
    assert freeze is not None
    assert (freeze.version, freeze.signers) == (2, ("defendant", "clerk2", "judge"))
