"""The composition root's part for exports."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from hearing_server.adapters.export_maker import SegmentMaker
from hearing_server.adapters.export_store import SqlExports
from hearing_server.adapters.folder import DataFolder
from hearing_server.adapters.store import SqlStore
from hearing_server.config import Settings
from hearing_server.services.access import Access
from hearing_server.services.audit import Audit
from hearing_server.services.bundles import Bundles
from hearing_server.services.exports import Exports
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.web.exports import ExportRoutes
from hearing_server.web.seat_session import SeatGate
from recording.encryption import Keyring


class RecordedFiles(NamedTuple):
    """The directories of segments, what opens those that are encrypted, and a wait for the last of them."""

    folders: Sequence[Path]
    keys: Keyring
    settled: Callable[[str], Awaitable[None]]


class ExportParts:
    def __init__(
        self,
        store: SqlStore,
        hearings: Hearings,
        folder: DataFolder,
        recorded: RecordedFiles,
        bundles: Bundles,
        settings: Settings,
        now: Clock,
    ) -> None:
        maker = SegmentMaker(
            recorded.folders,
            folder.exports,
            recorded.keys,
            zone=settings.time_zone,
            workers=settings.export_processes,
        )
        self.exports = Exports(
            hearings,
            SqlExports(store.database),
            maker,
            bundles,
            recorded.settled,
            now,
            node=hashlib.sha256(folder.secret("node")).hexdigest()[:32],
            at_once=settings.exports_at_once,
        )
        hearings.subscribe(self.exports.on_entries)
        self._settings = settings

    def routes(self, access: Access, audit: Audit) -> list[web.RouteDef]:
        gate = SeatGate(access, secure=self._settings.secure_pages)
        return ExportRoutes(self.exports, gate, audit, self._settings.trusted_proxies).routes()
