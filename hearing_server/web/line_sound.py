"""The routes of a line's sound: which segments it lies in, and what of each is the line's."""

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.line_sound import Heard, LineSound, at_the_desk, in_print, read_back
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address
from hearing_server.web.seat_session import SEAT

Which = Callable[[web.Request], tuple[Heard, str]]  # and what the audit trail calls it


class LineSoundRoutes:
    """`seated` proves the seat of a request."""

    def __init__(
        self,
        sound: LineSound,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._sound = sound
        self._audit = audit
        self._seated = seated
        self._proxies = proxies
        self._asked = RateLimit(per_minute=120)  # by seat

    def routes(self) -> list[web.RouteDef]:
        line = "lines/{line:[0-9]{1,6}}/sound"
        number = "{number:[0-9]{1,6}}"
        return [
            *self._of(f"{SEAT}/transcript/{number}/{line}", "line_sound", _printed),
            *self._of(f"{SEAT}/read-back/{number}/{line}", "read_back_sound", _read_back),
            *self._of(f"{SEAT}/{line}", "desk_sound", _desk),
        ]

    def _of(self, path: str, name: str, which: Which) -> list[web.RouteDef]:
        async def pieces(request: web.Request) -> web.Response:
            return await self._pieces(request, *which(request))

        async def fragment(request: web.Request) -> web.Response:
            return await self._fragment(request, which(request)[0])

        piece = f"{path}/{{started_at:[0-9]{{1,15}}}}"
        return [web.get(path, pieces, name=name), web.get(piece, fragment, name=f"{name}_piece")]

    async def _pieces(self, request: web.Request, heard: Heard, what: str) -> web.Response:
        """Noted before it is given: who heard which line."""
        seated = await self._seated(request)
        self._asked.check(seated.party)
        span, pieces = await self._sound.pieces(seated, heard)
        await self._audit.note(
            Action.VIEW,
            actor=seated.party,
            subject=seated.hearing,
            detail=f"sound of {what}",
            address=client_address(request, self._proxies),
        )
        body = {"started_at": span.started_at, "ended_at": span.ended_at, "pieces": pieces}
        return web.json_response(body)

    async def _fragment(self, request: web.Request, heard: Heard) -> web.Response:
        at = int(request.match_info["started_at"])
        made = await self._sound.fragment(await self._seated(request), heard, at)
        headers = {"Content-Type": made.mime, "Cache-Control": "private, no-store"}
        return web.Response(body=made.data, headers=headers)


def _printed(request: web.Request) -> tuple[Heard, str]:
    line, version = _line(request), int(request.match_info["number"])
    return partial(in_print, version=version, line=line), f"line {line}, transcript {version}"


def _read_back(request: web.Request) -> tuple[Heard, str]:
    line, number = _line(request), int(request.match_info["number"])
    return partial(read_back, number=number, line=line), f"line {line}, read back {number}"


def _desk(request: web.Request) -> tuple[Heard, str]:
    line = _line(request)
    return partial(at_the_desk, line=line), f"line {line}"


def _line(request: web.Request) -> int:
    return int(request.match_info["line"])
