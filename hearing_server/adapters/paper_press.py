"""Implements Press over the transcript package: a paper's state becomes a document. The work is done in the
signing processes, a stranger's PDF is put together with its sheet in a child that has nothing.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hearing_server.adapters.examining.ask import ask_child
from hearing_server.adapters.examining.examine import ChildExaminer
from hearing_server.adapters.signing_steps import SIGNING_MINUTES, SigningSteps, Workshop
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers import templates
from hearing_server.domain.papers.events import Addressee, Way
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.exhibits import Examined
from hearing_server.services.paper_ports import SignRequest
from hearing_server.services.transcripts import HeldSignature, Prepared, Printed
from transcript import paper_accounts
from transcript.document import Signer
from transcript.paper import STATEMENT, CourtPaper, PrintedBlock, Upload, placed
from transcript.pdf import RenderedTranscript
from transcript.signing import paper_work, work

JOIN_WITHIN = 60.0  # seconds
MOST_JOINED = 100 << 20  # bytes

T = TypeVar("T")


class PaperPress:
    """`folder` takes the file that is being put together."""

    def __init__(self, workshop: Workshop, folder: Path) -> None:
        self._steps = SigningSteps(workshop)
        self._folder = folder
        self._examiner = ChildExaminer("examine", "paper")
        self._joining = asyncio.Semaphore(1)

    async def examine(self, path: Path) -> Examined:
        return await self._examiner.examine(path)

    async def digest(self, paper: Paper, signers: Sequence[Addressee]) -> str:
        digest, missing = await self._do(paper_work.check, record_of(paper, signers))
        if missing:
            named = " ".join(
                f"{c} U+{ord(c):04X}" if c.isprintable() else f"U+{ord(c):04X}" for c in missing[:8]
            )
            raise Refused(Code.UNPRINTABLE_CHARACTER, named)
        return digest

    async def draft(self, paper: Paper) -> bytes:
        return await self._do(paper_work.draft, record_of(paper, ()))

    async def print_and_seal(self, paper: Paper, upload: bytes) -> Printed:
        assert paper.signing is not None
        signers = [one.to for one in paper.signers.values()]
        record = record_of(paper, signers)
        rendered = await self._do(paper_work.render, record, paper.signing.digest)
        if record.upload is not None:
            rendered = await self._join(rendered, upload, record.upload.pages)
        sealed = await self._do(paper_work.seal, rendered)
        return Printed(pdf=sealed, pages=rendered.pages)

    async def _join(
        self, sheet: RenderedTranscript, upload: bytes, pages: int
    ) -> RenderedTranscript:
        async with self._joining:
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".join-") as file:
                await asyncio.to_thread(file.write, sheet.pdf + upload)
                await asyncio.to_thread(file.flush)
                size = str(len(sheet.pdf))
                joined = await ask_child(
                    Path(file.name), "join", size, within=JOIN_WITHIN, most=MOST_JOINED
                )
        if not joined:
            raise Refused(Code.BAD_FILE, "too_heavy")
        return placed(sheet, joined, pages)

    async def prepare(self, pdf: bytes, paper: Paper, request: SignRequest) -> Prepared:
        who = _signatory(paper, request)
        return await asyncio.to_thread(
            self._steps.prepared, paper_work.prepare, pdf, who, request.possession
        )

    async def sign_held(
        self, pdf: bytes, paper: Paper, request: SignRequest, witness: str
    ) -> HeldSignature:
        who = _signatory(paper, request)
        return await asyncio.to_thread(self._steps.held, pdf, who, witness)

    async def archive(self, pdf: bytes) -> bytes:
        return await self._do(work.archive, pdf)

    async def notice(self, paper: Paper, to: Addressee, ways: Sequence[Way], now: int) -> bytes:
        said = paper_accounts.notice(paper, to, ways, now)
        return await self._do(paper_work.report, said)

    async def proof(self, paper: Paper, person: str, entries: Sequence[Entry], now: int) -> bytes:
        said = await asyncio.to_thread(paper_accounts.proof, paper, person, entries, now)
        return await self._do(paper_work.report, said)

    async def evidence(self, paper: Paper, entries: Sequence[Entry], now: int) -> bytes:
        said = await asyncio.to_thread(paper_accounts.evidence, paper, entries, now)
        return await self._do(paper_work.report, said)

    async def _do(self, step: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.to_thread(self._steps.do, step, *arguments)


def _signatory(paper: Paper, request: SignRequest) -> work.Signatory:
    assert paper.made is not None
    to = paper.signers[request.person].to
    return work.Signatory(
        party=to.person,
        name=to.name,
        label=to.label,
        hearing=paper.id,
        public_key=request.public_key,
        minutes=SIGNING_MINUTES,
        name_image=request.name_image or None,
        statement=STATEMENT[paper.made.language],
    )


def record_of(paper: Paper, signers: Sequence[Addressee]) -> CourtPaper:
    """What is printed and hashed: the same state and signers give the same bytes."""
    made = paper.made
    assert made is not None
    blocks: tuple[templates.Block, ...] = ()
    if made.template:
        facts = {"number": made.case_number, "court": made.court, "case_title": made.case_title}
        values = {value.name: value.text for value in made.values}
        blocks = templates.fill(templates.TEMPLATES[made.template], made.language, values, facts)
    return CourtPaper(
        court=made.court,
        case_number=made.case_number,
        case_title=made.case_title,
        title=made.title,
        language=made.language,
        hearing=paper.id,
        made_at=paper.made_at,
        blocks=tuple(PrintedBlock(kind=b.kind.value, text=b.text, name=b.name) for b in blocks),
        signers=tuple(Signer(party=s.person, label=s.label, name=s.name) for s in signers),
        upload=Upload(sha256=made.sha256, pages=made.pages) if made.sha256 else None,
    )
