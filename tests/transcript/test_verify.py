"""What verification says of good, foreign, changed and hostile files."""

import asyncio
import io
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import DocumentSecurityStore, ades
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from transcript import pdf
from transcript.document import to_json
from transcript.errors import SigningError
from transcript.signing import signer
from transcript.signing.archive import archive
from transcript.signing.authority import Authority
from transcript.signing.certificates import Issuer
from transcript.signing.fields import add_fields
from transcript.signing.key_signer import KeySigner
from transcript.signing.timestamp import to_asn1
from transcript.verify import Report, verify_pdf

from . import court
from .conftest import Signed
from .court import BrowserKey, certify


def codes(report: Report, level: str = "error") -> set[str]:
    return {finding.code for finding in report.findings if finding.level == level}


def error_codes(data: bytes, roots: Sequence[x509.Certificate]) -> set[str]:
    report = verify_pdf(data, roots)
    assert not report.ok
    assert all("\n" not in finding.text for finding in report.findings)
    return codes(report)


def test_good_file_names_everyone(signed: Signed) -> None:
    """Seal, five signatures and the archive timestamp each have a line, by name, and all hold."""
    report = verify_pdf(signed.archived, signed.roots)
    assert report.ok
    assert [f.code for f in report.findings] == (
        ["digest", "pages", "seal"] + ["signature"] * 5 + ["archived"]
    )
    text = "\n".join(finding.text for finding in report.findings)
    for party, label, _, name in court.PEOPLE:
        assert f"signature of {label} {name} (party {party}) at " in text
    assert signed.rendered.digest in text


@pytest.mark.parametrize("days", [0, 60, 9 * 365])
def test_expired_keys_still_hold(days: int, signed: Signed) -> None:
    """Years after the signing window the archived file is as good as on the day."""
    at = datetime.now(UTC) + timedelta(days=days)
    report = verify_pdf(signed.archived, signed.roots, at=at)
    assert [f for f in report.findings if f.level != "ok"] == []


def test_timestamps_end_too(signed: Signed) -> None:
    """Beyond the life of the timestamp's own certificate nothing is claimed any more."""
    at = datetime.now(UTC) + timedelta(days=11 * 365)
    assert not verify_pdf(signed.archived, signed.roots, at=at).ok


def test_future_validation_by_the_standard(signed: Signed, authority: Authority) -> None:
    """EN 319 102-1 long-term validation, strict about revocation, passes 60 days later."""
    at = (datetime.now(UTC) + timedelta(days=60)).replace(microsecond=0)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build([to_asn1(authority.root.certificate)]),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            local_knowledge=LocalKnowledge(known_crls=[_later_list(authority, at)]),
        )
    )
    timing = ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=False
    )
    for signature in PdfFileReader(io.BytesIO(signed.archived)).embedded_regular_signatures:
        result = asyncio.run(ades.ades_lta_validation(signature, spec, timing_info=timing))
        assert result.ades_subindic == AdESPassed.OK, result.failure_msg


def _later_list(authority: Authority, at: datetime) -> CRLContainer:
    root = authority.root
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(at - timedelta(hours=1))
        .next_update(at + timedelta(days=30))
        .add_extension(key_id, critical=False)
        .sign(root.key, hashes.SHA256())
    )
    der = made.public_bytes(serialization.Encoding.DER)
    return CRLContainer(asn1_crl.CertificateList.load(der))


def test_without_a_root_the_file_cannot_vouch_for_itself(signed: Signed) -> None:
    """With no root given the embedded one is named by its fingerprint, as an error."""
    report = verify_pdf(signed.archived)
    assert codes(report) == {"unknown_root"}
    fingerprint = signed.roots[0].fingerprint(hashes.SHA256()).hex()
    assert fingerprint in next(f.text for f in report.findings if f.code == "unknown_root")


def test_other_root_trusts_nothing(signed: Signed, tmp_path: Path) -> None:
    """A court's root does not vouch for what another authority signed."""
    other = Authority.open(tmp_path / "a", b"p", court.COURT)
    assert error_codes(signed.archived, [other.root.certificate]) == {"untrusted"}


def test_before_archiving_it_holds_with_a_warning(signed: Signed) -> None:
    """Signed but not archived: valid, and the missing proof is told."""
    report = verify_pdf(signed.signed, signed.roots)
    assert report.ok
    assert codes(report, "warning") == {"not_archived"}


def test_cut_back_to_fewer_signatures(signed: Signed) -> None:
    """A file cut back to the seal is what it was then: every missing signature is told."""
    report = verify_pdf(signed.sealed, signed.roots)
    assert report.ok
    assert [f.code for f in report.findings if f.level == "warning"].count("unsigned") == 5


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_changed_bit_is_found(place: float, bit: int, signed: Signed) -> None:
    """Whichever bit of the file is turned, verification fails."""
    changed = bytearray(signed.archived)
    changed[int(place * len(changed))] ^= 1 << bit
    assert not verify_pdf(bytes(changed), signed.roots).ok


