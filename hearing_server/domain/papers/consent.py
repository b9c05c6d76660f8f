"""Consent to electronic service (法释〔2021〕12号 arts. 29 and 30): each person's own log, folded here.

A confirmed address is known by a digest alone: once the contact on file is another, the confirmation
does not speak of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers.events import Basis, Way
from hearing_server.domain.papers.log import Entry

SERVED_BY = (Way.EMAIL, Way.SMS, Way.PORTAL)


class How(StrEnum):
    """Why consent may be assumed, as art. 29 lists it."""

    EXPRESS = "express"  # said so
    AGREED_BEFORE = "agreed_before"  # agreed or promised before the case
    PLEADING = "pleading"  # gave an electronic address for service in a pleading
    CONDUCT = "conduct"  # acknowledged or acted on an earlier electronic service


class Through(StrEnum):
    """How it was taken down, as art. 30 lists it."""

    TELEPHONE = "telephone"
    PORTAL = "portal"
    FORM = "form"  # a signed form (送达地址确认书)


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """A way whose address the person gave or confirmed; `address` is the digest of the contact."""

    way: Way
    address: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    person: str
    case: str
    how: How
    through: Through
    ways: tuple[Way, ...]
    confirmed: tuple[Confirmed, ...]


@dataclass(frozen=True, kw_only=True)
class ConsentRevoked:
    person: str


CONSENT_EVENTS = (ConsentGiven, ConsentRevoked)
ConsentEvent = ConsentGiven | ConsentRevoked


@dataclass(frozen=True, kw_only=True)
class Consent:
    """How a person stands to electronic service. `given_at` is None without consent."""

    seq: int = 0
    given_at: int | None = None
    revoked_at: int | None = None
    how: str = ""
    through: str = ""
    by: str = ""
    ways: tuple[Way, ...] = ()
    confirmed: Mapping[Way, str] = field(default_factory=lambda: MappingProxyType({}))


def fold(entries: Iterable[Entry], state: Consent | None = None) -> Consent:
    state = state or Consent()
    for entry in entries:
        event = entry.event
        if isinstance(event, ConsentGiven):
            state = Consent(
                seq=entry.seq,
                given_at=entry.at,
                how=event.how,
                through=event.through,
                by=entry.by,
                ways=event.ways,
                confirmed=MappingProxyType({one.way: one.address for one in event.confirmed}),
            )
        elif isinstance(event, ConsentRevoked):
            state = Consent(seq=entry.seq, revoked_at=entry.at, by=entry.by)
    return state


def check_given(event: ConsentGiven) -> None:
    """Refused(bad_message) unless it names ways, each once, and confirms none that it does not name."""
    confirmed = [one.way for one in event.confirmed]
    ways = set(event.ways)
    if not ways or len(ways) != len(event.ways) or ways - set(SERVED_BY):
        raise Refused(Code.BAD_MESSAGE, "ways")
    if set(confirmed) - ways or len(set(confirmed)) != len(confirmed):
        raise Refused(Code.BAD_MESSAGE, "confirmed")


def basis(consent: Consent, ways: tuple[Way, ...], addresses: Mapping[Way, str]) -> Basis:
    """What a service by these ways rests on; Refused(no_consent). `addresses` are digests as of now."""
    if consent.given_at is None or set(ways) - set(consent.ways):
        raise Refused(Code.NO_CONSENT, " ".join(w for w in ways if w not in consent.ways))
    still = tuple(
        way for way in ways if way in consent.confirmed and consent.confirmed[way] == addresses[way]
    )
    return Basis(
        given_at=consent.given_at, how=consent.how, through=consent.through, confirmed=still
    )
