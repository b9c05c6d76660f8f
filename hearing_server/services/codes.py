"""One-time codes: six digits over the contact on file, when the hearing demands them.

A code is good for ten minutes, in the browser that asked for it and no other. Five wrong ones lock the
seat for a quarter of an hour, whatever browser or address they come from, and the clerk is told. The
code itself is nowhere: not in a log, and in the store only as a keyed digest.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import asks_code
from hearing_server.domain.doors import vouched
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Right, Role, may
from hearing_server.services.access import SESSION_MS, Seated
from hearing_server.services.attempts import LOCK_MS, AttemptStore
from hearing_server.services.hearings import Clock, Hearings

DIGITS = 6
GOOD_MS = 10 * 60 * 1000
AGAIN_MS = 30 * 1000  # between two sendings
WINDOW_MS = 60 * 60 * 1000
SENDS = 6  # in a window, of one seat
WRONG = 5
BY_CLERK = "clerk"  # the channel of a code that was read out


@dataclass(frozen=True, kw_only=True)
class SeatCode:
    """The newest code of a seat. `code` is its keyed digest, None once it was used."""

    party: str
    session: bytes
    code: bytes | None
    channel: str
    expires_at: int
    sent_at: int
    sends: int
    since: int


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Where a code went: `to` is masked. Times are Unix ms."""

    channel: str
    to: str
    expires_at: int
    again_at: int


class CodeStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def code(self, party: str) -> SeatCode | None: ...

    async def put_code(self, new: SeatCode, before: SeatCode | None) -> bool:
        """Write it where `before` still stands; False when somebody else was first."""

    async def use_code(self, party: str, session: bytes, code: bytes, now: int) -> str | None:
        """The channel of an unused, unexpired code, which is then used: of two callers one gets it."""

    async def prove(self, session: bytes, expires_at: int) -> None: ...

    async def proved(self, session: bytes, now: int) -> bool: ...

    async def proved_until(self, session: bytes) -> int:
        """Unix ms, SESSION_MS after it was last proved; 0 when it never was."""


class Courier(Protocol):
    async def send_code(
        self, hearing: str, party: str, code: str, expires_at: int
    ) -> tuple[str, str] | None:
        """(channel, masked contact) of what was queued; None when there is no way to the party."""


