"""How somebody signs a paper besides with their browser's key: confirmed by a passkey, or by a key of the court's."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from hearing_server.domain.papers.paper import Paper
from hearing_server.services.paper_access import Known
from hearing_server.services.paper_ports import SignRequest
from hearing_server.services.paper_signing import PaperSigning
from hearing_server.services.rate import RateLimit
from hearing_server.services.signer_passkeys import SignerPasskeys
from hearing_server.web.cases import ID
from hearing_server.web.http import decoded, read_body
from hearing_server.web.seats import strokes_of
from hearing_server.web.signer_passkeys import AnswerBody

AddressedOf = Callable[[web.Request], Awaitable[tuple[Known, Paper]]]


class HeldBody(msgspec.Struct, forbid_unknown_fields=True):
    digest: str
    witness: str
    name_image: str = ""
    strokes: str = ""


class PaperSignerRoutes:
    """`addressed` says whose paper it is; `signed` is told when a signature is in."""

    def __init__(
        self,
        addressed: AddressedOf,
        passkeys: SignerPasskeys,
        signing: PaperSigning,
        signed: Callable[[], None],
    ) -> None:
        self._addressed = addressed
        self._passkeys = passkeys
        self._signing = signing
        self._signed = signed
        self._begun = RateLimit(per_minute=20)  # by person

    def routes(self) -> list[web.RouteDef]:
        path = f"/api/persons/{{person:{ID}}}/papers/{{paper:{ID}}}"
        return [
            web.post(f"{path}/passkey", self.begin, name="begin-paper-passkey"),
            web.post(f"{path}/passkey/made", self.made, name="paper-passkey-made"),
            web.post(f"{path}/passkey/asserted", self.asserted, name="paper-passkey-asserted"),
            web.post(f"{path}/held", self.sign_held, name="sign-paper-held"),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        known, paper = await self._addressed(request)
        self._begun.check(known.person.id)
        ticket, options = await self._passkeys.begin(paper.id, known.person.id, 1)
        return web.json_response({"ticket": ticket, "options": options})

    async def made(self, request: web.Request) -> web.Response:
        known, paper = await self._addressed(request)
        body = await read_body(request, AnswerBody)
        ticket, options = await self._passkeys.made(
            paper.id, known.person.id, body.ticket, body.credential
        )
        return web.json_response({"ticket": ticket, "options": options})

    async def asserted(self, request: web.Request) -> web.Response:
        known, paper = await self._addressed(request)
        body = await read_body(request, AnswerBody)
        sha256 = await self._passkeys.asserted(
            paper.id, known.person.id, body.ticket, body.credential
        )
        return web.json_response({"sha256": sha256})

    async def sign_held(self, request: web.Request) -> web.Response:
        """Once the clerk has permitted it, with a witness beside them."""
        known, paper = await self._addressed(request)
        self._begun.check(known.person.id)
        body = await read_body(request, HeldBody)
        asked = SignRequest(
            person=known.person.id,
            public_key=b"",
            possession=b"",
            name_image=decoded(body.name_image, 200 * 1024),
            strokes=strokes_of(body.strokes),
        )
        witness = body.witness.strip()
        sha256 = await self._signing.sign_held(paper.id, body.digest, asked, witness)
        self._signed()
        return web.json_response({"sha256": sha256})
