"""The page that says what a bundle or a signed transcript proves, for whoever has one: no login, nothing kept."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from aiohttp import hdrs, web

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address

PIECE = 1 << 18


class Checker(Protocol):
    most_bytes: int

    async def check(self, pieces: AsyncIterator[bytes]) -> dict[str, Any]: ...


class VerifyRoutes:
    """`fingerprint` is of the court's root, as openssl prints it."""

    def __init__(
        self, checker: Checker, court: str, fingerprint: str, proxies: tuple[str, ...]
    ) -> None:
        self._checker = checker
        self._about = {
            "court": court,
            "fingerprint": fingerprint,
            "most_bytes": checker.most_bytes,
        }
        self._proxies = proxies
        self._rate = RateLimit(per_minute=10)  # by address

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/verify", self.about, name="verify-about"),
            web.post("/api/verify", self.verify, name="verify"),
        ]

    async def about(self, request: web.Request) -> web.Response:
        return web.json_response(self._about)

    async def verify(self, request: web.Request) -> web.Response:
        self._rate.check(client_address(request, self._proxies))
        if hdrs.CONTENT_ENCODING in request.headers:
            raise Refused(Code.BAD_MESSAGE, "encoded")
        if (request.content_length or 0) > self._checker.most_bytes:
            raise Refused(Code.TOO_LARGE, str(self._checker.most_bytes >> 20))
        return web.json_response(await self._checker.check(request.content.iter_chunked(PIECE)))
