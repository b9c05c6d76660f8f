"""The composition root's part for papers: their logs, the press, rounds of signatures, service, links."""

import asyncio
from zoneinfo import ZoneInfo

from aiohttp import web

from hearing_server.adapters import paper_leftovers
from hearing_server.adapters.code_store import SqlCodes
from hearing_server.adapters.folder import Documents
from hearing_server.adapters.paper_bundle import PaperBundleFiles
from hearing_server.adapters.paper_press import PaperPress
from hearing_server.adapters.paper_store import SqlPapers
from hearing_server.adapters.root_signer import CourtRootSigner
from hearing_server.adapters.signing_steps import Workshop
from hearing_server.adapters.store import SqlStore
from hearing_server.case_parts import CaseParts
from hearing_server.entering_parts import OutboxCourier
from hearing_server.proof_parts import ProofParts
from hearing_server.services.audit import Audit
from hearing_server.services.hearings import Clock
from hearing_server.services.letters import Court
from hearing_server.services.paper_access import PaperAccess
from hearing_server.services.paper_bundle import PaperBundles
from hearing_server.services.paper_passkeys import PaperSignings
from hearing_server.services.paper_post import PaperPost
from hearing_server.services.paper_roots import PaperRoots
from hearing_server.services.paper_rounds import Rounds
from hearing_server.services.paper_service import PaperService
from hearing_server.services.paper_signing import Begun, PaperSigning
from hearing_server.services.papers import Consents, Papers
from hearing_server.services.signing_line import SigningLine
from hearing_server.staff_parts import StaffParts
from hearing_server.web.paper_signers import PaperSignerRoutes
from hearing_server.web.papers import PaperRoutes
from hearing_server.web.persons import PersonRoutes
from hearing_server.web.staff_session import StaffGate


class PaperParts:
    def __init__(
        self,
        store: SqlStore,
        cases: CaseParts,
        staff: StaffParts,
        workshop: Workshop,
        proof: ProofParts,
        now: Clock,
    ) -> None:
        self._settings = settings = cases.settings
        folder, authority = proof.folder, proof.authority
        self._cases, self._folder = cases, folder.papers
        self._tasks: list[asyncio.Task[None]] = []
        secret = folder.secret("papers")
        files, logs = Documents(folder.papers), SqlPapers(store.database)
        self._logs = logs
        press, line = PaperPress(workshop, folder.papers), SigningLine[Begun]()
        channels = cases.outbox.channels
        self.papers = Papers(logs, now)
        self.access = PaperAccess(
            store,
            SqlCodes(store.database),
            staff.credentials,
            OutboxCourier(cases.outbox),
            cases.store,
            self.papers,
            secret,
            now,
        )
        court = Court(name=settings.court, url=settings.url, zone=ZoneInfo(settings.time_zone))
        self.post = PaperPost(
            self.papers, cases.outbox_store, self.access.link, court, cases.outbox.wake, now
        )
        cases.letters.papers = self.post
        self.papers.subscribe(self.post.on_entries)
        self.rounds = Rounds(
            self.papers, cases.store, press, files, line, channels, settings.court, now
        )
        self.signing = PaperSigning(self.papers, press, files, line, now)
        self.roots = PaperRoots(self.papers, store, CourtRootSigner(authority), now)
        self.papers.subscribe(self.roots.on_entries)
        containers = PaperBundleFiles(folder.papers, authority)
        self.bundles = PaperBundles(self.papers, self.roots, press, files, containers, now)
        self._passkeys = staff.passkeys_over(PaperSignings(self.papers, now), files)
        consents = Consents(logs, now)
        self.service = PaperService(self.papers, consents, press, files, channels, secret, now)

    async def recover(self) -> None:
        """After a crash, before anybody is let in."""
        found = await asyncio.to_thread(paper_leftovers.uploads, self._folder)
        made = await self._logs.made(found)
        await asyncio.to_thread(paper_leftovers.clear, self._folder, set(found) - made)

    def start(self) -> None:
        runs = {
            "papers": self.rounds.run,
            "letters of papers": self.post.run,
            "roots of papers": self.roots.run,
        }
        for name, run in runs.items():
            self._tasks.append(asyncio.create_task(run(), name=name))

    async def close(self) -> None:
        """What is being signed is finished; the rest goes on at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.signing.close()
        await self.papers.close()

    def routes(self, gate: StaffGate, audit: Audit) -> list[web.RouteDef]:
        s = self._settings
        staff = PaperRoutes(
            gate,
            audit,
            self._cases.cases,
            self.papers,
            self.rounds,
            self.service,
            self.access,
            self.bundles,
            folder=self._folder,
            url=s.url,
        )
        persons = PersonRoutes(
            self.access,
            self.papers,
            self.rounds,
            self.signing,
            self.service,
            self.bundles,
            audit,
            court=s.court,
            secure=s.secure_pages,
            proxies=s.trusted_proxies,
        )
        signers = PaperSignerRoutes(
            persons.addressed, self._passkeys, self.signing, self.rounds.awake.set
        )
        return [*staff.routes(), *persons.routes(), *signers.routes()]
