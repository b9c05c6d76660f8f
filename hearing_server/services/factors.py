"""What an account proves itself with, set up and taken away by its owner: TOTP, passkeys, recovery."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account
from hearing_server.services.access import digest_of
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Clock
from hearing_server.services.sign_in import (
    Factors,
    SignIn,
    new_recovery_codes,
    recovery_digest,
)
from hearing_server.services.staff_sessions import StaffSession, StaffSessions, Stage

CHALLENGE_MS = 5 * 60 * 1000
MOST_PASSKEYS = 10
NAME_MAX = 60  # characters of a passkey's name


@dataclass(frozen=True, kw_only=True)
class Passkey:
    id: str
    account: str
    name: str
    credential: bytes
    public_key: bytes
    sign_count: int
    created_at: int
    used_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewTotp:
    """What the owner's telephone needs; `picture` is a QR code as an SVG data URI."""

    key: str
    picture: str


class TotpMaker(Protocol):
    def new(self, account: Account) -> tuple[bytes, NewTotp]:
        """A key as it is stored, and as it is shown this once."""

    def step(self, sealed: bytes, account: str, code: str, now: int) -> int | None: ...


class PasskeyCeremony(Protocol):
    """WebAuthn (W3C Level 3), user verification always required. Blocking, a few milliseconds."""

    def register_options(self, account: Account, known: Sequence[bytes]) -> tuple[bytes, Any]:
        """(challenge, options for navigator.credentials.create as JSON values)."""

    def registered(self, credential: Any, challenge: bytes) -> tuple[bytes, bytes, int]:
        """(credential id, public key, sign count); Refused(bad_credentials)."""

    def login_options(self, known: Sequence[bytes]) -> tuple[bytes, Any]:
        """For navigator.credentials.get; `known` empty asks for any passkey of this court."""

    def credential_of(self, credential: Any) -> bytes:
        """Which one it says it is; Refused(bad_credentials)."""

    def used(self, credential: Any, challenge: bytes, passkey: Passkey) -> int:
        """The new sign count; Refused(bad_credentials), also when it went back: a copy is about."""


class FactorStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def factors(self, account: str) -> Factors: ...

    async def set_pending_totp(self, account: str, sealed: bytes) -> None: ...

    async def pending_totp(self, account: str) -> bytes | None: ...

    async def confirm_totp(self, account: str, sealed: bytes, step: int) -> bool:
        """The pending key becomes the key, if it is still this one."""

    async def drop_totp(self, account: str) -> bool: ...

    async def set_recovery(self, account: str, digests: Sequence[bytes]) -> None:
        """These, and none of before."""

    async def add_passkey(self, passkey: Passkey) -> None:
        """Refused(no_change) when the credential is known already."""

    async def passkeys(self, account: str) -> list[Passkey]: ...

    async def passkey(self, credential: bytes) -> Passkey | None: ...

    async def use_passkey(self, passkey: Passkey, sign_count: int, at: int) -> bool:
        """False when its count has moved meanwhile."""

    async def drop_passkey(self, account: str, passkey: str) -> bool: ...

    async def save_challenge(
        self, digest: bytes, kind: str, account: str, data: str, until: int
    ) -> None: ...

    async def take_challenge(self, digest: bytes, kind: str, now: int) -> tuple[str, str] | None:
        """(account, data), this once: of two callers one gets it."""


