"""Private talks and screening. Of a talk that took place the court has who and when, and nothing else."""

from dataclasses import dataclass

from hearing_server.domain.events.values import Screening, TalkEnd


@dataclass(frozen=True, kw_only=True)
class ConsultationAsked:
    """Numbered from 1. `parties` are all who must accept, the asker included.

    `into`: the talk that goes on into which one of them is asked; the ask lapses when its members change,
    and with its end.
    """

    consultation: int
    party: str
    parties: tuple[str, ...]
    into: int = 0


@dataclass(frozen=True, kw_only=True)
class ConsultationAccepted:
    consultation: int
    party: str


@dataclass(frozen=True, kw_only=True)
class ConsultationDeclined:
    """Also the asker taking it back. `parties` are all who had been asked: they hear of it."""

    consultation: int
    party: str
    parties: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConsultationAwaitsLeave:
    """All have accepted, and the court is in session: now the presiding judge hears of it."""

    consultation: int
    parties: tuple[str, ...]
    into: int = 0


@dataclass(frozen=True, kw_only=True)
class ConsultationLeaveDropped:
    """No leave is asked for any more: one of them declined after all, or went."""

    consultation: int
    parties: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConsultationPermitted:
    """The judge's leave, which a talk during the hearing needs; also to one that began in a pause."""

    consultation: int


@dataclass(frozen=True, kw_only=True)
class ConsultationBegan:
    """From now on these are out of the courtroom and nobody else reaches them."""

    consultation: int
    parties: tuple[str, ...]
    permitted: bool = False


@dataclass(frozen=True, kw_only=True)
class ConsultationJoined:
    """`permitted`: whether the talk has the judge's leave with a further one in it; None: as before."""

    consultation: int
    party: str
    permitted: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ConsultationLocked:
    """`locked`: nobody may join."""

    consultation: int
    locked: bool


@dataclass(frozen=True, kw_only=True)
class ConsultationLeft:
    consultation: int
    party: str


@dataclass(frozen=True, kw_only=True)
class ConsultationEnded:
    consultation: int
    cause: TalkEnd = TalkEnd.LEFT


@dataclass(frozen=True, kw_only=True)
class ScreeningSet:
    screening: Screening


@dataclass(frozen=True, kw_only=True)
class ScreeningLifted:
    party: str
