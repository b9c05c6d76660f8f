"""The routes of papers for the court's staff. Clerks write, judges of the case read; nobody else knows of any."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web

from hearing_server.domain.cases import Case, CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.consent import How, Through
from hearing_server.domain.papers.events import Way
from hearing_server.domain.papers.paper import Paper
from hearing_server.domain.papers.templates import TEMPLATES
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.audit import Action, Audit
from hearing_server.services.cases import Cases
from hearing_server.services.paper_access import PaperAccess
from hearing_server.services.paper_bundle import PaperBundles
from hearing_server.services.paper_rounds import Rounds, Terms
from hearing_server.services.paper_service import PaperService
from hearing_server.services.papers import Papers
from hearing_server.web.cases import ID, READERS
from hearing_server.web.http import disposition, read_body
from hearing_server.web.paper_bodies import (
    AnswerBody,
    ConsentBody,
    MakeBody,
    PeopleBody,
    ReasonBody,
    ServeBody,
    SigningBody,
    board_json,
    consent_json,
    contacts_json,
    listed_json,
)
from hearing_server.web.paper_files import give_bundle
from hearing_server.web.staff_session import StaffGate

MOST_UPLOADED = 20 << 20  # bytes
UPLOAD_IN = 120.0  # seconds
MOST_DAYS, MOST_HOURS, MOST_REMINDERS = 30, 24 * 30, 5


class PaperRoutes:
    """`folder` takes an upload while it comes; `url` is what links begin with."""

    def __init__(
        self,
        gate: StaffGate,
        audit: Audit,
        cases: Cases,
        papers: Papers,
        rounds: Rounds,
        service: PaperService,
        access: PaperAccess,
        bundles: PaperBundles,
        *,
        folder: Path,
        url: str,
    ) -> None:
        self._gate = gate
        self._audit = audit
        self._cases = cases
        self._papers = papers
        self._rounds = rounds
        self._service = service
        self._access = access
        self._bundles = bundles
        self._folder = folder
        self._url = url

    def routes(self) -> list[web.RouteDef]:
        case, one = f"/api/staff/cases/{{case:{ID}}}", f"/api/staff/papers/{{paper:{ID}}}"
        person = f"{{person:{ID}}}"
        return [
            web.get(f"{case}/papers", self.of_case, name="papers"),
            web.post(f"{case}/papers", self.make, name="make-paper"),
            web.post(f"{case}/papers-file", self.take_in, name="paper-file"),
            web.post(f"{case}/consents/{person}", self.consent, name="paper-consent"),
            web.delete(f"{case}/consents/{person}", self.revoke, name="revoke-paper-consent"),
            web.get(one, self.board, name="paper"),
            web.get(f"{one}/file", self.file, name="paper-pdf"),
            web.get(f"{one}/evidence", self.evidence, name="paper-evidence"),
            web.get(f"{one}/bundle", self.bundle, name="paper-bundle"),
            web.post(f"{one}/signing", self.open, name="sign-paper"),
            web.post(f"{one}/reminders", self.remind, name="remind-of-paper"),
            web.post(f"{one}/closed", self.close, name="close-paper"),
            web.post(f"{one}/withdrawn", self.withdraw, name="withdraw-paper"),
            web.post(f"{one}/answers", self.answer, name="answer-paper"),
            web.post(f"{one}/people/{person}/key", self.permit, name="permit-paper-key"),
            web.post(f"{one}/services", self.serve, name="serve-paper"),
            web.get(f"{one}/services/{person}/notice", self.notice, name="paper-notice"),
            web.get(f"{one}/services/{person}/proof", self.proof, name="paper-proof"),
            web.post(f"{one}/people/{person}/link", self.link, name="paper-link"),
        ]

    async def of_case(self, request: web.Request) -> web.Response:
        """The papers of the case, what can be made, and how its people stand to electronic service."""
        account = await self._gate.require(request, *READERS)
        case = await self._cases.get(account, request.match_info["case"])
        listed = await self._papers.store.of_case(case.id)
        defaults = {
            language: await self._rounds.defaults(case, language, account.name)
            for language in ("zh-CN", "en")
        }
        people = [await self._person(party) for party in case.parties]
        return web.json_response(
            {
                "number": case.number,
                "title": case.title,
                "procedure": case.procedure,
                "closed": case.closed,
                "ways": self._service.ways,
                "papers": [listed_json(shape) for shape in listed],
                "templates": [_template_json(id) for id in TEMPLATES],
                "defaults": defaults,
                "people": people,
            }
        )

    async def _person(self, party: CaseParty) -> dict[str, Any]:
        return {
            "id": party.id,
            "role": party.role,
            "name": party.name,
            "contacts": contacts_json(party),
            "consent": consent_json(await self._service.consent_of(party.id)),
        }

    async def make(self, request: web.Request) -> web.Response:
        account, case = await self._clerk(request)
        body = await read_body(request, MakeBody)
        await self._note(request, account, Action.PAPER_MADE, case.number, body.template[:32])
        paper = await self._rounds.make(
            case, body.template, body.language, body.values, body.replaces, account.login
        )
        return web.json_response(board_json(paper), status=201)

    async def take_in(self, request: web.Request) -> web.Response:
        """The body is the PDF itself; `title`, `language` and `replaces` stand in the query."""
        account, case = await self._clerk(request)
        await self._note(request, account, Action.PAPER_MADE, case.number, "file")
        query = request.query
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".upload-") as file:
            await _received(request, file)
            paper = await self._rounds.take_in(
                case,
                query.get("title", ""),
                query.get("language", "zh-CN"),
                Path(file.name),
                query.get("replaces", ""),
                account.login,
            )
        return web.json_response(board_json(paper), status=201)

    async def board(self, request: web.Request) -> web.Response:
        account, paper, case = await self._known(request, *READERS)
        await self._note(request, account, Action.VIEW, f"paper {paper.id}", "board")
        return web.json_response({**board_json(paper), "procedure": case.procedure})

    async def file(self, request: web.Request) -> web.Response:
        return await self._given(request, "file")

    async def evidence(self, request: web.Request) -> web.Response:
        return await self._given(request, "evidence")

    async def notice(self, request: web.Request) -> web.Response:
        return await self._given(request, "notice")

    async def proof(self, request: web.Request) -> web.Response:
        return await self._given(request, "proof")

    async def _given(self, request: web.Request, what: str) -> web.Response:
        """One of a paper's PDFs, noted before it is given; `download` to take it away."""
        account, paper, _ = await self._known(request, *READERS)
        copy = "download" in request.query
        person = request.match_info.get("person", "")
        action = Action.DOWNLOAD if copy else Action.VIEW
        detail = f"{what} {person}".strip()
        await self._note(request, account, action, f"paper {paper.id}", detail)
        if what == "file":
            pdf = await self._rounds.file(paper)
        elif what == "evidence":
            pdf = await self._rounds.evidence(paper)
        elif what == "notice":
            pdf = await self._service.notice(paper, person)
        else:
            pdf = await self._service.proof(paper, person)
        headers = disposition(f"paper-{paper.id}-{what}.pdf", download=copy)
        return web.Response(body=pdf, content_type="application/pdf", headers=headers)

    async def bundle(self, request: web.Request) -> web.StreamResponse:
        """The whole of a paper that is over, as a file that proves itself; noted before it is given."""
        account, paper, _ = await self._known(request, *READERS)
        await self._note(request, account, Action.DOWNLOAD, f"paper {paper.id}", "bundle")
        path = await self._bundles.make(paper)
        return await give_bundle(request, path, paper.id)

    async def open(self, request: web.Request) -> web.Response:
        account, paper, case = await self._known(request, StaffRole.CLERK)
        body = await read_body(request, SigningBody)
        await self._note(
            request, account, Action.PAPER_SENT, f"paper {paper.id}", f"{len(body.people)} people"
        )
        opened = await self._rounds.open(paper, case, body.people, _terms(body), account.login)
        return web.json_response(board_json(opened))

    async def remind(self, request: web.Request) -> web.Response:
        """Those named; with nobody named, whoever has still to answer."""
        account, paper, _ = await self._known(request, StaffRole.CLERK)
        people = (await read_body(request, PeopleBody)).people
        detail = f"{len(people) or 'all'}"
        await self._note(request, account, Action.PAPER_REMINDED, f"paper {paper.id}", detail)
        return web.json_response(
            board_json(await self._rounds.remind(paper, people, account.login))
        )

    async def close(self, request: web.Request) -> web.Response:
        return await self._ended(request, Action.PAPER_CLOSED, cmd.Close)

    async def withdraw(self, request: web.Request) -> web.Response:
        return await self._ended(request, Action.PAPER_WITHDRAWN, cmd.Withdraw)

    async def _ended(
        self, request: web.Request, action: Action, command: type[cmd.Close | cmd.Withdraw]
    ) -> web.Response:
        account, paper, _ = await self._known(request, StaffRole.CLERK)
        reason = (await read_body(request, ReasonBody)).reason.strip()
        await self._note(request, account, action, f"paper {paper.id}", reason)
        ended = await self._papers.execute(paper.id, command(reason=reason), account.login)
        self._rounds.awake.set()
        return web.json_response(board_json(ended))

    async def answer(self, request: web.Request) -> web.Response:
        """To somebody's objection. Accepted, the paper is withdrawn, to be replaced."""
        account, paper, _ = await self._known(request, StaffRole.CLERK)
        body = await read_body(request, AnswerBody)
        word = "accepted" if body.accepted else "refused"
        detail = f"{word} {body.person} {body.objection}"
        await self._note(request, account, Action.PAPER_ANSWERED, f"paper {paper.id}", detail)
        command = cmd.Answer(
            person=body.person, objection=body.objection, accepted=body.accepted,
            reason=body.reason.strip(),
        )  # fmt: skip
        answered = await self._papers.execute(paper.id, command, account.login)
        return web.json_response(board_json(answered))

    async def permit(self, request: web.Request) -> web.Response:
        """Somebody may sign with a key of the court's, beside a witness."""
        account, paper, _ = await self._known(request, StaffRole.CLERK)
        person = request.match_info["person"]
        reason = (await read_body(request, ReasonBody)).reason.strip()
        await self._note(request, account, Action.PAPER_KEY, f"paper {paper.id}", person)
        command = cmd.PermitKey(person=person, reason=reason)
        permitted = await self._papers.execute(paper.id, command, account.login)
        return web.json_response(board_json(permitted))

    async def serve(self, request: web.Request) -> web.Response:
        account, paper, case = await self._known(request, StaffRole.CLERK)
        body = await read_body(request, ServeBody)
        ways = _words(Way, body.ways, "ways")
        detail = f"{body.person} {' '.join(ways)}"
        await self._note(request, account, Action.PAPER_SERVED, f"paper {paper.id}", detail)
        served = await self._service.serve(paper, case, body.person, ways, account.login)
        return web.json_response(board_json(served))

    async def link(self, request: web.Request) -> web.Response:
        """A person's own link, to be told by another way. Each showing is noted."""
        account, paper, case = await self._known(request, StaffRole.CLERK)
        person = request.match_info["person"]
        if not paper.addressed(person) or person not in {p.id for p in case.parties}:
            raise Refused(Code.NOT_FOUND)
        await self._note(request, account, Action.LINK_SHOWN, f"paper {paper.id}", person)
        return web.json_response(
            {"link": f"{self._url}/paper#{self._access.link(person)}/{paper.id}"}
        )

    async def consent(self, request: web.Request) -> web.Response:
        account, case, person = await self._party(request)
        body = await read_body(request, ConsentBody)
        detail = f"given {body.how} {body.through} {' '.join(body.ways)}"
        await self._note(request, account, Action.CONSENT_RECORDED, f"person {person.id}", detail)
        consent = await self._service.record_consent(
            case,
            person,
            _words(How, [body.how], "how")[0],
            _words(Through, [body.through], "through")[0],
            _words(Way, body.ways, "ways"),
            _words(Way, body.confirmed, "confirmed"),
            account.login,
        )
        return web.json_response(consent_json(consent))

    async def revoke(self, request: web.Request) -> web.Response:
        account, _, person = await self._party(request)
        await self._note(
            request, account, Action.CONSENT_RECORDED, f"person {person.id}", "revoked"
        )
        return web.json_response(
            consent_json(await self._service.revoke_consent(person.id, account.login))
        )

    async def _clerk(self, request: web.Request) -> tuple[Account, Case]:
        account = await self._gate.require(request, StaffRole.CLERK)
        return account, await self._cases.get(account, request.match_info["case"])

    async def _party(self, request: web.Request) -> tuple[Account, Case, CaseParty]:
        account, case = await self._clerk(request)
        name = request.match_info["person"]
        person = next((party for party in case.parties if party.id == name), None)
        if person is None:
            raise Refused(Code.NOT_FOUND)
        return account, case, person

    async def _known(self, request: web.Request, *roles: StaffRole) -> tuple[Account, Paper, Case]:
        """The paper of a case that the account may see; Refused(not_found) for every other."""
        account = await self._gate.require(request, *roles)
        paper = await self._papers.get(request.match_info["paper"])
        assert paper.made is not None
        return account, paper, await self._cases.get(account, paper.made.case)

    async def _note(
        self, request: web.Request, account: Account, action: Action, subject: str, detail: str
    ) -> None:
        who = self._gate.who(request, account)
        await self._audit.note(
            action, actor=who.actor, address=who.address, subject=subject, detail=detail
        )


