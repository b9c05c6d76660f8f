# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""Signs a transcript: the court's seal first, then each party with a key the server never has.

Every function takes and returns the bytes of the whole PDF. One signature at a time: `finish` refuses
a preparation whose base is no longer the newest revision. Each signature is PAdES B-T (ETSI EN 319 142-1).
"""

import asyncio
import hashlib
import io
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar, cast

from asn1crypto import algos, cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError as PdfSigningError
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from transcript.errors import SigningError
from transcript.pdf import RenderedTranscript, breakable

from .authority import Authority
from .certificates import subject_of
from .fields import SEAL_FIELD, add_fields, field_name
from .handwriting import check_png
from .stamp import Stamp, stamp_style
from .timestamp import to_asn1

DIGEST_LABEL = " SHA-256 "  # after the name of what is inside
STATEMENT = "以上笔录已阅，记录无误。"
REFUSAL = "拒绝签名 refused to sign: "  # and who, and why
SEALED_REASON = "〔依法封存 sealed by order〕"  # in the place of why
_COURT_TIME = timezone(timedelta(hours=8))
_MECHANISM = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class PreparedSignature:
    """A signature with a hole where the party's own goes.

    `to_be_signed` is the DER of the signed attributes (RFC 5652, section 5.4): the browser signs it with
    ECDSA P-256 and SHA-256. `base_sha256` is of the revision it was prepared on. Plain values only, so it
    may be stored.
    """

    party: str
    base_sha256: str
    to_be_signed: bytes
    certificate: bytes  # DER
    pdf: bytes
    document_digest: bytes
    hole: tuple[int, int]


def sha256(pdf: bytes) -> str:
    """What names a revision, in hex."""
    return hashlib.sha256(pdf).hexdigest()


def seal(
    rendered: RenderedTranscript, authority: Authority, *, extra_fonts: Sequence[Path] = ()
) -> bytes:
    """Add every signature field and the court's certification signature, which allows signing alone.

    Raises SigningError: `timestamp_unavailable`, `signing_failed`.
    """
    pdf = add_fields(rendered.pdf, rendered.boxes, rendered.signers)
    metadata = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=authority.court_name,
        reason=rendered.source + DIGEST_LABEL + rendered.digest,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    stamp = Stamp(
        name=authority.court_name,
        caption="电子签章 Electronic seal",
        time=authority.now().astimezone(_COURT_TIME),
        size=_size(_field(pdf, SEAL_FIELD)),
        seal=True,
        extra_fonts=tuple(extra_fonts),
    )
    return run(_sign_seal(pdf, metadata, stamp, authority))


async def _sign_seal(
    pdf: bytes, metadata: PdfSignatureMetadata, stamp: Stamp, authority: Authority
) -> bytes:
    pdf_signer = PdfSigner(
        metadata,
        authority.seal_signer(),
        timestamper=authority.time_stamper(),
        stamp_style=stamp_style(stamp),
    )
    output = io.BytesIO(pdf)
    await pdf_signer.async_sign_pdf(
        IncrementalPdfFileWriter(output), existing_fields_only=True, in_place=True
    )
    return output.getvalue()


def seal_refusal(
    pdf: bytes,
    party: str,
    who: str,
    reason: str,
    printed: str,
    refused_at: datetime,
    authority: Authority,
    *,
    extra_fonts: Sequence[Path] = (),
) -> bytes:
    """The court's seal in the box of who refused to sign: seen there are the refusal and its reason.

    The seal holds the `reason` as it was given; `printed` is what of it the fonts have.

    Raises SigningError: `unknown_signer`, `already_signed`, `timestamp_unavailable`, `signing_failed`.
    """
    _, size = _place_of(pdf, party)
    metadata = PdfSignatureMetadata(
        field_name=field_name(party),
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=authority.court_name,
        reason=f"{REFUSAL}{who}：{reason}",
    )
    stamp = Stamp(
        name=who,
        caption=authority.court_name,
        time=refused_at.astimezone(_COURT_TIME),
        size=size,
        refusal=breakable(printed),
        extra_fonts=tuple(extra_fonts),
    )
    return run(_sign_seal(pdf, metadata, stamp, authority))


def begin(
    pdf: bytes,
    party: str,
    certificate: x509.Certificate,
    name_image: bytes | None,
    authority: Authority,
    *,
    reason: str = STATEMENT,
    caption: str = "",
    extra_fonts: Sequence[Path] = (),
) -> PreparedSignature:
    """Prepare the party's signature on the newest revision; `name_image` is the handwritten name (PNG).

    Raises SigningError: `unknown_signer` (no field), `already_signed`, `wrong_certificate` (of another
    party), `bad_name_image`, `timestamp_unavailable`, `signing_failed`.
    """
    subject = subject_of(certificate)
    if subject.identifier != party:
        raise SigningError("the certificate names another party", code="wrong_certificate")
    reader, size = _place_of(pdf, party)
    picture = None if name_image is None else check_png(name_image)
    stamp = Stamp(
        name=subject.name,
        caption=caption or subject.role,
        time=authority.now().astimezone(_COURT_TIME),
        size=size,
        picture=picture,
        extra_fonts=tuple(extra_fonts),
    )
    metadata = PdfSignatureMetadata(
        field_name=field_name(party),
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=subject.name,
        reason=reason,
    )
    return run(_prepare(reader, sha256(pdf), party, certificate, metadata, stamp, authority))


async def _prepare(
    reader: PdfFileReader,
    base_sha256: str,
    party: str,
    certificate: x509.Certificate,
    metadata: PdfSignatureMetadata,
    stamp: Stamp,
    authority: Authority,
) -> PreparedSignature:
    signer = _external(certificate, authority, bytes(72))  # the longest DER of a P-256 signature
    pdf_signer = PdfSigner(
        metadata, signer, timestamper=authority.time_stamper(), stamp_style=stamp_style(stamp)
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    prepared, _, output = await pdf_signer.async_digest_doc_for_signing(
        IncrementalPdfFileWriter.from_reader(reader),
        existing_fields_only=True,
        bytes_reserved=authority.room.beside(len(der)),
    )
    hole = prepared.reserved_region_start, prepared.reserved_region_end
    authority.room.was(hole[1] - hole[0], len(der))
    attributes = await signer.signed_attrs(prepared.document_digest, "sha256", use_pades=True)
    return PreparedSignature(
        party=party,
        base_sha256=base_sha256,
        to_be_signed=attributes.dump(),
        certificate=der,
        pdf=cast(io.BytesIO, output).getvalue(),
        document_digest=prepared.document_digest,
        hole=hole,
    )


def finish(
    prepared: PreparedSignature, signature: bytes, current: bytes, authority: Authority
) -> bytes:
    """Embed what the browser signed: 64 bytes r||s (IEEE P1363, as WebCrypto gives it), timestamped.

    Raises SigningError: `stale_revision` if `current` is not the revision it was prepared on,
    `certificate_expired`, `certificate_revoked`, `bad_signature`, `timestamp_unavailable`, `signing_failed`.
    """
    if sha256(current) != prepared.base_sha256:
        raise SigningError("another signature came first: begin again", code="stale_revision")
    certificate = x509.load_der_x509_certificate(prepared.certificate)
    if not certificate.not_valid_before_utc <= authority.now() <= certificate.not_valid_after_utc:
        raise SigningError("the signing window is over", code="certificate_expired")
    if authority.is_revoked(certificate.serial_number):
        raise SigningError("the certificate was revoked", code="certificate_revoked")
    der = _checked(certificate, signature, prepared.to_be_signed)
    return run(_embed(prepared, certificate, der, authority))


async def _embed(
    prepared: PreparedSignature, certificate: x509.Certificate, der: bytes, authority: Authority
) -> bytes:
    signer = _external(certificate, authority, der)
    container = await signer.async_sign_prescribed_attributes(
        "sha256",
        signed_attrs=cms.CMSAttributes.load(prepared.to_be_signed),
        timestamper=authority.time_stamper(),
    )
    output = io.BytesIO(prepared.pdf)
    digest = PreparedByteRangeDigest(prepared.document_digest, *prepared.hole)
    await PdfTBSDocument.async_finish_signing(output, digest, container)
    return output.getvalue()


def _checked(certificate: x509.Certificate, signature: bytes, signed: bytes) -> bytes:
    """The signature in DER, once it is known to be the certified key's."""
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    if len(signature) != 64:
        raise SigningError("a P-256 signature is 64 bytes", code="bad_signature")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    der = encode_dss_signature(r, s)
    try:
        public.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        text = "the signature is not by the certified key over these bytes"
        raise SigningError(text, code="bad_signature") from error
    return der


