"""How soon the calendar and the lists answer a court that has sat for years.

One real server process on SQLite, `--hearings` past hearings of as many cases, each with its log, and
200 more today. A clerk asks over HTTP, one request at a time: the calendar of a day, of a week, of one
courtroom, of one judge; the first page of cases, found by number, by name, by procedure, and deep pages.
"""

import argparse
import asyncio
import contextlib
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import insert

from bench.hearing import percentile
from hearing_server.adapters import case_tables, tables
from hearing_server.adapters.case_store import SqlCases
from hearing_server.adapters.database import Database
from hearing_server.adapters.projection import project
from hearing_server.adapters.staff_store import SqlStaff
from hearing_server.adapters.store import SqlStore
from hearing_server.clock import now
from hearing_server.config import Settings
from hearing_server.demo import new_id
from hearing_server.domain.cases import Case, CaseParty, Courtroom
from hearing_server.domain.events import HearingClosed, HearingOpened, HearingPlanned
from hearing_server.domain.log import SERVER, Entry, canonical, leaf_hash
from hearing_server.domain.parties import Party, Role, Side
from hearing_server.domain.planning import DAY, MINUTE
from hearing_server.domain.procedures import Procedure
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.staff_sessions import StaffSessions, Stage, Visitor
from tests.integration.harness import ServerProcess
from tests.integration.staff import StaffClient

TODAY = 200  # hearings of today
ROOMS = 40
JUDGES = 30
AT_ONCE = 500  # hearings written in one transaction
CHARACTERS = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench lists", description=__doc__)
    parser.add_argument("--hearings", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=300, help="of each kind of page")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    options = parser.parse_args(argv)
    figures = asyncio.run(_measure(options.hearings, options.requests))
    if options.json:
        print(json.dumps({"bench": "lists", **figures}), flush=True)
    else:
        for name, value in figures.items():
            print(f"{name:>16} {value}")


async def _measure(hearings: int, requests: int) -> dict[str, object]:
    chance = random.Random(7)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        token, judges = await _fill(data, hearings, chance)
        async with _serving(data) as server, StaffClient(server) as clerk:
            clerk.http.cookie_jar.update_cookies({"staff": token})
            calendar = [await _timed(clerk, _calendar(chance, judges)) for _ in range(requests)]
            cases = await _cases(clerk, chance, hearings, requests)
    return {
        "hearings": hearings + TODAY,
        "requests": requests,
        "calendar_ms_p50": round(percentile(calendar, 0.5), 2),
        "calendar_ms_p95": round(percentile(calendar, 0.95), 2),
        "cases_ms_p50": round(percentile(cases, 0.5), 2),
        "cases_ms_p95": round(percentile(cases, 0.95), 2),
    }


