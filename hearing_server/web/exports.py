"""Exports by bench and clerk, and a party's own copy of the record: asked for, watched, cancelled, downloaded.

Every copy given is noted.
"""

import functools
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from aiohttp import web

from hearing_server.domain.export_jobs import BUNDLES, ExportJob, ExportKind, Wish
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.exports import Exports
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address, disposition, read_body
from hearing_server.web.seat_session import SEAT, SeatGate

TYPES = {
    ".asice": "application/vnd.etsi.asic-e+zip",
    ".mp4": "video/mp4",
    ".mkv": "video/x-matroska",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt; charset=utf-8",
}
_JOB = f"{SEAT}/exports/{{job:[A-Za-z0-9_-]{{1,64}}}}"


Time = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]  # Unix milliseconds


class ExportBody(msgspec.Struct, forbid_unknown_fields=True):
    kind: ExportKind
    party: str = ""
    started_at: Time | None = None
    ended_at: Time | None = None
    sealed: bool = False


class ExportRoutes:
    def __init__(
        self, exports: Exports, gate: SeatGate, audit: Audit, proxies: tuple[str, ...]
    ) -> None:
        self._exports = exports
        self._gate = gate
        self._audit = audit
        self._proxies = proxies
        self._asks = RateLimit(per_minute=30)  # by seat

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{SEAT}/exports", self.ask, name="ask-export"),
            web.get(f"{SEAT}/exports", self.listed, name="exports"),
            web.delete(_JOB, self.end, name="end-export"),
            web.get(f"{_JOB}/file", self.file, name="export-file"),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        self._asks.check(seated.party)
        body = await read_body(request, ExportBody)
        wish = Wish(
            kind=body.kind,
            party=body.party,
            started_at=body.started_at,
            ended_at=body.ended_at,
            sealed=body.sealed,
        )
        note = functools.partial(self._note, request, seated, Action.EXPORT)
        job = await self._exports.ask(seated.hearing, seated.party, wish, note)
        return web.json_response(plain(job, self._exports.share(job)), status=201)

    async def listed(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        jobs = await self._exports.of_hearing(seated.hearing, seated.party)
        return web.json_response({"exports": [plain(job, share) for job, share in jobs]})

    async def end(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        whose, number = (seated.hearing, seated.party), request.match_info["job"]
        job = await self._exports.find(*whose, number)
        await self._note(request, seated, Action.EXPORT_ENDED, job)
        await self._exports.end(*whose, number)
        return web.json_response({})

    async def file(self, request: web.Request) -> web.StreamResponse:
        seated = await self._gate.seated(request)
        job, path = await self._exports.file(
            seated.hearing, seated.party, request.match_info["job"]
        )
        await self._note(request, seated, Action.DOWNLOAD, job)
        asked = datetime.fromtimestamp(job.asked_at / 1000, UTC)
        name = f"{job.wish.kind}-{asked:%Y%m%d-%H%M}-{job.id[:6]}{path.suffix}"
        headers = {
            **disposition(name, download=True),
            "Content-Type": TYPES[path.suffix],
        }
        return web.FileResponse(path, headers=headers)

    async def _note(
        self, request: web.Request, seated: Seated, action: Action, job: ExportJob
    ) -> None:
        """Before it is given, or taken away."""
        wish = job.wish
        of = f" of {wish.party}" if wish.party else ""
        if wish.kind in BUNDLES:
            of = f" for {wish.party or 'outside'}"
        own = ", with what is sealed" if wish.sealed else ""
        await self._audit.note(
            action,
            actor=seated.party,
            subject=seated.hearing,
            detail=f"export {wish.kind}{of}{own}: {job.id}",
            address=client_address(request, self._proxies),
        )


def plain(job: ExportJob, share: float) -> dict[str, Any]:
    """A job as pages get it: times in Unix ms, `progress` from 0 to 1."""
    return {
        "id": job.id,
        "kind": job.wish.kind,
        "party": job.wish.party,
        "started_at": job.wish.started_at,
        "ended_at": job.wish.ended_at,
        "sealed": job.wish.sealed,
        "state": job.state,
        "progress": round(share, 4),
        "by": job.by,
        "asked_at": job.asked_at,
        "begun_at": job.begun_at,
        "finished_at": job.ended_at,
        "code": job.code,
        "segment": job.segment,
        "size": job.size,
        "damaged": list(job.damaged),
    }
