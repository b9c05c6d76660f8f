"""A hearing as the clerk wants it: what is wrong with the wish, what it would take, the event it becomes.

Pure; contacts stay out of the event.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hearing_server.domain.cases import Case, CaseParty, Fault, Problem, text_problem
from hearing_server.domain.events import ChecklistItem, Demands, HearingPlanned, Screening
from hearing_server.domain.parties import BENCH, Party, Role
from hearing_server.domain.planning import (
    DAY,
    LONGEST,
    MAX_SEATS,
    MINUTE,
    SHORTEST,
    Booking,
    courtroom_booking,
    person_bookings,
    staff_booking,
    unique,
)
from hearing_server.domain.procedures import TEMPLATES
from hearing_server.domain.staff import Account, may_sit

MAX_AHEAD = 3 * 366 * DAY
LATE = 10 * MINUTE  # a hearing may be planned for just now
MAX_CHECKLIST = 60
MAX_TEXT = 300


@dataclass(frozen=True, kw_only=True)
class StaffSeat:
    """A seat of the court itself. Only an assessor may be without an account, then by name."""

    role: Role
    account: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A hearing as the clerk wants it. `parties` and screenings name people of the case by id.

    `override` is the reason to plan although a person is elsewhere then.
    """

    case: str
    courtroom: str
    planned_at: int
    minutes: int
    staff: tuple[StaffSeat, ...]
    parties: tuple[str, ...]
    checklist: tuple[ChecklistItem, ...] | None = None
    demands: Demands = Demands()  # noqa: RUF009 - frozen
    screenings: tuple[Screening, ...] = ()
    override: str = ""
    invite: bool = True


def time_faults(planned_at: int, minutes: int, now: int) -> list[Fault]:
    """What is wrong with a time (Unix ms) and a length."""
    found = []
    if planned_at < now - LATE:
        found.append(Fault(field="planned_at", problem=Problem.IN_THE_PAST))
    if planned_at > now + MAX_AHEAD:
        found.append(Fault(field="planned_at", problem=Problem.OUT_OF_RANGE))
    if not SHORTEST <= minutes <= LONGEST:
        found.append(Fault(field="minutes", problem=Problem.OUT_OF_RANGE, value=str(minutes)))
    return found


def faults(
    wish: Wish, case: Case, rooms: set[str], accounts: Mapping[str, Account], now: int
) -> list[Fault]:
    """Everything wrong with a wish; `rooms` are in use, `accounts` can be given seats."""
    found = time_faults(wish.planned_at, wish.minutes, now)
    if case.closed:
        found.append(Fault(field="case", problem=Problem.OUT_OF_RANGE, value=case.number))
    if wish.courtroom not in rooms:
        problem = Problem.UNKNOWN_VALUE if wish.courtroom else Problem.REQUIRED
        found.append(Fault(field="courtroom", problem=problem))
    found += _staff_faults(wish.staff, accounts)
    known = {party.id for party in case.parties}
    if not wish.parties:
        found.append(Fault(field="parties", problem=Problem.REQUIRED))
    if set(wish.parties) - known or len(set(wish.parties)) != len(wish.parties):
        found.append(Fault(field="parties", problem=Problem.UNKNOWN_PERSON))
    if len(wish.parties) + len(wish.staff) > MAX_SEATS:
        found.append(Fault(field="parties", problem=Problem.TOO_MANY, value=str(MAX_SEATS)))
    return found + _template_faults(wish)


def _template_faults(wish: Wish) -> list[Fault]:
    found = []
    here = set(wish.parties)
    for n, screening in enumerate(wish.screenings):
        named = {screening.party, *screening.hidden_from}
        if not screening.hidden_from or screening.party in screening.hidden_from or named - here:
            field = f"screenings.{n}"
            found.append(Fault(field=field, problem=Problem.UNKNOWN_PERSON))
        if not (screening.sight or screening.sound):
            found.append(Fault(field=f"screenings.{n}", problem=Problem.REQUIRED))
        if problem := text_problem(screening.alias, 40):
            found.append(Fault(field=f"screenings.{n}.alias", problem=problem))
    items = wish.checklist or ()
    if len(items) > MAX_CHECKLIST or len({item.id for item in items}) != len(items):
        found.append(Fault(field="checklist", problem=Problem.TOO_MANY, value=str(MAX_CHECKLIST)))
    for n, item in enumerate(items):
        problem = text_problem(item.id, 64, required=True)
        problem = problem or text_problem(item.text, MAX_TEXT, lines=True)
        if problem:
            found.append(Fault(field=f"checklist.{n}", problem=problem))
    return found


