"""One paper's bundle judged: its log and roots, the signed file, notices, proofs and report, how names were written."""

import contextlib
import json
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

import rfc8785
from cryptography import x509

from hearing_server.domain.events import RootSigned
from hearing_server.domain.facts import tag
from hearing_server.domain.log import leaf_hash
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers import proof
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper, fold
from recording import names
from recording.verifying import container, logbook, roots
from recording.verifying.container import digest, small
from recording.verifying.copy import PAPER as MASKED
from recording.verifying.copy import belongs, hidden, read_copy
from recording.verifying.judges import NOTHING_SAID, Judges, Said
from recording.verifying.logbook import HASH, Logbook
from recording.verifying.report import Finding, Report
from recording.verifying.roots import Signed, Trust
from recording.verifying.source import Source

KINDS: Mapping[str, type] = {tag(kind): kind for kind in ev.PAPER_EVENTS}
LARGEST = 256_000_000  # bytes of a PDF
FIRST = 1 << 20  # bytes of the first line
FOLDERS = tuple(f"{one}/" for one in (names.DOCUMENTS, names.STROKES, names.ASSERTIONS))
MOST_ASSERTION = 1 << 20
PAPER = f"{names.DOCUMENTS}/paper.pdf"


class Stated(NamedTuple):
    """A file as the log names it; `entry` is the newest that does."""

    name: str
    sha256: str
    entry: int


def is_paper(source: Source) -> bool:
    """By the first line of its log."""
    with (
        contextlib.suppress(OSError, ValueError, zipfile.BadZipFile, RecursionError),
        source.open(names.LOG) as file,
    ):
        first = json.loads(file.readline(FIRST))
        return isinstance(first, dict) and isinstance(first.get("log"), str)
    return False


def verify_paper(
    source: Source,
    present: Mapping[str, int],
    given: Sequence[x509.Certificate],
    judges: Judges,
    time: Callable[[int], str],
) -> Report:
    trust, findings = roots.trust_of(source, given)
    log = Logbook(kinds=KINDS, of="log")
    entries = _read(source, log)
    data = {"entries": log.size}
    findings.append(Finding(level="ok", code="log", text=f"{log.hearing}, {log.size}", data=data))
    findings += log.findings
    copy, said = read_copy(source, present, trust, judges.root, kind=MASKED)
    if copy is not None and not belongs(copy, log):
        copy, said = None, [Finding(level="error", code="copy_of_another", text=names.COPY_LIST)]
    findings += [*said, *hidden(copy, log)]
    left_out = copy.left_out if copy else ()
    for kind, count in sorted(log.unknown.items()):
        findings.append(Finding(level="warning", code="entry_unknown", text=f"{kind} × {count}"))
    signed = [_signed(one) for one in entries if isinstance(one.event, ev.PaperRootSigned)]
    files = [name for name in present if name.startswith(names.ROOTS + "/")]
    found, broken = roots.beside(source, files, signed, proof.KIND)
    proven, of_roots = roots.check(log, signed, found, trust, judges.root, time)
    findings += [*broken, *of_roots]
    findings += container.check(source, present, {}, trust, judges, time)
    with contextlib.suppress(KeyError, IndexError, AssertionError, TypeError):
        # A log that is none was said to be that above.
        findings += _files(source, present, log, entries, proven, trust, judges, left_out)
    return Report(hearing=log.hearing, findings=tuple(findings))


def _read(source: Source, log: Logbook) -> list[Entry]:
    with source.open(names.LOG) as file:
        return [
            Entry(log=one.hearing, seq=one.seq, at=one.at, by=one.by, event=one.event)
            for one in logbook.read(file, log)
        ]


def _signed(entry: Entry) -> Signed:
    return Signed(entry.seq, entry.log, RootSigned(**asdict(entry.event)), proof.KIND)


