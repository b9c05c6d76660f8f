# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""Signs the root of a hearing's log with the court's record key, and says what such a signature proves.

The signature is plain ECDSA over SHA-256 of the statement (domain/proof.py), so that openssl alone checks
it; the timestamp (RFC 3161) is over the signature.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from transcript.errors import SigningError

from .archive import TOLERANT
from .authority import Authority
from .certificates import RECORD_POLICY
from .timestamp import to_asn1

MAX_TOKEN = 64 * 1024  # bytes of a timestamp; a token with its certificates has 2 to 8 KB
STAMP_WITHIN = 12.0  # seconds

_SIGNATURE = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)  # RFC 6979: no chance in a copy


def sign_root(statement: bytes, authority: Authority) -> tuple[bytes, bytes]:
    """The signature (DER) and the certificate that it was made under (DER)."""
    certificate = authority.record.certificate.public_bytes(serialization.Encoding.DER)
    return authority.record.key.sign(statement, _SIGNATURE), certificate


def stamp_root(signature: bytes, authority: Authority) -> bytes:
    """A timestamp token (DER) over a signature; SigningError `timestamp_unavailable`.

    Blocks, at most STAMP_WITHIN seconds. The token is looked at before it is believed.
    """
    try:
        token = asyncio.run(_ask(signature, authority))
        if not _is_over(token, signature):
            raise ValueError("the token is over something else")
    except (TimestampRequestError, OSError, TimeoutError, ValueError, TypeError) as error:
        text = f"{type(error).__name__}: {error}"[:200]
        raise SigningError(text, code="timestamp_unavailable") from error
    return token


async def _ask(signature: bytes, authority: Authority) -> bytes:
    digest = hashlib.sha256(signature).digest()
    async with asyncio.timeout(STAMP_WITHIN):
        token = await authority.time_stamper().async_timestamp(digest, "sha256")
    return cast(bytes, token.dump())


@dataclass(frozen=True, kw_only=True)
class RootFacts:
    """What holds of one signed root. `stamped_at` is the timestamp's time, None without one that holds.

    `chained`: the certificate was issued by a root that is trusted, for records, and was valid at that
    time (at `signed_at` where no timestamp holds). `stamp_problem` is empty or says what is wrong.
    """

    signed: bool = False
    chained: bool = False
    stamped_at: datetime | None = None
    stamp_trusted: bool = False
    stamp_problem: str = ""
    problem: str = ""


def judge_root(
    statement: bytes,
    signature: bytes,
    certificate: bytes,
    timestamp: bytes,
    signed_at: int,
    roots: Sequence[x509.Certificate],
    stamp_roots: Sequence[x509.Certificate] = (),
) -> RootFacts:
    """Check one signed root of a stranger's record. Never raises; `signed_at` is Unix ms, as claimed.

    `stamp_roots` are those of timestamp authorities; the court's own roots count too.
    """
    facts = RootFacts()
    if timestamp:
        facts = _stamped(facts, timestamp, signature, [*roots, *stamp_roots])
    try:
        moment = facts.stamped_at or datetime.fromtimestamp(signed_at / 1000, UTC)
        signer = x509.load_der_x509_certificate(certificate)
        facts = replace(facts, signed=_signs(signer, statement, signature))
        return replace(facts, chained=any(_issued(signer, root, moment) for root in roots))
    except Exception as error:  # a stranger's bytes may fail anywhere: the failure is the finding
        return replace(facts, problem=f"{type(error).__name__}: {error}"[:200])


def _signs(signer: x509.Certificate, statement: bytes, signature: bytes) -> bool:
    key = signer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return False
    with suppress(InvalidSignature):
        key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))
        return True
    return False


def _issued(signer: x509.Certificate, root: x509.Certificate, moment: datetime) -> bool:
    """By this root, for records, and valid at that moment. There is nothing in between: path length 0."""
    with suppress(ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        signer.verify_directly_issued_by(root)
        policies = signer.extensions.get_extension_for_class(x509.CertificatePolicies).value
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
        return (
            [one.policy_identifier for one in policies] == [RECORD_POLICY]
            and usage.content_commitment
            and _is_root(root)
            and signer.not_valid_before_utc <= moment <= signer.not_valid_after_utc
        )
    return False


def _is_root(root: x509.Certificate) -> bool:
    return bool(root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)


def _stamped(
    facts: RootFacts, token: bytes, signature: bytes, roots: Sequence[x509.Certificate]
) -> RootFacts:
    try:
        status = asyncio.run(_judge_token(token, signature, roots))
    except Exception as error:  # as above
        return replace(facts, stamp_problem=f"{type(error).__name__}: {error}"[:200])
    if not (status.intact and status.valid):
        return replace(facts, stamp_problem="the token is not over this signature, or was changed")
    return replace(facts, stamped_at=status.timestamp, stamp_trusted=status.trusted)


async def _judge_token(
    token: bytes, signature: bytes, roots: Sequence[x509.Certificate]
) -> TimestampSignatureStatus:
    data = _signed_data(token)
    time = data["encap_content_info"]["content"].parsed["gen_time"].native
    context = ValidationContext(
        trust_roots=[to_asn1(root) for root in roots], moment=time, revinfo_policy=TOLERANT
    )

    def imprint(algorithm: str) -> bytes:
        return hashlib.new(algorithm, signature).digest()

    return TimestampSignatureStatus(**await validate_tst_signed_data(data, context, imprint))


def _signed_data(token: bytes) -> Any:
    if len(token) > MAX_TOKEN:
        raise ValueError("larger than any timestamp")
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("no signed data")
    return content["content"]


def _is_over(token: bytes, signature: bytes) -> bool:
    info = _signed_data(token)["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        return False
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    return bool(imprint["hashed_message"].native == hashlib.new(name, signature).digest())