def _staff_faults(seats: Sequence[StaffSeat], accounts: Mapping[str, Account]) -> list[Fault]:
    found = []
    roles = [seat.role for seat in seats]
    for role in (Role.PRESIDING_JUDGE, Role.CLERK):
        if roles.count(role) != 1:
            problem = Problem.DUPLICATE if role in roles else Problem.REQUIRED
            found.append(Fault(field=f"staff.{role}", problem=problem))
    given = [seat.account for seat in seats if seat.account]
    if len(set(given)) != len(given):
        found.append(Fault(field="staff", problem=Problem.DUPLICATE))
    for n, seat in enumerate(seats):
        if seat.role not in BENCH | {Role.CLERK}:
            found.append(Fault(field=f"staff.{n}", problem=Problem.NOT_FOR_THIS_ROLE))
        elif seat.account or seat.role is not Role.ASSESSOR:
            held = accounts.get(seat.account)
            if held is None or not may_sit(held, seat.role):
                problem = Problem.UNKNOWN_VALUE if seat.account else Problem.REQUIRED
                found.append(Fault(field=f"staff.{n}", problem=problem))
        elif problem_of_name := text_problem(seat.name.strip(), 100, required=True):
            found.append(Fault(field=f"staff.{n}", problem=problem_of_name))
    return found


def planned(
    court: str, wish: Wish, case: Case, accounts: Mapping[str, Account], new_id: Callable[[], str]
) -> tuple[HearingPlanned, tuple[tuple[str, str], ...]]:
    """The event, and pairs of a seat and the person of the case who sits in it."""
    seat_of = {person: new_id() for person in wish.parties}
    staff = [
        Party(
            id=new_id(),
            role=seat.role,
            name=accounts[seat.account].name if seat.account else seat.name.strip(),
            site=wish.courtroom,
            account=seat.account,
        )
        for seat in wish.staff
    ]
    people = [seat(p, seat_of) for p in case.parties if p.id in seat_of]
    template = TEMPLATES[case.procedure]
    checklist = template.checklist if wish.checklist is None else wish.checklist
    event = HearingPlanned(
        hearing=new_id(),
        court=court,
        case_number=case.number,
        procedure=case.procedure,
        courtroom=wish.courtroom,
        title=case.title,
        planned_at=wish.planned_at,
        parties=(*staff, *people),
        case=case.id,
        minutes=wish.minutes,
        stages=template.stages,
        checklist=tuple(item for item in checklist if item.stage in template.stages),
        demands=wish.demands,
        screenings=tuple(
            replace(
                screening,
                party=seat_of[screening.party],
                hidden_from=tuple(seat_of[each] for each in screening.hidden_from),
            )
            for screening in wish.screenings
        ),
    )
    return event, tuple((seat, person) for person, seat in seat_of.items())


def seat(person: CaseParty, seat_of: Mapping[str, str]) -> Party:
    """The party who sits in `seat_of[person.id]`; links to people without a seat are left out."""
    return Party(
        id=seat_of[person.id],
        role=person.role,
        name=person.name,
        site=person.detained_at,
        side=person.side,
        counsel_for=tuple(seat_of[each] for each in person.counsel_for if each in seat_of),
        interpreter_for=tuple(seat_of[each] for each in person.interpreter_for if each in seat_of),
        sign_language=person.sign_language,
    )


def bookings(
    courtroom: str, staff: Sequence[tuple[str, str]], people: Sequence[CaseParty]
) -> tuple[Booking, ...]:
    """What must not be in two places: the courtroom, staff as (account, name), people."""
    return unique(
        [
            courtroom_booking(courtroom),
            *(staff_booking(account, name) for account, name in staff),
            *(booking for person in people for booking in person_bookings(person)),
        ]
    )


def missing(case: Case, event: HearingPlanned) -> tuple[Role, ...]:
    """Roles that the procedure's template wants and nobody has."""
    here = {party.role for party in event.parties}
    wanted = TEMPLATES[case.procedure].seats
    return tuple(dict.fromkeys(s.role for s in wanted if s.required and s.role not in here))
