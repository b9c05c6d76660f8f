"""A passkey over what is signed: made, used, kept. Each step answers the one before it."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from hearing_server.services.access import Seated
from hearing_server.services.rate import RateLimit
from hearing_server.services.signer_passkeys import SignerPasskeys
from hearing_server.web.http import read_body
from hearing_server.web.seat_session import SEAT

SeatedOf = Callable[[web.Request], Awaitable[Seated]]


class BeginBody(msgspec.Struct, forbid_unknown_fields=True):
    version: int


class AnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    ticket: str
    credential: dict[str, Any]


class SignerPasskeyRoutes:
    """`signer` proves the seat, and that this session may sign: nobody else's device is kept."""

    def __init__(self, passkeys: SignerPasskeys, signer: SeatedOf) -> None:
        self._passkeys = passkeys
        self._signer = signer
        self._begun = RateLimit(per_minute=20)  # by seat

    def routes(self) -> list[web.RouteDef]:
        path = f"{SEAT}/signature/passkey"
        return [
            web.post(path, self.begin, name="begin-passkey"),
            web.post(f"{path}/made", self.made, name="passkey-made"),
            web.post(f"{path}/asserted", self.asserted, name="passkey-asserted"),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        seated = await self._signer(request)
        self._begun.check(seated.party)
        body = await read_body(request, BeginBody)
        ticket, options = await self._passkeys.begin(seated.hearing, seated.party, body.version)
        return web.json_response({"ticket": ticket, "options": options})

    async def made(self, request: web.Request) -> web.Response:
        seated = await self._signer(request)
        body = await read_body(request, AnswerBody)
        ticket, options = await self._passkeys.made(
            seated.hearing, seated.party, body.ticket, body.credential
        )
        return web.json_response({"ticket": ticket, "options": options})

    async def asserted(self, request: web.Request) -> web.Response:
        seated = await self._signer(request)
        body = await read_body(request, AnswerBody)
        sha256 = await self._passkeys.asserted(
            seated.hearing, seated.party, body.ticket, body.credential
        )
        return web.json_response({"sha256": sha256})
