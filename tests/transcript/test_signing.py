"""Sealing, signing and archiving, judged by openssl and pdfsig."""

import dataclasses
import io
import itertools
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from transcript import pdf
from transcript.errors import SigningError
from transcript.signing import signer
from transcript.signing.archive import archive
from transcript.signing.authority import Authority
from transcript.signing.handwriting import MAX_BYTES, check_png
from transcript.verify import verify_pdf

from . import court
from .conftest import Signed
from .court import BrowserKey, certify, handwriting, png


def prepared_by(
    base: bytes, party: str, authority: Authority
) -> tuple[BrowserKey, signer.PreparedSignature]:
    key = BrowserKey()
    return key, signer.begin(base, party, certify(authority, key, party), None, authority)


def refusal(attempt: object) -> str:
    with pytest.raises(SigningError) as refused:
        attempt()  # type: ignore[operator]
    return refused.value.code


def test_pdfsig_counts_every_signature(signed: Signed, tmp_path: Path) -> None:
    """poppler finds the seal and five signatures, all valid, with the names of the signers."""
    (tmp_path / "s.pdf").write_bytes(signed.archived)
    done = subprocess.run(["pdfsig", "-nocert", tmp_path / "s.pdf"], capture_output=True, text=True)
    assert done.stdout.count("Signature is Valid.") == 6
    assert done.stdout.count("ETSI.CAdES.detached") == 6
    for _, _, _, name in court.PEOPLE:
        assert f"Common Name: {name}" in done.stdout


def test_openssl_verifies_each_signature(
    signed: Signed, authority: Authority, tmp_path: Path
) -> None:
    """Each CMS, cut out of the file, is verified by openssl over the bytes around it."""
    signatures = PdfFileReader(io.BytesIO(signed.archived)).embedded_regular_signatures
    assert len(signatures) == 6
    for signature in signatures:
        start, first, second, rest = (int(part) for part in signature.byte_range)
        assert start == 0
        covered = signed.archived[:first] + signed.archived[second : second + rest]
        (tmp_path / "covered").write_bytes(covered)
        (tmp_path / "cms.der").write_bytes(signature.pkcs7_content)
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any"]
        command += ["-in", tmp_path / "cms.der", "-content", tmp_path / "covered"]
        command += ["-CAfile", authority.folder / "root.crt.pem", "-out", "/dev/null"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "order", [tuple(reversed(range(5))), (2, 0, 4, 1, 3)], ids=["reversed", "mixed"]
)
def test_parties_sign_in_any_order(
    order: tuple[int, ...], signed: Signed, authority: Authority
) -> None:
    """Whoever comes first signs first; the result verifies without an error or a warning."""
    whole = signed.sealed
    for index in order:
        whole = court.sign(whole, court.PEOPLE[index][0], authority)
    report = verify_pdf(archive(whole, authority), signed.roots)
    assert [f for f in report.findings if f.level != "ok"] == []


def test_earlier_bytes_stay(signed: Signed) -> None:
    """Every step only appends: what was signed is never written again."""
    stages = (signed.rendered.pdf, signed.sealed, signed.signed, signed.archived)
    for before, after in itertools.pairwise(stages):
        assert after.startswith(before)