class Challenges:
    """What was asked of a browser, to be answered once, within minutes."""

    def __init__(self, store: FactorStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def make(self, kind: str, account: str, data: str) -> str:
        ticket = secrets.token_urlsafe(24)
        until = self._now() + CHALLENGE_MS
        await self._store.save_challenge(digest_of(ticket), kind, account, data, until)
        return ticket

    async def take(self, ticket: str, kind: str) -> tuple[str, str]:
        """(account, data); Refused(bad_token)."""
        taken = await self._store.take_challenge(digest_of(ticket), kind, self._now())
        if taken is None:
            raise Refused(Code.BAD_TOKEN)
        return taken


class SecondFactors:
    """Every act is of a session that was proved a short while ago, or one that has to enrol."""

    def __init__(
        self,
        store: FactorStore,
        sign_in: SignIn,
        sessions: StaffSessions,
        audit: Audit,
        totp: TotpMaker,
        ceremony: PasskeyCeremony,
        now: Clock,
    ) -> None:
        self._store = store
        self._sign_in = sign_in
        self._sessions = sessions
        self._audit = audit
        self._totp = totp
        self._ceremony = ceremony
        self._now = now
        self.challenges = Challenges(store, now)

    async def of(self, account: Account) -> Factors:
        return await self._store.factors(account.id)

    async def passkeys_of(self, account: Account) -> list[Passkey]:
        return await self._store.passkeys(account.id)

    async def new_totp(self, session: StaffSession) -> NewTotp:
        await self._check(session)
        sealed, shown = self._totp.new(session.account)
        await self._store.set_pending_totp(session.account.id, sealed)
        return shown

    async def confirm_totp(self, token: str, code: str, address: str) -> tuple[str, list[str]]:
        """(the session's new token, recovery codes if these are the first); Refused(bad_credentials)."""
        session = await self._sessions.of(token)
        await self._check(session)
        account = session.account
        sealed = await self._store.pending_totp(account.id)
        step = self._totp.step(sealed, account.id, code, self._now()) if sealed else None
        if sealed is None or step is None:
            raise Refused(Code.BAD_CREDENTIALS)
        await self._note(Action.FACTOR_ADDED, account, address, "totp")
        if not await self._store.confirm_totp(account.id, sealed, step):
            raise Refused(Code.BAD_CREDENTIALS)
        return await self._enrolled(token, session, address)

    async def drop_totp(self, session: StaffSession, address: str) -> None:
        await self._check(session)
        await self._check_left(session.account, totp=True)
        await self._note(Action.FACTOR_REMOVED, session.account, address, "totp")
        if not await self._store.drop_totp(session.account.id):
            raise Refused(Code.NOT_FOUND)

    async def new_recovery(self, session: StaffSession, address: str) -> list[str]:
        """New codes, shown this once; the old ones open nothing any more."""
        await self._check(session)
        if not (await self.of(session.account)).second:
            raise Refused(Code.NOT_FOUND)
        return await self._make_recovery(session.account, address)

    async def passkey_options(self, session: StaffSession) -> tuple[str, Any]:
        """(ticket, options) to register one more passkey."""
        await self._check(session)
        known = await self._store.passkeys(session.account.id)
        if len(known) >= MOST_PASSKEYS:
            raise Refused(Code.TOO_MANY)
        credentials = [one.credential for one in known]
        challenge, options = self._ceremony.register_options(session.account, credentials)
        ticket = await self.challenges.make("register", session.account.id, challenge.hex())
        return ticket, options

    async def add_passkey(
        self, token: str, ticket: str, credential: Any, name: str, address: str
    ) -> tuple[str, list[str]]:
        """As confirm_totp."""
        session = await self._sessions.of(token)
        await self._check(session)
        account, challenge = await self.challenges.take(ticket, "register")
        name = name.strip()
        if account != session.account.id:
            raise Refused(Code.BAD_TOKEN)
        if not 0 < len(name) <= NAME_MAX or not name.isprintable():
            raise Refused(Code.BAD_MESSAGE, "name")
        identity, key, count = self._ceremony.registered(credential, bytes.fromhex(challenge))
        passkey = Passkey(
            id=secrets.token_hex(8),
            account=account,
            name=name,
            credential=identity,
            public_key=key,
            sign_count=count,
            created_at=self._now(),
        )
        await self._note(Action.FACTOR_ADDED, session.account, address, "passkey")
        await self._store.add_passkey(passkey)
        return await self._enrolled(token, session, address)

    async def drop_passkey(self, session: StaffSession, passkey: str, address: str) -> None:
        await self._check(session)
        if passkey not in {one.id for one in await self._store.passkeys(session.account.id)}:
            raise Refused(Code.NOT_FOUND)
        await self._check_left(session.account, passkeys=1)
        await self._note(Action.FACTOR_REMOVED, session.account, address, "passkey")
        await self._store.drop_passkey(session.account.id, passkey)

    async def _check(self, session: StaffSession) -> None:
        """A session that has to enrol may, as long as nobody else has done so: it showed a password
        only, and must not add a second factor to those of the account's owner."""
        if session.stage is Stage.FULL:
            self._sessions.check_proved(session)
        elif session.stage is not Stage.ENROL or (await self.of(session.account)).second:
            raise Refused(Code.NO_SESSION)

    async def _check_left(self, account: Account, *, totp: bool = False, passkeys: int = 0) -> None:
        left = await self.of(account)
        second = (left.totp and not totp) or left.passkeys - passkeys > 0
        if not second and self._sign_in.must_enrol(account):
            raise Refused(Code.LAST_FACTOR)

    async def _enrolled(
        self, token: str, session: StaffSession, address: str
    ) -> tuple[str, list[str]]:
        codes: list[str] = []
        if not (await self.of(session.account)).recovery:
            codes = await self._make_recovery(session.account, address)
        if session.stage is not Stage.FULL:
            await self._sessions.end_all(session.account.id, but=session.id)
            await self._note(Action.LOGIN, session.account, address, "second factor set up")
        return await self._sessions.advance(token, Stage.FULL), codes

    async def _make_recovery(self, account: Account, address: str) -> list[str]:
        codes = new_recovery_codes()
        await self._note(Action.RECOVERY_MADE, account, address)
        await self._store.set_recovery(account.id, [recovery_digest(code) for code in codes])
        return codes

    async def _note(self, action: Action, account: Account, address: str, detail: str = "") -> None:
        await self._audit.note(
            action, actor=account.login, subject=account.login, detail=detail, address=address
        )
