"""Asks about the course of a hearing."""

from typing import Annotated

from msgspec import Meta

from hearing_server.domain.events import Stage
from signaling.protocol.base import Ask, Count, Id, Reason


class OpenHearing(Ask, frozen=True, kw_only=True):
    pass


class AnnounceOpening(Ask, frozen=True, kw_only=True):
    """Begin the countdown before the opening."""

    seconds: Annotated[int, Meta(ge=0, le=900)]


class EnterStage(Ask, frozen=True, kw_only=True):
    stage: Stage


class MarkChecklist(Ask, frozen=True, kw_only=True):
    """A right was granted (`done`), or the mark is taken back."""

    item: Id
    done: bool = True
    note: Reason = ""


class PauseHearing(Ask, frozen=True, kw_only=True):
    reason: Annotated[str, Meta(max_length=500)] = ""


class ResumeHearing(Ask, frozen=True, kw_only=True):
    pass


class SuspendHearing(Ask, frozen=True, kw_only=True):
    """Adjourn; `until`: when it goes on, Unix ms, if that is known.

    Refused with `clash` where courtroom, bench, clerk or a party is elsewhere then; of parties alone the
    judge may say `anyway`.
    """

    reason: Reason
    until: Count | None = None
    anyway: bool = False


class CloseHearing(Ask, frozen=True, kw_only=True):
    """`override`: the reason to close although the checklist has open items."""

    override: Reason = ""


class ExcludePublic(Ask, frozen=True, kw_only=True):
    """`recorded`: pictures and sound too, sealed as the words are; otherwise nothing is recorded meanwhile."""

    reason: Reason
    recorded: bool = False


class AdmitPublic(Ask, frozen=True, kw_only=True):
    pass


class AllowObservers(Ask, frozen=True, kw_only=True):
    """The judge's direction whether observers may register."""

    allowed: bool


class BeginDeliberation(Ask, frozen=True, kw_only=True):
    """The bench alone, not recorded."""


class EndDeliberation(Ask, frozen=True, kw_only=True):
    pass


class TakeCharge(Ask, frozen=True, kw_only=True):
    """The clerk keeps order while the presiding judge is not connected."""


class ReturnCharge(Ask, frozen=True, kw_only=True):
    pass
