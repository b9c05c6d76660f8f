"""Asks about who may speak, and what is shared."""

from typing import Annotated

from msgspec import Meta

from hearing_server.domain.events import RequestAnswer
from signaling.protocol.base import Ask, Id, Number, Reason


class Mute(Ask, frozen=True, kw_only=True):
    """By the court: the microphone reaches nobody until Unmute; `locked`, until the court's Unmute."""

    party: Id
    locked: bool = True


class MuteAll(Ask, frozen=True, kw_only=True):
    """Everybody but the bench and the clerk."""

    locked: bool = False


class Unmute(Ask, frozen=True, kw_only=True):
    party: Id


class GiveWord(Ask, frozen=True, kw_only=True):
    party: Id


class WithdrawWord(Ask, frozen=True, kw_only=True):
    pass


class RaiseHand(Ask, frozen=True, kw_only=True):
    pass


class RaiseObjection(Ask, frozen=True, kw_only=True):
    reason: Reason = ""


class WithdrawRequest(Ask, frozen=True, kw_only=True):
    request: Number


class AnswerRequest(Ask, frozen=True, kw_only=True):
    """To a hand: granted, declined, noted. To an objection: sustained, overruled, noted."""

    request: Number
    answer: RequestAnswer
    note: Reason = ""


class StopShare(Ask, frozen=True, kw_only=True):
    """End a party's share; it may not begin another until AllowShare."""

    party: Id


class AllowShare(Ask, frozen=True, kw_only=True):
    party: Id


class SetChannel(Ask, frozen=True, kw_only=True):
    """`closed`: the interpreter's voice goes only to those who need or choose it."""

    party: Id
    closed: bool


class ListenTo(Ask, frozen=True, kw_only=True):
    """An interpreter's channel; empty for the floor."""

    interpreter: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""
