"""The court's embedded authority, on real files, checked with openssl."""

import os
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from transcript.errors import SigningError
from transcript.signing.authority import Authority
from transcript.signing.certificates import subject_of

from . import court
from .court import BrowserKey, certify

PASSPHRASE = b"a passphrase"


def opened(folder: Path, passphrase: bytes = PASSPHRASE) -> Authority:
    return Authority.open(folder, passphrase, court.COURT)


def code(attempt: object) -> str:
    with pytest.raises(SigningError) as refused:
        attempt()  # type: ignore[operator]
    return refused.value.code


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    """The second opening finds the same root, seal and court."""
    first, again = opened(tmp_path / "a"), opened(tmp_path / "a")
    assert again.root.certificate == first.root.certificate
    assert again.seal.certificate == first.seal.certificate
    assert again.court_name == court.COURT


def test_keys_are_encrypted_and_private(tmp_path: Path) -> None:
    """Every file is readable by the server alone; no key lies in the clear; no draft is left."""
    opened(tmp_path / "a")
    files = sorted(os.listdir(tmp_path / "a"))
    assert files == [
        f"{n}.{k}.pem" for n in ("record", "root", "seal", "tsa") for k in ("crt", "key")
    ]
    for name in files:
        path = tmp_path / "a" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        if ".key." in name:
            assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert os.listdir(tmp_path) == ["a"]


def test_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    """A wrong passphrase, and none, are coded errors, and nothing is made anew."""
    root = opened(tmp_path / "a").root.certificate
    assert code(lambda: opened(tmp_path / "a", b"another")) == "wrong_passphrase"
    assert code(lambda: opened(tmp_path / "a", b"")) == "empty_passphrase"
    assert opened(tmp_path / "a").root.certificate == root


def test_damage_is_refused(tmp_path: Path) -> None:
    """A missing file, and keys of another authority, are told as damage, never replaced."""
    opened(tmp_path / "a")
    opened(tmp_path / "b")
    (tmp_path / "a" / "tsa.key.pem").write_bytes((tmp_path / "b" / "tsa.key.pem").read_bytes())
    assert code(lambda: opened(tmp_path / "a")) == "authority_damaged"
    (tmp_path / "b" / "root.key.pem").unlink()
    assert code(lambda: opened(tmp_path / "b")) == "authority_damaged"
    assert not (tmp_path / "b" / "root.key.pem").exists()


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    """Opened by two threads at once for the first time, there is one authority."""
    found: list[x509.Certificate] = []
    threads = [
        threading.Thread(target=lambda: found.append(opened(tmp_path / "a").root.certificate))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]


def test_openssl_accepts_the_chain(tmp_path: Path, authority: Authority) -> None:
    """openssl verifies seal, timestamp and party certificates against the root and a fresh list."""
    party = certify(authority, BrowserKey(), "clerk")
    (tmp_path / "party.pem").write_bytes(party.public_bytes(serialization.Encoding.PEM))
    crl = authority.crl().public_bytes(serialization.Encoding.PEM)
    (tmp_path / "crl.pem").write_bytes(crl)
    for path, purpose in (
        (authority.folder / "seal.crt.pem", "any"),
        (authority.folder / "tsa.crt.pem", "timestampsign"),
        (tmp_path / "party.pem", "any"),
    ):
        command = ["openssl", "verify", "-x509_strict", "-crl_check", "-CRLfile"]
        command += [tmp_path / "crl.pem", "-CAfile", authority.folder / "root.crt.pem"]
        done = subprocess.run([*command, "-purpose", purpose, path], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_certificate_names_the_party(authority: Authority) -> None:
    """Name, role, party, hearing and court stand in the certificate, which lasts for the window."""
    certificate = certify(authority, BrowserKey(), "defendant", minutes=30)
    subject = subject_of(certificate)
    assert (subject.name, subject.role) == ("阮小满", "被告人")
    assert (subject.identifier, subject.unit) == ("defendant", "hearing-1")
    assert subject.organisation == court.COURT
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_other_keys_are_refused(authority: Authority) -> None:
    """Only P-256 public keys are certified."""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    others = [
        rsa.generate_private_key(65537, 2048).public_key().public_bytes(*form),
        ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(*form),
        b"",
        b"\x30\x03\x02\x01\x01",
        BrowserKey().spki[:-1],
        BrowserKey().spki[:-64] + bytes(64),  # a point that is not on the curve
    ]
    for spki in others:
        attempt = lambda spki=spki: authority.issue_signing_certificate(  # noqa: E731
            spki, name="甲", party="p", label="证人", hearing="h", minutes=5
        )
        assert code(attempt) == "bad_public_key"


@pytest.mark.parametrize(
    ("hearing", "minutes", "expected"),
    [("h" * 65, 5, "name_too_long"), ("h", 0, "bad_validity"), ("h", 20_000, "bad_validity")],
)
def test_bad_request_is_refused(
    authority: Authority, hearing: str, minutes: int, expected: str
) -> None:
    """What the certificate cannot hold or cut, and windows over seven days are refused by their codes."""
    before = len(authority.issued())
    attempt = lambda: authority.issue_signing_certificate(  # noqa: E731
        BrowserKey().spki, name="甲", party="p", label="证人", hearing=hearing, minutes=minutes
    )
    assert code(attempt) == expected
    assert len(authority.issued()) == before


def test_revocation_is_kept(tmp_path: Path) -> None:
    """A revoked certificate is in every list made since, also by a server started later."""
    authority = opened(tmp_path / "a")
    kept, revoked = (certify(authority, BrowserKey(), p) for p in ("clerk", "counsel"))
    authority.revoke(revoked.serial_number)
    authority.revoke(revoked.serial_number)
    reopened = opened(tmp_path / "a")
    listed = [one.serial_number for one in reopened.crl()]
    assert listed == [revoked.serial_number]
    assert [one.revoked_at is None for one in reopened.issued()] == [True, False]
    assert [one.serial for one in reopened.issued()] == [kept.serial_number, revoked.serial_number]
    assert code(lambda: reopened.revoke(1)) == "unknown_serial"


def test_record_torn_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    """Half a line at the end of the record harms neither what was before nor what comes after."""
    authority = opened(tmp_path / "a")
    certify(authority, BrowserKey(), "clerk")
    with (tmp_path / "a" / "issued.jsonl").open("ab") as file:
        file.write('{"issued": "12", "name": "阮'.encode()[:-1])
    certify(authority, BrowserKey(), "counsel")
    assert [one.party for one in opened(tmp_path / "a").issued()] == ["clerk", "counsel"]
    mode = (tmp_path / "a" / "issued.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A place where nothing can be made gives a coded error."""
    (tmp_path / "file").write_bytes(b"")
    assert code(lambda: opened(tmp_path / "file" / "a")) == "authority_unwritable"
