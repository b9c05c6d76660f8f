"""A copy of a hearing's record for somebody: masked where they may not look, and proving itself all the same."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

import rfc8785

from hearing_server.domain import events as ev
from hearing_server.domain.copies import (
    earlier_left_out,
    not_in_copy,
    of_signer,
    transcript_left_out,
    withheld,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import Entry, Tree, entry_from, leaf_hash
from hearing_server.domain.record import NEWER_FILE
from hearing_server.services.evidence import Evidence, Reading, evidence_of
from hearing_server.services.hearings import Hearings
from hearing_server.services.media import SegmentClosed

KIND = "masked copy of a hearing record"
AT_ONCE = 2  # copies being made on this node; the others wait

T = TypeVar("T")
Told = Callable[[float], None]


class Target(Protocol):
    """Takes the files of a copy, one after the other. Blocking."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None: ...


class Records(Protocol):
    async def records(self, hearing: str, after: int = 0) -> list[bytes]:
        """A page of entries above number `after`, in canonical form; Refused(busy)."""


class Readings(Protocol):
    async def of_hearing(self, hearing: str) -> list[Reading]:
        """Who looked at the transcript, and from where; Refused(busy)."""


class Document(NamedTuple):
    """A file that the log names by its hash. `kind`: `transcript` or `note`, a signed PDF; of a version that
    `party` signed also `strokes`, how they wrote their name, and `assertions`, what their passkey answered.
    """

    kind: str
    number: int
    sha256: str
    party: str = ""

    @property
    def name(self) -> str:
        if self.party:
            return f"{self.kind}.d/{self.number}-{self.party}.json"
        return f"documents.d/{self.kind}-{self.number}.pdf"