@contextlib.asynccontextmanager
async def _serving(data: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(data=data, seats=())
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def _fill(data: Path, hearings: int, chance: random.Random) -> tuple[str, list[Account]]:
    """Years of sittings in the tables that the server keeps; a clerk's session token, and the judges."""
    await asyncio.to_thread(data.mkdir, parents=True)
    database = Database(Settings(data=str(data)).database_url)
    await database.start()
    staff = SqlStaff(database)
    judges = [_account(f"judge{n}", StaffRole.JUDGE) for n in range(JUDGES)]
    clerk = _account("clerk", StaffRole.CLERK)
    for account in (*judges, clerk):
        await staff.add_account(account, "", now())
    store = SqlCases(database)
    for n in range(ROOMS):
        await store.put_courtroom(Courtroom(name=f"第{n + 1}法庭"))
    midnight = now() // DAY * DAY
    for at in range(0, hearings + TODAY, AT_ONCE):
        numbers = range(at, min(at + AT_ONCE, hearings + TODAY))
        await _write(
            database, store, [_case(n, midnight, chance) for n in numbers], judges, midnight
        )
    token = await StaffSessions(staff, now).begin(
        clerk, Stage.FULL, Visitor(address="127.0.0.1", browser="bench"), now()
    )
    await SqlStore(database).database.close()
    return token, judges


def _account(login: str, role: StaffRole) -> Account:
    return Account(id=new_id(), login=login, name=f"{login}（虚构）", roles=frozenset({role}))


def _case(n: int, midnight: int, chance: random.Random) -> Case:
    names = ["".join(chance.choices(CHARACTERS, k=3)) for _ in range(3)]
    roles = (Role.PLAINTIFF, Role.COUNSEL, Role.DEFENDANT)
    sides = (Side.CLAIM, Side.CLAIM, Side.DEFENCE)
    people = tuple(
        CaseParty(id=new_id(), role=role, name=name, side=side, email=f"{name}{n}@example.com")
        for role, name, side in zip(roles, names, sides, strict=True)
    )
    return Case(
        id=new_id(),
        number=f"（{2020 + n % 7}）川0104民初{n + 1}号",
        procedure=list(Procedure)[n % 4],
        title=f"{names[0]}诉{names[2]}民间借贷纠纷",
        parties=people,
        closed=n % 3 == 0,
        created_at=midnight - 2000 * DAY + n * MINUTE,
    )


async def _write(
    database: Database, store: SqlCases, cases: list[Case], judges: list[Account], midnight: int
) -> None:
    await store.add(cases)
    async with database.writing_log() as connection:
        for case in cases:
            entries = _entries(case, judges, midnight)
            records = [canonical(entry) for entry in entries]
            rows = [
                {"hearing": e.hearing, "seq": e.seq, "record": r, "leaf": leaf_hash(r)}
                for e, r in zip(entries, records, strict=True)
            ]
            await connection.execute(insert(tables.event), rows)
            await project(connection, entries[0].hearing, entries)
            times = {"starts_at": entries[0].at, "ends_at": entries[0].at + 60 * MINUTE}
            planned = entries[0].event
            assert isinstance(planned, HearingPlanned)
            seats = [{"party": p.id, "hearing": planned.hearing} for p in planned.parties]
            await connection.execute(insert(tables.seat), seats)
            booked = {"resource": f"courtroom:{planned.courtroom}", "name": planned.courtroom}
            row = {"hearing": planned.hearing, **booked, **times}
            await connection.execute(insert(case_tables.booking).values(**row))


def _entries(case: Case, judges: list[Account], midnight: int) -> list[Entry]:
    """Sittings on working hours, forty a day in the past; today all two hundred."""
    n = int(case.number.partition("初")[2].rstrip("号"))
    day = midnight if n <= TODAY else midnight - (1 + (n - TODAY) // 40) * DAY
    at = day + (1 + n % 8) * 60 * MINUTE
    judge, hearing = judges[n % JUDGES], new_id()
    bench = Party(id=new_id(), role=Role.PRESIDING_JUDGE, name=judge.name, account=judge.id)
    people = [Party(id=new_id(), role=p.role, name=p.name, side=p.side) for p in case.parties]
    planned = HearingPlanned(
        hearing=hearing, court="示范人民法院", case_number=case.number, procedure=case.procedure,
        courtroom=f"第{n % ROOMS + 1}法庭", title=case.title, planned_at=at,
        parties=(bench, *people), case=case.id,
    )  # fmt: skip
    events = [planned] if n <= TODAY else [planned, HearingOpened(), HearingClosed()]
    return [
        Entry(hearing=hearing, seq=seq, at=at + seq, by=SERVER, event=event)
        for seq, event in enumerate(events, start=1)
    ]


def _calendar(chance: random.Random, judges: list[Account]) -> str:
    """A day or a week, of all, of a courtroom or of a judge; one in two is today's."""
    start = now() // DAY * DAY - (0 if chance.random() < 0.5 else chance.randrange(400) * DAY)
    length = chance.choice((1, 7))
    narrow = chance.choice(
        (
            "",
            f"&courtroom=第{chance.randrange(ROOMS) + 1}法庭",
            f"&judge={chance.choice(judges).id}",
        )
    )
    return f"/calendar?from={start}&to={start + length * DAY}{narrow}"


async def _cases(
    clerk: StaffClient, chance: random.Random, hearings: int, requests: int
) -> list[float]:
    times = []
    cursor = ""
    for _ in range(requests):
        name = "".join(chance.choices(CHARACTERS, k=2))
        query = chance.choice(
            (
                "?closed=no",
                f"?q={name}",
                f"?q=民初{chance.randrange(hearings) + 1}号",
                "?procedure=criminal&closed=no",
                f"?cursor={cursor}" if cursor else "",
            )
        )
        times.append(await _timed(clerk, f"/cases{query}"))
        if not cursor:
            cursor = (await clerk.get("/cases"))["cursor"]
    return times


async def _timed(clerk: StaffClient, path: str) -> float:
    """Milliseconds until the whole answer is here, decoded."""
    started = time.perf_counter()
    await clerk.get(path)
    return (time.perf_counter() - started) * 1000
