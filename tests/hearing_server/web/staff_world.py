"""The staff's routes over a real database, at a time of the test's choosing, with people of each role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyotp
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.config import Settings
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.access import Access
from hearing_server.services.audit import Search, Who
from hearing_server.services.hearings import Hearings
from hearing_server.services.staff import NewAccount
from hearing_server.staff_parts import StaffParts
from hearing_server.web.audit import note_refusals
from hearing_server.web.http import coded_errors, same_origin

NOW = 1_790_000_000_000
MINUTE = 60_000
PASSWORD = "木 horse 42 staple"
ORIGIN = "http://localhost:8080"


class World:
    def __init__(self, store: SqlStore, settings: Settings) -> None:
        self.now = NOW
        self.store, self.settings = store, settings
        self.parts = StaffParts(store, lambda: self.now, settings, b"k" * 32)
        self.access = Access(store, b"s" * 32, lambda: self.now)
        self.hearings = Hearings(store, lambda: self.now)
        self.application = web.Application(
            middlewares=[
                coded_errors,
                note_refusals(self.parts.audit, ()),
                same_origin(settings.allowed_origins),
            ]
        )
        self.application.add_routes(self.parts.routes(self.access, self.hearings))
        self.server = TestServer(self.application)
        self.people: list[Person] = []

    def person(self, **headers: str) -> "Person":
        """Somebody at a browser of their own."""
        one = Person(self, headers)
        self.people.append(one)
        return one

    async def account(self, login: str, *roles: StaffRole, **more: Any) -> tuple[Account, str]:
        """A new account, and the secret of its set-up link."""
        new = NewAccount(login=login, name=f"{login}（虚构）", roles=roles, **more)
        return await self.parts.staff.create(new, Who(actor="console"))

    async def of(self, role: StaffRole) -> "Person":
        """Somebody with this role, set up and signed in."""
        one = self.person()
        _, link = await self.account(f"the.{role}", role)
        return await one.set_up(f"the.{role}", link)

    async def trail(self, **search: Any) -> list[str]:
        found = await self.parts.audit.search(Search(**search))
        return [f"{o.row.actor}|{o.row.action}|{o.row.subject}|{o.row.detail}" for o in found.rows]


class Person:
    def __init__(self, world: World, headers: dict[str, str]) -> None:
        self.world = world
        self.client: TestClient[Any, Any] = TestClient(
            world.server,
            cookie_jar=CookieJar(unsafe=True),
            headers={"Origin": ORIGIN, "User-Agent": "Firefox/140", **headers},
        )
        self.login = ""
        self.key = ""
        self.step = 0
        self.recovery: list[str] = []

    async def set_up(self, login: str, link: str, password: str = PASSWORD) -> "Person":
        """Password by the link, then an authenticator app if one is asked for."""
        self.login = login
        info = await self.good("/setup", link=link, password=password)
        if info["stage"] == "enrol":
            await self.enrol()
        return self

    async def enrol(self) -> None:
        self.key = (await self.good("/me/totp/new"))["key"].replace(" ", "")
        made = await self.good("/me/totp/confirm", code=self.code())
        self.recovery = made["recovery"]

    def code(self, offset: int = 0) -> str:
        """The app's code now; the time moves on first if the last one was of this step."""
        if self.world.now // 30_000 + offset <= self.step:
            self.world.now = (self.step + 1 - offset) * 30_000
        self.step = self.world.now // 30_000 + offset
        return str(pyotp.TOTP(self.key).generate_otp(self.step))

    async def sign_in(self, password: str = PASSWORD) -> dict[str, Any]:
        info = await self.good("/login", login=self.login, password=password)
        if info["stage"] == "second":
            info = await self.good("/totp", code=self.code())
        return info

    @property
    def cookie(self) -> str:
        jar = self.client.session.cookie_jar
        return next((cookie.value for cookie in jar if cookie.key == "staff"), "")

    def carry(self, cookie: str) -> None:
        self.client.session.cookie_jar.update_cookies({"staff": cookie}, self.client.make_url("/"))

    async def ask(self, method: str, path: str, **kwargs: Any) -> ClientResponse:
        """`path` below /api/staff, or a whole one from /api."""
        whole = path if path.startswith("/api") else f"/api/staff{path}"
        return await self.client.request(method, whole, allow_redirects=False, **kwargs)

    async def good(self, path: str, **body: Any) -> Any:
        response = await self.ask("POST", path, json=body)
        assert response.status == 200, await response.text()
        return await response.json()

    async def get(self, path: str) -> Any:
        response = await self.ask("GET", path)
        assert response.status == 200, await response.text()
        return await response.json()

    async def refused(self, path: str, method: str = "POST", **body: Any) -> str:
        """The code with which it is refused."""
        response = await self.ask(method, path, **({} if method == "GET" else {"json": body}))
        assert response.status >= 400, await response.text()
        return str((await response.json())["code"])

    async def stage(self) -> str:
        return str((await self.get("/session"))["stage"])


@asynccontextmanager
async def staff_world(folder: Path, **settings: Any) -> AsyncIterator[World]:
    store = SqlStore(Database(f"sqlite+aiosqlite:///{folder / 'hearings.sqlite3'}"))
    await store.database.start()
    world = World(store, Settings(**settings))
    await world.server.start_server()
    yield world
    for person in world.people:
        await person.client.close()
    await world.server.close()
    await store.database.close()
