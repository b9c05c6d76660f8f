"""Pictures of identity documents: offered by the party or taken by the clerk, kept once confirmed.

Encrypted at rest; shown to bench and clerk alone, and each showing is noted. What is kept is a picture
of our own making: decoded, made smaller and written anew, without anything that was hidden in the file.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Right, may
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Clock, Hearings

DAY = 24 * 60 * 60 * 1000  # ms
OFFERED, KEPT = "offered", "kept"


class PictureFiles(Protocol):
    """All of it blocks. `kind` is `offered` or `kept`."""

    def clean(self, data: bytes) -> bytes:
        """The same picture as a plain JPEG; Refused(bad_picture)."""

    def write(self, seated: Seated, kind: str, picture: bytes) -> None:
        """Encrypted and durable; Refused(not_saved)."""

    def read(self, seated: Seated, kind: str) -> bytes | None: ...

    def remove(self, seated: Seated, kind: str) -> None: ...

    def hearings(self, before: int) -> Sequence[str]:
        """Those that have pictures, none of them written since `before` (Unix ms)."""

    def remove_all(self, hearing: str) -> int:
        """How many there were."""


class Pictures:
    """`days` after the end of a hearing its pictures are removed."""

    def __init__(
        self, files: PictureFiles, hearings: Hearings, audit: Audit, *, days: int, now: Clock
    ) -> None:
        self._kept_for = days * DAY
        self._now = now
        self._files = files
        self._hearings = hearings
        self._audit = audit
        self._decoding = asyncio.Semaphore(2)  # one picture takes some 50 MB while it is decoded

    async def offer(self, by: Seated, party: str, data: bytes) -> None:
        """A picture that waits for the clerk: of the own document, or taken by the clerk on camera."""
        if by.party != party:
            await self._check(by, party, Right.IDENTIFY)
        async with self._decoding:
            picture = await asyncio.to_thread(self._files.clean, data)
        seated = Seated(hearing=by.hearing, party=party)
        await asyncio.to_thread(self._files.write, seated, OFFERED, picture)

    async def keep(self, by: Seated, party: str) -> str:
        """After the identity was confirmed: the offered picture goes on file; its SHA-256."""
        await self._check(by, party, Right.IDENTIFY)
        seated = Seated(hearing=by.hearing, party=party)
        picture = await asyncio.to_thread(self._files.read, seated, OFFERED)
        if picture is None:
            raise Refused(Code.NOT_FOUND)
        sha256 = hashlib.sha256(picture).hexdigest()
        # The file before the event: the log never names a picture that is not there.
        before = await asyncio.to_thread(self._files.read, seated, KEPT)
        await asyncio.to_thread(self._files.write, seated, KEPT, picture)
        try:
            keep = cmd.KeepDocumentPicture(party=party, sha256=sha256)
            await self._hearings.execute(by.hearing, keep, SERVER)
        except Refused:
            await self._put_back(seated, before)
            raise
        await asyncio.to_thread(self._files.remove, seated, OFFERED)
        return sha256

    async def _put_back(self, seated: Seated, before: bytes | None) -> None:
        if before is None:
            await asyncio.to_thread(self._files.remove, seated, KEPT)
        else:
            await asyncio.to_thread(self._files.write, seated, KEPT, before)

    async def show(self, by: Seated, party: str, address: str) -> bytes:
        """The newest picture, for bench and clerk; noted before it is shown. Refused(not_found)."""
        await self._check(by, party, Right.OVERSEE)
        seated = Seated(hearing=by.hearing, party=party)
        offered = await asyncio.to_thread(self._files.read, seated, OFFERED)
        picture = offered or await asyncio.to_thread(self._files.read, seated, KEPT)
        if picture is None:
            raise Refused(Code.NOT_FOUND)
        await self._audit.note(
            Action.PICTURE_SEEN,
            actor=by.party,
            subject=party,
            detail=f"hearing {by.hearing}",
            address=address,
        )
        return picture

    async def sweep(self) -> None:
        """Remove what has been kept long enough: noted first, of each hearing once."""
        before = self._now() - self._kept_for
        for hearing in await asyncio.to_thread(self._files.hearings, before):
            if await self._ended(hearing) > before:
                continue
            await self._audit.note(
                Action.PICTURES_REMOVED, actor=SERVER, subject=hearing, detail="their time is over"
            )
            await asyncio.to_thread(self._files.remove_all, hearing)

    async def _ended(self, hearing: str) -> int:
        """When it closed. One that nobody came to was over on its day; one that goes on is not over."""
        try:
            state = await self._hearings.state(hearing)
        except Refused as refusal:
            if refusal.code is not Code.UNKNOWN_HEARING:
                raise
            return 0
        if state.closed_at is not None:
            return state.closed_at
        return state.planned_at if state.opened_at is None else self._now()

    async def _check(self, by: Seated, party: str, right: Right) -> None:
        """For whoever has not the right there is nothing here."""
        state = await self._hearings.state(by.hearing)
        known = may(state.seats[by.party].party.role, right) and oversees(state, by.party)
        if party not in state.seats or not known:
            raise Refused(Code.NOT_FOUND)
