"""The routes of planning, calendar and outbox. Clerks write, judges read what they sit in."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hearing_server.clock import now
from hearing_server.domain.cases import text_problem
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.outbox import Kind, MessageState
from hearing_server.domain.procedures import TEMPLATES
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.access import Access
from hearing_server.services.audit import Action, Audit
from hearing_server.services.cases import sees_all
from hearing_server.services.letters import NOT_BEGUN, MessageFilter
from hearing_server.services.outbox import Outbox
from hearing_server.services.planning import CalendarFilter, Planning
from hearing_server.web.case_bodies import (
    AddBody,
    CancelBody,
    HandOverBody,
    InviteBody,
    PostponeBody,
    WishBody,
    clash_json,
    message_json,
    plain,
    sitting_json,
    wish_of,
)
from hearing_server.web.cases import ID, READERS
from hearing_server.web.http import read_body
from hearing_server.web.staff_session import StaffGate

Numbers = tuple[int, str] | None


class PlanningRoutes:
    """`url` is where parties' browsers reach the server."""

    def __init__(
        self,
        gate: StaffGate,
        audit: Audit,
        planning: Planning,
        outbox: Outbox,
        access: Access,
        *,
        url: str,
        time_zone: str,
    ) -> None:
        self._gate = gate
        self._audit = audit
        self._planning = planning
        self._outbox = outbox
        self._access = access
        self._url = url
        self._time_zone = time_zone

    def routes(self) -> list[web.RouteDef]:
        staff = "/api/staff"
        one = f"{staff}/hearings/{{hearing:{ID}}}"
        message = f"{staff}/outbox/{{message:{ID}}}"
        return [
            web.get("/api/court", self.court, name="court"),
            web.get(f"{staff}/planning", self.choices, name="planning"),
            web.get(f"{staff}/calendar", self.calendar, name="calendar"),
            web.get(f"{staff}/hearings", self.find, name="hearings"),
            web.get(f"{staff}/hearings-left", self.left_over, name="hearings-left"),
            web.post(f"{staff}/hearings", self.plan, name="plan-hearing"),
            web.post(f"{staff}/hearings-check", self.check, name="check-plan"),
            web.get(one, self.hearing, name="hearing"),
            web.post(f"{one}/postpone", self.postpone, name="postpone-hearing"),
            web.post(f"{one}/postpone-check", self.check_postpone, name="check-postpone"),
            web.post(f"{one}/cancel", self.cancel, name="cancel-hearing"),
            web.post(f"{one}/parties", self.add, name="add-party"),
            web.post(f"{one}/parties/{{party:{ID}}}/successor", self.hand_over, name="hand-over"),
            web.post(f"{one}/invitations", self.invite, name="invite"),
            web.post(f"{one}/parties/{{party:{ID}}}/link", self.link, name="party-link"),
            web.get(f"{staff}/outbox", self.messages, name="outbox"),
            web.post(f"{message}/read", self.read_out, name="read-out"),
            web.post(f"{message}/retry", self.retry, name="retry-message"),
        ]

    async def court(self, request: web.Request) -> web.Response:
        """For everybody: the zone of the court's times."""
        return web.json_response({"time_zone": self._time_zone})

    async def choices(self, request: web.Request) -> web.Response:
        """What a plan is made of: staff who can be given a seat, and each procedure's template."""
        await self._gate.require(request, *READERS)
        staff = [
            {"id": a.id, "name": a.name, "roles": sorted(a.roles)}
            for a in await self._planning.staff()
        ]
        templates = {procedure: plain(template) for procedure, template in TEMPLATES.items()}
        channels = [str(channel) for channel in self._outbox.channels]
        return web.json_response({"staff": staff, "templates": templates, "channels": channels})

    async def calendar(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        since, until = _number(request, "from"), _number(request, "to")
        found = await self._planning.calendar(account, since, until, _wanted(request, account))
        hearings = [sitting_json(each) for each in found]
        return web.json_response({"hearings": hearings, "server_time": now()})

    async def left_over(self, request: web.Request) -> web.Response:
        """One's own hearings that are left open, and what is to be done about each."""
        account = await self._gate.require(request, *READERS)
        found = await self._planning.left_over(account)
        hearings = [{**sitting_json(sitting), "left": str(what)} for sitting, what in found]
        return web.json_response({"hearings": hearings})

    async def find(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        wanted = _wanted(request, account)
        found, cursor = await self._planning.find(account, wanted, _cursor(request))
        return web.json_response(
            {"hearings": [sitting_json(each) for each in found], "cursor": _written(cursor)}
        )

    async def check(self, request: web.Request) -> web.Response:
        await self._gate.require(request, StaffRole.CLERK)
        checked = await self._planning.check(wish_of(await read_body(request, WishBody)))
        clashes = [clash_json(clash) for clash in checked.clashes]
        return web.json_response({"clashes": clashes, "missing": list(checked.missing)})

    async def plan(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.CLERK)
        wish = wish_of(await read_body(request, WishBody))
        noted = self._noting(request, account, Action.HEARING_PLANNED)
        state = await self._planning.plan(wish, noted)
        return web.json_response({"hearing": state.hearing}, status=201)

    async def hearing(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        sitting, state = await self._planning.get(account, request.match_info["hearing"])
        seats = await self._planning.seats(sitting.hearing)
        others = await self._planning.others(sitting)
        sits = {s: held.party.account for s, held in state.seats.items() if not held.removed}
        return web.json_response(
            {
                **sitting_json(sitting),
                "minutes": state.minutes,
                "seats": [_seat_json(state, seat, seats.get(seat, "")) for seat in state.seats],
                "others": [{"id": p.id, "role": p.role, "name": p.name} for p in others],
                "mine": next((seat for seat in sits if sits[seat] == account.id), ""),
            }
        )

    async def postpone(self, request: web.Request) -> web.Response:
        account, hearing = await self._clerk(request)
        body = await read_body(request, PostponeBody)
        await self._planning.postpone(
            hearing,
            body.planned_at,
            body.minutes,
            since=body.since,
            reason=body.reason,
            override=body.override,
            account=account,
            noted=self._noting(request, account, Action.HEARING_POSTPONED),
        )
        return web.json_response({})

    async def check_postpone(self, request: web.Request) -> web.Response:
        _, hearing = await self._clerk(request)
        body = await read_body(request, PostponeBody)
        clashes = await self._planning.check_move(hearing, body.planned_at, body.minutes)
        return web.json_response({"clashes": [clash_json(each) for each in clashes]})

    async def cancel(self, request: web.Request) -> web.Response:
        account, hearing = await self._clerk(request)
        reason = (await read_body(request, CancelBody)).reason
        noted = self._noting(request, account, Action.HEARING_CANCELLED)
        await self._planning.cancel(hearing, reason=reason, account=account, noted=noted)
        return web.json_response({})

    async def add(self, request: web.Request) -> web.Response:
        """A person of the case into a hearing that is planned already, and their invitation."""
        account, hearing = await self._clerk(request)
        body = await read_body(request, AddBody)
        noted = self._noting(request, account, Action.PARTY_ADDED)
        seat = await self._planning.add(
            hearing, body.person, override=body.override, account=account, noted=noted
        )
        _, state = await self._planning.get(account, hearing)
        if state.phase in NOT_BEGUN:
            await self._outbox.invite(hearing, [seat])
        return web.json_response({"party": seat}, status=201)

    async def hand_over(self, request: web.Request) -> web.Response:
        """The seat of a judge or the clerk to somebody else; who had it is out at once."""
        account, hearing = await self._clerk(request)
        body = await read_body(request, HandOverBody)
        seat = await self._planning.hand_over(
            hearing,
            request.match_info["party"],
            body.account,
            reason=body.reason,
            account=account,
            noted=self._noting(request, account, Action.SEAT_HANDED_OVER),
        )
        return web.json_response({"party": seat}, status=201)

    async def invite(self, request: web.Request) -> web.Response:
        account, hearing = await self._clerk(request)
        parties = (await read_body(request, InviteBody)).parties
        await self._noting(request, account, Action.INVITED)(hearing, ",".join(parties or ()))
        made = await self._outbox.invite(hearing, parties)
        return web.json_response({"messages": len(made)})

    async def link(self, request: web.Request) -> web.Response:
        """The link of a party's seat, to be told by another way. Each showing is noted."""
        account, hearing = await self._clerk(request)
        _, state = await self._planning.get(account, hearing)
        party = request.match_info["party"]
        if party not in state.seats or state.seats[party].party.account:
            raise Refused(Code.NOT_FOUND)
        await self._noting(request, account, Action.LINK_SHOWN)(hearing, party)
        return web.json_response({"link": f"{self._url}/enter#{self._access.link(party)}"})

    async def messages(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        try:
            states = tuple(MessageState(s) for s in request.query.getall("state", []))
        except ValueError:
            raise Refused(Code.BAD_MESSAGE, "state") from None
        if text_problem(request.query.get("hearing", ""), 64):
            raise Refused(Code.BAD_MESSAGE, "hearing")
        own = "" if sees_all(account) else account.id
        wanted = MessageFilter(hearing=request.query.get("hearing", ""), states=states, account=own)
        found, cursor = await self._outbox.find(wanted, _cursor(request))
        return web.json_response(
            {"messages": [message_json(each) for each in found], "cursor": _written(cursor)}
        )

    async def read_out(self, request: web.Request) -> web.Response:
        """The text once, its link or code in it; the audit has who saw it."""
        account = await self._gate.require(request, StaffRole.CLERK)
        message = await self._outbox.readable(request.match_info["message"])
        detail = f"{message.kind} {message.party}"
        await self._noting(request, account, Action.READ_OUT)(message.hearing, detail)
        text = await self._outbox.read_out(message)
        body = text.short if message.kind is Kind.CODE else text.body
        return web.json_response({"subject": text.subject, "body": body})

    async def retry(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.CLERK)
        message = request.match_info["message"]
        await self._noting(request, account, Action.INVITED)(message, "again")
        await self._outbox.retry(message)
        return web.json_response({})

    async def _clerk(self, request: web.Request) -> tuple[Account, str]:
        """The clerk, and the hearing named in the path, which is there."""
        account = await self._gate.require(request, StaffRole.CLERK)
        hearing = request.match_info["hearing"]
        await self._planning.get(account, hearing)
        return account, hearing

    def _noting(
        self, request: web.Request, account: Account, action: Action
    ) -> Callable[[str, str], Awaitable[None]]:
        who = self._gate.who(request, account)

        async def note(subject: str, detail: str) -> None:
            acts = [action, Action.OVERRIDE] if detail.startswith("override:") else [action]
            for act in acts:
                await self._audit.note(
                    act, actor=who.actor, address=who.address, subject=subject, detail=detail
                )

        return note


def _seat_json(state: HearingState, seat: str, person: str) -> dict[str, Any]:
    held = state.seats[seat]
    return {
        "party": seat,
        "person": person,  # of the case
        "role": held.party.role,
        "name": held.party.name,
        "staff": bool(held.party.account),
        "presence": held.presence,
        "account": held.party.account,
    }


def _wanted(request: web.Request, account: Account) -> CalendarFilter:
    query = request.query
    return CalendarFilter(
        courtroom=query.get("courtroom", ""),
        judge=query.get("judge", ""),
        account=account.id if "mine" in query else "",
        case=query.get("case", ""),
        phases=tuple(query.getall("phase", [])),
    )


def _number(request: web.Request, name: str) -> int:
    text = request.query.get(name, "")
    if not text.isdecimal() or len(text) > 15:
        raise Refused(Code.BAD_MESSAGE, name)
    return int(text)


def _cursor(request: web.Request) -> Numbers:
    text = request.query.get("cursor", "")
    if not text:
        return None
    at, _, name = text.partition(".")
    if not at.isdecimal() or len(at) > 16 or not name or len(name) > 64:
        raise Refused(Code.BAD_MESSAGE, "cursor")
    return int(at), name


def _written(cursor: Numbers) -> str | None:
    return f"{cursor[0]}.{cursor[1]}" if cursor else None
