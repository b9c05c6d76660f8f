"""My account: second factors, recovery codes, password, where one is signed in."""

from typing import Any

import msgspec
from aiohttp import web

from hearing_server.services.factors import Passkey, SecondFactors
from hearing_server.services.rate import RateLimit
from hearing_server.services.sign_in import SignIn
from hearing_server.services.staff_sessions import StaffSession, StaffSessions
from hearing_server.web.http import read_body
from hearing_server.web.staff_session import StaffGate


class CodeBody(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class NewPasskeyBody(msgspec.Struct, forbid_unknown_fields=True):
    ticket: str
    credential: dict[str, Any]
    name: str


class NewPasswordBody(msgspec.Struct, forbid_unknown_fields=True):
    old: str
    new: str


class StaffFactors:
    def __init__(
        self, gate: StaffGate, sign_in: SignIn, factors: SecondFactors, sessions: StaffSessions
    ) -> None:
        self._gate = gate
        self._sign_in = sign_in
        self._factors = factors
        self._sessions = sessions
        self._acts = RateLimit(per_minute=30)  # by account

    def routes(self) -> list[web.RouteDef]:
        mine = "/api/staff/me"
        one = "{id:[A-Za-z0-9_-]{1,64}}"
        return [
            web.get(f"{mine}/account", self.overview, name="staff-mine"),
            web.post(f"{mine}/password", self.password, name="staff-mine-password"),
            web.post(f"{mine}/recovery", self.recovery, name="staff-mine-recovery"),
            web.post(f"{mine}/totp/new", self.new_totp, name="staff-mine-totp-new"),
            web.post(f"{mine}/totp/confirm", self.confirm_totp, name="staff-mine-totp-confirm"),
            web.post(f"{mine}/totp/remove", self.drop_totp, name="staff-mine-totp-remove"),
            web.post(f"{mine}/passkeys/new", self.new_passkey, name="staff-mine-passkey-new"),
            web.post(f"{mine}/passkeys", self.add_passkey, name="staff-mine-passkey-add"),
            web.post(
                f"{mine}/passkeys/{one}/remove", self.drop_passkey, name="staff-mine-passkey-remove"
            ),
            web.post(f"{mine}/sessions/{one}/end", self.end_session, name="staff-mine-session-end"),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        session = await self._gate.require_session(request)
        factors = await self._factors.of(session.account)
        passkeys = await self._factors.passkeys_of(session.account)
        sessions = await self._sessions.open(session.account.id)
        return web.json_response(
            {
                "password": factors.password,
                "totp": factors.totp,
                "recovery": factors.recovery,
                "provider": session.account.provider,
                "passkeys": [_passkey(one) for one in passkeys],
                "sessions": [_session(one, session.id) for one in sessions],
            }
        )

    async def password(self, request: web.Request) -> web.Response:
        session = await self._fresh(request)
        body = await read_body(request, NewPasswordBody)
        address = self._gate.address(request)
        await self._sign_in.change_password(session, body.old, body.new, address)
        return web.json_response({})

    async def recovery(self, request: web.Request) -> web.Response:
        session = await self._fresh(request)
        codes = await self._factors.new_recovery(session, self._gate.address(request))
        return web.json_response({"recovery": codes})

    async def new_totp(self, request: web.Request) -> web.Response:
        session = await self._enrolling(request)
        shown = await self._factors.new_totp(session)
        return web.json_response({"key": shown.key, "picture": shown.picture})

    async def confirm_totp(self, request: web.Request) -> web.Response:
        await self._enrolling(request)
        code = (await read_body(request, CodeBody)).code
        token, address = self._gate.token(request), self._gate.address(request)
        return self._enrolled(*await self._factors.confirm_totp(token, code, address))

    async def drop_totp(self, request: web.Request) -> web.Response:
        session = await self._fresh(request)
        await self._factors.drop_totp(session, self._gate.address(request))
        return web.json_response({})

    async def new_passkey(self, request: web.Request) -> web.Response:
        session = await self._enrolling(request)
        ticket, options = await self._factors.passkey_options(session)
        return web.json_response({"ticket": ticket, "options": options})

    async def add_passkey(self, request: web.Request) -> web.Response:
        await self._enrolling(request)
        body = await read_body(request, NewPasskeyBody)
        token, address = self._gate.token(request), self._gate.address(request)
        return self._enrolled(
            *await self._factors.add_passkey(
                token, body.ticket, body.credential, body.name, address
            )
        )

    async def drop_passkey(self, request: web.Request) -> web.Response:
        session = await self._fresh(request)
        passkey, address = request.match_info["id"], self._gate.address(request)
        await self._factors.drop_passkey(session, passkey, address)
        return web.json_response({})

    async def end_session(self, request: web.Request) -> web.Response:
        session = await self._gate.require_session(request)
        await self._sign_in.end_other(
            session, request.match_info["id"], self._gate.address(request)
        )
        return web.json_response({})

    async def _fresh(self, request: web.Request) -> StaffSession:
        session = await self._gate.require_session(request)
        self._sessions.check_proved(session)
        self._acts.check(session.account.id)
        return session

    async def _enrolling(self, request: web.Request) -> StaffSession:
        """Also a session that has to set up its first second factor; the service says which may."""
        session = await self._gate.session(request)
        self._acts.check(session.account.id)
        return session

    def _enrolled(self, token: str, codes: list[str]) -> web.Response:
        response = web.json_response({"recovery": codes})
        self._gate.remember(response, token)
        return response


def _passkey(one: Passkey) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "created_at": one.created_at,
        "used_at": one.used_at,
    }


def _session(one: StaffSession, own: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "here": one.id == own,
        "started_at": one.started_at,
        "seen_at": one.seen_at,
        "address": one.address,
        "browser": one.browser,
    }
