"""What a signing process is asked for: whole steps, each over plain values and the court's authority."""

from dataclasses import dataclass

from transcript import document as documents
from transcript import note as notes
from transcript import pdf as printing
from transcript.document import TranscriptDocument, texts
from transcript.errors import SigningError
from transcript.note import RecordingNote

from . import archive as archives
from . import signer
from .authority import Authority
from .signer import PreparedSignature


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Who is to sign what, with which key (DER SubjectPublicKeyInfo), and what the signature says."""

    party: str
    name: str
    label: str
    hearing: str
    public_key: bytes
    minutes: int  # of the certificate
    name_image: bytes | None  # PNG
    statement: str


def digest(document: TranscriptDocument, authority: Authority) -> tuple[str, tuple[str, ...]]:
    """The document's digest, and which of its characters the fonts cannot print."""
    return documents.digest(document), printing.missing_glyphs("".join(texts(document)))


def print_and_seal(
    document: TranscriptDocument | RecordingNote, expected: str, authority: Authority
) -> tuple[bytes, int]:
    """The certified PDF and its pages. `expected` is the digest that was agreed on, or empty.

    Raises as `render` and `seal`; SigningError `another_digest`.
    """
    if (
        expected
        and isinstance(document, TranscriptDocument)
        and documents.digest(document) != expected
    ):
        raise SigningError("the document is not the one that was frozen", code="another_digest")
    module = notes if isinstance(document, RecordingNote) else printing
    rendered = module.render(document)
    return signer.seal(rendered, authority), rendered.pages


def prepare(pdf: bytes, who: Signatory, authority: Authority) -> PreparedSignature:
    """Certify the key and prepare the signature. Raises as `issue_signing_certificate` and `begin`."""
    certificate = authority.issue_signing_certificate(
        who.public_key,
        name=who.name,
        party=who.party,
        label=who.label,
        hearing=who.hearing,
        minutes=who.minutes,
    )
    return signer.begin(
        pdf, who.party, certificate, who.name_image, authority, reason=who.statement
    )


def finish(
    prepared: PreparedSignature, signature: bytes, current: bytes, authority: Authority
) -> bytes:
    """As `signer.finish`."""
    return signer.finish(prepared, signature, current, authority)


def archive(pdf: bytes, authority: Authority) -> bytes:
    """As `archive.archive`."""
    return archives.archive(pdf, authority)
