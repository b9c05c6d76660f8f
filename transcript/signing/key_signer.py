# Parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""The court's signer as pyHanko asks for one, over any key that signs: in a file, in a token.

A seal service, as one for SM2, is put in its place by another `Signer` in `Authority.seal_signer`.
"""

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import CertificateStore

from .certificates import Issuer
from .timestamp import to_asn1

_MECHANISM = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
_LONGEST = 72  # bytes of a P-256 signature in DER


class KeySigner(Signer):
    """Signs with ECDSA P-256 over SHA-256 and brings `certificates` along."""

    def __init__(self, issuer: Issuer, certificates: CertificateStore) -> None:
        super().__init__(
            signing_cert=to_asn1(issuer.certificate),
            cert_registry=certificates,
            signature_mechanism=_MECHANISM,
        )
        self._key = issuer.key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(_LONGEST)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
