"""The routes of the audit trail: the auditor reads; nobody writes. And what notes refusals."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from hearing_server.domain.audit import Link
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.spreadsheet import safe
from hearing_server.domain.staff import StaffRole
from hearing_server.services.audit import Action, Audit, Search
from hearing_server.services.notes import Notes
from hearing_server.web.http import ACTOR, STATUS, Handler, client_address
from hearing_server.web.staff_session import StaffGate

COLUMNS = ("id", "at", "actor", "action", "subject", "detail", "address", "previous", "hash")
WATCHED = (
    "/api/staff",
    "/api/seats",
    "/api/enter",
    "/api/kiosk",
    "/api/observe",
    "/api/persons/",
    "/api/papers/",
)
NOTED_ELSEWHERE = {Code.BAD_CREDENTIALS, Code.PROVE_AGAIN}  # the first by the sign-in itself


class AuditTrail:
    def __init__(self, gate: StaffGate, audit: Audit) -> None:
        self._gate = gate
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        trail = "/api/staff/audit"
        return [
            web.get(trail, self.search, name="staff-audit"),
            web.post(f"{trail}/verify", self.verify, name="staff-audit-verify"),
            web.get(f"{trail}/export.csv", self.export_csv, name="staff-audit-csv"),
            web.get(f"{trail}/export.jsonl", self.export_lines, name="staff-audit-jsonl"),
        ]

    async def search(self, request: web.Request) -> web.Response:
        await self._gate.require(request, StaffRole.AUDITOR)
        found = await self._audit.search(_search(request))
        rows = [_json(one) for one in found.rows]
        return web.json_response({"rows": rows, "cursor": found.cursor})

    async def verify(self, request: web.Request) -> web.Response:
        """Walks every row, off the event loop; the result is itself a row."""
        account = await self._gate.require(request, StaffRole.AUDITOR)
        verdict = await self._audit.verify()
        who = self._gate.who(request, account)
        holds = "holds" if verdict.broken is None else f"broken at {verdict.broken}"
        await self._audit.note(
            Action.TRAIL_CHECKED,
            actor=who.actor,
            subject="audit",
            detail=f"{verdict.head.rows} rows; {holds}",
            address=who.address,
        )
        return web.json_response(
            {
                "rows": verdict.head.rows,
                "hash": verdict.head.hash.hex(),
                "broken": verdict.broken,
            }
        )

    async def export_csv(self, request: web.Request) -> web.StreamResponse:
        return await self._export(request, "csv", _csv)

    async def export_lines(self, request: web.Request) -> web.StreamResponse:
        return await self._export(request, "jsonl", _lines)

    async def _export(
        self,
        request: web.Request,
        kind: str,
        write: Callable[[AsyncIterator[Sequence[Link]]], AsyncIterator[str]],
    ) -> web.StreamResponse:
        """Noted first: who takes the trail away stands in it."""
        account = await self._gate.require(request, StaffRole.AUDITOR)
        search, who = _search(request), self._gate.who(request, account)
        await self._audit.note(
            Action.EXPORT,
            actor=who.actor,
            subject="audit",
            detail=f"{kind} {request.query_string}",
            address=who.address,
        )
        types = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
        response = web.StreamResponse(
            headers={
                "Content-Type": types[kind],
                "Content-Disposition": f'attachment; filename="audit.{kind}"',
            }
        )
        await response.prepare(request)
        async for piece in write(self._audit.pages(search)):
            await response.write(piece.encode())
        await response.write_eof()
        return response


async def _csv(pages: AsyncIterator[Sequence[Link]]) -> AsyncIterator[str]:
    """With a mark for Excel, and no cell that a spreadsheet would take for a formula."""
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    async for links in pages:
        text = io.StringIO()
        writer = csv.writer(text)
        for one in links:
            writer.writerow(safe(str(value)) for value in _json(one).values())
        yield text.getvalue()


async def _lines(pages: AsyncIterator[Sequence[Link]]) -> AsyncIterator[str]:
    async for links in pages:
        yield "".join(json.dumps(_json(one), ensure_ascii=False) + "\n" for one in links)


def _json(one: Link) -> dict[str, Any]:
    return {**one.row.__dict__, "previous": one.previous.hex(), "hash": one.hash.hex()}


def _search(request: web.Request) -> Search:
    query = request.query
    try:
        return Search(
            since=_number(query.get("since")),
            until=_number(query.get("until")),
            actor=query.get("actor", "")[:64],
            actions=tuple(Action(name) for name in query.getall("action", [])),
            subject=query.get("subject", "")[:128],
            text=query.get("text", "")[:100],
            before=_number(query.get("before")),
        )
    except ValueError as error:
        raise Refused(Code.BAD_MESSAGE, str(error)[:100]) from None


def _number(text: str | None) -> int | None:
    if not text:
        return None
    number = int(text[:20])
    if not 0 <= number < 1 << 53:
        raise ValueError("out of range")
    return number


def note_refusals(audit: Audit, proxies: Sequence[str]) -> Middleware:
    """Note whoever is refused at a route of staff, seats or persons, or asks for what is not theirs to find.

    Those are counted apart: who tries one id after the other crowds out no refusal.
    """
    refused, sought = Notes(20, 300), Notes(10, 60)

    @web.middleware
    async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refusal:
            status = STATUS.get(refusal.code)
            notes = {401: refused, 403: refused, 404: sought}.get(status or 0)
            watched = request.path.startswith(WATCHED) and refusal.code not in NOTED_ELSEWHERE
            address = client_address(request, proxies)
            more = notes.take(address) if notes and watched else None
            if more is not None:
                await audit.note(
                    Action.DENIED,
                    actor=request.get(ACTOR, ""),
                    subject=f"{request.method} {request.match_info.route.name or 'nothing'}",
                    detail=f"{refusal.code}{_asked_for(request) if status == 404 else ''}{more}",
                    address=address,
                )
            raise

    return noted


def _asked_for(request: web.Request) -> str:
    """The ids in the path, but that of who asks."""
    actor = request.get(ACTOR, "")
    own = {("seat", actor), ("person", actor)}
    ids = (
        f"{name} {value[:64]}"
        for name, value in request.match_info.items()
        if (name, value) not in own
    )
    return "".join(f" {each}" for each in ids)
