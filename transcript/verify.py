"""Says what a signed transcript proves: one finding per signature, and about the whole."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from cryptography import x509

from . import note, paper, paper_report
from .document import TranscriptDocument, digest_of, from_json
from .errors import TranscriptError
from .pdf import render
from .signing.certificates import common_name
from .signing.fields import SEAL_FIELD, party_of
from .signing.inspection import Inspection, SignatureFacts, inspect
from .signing.signer import DIGEST_LABEL, REFUSAL, SEALED_REASON

LARGEST = 256_000_000  # bytes
Level = Literal["ok", "warning", "error"]
Document = TranscriptDocument | note.RecordingNote | paper.CourtPaper | paper_report.PaperReport
READ: Mapping[str, Callable[[bytes], Document]] = {
    note.SOURCE: note.from_json,
    paper.SOURCE: paper.from_json,
    paper_report.SOURCE: paper_report.from_json,
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line for people; `code` is stable."""

    level: Level
    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Logged:
    """What a log says of a file, by party: whose refusal it proves, what they may be called and why they
    refused (nothing where it does not tell), and the SHA-256 of the certificates with which they signed.
    """

    refused: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings; `ok` when none is an error."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing speaks against the file."""
        return all(finding.level != "error" for finding in self.findings)


def verify_pdf(
    data: bytes,
    roots: Sequence[x509.Certificate] = (),
    *,
    at: datetime | None = None,
    logged: Logged | None = None,
) -> Report:
    """Check a signed transcript against the roots of the court, as of `at` (now unless given), and against
    what a log says of it: the box of whoever refused is empty by right.

    Never raises: an unreadable, damaged or hostile file is an error finding.
    """
    if len(data) > LARGEST:
        return _only("too_large", f"the file is larger than {LARGEST} bytes")
    if b"%PDF-" not in data[:1024]:
        return _only("not_a_pdf", "this is not a PDF")
    try:
        inspection = inspect(data, roots, at or datetime.now(UTC))
    except Exception as error:  # a stranger's file may fail anywhere: the failure is the finding
        return _only("damaged", f"the PDF cannot be read: {_short(error)}")
    return Report(findings=tuple(_findings(data, inspection, bool(roots), logged or Logged())))


def sealed_record(data: bytes) -> bytes:
    """The record that a sealed PDF has inside; nothing when it cannot be read. Whether it holds is another thing."""
    try:
        return inspect(data, (), datetime.now(UTC)).sealed_json or b""
    except Exception:  # as above
        return b""


def _only(code: str, text: str) -> Report:
    return Report(findings=(Finding(level="error", code=code, text=text),))


def _findings(
    data: bytes, inspection: Inspection, vouched: bool, logged: Logged
) -> Iterator[Finding]:
    signatures = inspection.signatures
    if not signatures:
        yield _error("not_signed", "the PDF carries no signature")
        return
    document = _document(inspection)
    if not vouched:
        yield _unknown_root(signatures)
    yield from _seal(signatures)
    if document is None:
        yield _error("transcript_missing", "the sealed PDF holds no readable record of itself")
    else:
        yield from _content(data, inspection, document)
    for facts in signatures:
        yield _signature(facts, document, logged)
    yield from _open_boxes(inspection, document, logged.refused)
    yield from _end(signatures)


def _document(inspection: Inspection) -> Document | None:
    read = READ.get(inspection.sealed_name, from_json)
    try:
        return None if inspection.sealed_json is None else read(inspection.sealed_json)
    except TranscriptError:
        return None


def _unknown_root(signatures: Sequence[SignatureFacts]) -> Finding:
    named = sorted({one.root_sha256 for one in signatures if one.root_sha256})
    roots = "; ".join(named) or "none that the file names"
    return _error(
        "unknown_root",
        "no trusted root was given, and anyone can make one: ask the court whether its root has the"
        f" SHA-256 fingerprint {roots}",
    )


def _seal(signatures: Sequence[SignatureFacts]) -> Iterator[Finding]:
    seals = [one for one in signatures if one.is_seal]
    if not seals:
        yield _error("seal_missing", "the court's seal (法院签章) is missing")
    elif not signatures[0].is_seal or len(seals) > 1:
        yield _error("seal_not_first", "the court's seal (法院签章) is not the first signature")
    elif not signatures[0].certifies:
        yield _error("seal_allows_changes", "the court's seal does not forbid changes")


