"""What the court tells people: queued in SQL, sent by the courier, or held for the clerk to read out.

A link is made when a message goes out and a code is dropped once it has: neither stands in a list or
a log. Whoever wants a party told something calls `send`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hearing_server.domain.cases import CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.outbox import (
    DAY,
    Channel,
    Kind,
    Message,
    MessageState,
    Text,
    schedule,
)
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.letters import (
    FOLLOWING,
    NOT_BEGUN,
    OF_PERSON,
    Letters,
    MessageFilter,
    OutboxStore,
    contact_of,
    guests,
    shown_contact,
)

PAGE = 100
READABLE = frozenset({MessageState.HELD, MessageState.FAILED, MessageState.READ_OUT})


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a party is told: by what, and enough of the contact to recognise it."""

    message: str
    channel: Channel
    to: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A message as a list shows it: whose it is, and in which hearing."""

    message: Message
    name: str
    to: str
    number: str
    planned_at: int


class Outbox:
    def __init__(
        self, store: OutboxStore, hearings: Hearings, letters: Letters, now: Clock
    ) -> None:
        self._store = store
        self._hearings = hearings
        self._letters = letters
        self._now = now
        self.awake = asyncio.Event()  # for the courier

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that are configured."""
        return tuple(self._letters.senders)

    def wake(self) -> None:
        """Something is due: look now."""
        self.awake.set()

    async def send(
        self,
        party: str,
        kind: Kind,
        text_args: Mapping[str, str],
        *,
        hearing: str,
        expires_at: int,
        priority: int = 0,
    ) -> tuple[Delivery, ...]:
        """Tell one party something secret soon, by one channel; nothing when there is no way to.

        With no channel configured the clerk may read it out. SMS goes before e-mail. `text_args` are
        fields of the texts (`code`); they are encrypted at rest and dropped once sent.
        """
        person = (await self._store.people([party])).get(party)
        channel = self._secret_channel(person)
        if channel is None:
            return ()
        now = self._now()
        message = replace(
            self._letters.message(hearing, party, kind, channel, now, expires_at),
            secret=dict(text_args),
            priority=priority,
        )
        await self._store.enqueue([message])
        self.wake()
        return (Delivery(message=message.id, channel=channel, to=shown_contact(person, channel)),)

    def _secret_channel(self, person: CaseParty | None) -> Channel | None:
        if not self._letters.senders:
            return Channel.CLERK
        usable = [c for c in (Channel.SMS, Channel.EMAIL) if c in self._letters.senders]
        return next((c for c in usable if contact_of(person, c)), None)

    async def invite(self, hearing: str, parties: Sequence[str] | None = None) -> list[Message]:
        """Invite all parties who are not of the staff, or those named, and queue their reminders.

        Invited again, a party's waiting reminders are replaced.
        """
        state = await self._hearings.state(hearing)
        if state.phase not in NOT_BEGUN:
            raise Refused(Code.WRONG_PHASE, state.phase)
        seats = guests(state)
        if parties is not None:
            if unknown := set(parties) - set(seats):
                raise Refused(Code.UNKNOWN_PARTY, min(unknown))
            seats = [seat for seat in seats if seat in parties]
        whole = parties is None
        kinds = [(Kind.INVITATION, self._now())]
        if whole or not await self._invited(hearing, seats):
            kinds += schedule(self._now(), state.planned_at)
        messages = await self._letters.messages(state, seats, kinds)
        dropping = (Kind.INVITATION, *FOLLOWING) if whole else ()
        await self._store.enqueue(messages, told=hearing if whole else "", dropping=dropping)
        self.wake()
        return messages

    async def retry(self, message: str) -> Message:
        """Send a failed message again, to the contact as it is now."""
        found = await self._known(message)
        if found.state is not MessageState.FAILED or found.kind is Kind.CODE:
            raise Refused(Code.WRONG_PHASE, found.state)
        now = self._now()
        again = replace(
            found, state=MessageState.QUEUED, attempts=0, due_at=now, error="", done_at=None,
            expires_at=max(found.expires_at, now + DAY),
        )  # fmt: skip
        await self._store.settle(again)
        self.wake()
        return again

    async def readable(self, message: str) -> Message:
        """A message that the clerk may read out; Refused(not_found), Refused(wrong_phase).

        A code only where no channel is configured: elsewhere it belongs to the person alone.
        """
        found = await self._known(message)
        secret = found.kind is Kind.CODE
        if secret and (found.channel is not Channel.CLERK or found.expires_at <= self._now()):
            raise Refused(Code.NOT_ALLOWED)
        if found.state not in READABLE:
            raise Refused(Code.WRONG_PHASE, found.state)
        if secret and found.state is MessageState.READ_OUT:
            raise Refused(Code.WRONG_PHASE, found.state)  # shown once
        return found

    async def read_out(self, found: Message) -> Text:
        """The text, its link or code in it, of a `readable` message, which then has been read out.

        A code is told to one clerk: Refused(wrong_phase) for whoever asks in the same moment.
        """
        text = await self._letters.text(found)
        done = replace(found, state=MessageState.READ_OUT, done_at=self._now())
        if found.kind is not Kind.CODE:
            await self._store.settle(done)
        elif not await self._store.read_once(done):
            raise Refused(Code.WRONG_PHASE, MessageState.READ_OUT)
        return text

    async def find(
        self, wanted: MessageFilter, after: tuple[int, str] | None = None
    ) -> tuple[list[Listed], tuple[int, str] | None]:
        found = await self._store.find(wanted, after, PAGE + 1)
        page = found[:PAGE]
        people = await self._store.people([message.party for message in page])
        sittings = await self._store.sittings([message.hearing for message in page])
        listed = [
            await self._listed(m, people.get(m.party), sittings.get(m.hearing, ("", 0)))
            for m in page
        ]
        more = len(found) > PAGE
        return listed, (page[-1].created_at, page[-1].id) if more else None

    async def _listed(
        self, message: Message, person: CaseParty | None, sitting: tuple[str, int]
    ) -> Listed:
        name = person.name if person else await self._seated(message)
        number, planned_at = sitting
        to = shown_contact(person, message.channel)
        return Listed(message=message, name=name, to=to, number=number, planned_at=planned_at)

    async def _seated(self, message: Message) -> str:
        """The name on a seat that nobody of the case sits in: an assessor's, say."""
        if message.party.startswith(OF_PERSON):
            return ""  # out of the case
        seats = (await self._hearings.state(message.hearing)).seats
        return seats[message.party].party.name if message.party in seats else ""

    async def _known(self, message: str) -> Message:
        found = await self._store.get(message)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found

    async def _invited(self, hearing: str, seats: Sequence[str]) -> bool:
        wanted = MessageFilter(hearing=hearing, kinds=(Kind.INVITATION,))
        return any(m.party in seats for m in await self._store.find(wanted, None, 1000))
