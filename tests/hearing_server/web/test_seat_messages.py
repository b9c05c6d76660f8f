"""The messages that a seat reads before it is taken: those of its view, and no word more."""

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Level
from hearing_server.web.seat_messages import _mailbox
from signaling.views import view
from tests.hearing_server.domain.world import DEFENDANT, PROSECUTOR, in_session


def test_what_was_sealed_of_the_open_chat_is_sealed_here_too() -> None:
    """The message stands without its words, as in the view that comes with a welcome."""
    world = in_session()
    world.do("judge", cmd.OpenChat())
    world.do(PROSECUTOR.id, cmd.SendMessage(to="all", text="SECRET"))
    said = world.now
    world.do(PROSECUTOR.id, cmd.SendMessage(to="all", text="OPEN"))
    seal = cmd.SetAccess(level=Level.SEALED, started_at=said, ended_at=said + 1, reason="涉及隐私")
    world.do("judge", seal)
    for reader, read in ((DEFENDANT.id, ["", "OPEN"]), ("judge", ["SECRET", "OPEN"])):
        texts = [message["text"] for message in _mailbox(world.state, reader)["messages"]]
        assert texts == read == [message.text for message in view(world.state, reader).messages]
