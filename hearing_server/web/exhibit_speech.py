"""The routes of what is said in an exhibit: how it stands and what was said, asked for, given up."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import web

from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.exhibit_speech import ExhibitSpeech
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address


class ExhibitSpeechRoutes:
    def __init__(
        self,
        speech: ExhibitSpeech,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._speech = speech
        self._audit = audit
        self._seated = seated
        self._proxies = proxies
        self._read = RateLimit(per_minute=120)  # by seat
        self._asked = RateLimit(per_minute=20)

    def routes(self) -> list[web.RouteDef]:
        path = "/api/seats/{seat:[A-Za-z0-9_-]{1,64}}/exhibits/{exhibit:[0-9]{1,6}}/speech"
        return [
            web.get(path, self.about, name="exhibit_speech"),
            web.post(path, self.ask, name="recognise_exhibit"),
            web.delete(path, self.cancel, name="stop_recognising_exhibit"),
        ]

    async def about(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._read.check(seated.party)
        return web.json_response(asdict(await self._speech.about(seated, _number(request))))

    async def ask(self, request: web.Request) -> web.Response:
        seated, number = await self._noted(request, "recognise")
        await self._speech.ask(seated, number)
        return web.json_response(asdict(await self._speech.about(seated, number)))

    async def cancel(self, request: web.Request) -> web.Response:
        seated, number = await self._noted(request, "recognise: stop")
        await self._speech.cancel(seated, number)
        return web.json_response(asdict(await self._speech.about(seated, number)))

    async def _noted(self, request: web.Request, detail: str) -> tuple[Seated, int]:
        seated, number = await self._seated(request), _number(request)
        self._asked.check(seated.party)
        await self._audit.note(
            Action.VIEW,
            actor=seated.party,
            subject=f"exhibit {number} of {seated.hearing}",
            detail=detail,
            address=client_address(request, self._proxies),
        )
        return seated, number


def _number(request: web.Request) -> int:
    return int(request.match_info["exhibit"])
