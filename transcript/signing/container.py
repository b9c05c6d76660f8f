# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""Signs the manifest of a bundle with the court's seal (CAdES, EN 319 122-1); says what such a signature proves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms, extract_tst_data_iter
from pyhanko_certvalidator import ValidationContext

from .archive import TOLERANT
from .authority import Authority
from .certificates import SEAL_POLICY
from .signer import run
from .timestamp import to_asn1

MAX_SIGNATURE = 256 * 1024  # bytes; ours have some 6 KB


def sign_manifest(manifest: bytes, authority: Authority, *, stamp: bool = True) -> bytes:
    """A detached CAdES-T signature (DER). Raises SigningError: `timestamp_unavailable`, `signing_failed`."""
    return run(_sign(manifest, authority, authority.time_stamper() if stamp else None))


async def _sign(manifest: bytes, authority: Authority, time_stamper: TimeStamper | None) -> bytes:
    signed = await authority.seal_signer().async_sign_general_data(
        manifest, "sha256", detached=True, use_cades=True, timestamper=time_stamper
    )
    data: bytes = signed.dump()
    return data


@dataclass(frozen=True, kw_only=True)
class ContainerFacts:
    """What holds of a bundle's signature.

    `signed`: it is over this manifest, by the certificate that it names. `sealed`: that leads to a root that
    is trusted, and was certified as a court's seal. `stamped_at` is the timestamp's time, None without one
    that holds; `stamp_trusted`: its authority is trusted. `problem` says what could not be read.
    """

    signed: bool = False
    sealed: bool = False
    revoked: bool = False
    court: str = ""
    stamped_at: datetime | None = None
    stamp_trusted: bool = False
    problem: str = ""


def judge_container(
    manifest: bytes,
    signature: bytes,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
    crl: bytes = b"",
) -> ContainerFacts:
    """Check the signature of a stranger's bundle. Never raises.

    `crl` (DER) may be empty; `stamp_roots` are those of timestamp authorities, the court's own count too.
    """
    try:
        return asyncio.run(_judge(manifest, signature, roots, stamp_roots, crl))
    except Exception as error:  # a stranger's bytes may fail anywhere: the failure is the finding
        return ContainerFacts(problem=f"{type(error).__name__}: {error}"[:200])


def judge_crl(crl: bytes, roots: Sequence[x509.Certificate]) -> bool:
    """Whether one of the roots signed this revocation list (DER). Never raises."""
    try:
        found = x509.load_der_x509_crl(crl)
        keys: Any = [root.public_key() for root in roots]
        return any(found.is_signature_valid(key) for key in keys)
    except Exception:  # as above
        return False


async def _judge(
    manifest: bytes,
    signature: bytes,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate],
    crl: bytes,
) -> ContainerFacts:
    data = _signed_data(signature)
    (signer_info,) = data["signer_infos"]
    stamps = list(extract_tst_data_iter(signer_info, signed=False))
    claimed = (
        stamps[0]["encap_content_info"]["content"].parsed["gen_time"].native if stamps else None
    )
    signer = extract_certificate_info(data).signer_cert
    certificate = x509.load_der_x509_certificate(signer.dump())
    lists = [crl] if crl and judge_crl(crl, roots) else []
    status = await async_validate_detached_cms(
        manifest,
        data,
        signer_validation_context=ValidationContext(
            trust_roots=[to_asn1(root) for root in roots],
            moment=claimed or datetime.now(UTC),
            crls=lists,
            revinfo_policy=TOLERANT,
        ),
        ts_validation_context=ValidationContext(
            trust_roots=[to_asn1(root) for root in (*roots, *stamp_roots)],
            revinfo_policy=TOLERANT,
            moment=claimed or datetime.now(UTC),
        ),
    )
    facts = ContainerFacts(
        signed=bool(status.intact and status.valid),
        sealed=bool(status.trusted) and _is_seal(certificate),
        revoked=bool(status.revoked),
        court=_organisation(certificate),
    )
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid):
        return facts
    return replace(facts, stamped_at=stamp.timestamp, stamp_trusted=bool(stamp.trusted))


def _signed_data(signature: bytes) -> Any:
    if len(signature) > MAX_SIGNATURE:
        raise ValueError("larger than any signature")
    content = cms.ContentInfo.load(signature, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("no signed data")
    return content["content"]


def _is_seal(certificate: x509.Certificate) -> bool:
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    return [one.policy_identifier for one in policies] == [SEAL_POLICY]


def _organisation(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.oid.NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""
