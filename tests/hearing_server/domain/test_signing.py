"""Before a signature: known once more as the hearing demands, and a key of the court's for who has none."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import code_due
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.reach import RECORDER, reach
from hearing_server.domain.visible import visible

from .test_privacy import opened
from .world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    FIVE,
    JUDGE,
    PROSECUTOR,
    WITNESS,
    World,
    frozen,
    in_session,
)

HELD = ev.SigningKey.HELD


def was_read() -> World:
    """As `frozen`, and all have read it."""
    world = frozen()
    for party in FIVE:
        world.read_by(party)
    return world


def demanding(**demands: bool) -> World:
    """As `frozen` and read, and this is asked of who signs."""
    world = was_read()
    world.state = replace(world.state, demands=ev.Demands(**demands))
    return world


def refused(act: Callable[[], object]) -> tuple[Code, str]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code, caught.value.detail


def sign(world: World, party: str = "defendant", **how: object) -> tuple[ev.Event, ...]:
    signed = cmd.Sign(
        version=1, sha256="a" * 64, certificate_sha256="b" * 64, name_image_sha256="c" * 64,
        **how,  # type: ignore[arg-type]
    )  # fmt: skip
    return world.do(party, signed)


def off_camera(world: World, party: str = "defendant") -> None:
    world.do(party, cmd.StopSource(source=ev.Source.CAMERA))


def on_camera(world: World, party: str = "defendant") -> None:
    world.do(party, cmd.StartSource(source=ev.Source.CAMERA))


def test_where_nothing_is_demanded_nothing_is_asked() -> None:
    world = demanding(code=True, identity=True)
    assert isinstance(sign(world)[0], ev.TranscriptSigned)


def test_a_code_must_have_been_entered_since_the_freeze() -> None:
    """One of the entry does not count, and one of this version does not for the next."""
    world = demanding(sign_code=True)
    early = replace(world.state.seats["defendant"], code_confirmed=True, code_confirmed_at=1)
    world.state = replace(world.state, seats={**world.state.seats, "defendant": early})
    assert refused(lambda: sign(world)) == (Code.IDENTITY_NOT_CONFIRMED, "code")
    world.do(SERVER, cmd.ConfirmCode(party="defendant", channel="sms"))
    sign(world)
    world.do("clerk", cmd.EnterLine(speaker="judge", text="补充。"))
    world.do("clerk", cmd.FreezeTranscript(digest="d" * 64))
    world.do(SERVER, cmd.EnterSeal(version=2, pages=1, sha256="a" * 64))
    again = cmd.Sign(
        version=2, sha256="a" * 64, certificate_sha256="b" * 64, name_image_sha256="c" * 64
    )
    assert refused(lambda: world.do("defendant", again))[0] is Code.IDENTITY_NOT_CONFIRMED


def test_known_on_camera_takes_the_place_of_a_code_but_not_the_other_way_round() -> None:
    world = demanding(sign_code=True)
    world.do("clerk", cmd.IdentifySigner(party="defendant", version=1))
    sign(world)
    world = demanding(sign_identity=True)
    world.do(SERVER, cmd.ConfirmCode(party="defendant", channel="sms"))
    assert refused(lambda: sign(world)) == (Code.IDENTITY_NOT_CONFIRMED, "camera")
    world.do("clerk", cmd.IdentifySigner(party="defendant", version=1))
    sign(world)


@pytest.mark.parametrize("cause", [ev.Departure.NETWORK, ev.Departure.CLOSED_TAB, None])
def test_whoever_leaves_and_comes_back_is_looked_at_again(cause: ev.Departure | None) -> None:
    """Perhaps in another browser, or by somebody else who has the link; without a cause: it took over the seat."""
    world = demanding(sign_identity=True)
    known = cmd.IdentifySigner(party="defendant", version=1)
    world.do("clerk", known)
    connection = world.state.seats["defendant"].connection
    assert connection is not None
    if cause is not None:
        world.do(SERVER, cmd.Leave(party="defendant", connection=connection, cause=cause))
    back = cmd.Arrive(connection="another", accepted_as="某", take_over=cause is None)
    world.do("defendant", back)
    assert refused(lambda: sign(world)) == (Code.IDENTITY_NOT_CONFIRMED, "camera")
    world.do("defendant", cmd.StartSource(source=ev.Source.CAMERA))
    world.do("clerk", known)
    sign(world)


def test_to_refuse_nobody_has_to_be_known() -> None:
    world = demanding(sign_code=True, sign_identity=True)
    world.do("defendant", cmd.RefuseSignature(version=1, reason="不认可"))


def test_an_account_vouches_for_its_holder() -> None:
    world = demanding(sign_code=True, sign_identity=True)
    for party in (PROSECUTOR, DEFENDANT, COUNSEL):
        world.do("clerk", cmd.IdentifySigner(party=party.id, version=1))
        sign(world, party.id)
    sign(world, CLERK.id)
    sign(world, "judge")


def test_the_officer_at_a_kiosk_takes_the_place_of_a_code() -> None:
    world = demanding(sign_code=True)
    seat = replace(world.state.seats["defendant"], kiosk="k1")
    assert world.state.freeze is not None
    assert not code_due(world.state, seat, world.state.freeze)


def test_the_clerk_knows_only_whom_they_see() -> None:
    world = demanding(sign_identity=True)
    ask = cmd.IdentifySigner(party="defendant", version=1)
    off_camera(world)
    assert refused(lambda: world.do("clerk", ask)) == (Code.NOT_ALLOWED, "not on camera")
    on_camera(world)
    assert refused(lambda: world.do("judge", ask))[0] is Code.NOT_ALLOWED
    newer = replace(ask, version=2)
    assert refused(lambda: world.do("clerk", newer))[0] is Code.TRANSCRIPT_CHANGED
    world.do("clerk", ask)
    assert refused(lambda: world.do("clerk", ask))[0] is Code.NO_CHANGE
    sign(world)
    assert refused(lambda: world.do("clerk", ask))[0] is Code.NOT_A_SIGNER


def test_in_a_pause_the_clerk_takes_a_signer_aside() -> None:
    """Parties see nobody then: only in an identity check the clerk sees who it is."""
    world = was_read()
    paused = replace(world.state, phase=type(world.state.phase).PAUSED)
    world.state = replace(paused, demands=ev.Demands(sign_identity=True))
    ask = cmd.IdentifySigner(party="defendant", version=1)
    assert refused(lambda: world.do("clerk", ask))[1] == "not on camera"
    world.do("clerk", cmd.BeginIdentityCheck(party="defendant"))
    world.do("clerk", ask)
    world.do("clerk", cmd.EndIdentityCheck(party="defendant"))
    sign(world)


def taken_aside(world: World, party: str) -> World:
    """In a pause, with a version to sign, by the clerk; both are talking."""
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.PauseHearing())
    world.do("clerk", cmd.FreezeTranscript(digest="d" * 64))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=2, sha256="a" * 64))
    world.do("clerk", cmd.BeginIdentityCheck(party=party))
    for one in (party, "clerk"):
        if ev.Source.MICROPHONE not in world.state.seats[one].sources:
            world.do(one, cmd.StartSource(source=ev.Source.MICROPHONE))
        if world.state.seats[one].muted:
            world.do(one, cmd.Unmute(party=one))
    assert set(reach(world.state).sinks(party, ev.Source.MICROPHONE)) == {"clerk"}
    return world


def test_when_the_court_sits_again_nobody_is_left_aside() -> None:
    """The judge resumes: whom the clerk took aside is in the courtroom, and their last words are not."""
    world = taken_aside(in_session(), "defendant")
    resumed = world.do("judge", cmd.ResumeHearing())
    assert not world.state.identity_checks
    muted = {e.party for e in resumed if isinstance(e, ev.MicrophoneMuted)}
    assert muted == {"defendant", "clerk"}
    assert isinstance(resumed[-1], ev.HearingResumed)
    world.do("defendant", cmd.Unmute(party="defendant"))
    heard = set(reach(world.state).sinks("defendant", ev.Source.MICROPHONE))
    assert heard >= {"judge", "prosecutor", RECORDER}


def test_a_witness_who_is_called_comes_out_of_the_clerks_check() -> None:
    world = opened(JUDGE, CLERK, DEFENDANT, WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    world.do("judge", cmd.Dismiss(party="witness"))
    taken_aside(world, "witness")
    world.do("judge", cmd.ResumeHearing())
    assert world.state.identity_checks == {"witness": "clerk"}, "outside nobody misses them"
    called = world.do("judge", cmd.Call(party="witness"))
    assert not world.state.identity_checks
    assert world.state.seats["witness"].muted
    assert isinstance(called[-1], ev.PartyCalled)


def test_a_key_of_the_courts_needs_the_clerks_leave_and_a_witness() -> None:
    world = was_read()
    assert refused(lambda: sign(world, key=HELD, witness="王警官"))[0] is Code.NOT_ALLOWED
    permit = cmd.PermitHeldKey(party="defendant", reason="双手受伤，不能操作")
    assert refused(lambda: world.do("judge", permit))[0] is Code.NOT_ALLOWED
    world.do("clerk", permit)
    assert refused(lambda: world.do("clerk", permit))[0] is Code.NO_CHANGE
    assert refused(lambda: sign(world, key=HELD, witness=" "))[0] is Code.EMPTY
    (signed,) = sign(world, key=HELD, witness="王警官")
    assert isinstance(signed, ev.TranscriptSigned)
    assert (signed.key, signed.witness) == (HELD, "王警官")


def test_leave_is_for_one_person_and_leaves_them_their_own_key() -> None:
    world = was_read()
    world.do("clerk", cmd.PermitHeldKey(party="defendant", reason="不能操作"))
    assert refused(lambda: sign(world, "counsel", key=HELD, witness="甲"))[0] is Code.NOT_ALLOWED
    (signed,) = sign(world, witness="不相干")
    assert isinstance(signed, ev.TranscriptSigned)
    assert (signed.key, signed.witness) == (ev.SigningKey.BROWSER, "")


def test_why_somebody_needs_it_is_told_to_the_court_and_to_them() -> None:
    world = frozen()
    (event,) = world.do("clerk", cmd.PermitHeldKey(party="defendant", reason="视力障碍"))
    readers = {party for party in world.state.seats if visible(world.state, event, party)}
    assert readers == {"judge", "clerk", "defendant"}
