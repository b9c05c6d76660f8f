"""The calendar's rows, kept in step with the log in the very transaction that writes it; and what a
hearing claims, decided there.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing_server.adapters.case_tables import (
    booking,
    case_party,
    court_case,
    hearing,
    hearing_staff,
    seat_person,
)
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Phase
from hearing_server.domain.log import Entry
from hearing_server.domain.outbox import Kind
from hearing_server.domain.parties import Role
from hearing_server.domain.planning import (
    LONGEST,
    MINUTE,
    Booking,
    Claim,
    Clash,
    Taken,
    in_the_way,
    staff_booking,
)

PLANNING = 7_402_771  # the lock of those who claim, in PostgreSQL; SQLite has one writer anyway
CANCELLED = "cancelled"  # closed, as the log has it; a list says that it never took place
PHASES: dict[type, str] = {
    ev.WaitingRoomOpened: Phase.WAITING,
    ev.HearingOpened: Phase.IN_SESSION,
    ev.HearingPaused: Phase.PAUSED,
    ev.HearingResumed: Phase.IN_SESSION,
    ev.HearingSuspended: Phase.SUSPENDED,
    ev.HearingClosed: Phase.CLOSED,
    ev.HearingCancelled: CANCELLED,
}


async def project(connection: AsyncConnection, name: str, entries: Sequence[Entry]) -> None:
    for entry in entries:
        event = entry.event
        if isinstance(event, ev.HearingPlanned):
            await _planned(connection, event)
            for party in event.parties:
                if party.account:  # a log from before SeatGiven
                    await _given(connection, name, party.role, party.account)
        elif isinstance(event, ev.HearingPostponed):
            await _moved(connection, name, event.planned_at, event.minutes)
        elif isinstance(event, ev.PartyAdded):
            await _joined(connection, name, event)
        elif isinstance(event, ev.SeatGiven) and event.account:
            await _given(connection, name, event.role, event.account)
            if event.instead_of:
                await _freed(connection, name, event.instead_of)
        elif isinstance(event, ev.PartyRemoved) and event.successor:
            one_less = update(hearing).where(hearing.c.hearing == name)
            await connection.execute(one_less.values(parties=hearing.c.parties - 1))
        elif type(event) in PHASES:
            await _turned(connection, name, entry)
            if isinstance(event, ev.HearingSuspended) and event.until is not None:
                await _adjourned(connection, name, event.until)


async def _planned(connection: AsyncConnection, event: ev.HearingPlanned) -> None:
    judges = [party.name for party in event.parties if party.role is Role.PRESIDING_JUDGE]
    row = {
        "hearing": event.hearing,
        "case_id": event.case,
        "number": event.case_number,
        "title": event.title,
        "procedure": event.procedure,
        "courtroom": event.courtroom,
        "judge": judges[0] if judges else "",
        "planned_at": event.planned_at,
        "ends_at": event.planned_at + event.minutes * MINUTE,
        "phase": Phase.SCHEDULED,
        "parties": len(event.parties),
        "notify": "",
    }
    await connection.execute(insert(hearing).values(**row))


async def _moved(connection: AsyncConnection, name: str, planned_at: int, minutes: int) -> None:
    times = {"planned_at": planned_at, "ends_at": planned_at + minutes * MINUTE}
    await connection.execute(update(hearing).where(hearing.c.hearing == name).values(**times))


async def _given(connection: AsyncConnection, name: str, role: Role, account: str) -> None:
    """One seat of an account in a hearing: the last it was given."""
    same = (hearing_staff.c.hearing == name) & (hearing_staff.c.account == account)
    await connection.execute(delete(hearing_staff).where(same))
    row = {"hearing": name, "account": account, "role": role}
    await connection.execute(insert(hearing_staff).values(**row))


async def _joined(connection: AsyncConnection, name: str, event: ev.PartyAdded) -> None:
    one_more = update(hearing).where(hearing.c.hearing == name)
    await connection.execute(one_more.values(parties=hearing.c.parties + 1))
    if event.party.role is Role.PRESIDING_JUDGE:  # who follows another
        await connection.execute(one_more.values(judge=event.party.name))


async def _freed(connection: AsyncConnection, name: str, account: str) -> None:
    """Whose seat in the hearing went to another: it is in their lists and their time no more."""
    seat = (hearing_staff.c.hearing == name) & (hearing_staff.c.account == account)
    await connection.execute(delete(hearing_staff).where(seat))
    taken = staff_booking(account, "").resource
    mine = (booking.c.hearing == name) & (booking.c.resource == taken)
    await connection.execute(delete(booking).where(mine))


async def _adjourned(connection: AsyncConnection, name: str, until: int) -> None:
    """The judge has said when it goes on: what it takes moves there, and the parties are told.

    Whether that is free was decided by the claim of whoever asked.
    """
    lasts = hearing.c.ends_at - hearing.c.planned_at
    moved = {"planned_at": until, "ends_at": until + lasts, "notify": Kind.POSTPONED}
    await connection.execute(update(hearing).where(hearing.c.hearing == name).values(**moved))
    ends = select(hearing.c.ends_at).where(hearing.c.hearing == name).scalar_subquery()
    taken = update(booking).where(booking.c.hearing == name)
    await connection.execute(taken.values(starts_at=until, ends_at=ends))


async def _turned(connection: AsyncConnection, name: str, entry: Entry) -> None:
    """A new phase. What a cancelled hearing took is free, and what one took that is over from now on."""
    event, at = entry.event, entry.at
    values: dict[str, object] = {"phase": PHASES[type(event)]}
    if isinstance(event, ev.HearingOpened):
        values["opened_at"] = func.coalesce(hearing.c.opened_at, at)
    elif isinstance(event, ev.HearingClosed | ev.HearingSuspended):
        if isinstance(event, ev.HearingClosed):
            values["closed_at"] = at
        free = (booking.c.hearing == name, booking.c.starts_at < at, booking.c.ends_at > at)
        await connection.execute(update(booking).where(*free).values(ends_at=at))
    elif isinstance(event, ev.HearingCancelled):
        values["notify"] = Kind.CANCELLED
        await connection.execute(delete(booking).where(booking.c.hearing == name))
    await connection.execute(update(hearing).where(hearing.c.hearing == name).values(**values))


async def take(connection: AsyncConnection, claim: Claim) -> None:
    """Write down what the hearing takes, or Refused(clash) and the whole transaction is undone."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({PLANNING})"))
    if claim.case:
        await _check_case(connection, claim)
    await _check_claim(connection, claim)
    refuse(in_the_way(claim, await clashes(connection, claim)))
    if not claim.adds:
        await connection.execute(delete(booking).where(booking.c.hearing == claim.hearing))
    times = {"hearing": claim.hearing, "starts_at": claim.starts_at, "ends_at": claim.ends_at}
    held = select(booking.c.resource).where(booking.c.hearing == claim.hearing)
    known = set((await connection.execute(held)).scalars())
    rows = [
        {"resource": b.resource, "name": b.name, **times}
        for b in claim.bookings
        if b.resource not in known
    ]
    if rows:
        await connection.execute(insert(booking), rows)
    if claim.people:
        await connection.execute(
            insert(seat_person),
            [
                {"party": seat, "hearing": claim.hearing, "case_party": person}
                for seat, person in claim.people
            ],
        )
    if claim.notify is not None:
        told = update(hearing).where(hearing.c.hearing == claim.hearing)
        await connection.execute(told.values(notify=claim.notify))


