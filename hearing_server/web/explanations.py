"""The routes of the note that explains a fault of the recording: its draft, its signature, the signed file."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.explanations import Drafted, Explanations
from hearing_server.services.hearings import Hearings
from hearing_server.services.rate import RateLimit
from hearing_server.services.transcripts import SignatureRequest
from hearing_server.web.http import client_address, decoded, disposition, read_body
from hearing_server.web.seat_session import SEAT, overseen

PATH = f"{SEAT}/explanations"

SeatedOf = Callable[[web.Request], Awaitable[Seated]]


class ExplainBody(msgspec.Struct, forbid_unknown_fields=True):
    """`number` is the draft's; `public_key` SPKI and `name_image` PNG, both base64."""

    number: int
    text: str
    english: str
    public_key: str
    name_image: str


class SignatureBody(msgspec.Struct, forbid_unknown_fields=True):
    signature: str


class ExplanationRoutes:
    def __init__(
        self,
        hearings: Hearings,
        explanations: Explanations,
        audit: Audit,
        seated: SeatedOf,
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._hearings = hearings
        self._explanations = explanations
        self._audit = audit
        self._seated = seated
        self._proxies = proxies
        self._signatures = RateLimit(per_minute=12)  # by seat: each costs a document

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{PATH}/draft", self.draft, name="explanation_draft"),
            web.post(PATH, self.prepare, name="explain"),
            web.post(
                f"{PATH}/signature/{{preparation:[A-Za-z0-9_-]{{1,64}}}}",
                self.finish,
                name="explanation_signature",
            ),
            web.get(f"{PATH}/{{number:[0-9]{{1,4}}}}.pdf", self.file, name="explanation"),
        ]

    async def draft(self, request: web.Request) -> web.Response:
        """Bench and clerk read it; who presides signs it."""
        seated = await self._overseer(request)
        return web.json_response(_plain(await self._explanations.draft(seated.hearing)))

    async def prepare(self, request: web.Request) -> web.Response:
        seated = await self._overseer(request)
        self._signatures.check(seated.party)
        body = await read_body(request, ExplainBody)
        asked = SignatureRequest(
            party=seated.party,
            version=body.number,
            public_key=decoded(body.public_key, 1024),
            name_image=decoded(body.name_image, 200 * 1024),
        )
        preparation, to_be_signed = await self._explanations.prepare(
            seated.hearing, asked, body.text, body.english
        )
        encoded = base64.b64encode(to_be_signed).decode()
        return web.json_response({"preparation": preparation, "to_be_signed": encoded})

    async def finish(self, request: web.Request) -> web.Response:
        seated = await self._overseer(request)
        signature = decoded((await read_body(request, SignatureBody)).signature, 64)
        preparation = request.match_info["preparation"]
        number = await self._explanations.finish(seated.party, preparation, signature)
        await self._note(request, seated, Action.FAULT_EXPLAINED, number)
        return web.json_response({"number": number})

    async def file(self, request: web.Request) -> web.Response:
        seated = await self._overseer(request)
        number = int(request.match_info["number"])
        _, pdf = await self._explanations.file(seated.hearing, number)
        copy = "download" in request.query
        await self._note(request, seated, Action.DOWNLOAD if copy else Action.VIEW, number)
        headers = disposition(f"recording-note-{number}.pdf", download=copy)
        return web.Response(body=pdf, content_type="application/pdf", headers=headers)

    async def _overseer(self, request: web.Request) -> Seated:
        seated = await self._seated(request)
        await overseen(self._hearings, seated)
        return seated

    async def _note(
        self, request: web.Request, seated: Seated, action: Action, number: int
    ) -> None:
        await self._audit.note(
            action,
            actor=seated.party,
            subject=seated.hearing,
            detail=f"recording note {number}",
            address=client_address(request, self._proxies),
        )


def _plain(drafted: Drafted) -> dict[str, Any]:
    found = drafted.facts
    return {
        "number": drafted.number,
        "due": found.due,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "text": drafted.draft.text,
        "english": drafted.draft.english,
        "rows": [
            {"span": r.span, "seconds": r.seconds, "chinese": r.chinese, "english": r.english}
            for r in drafted.rows
        ],
    }
