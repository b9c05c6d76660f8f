"""A paper as one file that proves itself: what was signed and served, its log with roots, and what is in its proofs.

The court has all of it. Whoever signed has a copy in which what others did stands as hashes alone
(domain/papers/copies.py): no report and no proof, which tell the whole log, and nobody else's hand.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import rfc8785

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import Tree, leaf_hash
from hearing_server.domain.papers.copies import OVER, gives_copy, visible
from hearing_server.domain.papers.events import PaperAsserted, PaperRootSigned, PaperSigned
from hearing_server.domain.papers.log import Entry, canonical
from hearing_server.domain.papers.paper import Paper, fold
from hearing_server.services.hearings import Clock
from hearing_server.services.paper_ports import NOTICE, PRINTED, UPLOADED, Press
from hearing_server.services.paper_roots import PaperRoots
from hearing_server.services.papers import Papers
from hearing_server.services.transcripts import DocumentFiles

File = tuple[str, bytes]  # its name in the bundle
KIND = "masked copy of a paper's record"
REPORT = "report.pdf"


class PaperContainers(Protocol):
    """Blocking; raises OSError."""

    def write(self, paper: str, roots: Sequence[PaperRootSigned], files: Iterable[File]) -> Path:
        """Sealed by the court, with certificates, revoked ones and these roots beside the files. The caller
        removes it.
        """

    def signed_list(self, said: bytes) -> Iterable[File]:
        """What a copy is without, with the court's signature of it."""


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

    async def make(self, paper: Paper, person: str = "") -> Path:
        """For the court, or for a person who signed it. Refused(wrong_phase) while it is not over,
        Refused(not_found) for somebody else, Refused(not_saved) without room for it.
        """
        if paper.phase not in OVER:
            raise Refused(Code.WRONG_PHASE, paper.phase)
        if person and not gives_copy(paper, person):
            raise Refused(Code.NOT_FOUND)
        async with self._turn:
            await self._roots.bring_up(paper)
            entries = await self._papers.entries(paper.id)
            state = fold(entries)
            printed = [] if person else await self._printed(state, entries)
            roots = [e.event for e in entries if isinstance(e.event, PaperRootSigned)]
            files = (*self._kept(state, entries, person), *printed)
            try:
                return await asyncio.to_thread(self._containers.write, paper.id, roots, files)
            except OSError as error:
                raise Refused(Code.NOT_SAVED, error.strerror or "") from error

    async def _printed(self, state: Paper, entries: Sequence[Entry]) -> list[File]:
        """What is made of the log for this bundle."""
        now = self._now()
        files = [(REPORT, await self._press.evidence(state, entries, now))]
        for person in state.services:
            proof = await self._press.proof(state, person, entries, now)
            files.append((f"documents.d/proof-{person}.pdf", proof))
        return files

    def _kept(self, state: Paper, entries: Sequence[Entry], person: str) -> Iterator[File]:
        """What the log names by its hash, and the log."""
        masked = [e.seq for e in entries if person and not visible(state, e.event, person)]
        lines = [_hidden(e) if e.seq in masked else canonical(e) for e in entries]
        yield "log.jsonl", b"".join(line + b"\n" for line in lines)
        if state.sha256:
            yield "documents.d/paper.pdf", self._files.read(state.id, PRINTED, state.sha256)
        left_out: list[str] = []
        for file in self._named(state, entries):
            if person and file.of != person:
                left_out.append(file.name)
            else:
                yield file.name, file.read()
        if person:
            proofs = (f"documents.d/proof-{one}.pdf" for one in state.services)
            said = _list(self._now(), entries, masked, sorted([*left_out, *proofs, REPORT]))
            yield from self._containers.signed_list(said)

    def _named(self, state: Paper, entries: Sequence[Entry]) -> Iterator["_Named"]:
        """`of` whom each is; the signed file is of whoever has a copy at all."""
        assert state.made is not None
        read, beside, paper = self._files.read, self._files.read_beside, state.id
        if uploaded := state.made.sha256:
            yield _Named("documents.d/original.pdf", "", partial(read, paper, UPLOADED, uploaded))
        for person, service in state.services.items():
            notice = partial(read, paper, NOTICE, service.notice_sha256)
            yield _Named(f"documents.d/notice-{person}.pdf", person, notice)
        for entry in entries:
            event = entry.event
            if isinstance(event, PaperSigned) and event.strokes_sha256:
                strokes = partial(beside, paper, "strokes", event.strokes_sha256)
                yield _Named(f"strokes.d/{event.person}.json", event.person, strokes)
            elif isinstance(event, PaperAsserted):
                kept = partial(beside, paper, "assertions", event.sha256)
                yield _Named(f"assertions.d/{event.person}.json", event.person, kept)


class _Named(NamedTuple):
    """A file that the log names."""

    name: str
    of: str
    read: Callable[[], bytes]


def _hidden(entry: Entry) -> bytes:
    return rfc8785.dumps({"leaf": leaf_hash(canonical(entry)).hex(), "seq": entry.seq})


def _list(now: int, entries: Sequence[Entry], masked: list[int], left_out: list[str]) -> bytes:
    """What the copy is without, bound to this very log."""
    tree = Tree()
    for entry in entries:
        tree.append(leaf_hash(canonical(entry)))
    return rfc8785.dumps(
        {
            "kind": KIND,
            "hearing": entries[0].log,
            "size": tree.size,
            "root": tree.root().hex(),
            "signed_at": now,
            "reader": "signer",
            "entries": masked,
            "left_out": left_out,
        }
    )
