"""The command centre at a real server: what is pushed, to whom, and until when."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.demo import new_id
from hearing_server.domain import commands as cmd
from hearing_server.domain.events import HearingPlanned
from hearing_server.domain.parties import Party, Role
from hearing_server.services.hearings import Hearings

from .harness import Client, Refusal, ServerProcess
from .staff import StaffClient

WITHIN = 20.0
HEARINGS = 200


@dataclass
class Stream:
    """Server-sent events as a browser takes them."""

    response: aiohttp.ClientResponse
    events: list[tuple[str, Any]] = field(default_factory=list)
    size: int = 0

    async def until(self, matches: Callable[[str, Any], bool]) -> Any:
        """The value of the first event that matches, now or soon."""
        for kind, value in self.events:
            if matches(kind, value):
                return value
        async with asyncio.timeout(WITHIN):
            while True:
                kind, value = await self.next()
                if matches(kind, value):
                    return value

    async def next(self) -> tuple[str, Any]:
        kind = ""
        while True:
            line = (await self.response.content.readuntil(b"\n")).decode().rstrip("\n")
            self.size += len(line)
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                self.events.append((kind, json.loads(line[6:])))
                return self.events[-1]
            elif not line and self.response.content.at_eof():
                raise EOFError

    async def row(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first row that matches, of the board or of what came after it."""

        def one(kind: str, value: Any) -> dict[str, Any] | None:
            rows = value["rows"] if kind == "board" else value if kind == "rows" else []
            return next((row for row in rows if matches(row)), None)

        value = await self.until(lambda kind, value: one(kind, value) is not None)
        found = one("board" if isinstance(value, dict) else "rows", value)
        assert found is not None
        return found


@contextlib.asynccontextmanager
async def stream(staff: StaffClient, path: str = "/centre/stream") -> AsyncIterator[Stream]:
    url = f"{staff.server.url}/api/staff{path}"
    async with staff.http.get(url, timeout=aiohttp.ClientTimeout(total=60)) as response:
        if response.status >= 400:
            body = await response.json()
            raise Refusal(body["code"], body["detail"], response.status)
        assert response.content_type == "text/event-stream"
        yield Stream(response)


async def refused(staff: StaffClient, path: str) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        async with stream(staff, path):
            pass
    return caught.value.code, caught.value.status


async def test_a_technician_sees_helps_and_ticks_off(server: ServerProcess) -> None:
    """A party comes, asks, is answered, and goes: each within moments in the list."""
    async with StaffClient(server) as technician, Client(server, "defendant") as accused:
        await technician.sign_in("technician")
        async with stream(technician) as board:
            first = await board.row(lambda row: True)
            assert (first["phase"], first["people"]["present"], first["tasks"]) == (
                "scheduled",
                0,
                [],
            )
            await accused.enter(camera="denied", microphone="ready")
            here = await board.row(lambda row: row["people"]["present"] == 1)
            hearing = here["hearing"]
            await board.row(lambda r: any(t["kind"] == "media_blocked" for t in r["tasks"]))
            await accused.ask("send_message", to="technician", text="没有画面")
            asked = await board.row(lambda row: row["unread"] == 1)
            task = next(t for t in asked["tasks"] if t["kind"] == "message")
            assert task["who"]["party"] == accused.seat
            async with stream(technician, f"/centre/hearings/{hearing}/stream") as one:
                shown = await one.until(lambda kind, value: kind == "detail")
                person = next(p for p in shown["people"] if p["party"] == accused.seat)
                assert (person["camera"], person["asks"]) == ("denied", True)
                body = {"to": accused.seat, "text": "请允许使用摄像头"}
                await technician.post(f"/centre/hearings/{hearing}/messages", body)
                answer = await accused.event("message_sent", sender="technician")
                assert answer["event"]["answers"] == 1
                assert answer["event"]["account"] == ""  # the desk answers, not a person
                read = {"party": accused.seat, "up_to": 1}
                await technician.post(f"/centre/hearings/{hearing}/read", read)
                await one.until(lambda _, value: value["read_up_to"] == {accused.seat: 1})
            await technician.post(f"/centre/hearings/{hearing}/tasks/{task['id']}")
            await board.row(
                lambda r: any(t["id"] == task["id"] and t["done_by"] for t in r["tasks"])
            )
            await accused.hang_up()
            gone = await board.row(lambda r: any(t["kind"] == "disconnected" for t in r["tasks"]))
            (left,) = (t for t in gone["tasks"] if t["kind"] == "disconnected")
            assert left["detail"] in ("closed_tab", "left", "network")
            node = await board.until(lambda kind, _: kind == "node")
            assert node["recorder"]
            assert node["database_ms"] is not None


