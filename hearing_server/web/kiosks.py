"""Kiosks' routes: the staff's list, the clerk's call from a hearing, and the machine's own."""

from typing import Annotated, Any

import msgspec
from aiohttp import web

from hearing_server.clock import now
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.kiosks import CODE_MS, Kiosk, Kiosks
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import read_body
from hearing_server.web.seat_session import PARTY, SEAT, SeatGate, remember_seat
from hearing_server.web.staff_session import StaffGate

KEEPERS = (StaffRole.ADMINISTRATOR, StaffRole.CLERK)
COOKIE_S = 400 * 24 * 3600  # browsers keep none longer; each question renews it

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\S")]


class KioskBody(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    site: Name


class PairBody(msgspec.Struct, forbid_unknown_fields=True):
    code: Annotated[str, msgspec.Meta(max_length=40)]


class CallBody(msgspec.Struct, forbid_unknown_fields=True):
    kiosk: Annotated[str, msgspec.Meta(max_length=64)]


class KioskRoutes:
    """`court` is the name that a waiting machine shows."""

    def __init__(
        self, gate: StaffGate, seats: SeatGate, kiosks: Kiosks, audit: Audit, court: str
    ) -> None:
        self._gate = gate
        self._seats = seats
        self._kiosks = kiosks
        self._audit = audit
        self._court = court
        self._pairings = RateLimit(per_minute=6)  # by address; a code has 40 bits
        self._asked = RateLimit(per_minute=60)  # by machine

    def routes(self) -> list[web.RouteDef]:
        staff = "/api/staff/kiosks"
        one = f"{staff}/{{kiosk:[0-9a-f]{{12}}}}"
        return [
            web.get(staff, self.all, name="kiosks"),
            web.post(staff, self.add, name="add-kiosk"),
            web.post(f"{one}/code", self.renew, name="renew-kiosk"),
            web.post(f"{one}/revoke", self.revoke, name="revoke-kiosk"),
            web.get(f"{SEAT}/kiosks", self.for_seat, name="seat-kiosks"),
            web.post(f"{SEAT}/parties/{PARTY}/kiosk", self.call, name="call-kiosk"),
            web.delete(f"{SEAT}/parties/{PARTY}/kiosk", self.release, name="release-kiosk"),
            web.post("/api/kiosk/pair", self.pair, name="pair-kiosk"),
            web.get("/api/kiosk", self.wait, name="kiosk"),
            web.post("/api/kiosk/seat", self.take_seat, name="kiosk-seat"),
            web.post("/api/kiosk/done", self.done, name="kiosk-done"),
        ]

    # -- the court's staff

    async def all(self, request: web.Request) -> web.Response:
        await self._gate.require(request, *KEEPERS)
        found = [self._json(kiosk) for kiosk in await self._kiosks.all()]
        return web.json_response({"kiosks": found})

    async def add(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *KEEPERS)
        body = await read_body(request, KioskBody)
        name, site = body.name.strip(), body.site.strip()
        await self._note(request, account, Action.KIOSK_ADDED, "", f"{name}, {site}")
        kiosk, code = await self._kiosks.add(name, site)
        return web.json_response({"kiosk": self._json(kiosk), **_coded(code)}, status=201)

    async def renew(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *KEEPERS)
        kiosk = request.match_info["kiosk"]
        await self._note(request, account, Action.KIOSK_ADDED, kiosk, "new code")
        return web.json_response(_coded(await self._kiosks.renew(kiosk)))

    async def revoke(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *KEEPERS)
        kiosk = request.match_info["kiosk"]
        await self._note(request, account, Action.KIOSK_REVOKED, kiosk)
        await self._kiosks.revoke(kiosk)
        return web.json_response({})

    # -- the clerk of a hearing

    async def for_seat(self, request: web.Request) -> web.Response:
        seated = await self._seats.seated(request)
        found = [self._json(kiosk) for kiosk in await self._kiosks.listed_for(seated)]
        return web.json_response({"kiosks": found})

    async def call(self, request: web.Request) -> web.Response:
        seated = await self._seats.seated(request)
        kiosk = (await read_body(request, CallBody)).kiosk
        await self._kiosks.call(seated, request.match_info["party"], kiosk)
        return web.json_response({})

    async def release(self, request: web.Request) -> web.Response:
        seated = await self._seats.seated(request)
        await self._kiosks.release(seated, request.match_info["party"])
        return web.json_response({})

    # -- the machine

    async def pair(self, request: web.Request) -> web.Response:
        address = self._gate.address(request)
        self._pairings.check(address)
        kiosk, secret = await self._kiosks.pair((await read_body(request, PairBody)).code)
        await self._audit.note(
            Action.KIOSK_PAIRED, actor="kiosk", subject=kiosk.id, address=address
        )
        response = web.json_response(self._shown(kiosk, None))
        self._remember(response, secret)
        return response

    async def wait(self, request: web.Request) -> web.Response:
        """What it is called for: at once if that is not `known`, or when it changes, or after 20 s."""
        secret = self._secret(request)
        kiosk = await self._kiosks.of(secret)
        self._asked.check(kiosk.id)
        if "known" not in request.query:
            return self._renewed(self._shown(kiosk, None), secret)
        kiosk, seated = await self._kiosks.wait(secret, request.query["known"][:64])
        return self._renewed(self._shown(kiosk, seated), secret)

    async def take_seat(self, request: web.Request) -> web.Response:
        secret = self._secret(request)
        self._asked.check((await self._kiosks.of(secret)).id)
        seated, token = await self._kiosks.take_seat(secret)
        response = web.json_response({"seat": seated.party})
        remember_seat(response, seated.party, token, secure=self._seats.secure)
        return response

    async def done(self, request: web.Request) -> web.Response:
        await self._kiosks.done(self._secret(request))
        return web.json_response({})

    # -- inside

    def _json(self, kiosk: Kiosk) -> dict[str, Any]:
        return {
            "id": kiosk.id,
            "name": kiosk.name,
            "site": kiosk.site,
            "created_at": kiosk.created_at,
            "paired_at": kiosk.paired_at,
            "revoked_at": kiosk.revoked_at,
            "usable": kiosk.usable,
            "here": self._kiosks.here(kiosk),
            "code_until": kiosk.code_until,
            "party": kiosk.party,
        }

    def _shown(self, kiosk: Kiosk, seated: Seated | None) -> dict[str, Any]:
        return {
            "court": self._court,
            "name": kiosk.name,
            "site": kiosk.site,
            "seat": seated.party if seated else "",
            "server_time": now(),
        }

    def _renewed(self, shown: dict[str, Any], secret: str) -> web.Response:
        response = web.json_response(shown)
        self._remember(response, secret)
        return response

    def _remember(self, response: web.Response, secret: str) -> None:
        response.set_cookie(
            self._cookie,
            secret,
            max_age=COOKIE_S,
            httponly=True,
            secure=self._seats.secure,
            samesite="Strict",
            path="/",
        )

    def _secret(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie, "")

    @property
    def _cookie(self) -> str:
        return "__Host-kiosk" if self._seats.secure else "kiosk"

    async def _note(
        self,
        request: web.Request,
        account: Account,
        action: Action,
        subject: str,
        detail: str = "",
    ) -> None:
        who = self._gate.who(request, account)
        await self._audit.note(
            action, actor=who.actor, address=who.address, subject=subject, detail=detail
        )


def _coded(code: str) -> dict[str, Any]:
    """As it is read out: two groups of four."""
    return {"code": f"{code[:4]}-{code[4:]}", "expires_in_ms": CODE_MS}
