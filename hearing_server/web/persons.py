"""The routes of a person of a case: in by their own link, what is addressed to them, read, sign, confirm.

Whoever has another person's link has another cookie: for them this person and their papers are not there.
"""

import base64
import contextlib

from aiohttp import web

from hearing_server.clock import now
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.consent import How, Through
from hearing_server.domain.papers.events import Way
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.access import SESSION_MS
from hearing_server.services.audit import Action, Audit
from hearing_server.services.codes import DIGITS
from hearing_server.services.paper_access import Known, PaperAccess
from hearing_server.services.paper_bundle import PaperBundles
from hearing_server.services.paper_ports import SignRequest
from hearing_server.services.paper_rounds import Rounds
from hearing_server.services.paper_service import PaperService
from hearing_server.services.paper_signing import PaperSigning
from hearing_server.services.papers import Papers
from hearing_server.services.rate import RateLimit
from hearing_server.web.cases import ID
from hearing_server.web.codes import CodeBody
from hearing_server.web.http import ACTOR, client_address, decoded, disposition, read_body
from hearing_server.web.paper_bodies import (
    FinishBody,
    LinkBody,
    OwnConsentBody,
    PagesBody,
    ReasonBody,
    SignBody,
    TextBody,
    consent_json,
    contacts_json,
    own_json,
)
from hearing_server.web.paper_files import give_bundle
from hearing_server.web.seats import strokes_of

MOST_PAGES = 300  # reported at once
MOST_COOKIES = 8  # of other people's, that are looked at