def _files(
    source: Source, present: Mapping[str, int], log: Logbook, entries: Sequence[Entry], proven: int,
    trust: Trust, judges: Judges, left_out: Collection[str],
) -> Iterator[Finding]:  # fmt: skip
    paper = fold(entries)
    stated = {one.name: one for one in _stated(paper, entries)}
    for one in stated.values():
        if one.name not in present and one.name in left_out:
            continue
        if one.name not in present:
            yield Finding(level="error", code="document_missing", text=one.name)
            continue
        same = digest(source, one.name) == one.sha256
        code = "document" if same else "document_changed"
        text = f"{one.name} (#{one.entry})"
        data = {"entry": one.entry, "name": one.name}
        yield Finding(level="ok" if same else "error", code=code, text=text, data=data)
    yield from _assertions(source, present, paper, judges)
    yield from _refusals(paper, entries, proven)
    logged = Said(
        refused=frozenset(
            e.event.person
            for e in entries
            if isinstance(e.event, ev.PaperRefused) and e.seq <= proven
        ),
        names={person: frozenset({one.to.name}) for person, one in paper.signers.items()},
        certificates={
            e.event.person: e.event.certificate_sha256
            for e in entries
            if isinstance(e.event, ev.PaperSigned)
        },
    )
    proofs = {f"{names.DOCUMENTS}/proof-{person}.pdf" for person in paper.services}
    for name in sorted(present):
        made = name in proofs or name == names.REPORT
        sealed = name.endswith(".pdf") and not name.endswith("/original.pdf")
        if name.startswith(FOLDERS) and not (made or name in stated):
            yield Finding(level="error", code="document_unknown", text=name)
        if sealed:
            said = logged if name == PAPER else NOTHING_SAID
            yield from _sealed(source, name, said, trust, judges)
        if made:
            yield _of_log(judges.record(small(source, name, LARGEST)), name, log)
    if left_out:
        text = ", ".join(sorted(left_out))
        yield Finding(level="masked", code="documents_left_out", text=text)
    for name in sorted({*proofs, names.REPORT} - present.keys() - set(left_out)):
        yield Finding(level="error", code="report_missing", text=name)


def _stated(paper: Paper, entries: Sequence[Entry]) -> Iterator[Stated]:
    """A folder of what each entry names; a later file of the same name takes the place of the earlier."""
    sealed = ev.PaperSealed | ev.PaperSigned | ev.PaperCompleted
    for entry in entries:
        event = entry.event
        if isinstance(event, sealed):
            yield Stated(PAPER, event.sha256, entry.seq)
        if isinstance(event, ev.PaperMade) and event.sha256:
            yield Stated(f"{names.DOCUMENTS}/original.pdf", event.sha256, entry.seq)
        elif isinstance(event, ev.NoticeSealed):
            name = f"{names.DOCUMENTS}/notice-{event.person}.pdf"
            yield Stated(name, event.sha256, entry.seq)
        elif isinstance(event, ev.PaperAsserted):
            yield Stated(f"{names.ASSERTIONS}/{event.person}.json", event.sha256, entry.seq)
        elif isinstance(event, ev.PaperSigned) and event.strokes_sha256:
            name = f"{names.STROKES}/{event.person}.json"
            yield Stated(name, event.strokes_sha256, entry.seq)


def _assertions(
    source: Source, present: Mapping[str, int], paper: Paper, judges: Judges
) -> Iterator[Finding]:
    """Whether each device answered over the digest that was sent round."""
    digest = paper.signing.digest if paper.signing else ""
    for person, signer in paper.signers.items():
        name = f"{names.ASSERTIONS}/{person}.json"
        if signer.asserted_at is None or name not in present:
            continue
        who = f"{signer.to.label} {signer.to.name} ({person})"
        problem = judges.assertion(small(source, name, MOST_ASSERTION), digest)
        code = "assertion_invalid" if problem else "assertion"
        text = f"{who}: {problem}"[:300] if problem else who
        yield Finding(level="error" if problem else "ok", code=code, text=text)


def _refusals(paper: Paper, entries: Sequence[Entry], proven: int) -> Iterator[Finding]:
    for entry in entries:
        if isinstance(entry.event, ev.PaperRefused) and entry.seq <= proven:
            to = paper.signers[entry.event.person].to
            text = f"{to.label} {to.name} ({to.person}), #{entry.seq}: {entry.event.reason}"
            yield Finding(level="ok", code="refused", text=text, data={"entry": entry.seq})


def _sealed(
    source: Source, name: str, said: Said, trust: Trust, judges: Judges
) -> Iterator[Finding]:
    short = name.removeprefix(f"{names.DOCUMENTS}/").removesuffix(".pdf")
    known = (*trust.roots, *trust.stamp_roots)
    for finding in judges.document(small(source, name, LARGEST), known, said):
        yield Finding(level=finding.level, code=finding.code, text=f"{short}: {finding.text}")


def _of_log(record: bytes, name: str, log: Logbook) -> Finding:
    """Whether what a report was made of is this very log, from its beginning."""
    try:
        told = json.loads(record)["entries"]
        leaves = b"".join(leaf_hash(rfc8785.dumps(one)) for one in told)
        same = bool(told) and log.leaves[: len(told) * HASH] == leaves
    except (ValueError, TypeError, KeyError, RecursionError):
        same, told = False, []
    if not same:
        return Finding(level="error", code="report_differs", text=name)
    data = {"steps": len(told), "name": name}
    return Finding(level="ok", code="report", text=f"{name}: {len(told)}", data=data)
