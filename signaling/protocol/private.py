"""Asks about private talks and screening."""

from typing import Annotated

from msgspec import Meta

from hearing_server.domain.events import Screening
from signaling.protocol.base import Ask, Id, Number


class AskConsultation(Ask, frozen=True, kw_only=True):
    """A private talk with these; all of them must accept.

    `into`: a talk that goes on and the asker is in; `parties` is then the one further person, and all its
    members must accept too.
    """

    parties: Annotated[list[Id], Meta(min_length=1, max_length=8)]
    into: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class AcceptConsultation(Ask, frozen=True, kw_only=True):
    consultation: Number


class DeclineConsultation(Ask, frozen=True, kw_only=True):
    consultation: Number


class PermitConsultation(Ask, frozen=True, kw_only=True):
    """The judge's leave, which a talk in session needs."""

    consultation: Number


class JoinConsultation(Ask, frozen=True, kw_only=True):
    consultation: Number


class LockConsultation(Ask, frozen=True, kw_only=True):
    consultation: Number
    locked: bool = True


class LeaveConsultation(Ask, frozen=True, kw_only=True):
    consultation: Number


class EndConsultation(Ask, frozen=True, kw_only=True):
    """The presiding judge calls everybody back."""

    consultation: Number


class Screen(Ask, frozen=True, kw_only=True):
    """Keep a party from being seen, heard or both by others; their name is kept too."""

    screening: Screening


class Unscreen(Ask, frozen=True, kw_only=True):
    party: Id
