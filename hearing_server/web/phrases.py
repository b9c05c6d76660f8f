"""What a clerk's desk writes with: served to the seat, the clerk's own abbreviations kept."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from aiohttp import web

from hearing_server.domain.phrases import MAX_ABBREVIATIONS, MAX_LONG, MAX_SHORT
from hearing_server.services.access import Seated
from hearing_server.services.phrases import Phrases
from hearing_server.web.http import read_body
from hearing_server.web.seat_session import SEAT

SeatedOf = Callable[[web.Request], Awaitable[Seated]]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SHORT)]
Long = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_LONG)]


class KeepBody(msgspec.Struct, forbid_unknown_fields=True):
    own: Annotated[list[tuple[Short, Long]], msgspec.Meta(max_length=MAX_ABBREVIATIONS)]


class PhraseRoutes:
    def __init__(self, phrases: Phrases, seated: SeatedOf) -> None:
        self._phrases = phrases
        self._seated = seated

    def routes(self) -> list[web.RouteDef]:
        path = f"{SEAT}/phrases"
        return [
            web.get(path, self.serve, name="phrases"),
            web.put(path, self.keep, name="keep-phrases"),
        ]

    async def serve(self, request: web.Request) -> web.Response:
        return web.json_response(await self._phrases.served(await self._seated(request)))

    async def keep(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        body = await read_body(request, KeepBody)
        await self._phrases.keep(seated, body.own)
        return web.json_response({})
