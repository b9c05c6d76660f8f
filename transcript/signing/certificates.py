"""What the court's embedded authority certifies: names, extensions, and who may do what with a key."""

import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from transcript.errors import SigningError

# Policies under an arc made from a random UUID (ITU-T X.667), so that a verifier can tell the court's
# seal from a party's key, and both from the key for records, although one root certified them all.
_ARC = "2.25.147696107625112301227297791717185017348"
SEAL_POLICY = x509.ObjectIdentifier(f"{_ARC}.1")
PARTY_POLICY = x509.ObjectIdentifier(f"{_ARC}.2")
RECORD_POLICY = x509.ObjectIdentifier(f"{_ARC}.3")
HELD_POLICY = x509.ObjectIdentifier(f"{_ARC}.5")  # a party's, but the court's server held the key
TIMESTAMP_POLICY = x509.ObjectIdentifier(f"{_ARC}.4")

_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_BACKDATE = timedelta(minutes=1)  # a timestamp is cut to the second
_LONGEST_NAME = 64  # characters: RFC 5280, ub-common-name
warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)


def common_name(name: str) -> str:
    """A name as a certificate holds it: a longer one is cut. The document has all of it, and who it is the
    identifier tells.
    """
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who a certificate names: `identifier` is the party's id, `unit` the hearing's."""

    organisation: str
    name: str
    role: str = ""
    identifier: str = ""
    unit: str = ""

    def as_name(self) -> x509.Name:
        """The X.509 form; `name_too_long` beyond 64 characters in any part but the name."""
        parts = [
            (NameOID.COUNTRY_NAME, "CN"),
            (NameOID.ORGANIZATION_NAME, self.organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.unit),
            (NameOID.TITLE, self.role),
            (NameOID.SERIAL_NUMBER, self.identifier),
            (NameOID.COMMON_NAME, common_name(self.name)),
        ]
        for _, value in parts:
            if len(value) > _LONGEST_NAME:
                raise SigningError("a certificate holds 64 characters a name", code="name_too_long")
        # The library would count bytes, and refuse a company's name of 22 Chinese characters.
        return x509.Name(
            [x509.NameAttribute(oid, value, _validate=False) for oid, value in parts if value]
        )


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A certificate and the key that signs for it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def subject_of(certificate: x509.Certificate) -> Subject:
    """Whom a certificate names."""

    def part(oid: x509.ObjectIdentifier) -> str:
        found = certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    return Subject(
        organisation=part(NameOID.ORGANIZATION_NAME),
        unit=part(NameOID.ORGANIZATIONAL_UNIT_NAME),
        role=part(NameOID.TITLE),
        identifier=part(NameOID.SERIAL_NUMBER),
        name=part(NameOID.COMMON_NAME),
    )


def make_root(court: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """A self-signed root for 20 years that may certify no other authority."""
    name = Subject(organisation=court, name="Hearing root").as_name()
    builder = _builder(name, name, key.public_key(), now, timedelta(days=20 * 365))
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certify=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def make_seal(
    court: str, public: ec.EllipticCurvePublicKey, issuer: Issuer, now: datetime
) -> x509.Certificate:
    """The court's seal, for ten years."""
    subject = Subject(organisation=court, name=court, role="法院签章 Court seal")
    return _signing(subject, public, issuer, now, timedelta(days=3650), SEAL_POLICY)


def make_recorder(
    court: str, public: ec.EllipticCurvePublicKey, issuer: Issuer, now: datetime
) -> x509.Certificate:
    """The key that signs the roots of hearings' logs, for ten years.

    It commits the court to a record, so content commitment (RFC 5280, 4.2.1.3); but no purpose of signing
    documents: a root is signed by the clock and read by programs, and must not pass for the seal.
    """
    subject = Subject(organisation=court, name="Hearing records", role="庭审记录 Hearing records")
    return _signing(subject, public, issuer, now, timedelta(days=3650), RECORD_POLICY, purposes=())


def make_party(
    subject: Subject,
    public: ec.EllipticCurvePublicKey,
    issuer: Issuer,
    now: datetime,
    valid: timedelta,
    *,
    held: bool = False,
) -> x509.Certificate:
    """A party's key, for the signing window; `held`: the server made it for them."""
    policy = HELD_POLICY if held else PARTY_POLICY
    return _signing(subject, public, issuer, now, valid, policy)


def make_timestamper(
    court: str, public: ec.EllipticCurvePublicKey, issuer: Issuer, now: datetime
) -> x509.Certificate:
    """An RFC 3161 authority, for ten years: its purpose stands alone and critical (section 2.3)."""
    name = Subject(organisation=court, name="Hearing timestamps").as_name()
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = _builder(
        name, issuer.certificate.subject, public, now, timedelta(days=3650), issuer=issuer
    )
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(purpose, critical=True)
        .sign(issuer.key, hashes.SHA256())
    )


def make_crl(
    issuer: Issuer, revoked: dict[int, datetime], now: datetime
) -> x509.CertificateRevocationList:
    """A revocation list as of now, good for 30 days; numbered by its time."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=30))
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    for serial, when in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256())


def _signing(
    subject: Subject,
    public: ec.EllipticCurvePublicKey,
    issuer: Issuer,
    now: datetime,
    valid: timedelta,
    policy: x509.ObjectIdentifier,
    purposes: tuple[x509.ObjectIdentifier, ...] = (_DOCUMENT_SIGNING,),
) -> x509.Certificate:
    builder = _builder(
        subject.as_name(), issuer.certificate.subject, public, now, valid, issuer=issuer
    )
    policies = x509.CertificatePolicies([x509.PolicyInformation(policy, None)])
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(commit=True), critical=True)
        .add_extension(policies, critical=False)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def _builder(
    subject: x509.Name,
    issuer_name: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    valid: timedelta,
    issuer: Issuer | None = None,
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if issuer is None:
        return builder
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    return builder.add_extension(identifier, critical=False)


def _usage(*, certify: bool = False, commit: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certify,
        content_commitment=commit,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certify,
        crl_sign=certify,
        encipher_only=False,
        decipher_only=False,
    )