@pytest.mark.parametrize("archived", [True, False])
def test_last_container_holds_nothing_else(archived: bool, signed: Signed) -> None:
    """In the last container, which no signature covers, every kind of change is found as well."""
    data = signed.archived if archived else signed.signed
    last = PdfFileReader(io.BytesIO(data)).embedded_signatures[-1]
    first, second = int(last.byte_range[1]), int(last.byte_range[2])
    root = signed.roots[0].public_bytes(serialization.Encoding.DER).hex().upper().encode()
    letter = next(i for i in range(first + 1, second) if data[i : i + 1] in b"ABCDEF")
    changes = {
        "padding": (second - 3, ord("1")),
        "case": (letter, data[letter] ^ 0x20),
        "root": (data.index(root, first) + 200, None),
        "digits": (first + 5, ord("?")),
    }
    for position, byte in changes.values():
        changed = bytearray(data)
        changed[position] = changed[position] ^ 1 if byte is None else byte
        assert not verify_pdf(bytes(changed), signed.roots).ok


def test_painting_over_is_found(signed: Signed) -> None:
    """A rectangle drawn over a page in a later revision is a change, though poppler calls it valid."""
    for base in (signed.archived, signed.signed, signed.sealed):
        buffer = io.BytesIO(base)
        writer = IncrementalPdfFileWriter(buffer)
        page = writer.find_page_for_modification(0)[0].get_object()
        paint = writer.add_object(
            generic.StreamObject(stream_data=b"q 1 0 0 rg 100 500 300 200 re f Q")
        )
        page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), paint])
        writer.update_container(page)
        writer.write_in_place()
        assert {"changed", "bytes_after"} <= error_codes(buffer.getvalue(), signed.roots)


def test_bytes_at_the_end_are_found(signed: Signed) -> None:
    """Anything after the last covered byte is told."""
    for tail in (b"\n", b"% note", b"\n%%EOF\n"):
        found = error_codes(signed.archived + tail, signed.roots)
        assert found in ({"bytes_after"}, {"damaged"})


def test_digest_is_checked(signed: Signed, authority: Authority) -> None:
    """A seal that names another record than the one inside is an error."""
    forged = pdf.RenderedTranscript(
        pdf=signed.rendered.pdf,
        pages=signed.rendered.pages,
        digest="0" * 64,
        boxes=signed.rendered.boxes,
        signers=signed.rendered.signers,
    )
    assert error_codes(signer.seal(forged, authority), signed.roots) == {"digest_mismatch"}


def test_pages_are_compared_with_the_record(signed: Signed, authority: Authority) -> None:
    """Pages that say something else than transcript.json are told apart by printing it again."""
    said, printed = court.document("我认罪。"), court.document("我不认罪。")
    honest, other = pdf.render(said), pdf.render(printed)
    inputs = pdf.typesetter_inputs(printed, honest.digest)
    inputs["source"] = to_json(said).decode()
    crafted, boxes = pdf.typeset(inputs, (pdf.fonts.default_folder(),), said.frozen_at // 1000)
    assert boxes == other.boxes
    mixed = pdf.RenderedTranscript(
        pdf=crafted,
        pages=other.pages,
        digest=honest.digest,
        boxes=boxes,
        signers=other.signers,
    )
    sealed = signer.seal(mixed, authority)
    assert "pages_not_compared" in codes(verify_pdf(sealed, signed.roots), "warning")


def _signed_by(
    data: bytes, field: str, certificate: x509.Certificate, key: BrowserKey, authority: Authority
) -> bytes:
    """A signature made by somebody's own program, past every check of ours."""
    simple = KeySigner(Issuer(certificate=certificate, key=key._key), authority.companions())
    metadata = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES)
    made = PdfSigner(metadata, simple, timestamper=authority.time_stamper())
    output = io.BytesIO(data)
    asyncio.run(made.async_sign_pdf(IncrementalPdfFileWriter(output), in_place=True))
    return output.getvalue()


def test_signing_in_the_place_of_another(signed: Signed, authority: Authority) -> None:
    """The clerk's key in the defendant's box is a wrong signer, however valid the signature."""
    key = BrowserKey()
    clerk = certify(authority, key, "clerk")
    forged = _signed_by(signed.sealed, "Party-defendant", clerk, key, authority)
    assert error_codes(forged, signed.roots) == {"wrong_signer"}


