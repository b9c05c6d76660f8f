"""The course of a hearing: planned, opened, through its stages, paused, suspended, closed."""

from dataclasses import dataclass

from hearing_server.domain.events.values import ChecklistItem, Demands, Screening, Stage
from hearing_server.domain.parties import Party


@dataclass(frozen=True, kw_only=True)
class HearingPlanned:
    """`case` is the case's id, `minutes` how long it is expected to take; the template's stages in order."""

    hearing: str
    court: str
    case_number: str
    procedure: str
    courtroom: str
    title: str
    planned_at: int
    parties: tuple[Party, ...]
    case: str = ""
    minutes: int = 60
    stages: tuple[Stage, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    demands: Demands = Demands()  # noqa: RUF009 - frozen
    screenings: tuple[Screening, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HearingPostponed:
    """By the court's staff, before it has begun; `account` is who did it."""

    planned_at: int
    minutes: int
    reason: str
    account: str


@dataclass(frozen=True, kw_only=True)
class HearingCancelled:
    """It will not take place."""

    reason: str
    account: str


@dataclass(frozen=True, kw_only=True)
class WaitingRoomOpened:
    pass


@dataclass(frozen=True, kw_only=True)
class OpeningAnnounced:
    """The countdown before the opening."""

    opens_at: int


@dataclass(frozen=True, kw_only=True)
class HearingOpened:
    pass


@dataclass(frozen=True, kw_only=True)
class StageEntered:
    stage: Stage


@dataclass(frozen=True, kw_only=True)
class ChecklistMarked:
    """A right was granted (`done`), or the mark is taken back."""

    item: str
    done: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class HearingPaused:
    reason: str


@dataclass(frozen=True, kw_only=True)
class HearingResumed:
    pass


@dataclass(frozen=True, kw_only=True)
class HearingSuspended:
    """Adjourned; `until` is the time it goes on, if that is known.

    `anyway`: the presiding judge was told that a party is elsewhere then.
    """

    reason: str
    until: int | None
    anyway: bool = False


@dataclass(frozen=True, kw_only=True)
class HearingClosed:
    """`overridden` are the checklist's open items, closed over with this reason."""

    overridden: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PublicExcluded:
    """Observers hear and see nothing until the public is admitted again.

    Nothing is recorded meanwhile (法释〔2017〕5号 art. 3), or it is `recorded`. What is said is sealed either
    way: an `AccessSet` follows.
    """

    reason: str
    recorded: bool = False


@dataclass(frozen=True, kw_only=True)
class PublicAdmitted:
    pass


@dataclass(frozen=True, kw_only=True)
class ObserversAllowed:
    """The judge's direction whether observers may register (UK SI 2022/705)."""

    allowed: bool


@dataclass(frozen=True, kw_only=True)
class DeliberationBegan:
    """The bench alone, not recorded."""


@dataclass(frozen=True, kw_only=True)
class DeliberationEnded:
    pass


@dataclass(frozen=True, kw_only=True)
class ChargeTaken:
    """The clerk holds the procedural controls while the presiding judge's connection is lost."""

    party: str


@dataclass(frozen=True, kw_only=True)
class ChargeReturned:
    party: str