def test_second_of_two_signers_at_once_begins_again(signed: Signed, authority: Authority) -> None:
    """Two prepare on the same revision; the first to finish wins, the other must begin again."""
    base = signed.sealed
    ready: dict[str, tuple[BrowserKey, signer.PreparedSignature]] = {}
    threads = [
        threading.Thread(target=lambda p=p: ready.update({p: prepared_by(base, p, authority)}))
        for p in ("clerk", "counsel")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    key, first = ready["clerk"]
    newest = signer.finish(first, key.sign(first.to_be_signed), base, authority)
    key, second = ready["counsel"]
    signature = key.sign(second.to_be_signed)
    assert refusal(lambda: signer.finish(second, signature, newest, authority)) == "stale_revision"
    assert verify_pdf(court.sign(newest, "counsel", authority), signed.roots).ok


def test_bad_signature_is_never_embedded(signed: Signed, authority: Authority) -> None:
    """Another key, other bytes, a wrong length or zeros are refused; the right one still fits."""
    key, prepared = prepared_by(signed.sealed, "clerk", authority)
    good = key.sign(prepared.to_be_signed)
    wrong = [
        BrowserKey().sign(prepared.to_be_signed),
        key.sign(prepared.to_be_signed + b"\0"),
        good[:-1],
        good + b"\0",
        bytes(64),
        b"\xff" * 64,
        good[32:] + good[:32],
        b"",
    ]
    for bad in wrong:
        attempt = lambda bad=bad: signer.finish(prepared, bad, signed.sealed, authority)  # noqa: E731
        assert refusal(attempt) == "bad_signature"
    done = signer.finish(prepared, good, signed.sealed, authority)
    assert verify_pdf(done, signed.roots).ok


def test_preparation_can_be_stored(signed: Signed, authority: Authority) -> None:
    """A preparation is plain values, so it outlives the process that made it."""
    key, prepared = prepared_by(signed.sealed, "clerk", authority)
    again = signer.PreparedSignature(**dataclasses.asdict(prepared))
    done = signer.finish(again, key.sign(prepared.to_be_signed), signed.sealed, authority)
    assert verify_pdf(done, signed.roots).ok


def test_signing_out_of_turn_is_refused(signed: Signed, authority: Authority) -> None:
    """Twice, without a box, with a key of another, or on something else: each by its code."""
    key = BrowserKey()
    clerk = certify(authority, key, "clerk")
    stranger = authority.issue_signing_certificate(
        key.spki, name="路过", party="stranger", label="旁听", hearing="hearing-1", minutes=5
    )
    begin = signer.begin
    cases = [
        (signed.signed, "clerk", clerk, "already_signed"),
        (signed.sealed, "stranger", stranger, "unknown_signer"),
        (signed.sealed, "judge", clerk, "wrong_certificate"),
        (b"%PDF-1.7 nothing", "clerk", clerk, "signing_failed"),
        (b"", "clerk", clerk, "signing_failed"),
    ]
    for base, party, certificate, expected in cases:
        attempt = lambda b=base, p=party, c=certificate: begin(b, p, c, None, authority)  # noqa: E731
        assert refusal(attempt) == expected


def test_window_that_is_over_is_refused(tmp_path: Path) -> None:
    """After the signing window, or once revoked, the key signs no more."""
    now = [datetime.now(UTC)]
    authority = Authority.open(tmp_path / "a", b"p", court.COURT, clock=lambda: now[0])
    sealed = signer.seal(pdf.render(court.document()), authority)
    key, prepared = prepared_by(sealed, "clerk", authority)
    signature = key.sign(prepared.to_be_signed)
    now[0] += timedelta(minutes=61)
    late = refusal(lambda: signer.finish(prepared, signature, sealed, authority))
    assert late == "certificate_expired"
    now[0] -= timedelta(minutes=61)
    authority.revoke(authority.issued()[-1].serial)
    revoked = refusal(lambda: signer.finish(prepared, signature, sealed, authority))
    assert revoked == "certificate_revoked"


def test_refusal_does_not_prevent_archiving(signed: Signed, authority: Authority) -> None:
    """With one box left empty the transcript is archived, and the empty box is told."""
    whole = court.sign(signed.sealed, "clerk", authority)
    report = verify_pdf(archive(whole, authority), signed.roots)
    assert report.ok
    unsigned = [f.text for f in report.findings if f.code == "unsigned"]
    assert len(unsigned) == 4
    assert any(one.startswith("被告人 阮小满: no signature") for one in unsigned)


def test_archiving_after_the_window(tmp_path: Path) -> None:
    """Signing windows may be over when the archive is made: the timestamps prove the time."""
    now = [datetime.now(UTC) - timedelta(hours=3)]
    authority = Authority.open(tmp_path / "a", b"p", court.COURT, clock=lambda: now[0])
    whole = court.sign(signer.seal(pdf.render(court.document()), authority), "clerk", authority)
    now[0] += timedelta(hours=3)
    whole = archive(whole, authority)
    assert verify_pdf(whole, [authority.root.certificate]).ok
    again = archive(whole, authority)
    assert verify_pdf(again, [authority.root.certificate]).ok


def test_unsigned_pdf_is_not_archived(signed: Signed, authority: Authority) -> None:
    """There is nothing to prove without a signature."""
    assert refusal(lambda: archive(signed.rendered.pdf, authority)) == "not_signed"


def test_another_authority_cannot_archive(signed: Signed, tmp_path: Path) -> None:
    """A transcript signed under one authority cannot be archived by another."""
    other = Authority.open(tmp_path / "a", b"p", "另一法院")
    assert refusal(lambda: archive(signed.signed, other)) == "not_provable"


def test_stamps_are_visible(signed: Signed, tmp_path: Path) -> None:
    """On the signature page each box shows the name and the time; the written name is drawn."""
    page = str(signed.rendered.boxes[0].page)
    (tmp_path / "s.pdf").write_bytes(signed.archived)
    command = ["pdftotext", "-f", page, "-l", page, "-raw", tmp_path / "s.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    for _, label, _, name in court.PEOPLE:
        assert f"{label} {name}\n{datetime.now(UTC).year}-" in text
    ink = (0, 0, 0x50)
    for name, expected in (("archived", True), ("sealed", False)):
        (tmp_path / "x.pdf").write_bytes(getattr(signed, name))
        draw = ["pdftoppm", "-f", page, "-l", page, "-r", "100", tmp_path / "x.pdf"]
        picture = subprocess.run(draw, capture_output=True, check=True).stdout
        assert (bytes(ink) * 3 in picture) is expected


def test_written_name_is_checked() -> None:
    """Of a PNG only the picture is kept; anything else about it is refused."""
    good = handwriting()
    assert check_png(good) == good
    extra = court.chunk(b"tEXt", b"Comment\0secret")
    assert check_png(good[:33] + extra + good[33:]) == good
    damaged = bytearray(good)
    damaged[50] ^= 1
    bomb = png(2000, 2000, bytes(4 * 2000 * 2000 + 2000 + 1))
    wrong = [
        b"",
        b"GIF89a",
        good[:-12],
        good[:40],
        bytes(damaged),
        png(0, 10, b""),
        png(2001, 1, bytes(8005)),
        png(10, 10, bytes(409)),
        png(10, 10, bytes(411)),
        bomb,
        png(10, 10, bytes(410)) + bytes(MAX_BYTES),
    ]
    for data in wrong:
        attempt = lambda data=data: check_png(data)  # noqa: E731
        assert refusal(attempt) == "bad_name_image"


def test_bad_written_name_stops_the_signature(signed: Signed, authority: Authority) -> None:
    """A file that is not a picture never reaches the typesetter."""
    key = BrowserKey()
    certificate = certify(authority, key, "clerk")
    attempt = lambda: signer.begin(signed.sealed, "clerk", certificate, b"<svg/>", authority)  # noqa: E731
    assert refusal(attempt) == "bad_name_image"


def test_private_key_never_arrives(signed: Signed, authority: Authority) -> None:
    """What is handed to the browser and stored holds the public certificate alone."""
    key, prepared = prepared_by(signed.sealed, "clerk", authority)
    secret = key._key.private_numbers().private_value.to_bytes(32, "big")
    seal = authority.seal.key.private_numbers().private_value.to_bytes(32, "big")
    for blob in (prepared.pdf, prepared.to_be_signed, prepared.certificate):
        assert secret not in blob
        assert seal not in blob
