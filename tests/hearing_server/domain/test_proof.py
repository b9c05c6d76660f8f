"""When the root of the log is due, and that it is entered once."""

import json

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import RootCause
from hearing_server.domain.log import SERVER
from hearing_server.domain.proof import HOUR, LATER, PAUSE_AGAIN, due, statement

from .world import SHA, World, courtroom, in_session


def sign(world: World, cause: RootCause, *, size: int | None = None, stamp: str = "dHN0") -> None:
    root = ev.RootSigned(
        size=world.state.seq if size is None else size,
        root=SHA,
        cause=cause,
        signed_at=world.now,
        signature="c2ln",
        certificate="Y2Vy",
        timestamp=stamp,
    )
    world.do(SERVER, cmd.EnterRoot(root=root))


def test_a_hearing_that_never_began_needs_none() -> None:
    """Not even an hour later."""
    world = courtroom()
    assert due(world.state, world.now + HOUR) is None


def test_every_hour_while_it_goes_on() -> None:
    """From the opening, then from the last root; nothing while nothing happens."""
    world = in_session()
    opened = world.state.opened_at
    assert opened is not None
    assert due(world.state, opened + HOUR - 1) is None
    assert due(world.state, opened + HOUR) is RootCause.HOURLY
    sign(world, RootCause.HOURLY)
    assert due(world.state, world.now + HOUR) is None
    world.do("clerk", cmd.EnterLine(speaker="judge", text="虚构之言"))
    assert due(world.state, world.state.root.at + HOUR) is RootCause.HOURLY  # type: ignore[union-attr]


def test_at_each_adjournment_once() -> None:
    """Also when something was entered between the root and its own entry."""
    world = in_session()
    world.do("judge", cmd.SuspendHearing(reason="改期", until=None))
    assert due(world.state, world.now) is RootCause.SUSPENDED
    size = world.state.seq
    world.do("clerk", cmd.EnterLine(speaker="judge", text="虚构之言"))
    sign(world, RootCause.SUSPENDED, size=size)
    assert due(world.state, world.now) is None
    assert due(world.state, world.now + HOUR) is RootCause.HOURLY


def test_pauses_in_quick_succession_share_one() -> None:
    """A root a minute is enough for a judge who pauses and goes on."""
    world = in_session()
    world.do("judge", cmd.PauseHearing(reason=""))
    assert due(world.state, world.now) is RootCause.PAUSED
    sign(world, RootCause.PAUSED)
    world.do("judge", cmd.ResumeHearing())
    world.do("judge", cmd.PauseHearing(reason=""))
    assert due(world.state, world.now) is None
    assert due(world.state, world.now + PAUSE_AGAIN) is RootCause.PAUSED


def test_at_the_closing_and_for_what_comes_after_it() -> None:
    """The last segments come a moment later; signatures of the transcript much later."""
    world = in_session()
    world.do("judge", cmd.CloseHearing(override="演示"))
    assert due(world.state, world.now) is RootCause.CLOSED
    sign(world, RootCause.CLOSED)
    assert due(world.state, world.now + 30 * HOUR) is None
    gap = ev.GapFound(party="judge", source="camera", started_at=1, ended_at=2, cause="network")
    world.do(SERVER, cmd.EnterRecording(event=gap))
    assert due(world.state, world.now) is None
    assert due(world.state, world.now + LATER) is RootCause.LATER


def test_a_deletion_is_signed_at_once() -> None:
    """Its consent alone is not; nor is it signed again for what comes after it."""
    world = in_session()
    recorded = ev.SegmentRecorded(
        party="judge", source="camera", name="n", codec="vp8", sha256=SHA, size=9, frames=1,
        started_at=1, ended_at=2, recovered=False,
    )  # fmt: skip
    world.do(SERVER, cmd.EnterRecording(event=recorded))
    world.do("judge", cmd.CloseHearing(override="演示"))
    sign(world, RootCause.CLOSED)
    world.do("judge", cmd.ProposeDeletion(reason="期满", kept_until=0))
    world.do("clerk", cmd.ConsentToDeletion(kept_until=0))
    assert due(world.state, world.now) is None
    world.do(SERVER, cmd.EnterDeletion(segments=1, size=9))
    assert due(world.state, world.now) is RootCause.LATER
    sign(world, RootCause.LATER)
    assert due(world.state, world.now) is None
    world.do("judge", cmd.PlaceNote(at=1, text="已删除", private=False))
    assert due(world.state, world.now) is None
    assert due(world.state, world.now + LATER) is RootCause.LATER


def test_the_same_is_entered_once() -> None:
    """Whoever is second is refused, unless they bring the timestamp that was missing."""
    world = in_session()
    sign(world, RootCause.HOURLY, stamp="")
    with pytest.raises(Refused) as second:
        sign(world, RootCause.HOURLY, stamp="")
    assert second.value.code is Code.NO_CHANGE
    sign(world, RootCause.TIMESTAMPED)
    with pytest.raises(Refused) as third:
        sign(world, RootCause.TIMESTAMPED)
    assert third.value.code is Code.NO_CHANGE


@pytest.mark.parametrize("beside", [-1000, 0, 1000])
def test_a_root_of_entries_that_are_not_there_is_refused(beside: int) -> None:
    """None, fewer than none, more than there are."""
    world = in_session()
    size = beside if beside <= 0 else world.state.seq + beside
    with pytest.raises(Refused) as refused:
        sign(world, RootCause.HOURLY, size=size)
    assert refused.value.code is Code.STALE_REVISION


def test_a_root_never_goes_back() -> None:
    """One over fewer entries than are signed already would unsay something."""
    world = in_session()
    sign(world, RootCause.HOURLY)
    world.do("clerk", cmd.EnterLine(speaker="judge", text="虚构之言"))
    with pytest.raises(Refused) as refused:
        sign(world, RootCause.HOURLY, size=3)
    assert refused.value.code is Code.STALE_REVISION


def test_that_a_hearing_stands_still_is_signed_once() -> None:
    """Two starts that both found it due: what came between them waits for its own root."""
    world = in_session()
    world.do("judge", cmd.CloseHearing(override="演示"))
    sign(world, RootCause.CLOSED)
    gap = ev.GapFound(party="judge", source="camera", started_at=1, ended_at=2, cause="network")
    world.do(SERVER, cmd.EnterRecording(event=gap))
    with pytest.raises(Refused) as refused:
        sign(world, RootCause.CLOSED)
    assert refused.value.code is Code.NO_CHANGE
    sign(world, RootCause.LATER)


def test_no_party_enters_a_root() -> None:
    """It is the server's alone."""
    world = in_session()
    root = ev.RootSigned(
        size=1, root=SHA, cause=RootCause.HOURLY, signed_at=1, signature="", certificate="", timestamp=""
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        world.do("judge", cmd.EnterRoot(root=root))
    assert refused.value.code is Code.NOT_ALLOWED


def test_the_statement_names_what_it_is_and_whose() -> None:
    """So that a root of one hearing never passes for another's, nor for something else signed by the key."""
    said = statement("h1", 7, SHA, RootCause.CLOSED, 5)
    assert json.loads(said) == {
        "kind": "hearing log root",
        "hearing": "h1",
        "size": 7,
        "root": SHA,
        "cause": "closed",
        "signed_at": 5,
    }
    assert b" :" not in said
