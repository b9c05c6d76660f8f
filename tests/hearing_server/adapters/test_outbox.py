"""The outbox on real databases, its senders written by hand: codes, leases, what is held for the clerk."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from hearing_server.adapters import case_tables as tables
from hearing_server.adapters.outbox_store import SqlOutbox
from hearing_server.adapters.sealing import Sealing
from hearing_server.adapters.store import SqlStore
from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.outbox import Channel, Kind, MessageState
from hearing_server.domain.parties import Role
from hearing_server.domain.planning import DAY, MINUTE
from hearing_server.services.courier import LEASE_MS, Courier
from hearing_server.services.letters import (
    Court,
    Envelope,
    Letters,
    MessageFilter,
    Sender,
    Undeliverable,
)
from hearing_server.services.outbox import Outbox

from .court import CLERKS, NOW, TOMORROW, Node, draft, unnoted, wish


class Links:
    def link(self, party: str) -> str:
        return f"{party}.proof"


@dataclass
class Post:
    """A sender that keeps what it is given, or fails as it is told."""

    sent: list[Envelope] = field(default_factory=list)
    faults: list[Undeliverable] = field(default_factory=list)

    async def send(self, envelope: Envelope) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(envelope)


class Desk:
    """One node with an outbox; `senders` are what is configured."""

    def __init__(self, node: Node, senders: Mapping[Channel, Sender]) -> None:
        self.node = node
        self.store = SqlOutbox(node.store.database, Sealing(b"k" * 32))
        court = Court(name="虚构法院", url="https://court.example", zone=ZoneInfo("Asia/Shanghai"))
        clock = lambda: node.clock  # noqa: E731
        letters = Letters(self.store, node.hearings, Links(), senders, court, clock)
        self.outbox = Outbox(self.store, node.hearings, letters, clock)
        self.courier = Courier(self.store, node.hearings, letters, self.outbox, clock)

    async def planned(self) -> tuple[str, str]:
        """A hearing, and the plaintiff's seat: with e-mail and telephone."""
        await self.node.furnish()
        case = await self.node.cases.create(draft(1))
        hearing = await self.node.plan(wish(case, invite=False))
        seats = await self.node.calendar.seats(hearing)
        return hearing, next(s for s, person in seats.items() if person == case.parties[0].id)

    async def carry(self) -> None:
        while await self.courier.send_due():
            pass

    async def states(self, hearing: str) -> list[str]:
        found = await self.store.find(MessageFilter(hearing=hearing), None, 100)
        return [message.state for message in found]


async def raw(store: SqlStore) -> str:
    async with store.database.reading() as connection:
        return str((await connection.execute(text("SELECT * FROM outbox"))).all())


async def test_a_code_goes_by_sms_first_and_leaves_nothing_behind(store: SqlStore) -> None:
    """Encrypted while it waits, gone once it is sent; no list and no clerk sees it."""
    mail, sms = Post(), Post()
    desk = Desk(Node(store), {Channel.EMAIL: mail, Channel.SMS: sms})
    hearing, seat = await desk.planned()
    expires = NOW + 5 * MINUTE
    told = await desk.outbox.send(
        seat, Kind.CODE, {"code": "381902"}, hearing=hearing, expires_at=expires
    )
    assert [(one.channel, one.to) for one in told] == [(Channel.SMS, "138****01")]
    assert "381902" not in await raw(store)
    with pytest.raises(Refused) as caught:
        await desk.outbox.readable(told[0].message)
    assert caught.value.code is Code.NOT_ALLOWED
    await desk.carry()
    assert "381902" in sms.sent[0].text.short
    assert mail.sent == []
    kept = await desk.store.get(told[0].message)
    assert kept is not None
    assert (kept.state, kept.secret) == (MessageState.SENT, {})


async def test_a_code_that_is_late_is_not_sent(store: SqlStore) -> None:
    sms = Post(faults=[Undeliverable("busy")])
    desk = Desk(Node(store), {Channel.SMS: sms})
    hearing, seat = await desk.planned()
    await desk.outbox.send(seat, Kind.CODE, {"code": "1"}, hearing=hearing, expires_at=NOW + MINUTE)
    await desk.carry()
    desk.node.clock += 2 * MINUTE
    await desk.carry()
    assert await desk.states(hearing) == [MessageState.DROPPED]
    assert sms.sent == []


