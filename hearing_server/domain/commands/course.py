"""Commands about the course of a hearing."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


@dataclass(frozen=True, kw_only=True)
class Plan:
    planned: ev.HearingPlanned


@dataclass(frozen=True, kw_only=True)
class Postpone:
    """By the court's staff outside the hearing. `since` is the time it is moved from, as they saw it."""

    since: int
    planned_at: int
    minutes: int
    reason: str
    account: str


@dataclass(frozen=True, kw_only=True)
class Cancel:
    reason: str
    account: str


@dataclass(frozen=True, kw_only=True)
class AnnounceOpening:
    seconds: int


@dataclass(frozen=True, kw_only=True)
class OpenHearing:
    pass


@dataclass(frozen=True, kw_only=True)
class EnterStage:
    stage: ev.Stage


@dataclass(frozen=True, kw_only=True)
class MarkChecklist:
    item: str
    done: bool = True
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PauseHearing:
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ResumeHearing:
    pass


@dataclass(frozen=True, kw_only=True)
class SuspendHearing:
    """`until`: when it goes on, Unix ms, if that is known; `anyway`: though some parties are elsewhere then."""

    reason: str
    until: int | None = None
    anyway: bool = False


@dataclass(frozen=True, kw_only=True)
class CloseHearing:
    """`override`: the reason to close although the checklist has open items."""

    override: str = ""


@dataclass(frozen=True, kw_only=True)
class ExcludePublic:
    """`recorded`: pictures and sound too, sealed as the words are; otherwise nothing is recorded meanwhile."""

    reason: str
    recorded: bool = False


@dataclass(frozen=True, kw_only=True)
class AdmitPublic:
    pass


@dataclass(frozen=True, kw_only=True)
class AllowObservers:
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class BeginDeliberation:
    pass


@dataclass(frozen=True, kw_only=True)
class EndDeliberation:
    pass


@dataclass(frozen=True, kw_only=True)
class TakeCharge:
    """The clerk takes the procedural controls while the presiding judge is not connected."""


@dataclass(frozen=True, kw_only=True)
class ReturnCharge:
    pass
