"""Carries the outbox's messages: what is due is sent, tried again, given up, or found to be too late.

At least once: a message is marked as being sent before it is. Lost on its way, it is sent again when its
lease has run out, and marked as one that may have arrived twice.
"""

import asyncio
from dataclasses import replace

import structlog

from hearing_server.domain.errors import PASSING, Code, Refused
from hearing_server.domain.events import HearingCancelled, HearingPostponed, HearingSuspended
from hearing_server.domain.hearing import Phase
from hearing_server.domain.outbox import Kind, Message, MessageState, next_try, schedule
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.letters import (
    FOLLOWING,
    NOT_BEGUN,
    Envelope,
    Letters,
    MessageFilter,
    OutboxStore,
    Undeliverable,
    contact_of,
    guests,
)
from hearing_server.services.outbox import Outbox

AT_ONCE = 8  # messages on their way at the same time
LEASE_MS = 90_000  # longer than any attempt may take
POLL_S = 2.0
CHANGES = HearingPostponed | HearingCancelled | HearingSuspended

log = structlog.get_logger()


class Courier:
    def __init__(
        self,
        store: OutboxStore,
        hearings: Hearings,
        letters: Letters,
        outbox: Outbox,
        now: Clock,
    ) -> None:
        self._store = store
        self._hearings = hearings
        self._letters = letters
        self._outbox = outbox
        self._now = now

    async def run(self) -> None:
        """Tell what has changed and send what is due, until cancelled."""
        while True:
            self._outbox.awake.clear()
            try:
                await self._store.drop_expired(self._now())
                await self._tell_changes()
                busy = await self.send_due()
            except Refused as refusal:
                log.warning("outbox waits", code=refusal.code)
                busy = False
            except Exception:
                log.exception("outbox stumbled")
                busy = False
            if not busy:
                try:
                    async with asyncio.timeout(POLL_S):
                        await self._outbox.awake.wait()
                except TimeoutError:
                    pass

    async def _tell_changes(self) -> None:
        for hearing, what in await self._store.to_tell():
            try:
                if what == Kind.INVITATION:
                    await self._first_invitation(hearing)
                else:
                    await self._tell_change(hearing, Kind(what))
            except Refused as refusal:  # a hearing that is not there keeps nobody else waiting
                if refusal.code in PASSING:
                    raise
                log.error("parties not told", hearing=hearing, code=refusal.code)
                await self._store.enqueue([], told=hearing)

    async def _first_invitation(self, hearing: str) -> None:
        try:
            await self._outbox.invite(hearing)
        except Refused as refusal:
            if refusal.code is not Code.WRONG_PHASE:
                raise
            await self._store.enqueue([], told=hearing)  # begun already: nobody is left to invite

    async def _tell_change(self, hearing: str, kind: Kind) -> None:
        """Those who had been told the old time hear of the new one; what waits is replaced."""
        state = await self._hearings.state(hearing)
        wanted = MessageFilter(hearing=hearing, kinds=(Kind.INVITATION,))
        known = await self._store.find(wanted, None, 1000)
        waiting_states = (MessageState.HELD, MessageState.QUEUED)
        invited = {m.party for m in known if m.state not in waiting_states}
        everybody = {m.party for m in known}
        reason = {"reason": await self._reason(hearing)}
        now = self._now()
        seats = [seat for seat in guests(state) if seat in invited]
        messages = await self._letters.messages(state, seats, [(kind, now)], reason)
        if kind is Kind.POSTPONED:
            waiting = [seat for seat in guests(state) if seat in everybody]
            messages += await self._letters.messages(
                state, waiting, schedule(now, state.planned_at)
            )
        gone = (
            FOLLOWING if kind is Kind.POSTPONED else (*FOLLOWING, Kind.INVITATION, Kind.POSTPONED)
        )
        await self._store.enqueue(messages, told=hearing, dropping=gone)

    async def _reason(self, hearing: str) -> str:
        entries = await self._hearings.entries(hearing)
        changes = [e.event for e in entries if isinstance(e.event, CHANGES)]
        return changes[-1].reason if changes else ""

    async def send_due(self) -> bool:
        """Send what is due now; whether there was anything."""
        now = self._now()
        leased = await self._store.lease(now, AT_ONCE, now + LEASE_MS)
        await asyncio.gather(*(self._send(message) for message in leased))
        return bool(leased)

    async def _send(self, message: Message) -> None:
        now = self._now()
        try:
            if now >= message.expires_at or await self._overtaken(message):
                await self._store.settle(replace(message, state=MessageState.DROPPED, done_at=now))
                return
            await self._hand_over(message)
        except Undeliverable as fault:
            await self._store.settle(self._failed(message, fault))
            return
        except Refused as refusal:  # a hearing or seat that is not there: no other try will find it
            lost = Undeliverable(refusal.code, permanent=refusal.code not in PASSING)
            await self._store.settle(self._failed(message, lost))
            return
        sent = replace(
            message, state=MessageState.SENT, done_at=self._now(), error="",
            attempts=message.attempts + 1,
        )  # fmt: skip
        await self._store.settle(sent)

    async def _overtaken(self, message: Message) -> bool:
        """A reminder of a hearing that has begun, or does not take place; one that was adjourned to
        another time is still to come."""
        if message.kind not in FOLLOWING:
            return False
        state = await self._hearings.state(message.hearing)
        again = state.phase is Phase.SUSPENDED and state.planned_at > self._now()
        return state.phase not in NOT_BEGUN and not again

    async def _hand_over(self, message: Message) -> None:
        sender = self._letters.senders.get(message.channel)
        person = (await self._store.people([message.party])).get(message.party)
        to = contact_of(person, message.channel)
        if sender is None or not to:
            raise Undeliverable(
                "no contact" if sender else "channel not configured", permanent=True
            )
        envelope = Envelope(id=message.id, to=to, text=await self._letters.text(message))
        try:
            async with asyncio.timeout(LEASE_MS / 2000):
                await sender.send(envelope)
        except TimeoutError:
            raise Undeliverable("timeout") from None

    def _failed(self, message: Message, fault: Undeliverable) -> Message:
        now, attempts = self._now(), message.attempts + 1
        again = None if fault.permanent else next_try(attempts, now)
        log.warning("message not sent", message=message.id, attempts=attempts, reason=str(fault))
        failed = replace(message, attempts=attempts, error=str(fault)[:200])
        if again is None or again >= message.expires_at:
            return replace(failed, state=MessageState.FAILED, done_at=now)
        return replace(failed, state=MessageState.QUEUED, due_at=again)
