"""Commands about who may speak and what is sent."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


@dataclass(frozen=True, kw_only=True)
class Mute:
    """`locked`: the party cannot lift it."""

    party: str
    locked: bool = True


@dataclass(frozen=True, kw_only=True)
class Unmute:
    party: str


@dataclass(frozen=True, kw_only=True)
class MuteAll:
    """Everybody but the bench and the clerk."""

    locked: bool = False


@dataclass(frozen=True, kw_only=True)
class GiveWord:
    party: str


@dataclass(frozen=True, kw_only=True)
class WithdrawWord:
    pass


@dataclass(frozen=True, kw_only=True)
class RaiseHand:
    pass


@dataclass(frozen=True, kw_only=True)
class RaiseObjection:
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawRequest:
    request: int


@dataclass(frozen=True, kw_only=True)
class AnswerRequest:
    request: int
    answer: ev.RequestAnswer
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StartSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class StopSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class PauseSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class ResumeSource:
    source: ev.Source


@dataclass(frozen=True, kw_only=True)
class StopShare:
    """The judge ends a party's share; it may not begin another until AllowShare."""

    party: str


@dataclass(frozen=True, kw_only=True)
class AllowShare:
    party: str


@dataclass(frozen=True, kw_only=True)
class SetChannel:
    """By the interpreter or the presiding judge."""

    party: str
    closed: bool


@dataclass(frozen=True, kw_only=True)
class ListenTo:
    """`interpreter` empty: the floor."""

    interpreter: str = ""
