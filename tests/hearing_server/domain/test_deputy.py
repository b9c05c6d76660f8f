"""The clerk in charge keeps order among the parties; the court itself and its judgements are not theirs."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code
from hearing_server.domain.log import SERVER

from .test_privacy import opened, refused
from .world import CLERK, DEFENDANT, JUDGE, MEMBER, PROSECUTOR, WITNESS, World


def in_charge() -> World:
    """The judge's connection is lost, and the clerk keeps order; a witness is heard."""
    world = opened(JUDGE, MEMBER, CLERK, PROSECUTOR, DEFENDANT, WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    gone = ev.Departure.NETWORK
    world.do(SERVER, cmd.Leave(party="judge", connection="c-judge", cause=gone))
    world.do("clerk", cmd.TakeCharge())
    return world


@pytest.mark.parametrize("party", ["judge", "member"])
@pytest.mark.parametrize("act", [cmd.Mute, cmd.StopShare])
def test_no_microphone_and_no_share_of_the_bench_is_theirs(act: type, party: str) -> None:
    world = in_charge()
    assert refused(world, "clerk", act(party=party)) is Code.NOT_ALLOWED
    world.do("clerk", act(party="defendant"))


@pytest.mark.parametrize("party", ["defendant", "prosecutor"])
def test_they_send_out_a_witness_and_no_party(party: str) -> None:
    """Whom they could not call in again."""
    world = in_charge()
    assert refused(world, "clerk", cmd.Dismiss(party=party)) is Code.NOT_ALLOWED
    world.do("clerk", cmd.Dismiss(party="witness"))


def test_nobody_takes_charge_for_a_judge_who_has_not_been_here() -> None:
    world = World(JUDGE, CLERK, DEFENDANT).arrive(CLERK, DEFENDANT)
    assert refused(world, "clerk", cmd.TakeCharge()) is Code.NOT_PRESENT
