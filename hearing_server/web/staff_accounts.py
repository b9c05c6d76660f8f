"""The routes of account administration: administrators only, freshly proved for every change."""

from typing import Any

import msgspec
from aiohttp import web

from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.audit import Action, Audit
from hearing_server.services.staff import Change, NewAccount, Staff
from hearing_server.web.http import read_body
from hearing_server.web.staff_session import StaffGate


class NewAccountBody(msgspec.Struct, forbid_unknown_fields=True):
    login: str
    name: str
    roles: list[StaffRole]
    email: str = ""
    phone: str = ""
    provider: bool = False
    external: str = ""


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    roles: list[StaffRole]
    email: str = ""
    phone: str = ""


class StaffAccounts:
    """`url` is how browsers reach the server: set-up links begin with it."""

    def __init__(self, gate: StaffGate, staff: Staff, audit: Audit, url: str) -> None:
        self._gate = gate
        self._staff = staff
        self._audit = audit
        self._url = url

    def routes(self) -> list[web.RouteDef]:
        accounts = "/api/staff/accounts"
        one = accounts + "/{id:[A-Za-z0-9_-]{1,64}}"
        return [
            web.get(accounts, self.list, name="staff-accounts"),
            web.post(accounts, self.create, name="staff-account-create"),
            web.get(one, self.one, name="staff-account"),
            web.post(one, self.change, name="staff-account-change"),
            web.post(f"{one}/disable", self.disable, name="staff-account-disable"),
            web.post(f"{one}/enable", self.enable, name="staff-account-enable"),
            web.post(f"{one}/reset", self.reset, name="staff-account-reset"),
        ]

    async def list(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.ADMINISTRATOR)
        who = self._gate.who(request, account)
        await self._audit.note(
            Action.VIEW, actor=who.actor, subject="accounts", address=who.address
        )
        found = await self._staff.accounts()
        return web.json_response({"accounts": [to_json(one) for one in found]})

    async def one(self, request: web.Request) -> web.Response:
        await self._gate.require(request, StaffRole.ADMINISTRATOR)
        return web.json_response(to_json(await self._staff.account(request.match_info["id"])))

    async def create(self, request: web.Request) -> web.Response:
        account = await self._gate.require_fresh(request, StaffRole.ADMINISTRATOR)
        body = await read_body(request, NewAccountBody)
        new = NewAccount(**{**msgspec.structs.asdict(body), "roles": tuple(body.roles)})
        made, token = await self._staff.create(new, self._gate.who(request, account))
        return web.json_response({**to_json(made), "link": self._link(token)})

    async def change(self, request: web.Request) -> web.Response:
        account = await self._gate.require_fresh(request, StaffRole.ADMINISTRATOR)
        body = await read_body(request, ChangeBody)
        change = Change(**{**msgspec.structs.asdict(body), "roles": tuple(body.roles)})
        who = self._gate.who(request, account)
        changed = await self._staff.change(request.match_info["id"], change, who)
        return web.json_response(to_json(changed))

    async def disable(self, request: web.Request) -> web.Response:
        account = await self._gate.require_fresh(request, StaffRole.ADMINISTRATOR)
        who = self._gate.who(request, account)
        return web.json_response(to_json(await self._staff.disable(request.match_info["id"], who)))

    async def enable(self, request: web.Request) -> web.Response:
        account = await self._gate.require_fresh(request, StaffRole.ADMINISTRATOR)
        who = self._gate.who(request, account)
        return web.json_response(to_json(await self._staff.enable(request.match_info["id"], who)))

    async def reset(self, request: web.Request) -> web.Response:
        account = await self._gate.require_fresh(request, StaffRole.ADMINISTRATOR)
        who = self._gate.who(request, account)
        changed, token = await self._staff.reset(request.match_info["id"], who)
        return web.json_response({**to_json(changed), "link": self._link(token)})

    def _link(self, token: str) -> str:
        return setup_link(self._url, token) if token else ""


def setup_link(url: str, token: str) -> str:
    """What stands after # never reaches a server's or proxy's log."""
    return f"{url}/staff/setup#{token}"


def to_json(account: Account) -> dict[str, Any]:
    roles = [role for role in StaffRole if role in account.roles]
    return {**account.__dict__, "roles": roles}
