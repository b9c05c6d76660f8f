"""What every HTTP answer has in common: coded errors, security headers, the origin check."""

import asyncio
import base64
import binascii
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hidden import UNSTORABLE

Body = TypeVar("Body")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Routes = Sequence[web.AbstractRouteDef]

STATUS = {
    Code.BAD_MESSAGE: 400,
    Code.EMPTY: 400,
    Code.BAD_TOKEN: 401,
    Code.NO_SESSION: 401,
    Code.BAD_CREDENTIALS: 401,
    Code.NOT_ALLOWED: 403,
    Code.REMOVED: 403,
    Code.REPLACED: 403,
    Code.PROVE_AGAIN: 403,
    Code.CODE_NEEDED: 403,
    Code.BAD_ORIGIN: 403,
    Code.SEALED: 403,
    Code.UNKNOWN_HEARING: 404,
    Code.UNKNOWN_PARTY: 404,
    Code.UNKNOWN_LINE: 404,
    Code.UNKNOWN_DRAFT: 404,
    Code.NOT_FOUND: 404,
    Code.TOO_LARGE: 413,
    Code.BAD_FILE: 422,
    Code.UNPRINTABLE_CHARACTER: 422,
    Code.BAD_FIELDS: 422,
    Code.BAD_SIGNATURE: 422,
    Code.WEAK_PASSWORD: 422,
    Code.CODE_WRONG: 422,
    Code.BAD_PICTURE: 422,
    Code.LOCKED: 429,
    Code.TOO_MANY: 429,
    Code.INTERNAL: 500,
    Code.BUSY: 503,
    Code.NOT_SAVED: 503,
}  # everything else is 409: it could be, but not as things stand

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",  # a PDF's own fonts, drawn by pdf.js
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    "X-Frame-Options": "DENY",
}

UNSTORABLE_WORD = "control character U+0000"
# The escape, unless its backslash is one itself; a bare NUL is no JSON.
NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

BODY_IN = 30.0  # seconds for a JSON body to come in

ACTOR = web.RequestKey("actor", str)  # who was recognised: for the audit of what is refused

SAFE = {hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS}

log = structlog.get_logger()


def refusal_response(refusal: Refused) -> web.Response:
    body = {**refusal.more, "code": refusal.code, "detail": refusal.detail}
    return web.json_response(body, status=STATUS.get(refusal.code, 409))


@web.middleware
async def coded_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure as a code; a fault of ours as a reference into the log, and nothing of its inside."""
    try:
        return await handler(request)
    except Refused as refusal:
        return refusal_response(refusal)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        if error.status == 413:
            return refusal_response(
                Refused(Code.TOO_LARGE, str(max(1, request.client_max_size >> 20)))
            )
        code = Code.NOT_FOUND if error.status == 404 else Code.BAD_MESSAGE
        body = {"code": code, "detail": error.reason}
        return web.json_response(body, status=error.status)
    except (ConnectionError, TimeoutError):
        raise
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("request failed", reference=reference, path=request.match_info.route.name)
        return refusal_response(Refused(Code.INTERNAL, reference))


async def secure_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, whatever made it; an answer may bring a stricter content policy of its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The JSON body as `kind`, strictly; Refused(bad_message), also when it does not come."""
    try:
        async with asyncio.timeout(BODY_IN):
            data = await request.read()
    except TimeoutError:
        raise Refused(Code.BAD_MESSAGE, "too slow") from None
    if NUL_IN_JSON.search(data):
        raise Refused(Code.BAD_MESSAGE, UNSTORABLE_WORD)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise Refused(Code.BAD_MESSAGE, str(error)[:200]) from None


@web.middleware
async def storable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what no store can look for: it is bad input, and no fault of the store's."""
    words = [*request.match_info.values(), *request.query.keys(), *request.query.values()]
    if any(UNSTORABLE.search(word) for word in words):
        raise Refused(Code.BAD_MESSAGE, UNSTORABLE_WORD)
    return await handler(request)


def same_origin(origins: Sequence[str]) -> Middleware:
    """Refuse an unsafe request that is not from one of our pages (OWASP: verifying the origin)."""
    allowed = frozenset(origins)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in SAFE and request.headers.get(hdrs.ORIGIN) not in allowed:
            raise Refused(Code.BAD_ORIGIN)
        return await handler(request)

    return check


def client_address(request: web.Request, proxies: Sequence[str]) -> str:
    """Who asks. X-Forwarded-For counts only from a proxy that the settings name, and from its end."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    address = peer[0].removeprefix("::ffff:") if peer else ""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))  # some proxies add a line
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not is_proxy(address, proxies):
            break
        address = hop
    return address


def is_proxy(address: str, proxies: Sequence[str]) -> bool:
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(host in ipaddress.ip_network(proxy) for proxy in proxies)


def decoded(text: str, limit: int) -> bytes:
    """Base64 of at most `limit` bytes."""
    if len(text) > limit * 4 // 3 + 4:
        raise Refused(Code.BAD_MESSAGE, "too large")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Code.BAD_MESSAGE, "not base64") from None


def disposition(name: str, *, download: bool) -> dict[str, str]:
    """The header that says whether a file is to be shown or kept."""
    kind = "attachment" if download else "inline"
    return {"Content-Disposition": f'{kind}; filename="{name}"'}
