"""Commands about the custody of the recording."""

from dataclasses import dataclass

from hearing_server.domain import events as ev


@dataclass(frozen=True, kw_only=True)
class SetAccess:
    """For the whole recording (`started_at` 0, `ended_at` None), or for a span of it (Unix ms)."""

    level: ev.Level
    started_at: int
    ended_at: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class EndAccess:
    """A span that goes on ends now."""

    access: int


@dataclass(frozen=True, kw_only=True)
class LiftAccess:
    access: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlaceNote:
    """`at` is clamped to the hearing; an empty text makes a bookmark."""

    at: int
    text: str
    private: bool


@dataclass(frozen=True, kw_only=True)
class RemoveNote:
    note: int


@dataclass(frozen=True, kw_only=True)
class ProposeDeletion:
    """`kept_until` is the end of the retention, Unix ms: the court's settings say it."""

    reason: str
    kept_until: int


@dataclass(frozen=True, kw_only=True)
class ConsentToDeletion:
    kept_until: int


@dataclass(frozen=True, kw_only=True)
class DropDeletion:
    pass


@dataclass(frozen=True, kw_only=True)
class EnterDeletion:
    """The files are gone."""

    segments: int
    size: int
