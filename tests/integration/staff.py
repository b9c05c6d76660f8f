"""One of the court's staff at a browser without a picture, with an authenticator app in the pocket."""

import time
from typing import Any

import aiohttp
import pyotp

from .harness import Refusal, ServerProcess

STEP = 30  # seconds of a one-time code


class Authenticator:
    """Codes of one key; each is given out once, the next step's if this one's has been used."""

    def __init__(self, key: str) -> None:
        self._totp = pyotp.TOTP(key.replace(" ", ""))
        self._last = 0

    def code(self) -> str:
        step = max(int(time.time()) // STEP, self._last + 1)
        assert step <= int(time.time()) // STEP + 1, "codes ran out: two fit into half a minute"
        self._last = step
        return str(self._totp.generate_otp(step))

    def used(self) -> str:
        """The last code that was given out."""
        return str(self._totp.generate_otp(self._last))


class StaffClient:
    """Requests as the browser of one person makes them."""

    def __init__(self, server: ServerProcess, origin: str | None = "own") -> None:
        self.server = server
        headers = {"Origin": server.url if origin == "own" else origin} if origin else {}
        self.http = aiohttp.ClientSession(
            headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        self.authenticator: Authenticator | None = None
        self.recovery: list[str] = []

    async def __aenter__(self) -> "StaffClient":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.http.close()

    async def sign_in(self, role: str) -> "StaffClient":
        """With the password, and a second factor set up or shown as it is asked for."""
        login, password = self.server.staff[role]
        info = await self.post("/login", {"login": login, "password": password})
        if info["stage"] == "enrol":
            await self.enrol()
        elif info["stage"] == "second":
            await self.show()
        return self

    async def enrol(self) -> None:
        shown = await self.post("/me/totp/new")
        self.authenticator = Authenticator(shown["key"])
        made = await self.post("/me/totp/confirm", {"code": self.authenticator.code()})
        self.recovery = made["recovery"]

    async def show(self) -> None:
        assert self.authenticator is not None
        await self.post("/totp", {"code": self.authenticator.code()})

    async def stage(self) -> str:
        return str((await self.get("/session"))["stage"])

    @property
    def cookie(self) -> str:
        return next((c.value for c in self.http.cookie_jar if c.key == "staff"), "")

    async def post(self, path: str, body: object = None) -> Any:
        return await self.ask("POST", path, json={} if body is None else body)

    async def get(self, path: str, **kwargs: Any) -> Any:
        return await self.ask("GET", path, **kwargs)

    async def ask(self, method: str, path: str, **kwargs: Any) -> Any:
        url = f"{self.server.url}/api/staff{path}"
        async with self.http.request(method, url, allow_redirects=False, **kwargs) as response:
            if response.status >= 400:
                body = await response.json()
                raise Refusal(body["code"], body["detail"], response.status)
            if response.content_type == "application/json":
                return await response.json()
            return await response.text()
