"""Signed roots: what holds of one is told fact by fact, and openssl agrees."""

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from transcript.errors import SigningError
from transcript.signing.authority import Authority
from transcript.signing.certificates import RECORD_POLICY
from transcript.signing.roots import RootFacts, judge_root, sign_root, stamp_root
from transcript.signing.timestamp import RemoteTimestamps

from . import court

STATEMENT = b'{"hearing":"h1","root":"00","size":7}'


def judge(statement: bytes, parts: tuple[bytes, bytes, bytes], *trusted: Authority) -> RootFacts:
    roots = [one.root.certificate for one in trusted]
    return judge_root(statement, *parts, int(time.time() * 1000), roots)


@pytest.fixture(scope="module")
def parts(authority: Authority) -> tuple[bytes, bytes, bytes]:
    signature, certificate = sign_root(STATEMENT, authority)
    return signature, certificate, stamp_root(signature, authority)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another court that calls itself the same."""
    return Authority.open(tmp_path_factory.mktemp("other") / "keys", b"another", court.COURT)


def test_a_signed_root_holds(authority: Authority, parts: tuple[bytes, bytes, bytes]) -> None:
    """Signature, chain and timestamp, just now."""
    facts = judge(STATEMENT, parts, authority)
    assert (facts.signed, facts.chained, facts.stamp_trusted) == (True, True, True)
    assert facts.stamped_at is not None
    assert abs(facts.stamped_at - datetime.now(UTC)) < timedelta(seconds=60)


def test_another_statement_is_not_signed(
    authority: Authority, parts: tuple[bytes, bytes, bytes]
) -> None:
    """One letter of the root."""
    assert not judge(STATEMENT.replace(b"00", b"01"), parts, authority).signed


def test_a_stranger_of_the_same_name_is_told_from_the_court(
    authority: Authority, stranger: Authority, parts: tuple[bytes, bytes, bytes]
) -> None:
    """By its keys: neither its certificate nor its timestamp leads to the court's root, and so the other way."""
    facts = judge(STATEMENT, parts, stranger)
    assert (facts.signed, facts.chained, facts.stamp_trusted) == (True, False, False)
    signature, certificate = sign_root(STATEMENT, stranger)
    forged = (signature, certificate, stamp_root(signature, stranger))
    facts = judge(STATEMENT, forged, authority)
    assert (facts.signed, facts.chained, facts.stamp_trusted) == (True, False, False)


def test_neither_seal_nor_party_signs_roots(authority: Authority) -> None:
    """One root certified them all; the policy tells them apart."""
    seal = authority.seal.certificate.public_bytes(serialization.Encoding.DER)
    facts = judge(STATEMENT, (sign_root(STATEMENT, authority)[0], seal, b""), authority)
    assert (facts.signed, facts.chained) == (False, False)
    usage = authority.record.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    assert not usage.key_cert_sign
    policies = authority.record.certificate.extensions.get_extension_for_class(
        x509.CertificatePolicies
    ).value
    assert [one.policy_identifier for one in policies] == [RECORD_POLICY]


def test_a_timestamp_of_another_signature_is_no_proof(authority: Authority) -> None:
    """It proves that something existed, but not this."""
    signature, certificate = sign_root(STATEMENT, authority)
    another, _ = sign_root(STATEMENT.replace(b"7", b"8"), authority)
    other = stamp_root(another, authority)
    facts = judge(STATEMENT, (signature, certificate, other), authority)
    assert facts.stamped_at is None
    assert facts.stamp_problem
    assert facts.signed


@pytest.mark.parametrize("junk", [b"", b"\x30\x80", b"x" * 100_000, b"\x30" * 5000])
def test_junk_is_a_finding_and_no_crash(authority: Authority, junk: bytes) -> None:
    """In the place of each part."""
    signature, certificate = sign_root(STATEMENT, authority)
    assert not judge(STATEMENT, (junk, certificate, junk), authority).signed
    facts = judge(STATEMENT, (signature, junk, junk), authority)
    assert (facts.signed, facts.chained, facts.stamped_at) == (False, False, None)


def test_the_key_stays_and_is_made_where_it_is_missing(tmp_path: Path) -> None:
    """An authority that has none yet certifies one; the next opening finds the same."""
    first = Authority.open(tmp_path / "k", b"x", court.COURT)
    again = Authority.open(tmp_path / "k", b"x", court.COURT)
    assert again.record.certificate == first.record.certificate
    (tmp_path / "k" / "record.crt.pem").unlink()
    made = Authority.open(tmp_path / "k", b"x", court.COURT)
    assert made.record.certificate != first.record.certificate
    made.record.certificate.verify_directly_issued_by(first.root.certificate)


def test_no_authority_within_reach_is_a_coded_error(tmp_path: Path) -> None:
    """Nothing listens there."""
    remote = RemoteTimestamps(url="http://127.0.0.1:9/", roots=())
    away = Authority.open(tmp_path / "k", b"x", court.COURT, remote_timestamps=remote)
    with pytest.raises(SigningError) as refused:
        stamp_root(b"signature", away)
    assert refused.value.code == "timestamp_unavailable"


def test_openssl_verifies_by_hand(
    tmp_path: Path, authority: Authority, parts: tuple[bytes, bytes, bytes]
) -> None:
    """The commands of the README in every hearing's folder."""
    signature, certificate, token = parts
    (tmp_path / "1.json").write_bytes(STATEMENT)
    (tmp_path / "1.sig").write_bytes(signature)
    (tmp_path / "1.tst").write_bytes(token)
    pem = x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)
    (tmp_path / "1.pem").write_bytes(pem)
    root = str(authority.folder / "root.crt.pem")
    for command in (
        "openssl x509 -in 1.pem -pubkey -noout -out key.pem",
        "openssl dgst -sha256 -verify key.pem -signature 1.sig 1.json",
        f"openssl verify -CAfile {root} -purpose any 1.pem",
        f"openssl ts -verify -data 1.sig -in 1.tst -token_in -CAfile {root}",
    ):
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)