async def _check_case(connection: AsyncConnection, claim: Claim) -> None:
    """The case as the wish was made for it: there, open, with everybody who is to have a seat."""
    held = select(court_case.c.closed).where(court_case.c.id == claim.case)
    closed = (await connection.execute(held.with_for_update(read=True))).scalar_one_or_none()
    if closed is None:
        raise Refused(Code.NOT_FOUND, "the case has been deleted")
    people = {person for _, person in claim.people}
    here = select(func.count()).where(case_party.c.id.in_(people))
    if closed or (await connection.execute(here)).scalar_one() != len(people):
        raise Refused(Code.STALE_REVISION, "the case has been changed")


async def _check_claim(connection: AsyncConnection, claim: Claim) -> None:
    """The time, or the people of the court, are as they were when the claim was made: neither was the hearing
    moved meanwhile, nor a seat of it handed over.
    """
    if claim.adds:
        times = select(hearing.c.planned_at, hearing.c.ends_at)
        found = (await connection.execute(times.where(hearing.c.hearing == claim.hearing))).one()
        if tuple(found) != (claim.starts_at, claim.ends_at):
            raise Refused(Code.STALE_REVISION, "the hearing has been moved")
        return
    sits = select(hearing_staff.c.account).where(hearing_staff.c.hearing == claim.hearing)
    accounts = (await connection.execute(sits)).scalars()
    wanted = {b.resource for b in claim.bookings if b.kind is Taken.STAFF}
    if wanted != {staff_booking(account, "").resource for account in accounts}:
        raise Refused(Code.STALE_REVISION, "a seat has been handed over")


def refuse(found: Sequence[Clash]) -> None:
    if found:
        names = "; ".join(f"{clash.name}: {clash.number}" for clash in found[:3])
        raise Refused(Code.CLASH, names, {"clashes": [clash_json(clash) for clash in found]})


def clash_json(clash: Clash) -> dict[str, object]:
    return {name: getattr(clash, name) for name in clash.__dataclass_fields__}


async def clashes(connection: AsyncConnection, claim: Claim) -> list[Clash]:
    """Who and what of the claim is elsewhere, the hard ones first; each once a hearing."""
    wanted = {b.resource: b for b in claim.bookings}
    starts, ends = claim.starts_at - claim.buffer, claim.ends_at + claim.buffer
    query = (
        select(booking.c.resource, hearing)
        .join(hearing, hearing.c.hearing == booking.c.hearing)
        .where(
            booking.c.resource.in_(wanted),
            booking.c.starts_at < ends,
            booking.c.starts_at > starts - LONGEST * MINUTE,  # so that the index does the work
            booking.c.ends_at > starts,
            booking.c.hearing != claim.hearing,
        )
        .order_by(booking.c.starts_at)
    )
    found: dict[tuple[str, str, str], Clash] = {}
    for row in await connection.execute(query):
        mine: Booking = wanted[row.resource]
        found.setdefault(
            (mine.kind, mine.name, row.hearing),
            Clash(
                kind=mine.kind,
                name=mine.name,
                hearing=row.hearing,
                case=row.case_id,
                number=row.number,
                title=row.title,
                courtroom=row.courtroom,
                planned_at=row.planned_at,
                ends_at=row.ends_at,
            ),
        )
    return sorted(found.values(), key=lambda clash: list(Taken).index(clash.kind))