async def test_nobody_else_sees_it(server: ServerProcess) -> None:
    """Not a clerk, of this case or another, not a judge, not an auditor; and only what there is."""
    for role in ("clerk", "judge", "auditor"):
        async with StaffClient(server) as staff:
            assert await refused(staff, "/centre/stream") == ("no_session", 401)
            await staff.sign_in(role)
            assert await refused(staff, "/centre/stream") == ("not_allowed", 403)
            for path in ("messages", "read", "tasks/1", "close-request"):
                with pytest.raises(Refusal) as caught:
                    await staff.post(f"/centre/hearings/h1/{path}", {})
                assert caught.value.status == 403
    async with StaffClient(server) as technician:
        await technician.sign_in("technician")
        assert await refused(technician, "/centre/hearings/h1/stream") == ("not_found", 404)
        with pytest.raises(Refusal) as caught:
            await technician.get("/centre/hearings/h1/heartbeats/p1")
        assert caught.value.status == 404


async def test_the_end_of_the_session_ends_what_is_pushed(server: ServerProcess) -> None:
    async with StaffClient(server) as technician:
        await technician.sign_in("technician")
        async with stream(technician) as board:
            await board.until(lambda kind, _: kind == "board")
            await technician.post("/logout")
            await board.until(lambda kind, _: kind == "over")
            async with asyncio.timeout(WITHIN):
                assert (await board.response.content.read()).strip() == b""


async def test_a_word_to_close_goes_to_judge_and_clerk(server: ServerProcess) -> None:
    async with StaffClient(server) as staff, Client(server, "presiding_judge") as judge:
        await staff.sign_in("administrator")
        await judge.enter()
        async with stream(staff) as board:
            row = await board.row(lambda row: row["phase"] == "waiting")
        path = f"/centre/hearings/{row['hearing']}/close-request"
        assert await staff.post(path, {"text": "请闭庭"}) == {"told": 2}
        await judge.event("message_sent", sender="technician", text="请闭庭")


async def test_a_day_of_two_hundred_hearings(server: ServerProcess) -> None:
    """All of them in one push, whole; and a change of one pushes one."""
    await server.stop()
    store = SqlStore(Database(f"sqlite+aiosqlite:///{server.data / 'hearings.sqlite3'}"))
    await store.database.start()
    hearings = Hearings(store, lambda: int(time.time() * 1000))
    for n in range(HEARINGS):
        await hearings.plan(cmd.Plan(planned=planned(n)))
    await store.database.close()
    await server.start()
    async with StaffClient(server) as technician, Client(server, "defendant") as accused:
        await technician.sign_in("technician")
        async with stream(technician) as board:
            known: set[str] = set()

            def all_read(kind: str, value: Any) -> bool:
                rows = value["rows"] if kind == "board" else value if kind == "rows" else []
                known.update(row["hearing"] for row in rows if row["people"])
                return len(known) > HEARINGS

            await board.until(all_read)
            board.events.clear()
            before = board.size
            await accused.enter()
            await board.row(lambda row: row["people"]["present"] == 1)
            assert board.size - before < 20_000  # not the whole again


def planned(n: int) -> HearingPlanned:
    people = (Role.PRESIDING_JUDGE, Role.CLERK, Role.PLAINTIFF, Role.DEFENDANT, Role.COUNSEL)
    return HearingPlanned(
        hearing=new_id(),
        case="c1",
        court="示范人民法院",
        case_number=f"（2026）测0001民初{n}号",
        procedure="civil",
        courtroom=f"第{n % 20}法庭",
        title=f"虚构案件{n}",
        planned_at=int(time.time() * 1000) + n,
        parties=tuple(Party(id=new_id(), role=role, name=f"{role}{n}（虚构）") for role in people),
    )
