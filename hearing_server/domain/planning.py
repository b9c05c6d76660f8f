"""What a hearing takes up, and what stands in its way. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hearing_server.domain.cases import CaseParty, same_telephone

MINUTE = 60_000  # ms
DAY = 24 * 60 * MINUTE
SHORTEST, LONGEST = 5, 720  # minutes of a hearing
MAX_SEATS = 50


class Taken(StrEnum):
    """What can be taken twice. Only a person's clash may be overridden, with a reason."""

    COURTROOM = "courtroom"
    STAFF = "staff"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Booking:
    """`key` is what must not be in two places; `name` is for people."""

    kind: Taken
    key: str
    name: str

    @property
    def resource(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a hearing wants, decided on in the very transaction that writes its entries.

    Times are Unix ms; `buffer` ms must lie between two hearings. `people` are pairs of a seat and the
    person of the case who sits in it. With `overridden` clashes of people are accepted; with `adds` it
    comes to what the hearing has taken already, instead of in its place.
    """

    hearing: str
    starts_at: int
    ends_at: int
    buffer: int
    bookings: tuple[Booking, ...]
    people: tuple[tuple[str, str], ...] = ()
    overridden: bool = False
    adds: bool = False
    case: str = ""  # must still be there
    notify: str | None = ""  # what the parties are to be told once it stands; None: as before


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Somebody or something that is elsewhere then, and where."""

    kind: Taken
    name: str
    hearing: str
    case: str
    number: str
    title: str
    courtroom: str
    planned_at: int
    ends_at: int


def courtroom_booking(name: str) -> Booking:
    return Booking(kind=Taken.COURTROOM, key=name, name=name)


def staff_booking(account: str, name: str) -> Booking:
    return Booking(kind=Taken.STAFF, key=account, name=name)


def person_bookings(party: CaseParty) -> tuple[Booking, ...]:
    """By all that tells that two people of two cases are one: the person, e-mail, telephone."""
    keys = [party.id]
    if party.email:
        keys.append(party.email.lower())
    if party.telephone:
        keys.append(same_telephone(party.telephone))
    return tuple(Booking(kind=Taken.PERSON, key=key, name=party.name) for key in keys)


def unique(bookings: Iterable[Booking]) -> tuple[Booking, ...]:
    """Each resource once: two people of one case may share a telephone."""
    return tuple({booking.resource: booking for booking in bookings}.values())


def in_the_way(claim: Claim, clashes: Iterable[Clash]) -> tuple[Clash, ...]:
    """The clashes that keep a claim from standing."""
    return tuple(c for c in clashes if not (claim.overridden and c.kind is Taken.PERSON))
