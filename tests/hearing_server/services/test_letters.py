"""Whom the court writes to."""

from hearing_server.domain import commands as cmd
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from hearing_server.services.letters import guests
from tests.hearing_server.domain.world import in_session


def test_an_observer_who_registered_is_no_guest() -> None:
    """They gave no address to write to, and their way in is not by an invitation."""
    world = in_session()
    invited = guests(world.state)
    world.do("judge", cmd.AllowObservers(allowed=True))
    observer = Party(id="o", role=Role.OBSERVER, name="旁听甲（虚构）")
    world.do(SERVER, cmd.RegisterObserver(party=observer, address="虚构路1号"))
    assert "o" in world.state.seats
    assert guests(world.state) == invited
    assert invited
