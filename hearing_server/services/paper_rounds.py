"""Papers made, sent round, sealed and finished; the clock that reminds, names who is stuck, and ends a round.

A file is written before the event that names it. A crash in between leaves a paper that was sent round
without its seal, or one that everybody has answered without its last proof: the clock's next look finishes both.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from hearing_server.domain.cases import Case, CaseParty, Fault, Problem, text_problem
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.outbox import Channel
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers import templates
from hearing_server.domain.papers.decide import due_reminders
from hearing_server.domain.papers.events import Addressee, Letter, Post, Way
from hearing_server.domain.papers.paper import Paper, Phase
from hearing_server.services.cases import bad_fields
from hearing_server.services.hearings import Clock
from hearing_server.services.labels import labels
from hearing_server.services.letters import contact_of
from hearing_server.services.paper_ports import PRINTED, UPLOADED, People, Press
from hearing_server.services.paper_signing import Begun
from hearing_server.services.papers import Papers
from hearing_server.services.signing_line import SigningLine
from hearing_server.services.transcripts import DocumentFiles

MAX_TITLE = 200
LOOK_EVERY = 15.0  # seconds
DAY, HOUR = 86_400_000, 3_600_000

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a paper is sent round. `deadline` in Unix ms."""

    deadline: int
    code: bool
    stuck_days: int
    remind_hours: tuple[int, ...]


