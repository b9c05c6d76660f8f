"""Kiosks: a detention centre's machines, paired once by a code, called to a seat by the clerk.

A machine proves itself by a long secret in its cookie, which ends when it is revoked. What it is called
for stands in the store, so that a restart of either side changes nothing; between two questions it waits.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase, Presence
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import STAFF, Right, Role, may
from hearing_server.services.access import Access, Seated, digest_of
from hearing_server.services.hearings import Clock, Hearings

CODE_MS = 10 * 60 * 1000
SEEN_MS = 45 * 1000  # a machine that asked within this is there
WAIT = 20.0  # seconds that a question is held open
LONGEST_CALL_MS = 24 * 3600 * 1000
MAX_KIOSKS = 500
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken for another
CODE_LENGTH = 8


@dataclass(frozen=True, kw_only=True)
class Kiosk:
    """One machine. `code` and `secret` are digests; `hearing` and `party` the seat it is called for."""

    id: str
    name: str
    site: str
    code: bytes | None
    code_until: int | None
    secret: bytes | None
    created_at: int
    paired_at: int | None = None
    revoked_at: int | None = None
    hearing: str | None = None
    party: str | None = None
    called_at: int | None = None
    session: bytes | None = None  # digest of the seat's cookie that it was given

    @property
    def usable(self) -> bool:
        return self.secret is not None and self.revoked_at is None


class KioskStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def kiosks(self) -> list[Kiosk]: ...

    async def kiosk(self, identity: str) -> Kiosk | None: ...

    async def add_kiosk(self, new: Kiosk) -> None: ...

    async def change_kiosk(self, changed: Kiosk, before: Kiosk) -> bool:
        """Write it where `before` still stands."""

    async def pair(self, code: bytes, secret: bytes, now: int) -> Kiosk | None:
        """The machine of an unused, unexpired code, which is then used: of two callers one gets it."""

    async def by_secret(self, secret: bytes) -> Kiosk | None:
        """The machine, unless it was revoked."""

    async def called_for(self, party: str) -> Kiosk | None: ...


Cut = Callable[[str], None]  # ends the connection that sits in a party's seat


class SeatProof(Protocol):
    """What makes a session's one-time code unneeded."""

    async def prove(self, session: bytes) -> None: ...


