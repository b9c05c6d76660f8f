"""The door of every route of a seat: whose cookie is it, and may its session act."""

import contextlib

from aiohttp import web

from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.services.access import SESSION_MS, Access, Seated, digest_of
from hearing_server.services.hearings import Hearings
from hearing_server.web.http import ACTOR

SEAT = "/api/seats/{seat:[A-Za-z0-9_-]{1,64}}"
PARTY = "{party:[A-Za-z0-9_-]{1,64}}"
MOST_SEATS = 8  # of a browser, that are looked at


class SeatGate:
    """`secure` says that pages come by HTTPS, so cookies may be `__Host-` and Secure."""

    def __init__(self, access: Access, *, secure: bool) -> None:
        self._access = access
        self.secure = secure

    async def seated(self, request: web.Request) -> Seated:
        """Whose seat it is; Refused(no_session), Refused(code_needed).

        For whoever sits elsewhere there is no such seat: Refused(not_found).
        """
        try:
            seated = await self._access.session(self._token(request), request.match_info["seat"])
        except Refused as refusal:
            raise await self._or_not_found(request, refusal) from None
        request[ACTOR] = seated.party
        return seated

    async def known(self, request: web.Request) -> Seated:
        """As `seated`, also while a one-time code is still wanted."""
        try:
            return await self._access.known(self._token(request), request.match_info["seat"])
        except Refused as refusal:
            raise await self._or_not_found(request, refusal) from None

    def digest(self, request: web.Request) -> bytes:
        """What the stores know of the request's session by."""
        return digest_of(self._token(request))

    async def _or_not_found(self, request: web.Request, refusal: Refused) -> Refused:
        """A seat that this browser had once asks for its link again; one that it never had is not there."""
        had = self._token(request)
        if refusal.code is not Code.NO_SESSION or had:
            return refusal
        start = seat_cookie("", secure=self.secure)
        others = [
            (name, token) for name, token in request.cookies.items() if name.startswith(start)
        ]
        for name, token in others[:MOST_SEATS]:
            with contextlib.suppress(Refused):
                elsewhere = await self._access.known(token, name.removeprefix(start))
                request[ACTOR] = elsewhere.party
                return Refused(Code.NOT_FOUND)
        return refusal

    async def check_signer(self, request: web.Request, seated: Seated) -> None:
        """What this very session must have shown before it signs: Refused(identity_not_confirmed)."""
        if self._access.signer_guard is not None:
            await self._access.signer_guard(seated, self.digest(request))

    def _token(self, request: web.Request) -> str:
        return request.cookies.get(seat_cookie(request.match_info["seat"], secure=self.secure), "")


async def overseen(hearings: Hearings, seated: Seated) -> HearingState:
    """Their hearing, for bench and clerk; for everybody else there is nothing here: Refused(not_found)."""
    state = await hearings.state(seated.hearing)
    if not oversees(state, seated.party):
        raise Refused(Code.NOT_FOUND)
    return state


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