async def _received(request: web.Request, file: Any) -> None:
    """The upload into a file, in time and within its size."""
    if hdrs.CONTENT_ENCODING in request.headers:
        raise Refused(Code.BAD_MESSAGE, "encoded")
    size = 0
    try:
        async with asyncio.timeout(UPLOAD_IN):
            while piece := await request.content.readany():
                size += len(piece)
                if size > MOST_UPLOADED:
                    raise Refused(Code.TOO_LARGE, str(MOST_UPLOADED >> 20))
                await asyncio.to_thread(file.write, piece)
    except TimeoutError:
        raise Refused(Code.BAD_MESSAGE, "too slow") from None
    await asyncio.to_thread(file.flush)


def _terms(body: SigningBody) -> Terms:
    hours = body.remind_hours
    if not 1 <= body.stuck_days <= MOST_DAYS:
        raise Refused(Code.BAD_MESSAGE, "stuck_days")
    if len(hours) > MOST_REMINDERS or any(not 1 <= each <= MOST_HOURS for each in hours):
        raise Refused(Code.BAD_MESSAGE, "remind_hours")
    return Terms(
        deadline=body.deadline, code=body.code, stuck_days=body.stuck_days,
        remind_hours=tuple(hours),
    )  # fmt: skip


def _words(kind: type[Any], said: list[str], field: str) -> list[Any]:
    try:
        return [kind(word) for word in said]
    except ValueError:
        raise Refused(Code.BAD_MESSAGE, field) from None


def _template_json(id: str) -> dict[str, Any]:
    template = TEMPLATES[id]
    fields = [
        {"name": f.name, "lines": f.lines, "required": f.required, "own": f.own}
        for f in template.fields
    ]
    return {"id": id, "title": dict(template.title), "fields": fields}
