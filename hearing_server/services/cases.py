"""The court's cases: made, changed, found, taken in from a file. Everything is checked field by field.

The server is one court's. Its clerks see all of its cases, as they stand in for each other; a judge sees
those in which they have a seat. For everybody else there is no such case.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from hearing_server.domain import case_file, cases
from hearing_server.domain.case_words import COLUMNS
from hearing_server.domain.cases import Case, Courtroom, Fault, Problem
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.hearings import Clock

PAGE = 50
MAX_EXPORT = 20_000  # cases of one file
AT_ONCE = 200  # cases of one read for it: a few milliseconds of the event loop
MAX_SEARCH = 100  # characters
MAX_COURTROOMS = 500


class NumberTaken(Exception):
    """Another case has this number."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The last case of a page."""

    created_at: int
    id: str

    def __str__(self) -> str:
        return f"{self.created_at}.{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        at, _, id = text.partition(".")
        if not at.isdecimal() or len(at) > 16 or not id:
            raise Refused(Code.BAD_MESSAGE, "cursor")
        return cls(created_at=int(at), id=id)


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """What to look for; empty fields look for everything. `account` limits to a judge's own cases."""

    text: str = ""
    procedure: str = ""
    closed: bool | None = None
    account: str = ""

    @property
    def number(self) -> str:
        """The text as a case number is filed, so that （2026） is found by (2026)."""
        return cases.tidy_number(self.text)


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """The newest first; `hearings` are (hearing, time) of each case that has one."""

    cases: Sequence[Case]
    hearings: dict[str, tuple[str, int]]
    cursor: Cursor | None


@dataclass(frozen=True, kw_only=True)
class Import:
    """What a file holds, and `made` when it was taken. With any fault nothing is."""

    cases: Sequence[Case]
    rows: int
    encoding: str
    faults: Sequence[case_file.RowFault]
    made: bool = False


class CaseStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached or written."""

    async def add(self, cases: Sequence[Case]) -> None:
        """All or none; NumberTaken."""

    async def change(self, case: Case, seen: int) -> None:
        """Refused(stale_revision) unless the stored version is `seen`; NumberTaken.

        Refused(in_use) if somebody is left out who has a seat in a hearing still to end, or a paper.
        """

    async def remove(self, case: str) -> None:
        """Refused(in_use) if it has a hearing or a paper."""

    async def get(self, case: str) -> Case | None: ...

    async def numbers(self, numbers: Sequence[str]) -> set[str]:
        """Those that are taken."""

    async def find(self, wanted: CaseFilter, after: Cursor | None, limit: int) -> list[Case]: ...

    async def next_hearings(self, cases: Sequence[str], now: int) -> dict[str, tuple[str, int]]: ...

    async def sees(self, account: str, case: str) -> bool:
        """Whether the account has a seat in a hearing of the case."""

    async def courtrooms(self) -> list[Courtroom]: ...

    async def put_courtroom(self, room: Courtroom) -> None: ...


class Cases:
    def __init__(self, store: CaseStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def check(self, case: Case) -> None:
        """Refused(bad_fields) as `create` and `change` would say it."""
        case = _checked(case)
        held = await self._store.numbers([case.number])
        known = await self._store.get(case.id) if case.id and held else None
        if held and (known is None or known.number != case.number):
            raise bad_fields(_taken(case))

    async def create(self, case: Case) -> Case:
        case = _checked(replace(case, id=new_id(), version=1, created_at=self._now(), closed=False))
        case = with_ids(case)
        try:
            await self._store.add([case])
        except NumberTaken:
            raise bad_fields(_taken(case)) from None
        return case

    async def change(self, case: Case) -> Case:
        """The case as it is now to be; `version` is the one it was changed from."""
        before = await self._known(case.id)
        if before.version != case.version:
            raise Refused(Code.STALE_REVISION, before.number)
        kept = {party.id for party in before.parties}
        # An id that this case never gave out is no id: it could be another case's person.
        case = _checked(replace(case, created_at=before.created_at, closed=before.closed))
        case = replace(with_ids(case, kept), version=case.version + 1)
        try:
            await self._store.change(case, case.version - 1)
        except NumberTaken:
            raise bad_fields(_taken(case)) from None
        return case

    async def close(self, case: str, *, closed: bool) -> Case:
        """Close a case, or open it again: nothing is planned in a closed one."""
        known = await self._known(case)
        if known.closed == closed:
            raise Refused(Code.NO_CHANGE)
        changed = replace(known, closed=closed, version=known.version + 1)
        await self._store.change(changed, known.version)
        return changed

    async def remove(self, case: str) -> Case:
        """Refused(in_use) once it has had a hearing or a paper."""
        known = await self._known(case)
        await self._store.remove(case)
        return known

    async def get(self, account: Account, case: str) -> Case:
        """The case, for somebody who may see it; Refused(not_found)."""
        found = await self._store.get(case)
        if found is None or not (sees_all(account) or await self._store.sees(account.id, case)):
            raise Refused(Code.NOT_FOUND)
        return found

    async def find(
        self, account: Account, wanted: CaseFilter, after: Cursor | None = None
    ) -> CasePage:
        wanted = self._bounded(account, wanted)
        found = await self._store.find(wanted, after, PAGE + 1)
        page = found[:PAGE]
        hearings = await self._store.next_hearings([case.id for case in page], self._now())
        last = page[-1] if len(found) > PAGE else None
        cursor = Cursor(created_at=last.created_at, id=last.id) if last else None
        return CasePage(cases=page, hearings=hearings, cursor=cursor)

    async def export(self, account: Account, wanted: CaseFilter, language: str) -> bytes:
        """The cases found as a file that `take_in` takes, in UTF-8 with the mark that Excel wants."""
        wanted = self._bounded(account, wanted)
        pieces, count, after = [await asyncio.to_thread(_written, (), language)], 0, None
        while page := await self._store.find(wanted, after, AT_ONCE):
            count += len(page)
            if count > MAX_EXPORT:
                raise Refused(Code.TOO_MANY, f"> {MAX_EXPORT}")
            heading, rows = pieces[0], await asyncio.to_thread(_written, page, language)
            pieces.append(rows.removeprefix(heading))
            after = Cursor(created_at=page[-1].created_at, id=page[-1].id)
        return await asyncio.to_thread("".join(pieces).encode, "utf-8-sig")

    async def take_in(self, data: bytes, *, dry: bool) -> Import:
        """The cases of a file: all of them, or none and every fault. A dry run makes none either."""
        read = await asyncio.to_thread(case_file.read, data)
        taken = await self._numbers_taken(read.numbers)
        found = sorted([*read.faults, *taken], key=lambda fault: fault.row)
        found = found[: case_file.MAX_FAULTS]
        result = Import(cases=read.cases, rows=read.rows, encoding=read.encoding, faults=found)
        if found or dry:
            return result
        made = await asyncio.to_thread(_made, read.cases, self._now())
        try:
            await self._store.add(made)
        except NumberTaken:  # since they were looked at
            return replace(result, faults=await self._numbers_taken(read.numbers))
        return replace(result, cases=made, made=True)

    async def _numbers_taken(self, found: Sequence[tuple[int, str]]) -> list[case_file.RowFault]:
        taken = await self._store.numbers([number for _, number in found])
        return [
            case_file.RowFault(
                row=row, column=COLUMNS["number"][0], problem=Problem.DUPLICATE, value=number
            )
            for row, number in found
            if number in taken
        ]

    async def courtrooms(self) -> list[Courtroom]:
        return await self._store.courtrooms()

    async def put_courtroom(self, room: Courtroom) -> Courtroom:
        """Add a courtroom, move it to another site, or take it out of use."""
        room = replace(room, name=room.name.strip(), site=room.site.strip())
        if found := cases.courtroom_faults(room):
            raise bad_fields(*found)
        known = await self._store.courtrooms()
        if len(known) >= MAX_COURTROOMS and room.name not in {each.name for each in known}:
            raise Refused(Code.TOO_MANY, f"{MAX_COURTROOMS}")
        await self._store.put_courtroom(room)
        return room

    async def _known(self, case: str) -> Case:
        found = await self._store.get(case)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found

    @staticmethod
    def _bounded(account: Account, wanted: CaseFilter) -> CaseFilter:
        for text in (wanted.text, wanted.procedure):
            if problem := cases.text_problem(text, MAX_SEARCH):
                raise Refused(Code.BAD_MESSAGE, problem)
        own = "" if sees_all(account) else account.id
        return replace(wanted, text=wanted.text.strip(), account=own)


def sees_all(account: Account) -> bool:
    return StaffRole.CLERK in account.roles


def _checked(case: Case) -> Case:
    case = cases.tidy(case)
    found = cases.faults(case)
    if found:
        raise bad_fields(*found)
    return case


def bad_fields(*faults: Fault) -> Refused:
    named = ", ".join(f"{fault.field}: {fault.problem}" for fault in faults[:5])
    return Refused(Code.BAD_FIELDS, named, {"faults": [asdict(fault) for fault in faults]})


def _taken(case: Case) -> Fault:
    return Fault(field="number", problem=Problem.DUPLICATE, value=case.number)


def with_ids(case: Case, kept: frozenset[str] | set[str] = frozenset()) -> Case:
    """Every person under an id of this server's making; those in `kept` stay who they are."""
    ids = {p.id: p.id if p.id in kept else new_id() for p in case.parties}
    if len(ids) != len(case.parties):
        raise Refused(Code.BAD_MESSAGE, "two people under one id")
    return replace(
        case,
        parties=tuple(
            replace(
                party,
                id=ids[party.id],
                counsel_for=tuple(ids[each] for each in party.counsel_for),
                interpreter_for=tuple(ids[each] for each in party.interpreter_for),
            )
            for party in case.parties
        ),
    )


def _made(found: Sequence[Case], now: int) -> list[Case]:
    return [with_ids(replace(case, id=new_id(), created_at=now)) for case in found]


def new_id() -> str:
    return secrets.token_hex(8)


def _written(found: Sequence[Case], language: str) -> str:
    return "".join(case_file.write(found, language))
