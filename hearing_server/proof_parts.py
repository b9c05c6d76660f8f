"""The composition root's part for the proof of the record: signed roots, and the log beside the recording."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web

from hearing_server.adapters.record_material import CourtMaterial
from hearing_server.adapters.root_signer import CourtRootSigner
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.services.access import Seated
from hearing_server.services.audit import Audit
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.record_copies import RecordCopies
from hearing_server.services.record_copy import RecordCopier
from hearing_server.services.roots import Roots
from hearing_server.web.records import RecordRoutes
from recording.record_folder import RecordFolders
from transcript.signing.authority import Authority


class ProofParts:
    """`folders` are the recordings directories."""

    def __init__(
        self,
        hearings: Hearings,
        store: SqlStore,
        authority: Authority,
        folders: Sequence[Path],
        settled: Callable[[str], Awaitable[None]],
        now: Clock,
    ) -> None:
        stamps = authority.remote.roots if authority.remote else ()
        files = RecordFolders(folders, authority.root.certificate, stamps)
        self.roots = Roots(hearings, store, CourtRootSigner(authority), settled, now)
        self.copies = RecordCopies(hearings, store, files, now)
        self._hearings = hearings
        self._copier = RecordCopier(hearings, store, CourtMaterial(files, authority), settled)
        hearings.on_load(self.roots.on_load)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        self.roots.on_entries(state, entries)
        self.copies.on_entries(state, entries)

    def routes(
        self,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        proxies: tuple[str, ...],
    ) -> list[web.RouteDef]:
        routes = RecordRoutes(self._hearings, self._copier, audit, seated, proxies=proxies)
        return routes.routes()