def _place_of(pdf: bytes, party: str) -> tuple[PdfFileReader, tuple[float, float]]:
    """The file, read once, and the size of the party's empty field in points."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        fields = {name: (value, field) for name, value, field in enumerate_sig_fields(reader)}
    except PdfError as error:
        raise SigningError(f"not a transcript: {error}") from error
    if field_name(party) not in fields:
        raise SigningError("the transcript has no place for this party", code="unknown_signer")
    value, field = fields[field_name(party)]
    if value is not None:
        raise SigningError("this party has signed already", code="already_signed")
    return reader, _size(field)


def _field(pdf: bytes, name: str) -> Any:
    return next(enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf)), with_name=name))[2]


def _size(field: Any) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in field.get_object()["/Rect"])
    return right - left, top - bottom


def _external(
    certificate: x509.Certificate, authority: Authority, signature: bytes
) -> ExternalSigner:
    return ExternalSigner(
        signing_cert=to_asn1(certificate),
        cert_registry=authority.companions(),
        signature_value=signature,
        signature_mechanism=_MECHANISM,
    )


def run(work: Coroutine[Any, Any, T]) -> T:
    """pyHanko's calls are coroutines; each of ours runs them in its thread's own event loop."""
    try:
        return asyncio.run(work)
    except TimestampRequestError as error:
        raise SigningError(str(error), code="timestamp_unavailable") from error
    except (PdfSigningError, PdfError) as error:
        raise SigningError(str(error)) from error
