"""Who of the staff is signed in: a cookie's token, of which only the digest is stored."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account
from hearing_server.services.access import digest_of
from hearing_server.services.hearings import Clock

MINUTE = 60 * 1000
IDLE_MS = 30 * MINUTE
SESSION_MS = 12 * 60 * MINUTE
PENDING_MS = 10 * MINUTE  # to show the second factor, or to set one up
PROVED_MS = 10 * MINUTE  # how long a second factor is good for acts of administration
TOUCH_MS = MINUTE  # how exactly it is known when a session was last used


class Stage(StrEnum):
    SECOND = "second"  # the password was right, the second factor is missing
    ENROL = "enrol"  # there is no second factor yet, and nothing else may be done before
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class StaffSession:
    """`id` names it to its owner and opens nothing. Times are Unix milliseconds.

    `proved_at` is when the person last proved who they are in full; 0 if that is not known.
    """

    id: str
    account: Account
    stage: Stage
    started_at: int
    seen_at: int
    expires_at: int
    proved_at: int
    address: str
    browser: str


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Where somebody signs in from: address, and what the browser says of itself."""

    address: str
    browser: str


class SessionStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def save_session(self, digest: bytes, session: StaffSession) -> None: ...

    async def session(self, digest: bytes) -> StaffSession | None:
        """With its account as it is now."""

    async def replace_session(self, old: bytes, new: bytes, session: StaffSession) -> bool:
        """The old digest opens nothing any more; False when it did not before."""

    async def touch_session(self, session: str, seen_at: int) -> None: ...

    async def sessions_of(self, account: str) -> list[StaffSession]: ...

    async def end_session(self, account: str, session: str) -> bool:
        """False when the account has no such session."""

    async def end_sessions(self, account: str, but: str = "") -> None: ...


class StaffSessions:
    def __init__(self, store: SessionStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def begin(
        self, account: Account, stage: Stage, visitor: Visitor, proved_at: int = 0
    ) -> str:
        """A new session; its cookie's value."""
        now, token = self._now(), secrets.token_urlsafe(32)
        session = StaffSession(
            id=secrets.token_hex(8),
            account=account,
            stage=stage,
            started_at=now,
            seen_at=now,
            expires_at=now + _lasts(stage),
            proved_at=proved_at,
            address=visitor.address[:64],
            browser=visitor.browser[:255],
        )
        await self._store.save_session(digest_of(token), session)
        return token

    async def of(self, token: str) -> StaffSession:
        """Whose token it is, now used; Refused(no_session), also for an account that was disabled."""
        now = self._now()
        session = await self._store.session(digest_of(token)) if token else None
        if session is None or not session.account.active or not self._lives(session):
            raise Refused(Code.NO_SESSION)
        if now - session.seen_at >= TOUCH_MS:
            await self._store.touch_session(session.id, now)
        return session

    async def advance(self, token: str, stage: Stage) -> str:
        """The person has proved more of who they are: the session goes on under a new token."""
        now, session, new = self._now(), await self.of(token), secrets.token_urlsafe(32)
        moved = replace(session, stage=stage, seen_at=now, proved_at=now)
        if session.stage is not stage:
            moved = replace(moved, started_at=now, expires_at=now + _lasts(stage))
        if not await self._store.replace_session(digest_of(token), digest_of(new), moved):
            raise Refused(Code.NO_SESSION)
        return new

    def check_proved(self, session: StaffSession) -> None:
        """Refused(prove_again) unless the person proved who they are a short while ago."""
        if self._now() - session.proved_at >= PROVED_MS:
            raise Refused(Code.PROVE_AGAIN)

    async def open(self, account: str) -> Sequence[StaffSession]:
        """The account's sessions that have not run out, the last used first."""
        sessions = [one for one in await self._store.sessions_of(account) if self._lives(one)]
        return sorted(sessions, key=lambda one: -one.seen_at)

    async def end(self, account: str, session: str) -> None:
        """Refused(not_found) for a session that is not the account's."""
        if not await self._store.end_session(account, session):
            raise Refused(Code.NOT_FOUND)

    async def end_quietly(self, account: str, session: str) -> None:
        """Also when it is over already."""
        await self._store.end_session(account, session)

    async def end_all(self, account: str, but: str = "") -> None:
        await self._store.end_sessions(account, but)

    def _lives(self, session: StaffSession) -> bool:
        now = self._now()
        return session.expires_at > now and now - session.seen_at < IDLE_MS


def _lasts(stage: Stage) -> int:
    return SESSION_MS if stage is Stage.FULL else PENDING_MS
