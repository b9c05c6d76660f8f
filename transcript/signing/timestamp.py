# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""Timestamps (RFC 3161): the built-in authority, and one reached over HTTP."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper

from .certificates import TIMESTAMP_POLICY, Issuer


@dataclass(frozen=True, kw_only=True)
class RemoteTimestamps:
    """A timestamp authority elsewhere. `roots` are those its certificates lead to."""

    url: str
    roots: tuple[x509.Certificate, ...]
    timeout: int = 10  # seconds

    def time_stamper(self) -> TimeStamper:
        """A client for one signature."""
        return HTTPTimeStamper(self.url, timeout=self.timeout)


class LocalTimeStamper(TimeStamper):
    """A timestamp authority in this process: answers with ECDSA P-256 over SHA-256."""

    def __init__(
        self, issuer: Issuer, root: x509.Certificate, clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._key = issuer.key
        self._certificate = certificate = to_asn1(issuer.certificate)
        self._clock = clock
        # What is the same in every answer, as bytes: asn1crypto takes a third of an answer to build it.
        named = as_signing_certificate_v2(certificate)
        own = simple_cms_attribute("signing_certificate_v2", named)
        self._own = cms.CMSAttribute.load(own.dump())
        self._chain = cms.CertificateSet([certificate, to_asn1(root)]).dump()
        self._name = asn1_x509.GeneralName(name="directory_name", value=certificate.subject).dump()

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer a request (section 2.4.2)."""
        return self.answer(req)

    def answer(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Grant a timestamp over whatever digest was sent."""
        content = self._info(request).dump()
        attributes = self._attributes(content)
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        token = self._token(content, attributes, signature)
        status = tsp.PKIStatusInfo({"status": tsp.PKIStatus("granted")})
        return tsp.TimeStampResp({"status": status, "time_stamp_token": token})

    def _info(self, request: tsp.TimeStampReq) -> tsp.TSTInfo:
        fields = {
            "version": "v1",
            "policy": core.ObjectIdentifier(TIMESTAMP_POLICY.dotted_string),
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(127),
            "gen_time": self._clock().replace(microsecond=0),
            "accuracy": tsp.Accuracy({"seconds": 1}),
            "tsa": asn1_x509.GeneralName.load(self._name),
        }
        if request["nonce"].native is not None:
            fields["nonce"] = request["nonce"]
        return tsp.TSTInfo(fields)

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        return cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("message_digest", hashlib.sha256(content).digest()),
                self._own,
            ]
        )

    def _token(
        self, content: bytes, attributes: cms.CMSAttributes, signature: bytes
    ) -> cms.ContentInfo:
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                            {
                                "issuer": self._certificate.issuer,
                                "serial_number": self._certificate.serial_number,
                            }
                        )
                    }
                ),
                "digest_algorithm": sha256,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signed_attrs": attributes,
                "signature": signature,
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",  # RFC 5652 section 5.1: the content is not plain data
                "digest_algorithms": cms.DigestAlgorithms((sha256,)),
                "encap_content_info": cms.EncapsulatedContentInfo(
                    {
                        "content_type": cms.ContentType("tst_info"),
                        "content": core.ParsableOctetString(content),
                    }
                ),
                "certificates": cms.CertificateSet.load(self._chain),
                "signer_infos": [signer],
            }
        )
        return cms.ContentInfo({"content_type": cms.ContentType("signed_data"), "content": signed})


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The certificate in the form pyHanko works with."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    return cast(asn1_x509.Certificate, asn1_x509.Certificate.load(der))
