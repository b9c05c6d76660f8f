"""Letters to parties: whom each goes to by which channel, and what it says. And the ports of the outbox."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Protocol

from hearing_server.domain.cases import CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.outbox import (
    DAY,
    MINUTE,
    Channel,
    Facts,
    Kind,
    Message,
    MessageState,
    Text,
    compose,
    masked,
)
from hearing_server.domain.parties import Role
from hearing_server.services.hearings import Clock, Hearings

OF_PERSON = "person."  # begins what somebody is known under whom a paper, not a hearing, speaks to
NOT_BEGUN = (Phase.SCHEDULED, Phase.WAITING)
FOLLOWING = (Kind.SELF_CHECK, Kind.REMINDER_DAY, Kind.REMINDER_HOUR)


class Undeliverable(Exception):
    """Not sent. `permanent`: trying again would be of no use. The text names no contact and no secret."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """`id` stays the same when a message is sent again, so that a receiver can tell."""

    id: str
    to: str
    text: Text


class Sender(Protocol):
    async def send(self, envelope: Envelope) -> None:
        """Hand it over; Undeliverable."""


@dataclass(frozen=True, kw_only=True)
class MessageFilter:
    hearing: str = ""
    states: tuple[MessageState, ...] = ()
    kinds: tuple[Kind, ...] = ()
    account: str = ""  # only of hearings in which this account sits


class OutboxStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached or written."""

    async def enqueue(
        self, messages: Sequence[Message], *, told: str = "", dropping: Sequence[Kind] = ()
    ) -> None:
        """Add them, drop what still waits of `dropping` in the hearing `told`, which then has been told."""

    async def lease(self, now: int, limit: int, until: int) -> list[Message]:
        """What is due, by priority, now being sent; what was being sent and lost comes as uncertain."""

    async def settle(self, message: Message) -> None:
        """State, time, attempts and error as they are now; a secret is dropped with the last state."""

    async def read_once(self, message: Message) -> bool:
        """As `settle`, where it has not been read out yet: of two callers one gets True."""

    async def get(self, message: str) -> Message | None: ...

    async def find(
        self, wanted: MessageFilter, after: tuple[int, str] | None, limit: int
    ) -> list[Message]:
        """The newest first."""

    async def drop_expired(self, now: int) -> None:
        """What was held for the clerk and is of no use any more, its secret with it."""

    async def to_tell(self) -> list[tuple[str, str]]:
        """Hearings whose parties are still to be told of something, and of what."""

    async def sittings(self, hearings: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Case number and time of each hearing."""

    async def people(self, seats: Sequence[str]) -> dict[str, CaseParty]:
        """Who of their case sits in each seat, as the case has them now."""


class Links(Protocol):
    def link(self, party: str) -> str:
        """The secret part of the link of a seat."""


@dataclass(frozen=True, kw_only=True)
class Court:
    """What every message needs to know of the court."""

    name: str
    url: str
    zone: tzinfo


class PaperFacts(Protocol):
    async def facts(self, message: Message, person: CaseParty | None) -> Facts:
        """What a message of a paper speaks of; Refused when there is nothing to say any more."""


class Letters:
    """`senders` are the channels that are configured; `papers` knows what letters of papers say."""

    papers: PaperFacts | None = None

    def __init__(
        self,
        store: OutboxStore,
        hearings: Hearings,
        links: Links,
        senders: Mapping[Channel, Sender],
        court: Court,
        now: Clock,
    ) -> None:
        self.senders = senders
        self._store = store
        self._hearings = hearings
        self._links = links
        self._court = court
        self._now = now

    async def messages(
        self, state: HearingState, seats: Sequence[str], kinds: Sequence[tuple[Kind, int]],
        args: Mapping[str, str] | None = None,
    ) -> list[Message]:  # fmt: skip
        """One for each seat, kind (with its due time) and channel that reaches the person."""
        people = await self._store.people(seats)
        return [
            replace(
                self.message(state.hearing, seat, kind, channel, due_at, _expiry(kind, state)),
                args=dict(args or {}),
            )
            for seat in seats
            for kind, due_at in kinds
            for channel in self._channels_of(people.get(seat))
        ]

    def message(
        self, hearing: str, party: str, kind: Kind, channel: Channel, due_at: int, expires_at: int
    ) -> Message:
        """A message as it is queued, or held where only the clerk can tell."""
        held = channel is Channel.CLERK
        return Message(
            id=secrets.token_hex(8),
            hearing=hearing,
            party=party,
            kind=kind,
            channel=channel,
            state=MessageState.HELD if held else MessageState.QUEUED,
            created_at=self._now(),
            due_at=due_at,
            expires_at=expires_at,
        )

    def _channels_of(self, person: CaseParty | None) -> tuple[Channel, ...]:
        found = tuple(channel for channel in self.senders if contact_of(person, channel))
        return found or (Channel.CLERK,)

    async def text(self, message: Message) -> Text:
        """What the message says now, link and code in it."""
        person = (await self._store.people([message.party])).get(message.party)
        language = person.language if person else "zh-CN"
        if message.party.startswith(OF_PERSON) and self.papers is not None:
            facts = await self.papers.facts(message, person)
            return compose(message.kind, facts, language, self._court.zone)
        state = await self._hearings.state(message.hearing)
        seat = state.seats.get(message.party)
        if seat is None:
            raise Refused(Code.UNKNOWN_PARTY)
        values = {**message.args, **message.secret}
        left = max(1, (message.expires_at - message.created_at) // MINUTE)
        facts = Facts(
            court=state.court,
            number=state.case_number,
            title=state.title,
            courtroom=state.courtroom,
            name=person.name if person else seat.party.name,
            planned_at=state.planned_at,
            minutes=state.minutes,
            link=f"{self._court.url}/enter#{self._links.link(message.party)}",
            reason=values.get("reason", ""),
            code=values.get("code", ""),
            valid_minutes=left,
        )
        return compose(message.kind, facts, language, self._court.zone)


def guests(state: HearingState) -> list[str]:
    """The seats that are invited: the court's own people have accounts, observers registered themselves."""
    people = (seat.party for seat in state.seats.values())
    return [party.id for party in people if not party.account and party.role is not Role.OBSERVER]


def contact_of(person: CaseParty | None, channel: Channel) -> str:
    """Where the channel reaches the person; empty if it does not."""
    if person is None or channel is Channel.CLERK:
        return ""
    return person.email if channel is Channel.EMAIL else person.telephone


def shown_contact(person: CaseParty | None, channel: Channel) -> str:
    contact = contact_of(person, channel)
    return masked(contact) if contact else ""


def _expiry(kind: Kind, state: HearingState) -> int:
    """A message is of no use after this."""
    return state.planned_at + (7 * DAY if kind is Kind.CANCELLED else DAY)
