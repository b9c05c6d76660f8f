"""The door of every staff route: who is signed in, and may they."""

from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.audit import Who
from hearing_server.services.staff_sessions import SESSION_MS, StaffSession, StaffSessions, Stage
from hearing_server.web.http import ACTOR, client_address


class StaffGate:
    """`secure` says that pages come by HTTPS, so the cookie may be `__Host-` and Secure."""

    def __init__(self, sessions: StaffSessions, *, secure: bool, proxies: tuple[str, ...]) -> None:
        self._sessions = sessions
        self._secure = secure
        self._proxies = proxies

    async def require(self, request: web.Request, *roles: StaffRole) -> Account:
        """Whoever is signed in, with one of `roles` if any is named.

        Refused(no_session), also while the second factor is missing; Refused(not_allowed).
        """
        return (await self.require_session(request, *roles)).account

    async def require_fresh(self, request: web.Request, *roles: StaffRole) -> Account:
        """As `require`, for acts of administration; Refused(prove_again) after a while."""
        session = await self.require_session(request, *roles)
        self._sessions.check_proved(session)
        return session.account

    async def require_session(self, request: web.Request, *roles: StaffRole) -> StaffSession:
        session = await self.session(request)
        if session.stage is not Stage.FULL:
            raise Refused(Code.NO_SESSION)
        if roles and not session.account.roles & set(roles):
            raise Refused(Code.NOT_ALLOWED)
        return session

    async def session(self, request: web.Request) -> StaffSession:
        """The session at whatever stage; Refused(no_session)."""
        session = await self._sessions.of(self.token(request))
        request[ACTOR] = session.account.login
        return session

    async def session_of(self, token: str) -> StaffSession:
        """The session of a token that was just made."""
        return await self._sessions.of(token)

    async def end(self, request: web.Request) -> None:
        """Whatever session the browser has is over."""
        try:
            session = await self._sessions.of(self.token(request))
        except Refused as refusal:
            if refusal.code is not Code.NO_SESSION:
                raise
        else:
            await self._sessions.end_quietly(session.account.id, session.id)

    def token(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie, "")

    def who(self, request: web.Request, account: Account) -> Who:
        """For the audit: the account, and where it asks from."""
        return Who(actor=account.login, address=self.address(request))

    def address(self, request: web.Request) -> str:
        return client_address(request, self._proxies)

    def remember(self, response: web.StreamResponse, token: str) -> None:
        response.set_cookie(
            self._cookie,
            token,
            max_age=SESSION_MS // 1000,
            httponly=True,
            secure=self._secure,
            samesite="Strict",
            path="/",
        )

    def forget(self, response: web.StreamResponse) -> None:
        response.del_cookie(
            self._cookie, path="/", secure=self._secure, httponly=True, samesite="Strict"
        )

    @property
    def _cookie(self) -> str:
        return "__Host-staff" if self._secure else "staff"
