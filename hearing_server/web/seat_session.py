"""The door of every route of a seat: whose cookie is it, and may its session act."""

from aiohttp import web

from hearing_server.services.access import SESSION_MS, Access, Seated, digest_of
from hearing_server.web.http import ACTOR

SEAT = "/api/seats/{seat:[A-Za-z0-9_-]{1,64}}"
PARTY = "{party:[A-Za-z0-9_-]{1,64}}"


class SeatGate:
    """`secure` says that pages come by HTTPS, so cookies may be `__Host-` and Secure."""

    def __init__(self, access: Access, *, secure: bool) -> None:
        self._access = access
        self.secure = secure

    async def seated(self, request: web.Request) -> Seated:
        """Whose seat it is; Refused(no_session), Refused(code_needed)."""
        seated = await self._access.session(self._token(request), request.match_info["seat"])
        request[ACTOR] = seated.party
        return seated

    async def known(self, request: web.Request) -> Seated:
        """As `seated`, also while a one-time code is still wanted."""
        return await self._access.known(self._token(request), request.match_info["seat"])

    def digest(self, request: web.Request) -> bytes:
        """What the stores know of the request's session by."""
        return digest_of(self._token(request))

    def _token(self, request: web.Request) -> str:
        return request.cookies.get(seat_cookie(request.match_info["seat"], secure=self.secure), "")


def seat_cookie(party: str, *, secure: bool) -> str:
    return f"__Host-seat-{party}" if secure else f"seat-{party}"


def seats_in(request: web.Request, *, secure: bool) -> list[bytes]:
    """What the stores know of the sessions of seats that this browser has."""
    start = seat_cookie("", secure=secure)
    return [digest_of(token) for name, token in request.cookies.items() if name.startswith(start)]


def remember_seat(response: web.Response, party: str, token: str, *, secure: bool) -> None:
    """The session of one seat, and of no other."""
    response.set_cookie(
        seat_cookie(party, secure=secure),
        token,
        max_age=SESSION_MS // 1000,
        httponly=True,
        secure=secure,
        samesite="Strict",
        path="/",
    )