class PersonRoutes:
    """`secure` says that pages come by HTTPS, so cookies may be `__Host-` and Secure."""

    def __init__(
        self,
        access: PaperAccess,
        papers: Papers,
        rounds: Rounds,
        signing: PaperSigning,
        service: PaperService,
        bundles: PaperBundles,
        audit: Audit,
        *,
        court: str,
        secure: bool,
        proxies: tuple[str, ...],
    ) -> None:
        self._access = access
        self._papers = papers
        self._rounds = rounds
        self._signing = signing
        self._service = service
        self._bundles = bundles
        self._copies = RateLimit(per_minute=6)  # by person
        self._audit = audit
        self._court = court
        self._secure = secure
        self._proxies = proxies
        self._entries = RateLimit(per_minute=60)  # by address: tries at links
        self._codes = RateLimit(per_minute=60)  # by address
        self._asked = RateLimit(per_minute=240)  # by person
        self._signatures = RateLimit(per_minute=30)  # by person: each costs a certificate

    def routes(self) -> list[web.RouteDef]:
        one = f"/api/persons/{{person:{ID}}}"
        paper = f"{one}/papers/{{paper:{ID}}}"
        signature = f"{paper}/signature/{{preparation:[A-Za-z0-9_-]{{1,64}}}}"
        return [
            web.post("/api/papers/enter", self.enter, name="enter-papers"),
            web.get(one, self.about, name="person"),
            web.post(f"{one}/code", self.send_code, name="send-person-code"),
            web.post(f"{one}/code/confirm", self.confirm_code, name="confirm-person-code"),
            web.post(f"{one}/consent", self.consent, name="own-consent"),
            web.delete(f"{one}/consent", self.revoke, name="revoke-own-consent"),
            web.get(paper, self.paper, name="own-paper"),
            web.get(f"{paper}/file", self.file, name="own-paper-pdf"),
            web.get(f"{paper}/bundle", self.bundle, name="own-paper-bundle"),
            web.get(f"{paper}/notice", self.notice, name="own-paper-notice"),
            web.post(f"{paper}/pages", self.pages, name="paper-pages"),
            web.post(f"{paper}/objection", self.object, name="object-to-paper"),
            web.post(f"{paper}/refusal", self.refuse, name="refuse-paper"),
            web.post(f"{paper}/receipt", self.receipt, name="confirm-paper"),
            web.post(f"{paper}/signature", self.prepare, name="prepare-paper"),
            web.post(signature, self.finish, name="finish-paper"),
        ]

    async def enter(self, request: web.Request) -> web.Response:
        """The link proves the person; a cookie of this person alone remembers it."""
        self._entries.check(client_address(request, self._proxies))
        person, token = await self._access.enter((await read_body(request, LinkBody)).link)
        response = web.json_response({"person": person})
        response.set_cookie(
            self._cookie(person), token, max_age=SESSION_MS // 1000, httponly=True,
            secure=self._secure, samesite="Strict", path="/",
        )  # fmt: skip
        return response

    async def about(self, request: web.Request) -> web.Response:
        """Before a code that is wanted: the court and nothing else."""
        known = await self._known(request)
        mine = await self._access.papers(known.person.id)
        door = {"court": self._court, "server_time": now()}
        try:
            await self._access.check_code(known, mine)
        except Refused as refusal:
            if refusal.code is not Code.CODE_NEEDED:
                raise
            return web.json_response({**door, "code_needed": True})
        consent = await self._service.consent_of(known.person.id)
        return web.json_response(
            {
                **door,
                "code_needed": False,
                "name": known.person.name,
                "role": known.person.role,
                "procedure": known.case.procedure,
                "contacts": contacts_json(known.person),
                "consent": consent_json(consent),
                "papers": [own_json(paper, known.person.id) for paper in mine],
            }
        )

    async def send_code(self, request: web.Request) -> web.Response:
        known = await self._known(request)
        self._codes.check(client_address(request, self._proxies))
        sent = await self._access.send_code(known)
        return web.json_response(vars(sent))

    async def confirm_code(self, request: web.Request) -> web.Response:
        known = await self._known(request)
        self._codes.check(client_address(request, self._proxies))
        code = (await read_body(request, CodeBody)).code.strip()
        if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
            raise Refused(Code.BAD_MESSAGE, f"{DIGITS} digits")
        await self._access.confirm_code(known, code)
        return web.json_response({})

    async def consent(self, request: web.Request) -> web.Response:
        """On their own page they agree and confirm the addresses at once (online rules art. 30)."""
        known = await self._proved(request)
        body = await read_body(request, OwnConsentBody)
        try:
            ways = [Way(way) for way in body.ways]
        except ValueError:
            raise Refused(Code.BAD_MESSAGE, "ways") from None
        await self._note(request, known, Action.CONSENT_RECORDED, "given " + " ".join(ways))
        consent = await self._service.record_consent(
            known.case, known.person, How.EXPRESS, Through.PORTAL, ways, ways, known.person.id
        )
        return web.json_response(consent_json(consent))

    async def revoke(self, request: web.Request) -> web.Response:
        known = await self._proved(request)
        await self._note(request, known, Action.CONSENT_RECORDED, "revoked")
        person = known.person.id
        return web.json_response(consent_json(await self._service.revoke_consent(person, person)))

    async def paper(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        return web.json_response(own_json(paper, known.person.id))

    async def file(self, request: web.Request) -> web.Response:
        """The file as it stands: looked at, or with `download` taken away. Both are facts of the paper."""
        known, paper = await self.addressed(request)
        copy, person = "download" in request.query, known.person.id
        action = Action.DOWNLOAD if copy else Action.VIEW
        await self._note(request, known, action, "file", paper)
        command = cmd.Download(person=person) if copy else cmd.Open(person=person)
        paper = await self._papers.execute(paper.id, command, person)
        return _pdf(await self._rounds.file(paper), f"{paper.id}.pdf", copy=copy)

    async def bundle(self, request: web.Request) -> web.StreamResponse:
        """A paper that they signed, once it is over, as a file that proves itself: without what others did."""
        known, paper = await self.addressed(request)
        self._copies.check(known.person.id)
        await self._note(request, known, Action.DOWNLOAD, "bundle", paper)
        path = await self._bundles.make(paper, known.person.id)
        return await give_bundle(request, path, paper.id)

    async def notice(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        copy = "download" in request.query
        action = Action.DOWNLOAD if copy else Action.VIEW
        await self._note(request, known, action, "notice", paper)
        pdf = await self._service.notice(paper, known.person.id)
        return _pdf(pdf, f"{paper.id}-notice.pdf", copy=copy)

    async def pages(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        pages = (await read_body(request, PagesBody)).pages
        if len(pages) > MOST_PAGES:
            raise Refused(Code.BAD_MESSAGE, "pages")
        shown = cmd.ShowPages(person=known.person.id, pages=tuple(pages))
        return await self._done(known, paper, shown)

    async def object(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        text = (await read_body(request, TextBody)).text.strip()
        return await self._done(known, paper, cmd.Object(person=known.person.id, text=text))

    async def refuse(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        reason = (await read_body(request, ReasonBody)).reason.strip()
        return await self._done(known, paper, cmd.Refuse(person=known.person.id, reason=reason))

    async def receipt(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        return await self._done(known, paper, cmd.ConfirmReceipt(person=known.person.id))

    async def prepare(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        self._signatures.check(known.person.id)
        body = await read_body(request, SignBody)
        asked = SignRequest(
            person=known.person.id,
            public_key=decoded(body.public_key, 1024),
            possession=decoded(body.possession, 64),
            name_image=decoded(body.name_image, 200 * 1024),
            strokes=strokes_of(body.strokes),
        )
        preparation, to_be_signed = await self._signing.prepare(paper.id, body.digest, asked)
        encoded = base64.b64encode(to_be_signed).decode()
        return web.json_response({"preparation": preparation, "to_be_signed": encoded})

    async def finish(self, request: web.Request) -> web.Response:
        known, paper = await self.addressed(request)
        signature = decoded((await read_body(request, FinishBody)).signature, 64)
        sha256 = await self._signing.finish(
            paper.id, known.person.id, request.match_info["preparation"], signature
        )
        self._rounds.awake.set()
        return web.json_response({"sha256": sha256})

    async def _done(self, known: Known, paper: Paper, command: cmd.Command) -> web.Response:
        after = await self._papers.execute(paper.id, command, known.person.id)
        self._rounds.awake.set()
        return web.json_response(own_json(after, known.person.id))

    async def _known(self, request: web.Request) -> Known:
        """Whose cookie it is; Refused(no_session), Refused(not_found) for whoever is somebody else."""
        person = request.match_info["person"]
        try:
            known = await self._access.known(request.cookies.get(self._cookie(person), ""), person)
        except Refused as refusal:
            raise await self._or_not_found(request, refusal) from None
        request[ACTOR] = person
        self._asked.check(person)
        return known

    async def _or_not_found(self, request: web.Request, refusal: Refused) -> Refused:
        if refusal.code is not Code.NO_SESSION:
            return refusal
        start, own = self._cookie(""), self._cookie(request.match_info["person"])
        others = [(n, t) for n, t in request.cookies.items() if n.startswith(start) and n != own]
        for name, token in others[:MOST_COOKIES]:
            with contextlib.suppress(Refused):
                elsewhere = await self._access.known(token, name.removeprefix(start))
                request[ACTOR] = elsewhere.person.id
                return Refused(Code.NOT_FOUND)
        return refusal

    async def _proved(self, request: web.Request) -> Known:
        known = await self._known(request)
        await self._access.check_code(known, await self._access.papers(known.person.id))
        return known

    async def addressed(self, request: web.Request) -> tuple[Known, Paper]:
        known = await self._known(request)
        return known, await self._access.paper(known, request.match_info["paper"])

    def _cookie(self, person: str) -> str:
        return f"__Host-person-{person}" if self._secure else f"person-{person}"

    async def _note(
        self, request: web.Request, known: Known, action: Action, detail: str,
        paper: Paper | None = None,
    ) -> None:  # fmt: skip
        """Before it is done."""
        await self._audit.note(
            action,
            actor=known.person.id,
            subject=f"paper {paper.id}" if paper else f"person {known.person.id}",
            detail=detail,
            address=client_address(request, self._proxies),
        )


def _pdf(data: bytes, name: str, *, copy: bool) -> web.Response:
    headers = disposition(f"paper-{name}", download=copy)
    return web.Response(body=data, content_type="application/pdf", headers=headers)
