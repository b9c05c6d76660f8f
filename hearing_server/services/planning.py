"""Planning a hearing, moving and cancelling it, and the calendar.

Who and what is taken is decided in the transaction that writes the log's entries, so of two clerks who
plan at once one is refused. Clerks see every hearing of the court; a judge those they sit in.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain import wish as wishes
from hearing_server.domain.cases import Case, CaseParty, Courtroom, Fault, Problem, text_problem
from hearing_server.domain.day_end import LEFT, LeftOver, left_over
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import HearingPlanned
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.outbox import Kind
from hearing_server.domain.parties import Role
from hearing_server.domain.planning import (
    DAY,
    MINUTE,
    Claim,
    Clash,
    Taken,
    person_bookings,
    staff_booking,
)
from hearing_server.domain.staff import Account, StaffRole, may_sit
from hearing_server.domain.wish import MAX_TEXT, Wish
from hearing_server.services.cases import bad_fields, new_id, sees_all
from hearing_server.services.hearings import Clock, Hearings

PAGE = 100
MAX_DAY = 2_000  # hearings of one answer of the calendar
MAX_SPAN = 62 * DAY


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A hearing as lists show it. `phase` is the log's, or cancelled."""

    hearing: str
    case: str
    number: str
    title: str
    procedure: str
    courtroom: str
    judge: str
    planned_at: int
    ends_at: int
    phase: str
    opened_at: int | None
    closed_at: int | None
    parties: int


