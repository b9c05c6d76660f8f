"""The one-time code of a seat: asked for, entered, and read out by the clerk where nothing can be sent."""

import msgspec
from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.audit import Action, Audit
from hearing_server.services.codes import DIGITS, Codes
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address, read_body
from hearing_server.web.seat_session import PARTY, SEAT, SeatGate


class CodeBody(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class CodeRoutes:
    def __init__(
        self, gate: SeatGate, codes: Codes, audit: Audit, proxies: tuple[str, ...]
    ) -> None:
        self._gate = gate
        self._codes = codes
        self._audit = audit
        self._proxies = proxies
        self._addresses = RateLimit(per_minute=30)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{SEAT}/code", self.send, name="send-code"),
            web.post(f"{SEAT}/code/confirm", self.confirm, name="confirm-code"),
            web.post(f"{SEAT}/parties/{PARTY}/code", self.read_out, name="read-code"),
        ]

    async def send(self, request: web.Request) -> web.Response:
        seated = await self._gate.known(request)
        self._addresses.check(client_address(request, self._proxies))
        sent = await self._codes.send(seated, self._gate.digest(request))
        return web.json_response(
            {
                "channel": sent.channel,
                "to": sent.to,
                "expires_at": sent.expires_at,
                "again_at": sent.again_at,
            }
        )

    async def confirm(self, request: web.Request) -> web.Response:
        seated = await self._gate.known(request)
        self._addresses.check(client_address(request, self._proxies))
        code = (await read_body(request, CodeBody)).code.strip()
        if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
            raise Refused(Code.BAD_MESSAGE, f"{DIGITS} digits")
        await self._codes.confirm(seated, self._gate.digest(request), code)
        return web.json_response({})

    async def read_out(self, request: web.Request) -> web.Response:
        """For the clerk, who tells it to the party; noted before it is shown."""
        seated = await self._gate.seated(request)
        party = request.match_info["party"]
        await self._codes.check_reader(seated, party)
        await self._audit.note(
            Action.CODE_READ,
            actor=seated.party,
            subject=party,
            detail=f"hearing {seated.hearing}",
            address=client_address(request, self._proxies),
        )
        return web.json_response({"code": await self._codes.read_out(seated, party)})
