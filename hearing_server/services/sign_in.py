"""How the staff gets in: password, second factor, recovery code, set-up link.

One answer to every wrong try, after the same work: nobody learns which accounts there are.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.passwords import LONGEST, check_password
from hearing_server.domain.staff import Account, needs_second_factor
from hearing_server.services.attempts import Attempt, Attempts
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Clock
from hearing_server.services.staff import AccountStore
from hearing_server.services.staff_sessions import StaffSession, StaffSessions, Stage, Visitor


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What an account can prove itself with; `recovery` is how many codes are left."""

    password: bool
    totp: bool
    passkeys: int
    recovery: int

    @property
    def second(self) -> bool:
        return self.totp or self.passkeys > 0


class Passwords(Protocol):
    """argon2id, off the event loop; Refused(busy) when too many wait for it."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, hashed: str | None, password: str) -> bool:
        """False without a hash, after the same work."""


class TotpKeys(Protocol):
    """Keys as they are stored: encrypted, and of no use to another account."""

    def step(self, sealed: bytes, account: str, code: str, now: int) -> int | None:
        """Which time step the code is of, one before or after now included; None if it is wrong."""


class CredentialStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def factors(self, account: str) -> Factors: ...

    async def password(self, account: str) -> str | None: ...

    async def set_password(self, account: str, hashed: str) -> None: ...

    async def setup_of(self, digest: bytes, now: int) -> str | None:
        """The account of a set-up link that is still good."""

    async def use_setup(self, digest: bytes, hashed: str, now: int) -> bool:
        """The link is used and the password set: of two callers one gets True."""

    async def totp(self, account: str) -> bytes | None: ...

    async def use_totp(self, account: str, step: int) -> bool:
        """False for a step that is not after the last one used: of two callers one gets True."""

    async def use_recovery(self, account: str, digest: bytes) -> bool:
        """The code is used: of two callers one gets True."""


class SignIn:
    """`second_factor` False lets everybody in by the password alone: for demonstrations."""

    def __init__(
        self,
        accounts: AccountStore,
        credentials: CredentialStore,
        sessions: StaffSessions,
        attempts: Attempts,
        audit: Audit,
        passwords: Passwords,
        keys: TotpKeys,
        now: Clock,
        *,
        second_factor: bool,
    ) -> None:
        self._accounts = accounts
        self._credentials = credentials
        self._sessions = sessions
        self._attempts = attempts
        self._audit = audit
        self._passwords = passwords
        self._keys = keys
        self._now = now
        self._second_factor = second_factor

    async def by_password(self, login: str, password: str, visitor: Visitor) -> str:
        """A session, complete or not; its cookie's value. Refused(bad_credentials), Refused(locked)."""
        login = login.strip().lower()
        attempt = await self._begin(login, visitor.address)
        account = await self._accounts.by_login(login)
        hashed = await self._credentials.password(account.id) if account else None
        right = await self._passwords.verify(hashed, password[: LONGEST + 1])
        if account is None or not right or not account.active or account.provider:
            await self._wrong(attempt, account, visitor.address, "password")
            raise Refused(Code.BAD_CREDENTIALS)
        return await self._welcome(account, attempt, visitor)

    async def set_up(self, link: str, password: str, visitor: Visitor) -> str:
        """The first password, by the one-time link; Refused(bad_token), Refused(weak_password)."""
        digest = hashlib.sha256(link.encode("utf-8", "surrogatepass")).digest()
        identity = await self._credentials.setup_of(digest, self._now())
        account = await self._accounts.account(identity) if identity else None
        if account is None or not account.active:
            raise Refused(Code.BAD_TOKEN)
        check_password(password, account.login, account.name)
        hashed = await self._passwords.hash(password)
        await self._note(Action.PASSWORD_SET, account, visitor.address, "by the set-up link")
        if not await self._credentials.use_setup(digest, hashed, self._now()):
            raise Refused(Code.BAD_TOKEN)
        return await self._welcome(account, None, visitor)

    async def by_totp(self, token: str, code: str, address: str) -> str:
        """The second factor of a session, or once more for an act of administration; a new token."""
        session = await self._sessions.of(token)
        account = session.account
        attempt = await self._begin(account.login, address)
        sealed = await self._credentials.totp(account.id)
        step = self._keys.step(sealed, account.id, code, self._now()) if sealed else None
        if step is None or not await self._credentials.use_totp(account.id, step):
            await self._wrong(attempt, account, address, "code")
            raise Refused(Code.BAD_CREDENTIALS)
        return await self._proved(token, session, attempt, address, "code")

    async def by_recovery(self, token: str, code: str, address: str) -> str:
        """A recovery code in place of the second factor; each opens once."""
        session = await self._sessions.of(token)
        account = session.account
        attempt = await self._begin(account.login, address)
        if not await self._credentials.use_recovery(account.id, recovery_digest(code)):
            await self._wrong(attempt, account, address, "recovery code")
            raise Refused(Code.BAD_CREDENTIALS)
        await self._note(Action.RECOVERY_USED, account, address)
        return await self._proved(token, session, attempt, address, "recovery code")

    async def prove_password(self, token: str, password: str, address: str) -> str:
        """Once more, by the password, for an account that has no second factor."""
        session = await self._sessions.of(token)
        account = session.account
        attempt = await self._begin(account.login, address)
        factors = await self._credentials.factors(account.id)
        hashed = await self._credentials.password(account.id)
        right = await self._passwords.verify(hashed, password[: LONGEST + 1])
        if not right or factors.second or session.stage is not Stage.FULL:
            await self._wrong(attempt, account, address, "password")
            raise Refused(Code.BAD_CREDENTIALS)
        return await self._proved(token, session, attempt, address, "password")

    async def change_password(
        self, session: StaffSession, old: str, new: str, address: str
    ) -> None:
        """Every other session of the account ends."""
        account = session.account
        attempt = await self._begin(account.login, address)
        hashed = await self._credentials.password(account.id)
        if not await self._passwords.verify(hashed, old[: LONGEST + 1]):
            await self._wrong(attempt, account, address, "password")
            raise Refused(Code.BAD_CREDENTIALS)
        await self._attempts.right(attempt)
        check_password(new, account.login, account.name)
        fresh = await self._passwords.hash(new)
        await self._note(Action.PASSWORD_SET, account, address)
        await self._credentials.set_password(account.id, fresh)
        await self._sessions.end_all(account.id, but=session.id)

    async def leave(self, session: StaffSession, address: str, *, everywhere: bool) -> None:
        """Out, even when the trail cannot be written: nobody is kept in against their will."""
        account = session.account
        if everywhere:
            await self._sessions.end_all(account.id)
        else:
            await self._sessions.end(account.id, session.id)
        await self._note(Action.LOGOUT, account, address, "everywhere" if everywhere else "")

    async def end_other(self, session: StaffSession, ended: str, address: str) -> None:
        """Another session of the account, left open somewhere; Refused(not_found)."""
        await self._sessions.end(session.account.id, ended)
        await self._note(Action.LOGOUT, session.account, address, "another session")

    def must_enrol(self, account: Account) -> bool:
        """Whether the account may do nothing before it has a second factor."""
        return self._second_factor and needs_second_factor(account)

    async def _welcome(self, account: Account, attempt: Attempt | None, visitor: Visitor) -> str:
        """The password was right: what else is to be proved?"""
        factors = await self._credentials.factors(account.id)
        if attempt is not None:
            await self._attempts.right(attempt)
        if factors.second:
            return await self._sessions.begin(account, Stage.SECOND, visitor)
        if self.must_enrol(account):
            return await self._sessions.begin(account, Stage.ENROL, visitor)
        if attempt is not None:
            await self._attempts.passed(attempt)
        await self._note(Action.LOGIN, account, visitor.address, "password")
        return await self._sessions.begin(account, Stage.FULL, visitor, proved_at=self._now())

    async def _proved(
        self, token: str, session: StaffSession, attempt: Attempt, address: str, how: str
    ) -> str:
        await self._attempts.passed(attempt)
        again = session.stage is Stage.FULL
        await self._note(
            Action.PROVED_AGAIN if again else Action.LOGIN, session.account, address, how
        )
        return await self._sessions.advance(token, Stage.FULL)

    async def _begin(self, login: str, address: str) -> Attempt:
        return await self._attempts.begin(login, address)

    async def _wrong(
        self, attempt: Attempt, account: Account | None, address: str, what: str
    ) -> None:
        """An unknown login is not written down: people type passwords into the wrong field."""
        login = account.login if account else ""
        detail = what if account else f"{what}; no such account"
        await self._audit.login_failed(login, detail, address)
        if attempt.last:
            await self._audit.note(Action.LOCKED, actor="", subject=login, address=address)

    async def _note(self, action: Action, account: Account, address: str, detail: str = "") -> None:
        await self._audit.note(
            action, actor=account.login, subject=account.login, detail=detail, address=address
        )


RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else


def new_recovery_codes() -> list[str]:
    """79 bits each, so that a plain digest keeps them."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(code: str) -> bytes:
    """However it was typed: capitals, spaces and dashes do not count."""
    plain = "".join(char for char in code.lower()[:64] if char.isalnum())
    return hashlib.sha256(b"recovery:" + plain.encode("utf-8", "surrogatepass")).digest()
