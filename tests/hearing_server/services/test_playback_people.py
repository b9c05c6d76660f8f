"""Whom the index of a recording names."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER
from hearing_server.services.playback import index
from hearing_server.services.timeline import Timeline
from tests.hearing_server.domain.world import PUBLIC, in_session


@pytest.mark.parametrize("reader", ["prosecutor", "counsel", "defendant", "judge"])
def test_no_observer_is_named_in_what_a_party_plays(reader: str) -> None:
    """They sent nothing, and nobody but the court knows of them."""
    world = in_session()
    world.do(SERVER, cmd.AddParty(party=PUBLIC, account=""))
    public = cmd.SetAccess(level=ev.Level.PUBLIC, started_at=0, ended_at=None, reason="公开")
    world.do("judge", public)
    world.do("judge", cmd.CloseHearing())
    timeline = Timeline()
    timeline.extend(world.entries)
    found = index(world.state, timeline, reader, 0, "")
    assert {seat["role"] for seat in found["seats"]} == {
        "presiding_judge", "clerk", "prosecutor", "defendant", "counsel",
    }  # fmt: skip
    assert PUBLIC.name not in str(found)