def test_party_cannot_seal(authority: Authority, signed: Signed) -> None:
    """A party's key in the field of the seal is no seal."""
    rendered = pdf.render(court.document("伪造的笔录。"))
    key = BrowserKey()
    base = add_fields(rendered.pdf, rendered.boxes, rendered.signers)
    forged = _signed_by(base, "Seal", certify(authority, key, "clerk"), key, authority)
    assert {"seal_missing", "wrong_signer"} <= error_codes(forged, signed.roots)


def test_key_of_another_hearing(authority: Authority, signed: Signed) -> None:
    """A key certified for one hearing signs no transcript of another."""
    key = BrowserKey()
    elsewhere = authority.issue_signing_certificate(
        key.spki, name="温故新", party="clerk", label="书记员", hearing="hearing-2", minutes=5
    )
    prepared = signer.begin(signed.sealed, "clerk", elsewhere, None, authority)
    done = signer.finish(prepared, key.sign(prepared.to_be_signed), signed.sealed, authority)
    assert error_codes(done, signed.roots) == {"wrong_signer"}


def test_revoked_before_and_after(tmp_path: Path) -> None:
    """Revoked after it signed, a key's signature stands; revoked before, it falls."""
    authority = Authority.open(tmp_path / "a", b"p", court.COURT)
    sealed = signer.seal(pdf.render(court.document()), authority)
    roots = [authority.root.certificate]
    whole = court.sign(sealed, "clerk", authority)
    now = datetime.now(UTC) + timedelta(seconds=5)
    later = Authority.open(tmp_path / "a", b"p", court.COURT, clock=lambda: now)
    later.revoke(later.issued()[-1].serial)
    assert verify_pdf(archive(whole, later), roots, at=now + timedelta(days=1)).ok
    before = datetime.now(UTC) - timedelta(seconds=30)
    early = Authority.open(tmp_path / "a", b"p", court.COURT, clock=lambda: before)
    key = BrowserKey()
    certificate = certify(early, key, "judge")
    early.revoke(certificate.serial_number)
    forged = _signed_by(sealed, "Party-judge", certificate, key, authority)
    with pytest.raises(SigningError) as refused:
        archive(forged, authority)
    assert refused.value.code == "not_provable"


def test_revoked_key_is_told(tmp_path: Path) -> None:
    """A list inside the file that revokes a key before it signed makes that signature an error."""
    before = datetime.now(UTC) - timedelta(seconds=30)
    early = Authority.open(tmp_path / "a", b"p", court.COURT, clock=lambda: before)
    authority = Authority.open(tmp_path / "a", b"p", court.COURT)
    key = BrowserKey()
    certificate = certify(early, key, "judge")
    early.revoke(certificate.serial_number)
    sealed = signer.seal(pdf.render(court.document()), authority)
    output = io.BytesIO(_signed_by(sealed, "Party-judge", certificate, key, authority))
    der = authority.crl().public_bytes(serialization.Encoding.DER)
    DocumentSecurityStore.add_dss(output, None, crls=[asn1_crl.CertificateList.load(der)])
    done = court.sign(output.getvalue(), "clerk", authority)
    report = verify_pdf(done, [authority.root.certificate])
    assert codes(report) == {"revoked"}
    assert "秦望舒" in next(f.text for f in report.findings if f.code == "revoked")


def test_unsigned_print_is_no_transcript(signed: Signed) -> None:
    """The printed record without a signature proves nothing."""
    assert error_codes(signed.rendered.pdf, signed.roots) == {"not_signed"}


def _bomb() -> bytes:
    packed = zlib.compress(bytes(300_000_000), 9)
    packed = zlib.compress(packed, 9)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 9999999/W[1 8 2]/Root 1 0 R/Filter"
    body = b"[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % len(packed)
    return head + body + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"


def _looped() -> bytes:
    start = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n"
    trailer = b"<</Size 2/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF" % (len(start), len(start))
    return start + table + trailer


HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "header": b"%PDF-1.7\n",
    "repeated": b"%PDF-1.7\n%%EOF\n" * 500,
    "startxref": b"%PDF-1.7\nstartxref\n999999999999999999999\n%%EOF",
    "negative": b"%PDF-1.7\nstartxref\n-1\n%%EOF",
    "nested": b"%PDF-1.7\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF",
    "dictionaries": b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 50_000 + b"\nstartxref\n9\n%%EOF",
    "bomb": _bomb(),
    "looped": _looped(),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_a_finding(name: str, signed: Signed) -> None:
    """What is no readable PDF is one error line, within seconds, never a traceback."""
    assert error_codes(HOSTILE[name], signed.roots) & {"damaged", "not_a_pdf", "not_signed"}


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_truncated_file_is_a_finding(share: float, signed: Signed) -> None:
    """A file that ends too early fails."""
    cut = signed.archived[: int(share * len(signed.archived))]
    assert not verify_pdf(cut, signed.roots).ok
