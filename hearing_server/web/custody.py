"""The routes of a recording's custody: who may play it, notes beside it, its deletion."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from aiohttp import web

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Level
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.custody import Custodian
from hearing_server.services.deletions import Deletions
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address, read_body
from hearing_server.web.seat_session import SEAT

NOTED_FOR = 600.0  # seconds in which a page that asks again is the same view
NOTED = 10_000

Time = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]  # Unix milliseconds


class NoteBody(msgspec.Struct, forbid_unknown_fields=True):
    at: Time
    text: str
    private: bool


class AccessBody(msgspec.Struct, forbid_unknown_fields=True):
    level: Level
    started_at: Time
    ended_at: Time | None
    reason: str


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    reason: str


class CustodyRoutes:
    """`seated` proves the seat of a request."""

    def __init__(
        self,
        custodian: Custodian,
        deletions: Deletions,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._custodian = custodian
        self._deletions = deletions
        self._audit = audit
        self._seated = seated
        self._proxies = proxies
        self._read = RateLimit(per_minute=240)  # by seat
        self._acts = RateLimit(per_minute=60)
        self._noted: OrderedDict[str, float] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        custody = f"{SEAT}/custody"
        note = f"{custody}/notes/{{note:[0-9]{{1,6}}}}"
        access = f"{custody}/access/{{access:[0-9]{{1,6}}}}"
        deletion = f"{custody}/deletion"
        return [
            web.get(custody, self.custody, name="custody"),
            web.post(f"{custody}/notes", self.place_note, name="place_note"),
            web.delete(note, self.remove_note, name="remove_note"),
            web.post(f"{custody}/access", self.set_access, name="set_access"),
            web.post(f"{access}/end", self.end_access, name="end_access"),
            web.post(f"{access}/lift", self.lift_access, name="lift_access"),
            web.post(deletion, self.propose_deletion, name="propose_deletion"),
            web.post(f"{deletion}/consent", self.consent, name="consent_to_deletion"),
            web.delete(deletion, self.drop_deletion, name="drop_deletion"),
        ]

    async def custody(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._read.check(seated.party)
        found = await self._custodian.custody(seated)
        await self._note_view(request, seated)
        return web.json_response(found)

    async def place_note(self, request: web.Request) -> web.Response:
        seated = await self._actor(request)
        body = await read_body(request, NoteBody)
        command = cmd.PlaceNote(at=body.at, text=body.text, private=body.private)
        note = await self._custodian.place_note(seated, command, self._address(request))
        return web.json_response({"note": note})

    async def remove_note(self, request: web.Request) -> web.Response:
        seated, note = await self._actor(request), int(request.match_info["note"])
        await self._custodian.remove_note(seated, note, self._address(request))
        return web.json_response({})

    async def set_access(self, request: web.Request) -> web.Response:
        seated = await self._actor(request)
        body = await read_body(request, AccessBody)
        command = cmd.SetAccess(
            level=body.level,
            started_at=body.started_at,
            ended_at=body.ended_at,
            reason=body.reason,
        )
        access = await self._custodian.set_access(seated, command, self._address(request))
        return web.json_response({"access": access})

    async def end_access(self, request: web.Request) -> web.Response:
        seated, access = await self._actor(request), int(request.match_info["access"])
        await self._custodian.end_access(seated, access, self._address(request))
        return web.json_response({})

    async def lift_access(self, request: web.Request) -> web.Response:
        seated, access = await self._actor(request), int(request.match_info["access"])
        reason = (await read_body(request, ReasonBody)).reason
        await self._custodian.lift_access(seated, access, reason, self._address(request))
        return web.json_response({})

    async def propose_deletion(self, request: web.Request) -> web.Response:
        seated = await self._actor(request)
        reason = (await read_body(request, ReasonBody)).reason
        await self._deletions.propose(seated, reason, self._address(request))
        return web.json_response({})

    async def consent(self, request: web.Request) -> web.Response:
        seated = await self._actor(request)
        await self._deletions.consent(seated, self._address(request))
        return web.json_response({})

    async def drop_deletion(self, request: web.Request) -> web.Response:
        seated = await self._actor(request)
        await self._deletions.drop(seated, self._address(request))
        return web.json_response({})

    async def _actor(self, request: web.Request) -> Seated:
        seated = await self._seated(request)
        self._acts.check(seated.party)
        return seated

    def _address(self, request: web.Request) -> str:
        return client_address(request, self._proxies)

    async def _note_view(self, request: web.Request, seated: Seated) -> None:
        """Before it is given; a page that asks again and again is one view."""
        now = time.monotonic()
        if now - self._noted.get(seated.party, -NOTED_FOR) < NOTED_FOR:
            return
        await self._audit.note(
            Action.VIEW,
            actor=seated.party,
            subject=seated.hearing,
            detail="custody",
            address=self._address(request),
        )
        self._noted[seated.party] = now
        self._noted.move_to_end(seated.party)
        if len(self._noted) > NOTED:
            self._noted.popitem(last=False)