def _content(data: bytes, inspection: Inspection, document: Document) -> Iterator[Finding]:
    assert inspection.sealed_json is not None
    digest, name = digest_of(inspection.sealed_json), inspection.sealed_name
    seal = inspection.signatures[0]
    if seal.reason != name + DIGEST_LABEL + digest:
        text = f"{name} has SHA-256 {digest}, the seal names another"
        yield _error("digest_mismatch", text)
        return
    if not seal.sound:
        return  # its own finding says why; what it names proves nothing
    yield _ok("digest", f"{_what(document)}, SHA-256 {digest}, as the seal names it")
    yield _pages(data, document, name)


def _what(document: Document) -> str:
    if isinstance(document, note.RecordingNote):
        return f"recording note {document.number} of {document.case_number}"
    if isinstance(document, paper.CourtPaper):
        return f"{document.title} of {document.case_number}"
    if isinstance(document, paper_report.PaperReport):
        return f"{document.title[1]} of {document.case_number}"
    text = f"transcript of {document.case_number}, version {document.version}"
    return f"{text}: {len(document.lines)} lines"


def _pages(data: bytes, document: Document, name: str) -> Finding:
    """Printing is reproducible: the same record gives the same bytes, so the pages say what it says."""
    if isinstance(document, paper.CourtPaper) and document.upload:
        return _warning(
            "pages_not_compared",
            f"the first {document.upload.pages} pages are those of a file with SHA-256"
            f" {document.upload.sha256} that was handed in: they are as sealed, and were not printed here",
        )
    try:
        same = data.startswith(_printed(document))
    except (TranscriptError, TypeError, ValueError) as error:
        return _warning("pages_not_compared", f"the pages could not be printed again: {error}")
    if same:
        return _ok("pages", f"the printed pages are exactly those of {name}")
    return _warning(
        "pages_not_compared",
        f"this version prints other pages: they are as sealed, but were not compared with {name}",
    )


def _printed(document: Document) -> bytes:
    match document:
        case note.RecordingNote():
            return note.render(document).pdf
        case paper.CourtPaper():
            return paper.render(document).pdf
        case paper_report.PaperReport():
            return paper_report.render(document).pdf
        case TranscriptDocument():
            return render(document).pdf


def _signature(facts: SignatureFacts, document: Document | None, logged: Logged) -> Finding:
    who = _who(facts)
    code, problem = _fault(facts, document, logged)
    if code:
        return _error(code, f"{who}: {problem}")
    if facts.is_timestamp:
        return _ok("archived", f"{who}: covers all before it, intact and trusted")
    proof = "" if facts.proven_at else ", time not proven"
    since = {"NONE": "nothing added since", "LTA_UPDATES": "only proofs added since"}
    after = since.get(facts.changes, "only signatures added since")
    finding = _ok if facts.proven_at else _warning
    if facts.is_refusal:
        return finding("refusal_sealed", f"{who}: intact, trusted, {after}{proof}: {facts.reason}")
    code = "seal" if facts.is_seal else "held_key" if facts.held else "signature"
    held = ", with a key that the court's server held 法院代管密钥" if facts.held else ""
    return finding(code, f"{who}: intact, trusted, {after}{proof}{held}")


def _who(facts: SignatureFacts) -> str:
    time = f" at {facts.proven_at:%Y-%m-%d %H:%M:%S} UTC" if facts.proven_at else ""
    subject = facts.subject
    if facts.is_timestamp:
        return f"document timestamp by {subject.organisation}, {subject.name}{time}"
    if facts.is_seal:
        return f"court's seal 法院签章 of {subject.organisation}{time}"
    if facts.is_refusal:
        return f"refusal 拒绝签名 in the box of party {party_of(facts.field)}, sealed by {subject.organisation}{time}"
    party = f" (party {subject.identifier})" if subject.identifier else ""
    return f"signature of {subject.role} {subject.name}{party}{time}"


