"""Getting in by the court's own identity provider (OpenID Connect, code with PKCE).

The provider says who somebody is; whether they are of the staff says an administrator, who has entered
them by the provider's name for them or by their address.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account
from hearing_server.services.audit import Action, Audit
from hearing_server.services.factors import CHALLENGE_MS, Challenges
from hearing_server.services.hearings import Clock
from hearing_server.services.staff_sessions import StaffSessions, Stage, Visitor


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the browser is sent away with: `nonce` comes back in the token, `verifier` proves that it
    was this server that asked (RFC 7636). `again`: the person has to show themselves anew."""

    nonce: str
    verifier: str
    again: bool
    session: str = ""  # of the account that proves itself again
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the provider says. `authenticated_at` is Unix ms, 0 where it does not say."""

    subject: str
    email: str
    email_verified: bool
    authenticated_at: int


class IdentityProvider(Protocol):
    """Refused(busy) while it cannot be reached, Refused(bad_credentials) for what does not hold."""

    async def address(self, state: str, request: Request) -> str:
        """Where the browser goes."""

    async def identity(self, code: str, request: Request) -> Identity:
        """Whom the code is for: signature, issuer, audience, time and nonce have been checked."""


class ExternalStore(Protocol):
    async def account(self, identity: str) -> Account | None: ...

    async def by_external(self, external: str) -> Account | None: ...

    async def by_email(self, email: str) -> list[Account]: ...

    async def bind_external(self, identity: str, external: str) -> bool: ...


class ProviderSignIn:
    def __init__(
        self,
        provider: IdentityProvider,
        accounts: ExternalStore,
        challenges: Challenges,
        sessions: StaffSessions,
        audit: Audit,
        now: Clock,
    ) -> None:
        self._provider = provider
        self._accounts = accounts
        self._challenges = challenges
        self._sessions = sessions
        self._audit = audit
        self._now = now

    async def start(self, token: str) -> tuple[str, str]:
        """(address, state). A session that is signed in proves itself again."""
        session = None
        if token:
            try:
                session = await self._sessions.of(token)
            except Refused as refusal:
                if refusal.code is not Code.NO_SESSION:
                    raise
        request = Request(
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            again=session is not None,
            session=session.id if session else "",
            account=session.account.id if session else "",
        )
        state = await self._challenges.make("provider", "", json.dumps(asdict(request)))
        return await self._provider.address(state, request), state

    async def finish(self, state: str, code: str, visitor: Visitor) -> str:
        """A complete session; its cookie's value. Refused(bad_token), Refused(bad_credentials)."""
        _, data = await self._challenges.take(state, "provider")
        request = Request(**json.loads(data))
        try:
            identity = await self._provider.identity(code, request)
        except Refused as refusal:
            if refusal.code is Code.BAD_CREDENTIALS:
                await self._failed(None, refusal.detail, visitor)
            raise
        account = await self._known(identity)
        if account is None or not account.active or not account.provider:
            await self._failed(account, "provider; no such account", visitor)
            raise Refused(Code.BAD_CREDENTIALS)
        if request.again:
            await self._check_again(identity, request, account, visitor)
        await self._audit.note(
            Action.PROVED_AGAIN if request.again else Action.LOGIN,
            actor=account.login,
            subject=account.login,
            detail="provider",
            address=visitor.address,
        )
        if request.session:
            await self._sessions.end_quietly(account.id, request.session)
        proved_at = min(identity.authenticated_at, self._now())
        return await self._sessions.begin(account, Stage.FULL, visitor, proved_at=proved_at)

    async def _check_again(
        self, identity: Identity, request: Request, account: Account, visitor: Visitor
    ) -> None:
        late = self._now() - identity.authenticated_at > 2 * CHALLENGE_MS
        if account.id != request.account or late:
            detail = "provider; not proved again" if late else "provider; another account"
            await self._failed(account, detail, visitor)
            raise Refused(Code.BAD_CREDENTIALS)

    async def _known(self, identity: Identity) -> Account | None:
        """By the provider's name; the first time by the address, if the provider has checked it."""
        account = await self._accounts.by_external(identity.subject)
        if account is not None or not identity.email or not identity.email_verified:
            return account
        found = await self._accounts.by_email(identity.email.strip().lower())
        if len(found) != 1 or not found[0].active:
            return None
        bound = await self._accounts.bind_external(found[0].id, identity.subject)
        return found[0] if bound else None

    async def _failed(self, account: Account | None, detail: str, visitor: Visitor) -> None:
        login = account.login if account else ""
        await self._audit.login_failed(login, detail, visitor.address)
