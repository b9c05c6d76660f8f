"""Observers: one link a hearing, made by the clerk; whoever comes by it gives name and address.

Whether they may come at all is the judge's direction, which `decide` reads (UK SI 2022/705).
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Right, Role, may
from hearing_server.services.access import Access, Seated, digest_of
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Clock, Hearings


class ObserverLinkStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def link(self, hearing: str) -> bytes | None:
        """The digest of the hearing's link, if it has one."""

    async def set_link(self, hearing: str, digest: bytes | None, now: int) -> None:
        """A new link replaces the old one; None revokes it."""


MOST_SESSIONS = 20  # seats of one browser that are looked at


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Who wants to observe: what they gave, and what their browser and its network tell."""

    hearing: str
    link: str
    name: str
    address: str
    network: str
    sessions: Sequence[bytes]


class Observers:
    def __init__(
        self,
        store: ObserverLinkStore,
        hearings: Hearings,
        access: Access,
        audit: Audit,
        secret: bytes,
        now: Clock,
    ) -> None:
        """`secret` keys the digests of network addresses."""
        self._store = store
        self._hearings = hearings
        self._access = access
        self._audit = audit
        self._secret = secret
        self._now = now

    async def make_link(self, by: Seated, address: str) -> str:
        """What stands after # of /observe/<hearing>; an older link is void from now on."""
        await self._check_court(by)
        await self._note(by, "made", address)
        link = secrets.token_urlsafe(16)
        await self._store.set_link(by.hearing, digest_of(link), self._now())
        return link

    async def revoke_link(self, by: Seated, address: str) -> None:
        await self._check_court(by)
        await self._note(by, "revoked", address)
        await self._store.set_link(by.hearing, None, self._now())

    async def about(self, hearing: str, link: str) -> HearingState:
        """What a visitor may be told before they register; Refused(bad_token)."""
        expected = await self._store.link(hearing)
        if expected is None or not hmac.compare_digest(expected, digest_of(link)):
            raise Refused(Code.BAD_TOKEN)
        return await self._hearings.state(hearing)

    async def register(self, visit: Visit) -> tuple[str, str]:
        """A seat for the visitor, and the value of its cookie; Refused(observers_not_allowed, removed)."""
        hearing = visit.hearing
        await self.about(hearing, visit.link)
        party = Party(id=secrets.token_hex(6), role=Role.OBSERVER, name=visit.name)
        held = [await self._access.seat_of(session) for session in visit.sessions[:MOST_SESSIONS]]
        register = cmd.RegisterObserver(
            party=party,
            address=visit.address,
            origin=self._origin(hearing, visit.network),
            holds=tuple(seated.party for seated in held if seated and seated.hearing == hearing),
        )
        await self._hearings.execute(hearing, register, SERVER)
        return party.id, await self._access.admit(Seated(hearing=hearing, party=party.id))

    def _origin(self, hearing: str, network: str) -> str:
        """Of a hearing alone: nobody is followed from one to the next by it."""
        message = f"origin:{hearing}:{network}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, message, "sha256").hex()[:16]

    async def _check_court(self, by: Seated) -> None:
        """Whoever admits to the courtroom; for everybody else there is nothing here."""
        state = await self._hearings.state(by.hearing)
        if not may(state.seats[by.party].party.role, Right.ADMIT):
            raise Refused(Code.NOT_FOUND)

    async def _note(self, by: Seated, detail: str, address: str) -> None:
        await self._audit.note(
            Action.OBSERVERS_LINK,
            actor=by.party,
            subject=by.hearing,
            detail=detail,
            address=address,
        )