class Kiosks:
    def __init__(
        self,
        store: KioskStore,
        hearings: Hearings,
        access: Access,
        proof: SeatProof,
        now: Clock,
        cut: Cut,
    ) -> None:
        self._cut = cut
        self._store = store
        self._hearings = hearings
        self._access = access
        self._proof = proof
        self._now = now
        self._seen: dict[str, int] = {}  # kiosk -> when it last asked
        self._bells: dict[str, asyncio.Event] = {}

    # -- the court's staff

    async def all(self) -> list[Kiosk]:
        return await self._store.kiosks()

    def here(self, kiosk: Kiosk) -> bool:
        """Whether the machine is waiting at this node just now."""
        return kiosk.usable and self._now() - self._seen.get(kiosk.id, 0) < SEEN_MS

    async def add(self, name: str, site: str) -> tuple[Kiosk, str]:
        """A new machine, and the code that pairs it."""
        if len(await self._store.kiosks()) >= MAX_KIOSKS:
            raise Refused(Code.TOO_MANY, f"{MAX_KIOSKS} kiosks")
        code = _code()
        now = self._now()
        new = Kiosk(
            id=secrets.token_hex(6),
            name=name,
            site=site,
            code=_digest(code),
            code_until=now + CODE_MS,
            secret=None,
            created_at=now,
        )
        await self._store.add_kiosk(new)
        return new, code

    async def renew(self, identity: str) -> str:
        """A new pairing code; the machine that was paired goes on until the new one is."""
        kiosk = await self._known(identity)
        if kiosk.revoked_at is not None:
            raise Refused(Code.NO_CHANGE, "revoked")
        code = _code()
        changed = replace(kiosk, code=_digest(code), code_until=self._now() + CODE_MS)
        await self._change(changed, kiosk)
        return code

    async def revoke(self, identity: str) -> None:
        """Its secret is worthless from now on, and the seat that it sits in is called elsewhere."""
        kiosk = await self._known(identity)
        if kiosk.revoked_at is not None:
            raise Refused(Code.NO_CHANGE)
        await self._free(kiosk, replace(kiosk, revoked_at=self._now(), secret=None, code=None))

    # -- the clerk of a hearing

    async def call(self, by: Seated, party: str, identity: str) -> None:
        """The machine is to take `party`'s seat; Refused(in_use) while it sits in another."""
        state = await self._court(by)
        seat = state.seats.get(party)
        if seat is None:
            raise Refused(Code.UNKNOWN_PARTY)
        if seat.party.role in STAFF or seat.party.role is Role.OBSERVER:
            raise Refused(Code.NOT_ALLOWED, "not at a kiosk")
        kiosk = await self._known(identity)
        if not kiosk.usable:
            raise Refused(Code.NOT_FOUND)
        if await self._seat_of(kiosk) not in (None, Seated(hearing=by.hearing, party=party)):
            raise Refused(Code.IN_USE, kiosk.name)
        other = await self._store.called_for(party)
        if other is not None and other.id != kiosk.id:
            await self._free(other)
        called = replace(kiosk, hearing=by.hearing, party=party, called_at=self._now())
        await self._change(called, kiosk)
        if seat.kiosk != kiosk.id:
            command = cmd.CallKiosk(party=party, kiosk=kiosk.id)
            await self._hearings.execute(by.hearing, command, SERVER)
        self._ring(kiosk.id)

    async def release(self, by: Seated, party: str) -> None:
        """The clerk lets the machine go; it waits again."""
        await self._court(by)
        kiosk = await self._store.called_for(party)
        if kiosk is None or kiosk.hearing != by.hearing:
            raise Refused(Code.NOT_FOUND)
        await self._free(kiosk)

    # -- the machine

    async def pair(self, code: str) -> tuple[Kiosk, str]:
        """The machine of this code and the value of its cookie; Refused(bad_token).

        Whatever machine was paired before is not this kiosk any more.
        """
        secret = secrets.token_urlsafe(32)
        plain = code.upper().replace("-", "").replace(" ", "")
        kiosk = await self._store.pair(_digest(plain), digest_of(secret), self._now())
        if kiosk is None:
            raise Refused(Code.BAD_TOKEN)
        if kiosk.party is not None:
            await self._free(kiosk)
        return kiosk, secret

    async def of(self, secret: str) -> Kiosk:
        """The machine that asks; Refused(no_session), also once it was revoked."""
        kiosk = await self._store.by_secret(digest_of(secret)) if secret else None
        if kiosk is None:
            raise Refused(Code.NO_SESSION)
        self._seen[kiosk.id] = self._now()
        return kiosk

    async def wait(self, secret: str, known: str) -> tuple[Kiosk, Seated | None]:
        """What the machine is called for, at once if it is not `known` (a party), else as it changes.

        Answers after 20 s in any case.
        """
        kiosk = await self.of(secret)
        bell = self._bells.setdefault(kiosk.id, asyncio.Event())
        seated = await self._seat_of(kiosk)
        if (seated.party if seated else "") == known:
            try:
                async with asyncio.timeout(WAIT):
                    await bell.wait()
            except TimeoutError:
                pass
            kiosk = await self.of(secret)
            seated = await self._seat_of(kiosk)
        return kiosk, seated

    async def take_seat(self, secret: str) -> tuple[Seated, str]:
        """The seat that the machine is called for, and the value of the seat's cookie."""
        kiosk = await self.of(secret)
        seated = await self._seat_of(kiosk)
        if seated is None:
            raise Refused(Code.NOT_FOUND)
        token = await self._access.admit(seated)
        await self._change(replace(kiosk, session=digest_of(token)), kiosk)
        if kiosk.session is not None:
            await self._access.end(kiosk.session)
        await self._proof.prove(digest_of(token))  # the clerk's call stands for the code
        return seated, token

    async def done(self, secret: str) -> None:
        """The officer has ended it: the machine waits again."""
        kiosk = await self.of(secret)
        if kiosk.party is not None:
            await self._free(kiosk)

    async def _free(self, kiosk: Kiosk, changed: Kiosk | None = None) -> None:
        """It waits again: the seat's cookie that it was given, and the connection by it, end here."""
        free = replace(changed or kiosk, hearing=None, party=None, session=None)
        await self._change(free, kiosk)
        if kiosk.session is not None:
            await self._access.end(kiosk.session)
            if kiosk.party is not None:
                self._cut(kiosk.party)
        self._ring(kiosk.id)

    async def _seat_of(self, kiosk: Kiosk) -> Seated | None:
        """What it is called for, as long as that means anything."""
        if kiosk.hearing is None or kiosk.party is None or kiosk.called_at is None:
            return None
        if self._now() - kiosk.called_at > LONGEST_CALL_MS:
            return None
        state = await self._hearings.state(kiosk.hearing)
        seat = state.seats.get(kiosk.party)
        if seat is None or seat.presence is Presence.REMOVED or state.cancelled:
            return None
        return Seated(hearing=kiosk.hearing, party=kiosk.party)

    async def _court(self, by: Seated) -> HearingState:
        """The state, for whoever admits to the courtroom; for others there is nothing here."""
        state = await self._hearings.state(by.hearing)
        if not may(state.seats[by.party].party.role, Right.ADMIT):
            raise Refused(Code.NOT_FOUND)
        if state.phase is Phase.CLOSED and state.freeze is None:
            raise Refused(Code.WRONG_PHASE, state.phase)
        return state

    async def listed_for(self, by: Seated) -> list[Kiosk]:
        """The machines that may be called, for the clerk of a hearing."""
        await self._court(by)
        return [kiosk for kiosk in await self._store.kiosks() if kiosk.usable]

    async def _known(self, identity: str) -> Kiosk:
        kiosk = await self._store.kiosk(identity)
        if kiosk is None:
            raise Refused(Code.NOT_FOUND)
        return kiosk

    async def _change(self, changed: Kiosk, before: Kiosk) -> None:
        if not await self._store.change_kiosk(changed, before):
            raise Refused(Code.BUSY, "kiosk")

    def _ring(self, identity: str) -> None:
        """Whoever waits for this machine looks again."""
        bell = self._bells.pop(identity, None)
        if bell is not None:
            bell.set()


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _digest(code: str) -> bytes:
    return hashlib.sha256(b"kiosk:" + code.encode("utf-8", "replace")).digest()
