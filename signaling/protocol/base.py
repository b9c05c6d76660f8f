"""What messages are made of."""

from typing import Annotated, Any

from msgspec import Meta

from hearing_server.domain import facts
from signaling.view_types import Message

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Reason = Annotated[str, Meta(max_length=500)]
Number = Annotated[int, Meta(ge=1, le=1_000_000)]
Share = Annotated[int, Meta(ge=0, le=10_000)]  # of a page's width or height
Ortc = dict[str, Any]  # an object of the ORTC kind, as mediasoup-client makes and takes it


class Ask(Message, frozen=True, kw_only=True, tag=lambda name: facts.snake(name)):
    """A browser wants something."""


class Answer(Message, frozen=True, kw_only=True, tag=lambda name: facts.snake(name)):
    """What became of an ask."""


class Tell(Message, frozen=True, kw_only=True, tag=lambda name: facts.snake(name)):
    """The server says something of its own accord."""
