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
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy

from transcript.errors import SigningError

from .authority import Authority
from .signer import run
from .timestamp import to_asn1

# The proofs of the timestamp go in before it, so that it covers the file to its last byte.
_PROOFS_BEFORE = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)

# Not the mode called "hard-fail": it looks at a list only if the certificate names where to fetch one.
STRICT = CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True)
TOLERANT = CertRevTrustPolicy(NO_REVOCATION, retroactive_revinfo=True)


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
        moment = proven_time(signature)
        for context in _contexts(authority, crl, moment):
            # Without entries per signature (VRI): optional, and they would change at the next archiving.
            DocumentSecurityStore.supply_dss_in_writer(
                writer,
                None,
                validation_context=context,
                paths=await _paths(signature, context, authority),
            )
    stamper = PdfTimeStamper(authority.time_stamper())
    context = _contexts(authority, crl, authority.now())[-1]
    await stamper.async_timestamp_pdf(
        writer, "sha256", context, in_place=True, dss_settings=_PROOFS_BEFORE
    )
    return buffer.getvalue()


def proven_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """When the signature's own timestamp says it existed; None if it carries none."""
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        return cast(datetime, token["encap_content_info"]["content"].parsed["gen_time"].native)
    return None


async def _paths(
    signature: EmbeddedPdfSignature, context: ValidationContext, authority: Authority
) -> list[ValidationPath]:
    own_alone = authority.remote is not None and context.revinfo_policy == STRICT
    try:
        found = await collect_validation_info(signature, context, skip_timestamp=own_alone)
    except (PathError, ValidationError) as error:
        raise SigningError(f"{signature.field_name}: {error}", code="not_provable") from error
    return cast(list[ValidationPath], found)


def _contexts(
    authority: Authority, crl: asn1_crl.CertificateList, moment: datetime | None
) -> list[ValidationContext]:
    """How to judge certificates at the proven time: a signing window is shorter than a hearing's signing.

    The court's own are held against the fresh list. For a remote timestamp authority, whose lists are not
    fetched, a second context follows that does without.
    """
    remote = authority.remote.roots if authority.remote else ()
    roots = [to_asn1(root) for root in (authority.root.certificate, *remote)]
    policies = (STRICT, TOLERANT) if remote else (STRICT,)
    return [
        ValidationContext(trust_roots=roots, crls=[crl], moment=moment, revinfo_policy=policy)
        for policy in policies
    ]


def _fresh_crl(authority: Authority) -> asn1_crl.CertificateList:
    der = authority.crl().public_bytes(serialization.Encoding.DER)
    return cast(asn1_crl.CertificateList, asn1_crl.CertificateList.load(der))
