"""An exhibit as it is looked at: its file, one page of a document, a picture as browsers show it.

Whoever may have the original reads its file. Whoever is only shown it, or is screened from its owner, gets
pages, or the film and the sound, without what the file tells besides.
"""

import asyncio
from pathlib import Path
from typing import NamedTuple, Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_names import SHOWN_AS
from hearing_server.domain.exhibit_readers import (
    called,
    has_original,
    reads_exhibit,
    reads_file,
    reads_page,
)
from hearing_server.domain.hearing import Exhibit, HearingState
from hearing_server.services.access import Seated
from hearing_server.services.exhibits import ExhibitFiles
from hearing_server.services.hearings import Hearings


class Sheet(NamedTuple):
    """A page as bytes; `media_type` is theirs."""

    exhibit: Exhibit
    media_type: str
    data: bytes


class Given(NamedTuple):
    """An exhibit, the file that is given, and what it is called for whoever it is given to."""

    exhibit: Exhibit
    path: Path
    name: str


class Maker(Protocol):
    async def make(self, path: Path, sha256: str, media_type: str, page: int) -> bytes:
        """What is looked at of the file whose hash this is; Refused(bad_file, busy)."""


class Bare(Protocol):
    async def make(self, path: Path, sha256: str, media_type: str) -> Path:
        """The same film, sound or moving picture, and nothing else; Refused(bad_file, busy, not_saved)."""


class Renditions:
    def __init__(self, hearings: Hearings, files: ExhibitFiles, maker: Maker, bare: Bare) -> None:
        self._hearings = hearings
        self._files = files
        self._maker = maker
        self._bare = bare

    async def file(self, seated: Seated, number: int, *, copy: bool) -> Given:
        """A file that the party may read now, or with `copy` take away; for everybody else there is none.

        Who may not have the original gets it bare, and is asked about once more when that is made.
        """
        exhibit, name, original = await self._readable(seated, number, copy=copy)
        path = await asyncio.to_thread(self._files.path, seated.hearing, exhibit.sha256)
        if not original:
            path = await self._bare.make(path, exhibit.sha256, exhibit.media_type)
            exhibit, name, _ = await self._readable(seated, number, copy=copy)
        return Given(exhibit, path, name)

    async def _readable(
        self, seated: Seated, number: int, *, copy: bool
    ) -> tuple[Exhibit, str, bool]:
        """The exhibit, what it is called for them, and whether they may have the original; Refused."""
        state = await self._hearings.state(seated.hearing)
        exhibit = _exhibit(state, number)
        if not reads_exhibit(state, exhibit, seated.party):
            raise Refused(Code.NOT_FOUND)
        original = has_original(state, exhibit, seated.party)
        if not (original if copy else reads_file(state, exhibit, seated.party)):
            raise Refused(Code.NOT_ALLOWED)
        return exhibit, called(state, exhibit, seated.party), original

    async def exhibit(self, seated: Seated, number: int, page: int) -> Exhibit:
        """The exhibit of which this party may see this page now; for everybody else there is none."""
        state = await self._hearings.state(seated.hearing)
        exhibit = _exhibit(state, number)
        if exhibit.media_type not in SHOWN_AS:
            raise Refused(Code.NOT_FOUND)
        if not 1 <= page <= exhibit.pages or not reads_page(state, exhibit, seated.party, page):
            raise Refused(Code.NOT_FOUND)
        return exhibit

    async def sheet(self, seated: Seated, number: int, page: int) -> Sheet:
        """The page; asked about once more when it is made, for the presenter may have gone on."""
        exhibit = await self.exhibit(seated, number, page)
        path = await asyncio.to_thread(self._files.path, seated.hearing, exhibit.sha256)
        data = await self._maker.make(path, exhibit.sha256, exhibit.media_type, page)
        exhibit = await self.exhibit(seated, number, page)
        return Sheet(exhibit, SHOWN_AS[exhibit.media_type], data)


def _exhibit(state: HearingState, number: int) -> Exhibit:
    """One that was not withdrawn."""
    found = state.exhibits[number - 1 : number] if number else ()
    if not found or found[0].withdrawn:
        raise Refused(Code.NOT_FOUND)
    return found[0]
