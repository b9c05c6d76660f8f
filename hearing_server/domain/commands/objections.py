"""Commands about a frozen version: reading it, confirming its passages, having a line corrected."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ReadTranscript:
    version: int
    page: int


@dataclass(frozen=True, kw_only=True)
class ConfirmPassages:
    version: int
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ObjectToLine:
    version: int
    line: int
    quote: str = ""
    wording: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AcceptObjection:
    """`speaker` and `text` are what the line says from now on; no text: it is struck."""

    objection: int
    revision: int
    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RefuseObjection:
    objection: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class WithdrawObjection:
    objection: int
