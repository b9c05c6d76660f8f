"""The routes of a seat: get in by the link, be told about the hearing, get a ticket, sign, download."""

import asyncio
import base64
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from hearing_server.clock import now
from hearing_server.domain.changes import changes_for, changes_of_version
from hearing_server.domain.doors import identified, oversees, owes_promises
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.playable import plays
from hearing_server.domain.visible import document_withheld, reads_document
from hearing_server.services.access import Access, Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Hearings
from hearing_server.services.rate import RateLimit
from hearing_server.services.recordings import Recordings
from hearing_server.services.transcripts import SignatureRequest, Transcripts
from hearing_server.web.http import client_address, decoded, disposition, read_body
from hearing_server.web.seat_session import (
    SEAT,
    SeatGate,
    overseen,
    remember_seat,
    seat_cookie,
)

__all__ = ["Seats", "remember_seat", "seat_cookie"]


MAX_STROKES = 200 * 1024  # characters


class EnterBody(msgspec.Struct, forbid_unknown_fields=True):
    link: str


class SignatureBody(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    public_key: str
    name_image: str
    strokes: str = ""


class HeldBody(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    witness: str
    name_image: str = ""
    strokes: str = ""


class FinishBody(msgspec.Struct, forbid_unknown_fields=True):
    signature: str


class Seats:
    """`secure` says that pages come by HTTPS, so cookies may be `__Host-` and Secure."""

    def __init__(
        self,
        access: Access,
        hearings: Hearings,
        transcripts: Transcripts,
        recordings: Recordings,
        audit: Audit,
        *,
        secure: bool,
        proxies: tuple[str, ...],
    ) -> None:
        self._access = access
        self._hearings = hearings
        self._transcripts = transcripts
        self._recordings = recordings
        self._audit = audit
        self._gate = SeatGate(access, secure=secure)
        self._proxies = proxies
        self._entries = RateLimit(per_minute=60)  # by address
        self._tickets = RateLimit(per_minute=60)  # by seat: how often it may change hands
        self._signatures = RateLimit(per_minute=30)  # by seat: each costs a certificate

    def routes(self) -> list[web.RouteDef]:
        seat = SEAT
        return [
            web.post("/api/enter", self.enter, name="enter"),
            web.get(seat, self.about, name="seat"),
            web.post(f"{seat}/ticket", self.ticket, name="ticket"),
            web.get(
                f"{seat}/transcript/{{version:[0-9]{{1,6}}}}.pdf",
                self.transcript,
                name="transcript",
            ),
            web.get(
                f"{seat}/transcript/{{version:[0-9]{{1,6}}}}/passages",
                self.passages,
                name="passages",
            ),
            web.post(f"{seat}/signature", self.prepare, name="prepare"),
            web.post(f"{seat}/signature/held", self.sign_held, name="sign-held"),
            web.post(
                f"{seat}/signature/{{preparation:[A-Za-z0-9_-]{{1,64}}}}",
                self.finish,
                name="finish",
            ),
            web.get(f"{seat}/recordings", self.recordings, name="recordings"),
        ]

    async def enter(self, request: web.Request) -> web.Response:
        """The link proves the seat; a session cookie of this seat alone remembers it."""
        self._entries.check(client_address(request, self._proxies))
        seated, token = await self._access.enter((await read_body(request, EnterBody)).link)
        response = web.json_response({"seat": seated.party})
        remember_seat(response, seated.party, token, secure=self._gate.secure)
        return response

    async def about(self, request: web.Request) -> web.Response:
        """Also while a one-time code is still wanted: then the court and the time, and nothing else."""
        seated = await self._gate.known(request)
        state = await self._hearings.state(seated.hearing)
        try:
            await self._gate.seated(request)
        except Refused as refusal:
            if refusal.code is not Code.CODE_NEEDED:
                raise
            return web.json_response({**_door(state), "code_needed": True})
        return web.json_response({**_about(state, seated.party), "code_needed": False})

    async def ticket(self, request: web.Request) -> web.Response:
        seated = await self.seated(request)
        self._tickets.check(seated.party)
        return web.json_response(
            {"ticket": await self._access.ticket(seated, self._gate.digest(request))}
        )

    async def transcript(self, request: web.Request) -> web.Response:
        """A version as it stands, for those who were asked to sign it and for the staff."""
        seated = await self.seated(request)
        version = int(request.match_info["version"])
        state = (await self._hearings.state(seated.hearing)).with_version(version)
        if not reads_document(state, seated.party):
            withheld = document_withheld(state, seated.party)
            raise Refused(Code.SEALED if withheld else Code.NOT_FOUND)
        pdf = await self._transcripts.document(seated.hearing, version)
        copy = "download" in request.query
        action = Action.DOWNLOAD if copy else Action.VIEW
        await self._note(request, seated, action, f"transcript {version}")
        headers = disposition(f"transcript-v{version}.pdf", download=copy)
        return web.Response(body=pdf, content_type="application/pdf", headers=headers)

    async def passages(self, request: web.Request) -> web.Response:
        """The newest version passage by passage: against what this reader has confirmed. The same words as
        in the PDF, which they may read. With `since`, for the court: any version against the one before it,
        of which others may never have read what was struck.
        """
        seated = await self.seated(request)
        state = await self._hearings.state(seated.hearing)
        version, newest = int(request.match_info["version"]), len(state.printings)
        since = "since" in request.query
        known = 1 <= version <= newest if since else version == newest
        if not known or not reads_document(state, seated.party):
            raise Refused(Code.NOT_FOUND)
        if since and not oversees(state, seated.party):
            raise Refused(Code.NOT_ALLOWED)
        compare = partial(changes_of_version, version=version) if since else changes_for
        found = await asyncio.to_thread(compare, state, seated.party)
        body = msgspec.json.encode({"passages": found})
        response = web.Response(body=body, content_type="application/json")
        response.enable_compression()
        return response

    async def prepare(self, request: web.Request) -> web.Response:
        seated = await self.signer(request)
        self._signatures.check(seated.party)
        body = await read_body(request, SignatureBody)
        asked = SignatureRequest(
            party=seated.party,
            version=body.version,
            public_key=decoded(body.public_key, 1024),
            name_image=decoded(body.name_image, 200 * 1024),
            strokes=strokes_of(body.strokes),
        )
        preparation, to_be_signed = await self._transcripts.prepare(seated.hearing, asked)
        encoded = base64.b64encode(to_be_signed).decode()
        return web.json_response({"preparation": preparation, "to_be_signed": encoded})

    async def sign_held(self, request: web.Request) -> web.Response:
        """With a key of the court's, where the clerk has permitted it: the party confirms, a witness stands by."""
        seated = await self.signer(request)
        self._signatures.check(seated.party)
        body = await read_body(request, HeldBody)
        asked = SignatureRequest(
            party=seated.party,
            version=body.version,
            public_key=b"",
            name_image=decoded(body.name_image, 200 * 1024),
            strokes=strokes_of(body.strokes),
        )
        sha256 = await self._transcripts.sign_held(seated.hearing, asked, body.witness)
        return web.json_response({"sha256": sha256})

    async def finish(self, request: web.Request) -> web.Response:
        seated = await self.seated(request)
        signature = decoded((await read_body(request, FinishBody)).signature, 64)
        preparation = request.match_info["preparation"]
        sha256 = await self._transcripts.finish(seated.party, preparation, signature)
        return web.json_response({"sha256": sha256})

    async def recordings(self, request: web.Request) -> web.Response:
        seated = await self.seated(request)
        await overseen(self._hearings, seated)
        parties = await self._recordings.overview(seated.hearing)
        deleted_at = await self._recordings.deleted_at(seated.hearing)
        return web.json_response({"parties": parties, "deleted_at": deleted_at})

    async def seated(self, request: web.Request) -> Seated:
        """Whose seat the address names, and their session proves; Refused(no_session, code_needed)."""
        return await self._gate.seated(request)

    async def signer(self, request: web.Request) -> Seated:
        """The same before a signature, and before what is kept beside it: Refused(identity_not_confirmed)."""
        seated = await self.seated(request)
        await self._gate.check_signer(request, seated)
        return seated

    async def _note(
        self, request: web.Request, seated: Seated, action: Action, detail: str
    ) -> None:
        """Before it is given."""
        await self._audit.note(
            action,
            actor=seated.party,
            subject=seated.hearing,
            detail=detail,
            address=client_address(request, self._proxies),
        )


def _door(state: HearingState) -> dict[str, Any]:
    """What a link alone tells: whoever found it in somebody's mailbox learns of no case and no name."""
    return {
        "court": state.court,
        "planned_at": state.planned_at,
        "phase": state.phase,
        "server_time": now(),
    }


def _about(state: HearingState, party: str) -> dict[str, Any]:
    seat = state.seats[party]
    return {
        **_door(state),
        "hearing": state.hearing,
        "case_number": state.case_number,
        "procedure": state.procedure,
        "courtroom": state.courtroom,
        "title": state.title,
        "party": {
            "id": party,
            "role": seat.party.role,
            "name": seat.party.name,
            "site": seat.party.site,
        },
        "accepted_as": None if seat.consent_withdrawn else seat.accepted_as,
        "rules_needed": owes_promises(state, seat),
        "kiosk": bool(seat.kiosk),
        "plays": plays(state, party),
        "identity": {"needed": not identified(state, seat), "done": seat.identity is not None},
        "signer": _signer(state, party),
    }


def _signer(state: HearingState, party: str) -> Mapping[str, Any] | None:
    """What this party still has to do with the document, if anything was asked of them."""
    freeze = state.freeze
    if freeze is None or not freeze.sealed or party not in freeze.signers:
        return None
    if not reads_document(state, party):
        return None
    return {
        "version": freeze.version,
        "pages": freeze.pages,
        "signed": party in freeze.signed,
        "refused": party in freeze.refused,
    }


def strokes_of(text: str) -> bytes:
    """How the name was written: strokes, each of points (x, y in pixels, ms, pressure). Refused(bad_message)."""
    if not text:
        return b""
    if len(text) > MAX_STROKES:
        raise Refused(Code.BAD_MESSAGE, "too large")
    try:
        msgspec.json.decode(text, type=list[list[tuple[float, float, float, float]]])
    except msgspec.DecodeError:
        raise Refused(Code.BAD_MESSAGE, "strokes") from None
    return text.encode()
