"""The note of what went wrong with a recording, from its draft to the signed file (法释〔2017〕5号 art. 4).

Made, printed, sealed and signed in one go: until the judge's signature is in, nothing of it lasts.
"""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import check, check_explanation
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import FaultExplained
from hearing_server.domain.explanation import Facts, facts
from hearing_server.domain.hearing import HearingState
from hearing_server.services.explanation_draft import Draft, Row, draft, rows
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.transcripts import Prepared, Printed, SignatureRequest

HOLD = 120.0  # seconds between preparing and finishing a signature
MOST_HELD = 32


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is printed: the judge's words and the log's facts. `signer` presides."""

    number: int
    started_at: int
    ended_at: int
    text: str
    english: str
    rows: tuple[Row, ...]
    signer: str


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """The draft of the next note, and what it is made of."""

    number: int
    facts: Facts
    draft: Draft
    rows: tuple[Row, ...]


class NotePrinter(Protocol):
    """Blocking: called in threads. Raises Refused for bad input."""

    def print_note(self, state: HearingState, note: Note) -> Printed: ...

    def prepare_note(
        self, pdf: bytes, state: HearingState, request: SignatureRequest
    ) -> Prepared: ...


class NoteFiles(Protocol):
    """Files by their hash, written durably before `save` returns. Blocking."""

    def save(self, hearing: str, version: int, pdf: bytes) -> str: ...

    def read(self, hearing: str, version: int, sha256: str) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class _Hold:
    hearing: str
    party: str
    note: Note
    pages: int
    prepared: Prepared
    expiry: asyncio.TimerHandle


class Explanations:
    def __init__(
        self, hearings: Hearings, printer: NotePrinter, files: NoteFiles, now: Clock
    ) -> None:
        self._hearings = hearings
        self._printer = printer
        self._files = files
        self._now = now
        self._holds: dict[str, _Hold] = {}

    async def draft(self, hearing: str) -> Drafted:
        """The next note as the log suggests it."""
        state = await self._hearings.state(hearing)
        found = facts(await self._hearings.entries(hearing), self._now())
        return Drafted(
            number=len(state.explanations) + 1,
            facts=found,
            draft=draft(state, found),
            rows=rows(state, found),
        )

    async def prepare(
        self, hearing: str, request: SignatureRequest, text: str, english: str
    ) -> tuple[str, bytes]:
        """Print and seal it and hold it for the judge: (preparation id, bytes to sign)."""
        state = await self._hearings.state(hearing)
        check(state, cmd.ExplainFault, request.party)
        wording, translation = check_explanation(state, text, english)
        drafted = await self.draft(hearing)
        if request.version != drafted.number:
            raise Refused(Code.STALE_REVISION, f"note {drafted.number} is the next")
        note = Note(
            number=drafted.number,
            started_at=drafted.facts.started_at,
            ended_at=drafted.facts.ended_at,
            text=wording,
            english=translation,
            rows=drafted.rows,
            signer=request.party,
        )
        printed = await asyncio.to_thread(self._printer.print_note, state, note)
        prepared = await asyncio.to_thread(self._printer.prepare_note, printed.pdf, state, request)
        return self._hold(hearing, request.party, note, printed.pages, prepared)

    def _hold(
        self, hearing: str, party: str, note: Note, pages: int, prepared: Prepared
    ) -> tuple[str, bytes]:
        for preparation in [p for p, hold in self._holds.items() if hold.party == party]:
            self._release(preparation)  # who begins again has let the first one go
        if len(self._holds) >= MOST_HELD:
            raise Refused(Code.BUSY)
        preparation = secrets.token_urlsafe(16)
        expiry = asyncio.get_running_loop().call_later(HOLD, self._release, preparation)
        self._holds[preparation] = _Hold(
            hearing=hearing, party=party, note=note, pages=pages, prepared=prepared, expiry=expiry
        )
        return preparation, prepared.to_be_signed

    async def finish(self, party: str, preparation: str, signature: bytes) -> int:
        """Embed the signature and enter the note; its number. Refused(not_found) after two minutes."""
        hold = self._holds.get(preparation)
        if hold is None or hold.party != party:
            raise Refused(Code.NOT_FOUND)
        self._release(preparation)
        note, prepared = hold.note, hold.prepared
        pdf = await asyncio.to_thread(prepared.finish, signature)
        sha256 = await asyncio.to_thread(self._files.save, hold.hearing, note.number, pdf)
        command = cmd.ExplainFault(
            explanation=note.number,
            started_at=note.started_at,
            ended_at=note.ended_at,
            text=note.text,
            english=note.english,
            pages=hold.pages,
            sha256=sha256,
            certificate_sha256=prepared.certificate_sha256,
            name_image_sha256=prepared.name_image_sha256,
        )
        await self._hearings.execute(hold.hearing, command, party)
        return note.number

    async def file(self, hearing: str, number: int) -> tuple[FaultExplained, bytes]:
        """A signed note; Refused(not_found)."""
        signed = (await self._hearings.state(hearing)).explanations
        note = next((each for each in signed if each.explanation == number), None)
        if note is None:
            raise Refused(Code.NOT_FOUND)
        return note, await asyncio.to_thread(self._files.read, hearing, number, note.sha256)

    def _release(self, preparation: str) -> None:
        hold = self._holds.pop(preparation, None)
        if hold is not None:
            hold.expiry.cancel()
