"""An exhibit as it is looked at: one page of a document, a picture as browsers show it.

Whoever may keep an exhibit reads its file. Whoever is only shown it gets the page that is shown.
"""

import asyncio
from pathlib import Path
from typing import NamedTuple, Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_names import SHOWN_AS
from hearing_server.domain.exhibit_readers import reads_page
from hearing_server.domain.hearing import Exhibit
from hearing_server.services.access import Seated
from hearing_server.services.exhibits import ExhibitFiles
from hearing_server.services.hearings import Hearings


class Sheet(NamedTuple):
    """A page as bytes; `media_type` is theirs."""

    exhibit: Exhibit
    media_type: str
    data: bytes


class Maker(Protocol):
    async def make(self, path: Path, sha256: str, media_type: str, page: int) -> bytes:
        """What is looked at of the file whose hash this is; Refused(bad_file, busy)."""


class Renditions:
    def __init__(self, hearings: Hearings, files: ExhibitFiles, maker: Maker) -> None:
        self._hearings = hearings
        self._files = files
        self._maker = maker

    async def exhibit(self, seated: Seated, number: int, page: int) -> Exhibit:
        """The exhibit of which this party may see this page now; for everybody else there is none."""
        state = await self._hearings.state(seated.hearing)
        known = 1 <= number <= len(state.exhibits)
        exhibit = state.exhibits[number - 1] if known else None
        if exhibit is None or exhibit.withdrawn or exhibit.media_type not in SHOWN_AS:
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
