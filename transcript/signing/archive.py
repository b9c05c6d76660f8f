# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""Lifts a signed transcript to PAdES B-LTA, so that it can be validated when its certificates are over."""

import io
from datetime import datetime
from typing import cast

from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.dss import collect_validation_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from transcript.errors import SigningError

from .authority import Authority
from .signer import run
from .timestamp import to_asn1

# The proofs of the timestamp go in before it, so that it covers the file to its last byte.
_PROOFS_BEFORE = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)


def archive(pdf: bytes, authority: Authority) -> bytes:
    """Embed the certificates and a fresh revocation list of every signature, and a document timestamp.

    After the last signature; boxes left empty by a refusal do not prevent it. May be repeated later, before
    the timestamp's certificate is over. Raises SigningError: `not_signed`, `not_provable` (a certificate
    does not lead to the court's root or was revoked), `timestamp_unavailable`, `signing_failed`.
    """
    return run(_archive(pdf, authority))


async def _archive(pdf: bytes, authority: Authority) -> bytes:
    buffer = io.BytesIO(pdf)
    signatures = PdfFileReader(buffer).embedded_regular_signatures
    if not signatures:
        raise SigningError("nothing is signed yet", code="not_signed")
    writer = IncrementalPdfFileWriter(buffer)
    crl = _fresh_crl(authority)
    for signature in signatures:
        context = _context(authority, crl, proven_time(signature))
        try:
            paths = await collect_validation_info(signature, context)
        except (PathError, ValidationError) as error:
            raise SigningError(f"{signature.field_name}: {error}", code="not_provable") from error
        # Without entries per signature (VRI): they are optional and would change at the next archiving.
        DocumentSecurityStore.supply_dss_in_writer(
            writer, None, validation_context=context, paths=paths
        )
    stamper = PdfTimeStamper(authority.time_stamper())
    context = _context(authority, crl, authority.now())
    await stamper.async_timestamp_pdf(
        writer, "sha256", context, in_place=True, dss_settings=_PROOFS_BEFORE
    )
    return buffer.getvalue()


def proven_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """When the signature's own timestamp says it existed; None if it carries none."""
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        return cast(datetime, token["encap_content_info"]["content"].parsed["gen_time"].native)
    return None


def _context(
    authority: Authority, crl: asn1_crl.CertificateList, moment: datetime | None
) -> ValidationContext:
    """Certificates are judged at the proven time: a signing window is shorter than a hearing's signing."""
    remote = authority.remote.roots if authority.remote else ()
    return ValidationContext(
        trust_roots=[to_asn1(root) for root in (authority.root.certificate, *remote)],
        crls=[crl],
        moment=moment,
        revocation_mode="hard-fail" if not remote else "soft-fail",
        retroactive_revinfo=True,
    )


def _fresh_crl(authority: Authority) -> asn1_crl.CertificateList:
    der = authority.crl().public_bytes(serialization.Encoding.DER)
    return cast(asn1_crl.CertificateList, asn1_crl.CertificateList.load(der))