class Codes:
    """`secret` keys the digests: six digits alone would be found out by trying. `is_of` says whether a
    connection is of the browser that holds a session.
    """

    def __init__(
        self,
        store: CodeStore,
        attempts: AttemptStore,
        hearings: Hearings,
        courier: Courier,
        secret: bytes,
        now: Clock,
        is_of: Callable[[str | None, bytes], bool],
    ) -> None:
        self._store = store
        self._is_of = is_of
        self._attempts = attempts
        self._hearings = hearings
        self._courier = courier
        self._secret = secret
        self._now = now

    async def guard(self, seated: Seated, session: bytes) -> None:
        """Refused(code_needed) until this very session has entered a code that its hearing demands."""
        if await self.needed(seated, session):
            raise Refused(Code.CODE_NEEDED)

    async def guard_signature(self, seated: Seated, session: bytes) -> None:
        """Refused(identity_not_confirmed) where the code for this signature was entered elsewhere or not yet, or
        the clerk knows who sits in another browser than this.

        Whoever has the link too, in a browser of their own, does not sign with somebody else's code or face.
        """
        state = await self._hearings.state(seated.hearing)
        freeze, seat = state.freeze, state.seats[seated.party]
        if freeze is None or vouched(state, seat):
            return
        if seated.party in freeze.identified:
            if self._is_of(seat.connection, session):
                return
            if state.demands.sign_identity:
                raise Refused(Code.IDENTITY_NOT_CONFIRMED, "camera")
            freeze = replace(freeze, identified=freeze.identified - {seated.party})
        if not asks_code(state, seat, freeze):
            return
        until = await self._store.proved_until(session)
        if until - SESSION_MS < freeze.frozen_at:
            raise Refused(Code.IDENTITY_NOT_CONFIRMED, "code")

    async def needed(self, seated: Seated, session: bytes) -> bool:
        state = await self._hearings.state(seated.hearing)
        return demanded(state, seated.party) and not await self._store.proved(session, self._now())

    async def send(self, seated: Seated, session: bytes) -> Sent:
        """A new code to the contact on file; Refused(too_many, locked, no_contact, no_change)."""
        await self._check_demanded(seated)
        before = await self._ready(seated.party)
        code, new = self._new(seated.party, session, before)
        # Claimed before it is sent, so that two browsers at once do not send twice as many.
        await self._put(new, before)
        sent = await self._courier.send_code(seated.hearing, seated.party, code, new.expires_at)
        if sent is None:
            raise Refused(Code.NO_CONTACT)
        channel, to = sent
        await self._put(replace(new, channel=channel), new)
        return Sent(
            channel=channel, to=to, expires_at=new.expires_at, again_at=new.sent_at + AGAIN_MS
        )

    async def read_out(self, by: Seated, party: str) -> str:
        """A code for the clerk to tell a party who cannot be sent one, good in the browser that asked.

        Refused(not_allowed) where there is a way to the party: then it belongs to them alone.
        """
        await self.check_reader(by, party)
        before = await self._store.code(party)
        if before is None:
            raise Refused(Code.NOT_PRESENT, "has not asked for a code")
        if before.channel not in ("", BY_CLERK):
            raise Refused(Code.NOT_ALLOWED, "was sent to the contact on file")
        code, new = self._new(party, before.session, before)
        await self._put(replace(new, channel=BY_CLERK), before)
        return code

    async def check_reader(self, by: Seated, party: str) -> None:
        """Refused(not_found) for whoever may not be told a party's code, Refused(unknown_party)."""
        state = await self._hearings.state(by.hearing)
        if not may(state.seats[by.party].party.role, Right.IDENTIFY):
            raise Refused(Code.NOT_FOUND)
        if party not in state.seats:
            raise Refused(Code.UNKNOWN_PARTY)

    async def confirm(self, seated: Seated, session: bytes, code: str) -> None:
        """The session may act from now on; Refused(code_wrong, locked)."""
        await self._check_demanded(seated)
        key = self._key(seated.party)
        now = self._now()
        # Counted first, so that many at once are no way around it.
        count = await self._attempts.count(key, now, WRONG, LOCK_MS)
        if count > WRONG:
            raise Refused(Code.LOCKED)
        digest = self._digest(seated.party, session, code)
        channel = await self._store.use_code(seated.party, session, digest, now)
        if channel is None:
            if count == WRONG:
                locked = cmd.LockCode(party=seated.party, until=now + LOCK_MS)
                await self._hearings.execute(seated.hearing, locked, SERVER)
                raise Refused(Code.LOCKED)
            raise Refused(Code.CODE_WRONG)
        await self._attempts.forget(key)
        confirmed = cmd.ConfirmCode(party=seated.party, channel=channel or BY_CLERK)
        await self._hearings.execute(seated.hearing, confirmed, SERVER)
        await self.prove(session)

    async def prove(self, session: bytes) -> None:
        """This session needs no code: it has entered one, or the clerk has called its machine."""
        await self._store.prove(session, self._now() + SESSION_MS)

    async def _check_demanded(self, seated: Seated) -> None:
        state = await self._hearings.state(seated.hearing)
        if not demanded(state, seated.party) and not wanted_to_sign(state, seated.party):
            raise Refused(Code.NO_CHANGE, "no code is demanded")

    async def _ready(self, party: str) -> SeatCode | None:
        """The seat's last code; Refused when it is too early or too often for another."""
        before = await self._store.code(party)
        now = self._now()
        if before is not None and now < before.sent_at + AGAIN_MS:
            raise Refused(Code.TOO_MANY, "a code has just been sent")
        if before is not None and now < before.since + WINDOW_MS and before.sends >= SENDS:
            raise Refused(Code.TOO_MANY, "codes of this hour")
        return before

    def _new(self, party: str, session: bytes, before: SeatCode | None) -> tuple[str, SeatCode]:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        now = self._now()
        goes_on = before is not None and now < before.since + WINDOW_MS
        return code, SeatCode(
            party=party,
            session=session,
            code=self._digest(party, session, code),
            channel="",
            expires_at=now + GOOD_MS,
            sent_at=now,
            sends=before.sends + 1 if before and goes_on else 1,
            since=before.since if before and goes_on else now,
        )

    async def _put(self, new: SeatCode, before: SeatCode | None) -> None:
        if not await self._store.put_code(new, before):
            raise Refused(Code.TOO_MANY, "a code has just been sent")

    def _digest(self, party: str, session: bytes, code: str) -> bytes:
        message = b"code:" + party.encode() + b":" + session + code.encode("utf-8", "replace")
        return hmac.digest(self._secret, message, "sha256")

    def _key(self, party: str) -> bytes:
        return hmac.digest(self._secret, b"wrong:" + party.encode(), "sha256")


def wanted_to_sign(state: HearingState, party: str) -> bool:
    """Whether a party who is asked to sign may have to enter a code: in each session that signs."""
    freeze = state.freeze
    if freeze is None or not freeze.sealed or party not in freeze.outstanding:
        return False
    return asks_code(state, state.seats[party], freeze)


def demanded(state: HearingState, party: str) -> bool:
    """Whether this seat's sessions must enter a code: not those of accounts, nor the public's."""
    seat = state.seats[party]
    exempt = vouched(state, seat) or seat.party.role is Role.OBSERVER
    return state.demands.code and not exempt
