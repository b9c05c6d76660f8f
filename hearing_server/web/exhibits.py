"""The routes of exhibits: announce an upload, send it, ask how far it came, read what one may read."""

import contextlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import quote

import msgspec
from aiohttp import hdrs, web

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_names import ENDINGS
from hearing_server.domain.hearing import Exhibit
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.exhibits import Exhibits, Submitted
from hearing_server.services.rate import RateLimit
from hearing_server.services.renditions import Renditions
from hearing_server.web.http import client_address, read_body

# Opened on its own a file is a stranger in a box: no script, no form, no origin.
BOXED = "sandbox; default-src 'none'; frame-ancestors 'none'"
NOTED_FOR = 600.0  # seconds in which the further ranges of a film are the same view
NOTED = 10_000
READ = 1 << 16


class AnnounceBody(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    size: int


class ExhibitRoutes:
    """`seated` proves the seat of a request."""

    def __init__(
        self,
        exhibits: Exhibits,
        renditions: Renditions,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._exhibits = exhibits
        self._renditions = renditions
        self._audit = audit
        self._seated = seated
        self._proxies = proxies
        self._announced = RateLimit(per_minute=20)  # by seat
        self._sent = RateLimit(per_minute=120)
        self._read = RateLimit(per_minute=600)
        self._noted: OrderedDict[tuple[str, int, Action], float] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        seat = "/api/seats/{seat:[A-Za-z0-9_-]{1,64}}"
        exhibit = f"{seat}/exhibits/{{exhibit:[0-9]{{1,6}}}}"
        upload = f"{seat}/uploads/{{upload:[A-Za-z0-9_-]{{1,64}}}}"
        return [
            web.post(f"{seat}/exhibits", self.announce, name="announce_exhibit"),
            web.get(upload, self.progress, name="upload_progress"),
            web.post(upload, self.receive, name="upload"),
            web.get(f"{exhibit}/file", self.file, name="exhibit"),
            web.get(f"{exhibit}/pages/{{page:[0-9]{{1,6}}}}", self.page, name="exhibit_page"),
        ]

    async def announce(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._announced.check(seated.party)
        body = await read_body(request, AnnounceBody)
        if body.size <= 0:
            raise Refused(Code.BAD_FILE, "empty")
        key = secrets.token_urlsafe(16)
        await self._exhibits.announce(seated, key, body.name, body.size)
        return web.json_response({"upload": key})

    async def progress(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._sent.check(seated.party)
        return _how_far(*self._exhibits.progress(seated, request.match_info["upload"]))

    async def receive(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._sent.check(seated.party)
        if hdrs.CONTENT_ENCODING in request.headers:
            raise Refused(Code.BAD_MESSAGE, "encoded")
        offset = request.query.get("offset", "0")
        if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
            raise Refused(Code.BAD_MESSAGE, "offset")
        key = request.match_info["upload"]
        return _how_far(*await self._exhibits.receive(seated, key, int(offset), _pieces(request)))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The file, or a range of it, for whom it is visible now, bare for whoever is only shown it; with
        `download`, to take away."""
        seated = await self._seated(request)
        self._read.check(seated.party)
        copy = "download" in request.query
        number = int(request.match_info["exhibit"])
        exhibit, path, name = await self._renditions.file(seated, number, copy=copy)
        await self._note(request, seated, exhibit, Action.DOWNLOAD if copy else Action.VIEW)
        headers = {
            "Content-Type": exhibit.media_type,
            "Content-Disposition": disposition(exhibit, name, download=copy),
            "Content-Security-Policy": BOXED,
            "Cache-Control": "private, no-store",
        }
        return web.FileResponse(path, headers=headers, chunk_size=READ)

    async def page(self, request: web.Request) -> web.Response:
        """One page, or a picture that browsers can show: what whoever is only shown an exhibit gets."""
        seated = await self._seated(request)
        self._read.check(seated.party)
        number, page = (int(request.match_info[name]) for name in ("exhibit", "page"))
        exhibit, media_type, data = await self._renditions.sheet(seated, number, page)
        await self._note(request, seated, exhibit, Action.VIEW)
        headers = {
            "Content-Disposition": "inline",
            "Content-Security-Policy": BOXED,
            "Cache-Control": "private, no-store",
        }
        return web.Response(body=data, content_type=media_type, headers=headers)

    async def _note(
        self, request: web.Request, seated: Seated, exhibit: Exhibit, action: Action
    ) -> None:
        """Before it is given. One film read in many ranges, or one document page by page, is one view."""
        key, now = (seated.party, exhibit.exhibit, action), time.monotonic()
        further = hdrs.RANGE in request.headers or "page" in request.match_info
        if further and now - self._noted.get(key, -NOTED_FOR) < NOTED_FOR:
            return
        await self._audit.note(
            action,
            actor=seated.party,
            subject=f"exhibit {exhibit.exhibit} of {seated.hearing}",
            detail=f"{exhibit.name} {exhibit.sha256}",
            address=client_address(request, self._proxies),
        )
        self._noted[key] = now
        self._noted.move_to_end(key)
        if len(self._noted) > NOTED:
            self._noted.popitem(last=False)


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """What comes, also when the line breaks off: the rest is sent another time."""
    with contextlib.suppress(ConnectionError):
        while piece := await request.content.readany():
            yield piece


def _how_far(received: int, done: Submitted | None) -> web.Response:
    body = {
        "received": received,
        "exhibit": done.exhibit if done else None,
        "notes": list(done.notes) if done else [],
    }
    return web.json_response(body)


def disposition(exhibit: Exhibit, name: str, *, download: bool) -> str:
    """RFC 6266: a plain name for old readers, the true one in UTF-8 (RFC 8187) for who may know it."""
    ending = name.rpartition(".")[2] if name else ENDINGS[exhibit.media_type][0]
    plain = f"exhibit-{exhibit.exhibit}" + (f".{ending}" if ending.isascii() else "")
    kind = "attachment" if download else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name or plain, safe='')}"
