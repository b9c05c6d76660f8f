"""What a signing process is asked for: whole steps, each over plain values and the court's authority."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

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

HELD_MINUTES = 10  # the key lives for a moment
HELD_REASON = (
    "（密钥由法院服务器代管，见证人：{witness} Key held by the court's server, witness: {witness}）"
)
HELD_CAPTION = "法院代管密钥 Key held by the court"


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


def sign_held(
    pdf: bytes, who: Signatory, witness: str, authority: Authority
) -> tuple[bytes, bytes]:
    """Sign with a key made here for this signature and then forgotten: the PDF, and the certificate (DER).

    The certificate says by its policy, and the signature by its reason and in what is seen of it, that the
    court's server held the key and who stood by. Raises as `prepare` and `finish`.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = authority.issue_signing_certificate(
        public,
        name=who.name,
        party=who.party,
        label=who.label,
        hearing=who.hearing,
        minutes=HELD_MINUTES,
        held=True,
    )
    begun = signer.begin(
        pdf,
        who.party,
        certificate,
        who.name_image,
        authority,
        reason=f"{who.statement}{HELD_REASON.format(witness=witness)}",
        caption=f"{who.label} · {HELD_CAPTION}",
    )
    r, s = decode_dss_signature(key.sign(begun.to_be_signed, ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return signer.finish(begun, signature, pdf, authority), begun.certificate


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Who will not sign, since `at` (Unix ms), and why; `printed` is what of the reason the fonts have."""

    party: str
    name: str
    label: str
    reason: str
    printed: str
    at: int


def refuse(pdf: bytes, refusal: Refusal, authority: Authority) -> bytes:
    """Seal the refusal into the box of who refused. Raises as `signer.seal_refusal`."""
    when = datetime.fromtimestamp(refusal.at / 1000, UTC)
    who = f"{refusal.label} {refusal.name}"
    return signer.seal_refusal(
        pdf, refusal.party, who, refusal.reason, refusal.printed, when, authority
    )


def archive(pdf: bytes, authority: Authority) -> bytes:
    """As `archive.archive`."""
    return archives.archive(pdf, authority)
