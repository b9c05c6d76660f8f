"""The clerk in charge keeps order among the parties; the court itself and its judgements are not theirs."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code
from hearing_server.domain.log import SERVER
from signaling.views import view

from .test_privacy import opened, refused
from .world import CLERK, DEFENDANT, JUDGE, MEMBER, PROSECUTOR, WITNESS, World


def in_charge() -> World:
    """The judge's connection is lost, and the clerk keeps order; a witness is heard."""
    world = opened(JUDGE, MEMBER, CLERK, PROSECUTOR, DEFENDANT, WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    away(world)
    return world


def away(world: World) -> None:
    gone = ev.Departure.NETWORK
    world.do(SERVER, cmd.Leave(party="judge", connection="c-judge", cause=gone))
    world.do("clerk", cmd.TakeCharge())


@pytest.mark.parametrize("party", ["judge", "member"])
@pytest.mark.parametrize("act", [cmd.Mute, cmd.StopShare])
def test_no_microphone_and_no_share_of_the_bench_is_theirs(act: type, party: str) -> None:
    world = in_charge()
    assert refused(world, "clerk", act(party=party)) is Code.NOT_ALLOWED
    world.do("clerk", act(party="defendant"))


@pytest.mark.parametrize("act", [cmd.Unmute, cmd.GiveWord])
def test_no_microphone_of_the_bench_is_theirs_to_open(act: type) -> None:
    world = opened(JUDGE, MEMBER, CLERK, PROSECUTOR, DEFENDANT)
    for party in ("member", "defendant"):
        world.do("judge", cmd.Mute(party=party, locked=False))
    away(world)
    assert refused(world, "clerk", act(party="member")) is Code.NOT_ALLOWED
    world.do("clerk", act(party="defendant"))
    assert not world.state.seats["defendant"].muted


LIFTS = (
    cmd.Unmute(party="defendant"),
    cmd.GiveWord(party="defendant"),
    cmd.Mute(party="defendant", locked=False),
)


@pytest.mark.parametrize("lift", LIFTS, ids=lambda lift: type(lift).__name__)
def test_what_the_judge_has_locked_stays_locked(lift: cmd.Command) -> None:
    """What they lock themselves they lift, and the judge does."""
    world = opened(JUDGE, CLERK, PROSECUTOR, DEFENDANT)
    world.do("judge", cmd.Mute(party="defendant", locked=True))
    away(world)
    assert refused(world, "clerk", lift) is Code.MICROPHONE_LOCKED
    assert world.state.seats["defendant"].locked
    world.do("clerk", cmd.Mute(party="prosecutor", locked=True))
    world.do("clerk", cmd.Unmute(party="prosecutor"))
    world.arrive(JUDGE, connection="again")
    world.do("judge", cmd.Unmute(party="defendant"))


def test_a_share_that_the_judge_has_locked_stays_locked() -> None:
    """What they lock themselves they allow again, and the judge does."""
    world = opened(JUDGE, CLERK, PROSECUTOR, DEFENDANT)
    world.do("judge", cmd.StopShare(party="defendant"))
    away(world)
    world.do("clerk", cmd.StopShare(party="prosecutor"))
    assert view(world.state, "clerk").seats[2].share_locked_by == "clerk"
    assert refused(world, "clerk", cmd.AllowShare(party="defendant")) is Code.NOT_ALLOWED
    world.do("clerk", cmd.AllowShare(party="prosecutor"))
    assert not world.state.seats["prosecutor"].share_locked
    world.do("clerk", cmd.StopShare(party="prosecutor"))
    world.arrive(JUDGE, connection="again")
    for party in ("defendant", "prosecutor"):
        world.do("judge", cmd.AllowShare(party=party))
        assert not world.state.seats[party].share_locked_by


def test_they_exclude_the_public_and_the_recording_goes_on() -> None:
    world = in_charge()
    silent = cmd.ExcludePublic(reason="涉及隐私", recorded=False)
    assert refused(world, "clerk", silent) is Code.NOT_ALLOWED
    world.do("clerk", cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    assert not world.state.off_record


@pytest.mark.parametrize("party", ["defendant", "prosecutor"])
def test_they_send_out_a_witness_and_no_party(party: str) -> None:
    """Whom they could not call in again."""
    world = in_charge()
    assert refused(world, "clerk", cmd.Dismiss(party=party)) is Code.NOT_ALLOWED
    world.do("clerk", cmd.Dismiss(party="witness"))


def test_nobody_takes_charge_for_a_judge_who_has_not_been_here() -> None:
    world = World(JUDGE, CLERK, DEFENDANT).arrive(CLERK, DEFENDANT)
    assert refused(world, "clerk", cmd.TakeCharge()) is Code.NOT_PRESENT