@dataclass(frozen=True, kw_only=True)
class CalendarFilter:
    """Empty fields look for everything. `account` limits to hearings in which somebody sits."""

    courtroom: str = ""
    judge: str = ""
    account: str = ""
    case: str = ""
    phases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What planning it would meet: who is elsewhere, and roles of the template that nobody has."""

    clashes: Sequence[Clash]
    missing: tuple[Role, ...]


class CalendarStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def between(
        self, since: int, until: int, wanted: CalendarFilter, limit: int
    ) -> list[Sitting]:
        """Those that touch the time, in its order."""

    async def find(
        self, wanted: CalendarFilter, after: tuple[int, str] | None, limit: int
    ) -> list[Sitting]:
        """The latest first."""

    async def get(self, name: str) -> Sitting | None: ...

    async def sits(self, account: str, name: str) -> bool: ...

    async def seats(self, name: str) -> dict[str, str]:
        """Seat to person of the case."""

    async def clashes(self, claim: Claim) -> Sequence[Clash]: ...


class PlanningCases(Protocol):
    async def get(self, case: str) -> Case | None: ...

    async def courtrooms(self) -> list[Courtroom]: ...


class People(Protocol):
    async def accounts(self) -> list[Account]: ...


# Called when an act is about to be written, with its subject and detail: for the audit.
Noted = Callable[[str, str], Awaitable[None]]


class Planning:
    def __init__(
        self,
        store: CalendarStore,
        cases: PlanningCases,
        people: People,
        hearings: Hearings,
        *,
        court: str,
        buffer: int,
        now: Clock,
        told: Callable[[], None],
    ) -> None:
        """`buffer` in ms; `told` is called when parties are to be told something."""
        self._store = store
        self._cases = cases
        self._people = people
        self._hearings = hearings
        self._court = court
        self._buffer = buffer
        self._now = now
        self._told = told

    async def check(self, wish: Wish) -> Checked:
        """What `plan` would refuse: faults are raised, clashes told."""
        case, planned, claim = await self._drafted(wish)
        clashes = await self._store.clashes(claim)
        return Checked(clashes=clashes, missing=wishes.missing(case, planned))

    async def plan(self, wish: Wish, noted: Noted) -> HearingState:
        """Refused(bad_fields), Refused(clash); parties are invited unless the wish says no."""
        _, planned, claim = await self._drafted(wish)
        clashes = await self._store.clashes(claim)
        persons = [clash for clash in clashes if clash.kind is Taken.PERSON]
        override = _override(wish.override) if persons else ""
        claim = replace(claim, overridden=bool(override))
        if len(persons) == len(clashes):  # else it is refused in the transaction, with all clashes
            detail = f"override: {override}" if override else ""
            await noted(planned.hearing, detail)
        state = await self._hearings.plan(cmd.Plan(planned=planned), claim)
        self._told()
        return state

    async def postpone(
        self, hearing: str, planned_at: int, minutes: int, *, since: int, reason: str,
        override: str, account: Account, noted: Noted,
    ) -> None:  # fmt: skip
        """To another time; everybody keeps seat and link, and who was invited is told.

        Refused(stale_revision) when it is not planned for `since` any more: somebody else has moved it.
        """
        if found := wishes.time_faults(planned_at, minutes, self._now()):
            raise bad_fields(*found)
        reason = _reason(reason)
        if (await self._hearings.state(hearing)).planned_at != since:
            raise Refused(Code.STALE_REVISION)
        claim = await self.moved(hearing, planned_at, minutes)
        clashes = await self._store.clashes(claim)
        persons = any(clash.kind is Taken.PERSON for clash in clashes)
        override = _override(override) if persons else ""
        claim = replace(claim, overridden=bool(override))
        await noted(hearing, f"override: {override}; {reason}" if override else reason)
        command = cmd.Postpone(
            since=since, planned_at=planned_at, minutes=minutes, reason=reason, account=account.id
        )
        await self._hearings.execute(hearing, command, SERVER, claim)
        self._told()

    async def adjourned(self, hearing: str, until: int, *, anyway: bool) -> Claim:
        """What it takes when it goes on at `until`; overridden where that is needed and may be."""
        state = await self._hearings.state(hearing)
        claim = await self.moved(hearing, until, state.minutes)
        clashes = await self._store.clashes(claim) if anyway else ()
        persons = any(clash.kind is Taken.PERSON for clash in clashes)
        return replace(claim, overridden=persons)

    async def check_move(self, hearing: str, planned_at: int, minutes: int) -> Sequence[Clash]:
        """Who and what is elsewhere at another time."""
        if found := wishes.time_faults(planned_at, minutes, self._now()):
            raise bad_fields(*found)
        return await self._store.clashes(await self.moved(hearing, planned_at, minutes))

    async def moved(self, hearing: str, planned_at: int, minutes: int) -> Claim:
        """What the hearing would take at another time."""
        state = await self._hearings.state(hearing)
        sitting = await self._known(hearing)
        case = await self._cases.get(sitting.case) if sitting.case else None
        people = {party.id: party for party in case.parties} if case else {}
        seats = await self._store.seats(hearing)
        present = [people[person] for person in seats.values() if person in people]
        staff = [s.party for s in state.seats.values() if s.party.account and not s.removed]
        return Claim(
            hearing=hearing,
            starts_at=planned_at,
            ends_at=planned_at + minutes * MINUTE,
            buffer=self._buffer,
            bookings=wishes.bookings(
                state.courtroom, [(p.account, p.name) for p in staff], present
            ),
            notify=Kind.POSTPONED,
        )

    async def others(self, sitting: Sitting) -> list[CaseParty]:
        """Who of the case has no seat in the hearing."""
        case = await self._cases.get(sitting.case) if sitting.case else None
        seated = set((await self._store.seats(sitting.hearing)).values())
        return [person for person in case.parties if person.id not in seated] if case else []

    async def add(
        self, hearing: str, person: str, *, override: str, account: Account, noted: Noted
    ) -> str:
        """Give a person of the case a seat in a hearing that is planned; the seat.

        Refused(not_found) unless they are of the case and have none, Refused(clash).
        """
        sitting = await self._known(hearing)
        found = next((p for p in await self.others(sitting) if p.id == person), None)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        state = await self._hearings.state(hearing)
        seat_of = {p: seat for seat, p in (await self._store.seats(hearing)).items()}
        seat_of[person] = new_id()
        claim = Claim(
            hearing=hearing,
            starts_at=state.planned_at,
            ends_at=state.planned_at + state.minutes * MINUTE,
            buffer=self._buffer,
            bookings=person_bookings(found),
            people=((seat_of[person], person),),
            notify=None,
            adds=True,
        )
        override = _override(override) if await self._store.clashes(claim) else ""
        await noted(hearing, f"override: {override}" if override else found.id)
        command = cmd.AddParty(party=wishes.seat(found, seat_of), account=account.id)
        claim = replace(claim, overridden=bool(override))
        await self._hearings.execute(hearing, command, SERVER, claim)
        return seat_of[person]

    async def hand_over(
        self, hearing: str, party: str, successor: str, *, reason: str, account: Account,
        noted: Noted,
    ) -> str:  # fmt: skip
        """Give the seat of one of the court's people to another, in their own name; the new seat.

        Refused(not_found), Refused(bad_fields) for who cannot sit there, Refused(clash), or by `decide`.
        """
        reason = _reason(reason)
        state = await self._hearings.state(hearing)
        seat = state.seats.get(party)
        if seat is None or not seat.party.account:
            raise Refused(Code.NOT_FOUND)
        found = next((one for one in await self.staff() if one.id == successor), None)
        if found is None or not may_sit(found, seat.party.role):
            raise bad_fields(Fault(field="account", problem=Problem.UNKNOWN_VALUE))
        claim = Claim(
            hearing=hearing,
            starts_at=state.planned_at,
            ends_at=state.planned_at + state.minutes * MINUTE,
            buffer=self._buffer,
            bookings=(staff_booking(found.id, found.name),),
            notify=None,
            adds=True,
        )
        follows = replace(seat.party, id=new_id(), name=found.name, account=found.id)
        await noted(hearing, f"{seat.party.role} {seat.party.name} -> {found.name}: {reason}")
        command = cmd.HandOver(party=party, successor=follows, reason=reason, account=account.id)
        await self._hearings.execute(hearing, command, SERVER, claim)
        return follows.id

    async def cancel(self, hearing: str, *, reason: str, account: Account, noted: Noted) -> None:
        reason = _reason(reason)
        await noted(hearing, reason)
        await self._hearings.execute(hearing, cmd.Cancel(reason=reason, account=account.id), SERVER)
        self._told()

    async def calendar(
        self, account: Account, since: int, until: int, wanted: CalendarFilter
    ) -> list[Sitting]:
        if not 0 <= since < until or until - since > MAX_SPAN:
            raise Refused(Code.BAD_MESSAGE, "from, to")
        return await self._store.between(since, until, _own(account, wanted), MAX_DAY)

    async def left_over(self, account: Account) -> list[tuple[Sitting, LeftOver]]:
        """Their own hearings whose time is over and that are left open, the oldest first."""
        own = CalendarFilter(account=account.id, phases=tuple(map(str, LEFT)))
        now = self._now()
        found = await self._store.between(0, now, own, MAX_DAY)
        return [(one, what) for one in found if (what := left_over(one.phase, one.ends_at, now))]

    async def find(
        self, account: Account, wanted: CalendarFilter, after: tuple[int, str] | None = None
    ) -> tuple[list[Sitting], tuple[int, str] | None]:
        found = await self._store.find(_own(account, wanted), after, PAGE + 1)
        page = found[:PAGE]
        more = len(found) > PAGE
        return page, (page[-1].planned_at, page[-1].hearing) if more else None

    async def get(self, account: Account, hearing: str) -> tuple[Sitting, HearingState]:
        """The hearing, for somebody who may see it; Refused(not_found)."""
        sitting = await self._known(hearing)
        if not (sees_all(account) or await self._store.sits(account.id, hearing)):
            raise Refused(Code.NOT_FOUND)
        return sitting, await self._hearings.state(hearing)

    async def seats(self, hearing: str) -> dict[str, str]:
        """Who of the case sits in which seat."""
        return await self._store.seats(hearing)

    async def staff(self) -> list[Account]:
        """Who can be given a seat: active judges and clerks, by name."""
        wanted = {StaffRole.JUDGE, StaffRole.CLERK}
        found = [a for a in await self._people.accounts() if a.active and a.roles & wanted]
        return sorted(found, key=lambda account: account.name)

    async def _known(self, hearing: str) -> Sitting:
        found = await self._store.get(hearing)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found

    async def _drafted(self, wish: Wish) -> tuple[Case, HearingPlanned, Claim]:
        case = None if text_problem(wish.case, 64) else await self._cases.get(wish.case)
        if case is None:
            raise Refused(Code.NOT_FOUND)
        rooms = {room.name for room in await self._cases.courtrooms() if room.active}
        accounts = {account.id: account for account in await self.staff()}
        if found := wishes.faults(wish, case, rooms, accounts, self._now()):
            raise bad_fields(*found)
        planned, people = wishes.planned(self._court, wish, case, accounts, new_id)
        present = [party for party in case.parties if party.id in wish.parties]
        staff = [(seat.account, accounts[seat.account].name) for seat in wish.staff if seat.account]
        claim = Claim(
            hearing=planned.hearing,
            case=case.id,
            starts_at=wish.planned_at,
            ends_at=wish.planned_at + wish.minutes * MINUTE,
            buffer=self._buffer,
            bookings=wishes.bookings(wish.courtroom, staff, present),
            people=people,
            notify=Kind.INVITATION if wish.invite else "",
        )
        return case, planned, claim


def _own(account: Account, wanted: CalendarFilter) -> CalendarFilter:
    for text in (wanted.courtroom, wanted.judge, wanted.case, *wanted.phases):
        if problem := text_problem(text, 100):
            raise Refused(Code.BAD_MESSAGE, problem)
    return wanted if sees_all(account) else replace(wanted, account=account.id)


def _reason(text: str) -> str:
    if problem := text_problem(text.strip(), MAX_TEXT, required=True, lines=True):
        raise bad_fields(Fault(field="reason", problem=problem))
    return text.strip()


def _override(text: str) -> str:
    """The reason; without one the clash is refused by the store, with all that is in the way."""
    if not text.strip():
        return ""
    if problem := text_problem(text.strip(), MAX_TEXT, lines=True):
        raise bad_fields(Fault(field="override", problem=problem))
    return text.strip()
