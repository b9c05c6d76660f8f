"""Messages: a party to a desk, and between parties where the judge opened it."""

from dataclasses import dataclass

EVERYBODY = "all"  # whom a message of the open chat is to


@dataclass(frozen=True, kw_only=True)
class MessageSent:
    """Numbered from 1. `sender` and `to` are a party, or the desk `clerk` or `technician`; `to` may be `all`."""

    message: int
    sender: str
    to: str
    text: str
    answers: int | None
    account: str = ""  # who wrote at the technicians' desk


@dataclass(frozen=True, kw_only=True)
class MessagesRead:
    """By a party or a desk, of what passed between it and `correspondent`: a party, a desk, or `all`."""

    reader: str
    correspondent: str
    up_to: int


@dataclass(frozen=True, kw_only=True)
class ChatOpened:
    """Parties may write to each other."""


@dataclass(frozen=True, kw_only=True)
class ChatClosed:
    pass
