"""Commands about messages."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SendMessage:
    """`to`: a party, `clerk`, `technician`, or `all` in an open chat. `answers`: the message it replies to."""

    to: str
    text: str
    answers: int | None = None


@dataclass(frozen=True, kw_only=True)
class SendFromDesk:
    """From the technicians' desk, by the staff account `account`."""

    to: str
    text: str
    account: str
    answers: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReadMessages:
    """Everything from or to `correspondent` up to this number."""

    correspondent: str
    up_to: int


@dataclass(frozen=True, kw_only=True)
class ReadAtDesk:
    """As ReadMessages, at the technicians' desk."""

    correspondent: str
    up_to: int


@dataclass(frozen=True, kw_only=True)
class OpenChat:
    pass


@dataclass(frozen=True, kw_only=True)
class CloseChat:
    pass
