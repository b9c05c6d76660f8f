"""The routes by which the staff gets in, out, and proves itself once more."""

from typing import Any

import msgspec
from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import StaffRole
from hearing_server.services.factors import CHALLENGE_MS, SecondFactors
from hearing_server.services.passkeys import PasskeySignIn
from hearing_server.services.provider import ProviderSignIn
from hearing_server.services.rate import RateLimit
from hearing_server.services.sign_in import SignIn
from hearing_server.services.staff import Staff
from hearing_server.services.staff_sessions import StaffSession, Stage, Visitor
from hearing_server.web.http import read_body
from hearing_server.web.seat_session import seats_in
from hearing_server.web.staff_session import StaffGate


class LoginBody(msgspec.Struct, forbid_unknown_fields=True):
    login: str
    password: str


class SetupBody(msgspec.Struct, forbid_unknown_fields=True):
    link: str
    password: str


class CodeBody(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class PasswordBody(msgspec.Struct, forbid_unknown_fields=True):
    password: str


class PasskeyBody(msgspec.Struct, forbid_unknown_fields=True):
    ticket: str
    credential: dict[str, Any]


class LogoutBody(msgspec.Struct, forbid_unknown_fields=True):
    everywhere: bool = False


class StaffDoor:
    """`provider` is None where the court has no identity provider; `provider_name` is its button's."""

    def __init__(
        self,
        gate: StaffGate,
        sign_in: SignIn,
        factors: SecondFactors,
        passkeys: PasskeySignIn,
        provider: ProviderSignIn | None,
        staff: Staff,
        *,
        court: str,
        provider_name: str,
        secure: bool,
    ) -> None:
        self._gate = gate
        self._sign_in = sign_in
        self._factors = factors
        self._passkeys = passkeys
        self._provider = provider
        self._staff = staff
        self._court = court
        self._provider_name = provider_name if provider else ""
        self._secure = secure
        self._tries = RateLimit(per_minute=240)  # by address, behind which a whole court may sit

    def routes(self) -> list[web.RouteDef]:
        staff = "/api/staff"
        return [
            web.get(f"{staff}/session", self.session, name="staff-session"),
            web.get(f"{staff}/me", self.me, name="staff-me"),
            web.post(f"{staff}/login", self.login, name="staff-login"),
            web.post(f"{staff}/setup", self.setup, name="staff-setup"),
            web.post(f"{staff}/totp", self.totp, name="staff-totp"),
            web.post(f"{staff}/recovery", self.recovery, name="staff-recovery"),
            web.post(f"{staff}/password", self.password, name="staff-password"),
            web.post(
                f"{staff}/passkey/options", self.passkey_options, name="staff-passkey-options"
            ),
            web.post(f"{staff}/passkey", self.passkey, name="staff-passkey"),
            web.get(f"{staff}/oidc/start", self.provider_start, name="staff-oidc-away"),
            web.get(f"{staff}/oidc/return", self.provider_return, name="staff-oidc-back"),
            web.post(f"{staff}/logout", self.logout, name="staff-logout"),
        ]

    async def session(self, request: web.Request) -> web.Response:
        """Who is signed in here, or how one could: asked by every page, so nobody is no fault."""
        try:
            session = await self._gate.session(request)
        except Refused as refusal:
            if refusal.code is not Code.NO_SESSION:
                raise
            return web.json_response(await self._info(None))
        return web.json_response(await self._info(session))

    async def me(self, request: web.Request) -> web.Response:
        return web.json_response(await self._info(await self._gate.require_session(request)))

    async def login(self, request: web.Request) -> web.Response:
        self._limit(request)
        body = await read_body(request, LoginBody)
        visitor = self._visitor(request)
        return await self._in(
            request, await self._sign_in.by_password(body.login, body.password, visitor)
        )

    async def setup(self, request: web.Request) -> web.Response:
        self._limit(request)
        body = await read_body(request, SetupBody)
        visitor = self._visitor(request)
        return await self._in(
            request, await self._sign_in.set_up(body.link, body.password, visitor)
        )

    async def totp(self, request: web.Request) -> web.Response:
        self._limit(request)
        code = (await read_body(request, CodeBody)).code
        token, address = self._gate.token(request), self._gate.address(request)
        return await self._on(request, await self._sign_in.by_totp(token, code, address))

    async def recovery(self, request: web.Request) -> web.Response:
        self._limit(request)
        code = (await read_body(request, CodeBody)).code
        token, address = self._gate.token(request), self._gate.address(request)
        return await self._on(request, await self._sign_in.by_recovery(token, code, address))

    async def password(self, request: web.Request) -> web.Response:
        self._limit(request)
        password = (await read_body(request, PasswordBody)).password
        token, address = self._gate.token(request), self._gate.address(request)
        return await self._on(request, await self._sign_in.prove_password(token, password, address))

    async def passkey_options(self, request: web.Request) -> web.Response:
        self._limit(request)
        ticket, options = await self._passkeys.options(self._gate.token(request))
        return web.json_response({"ticket": ticket, "options": options})

    async def passkey(self, request: web.Request) -> web.Response:
        self._limit(request)
        body = await read_body(request, PasskeyBody)
        token, visitor = self._gate.token(request), self._visitor(request)
        return await self._on(
            request, await self._passkeys.enter(token, body.ticket, body.credential, visitor)
        )

    async def provider_start(self, request: web.Request) -> web.StreamResponse:
        """Away to the provider. The cookie comes back with the browser: nobody else's answer counts."""
        self._limit(request)
        if self._provider is None:
            raise Refused(Code.NOT_FOUND)
        try:
            address, state = await self._provider.start(self._gate.token(request))
        except Refused as refusal:
            return _to(f"/staff?fault={refusal.code}")
        response = _to(address)
        self._set_state(response, state)
        return response

    async def provider_return(self, request: web.Request) -> web.StreamResponse:
        """Back from the provider, by a link of its page: what is wrong is shown on ours."""
        self._limit(request)
        if self._provider is None:
            raise Refused(Code.NOT_FOUND)
        state, code = request.query.get("state", ""), request.query.get("code", "")
        cookie = request.cookies.get(self._state_cookie, "")
        try:
            if not state or state != cookie or len(code) > 4096 or not code:
                raise Refused(Code.BAD_TOKEN)
            token = await self._provider.finish(state, code, self._visitor(request))
            await self._sat_down(request, await self._gate.session_of(token))
        except Refused as refusal:
            response = _to(f"/staff?fault={refusal.code}")
        else:
            response = _to("/staff?back=1")
            self._gate.remember(response, token)
        self._set_state(response, "")
        return response

    async def logout(self, request: web.Request) -> web.Response:
        body = await read_body(request, LogoutBody)
        try:
            session = await self._gate.session(request)
        except Refused as refusal:
            if refusal.code is not Code.NO_SESSION:
                raise
        else:
            address = self._gate.address(request)
            await self._sign_in.leave(session, address, everywhere=body.everywhere)
            if body.everywhere:
                await self._staff.leave_seats(session.account.id)
        await self._staff.leave_browser(seats_in(request, secure=self._secure))
        response = web.json_response({})
        self._gate.forget(response)
        return response

    async def _in(self, request: web.Request, token: str) -> web.Response:
        """Signed in: whatever session this browser had before is over."""
        await self._gate.end(request)
        return await self._on(request, token)

    async def _on(self, request: web.Request, token: str) -> web.Response:
        session = await self._gate.session_of(token)
        await self._sat_down(request, session)
        response = web.json_response(await self._info(session))
        self._gate.remember(response, token)
        return response

    async def _sat_down(self, request: web.Request, session: StaffSession) -> None:
        """The seats that somebody else of the staff has left open in this browser are shut."""
        if session.stage is Stage.FULL:
            seats = seats_in(request, secure=self._secure)
            await self._staff.leave_browser(seats, but=session.account.id)

    async def _info(self, session: StaffSession | None) -> dict[str, Any]:
        about: dict[str, Any] = {"court": self._court, "provider": self._provider_name}
        if session is None:
            return {**about, "stage": "none", "account": None, "factors": None}
        account = session.account
        factors = await self._factors.of(account)
        return {
            **about,
            "stage": session.stage,
            "account": {
                "id": account.id,
                "login": account.login,
                "name": account.name,
                "roles": [role for role in StaffRole if role in account.roles],
            },
            "factors": {
                "password": factors.password,
                "totp": factors.totp,
                "passkey": factors.passkeys > 0,
                "recovery": factors.recovery > 0,
                "provider": account.provider,
            },
        }

    def _visitor(self, request: web.Request) -> Visitor:
        return Visitor(
            address=self._gate.address(request), browser=request.headers.get("User-Agent", "")
        )

    def _limit(self, request: web.Request) -> None:
        self._tries.check(self._gate.address(request))

    def _set_state(self, response: web.StreamResponse, state: str) -> None:
        """Lax: the browser comes back by a link from elsewhere."""
        response.set_cookie(
            self._state_cookie,
            state,
            max_age=CHALLENGE_MS // 1000 if state else 0,
            httponly=True,
            secure=self._secure,
            samesite="Lax",
            path="/",
        )

    @property
    def _state_cookie(self) -> str:
        return "__Host-staff-state" if self._secure else "staff-state"


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})
