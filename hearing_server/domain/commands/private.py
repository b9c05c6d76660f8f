"""Commands about private talks and screening."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


@dataclass(frozen=True, kw_only=True)
class AskConsultation:
    """`into`: a talk that goes on and one is in; then `parties` is whom one asks into it."""

    parties: tuple[str, ...]
    into: int = 0


@dataclass(frozen=True, kw_only=True)
class AcceptConsultation:
    consultation: int


@dataclass(frozen=True, kw_only=True)
class DeclineConsultation:
    consultation: int


@dataclass(frozen=True, kw_only=True)
class PermitConsultation:
    consultation: int


@dataclass(frozen=True, kw_only=True)
class JoinConsultation:
    """Somebody who was asked to it, into a talk that is not locked."""

    consultation: int


@dataclass(frozen=True, kw_only=True)
class LockConsultation:
    consultation: int
    locked: bool = True


@dataclass(frozen=True, kw_only=True)
class LeaveConsultation:
    consultation: int


@dataclass(frozen=True, kw_only=True)
class EndConsultation:
    """The presiding judge calls everybody back."""

    consultation: int


@dataclass(frozen=True, kw_only=True)
class Screen:
    screening: ev.Screening


@dataclass(frozen=True, kw_only=True)
class Unscreen:
    party: str
