"""The routes of a line's sound: which segments it lies in, and what of each is the line's."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.line_sound import LineSound
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address
from hearing_server.web.seat_session import SEAT


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
        line = f"{SEAT}/transcript/{{version:[0-9]{{1,6}}}}/lines/{{line:[0-9]{{1,6}}}}/sound"
        piece = f"{line}/{{started_at:[0-9]{{1,15}}}}"
        return [
            web.get(line, self.pieces, name="line_sound"),
            web.get(piece, self.fragment, name="line_sound_piece"),
        ]

    async def pieces(self, request: web.Request) -> web.Response:
        """Noted before it is given: who heard which line."""
        seated, version, line = await self._of(request)
        self._asked.check(seated.party)
        span, pieces = await self._sound.pieces(seated, version, line)
        await self._audit.note(
            Action.VIEW,
            actor=seated.party,
            subject=seated.hearing,
            detail=f"sound of line {line}, transcript {version}",
            address=client_address(request, self._proxies),
        )
        body = {"started_at": span.started_at, "ended_at": span.ended_at, "pieces": pieces}
        return web.json_response(body)

    async def fragment(self, request: web.Request) -> web.Response:
        seated, version, line = await self._of(request)
        at = int(request.match_info["started_at"])
        made = await self._sound.fragment(seated, version, line, at)
        headers = {"Content-Type": made.mime, "Cache-Control": "private, no-store"}
        return web.Response(body=made.data, headers=headers)

    async def _of(self, request: web.Request) -> tuple[Seated, int, int]:
        at = request.match_info
        return await self._seated(request), int(at["version"]), int(at["line"])
