"""The composition root's part for the proof of the record: signed roots, the log beside the recording, bundles."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives import hashes

from hearing_server.adapters.bundle_files import BundleFiles
from hearing_server.adapters.folder import DataFolder, Documents
from hearing_server.adapters.public_check import PublicCheck
from hearing_server.adapters.record_material import CourtMaterial
from hearing_server.adapters.root_signer import CourtRootSigner
from hearing_server.adapters.store import SqlStore
from hearing_server.config import Settings
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.services.audit import Audit
from hearing_server.services.bundles import Bundles
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.readings import AuditReadings
from hearing_server.services.record_copies import RecordCopies
from hearing_server.services.record_copy import RecordCopier
from hearing_server.services.roots import Roots
from hearing_server.web.verify import VerifyRoutes
from recording.record_folder import RecordFolders
from transcript.signing.authority import Authority


class ProofParts:
    """`folders` are the recordings directories."""

    def __init__(
        self,
        hearings: Hearings,
        store: SqlStore,
        audit: Audit,
        authority: Authority,
        folder: DataFolder,
        folders: Sequence[Path],
        settled: Callable[[str], Awaitable[None]],
        now: Clock,
    ) -> None:
        stamps = authority.remote.roots if authority.remote else ()
        files = RecordFolders(folders, authority.root.certificate, stamps)
        self.roots = Roots(hearings, store, CourtRootSigner(authority), settled, now)
        self.copies = RecordCopies(hearings, store, files, now)
        documents = {
            "transcript": Documents(folder.documents),
            "note": Documents(folder.notes),
        }
        material = CourtMaterial(files, authority, documents)
        copier = RecordCopier(hearings, store, material, AuditReadings(audit), settled)
        self.authority, self.folder = authority, folder
        self._stamps = stamps
        self.bundles = Bundles(hearings, copier, BundleFiles(folder.exports, authority))
        hearings.on_load(self.roots.on_load)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        self.roots.on_entries(state, entries)
        self.copies.on_entries(state, entries)

    def routes(self, settings: Settings) -> list[web.RouteDef]:
        """The page for whoever has a bundle."""
        root = self.authority.root.certificate
        checker = PublicCheck(
            self.folder.exports,
            (root, *self._stamps),
            settings.time_zone,
            settings.verify_megabytes << 20,
        )
        fingerprint = root.fingerprint(hashes.SHA256()).hex(":").upper()
        court = self.authority.court_name
        return VerifyRoutes(checker, court, fingerprint, settings.trusted_proxies).routes()
