# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""Reads the signatures of a PDF from a stranger into plain facts; judging them is transcript.verify's."""

import asyncio
import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from asn1crypto import core as asn1_core
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffPolicy
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import ModificationInfo, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from .archive import STRICT, TOLERANT, proven_time
from .certificates import HELD_POLICY, PARTY_POLICY, SEAL_POLICY, Subject, subject_of
from .fields import SEAL_FIELD, party_of
from .revisions import EachRevisionOnce
from .timestamp import to_asn1

ATTACHMENTS = ("transcript.json", "note.json", "paper.json", "paper-report.json")
_LARGEST_ATTACHMENT = 64_000_000


@dataclass(frozen=True, kw_only=True)
class SignatureFacts:
    """One signature or document timestamp, in the order of the file.

    `intact`: the covered bytes are those that were signed. `trusted`: the certificate led to a root that
    was given, at the proven time. `unchanged`: what was added since is allowed. `covers_file`: nothing at
    all follows. `changes` is pyHanko's name of what was added. `container_ok`: the bytes that no signature
    can cover, its own container, hold one CMS and nothing else; `companions_ok`: so do its certificates, each
    issued by a root that was given or by another of them.
    """

    field: str
    subject: Subject
    certificate_sha256: str
    policy: str
    root_sha256: str
    is_timestamp: bool
    certifies: bool
    reason: str
    proven_at: datetime | None
    covers_file: bool
    container_ok: bool
    companions_ok: bool = False
    intact: bool = False
    trusted: bool = False
    revoked: bool = False
    timestamp_ok: bool = False
    covers_revision: bool = False
    unchanged: bool = False
    changes: str = "UNKNOWN"
    sound: bool = False
    problem: str = ""

    @property
    def is_seal(self) -> bool:
        """By the certificate, not by the field's name: a name can be chosen by anyone."""
        return self.field == SEAL_FIELD and self.policy == SEAL_POLICY.dotted_string

    @property
    def is_refusal(self) -> bool:
        """The court's seal in a party's box: they refused."""
        return party_of(self.field) is not None and self.policy == SEAL_POLICY.dotted_string

    @property
    def is_party(self) -> bool:
        """The key was certified for a party."""
        return self.held or self.policy == PARTY_POLICY.dotted_string

    @property
    def held(self) -> bool:
        """The court's server held the party's key."""
        return self.policy == HELD_POLICY.dotted_string


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a PDF carries. `sealed_json` is the attachment as it was when the first signature was made,
    `sealed_name` what it is called.
    """

    signatures: tuple[SignatureFacts, ...]
    empty_fields: tuple[str, ...]
    sealed_json: bytes | None
    sealed_name: str
    has_revocation_lists: bool


def inspect(data: bytes, roots: Sequence[x509.Certificate], at: datetime) -> Inspection:
    """Look at every signature, newest first, as of `at`. Raises whatever an unreadable PDF makes pyHanko raise.

    With no roots, the self-signed certificates inside the file are taken, so that the rest can be told.
    """
    return asyncio.run(_inspect(data, roots, at))


async def _inspect(data: bytes, roots: Sequence[x509.Certificate], at: datetime) -> Inspection:
    reader = PdfFileReader(io.BytesIO(data))
    signatures = list(reader.embedded_signatures)
    lists = _revocation_lists(reader)
    anchors = [to_asn1(root) for root in roots] or _own_roots(signatures)
    facts: list[SignatureFacts] = []
    policy = _policy_for(reader, signatures)
    moment = at  # a later timestamp that holds proves that what it covers existed by then
    for signature in reversed(signatures):
        found = await _examine(signature, anchors, lists, moment, at, data, policy)
        facts.append(found)
        if found.is_timestamp and found.sound and found.proven_at is not None:
            moment = min(moment, found.proven_at)
    empty = [name for name, value, _ in enumerate_sig_fields(reader) if value is None]
    name, attached = _attachment(data, signatures[0]) if signatures else ("", None)
    return Inspection(
        signatures=tuple(reversed(facts)),
        empty_fields=tuple(empty),
        sealed_json=attached,
        sealed_name=name,
        has_revocation_lists=bool(lists),
    )


def _policy_for(reader: PdfFileReader, signatures: list[EmbeddedPdfSignature]) -> DiffPolicy:
    if not signatures:
        return DEFAULT_DIFF_POLICY
    first = signatures[0]
    return EachRevisionOnce(reader, first.signed_revision, first.docmdp_level)


async def _examine(
    signature: EmbeddedPdfSignature,
    anchors: list[asn1_x509.Certificate],
    lists: list[Any],
    moment: datetime,
    at: datetime,
    data: bytes,
    policy: DiffPolicy,
) -> SignatureFacts:
    facts = replace(
        _describe(signature, data),
        companions_ok=_all_vouched(_companions(signature), anchors),
    )
    try:
        if facts.is_timestamp:
            strict = moment < at and _listed(signature.signer_cert, lists)
            context = _context(anchors, lists, moment, strict=strict)
            return _judge_timestamp(
                facts, await async_validate_pdf_timestamp(signature, context, diff_policy=policy)
            )
        # A certificate is judged at the proven time, the proof at the time of the next one.
        signer = _context(anchors, lists, facts.proven_at or moment, strict=bool(lists))
        stamper = _stamper(signature)
        strict = moment < at and stamper is not None and _listed(stamper, lists)
        stamp = _context(anchors, lists, moment, strict=strict)
        status = await async_validate_pdf_signature(
            signature,
            signer_validation_context=signer,
            ts_validation_context=stamp,
            diff_policy=policy,
        )
        return _judge_signature(facts, status)
    except Exception as error:  # a stranger's file may fail anywhere: the failure is the finding
        return replace(facts, problem=f"{type(error).__name__}: {error}")


def _describe(signature: EmbeddedPdfSignature, data: bytes) -> SignatureFacts:
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    is_timestamp = signature.sig_object_type == "/DocTimeStamp"
    start, first, second, rest = (int(part) for part in signature.byte_range)
    return SignatureFacts(
        field=signature.field_name,
        subject=subject_of(certificate),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        policy=_policy(certificate),
        root_sha256=", ".join(one.sha256.hex() for one in _own_roots([signature])),
        is_timestamp=is_timestamp,
        certifies=signature.docmdp_level == MDPPerm.FILL_FORMS,
        reason=str(signature.sig_object.get("/Reason", "")),
        proven_at=_token_time(signature.signed_data) if is_timestamp else proven_time(signature),
        covers_file=start == 0 and first < second and second + rest == len(data),
        container_ok=_plain_container(data[first:second]),
    )


def _plain_container(hole: bytes) -> bool:
    """One DER value in hexadecimal digits of one case, then zeros (ISO 32000-2, 12.8.1)."""
    digits = hole[1:-1]
    if hole[:1] + hole[-1:] != b"<>" or digits not in (digits.upper(), digits.lower()):
        return False
    content = bytes.fromhex(digits.decode("ascii"))
    value: bytes = asn1_core.load(content).dump()
    return content == value + bytes(len(content) - len(value))


def _judge_signature(facts: SignatureFacts, status: Any) -> SignatureFacts:
    stamp = status.timestamp_validity
    return replace(
        _judge_changes(facts, status),
        intact=status.intact and status.valid,
        trusted=status.trusted,
        revoked=status.revoked,
        timestamp_ok=stamp is not None and stamp.valid and stamp.intact and stamp.trusted,
        sound=status.bottom_line and bool(status.docmdp_ok),
    )


def _judge_timestamp(facts: SignatureFacts, status: Any) -> SignatureFacts:
    holds = status.intact and status.valid and status.trusted
    judged = _judge_changes(facts, status)
    return replace(
        judged,
        intact=status.intact and status.valid,
        trusted=status.trusted,
        revoked=status.revoked,
        timestamp_ok=holds,
        sound=holds and judged.covers_revision and judged.unchanged,
    )


def _judge_changes(facts: SignatureFacts, status: ModificationInfo) -> SignatureFacts:
    level = status.modification_level
    coverage = status.coverage
    whole = (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)
    allowed = level is not None and level.name in ("NONE", "LTA_UPDATES", "FORM_FILLING")
    return replace(
        facts,
        covers_revision=coverage in whole,
        unchanged=allowed and status.docmdp_ok is not False,
        changes="UNKNOWN" if level is None else level.name,
    )


def _context(
    anchors: list[asn1_x509.Certificate], lists: list[Any], moment: datetime, *, strict: bool
) -> ValidationContext:
    return ValidationContext(
        trust_roots=anchors,
        crls=lists,
        moment=moment,
        revinfo_policy=STRICT if strict else TOLERANT,
    )


def _listed(certificate: asn1_x509.Certificate, lists: list[Any]) -> bool:
    """Whether the file brings a revocation list by the certificate's issuer."""
    issuers = (asn1_crl.CertificateList.load(one).issuer for one in lists)
    return any(issuer == certificate.issuer for issuer in issuers)