def _fault(facts: SignatureFacts, document: Document | None, logged: Logged) -> tuple[str, str]:
    """The gravest thing wrong with a signature, or nothing."""
    if facts.problem:
        return "damaged", f"it cannot be read: {facts.problem[:200]}"
    if not facts.container_ok:
        return "bad_signature", "its container was changed"
    if not facts.intact:
        return "bad_signature", "the signed bytes are not those that were signed"
    if not facts.covers_revision:
        return "covers_part", "it covers only a part of the file"
    if not facts.unchanged:
        return "changed", "the document was changed after it was signed"
    if facts.revoked:
        return "revoked", "the certificate was revoked before it signed"
    if not facts.trusted or not facts.companions_ok:
        return "untrusted", "the certificate does not lead to a trusted root, or was not valid then"
    if facts.proven_at and not facts.timestamp_ok:
        return "timestamp_invalid", "its timestamp does not hold"
    if not facts.sound:
        return "bad_signature", "it does not hold"
    return _misplaced(facts, document, logged)


def _misplaced(facts: SignatureFacts, document: Document | None, logged: Logged) -> tuple[str, str]:
    """What holds, and is not what the document or the log names."""
    if facts.is_timestamp or facts.is_seal:
        return "", ""
    if facts.is_refusal:
        return _wrong_refusal(facts, document, logged)
    in_log = logged.certificates.get(facts.subject.identifier, facts.certificate_sha256)
    if in_log != facts.certificate_sha256:
        return "wrong_certificate", f"the log names another certificate, with SHA-256 {in_log}"
    return _wrong_signer(facts, document)


def _wrong_refusal(
    facts: SignatureFacts, document: Document | None, logged: Logged
) -> tuple[str, str]:
    """A refusal of somebody who was not asked, or under another name than the document has or the log, or
    for another reason than the log has."""
    party = party_of(facts.field) or ""
    signer = next((s for s in document.signers if s.party == party), None) if document else None
    if signer is None:
        return (
            ("", "") if document is None else ("wrong_signer", "the document names no such signer")
        )
    named = f"{REFUSAL}{signer.label} {{}}："
    if not facts.reason.startswith(named.format(signer.name)):
        return "wrong_signer", f"it does not name {signer.label} {signer.name}: {facts.reason}"
    names = logged.names.get(party, frozenset())
    if names and not any(facts.reason.startswith(named.format(name)) for name in names):
        return "wrong_signer", f"the log names {', '.join(sorted(names))}: {facts.reason}"
    sealed = facts.reason.removeprefix(named.format(signer.name))
    given = logged.reasons.get(party, sealed)
    if sealed not in (given, SEALED_REASON):
        return "wrong_reason", f"the log has another reason, {given}: {sealed}"
    return "", ""


def _wrong_signer(facts: SignatureFacts, document: Document | None) -> tuple[str, str]:
    """A sound signature by somebody who was not asked, or in the place of somebody else."""
    if not facts.is_party or party_of(facts.field) != facts.subject.identifier:
        return "wrong_signer", f"the key was not certified for the field {facts.field}"
    if document is None:
        return "", ""
    asked = {s.party: (s.label, common_name(s.name)) for s in document.signers}
    if asked.get(facts.subject.identifier) != (facts.subject.role, facts.subject.name):
        return "wrong_signer", "the document names no such signer"
    if facts.subject.unit != document.hearing:
        return "wrong_signer", "the key was certified for another hearing"
    return "", ""


def _open_boxes(
    inspection: Inspection, document: Document | None, refused: frozenset[str]
) -> Iterator[Finding]:
    """Whoever refused has the court's seal in their box, but in a file from before that was so: the log has it."""
    names = {s.party: f"{s.label} {s.name}" for s in document.signers} if document else {}
    for box in inspection.empty_fields:
        party = party_of(box)
        if party is not None and box != SEAL_FIELD and party not in refused:
            who = names.get(party, party)
            yield _warning(
                "unsigned", f"{who}: no signature; if they refused, the record's log has it"
            )


def _end(signatures: Sequence[SignatureFacts]) -> Iterator[Finding]:
    last = signatures[-1]
    if not last.covers_file:
        yield _error("bytes_after", "bytes follow the last signature that no signature covers")
    if not any(one.is_timestamp for one in signatures):
        yield _warning(
            "not_archived", "no document timestamp: it proves nothing once the keys expire"
        )
    elif not last.is_timestamp:
        yield _warning("not_archived", "signed again after the last document timestamp")


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _ok(code: str, text: str) -> Finding:
    return Finding(level="ok", code=code, text=text)


def _warning(code: str, text: str) -> Finding:
    return Finding(level="warning", code=code, text=text)


def _error(code: str, text: str) -> Finding:
    return Finding(level="error", code=code, text=text)
