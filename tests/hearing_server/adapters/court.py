"""A court on a real database: a case, courtrooms, staff, and two clerks' servers planning in it."""

from dataclasses import dataclass, replace

from hearing_server.adapters.calendar_store import SqlCalendar
from hearing_server.adapters.case_store import SqlCases
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.cases import Case, CaseParty, Courtroom
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.planning import DAY, MINUTE
from hearing_server.domain.procedures import Procedure
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.domain.wish import StaffSeat, Wish
from hearing_server.services.cases import Cases
from hearing_server.services.hearings import Hearings
from hearing_server.services.planning import Planning

NOW = 1_790_000_000_000
TOMORROW = NOW + DAY
HOUR = 60 * MINUTE
JUDGES = [
    Account(id=f"j{n}", login=f"j{n}", name=f"审判{n}（虚构）", roles=frozenset({StaffRole.JUDGE}))
    for n in range(3)
]
CLERKS = [
    Account(id=f"k{n}", login=f"k{n}", name=f"书记{n}（虚构）", roles=frozenset({StaffRole.CLERK}))
    for n in range(3)
]


class Staff:
    async def accounts(self) -> list[Account]:
        return [*JUDGES, *CLERKS]


def draft(n: int, **changes: object) -> Case:
    """A civil case of two; everybody's contact is their own."""
    people = (
        CaseParty(id="p", role=Role.PLAINTIFF, name=f"原告{n}（虚构）", side=Side.CLAIM,
                  email=f"p{n}@example.com", telephone=f"1380000{n:04}"),
        CaseParty(id="d", role=Role.DEFENDANT, name=f"被告{n}（虚构）", side=Side.DEFENCE),
    )  # fmt: skip
    case = Case(id="", number=f"（2026）测0001民初{n}号", procedure=Procedure.CIVIL,
                title=f"借款纠纷{n}", parties=people)  # fmt: skip
    return replace(case, **changes)  # type: ignore[arg-type]


@dataclass
class Node:
    """One server of the court."""

    store: SqlStore

    def __post_init__(self) -> None:
        self.clock = NOW
        self.woken = 0
        self.case_store = SqlCases(self.store.database)
        self.cases = Cases(self.case_store, lambda: self.clock)
        self.hearings = Hearings(self.store, lambda: self.clock)
        self.calendar = SqlCalendar(self.store.database)
        self.planning = Planning(
            self.calendar, self.case_store, Staff(), self.hearings,
            court="虚构法院", buffer=15 * MINUTE, now=lambda: self.clock, told=self._wake,
        )  # fmt: skip

    def _wake(self) -> None:
        self.woken += 1

    async def furnish(self) -> None:
        for name in ("第一法庭", "第二法庭", "第三法庭"):
            await self.cases.put_courtroom(Courtroom(name=name, site="成都"))

    async def plan(self, wish: Wish) -> str:
        return (await self.planning.plan(wish, unnoted)).hearing


async def unnoted(subject: str, detail: str) -> None:
    """An audit that nobody reads."""


def wish(case: Case, n: int = 0, **changes: object) -> Wish:
    """In the n-th courtroom with the n-th judge and clerk, tomorrow for an hour."""
    made = Wish(
        case=case.id,
        courtroom=("第一法庭", "第二法庭", "第三法庭")[n],
        planned_at=TOMORROW,
        minutes=60,
        staff=(
            StaffSeat(role=Role.PRESIDING_JUDGE, account=f"j{n}"),
            StaffSeat(role=Role.CLERK, account=f"k{n}"),
        ),
        parties=tuple(party.id for party in case.parties),
    )
    return replace(made, **changes)  # type: ignore[arg-type]
