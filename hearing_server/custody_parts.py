"""The composition root's part for the custody of recordings: access, notes, deletion."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web

from hearing_server.adapters.erasing import DeletionMarks, ExportEraser, SegmentEraser
from hearing_server.adapters.folder import DataFolder
from hearing_server.config import Settings
from hearing_server.services.access import Seated
from hearing_server.services.audit import Audit
from hearing_server.services.custody import Custodian
from hearing_server.services.deletions import Deletions, Erase
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.web.custody import CustodyRoutes


class CustodyParts:
    """`recordings` are the directories that segments are written to; `forget_exports` ends the exports
    of a hearing before their files go.
    """

    def __init__(
        self,
        hearings: Hearings,
        audit: Audit,
        folder: DataFolder,
        recordings: Sequence[Path],
        forget_exports: Erase,
        settings: Settings,
        now: Clock,
    ) -> None:
        self._audit = audit
        self._proxies = settings.trusted_proxies
        self.custodian = Custodian(hearings, audit, settings.retention, now)
        self.deletions = Deletions(
            hearings,
            self.custodian,
            audit,
            DeletionMarks(folder.deletions),
            (forget_exports, ExportEraser(folder.exports), SegmentEraser(recordings)),
        )
        hearings.subscribe(self.deletions.on_entries)

    def routes(self, seated: Callable[[web.Request], Awaitable[Seated]]) -> list[web.RouteDef]:
        routes = CustodyRoutes(
            self.custodian, self.deletions, self._audit, seated, proxies=self._proxies
        )
        return routes.routes()

    async def close(self) -> None:
        await self.deletions.close()
