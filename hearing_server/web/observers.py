"""Observers' routes: the link, made by the clerk; and by the link, name and address for a seat."""

import msgspec
from aiohttp import web

from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.services.observers import Observers, Visit
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address, read_body
from hearing_server.web.seat_session import SEAT, SeatGate, remember_seat, seats_in


class VisitBody(msgspec.Struct, forbid_unknown_fields=True):
    hearing: str
    link: str


class RegisterBody(VisitBody, forbid_unknown_fields=True):
    name: str
    address: str


class ObserverRoutes:
    """`url` is where the pages are."""

    def __init__(
        self, gate: SeatGate, observers: Observers, url: str, proxies: tuple[str, ...]
    ) -> None:
        self._gate = gate
        self._observers = observers
        self._url = url
        self._proxies = proxies
        self._visits = RateLimit(per_minute=30)  # by address: also links that are tried
        self._registered = RateLimit(per_minute=6)  # by address
        self._of_hearing = RateLimit(per_minute=60)
        self._links = RateLimit(per_minute=10)  # by seat

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{SEAT}/observers-link", self.make, name="observers-link"),
            web.delete(f"{SEAT}/observers-link", self.revoke, name="revoke-observers-link"),
            web.post("/api/observe", self.about, name="observe"),
            web.post("/api/observe/register", self.register, name="register-observer"),
        ]

    async def make(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        self._links.check(seated.party)
        link = await self._observers.make_link(seated, client_address(request, self._proxies))
        return web.json_response({"link": f"{self._url}/observe/{seated.hearing}#{link}"})

    async def revoke(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        await self._observers.revoke_link(seated, client_address(request, self._proxies))
        return web.json_response({})

    async def about(self, request: web.Request) -> web.Response:
        self._visits.check(client_address(request, self._proxies))
        body = await read_body(request, VisitBody)
        return web.json_response(_shown(await self._observers.about(body.hearing, body.link)))

    async def register(self, request: web.Request) -> web.Response:
        address = client_address(request, self._proxies)
        self._visits.check(address)
        self._registered.check(address)
        body = await read_body(request, RegisterBody)
        self._of_hearing.check(body.hearing[:64])
        visit = Visit(
            hearing=body.hearing,
            link=body.link,
            name=body.name,
            address=body.address,
            network=address,
            sessions=seats_in(request, secure=self._gate.secure),
        )
        seat, token = await self._observers.register(visit)
        response = web.json_response({"seat": seat}, status=201)
        remember_seat(response, seat, token, secure=self._gate.secure)
        return response


def _shown(state: HearingState) -> dict[str, object]:
    open_to_public = state.observers_allowed and not state.public_excluded
    return {
        "court": state.court,
        "case_number": state.case_number,
        "title": state.title,
        "courtroom": state.courtroom,
        "planned_at": state.planned_at,
        "phase": state.phase,
        "allowed": open_to_public and state.phase is not Phase.CLOSED,
    }
