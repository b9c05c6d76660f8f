"""The routes of playback: what there is to play, and one segment of a track as a browser takes it."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Clock
from hearing_server.services.playback import Playback, Sittings
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address
from hearing_server.web.seat_session import PARTY, SEAT

MOST_SEQ = 15  # digits


class PlaybackRoutes:
    """`seated` proves the seat of a request."""

    def __init__(
        self,
        playback: Playback,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        now: Clock,
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._playback = playback
        self._audit = audit
        self._seated = seated
        self._now = now
        self._proxies = proxies
        self._sittings = Sittings()
        self._indexes = RateLimit(per_minute=120)  # by seat
        self._pieces = RateLimit(
            per_minute=3000
        )  # ten people of two tracks sought through at speed

    def routes(self) -> list[web.RouteDef]:
        place = f"{SEAT}/playback"
        piece = f"{place}/{PARTY}/{{source:[a-z_]{{1,20}}}}/{{started_at:[0-9]{{1,15}}}}"
        return [
            web.get(place, self.index, name="playback"),
            web.get(piece, self.fragment, name="playback_fragment"),
        ]

    async def index(self, request: web.Request) -> web.Response:
        """With `since` and `scope` of an earlier answer only what is new."""
        seated = await self._seated(request)
        self._indexes.check(seated.party)
        since = request.query.get("since", "0")
        if not (since.isascii() and since.isdigit() and len(since) <= MOST_SEQ):
            raise Refused(Code.BAD_MESSAGE, "since")
        scope = request.query.get("scope", "")
        found = await self._playback.index(seated, int(since), scope)
        await self._note(request, seated)
        response = web.Response(body=msgspec.json.encode(found), content_type="application/json")
        response.enable_compression()
        return response

    async def fragment(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._pieces.check(seated.party)
        at = request.match_info
        piece = await self._playback.segment(
            seated, at["party"], at["source"], int(at["started_at"])
        )
        await self._note(request, seated)
        headers: dict[str, str] = {"ETag": f'"{piece.tag}"', "Cache-Control": "private, no-store"}
        known = request.if_none_match or ()
        if any(one.value == piece.tag for one in known):
            return web.Response(status=304, headers=headers)
        made = await self._playback.fragment(seated, piece)
        headers["Content-Type"] = made.mime
        return web.Response(body=made.data, headers=headers)

    async def _note(self, request: web.Request, seated: Seated) -> None:
        """Before it is given, once for all that somebody plays in one sitting."""
        now = self._now()
        if not self._sittings.goes_on(seated.party, now):
            await self._audit.note(
                Action.VIEW,
                actor=seated.party,
                subject=seated.hearing,
                detail="recording",
                address=client_address(request, self._proxies),
            )
        self._sittings.asked(seated.party, now)
