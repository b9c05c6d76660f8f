"""A refusal to sign stands in the signed file itself: the court's seal in the box of who refused, with the reason."""

import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from transcript.errors import SigningError
from transcript.signing import signer, work
from transcript.signing.archive import archive
from transcript.signing.authority import Authority
from transcript.signing.timestamp import to_asn1
from transcript.verify import Logged, verify_pdf

from . import court
from .conftest import Signed

AT = court.OPENED + 2_600_000
REASON = "第三条与我所说不符，要求更正。"
OTHERS = ("prosecutor", "counsel", "clerk", "judge")


def refusal(reason: str = REASON, party: str = "defendant") -> work.Refusal:
    _, label, _, name = next(one for one in court.PEOPLE if one[0] == party)
    printed = reason.replace("😀", "□")
    return work.Refusal(party=party, name=name, label=label, reason=reason, printed=printed, at=AT)


@pytest.fixture(scope="module")
def refused(signed: Signed, authority: Authority) -> bytes:
    """The defendant refuses, the others sign before and after it, and all is archived."""
    pdf = court.sign(signed.sealed, OTHERS[0], authority)
    pdf = work.refuse(pdf, refusal(), authority)
    for party in OTHERS[1:]:
        pdf = court.sign(pdf, party, authority)
    return archive(pdf, authority)


def test_the_print_names_who_refused_and_why(refused: bytes, tmp_path: Path) -> None:
    printed = court.printed_text(refused, tmp_path)
    for said in ("拒绝签名", "Refusedtosign", "被告人阮小满", court.squeeze(REASON), "2026-11-23"):
        assert said in printed, said


def test_every_signature_holds_and_nothing_else_was_changed(
    refused: bytes, signed: Signed, tmp_path: Path
) -> None:
    """For pyHanko as it comes, for poppler, and for the court's own verification, without a warning."""
    context = ValidationContext(trust_roots=[to_asn1(root) for root in signed.roots])
    signatures = PdfFileReader(io.BytesIO(refused)).embedded_regular_signatures
    assert len(signatures) == 6
    for signature in signatures:
        status = validate_pdf_signature(signature, context)
        assert status.bottom_line, status.pretty_print_details()
        assert status.docmdp_ok
    (tmp_path / "r.pdf").write_bytes(refused)
    done = subprocess.run(["pdfsig", "-nocert", tmp_path / "r.pdf"], capture_output=True, text=True)
    assert done.stdout.count("Signature is Valid.") == 6
    report = verify_pdf(refused, signed.roots)
    assert [f for f in report.findings if f.level != "ok"] == []
    (said,) = [f.text for f in report.findings if f.code == "refusal_sealed"]
    assert REASON in said
    assert "阮小满" in said


@pytest.mark.parametrize("change", [{"name": "佟小满"}, {"label": "证人"}])
def test_a_refusal_under_another_name_is_found(
    signed: Signed, authority: Authority, change: dict[str, str]
) -> None:
    """Sealed by the court all the same: the document says who was asked."""
    pdf = work.refuse(signed.sealed, replace(refusal(), **change), authority)
    wrong = [f for f in verify_pdf(pdf, signed.roots).findings if f.level == "error"]
    assert [f.code for f in wrong] == ["wrong_signer"]
    assert "被告人 阮小满" in wrong[0].text


def test_what_a_log_says_of_a_file_is_compared(refused: bytes, signed: Signed) -> None:
    """The name and the reason of who refused, the certificate of who signed; where it says nothing, nothing
    is wrong."""
    names = frozenset({"阮小满"})
    for said, codes in (
        (Logged(names={"defendant": names}), set()),
        (Logged(names={"defendant": frozenset()}), set()),
        (Logged(names={"defendant": frozenset({"佟小满"})}), {"wrong_signer"}),
        (Logged(reasons={"defendant": REASON}), set()),
        (Logged(reasons={}), set()),
        (Logged(reasons={"defendant": "别的理由"}), {"wrong_reason"}),
        (Logged(certificates={"counsel": "0" * 64}), {"wrong_certificate"}),
    ):
        found = verify_pdf(refused, signed.roots, logged=said).findings
        assert {f.code for f in found if f.level == "error"} == codes, said


@pytest.mark.parametrize(
    "reason", ["第一行\n第二行", "a\r\nb", "(un(b\\al", "没有字体的 😀", "  两边有空格  "]
)
def test_the_seal_holds_the_reason_as_it_was_given(
    signed: Signed, authority: Authority, reason: str
) -> None:
    """What no font has stands in the print as a box, in the seal as it is."""
    pdf = work.refuse(signed.sealed, refusal(reason), authority)
    said = Logged(reasons={"defendant": reason})
    found = verify_pdf(pdf, signed.roots, logged=said).findings
    assert not [f for f in found if f.level == "error"]


def test_a_box_is_used_once(signed: Signed, authority: Authority) -> None:
    """Whoever refused does not sign after it, nor the other way round; nobody refuses without a box."""
    pdf = work.refuse(signed.sealed, refusal(), authority)
    for attempt, code in (
        (lambda: court.sign(pdf, "defendant", authority), "already_signed"),
        (lambda: work.refuse(signed.signed, refusal(), authority), "already_signed"),
        (
            lambda: signer.seal_refusal(pdf, "x", "x", "x", "x", datetime.now(UTC), authority),
            "unknown_signer",
        ),
    ):
        with pytest.raises(SigningError) as failed:
            attempt()
        assert failed.value.code == code


def test_a_reason_that_is_sealed_is_said_to_be(
    signed: Signed, authority: Authority, tmp_path: Path
) -> None:
    """In print, and to whoever verifies: whatever reason the log has, there is nothing wrong with it."""
    pdf = work.refuse(signed.sealed, refusal(signer.SEALED_REASON), authority)
    assert "依法封存" in court.printed_text(pdf, tmp_path)
    said = Logged(reasons={"defendant": REASON})
    found = verify_pdf(pdf, signed.roots, logged=said).findings
    assert not [f for f in found if f.level == "error"]


def test_a_long_reason_is_cut_in_the_box_and_whole_in_the_signature(
    signed: Signed, authority: Authority, tmp_path: Path
) -> None:
    reason = "我没有说过这些话。" * 55 + "末"
    pdf = work.refuse(signed.sealed, refusal(reason), authority)
    printed = court.printed_text(pdf, tmp_path)
    assert "……（全文见庭审日志" in printed
    assert "末" not in printed
    (said,) = [f.text for f in verify_pdf(pdf, signed.roots).findings if f.code == "refusal_sealed"]
    assert reason in said


def test_a_reason_without_a_place_to_break_stays_in_the_box(
    signed: Signed, authority: Authority, tmp_path: Path
) -> None:
    """What stands outside is not seen, and pdftotext does not find it either."""
    reason = "Q" * 200
    pdf = work.refuse(signed.sealed, refusal(reason), authority)
    assert court.printed_text(pdf, tmp_path).count("Q") == 200
    (said,) = [f.text for f in verify_pdf(pdf, signed.roots).findings if f.code == "refusal_sealed"]
    assert reason in said
