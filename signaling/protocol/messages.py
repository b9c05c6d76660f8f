"""Asks about messages."""

from typing import Annotated

from msgspec import Meta

from signaling.protocol.base import Ask, Id, Number


class SendMessage(Ask, frozen=True, kw_only=True):
    """`to`: a party, `clerk`, `technician`, or `all` in an open chat. `answers`: what it replies to."""

    to: Id
    text: Annotated[str, Meta(max_length=2000)]
    answers: Number | None = None


class ReadMessages(Ask, frozen=True, kw_only=True):
    """What passed with `correspondent` (a party, a desk, `all`) up to this number has been read."""

    correspondent: Id
    up_to: Number


class OpenChat(Ask, frozen=True, kw_only=True):
    """Parties may write to each other."""


class CloseChat(Ask, frozen=True, kw_only=True):
    pass