async def test_without_channels_the_clerk_reads_a_code_once(store: SqlStore) -> None:
    desk = Desk(Node(store), {})
    hearing, seat = await desk.planned()
    told = await desk.outbox.send(
        seat, Kind.CODE, {"code": "381902"}, hearing=hearing, expires_at=NOW + 5 * MINUTE
    )
    message = await desk.outbox.readable(told[0].message)
    assert "381902" in (await desk.outbox.read_out(message)).short
    with pytest.raises(Refused):
        await desk.outbox.readable(told[0].message)
    late = await desk.outbox.send(
        seat, Kind.CODE, {"code": "2"}, hearing=hearing, expires_at=NOW + 5 * MINUTE
    )
    desk.node.clock += 6 * MINUTE
    with pytest.raises(Refused):
        await desk.outbox.readable(late[0].message)
    await desk.store.drop_expired(desk.node.clock)
    kept = await desk.store.get(late[0].message)
    assert kept is not None
    assert (kept.state, kept.secret) == (MessageState.DROPPED, {})


async def test_of_two_clerks_at_once_one_reads_a_code(store: SqlStore, rival: SqlStore) -> None:
    """Both have the message before them; on two nodes as well."""
    one, two = Desk(Node(store), {}), Desk(Node(rival), {})
    hearing, seat = await one.planned()
    await one.outbox.send(
        seat, Kind.CODE, {"code": "381902"}, hearing=hearing, expires_at=NOW + 10 * MINUTE
    )
    (held,) = await one.store.find(MessageFilter(hearing=hearing), None, 10)
    asked = [(desk, await desk.outbox.readable(held.id)) for desk in (one, two)]
    answers = await asyncio.gather(
        *(desk.outbox.read_out(message) for desk, message in asked), return_exceptions=True
    )
    (late,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert late.code is Code.WRONG_PHASE
    (told,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert "381902" in told.short


async def test_a_person_without_a_contact_gets_no_code(store: SqlStore) -> None:
    """Where channels are configured a code goes to the contact on file or to nobody."""
    desk = Desk(Node(store), {Channel.EMAIL: Post()})
    hearing, seat = await desk.planned()
    seats = await desk.node.calendar.seats(hearing)
    other = next(s for s in seats if s != seat)
    assert not await desk.outbox.send(
        other, Kind.CODE, {"code": "1"}, hearing=hearing, expires_at=NOW + MINUTE
    )


async def test_a_message_is_leased_by_one_of_two_nodes(store: SqlStore, rival: SqlStore) -> None:
    """Nobody else takes it while the lease holds; then it comes as one that may have gone out."""
    desk = Desk(Node(store), {Channel.EMAIL: Post()})
    other = SqlOutbox(rival.database, Sealing(b"k" * 32))
    hearing, _ = await desk.planned()
    await desk.outbox.invite(hearing)
    first = await desk.store.lease(NOW, 10, NOW + LEASE_MS)
    assert [m.uncertain for m in first if m.channel is Channel.EMAIL] == [False]
    assert await other.lease(NOW + 1, 10, NOW + LEASE_MS) == []
    again = await other.lease(NOW + LEASE_MS, 10, NOW + 2 * LEASE_MS)
    assert [(m.id, m.uncertain) for m in again] == [(first[0].id, True)]


async def test_codes_go_before_reminders(store: SqlStore) -> None:
    mail = Post()
    desk = Desk(Node(store), {Channel.EMAIL: mail})
    hearing, seat = await desk.planned()
    await desk.outbox.invite(hearing)
    await desk.outbox.send(
        seat, Kind.CODE, {"code": "7"}, hearing=hearing, expires_at=NOW + 5 * MINUTE
    )
    leased = await desk.store.lease(NOW, 1, NOW + LEASE_MS)
    assert [m.kind for m in leased] == [Kind.CODE]


async def test_a_reminder_of_a_hearing_that_has_begun_is_dropped(store: SqlStore) -> None:
    mail = Post()
    desk = Desk(Node(store), {Channel.EMAIL: mail})
    hearing, _ = await desk.planned()
    await desk.outbox.invite(hearing)
    await desk.carry()
    assert len(mail.sent) == 1
    await desk.node.planning.cancel(hearing, reason="撤诉", account=CLERKS[0], noted=unnoted)
    desk.node.clock = TOMORROW - 30 * MINUTE
    await desk.carry()
    assert len(mail.sent) == 1
    assert MessageState.QUEUED not in await desk.states(hearing)


async def test_a_message_of_a_seat_that_is_not_there_does_not_hold_the_others(
    store: SqlStore,
) -> None:
    """It fails for good, and is not tried for ever."""
    mail = Post()
    desk = Desk(Node(store), {Channel.EMAIL: mail})
    hearing, seat = await desk.planned()
    made = await desk.outbox.invite(hearing, [seat])
    lost = replace(made[0], id="lost", hearing="nowhere", priority=0)
    await desk.store.enqueue([lost])
    await desk.carry()
    kept = await desk.store.get("lost")
    assert kept is not None
    assert (kept.state, kept.error) == (MessageState.FAILED, "unknown_hearing")
    assert len(mail.sent) == 1


async def test_a_hearing_that_is_not_there_does_not_hold_the_others(store: SqlStore) -> None:
    """Whoever of the others is to be told is told."""
    mail = Post()
    desk = Desk(Node(store), {Channel.EMAIL: mail})
    hearing, _ = await desk.planned()
    async with store.database.writing() as connection:
        copy = "INSERT INTO hearing SELECT {} FROM hearing"
        names = [column.name for column in tables.hearing.columns]
        first = [f"'{'0' * 16}'" if name == "hearing" else name for name in names]
        await connection.execute(text(copy.format(", ".join(first))))
        await connection.execute(text("UPDATE hearing SET notify = 'invitation'"))
    await desk.courier._tell_changes()
    await desk.carry()
    assert len(mail.sent) == 1
    assert await desk.store.to_tell() == []
    assert MessageState.SENT in await desk.states(hearing)


async def test_who_was_adjourned_to_another_day_is_reminded(store: SqlStore) -> None:
    mail = Post()
    desk = Desk(Node(store), {Channel.EMAIL: mail})
    hearing, _ = await desk.planned()
    await desk.outbox.invite(hearing)
    await desk.carry()
    seats = (await desk.node.hearings.state(hearing)).seats
    judge = next(s for s, held in seats.items() if held.party.role is Role.PRESIDING_JUDGE)
    for command in (
        cmd.Arrive(connection="c"),
        cmd.OpenHearing(),
        cmd.SuspendHearing(reason="补充证据", until=TOMORROW + 3 * DAY),
    ):
        await desk.node.hearings.execute(hearing, command, judge)
    await desk.courier._tell_changes()
    desk.node.clock = TOMORROW + 3 * DAY - 30 * MINUTE
    await desk.carry()
    about = [envelope.text.subject for envelope in mail.sent]
    assert any("改期" in subject for subject in about)
    assert any("补充证据" in envelope.text.body for envelope in mail.sent)
    assert any("一小时后" in subject for subject in about)


async def test_six_failures_are_the_end(store: SqlStore) -> None:
    mail = Post(faults=[Undeliverable("away")] * 10)
    desk = Desk(Node(store), {Channel.EMAIL: mail})
    hearing, seat = await desk.planned()
    made = [m for m in await desk.outbox.invite(hearing, [seat]) if m.kind is Kind.INVITATION]
    for _ in range(12):
        await desk.courier.send_due()
        desk.node.clock += 2 * 60 * MINUTE + 1
        if desk.node.clock > NOW + DAY - 61 * MINUTE:
            break
    kept = await desk.store.get(made[0].id)
    assert kept is not None
    assert (kept.state, kept.attempts, kept.error) == (MessageState.FAILED, 6, "away")
    again = await desk.outbox.retry(kept.id)
    assert (again.state, again.attempts) == (MessageState.QUEUED, 0)
