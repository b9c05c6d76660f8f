"""A paper as one file that proves itself: what was signed and served, its log with roots, and what is in its proofs.

For the court: others' steps stand in the log.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers.events import PaperAsserted, PaperRootSigned, PaperSigned
from hearing_server.domain.papers.log import Entry, canonical
from hearing_server.domain.papers.paper import Paper, Phase, fold
from hearing_server.services.hearings import Clock
from hearing_server.services.paper_ports import NOTICE, PRINTED, UPLOADED, Press
from hearing_server.services.paper_roots import PaperRoots
from hearing_server.services.papers import Papers
from hearing_server.services.transcripts import DocumentFiles

File = tuple[str, bytes]  # its name in the bundle
OVER = (Phase.COMPLETE, Phase.WITHDRAWN)


class PaperContainers(Protocol):
    """Blocking; raises OSError."""

    def write(self, paper: str, roots: Sequence[PaperRootSigned], files: Iterable[File]) -> Path:
        """Sealed by the court, with certificates, revoked ones and these roots beside the files. The caller
        removes it.
        """


class PaperBundles:
    def __init__(
        self,
        papers: Papers,
        roots: PaperRoots,
        press: Press,
        files: DocumentFiles,
        containers: PaperContainers,
        now: Clock,
    ) -> None:
        self._papers = papers
        self._roots = roots
        self._press = press
        self._files = files
        self._containers = containers
        self._now = now
        self._turn = asyncio.Semaphore(1)

    async def make(self, paper: Paper) -> Path:
        """Refused(wrong_phase) while it is not over, Refused(not_saved) without room for it."""
        if paper.phase not in OVER:
            raise Refused(Code.WRONG_PHASE, paper.phase)
        async with self._turn:
            await self._roots.bring_up(paper)
            entries = await self._papers.entries(paper.id)
            state = fold(entries)
            printed = await self._printed(state, entries)
            roots = [e.event for e in entries if isinstance(e.event, PaperRootSigned)]
            files = (*self._kept(state, entries), *printed)
            try:
                return await asyncio.to_thread(self._containers.write, paper.id, roots, files)
            except OSError as error:
                raise Refused(Code.NOT_SAVED, error.strerror or "") from error

    async def _printed(self, state: Paper, entries: Sequence[Entry]) -> list[File]:
        """What is made of the log for this bundle."""
        now = self._now()
        files = [("report.pdf", await self._press.evidence(state, entries, now))]
        for person in state.services:
            proof = await self._press.proof(state, person, entries, now)
            files.append((f"documents.d/proof-{person}.pdf", proof))
        return files

    def _kept(self, state: Paper, entries: Sequence[Entry]) -> Iterator[File]:
        """What the log names by its hash, and the log."""
        assert state.made is not None
        yield "log.jsonl", b"".join(canonical(entry) + b"\n" for entry in entries)
        if state.made.sha256:
            file = self._files.read(state.id, UPLOADED, state.made.sha256)
            yield "documents.d/original.pdf", file
        if state.sha256:
            yield "documents.d/paper.pdf", self._files.read(state.id, PRINTED, state.sha256)
        for person, service in state.services.items():
            notice = self._files.read(state.id, NOTICE, service.notice_sha256)
            yield f"documents.d/notice-{person}.pdf", notice
        for entry in entries:
            if isinstance(entry.event, PaperSigned) and entry.event.strokes_sha256:
                strokes = self._files.read_beside(state.id, "strokes", entry.event.strokes_sha256)
                yield f"strokes.d/{entry.event.person}.json", strokes
            elif isinstance(entry.event, PaperAsserted):
                kept = self._files.read_beside(state.id, "assertions", entry.event.sha256)
                yield f"assertions.d/{entry.event.person}.json", kept