class Material(Protocol):
    """What a copy has beside the log. Blocking."""

    def beside(self, roots: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """README, certificates, revoked ones, and the files of these entries' roots, by name."""

    def document(self, hearing: str, document: Document) -> bytes:
        """Refused(not_found) when its file is not there, or another than the log says."""

    def report(self, evidence: Evidence) -> Iterator[tuple[str, bytes]]:
        """The evidence report as data and as it is printed, by name."""

    def segment(self, segment: SegmentClosed) -> Iterator[bytes] | None:
        """Its file, from a directory that has it as the log says, else any; None if it is nowhere."""

    def valid_from(self) -> int:
        """Since when the court's key for records is certified, Unix ms."""

    def signed_list(self, said: bytes) -> Iterator[tuple[str, bytes]]:
        """The list of what is masked with the court's signature of it, by name."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """For whom: `reader` is a party; None: a copy that leaves the court.

    `recordings`: with their files; otherwise the log has their hashes alone.
    """

    reader: str | None
    recordings: bool = True


@dataclass
class _Copy:
    lines: list[bytes] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)
    open: list[Entry] = field(default_factory=list)  # what the evidence report is made of
    masked: list[int] = field(default_factory=list)
    segments: list[ev.SegmentRecorded] = field(default_factory=list)
    without: list[ev.SegmentRecorded] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    kept: list[Document] = field(default_factory=list)  # they are not in it

    def holds(self, other: "_Copy") -> bool:
        """Whether nothing is in the other that is not in this one."""
        return (
            set(self.masked) <= set(other.masked)
            and set(self.without) <= set(other.without)
            and set(self.kept) <= set(other.kept)
        )

    def without_what(self) -> str:
        """A digest of it, and before that over how many entries the copy is."""
        said = self.masked, sorted(one.name for one in self.without), self.kept_documents()
        return f"{len(self.lines)}:{leaf_hash(repr(said).encode()).hex()[:40]}"

    def kept_documents(self) -> list[str]:
        return [one.name for one in self.kept]

    def left_out(self, ask: Ask) -> list[str]:
        """The names of the files that it is without; of a recording that is not in it, none is named."""
        segments = [one.name.partition("/")[2] for one in self.without if ask.recordings]
        return [*segments, *self.kept_documents()]


class RecordCopier:
    """`settled` returns when what was recorded of a hearing so far stands in its log."""

    def __init__(
        self,
        hearings: Hearings,
        records: Records,
        material: Material,
        readings: Readings,
        settled: Callable[[str], Awaitable[None]],
    ) -> None:
        self._hearings = hearings
        self._records = records
        self._material = material
        self._readings = readings
        self._settled = settled
        self._turn = asyncio.Semaphore(AT_ONCE)
        # Of their own: a slow disk must not hold a thread that a signature waits for.
        self._threads = ThreadPoolExecutor(AT_ONCE, "record copy")

    async def write(
        self, hearing: str, ask: Ask, target: Target, told: Told = lambda share: None
    ) -> str:
        """What the copy is without, for `holds`.

        Refused(wrong_phase) before the closing, Refused(sealed) when something that it holds is sealed
        while it is made, Refused(not_found) for recordings that are being deleted. What `target`
        raises ends it; cancelled, it leaves no thread at work.
        """
        await self._settled(hearing)
        async with self._turn:  # the wait may have been long: everything is read after it
            state = await self._hearings.state(hearing)
            if state.phase is not Phase.CLOSED:
                raise Refused(Code.WRONG_PHASE, state.phase)
            _check_deletion(state, ask)
            records = await self._read(hearing, state.seq)
            readings = await self._readings.of_hearing(hearing)
            copy = await self._in_thread(_masked, state, records, ask.reader)
            for share, add in self._files(state, records, copy, ask, readings, target):
                newest = await self._hearings.state(hearing)
                if newest is not state:
                    _check_deletion(newest, ask)
                    now = await self._in_thread(_masked, newest, records, ask.reader)
                    if not now.holds(copy):
                        raise Refused(Code.SEALED)
                    state = newest
                await self._in_thread(add)
                told(share)
            return copy.without_what()

    async def holds(self, hearing: str, reader: str | None, without: str) -> bool:
        """Whether a copy that is without this may still be given: nothing in it is to be masked since."""
        state = await self._hearings.state(hearing)
        records = await self._read(hearing, int(without.partition(":")[0]))
        now = await self._in_thread(_masked, state, records, reader)
        return without == now.without_what()

    async def _read(self, hearing: str, entries: int) -> list[bytes]:
        records: list[bytes] = []
        while len(records) < entries:
            page = await self._records.records(hearing, len(records))
            if not page:
                break
            records += page
        del records[entries:]
        return records

    async def _in_thread(self, call: Callable[..., T], *given: object) -> T:
        work = asyncio.get_running_loop().run_in_executor(self._threads, call, *given)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])  # it may be writing to the target
            raise

    def _files(
        self,
        state: HearingState,
        records: list[bytes],
        copy: _Copy,
        ask: Ask,
        readings: list[Reading],
        target: Target,
    ) -> Iterator[tuple[float, Callable[[], None]]]:
        """What adds the copy's files to the target, in order, and how much is done then: first all that is not
        recorded, then a segment each.
        """

        def add_log() -> None:
            target.add("log.jsonl", (line + b"\n" for line in copy.lines))
            for name, data in self._material.beside(copy.roots):
                target.add(name, (data,))
            evidence = evidence_of(state, copy.open, readings, ask.reader, len(records))
            for name, data in self._material.report(evidence):
                target.add(name, (data,))
            if copy.masked or copy.left_out(ask) or not ask.recordings:
                for name, data in self._signed_list(state, records, copy, ask):
                    target.add(name, (data,))

        segments = sorted(copy.segments, key=lambda one: one.name) if ask.recordings else []
        size = sum(one.size for one in segments) or 1
        yield 0.0, add_log
        for document in copy.documents:
            yield 0.0, functools.partial(self._add_document, state.hearing, document, target)
        done = 0
        for segment in segments:
            done += segment.size
            logged = SegmentClosed.logged(state.hearing, segment)
            yield done / size, functools.partial(self._add_segment, logged, target)

    def _add_document(self, hearing: str, document: Document, target: Target) -> None:
        target.add(document.name, (self._material.document(hearing, document),))

    def _add_segment(self, segment: SegmentClosed, target: Target) -> None:
        chunks = self._material.segment(segment)
        if chunks is not None:
            target.add(segment.name.partition("/")[2], chunks)

    def _signed_list(
        self, state: HearingState, records: list[bytes], copy: _Copy, ask: Ask
    ) -> Iterator[tuple[str, bytes]]:
        """What is masked, bound to this very log; its time is the newest entry's, so that it can be made again."""
        tree = Tree()
        for record in records:
            tree.append(leaf_hash(record))
        reader = "" if ask.reader is None else state.seats[ask.reader].party.role.value
        said = rfc8785.dumps(
            {
                "kind": KIND,
                "hearing": state.hearing,
                "size": tree.size,
                "root": tree.root().hex(),
                "signed_at": max(state.at, self._material.valid_from()),
                "reader": reader,
                "entries": list(copy.masked),
                "left_out": copy.left_out(ask),
                "recordings": ask.recordings,
            }
        )
        return self._material.signed_list(said)


def _check_deletion(state: HearingState, ask: Ask) -> None:
    if ask.recordings and state.custody.deleting:
        raise Refused(Code.NOT_FOUND)


def _masked(state: HearingState, records: list[bytes], reader: str | None) -> _Copy:
    copy = _Copy()
    recorded: list[ev.SegmentRecorded] = []
    versions: dict[int, Document] = {}
    for number, record in enumerate(records, start=1):
        entry = entry_from(json.loads(record))
        event = entry.event
        line = record
        hidden = withheld(state, entry, reader)
        if hidden:
            line = rfc8785.dumps({"leaf": leaf_hash(record).hex(), "seq": number})
            copy.masked.append(number)
        elif isinstance(event, ev.SegmentRecorded):
            recorded.append(event)
        else:
            copy.open.append(entry)
            if isinstance(event, ev.RootSigned):
                copy.roots.append(record)
        if isinstance(event, ev.FaultExplained):
            (copy.kept if hidden else copy.documents).append(
                Document("note", event.explanation, event.sha256)
            )
        if isinstance(event, NEWER_FILE):
            versions[event.version] = Document("transcript", event.version, event.sha256)
        if not hidden:
            _add_of_signer(copy, state, event, reader)
        copy.lines.append(line)
    _add_transcripts(copy, state, list(versions.values()), reader)
    out = not_in_copy(state, recorded, reader)
    for segment in recorded:
        (copy.without if segment.name in out else copy.segments).append(segment)
    return copy


def _add_of_signer(copy: _Copy, state: HearingState, event: ev.Event, reader: str | None) -> None:
    """How a name was written and what a device answered: for the court, and for whose it is."""
    if isinstance(event, ev.TranscriptSigned) and event.strokes_sha256:
        own = Document("strokes", event.version, event.strokes_sha256, event.party)
    elif isinstance(event, ev.SignerAsserted):
        own = Document("assertions", event.version, event.sha256, event.party)
    else:
        return
    (copy.documents if of_signer(state, event.party, reader) else copy.kept).append(own)


def _add_transcripts(
    copy: _Copy, state: HearingState, versions: list[Document], reader: str | None
) -> None:
    """Every version as it was left; one that was replaced is for the court."""
    newest = state.freeze.version if state.freeze else 0
    for one in versions:
        replaced = one.number != newest and earlier_left_out(state, reader)
        kept = replaced or transcript_left_out(state, reader)
        (copy.kept if kept else copy.documents).append(one)
