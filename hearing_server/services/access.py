"""Who may come in: links, sessions, tickets.

A link is for a seat and can be made again from the server's secret, so none is kept. A session is a
cookie of one seat. A ticket lets one socket in, once, within a minute. Only hashes are stored.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.hearings import Clock

SESSION_MS = 12 * 3600 * 1000
TICKET_MS = 60 * 1000


@dataclass(frozen=True, kw_only=True)
class Seated:
    """Who somebody is, once they have proved it."""

    hearing: str
    party: str


Bar = Callable[[Seated], Awaitable[None]]


class AccessStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def hearing_of(self, party: str) -> str | None:
        """The hearing in which `party` has a seat."""

    async def save_session(
        self, digest: bytes, seated: Seated, expires_at: int, account: str = ""
    ) -> None:
        """`account` of the staff, when it was entered from there."""

    async def session(self, digest: bytes, now: int) -> Seated | None: ...

    async def end_session(self, digest: bytes) -> None:
        """The session, and every ticket of its seat: whoever has another session gets a new one."""

    async def save_ticket(self, digest: bytes, seated: Seated, expires_at: int) -> None: ...

    async def use_ticket(self, digest: bytes, now: int) -> Seated | None:
        """The seat of an unused, unexpired ticket, which is then used: of two callers one gets it."""


async def _nobody_barred(seated: Seated) -> None:
    return


# Refuses a session (by its digest) that has still to prove something before it may do more than that.
Guard = Callable[[Seated, bytes], Awaitable[None]]


class Access:
    """`bar` refuses a seat whose session is worth nothing any more: Refused(removed).

    `guard`, when set, stands before everything that a session may do.
    """

    guard: Guard | None = None
    signer_guard: Guard | None = None  # and this before a signature

    def __init__(
        self, store: AccessStore, secret: bytes, now: Clock, bar: Bar = _nobody_barred
    ) -> None:
        self._store = store
        self._secret = secret
        self._now = now
        self._bar = bar
        self._came_by: dict[str, bytes] = {}  # by connection: the session that it came in by

    def link(self, party: str) -> str:
        """The secret part of the link of a seat: 128 bits that only this server can make."""
        name = party.encode("utf-8", "surrogatepass")
        mac = hmac.digest(self._secret, b"link:" + name, "sha256")[:16]
        return f"{party}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    async def enter(self, link: str) -> tuple[Seated, str]:
        """A new session for the seat of `link`, and its cookie's value; Refused(bad_token)."""
        party = link.partition(".")[0]
        expected, given = (
            text.encode("utf-8", "surrogatepass") for text in (self.link(party), link)
        )
        if not hmac.compare_digest(expected, given):
            raise Refused(Code.BAD_TOKEN)
        hearing = await self._store.hearing_of(party)
        if hearing is None:
            raise Refused(Code.BAD_TOKEN)
        seated = Seated(hearing=hearing, party=party)
        return seated, await self.admit(seated)

    async def admit(self, seated: Seated, account: str = "") -> str:
        """A new session for somebody who has proved the seat, by its link or by their account."""
        await self._bar(seated)
        token = secrets.token_urlsafe(32)
        await self._store.save_session(digest_of(token), seated, self._now() + SESSION_MS, account)
        return token

    async def session(self, token: str, party: str) -> Seated:
        """Who the cookie proves, and may act; Refused(no_session), or by the guard."""
        seated = await self.known(token, party)
        if self.guard is not None:
            await self.guard(seated, digest_of(token))
        return seated

    async def known(self, token: str, party: str) -> Seated:
        """As `session` before the guard: enough to be told about the seat, and to pass the guard.

        Refused(no_session), also for another seat's cookie.
        """
        seated = await self._store.session(digest_of(token), self._now()) if token else None
        if seated is None or seated.party != party:
            raise Refused(Code.NO_SESSION)
        await self._bar(seated)
        return seated

    async def seat_of(self, digest: bytes) -> Seated | None:
        """Whose session it is, also when it is worth nothing any more."""
        return await self._store.session(digest, self._now())

    async def end(self, digest: bytes) -> None:
        """A session, by what is kept of it, opens nothing any more."""
        await self._store.end_session(digest)

    async def ticket(self, seated: Seated, session: bytes = b"") -> str:
        """It says by which session (`digest_of`) it was got; what is kept is the digest of both."""
        token = f"{secrets.token_urlsafe(32)}.{session.hex()}"
        await self._store.save_ticket(digest_of(token), seated, self._now() + TICKET_MS)
        return token

    async def use_ticket(self, ticket: str) -> Seated:
        """Who the ticket lets in, this once; Refused(bad_token)."""
        seated = await self._store.use_ticket(digest_of(ticket), self._now())
        if seated is None:
            raise Refused(Code.BAD_TOKEN)
        await self._bar(seated)
        return seated

    def came(self, connection: str, ticket: str) -> None:
        """With a ticket that was used just now."""
        self._came_by[connection] = bytes.fromhex(ticket.partition(".")[2])

    def went(self, connection: str) -> None:
        self._came_by.pop(connection, None)

    def is_of(self, connection: str | None, session: bytes) -> bool:
        """Whether it goes on, and is of the browser that holds this session."""
        return connection is not None and self._came_by.get(connection) == session


def digest_of(token: str) -> bytes:
    """What a store keeps of a token."""
    # A header's stray bytes and a JSON escape may become lone surrogates: no token, but no fault of ours.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