class Rounds:
    """`channels` are those that are configured; `court` is its name."""

    def __init__(
        self,
        papers: Papers,
        cases: People,
        press: Press,
        files: DocumentFiles,
        line: SigningLine[Begun],
        channels: Sequence[Channel],
        court: str,
        now: Clock,
    ) -> None:
        self._papers = papers
        self._cases = cases
        self._press = press
        self._files = files
        self._line = line
        self._channels = channels
        self._court = court
        self._now = now
        self.awake = asyncio.Event()  # for `run`

    async def make(
        self, case: Case, template: str, language: str, values: Mapping[str, str], replaces: str,
        by: str,
    ) -> Paper:  # fmt: skip
        """From a template; Refused(bad_fields)."""
        known = templates.TEMPLATES.get(template)
        if known is None:
            raise bad_fields(Fault(field="template", problem=Problem.UNKNOWN_VALUE))
        if found := templates.faults(known, values):
            raise bad_fields(*found)
        made = await self._made(case, known.title.get(language, ""), language, replaces)
        fields = made.__dict__ | {
            "template": template,
            "values": templates.kept(known, values),
        }
        return await self._papers.execute(made.paper, cmd.Make(made=ev.PaperMade(**fields)), by)

    async def take_in(
        self, case: Case, title: str, language: str, path: Path, replaces: str, by: str
    ) -> Paper:
        """From a PDF, which is examined first; Refused(bad_file), Refused(bad_fields)."""
        title = title.strip()
        if problem := text_problem(title, MAX_TITLE, required=True):
            raise bad_fields(Fault(field="title", problem=problem))
        examined = await self._press.examine(path)
        made = await self._made(case, title, language, replaces)
        data = await asyncio.to_thread(path.read_bytes)
        sha256 = await asyncio.to_thread(self._files.save, made.paper, UPLOADED, data)
        fields = made.__dict__ | {"sha256": sha256, "pages": examined.pages}
        return await self._papers.execute(made.paper, cmd.Make(made=ev.PaperMade(**fields)), by)

    async def _made(self, case: Case, title: str, language: str, replaces: str) -> ev.PaperMade:
        """Refused(not_found) where what it replaces is not of the case, Refused(wrong_phase) where it stands."""
        if case.closed:
            raise Refused(Code.WRONG_PHASE, "case closed")
        if language not in ("zh-CN", "en"):
            raise bad_fields(Fault(field="language", problem=Problem.UNKNOWN_VALUE))
        if replaces:
            before = await self._papers.get(replaces)
            if before.made is None or before.made.case != case.id:
                raise Refused(Code.NOT_FOUND)
            if before.withdrawn is None:
                raise Refused(Code.WRONG_PHASE, before.phase)
        return ev.PaperMade(
            paper=secrets.token_hex(8),
            replaces=replaces,
            case=case.id,
            case_number=case.number,
            case_title=case.title,
            court=self._court,
            title=title,
            language=language,
        )

    async def defaults(self, case: Case, language: str, clerk: str) -> dict[str, str]:
        """What fields are filled with from the case, by the name that templates give it."""
        which = 1 if language == "en" else 0
        sides = [p for p in case.parties if p.role in ("plaintiff", "defendant")] or case.parties
        lines = [f"{labels(p.role, case.procedure)[which]} {p.name}" for p in sides]
        return {
            "parties": "\n".join(lines),
            "court": self._court,
            "case_title": case.title,
            "clerk": clerk,
        }

    async def file(self, paper: Paper) -> bytes:
        """As it stands: the draft before it is sent round, the newest file from then on."""
        assert paper.made is not None
        if paper.sealed_at is not None:
            return await self._read(paper, PRINTED, paper.sha256)
        if paper.made.sha256:
            return await self._read(paper, UPLOADED, paper.made.sha256)
        return await self._press.draft(paper)

    async def evidence(self, paper: Paper) -> bytes:
        entries = await self._papers.entries(paper.id)
        return await self._press.evidence(paper, entries, self._now())

    async def open(
        self, paper: Paper, case: Case, people: Sequence[str], terms: Terms, by: str
    ) -> Paper:
        """Send it round; the seal is made in the background, and then the letters go out."""
        signers = tuple(addressee(case, person, paper) for person in people)
        command = cmd.OpenSigning(
            signers=signers,
            digest=await self._press.digest(paper, signers),
            deadline=terms.deadline,
            code=terms.code,
            stuck_after=terms.stuck_days * DAY,
            remind_before=tuple(hours * HOUR for hours in terms.remind_hours),
        )
        opened = await self._papers.execute(paper.id, command, by)
        self.awake.set()
        return opened

    async def remind(self, paper: Paper, people: Sequence[str], by: str) -> Paper:
        """Those named, or whoever has still to answer."""
        known = [p for p, signer in paper.signers.items() if not signer.answered]
        asked = list(dict.fromkeys(people)) or known
        posts = await self._posts(paper, asked, Letter.REMIND)
        return await self._papers.execute(paper.id, cmd.Remind(posts=tuple(posts)), by)

    async def _posts(self, paper: Paper, people: Sequence[str], letter: Letter) -> list[Post]:
        assert paper.made is not None
        case = await self._cases.get(paper.made.case)
        known = {party.id: party for party in case.parties} if case else {}
        return [
            Post(message=secrets.token_hex(8), person=person, letter=letter, way=way)
            for person in people
            for way in self._ways(known.get(person))
        ]

    def _ways(self, person: CaseParty | None) -> tuple[Way, ...]:
        found = tuple(Way(channel) for channel in self._channels if contact_of(person, channel))
        return found or (Way.CLERK,)

    async def run(self) -> None:
        """Look at every paper that is out, again and again, until cancelled."""
        while True:
            self.awake.clear()
            try:
                for paper in await self._papers.store.going_on():
                    await self._look_at(paper)
            except Refused as refusal:
                log.warning("papers wait", code=refusal.code)
            except Exception:
                log.exception("papers stumbled")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self.awake.wait()

    async def _look_at(self, paper: str) -> None:
        """One paper's trouble keeps no other waiting."""
        try:
            await self.look(paper)
        except Refused as refusal:
            log.warning("paper waits", paper=paper, code=refusal.code, why=refusal.detail)
        except Exception:
            log.exception("paper stumbled", paper=paper)

    async def look(self, paper: str) -> None:
        """Do what is due of it: seal, remind, name who is stuck, end, finish."""
        state = await self._papers.get(paper)
        if state.phase is Phase.SEALING:
            state = await self._seal(state)
        if state.phase is Phase.SIGNING:
            state = await self._papers.execute(paper, cmd.Look(), SERVER)
            if due := due_reminders(state, self._now()):
                state = await self.remind(state, due, SERVER)
        if state.phase is Phase.CLOSING:
            await self._finish(paper)

    async def _seal(self, paper: Paper) -> Paper:
        assert paper.made is not None
        upload = b""
        if paper.made.sha256:
            upload = await self._read(paper, UPLOADED, paper.made.sha256)
        printed = await self._press.print_and_seal(paper, upload)
        sha256 = await asyncio.to_thread(self._files.save, paper.id, PRINTED, printed.pdf)
        posts = await self._posts(paper, list(paper.signers), Letter.SIGN)
        command = cmd.EnterSeal(sha256=sha256, pages=printed.pages, posts=tuple(posts))
        return await self._papers.execute(paper.id, command, SERVER)

    async def _finish(self, paper: str) -> None:
        """After whoever is signing at this very moment."""
        async with self._line.held(paper):
            state = await self._papers.get(paper)
            if state.phase is not Phase.CLOSING:
                return
            pdf = await self._read(state, PRINTED, state.sha256)
            archived = await self._press.archive(pdf)
            sha256 = await asyncio.to_thread(self._files.save, paper, PRINTED, archived)
            await self._papers.execute(
                paper, cmd.EnterCompletion(sha256=sha256, base=state.sha256), SERVER
            )

    async def _read(self, paper: Paper, kind: int, sha256: str) -> bytes:
        return await asyncio.to_thread(self._files.read, paper.id, kind, sha256)


def addressee(case: Case, person: str, paper: Paper) -> Addressee:
    """A person of the case as this paper names them; Refused(unknown_party)."""
    assert paper.made is not None
    found = next((party for party in case.parties if party.id == person), None)
    if found is None:
        raise Refused(Code.UNKNOWN_PARTY)
    label = labels(found.role, case.procedure)[1 if paper.made.language == "en" else 0]
    return Addressee(person=person, role=found.role, label=label, name=found.name)