def _stamper(signature: EmbeddedPdfSignature) -> asn1_x509.Certificate | None:
    """The certificate of the authority that made the signature's own timestamp."""
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        return extract_certificate_info(token).signer_cert
    return None


def _policy(certificate: x509.Certificate) -> str:
    try:
        found = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return ""
    return found[0].policy_identifier.dotted_string if len(found) == 1 else ""


def _companions(signature: EmbeddedPdfSignature) -> list[asn1_x509.Certificate]:
    """Every certificate in the container, those of the timestamp included."""
    tokens = extract_tst_data_iter(signature.signer_info, signed=False)
    return [one.chosen for data in (signature.signed_data, *tokens) for one in data["certificates"]]


def _all_vouched(
    companions: list[asn1_x509.Certificate], anchors: list[asn1_x509.Certificate]
) -> bool:
    known = {one.dump() for one in anchors}
    issuers = [x509.load_der_x509_certificate(der) for der in known]
    issuers += [x509.load_der_x509_certificate(one.dump()) for one in companions if one.ca]
    return all(one.dump() in known or _issued_by_any(one, issuers) for one in companions)


def _issued_by_any(one: asn1_x509.Certificate, issuers: list[x509.Certificate]) -> bool:
    certificate = x509.load_der_x509_certificate(one.dump())
    for issuer in issuers:
        with contextlib.suppress(ValueError, TypeError, InvalidSignature):
            certificate.verify_directly_issued_by(issuer)
            return True
    return False


def _own_roots(signatures: Sequence[EmbeddedPdfSignature]) -> list[asn1_x509.Certificate]:
    """The self-signed certificates that the signatures bring along."""
    found = (c for s in signatures for c in s.other_embedded_certs if c.self_signed != "no")
    return list({one.sha256: one for one in found}.values())


def _token_time(token: Any) -> datetime:
    return cast(datetime, token["encap_content_info"]["content"].parsed["gen_time"].native)


def _revocation_lists(reader: PdfFileReader) -> list[Any]:
    try:
        return [one.get_object().data for one in DocumentSecurityStore.read_dss(reader).crls]
    except NoDSSFoundError:
        return []


def _attachment(data: bytes, first: EmbeddedPdfSignature) -> tuple[str, bytes | None]:
    """The embedded record of the revision that the first signature covers, and its name."""
    end = int(first.byte_range[2]) + int(first.byte_range[3])
    root = PdfFileReader(io.BytesIO(data[:end])).root
    for entry in root.get("/AF", ()):
        file = entry.get_object()
        name = str(file.get("/UF", ""))
        if name in ATTACHMENTS:
            content = cast(bytes, file["/EF"]["/F"].data)
            return name, content if len(content) <= _LARGEST_ATTACHMENT else None
    return "", None
