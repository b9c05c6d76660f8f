"""The routes of cases and courtrooms. Clerks write, judges read; courtrooms are the administrator's."""

from aiohttp import web

from hearing_server.domain import case_file
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.audit import Action, Audit
from hearing_server.services.cases import CaseFilter, Cases, Cursor
from hearing_server.services.exhibits import MB
from hearing_server.services.planning import CalendarFilter, Planning
from hearing_server.web.case_bodies import (
    CaseBody,
    CloseBody,
    CourtroomBody,
    case_json,
    case_of,
    courtroom_of,
    import_json,
    listed_json,
    plain,
    sitting_json,
)
from hearing_server.web.http import read_body
from hearing_server.web.staff_session import StaffGate

READERS = (StaffRole.CLERK, StaffRole.JUDGE)
ID = "[A-Za-z0-9_-]{1,64}"


class CaseRoutes:
    def __init__(self, gate: StaffGate, audit: Audit, cases: Cases, planning: Planning) -> None:
        self._gate = gate
        self._audit = audit
        self._cases = cases
        self._planning = planning

    def routes(self) -> list[web.RouteDef]:
        cases, one = "/api/staff/cases", f"/api/staff/cases/{{case:{ID}}}"
        return [
            web.get(cases, self.find, name="cases"),
            web.post(cases, self.create, name="create-case"),
            web.get("/api/staff/cases.csv", self.export, name="export-cases"),
            web.get("/api/staff/cases-template.csv", self.template, name="cases-template"),
            web.post("/api/staff/cases-import", self.take_in, name="cases-file"),
            web.get(one, self.case, name="case"),
            web.put(one, self.change, name="change-case"),
            web.delete(one, self.remove, name="delete-case"),
            web.post(f"{one}/closed", self.close, name="close-case"),
            web.get("/api/staff/courtrooms", self.courtrooms, name="courtrooms"),
            web.put("/api/staff/courtrooms", self.put_courtroom, name="put-courtroom"),
        ]

    async def find(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        query = request.query
        after = Cursor.read(query["cursor"]) if query.get("cursor") else None
        page = await self._cases.find(account, _filter(request), after)
        return web.json_response(
            {
                "cases": [listed_json(c, page.hearings.get(c.id)) for c in page.cases],
                "cursor": str(page.cursor) if page.cursor else None,
            }
        )

    async def create(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.CLERK)
        case = case_of(await read_body(request, CaseBody), "")
        await self._cases.check(case)
        await self._note(request, account, Action.CASE_CREATED, case.number)
        return web.json_response(case_json(await self._cases.create(case)), status=201)

    async def case(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        case = await self._cases.get(account, request.match_info["case"])
        await self._note(request, account, Action.VIEW, case.number)  # contacts stand in it
        hearings, _ = await self._planning.find(account, CalendarFilter(case=case.id))
        return web.json_response(
            {**case_json(case), "hearings": [sitting_json(each) for each in hearings]}
        )

    async def change(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.CLERK)
        case = case_of(await read_body(request, CaseBody), request.match_info["case"])
        await self._cases.get(account, case.id)
        await self._cases.check(case)
        await self._note(request, account, Action.CASE_CHANGED, case.number)
        return web.json_response(case_json(await self._cases.change(case)))

    async def close(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.CLERK)
        closed = (await read_body(request, CloseBody)).closed
        case = await self._cases.get(account, request.match_info["case"])
        action = Action.CASE_CLOSED if closed else Action.CASE_REOPENED
        await self._note(request, account, action, case.number)
        return web.json_response(case_json(await self._cases.close(case.id, closed=closed)))

    async def remove(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.CLERK)
        case = await self._cases.get(account, request.match_info["case"])
        if (await self._planning.find(account, CalendarFilter(case=case.id)))[0]:
            raise Refused(Code.IN_USE)
        await self._note(request, account, Action.CASE_DELETED, case.number)
        await self._cases.remove(case.id)
        return web.json_response({})

    async def take_in(self, request: web.Request) -> web.Response:
        """The body is the file itself. With `dry` nothing is made; with any fault nothing either."""
        account = await self._gate.require(request, StaffRole.CLERK)
        data = await _file(request)
        found = await self._cases.take_in(data, dry=True)
        if found.faults or "dry" in request.query:
            return web.json_response(import_json(found))
        await self._note(request, account, Action.CASES_IMPORTED, f"{len(found.cases)}")
        return web.json_response(import_json(await self._cases.take_in(data, dry=False)))

    async def export(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, *READERS)
        await self._note(request, account, Action.EXPORT, "cases")
        data = await self._cases.export(account, _filter(request), _language(request))
        return _csv(data, "cases.csv")

    async def template(self, request: web.Request) -> web.Response:
        await self._gate.require(request, *READERS)
        data = case_file.template(_language(request)).encode("utf-8-sig")
        return _csv(data, "cases-template.csv")

    async def courtrooms(self, request: web.Request) -> web.Response:
        await self._gate.require(request, *READERS, StaffRole.ADMINISTRATOR, StaffRole.TECHNICIAN)
        rooms = await self._cases.courtrooms()
        return web.json_response({"courtrooms": [plain(room) for room in rooms]})

    async def put_courtroom(self, request: web.Request) -> web.Response:
        account = await self._gate.require(request, StaffRole.ADMINISTRATOR)
        room = courtroom_of(await read_body(request, CourtroomBody))
        detail = f"{room.site} {'in use' if room.active else 'out of use'}"
        await self._note(request, account, Action.COURTROOM_CHANGED, room.name, detail)
        return web.json_response(plain(await self._cases.put_courtroom(room)))

    async def _note(
        self, request: web.Request, account: Account, action: Action, subject: str, detail: str = ""
    ) -> None:
        who = self._gate.who(request, account)
        await self._audit.note(
            action, actor=who.actor, address=who.address, subject=subject, detail=detail
        )


def _filter(request: web.Request) -> CaseFilter:
    query = request.query
    closed = {"yes": True, "no": False}.get(query.get("closed", ""))
    return CaseFilter(text=query.get("q", ""), procedure=query.get("procedure", ""), closed=closed)


def _language(request: web.Request) -> str:
    return "en" if request.query.get("language") == "en" else "zh-CN"


async def _file(request: web.Request) -> bytes:
    """The body, if it is not too large to be looked at."""
    if (request.content_length or 0) > case_file.MAX_BYTES:
        raise Refused(Code.TOO_LARGE, f"{case_file.MAX_BYTES // MB}")
    return await request.read()


def _csv(data: bytes, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type="text/csv", charset="utf-8", headers=headers)
