"""A planned hearing that makes demands, and everybody who comes in to it. Shared with the browsers' tests."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from .harness import Client, Refusal, ServerProcess, serving
from .planner import DAY, case_body, furnish, soon, wish_for
from .staff import StaffClient


class Planned:
    """A hearing that demands a code and the document; its links as the clerk reads them."""

    def __init__(self, server: ServerProcess, clerk: StaffClient, hearing: dict[str, Any]) -> None:
        self.server, self.clerk, self.hearing = server, clerk, hearing
        self.seats = {seat["role"]: seat["party"] for seat in hearing["seats"]}

    async def link(self, role: str) -> str:
        path = f"/hearings/{self.hearing['id']}/parties/{self.seats[role]}/link"
        link: str = (await self.clerk.post(path))["link"]
        return link.partition("#")[2]

    @contextlib.asynccontextmanager
    async def browser(self, role: str) -> AsyncIterator[Client]:
        """Somebody with the role's link, in a browser of their own."""
        self.server.links[role] = await self.link(role)
        async with Client(self.server, role) as client:
            yield await client.link()

    @contextlib.asynccontextmanager
    async def desk(self) -> AsyncIterator[Client]:
        """The clerk in the courtroom."""
        async with self.seated(self.clerk, "clerk") as client:
            yield client

    @contextlib.asynccontextmanager
    async def bench(self) -> AsyncIterator[Client]:
        """The presiding judge in the courtroom."""
        async with StaffClient(self.server) as judge:
            await judge.sign_in("judge")
            async with self.seated(judge, "presiding_judge") as client:
                yield client

    @contextlib.asynccontextmanager
    async def seated(self, staff: StaffClient, role: str) -> AsyncIterator[Client]:
        """Whoever has signed in, in their seat."""
        async with Client(self.server, role) as client:
            cookies = {c.key: c.value for c in staff.http.cookie_jar}
            client.http.cookie_jar.update_cookies(cookies)
            path = f"/api/staff/hearings/{self.hearing['id']}/seat"
            client.seat = (await client.post(path, {}))["seat"]
            await client.connect()
            client.welcome = await client.ask("enter")
            yield client

    async def code(self) -> str:
        """The newest code, as the clerk reads it out of the outbox."""
        found = await self.clerk.get("/outbox", params={"hearing": self.hearing["id"]})
        message = next(m for m in found["messages"] if m["kind"] == "code")
        read = await self.clerk.post(f"/outbox/{message['id']}/read")
        digits = "".join(c if c.isdigit() else " " for c in read["body"]).split()
        return next(part for part in digits if len(part) == 6)


@contextlib.asynccontextmanager
async def planned(
    folder: Path, *, more: tuple[tuple[str, str], ...] = (), **demands: bool
) -> AsyncIterator[Planned]:
    """`more` are pairs of a role and another that its account has besides."""
    async with serving(folder / "data") as server, StaffClient(server) as clerk:
        await clerk.sign_in("clerk")
        async with StaffClient(server) as admin:
            await furnish(await admin.sign_in("administrator"), "第一法庭", "第二法庭")
            for role, other in more:
                accounts = (await admin.get("/accounts"))["accounts"]
                one = next(account for account in accounts if account["roles"] == [role])
                body = {"name": one["name"], "roles": [role, other]}
                await admin.post(f"/accounts/{one['id']}", body)
        case = await clerk.post("/cases", case_body(1, parties=PEOPLE))
        wish = await wish_for(clerk, case, soon(DAY / 3_600_000), demands=demands, invite=False)
        made = await clerk.post("/hearings", wish)
        hearing = await clerk.get(f"/hearings/{made['hearing']}")
        yield Planned(server, clerk, {**hearing, "id": made["hearing"]})


PEOPLE = [
    {"id": "a", "role": "plaintiff", "name": "甲某（虚构）", "side": "claim",
     "email": "jia@example.com", "telephone": "138 0000 0001"},
    {"id": "b", "role": "counsel", "name": "乙某（虚构）", "side": "defence", "counsel_for": ["c"]},
    {"id": "c", "role": "defendant", "name": "丙某（虚构）", "side": "defence"},
]  # fmt: skip


async def refused(awaitable: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await awaitable
    return caught.value.code
