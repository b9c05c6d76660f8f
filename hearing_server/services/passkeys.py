"""Getting in by a passkey: alone, as the second factor, or once more before an act of administration.

The passkey verifies its user, so it is two factors in one and needs no password.
"""

from typing import Any

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account
from hearing_server.services.audit import Action, Audit
from hearing_server.services.factors import Challenges, FactorStore, Passkey, PasskeyCeremony
from hearing_server.services.hearings import Clock
from hearing_server.services.staff import AccountStore
from hearing_server.services.staff_sessions import StaffSessions, Stage, Visitor


class PasskeySignIn:
    def __init__(
        self,
        accounts: AccountStore,
        store: FactorStore,
        sessions: StaffSessions,
        audit: Audit,
        ceremony: PasskeyCeremony,
        now: Clock,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._sessions = sessions
        self._audit = audit
        self._ceremony = ceremony
        self._now = now
        self._challenges = Challenges(store, now)

    async def options(self, token: str) -> tuple[str, Any]:
        """(ticket, options). With a session only its own passkeys are asked for."""
        account = await self._account_of(token)
        own = await self._store.passkeys(account.id) if account else []
        challenge, options = self._ceremony.login_options([one.credential for one in own])
        return await self._challenges.make("login", "", challenge.hex()), options

    async def enter(self, token: str, ticket: str, credential: Any, visitor: Visitor) -> str:
        """The session's new token; Refused(bad_credentials)."""
        _, challenge = await self._challenges.take(ticket, "login")
        passkey = await self._store.passkey(self._ceremony.credential_of(credential))
        account = await self._accounts.account(passkey.account) if passkey else None
        mine = await self._account_of(token)
        if passkey is None or account is None or not account.active or account.provider:
            raise await self._wrong(None, visitor, "unknown passkey")
        if mine is not None and mine.id != account.id:
            raise await self._wrong(account, visitor, "another account's passkey")
        try:
            count = self._ceremony.used(credential, bytes.fromhex(challenge), passkey)
        except Refused as refusal:
            raise await self._wrong(account, visitor, f"passkey: {refusal.detail}") from None
        if not await self._store.use_passkey(passkey, count, self._now()):
            raise await self._wrong(account, visitor, "passkey: counter")
        return await self._proved(account, passkey, token if mine else "", visitor)

    async def _proved(
        self, account: Account, passkey: Passkey, token: str, visitor: Visitor
    ) -> str:
        again = bool(token) and (await self._sessions.of(token)).stage is Stage.FULL
        await self._audit.note(
            Action.PROVED_AGAIN if again else Action.LOGIN,
            actor=account.login,
            subject=account.login,
            detail="passkey",
            address=visitor.address,
        )
        if token:
            return await self._sessions.advance(token, Stage.FULL)
        return await self._sessions.begin(account, Stage.FULL, visitor, proved_at=self._now())

    async def _account_of(self, token: str) -> Account | None:
        try:
            return (await self._sessions.of(token)).account
        except Refused as refusal:
            if refusal.code is Code.NO_SESSION:
                return None
            raise

    async def _wrong(self, account: Account | None, visitor: Visitor, detail: str) -> Refused:
        login = account.login if account else ""
        await self._audit.login_failed(login, detail, visitor.address)
        return Refused(Code.BAD_CREDENTIALS)
