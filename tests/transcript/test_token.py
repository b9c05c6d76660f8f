"""The court's keys in a real token: SoftHSM, of a folder of its own for each test."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hearing_server.services.worker_link import process
from tests.transcript import court
from transcript.document import digest
from transcript.errors import SigningError
from transcript.signing import work
from transcript.signing.authority import Authority
from transcript.signing.calls import Keys
from transcript.signing.container import judge_container, sign_manifest
from transcript.signing.inspection import inspect
from transcript.signing.processes import SigningProcesses
from transcript.signing.token import Token

MODULE = next(
    path
    for path in (
        Path("/usr/lib/softhsm/libsofthsm2.so"),
        Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
        Path("/usr/lib64/pkcs11/libsofthsm2.so"),
    )
    if path.exists()
)
PIN, LABEL = "1234-测", "court"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Token:
    """An empty token; the library of this process knows it."""
    conf = tmp_path / "softhsm2.conf"
    (tmp_path / "tokens").mkdir()
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    monkeypatch.setitem(process.WORKER_ENVIRONMENT, "SOFTHSM2_CONF", str(conf))
    tool = ["softhsm2-util", "--init-token", "--free", "--label", LABEL]
    subprocess.run([*tool, "--so-pin", "so-pin", "--pin", PIN], check=True, capture_output=True)
    pkcs11.lib(str(MODULE)).reinitialize()  # another test's token is known to this process no more
    return Token(MODULE, LABEL, PIN)


def code(attempt: Callable[[], object]) -> str:
    with pytest.raises(SigningError) as refused:
        attempt()
    return refused.value.code


def opened(folder: Path, token: Token | None) -> Authority:
    return Authority.open(folder, b"a passphrase", court.COURT, token=token)


def test_keys_are_made_in_the_token_once_and_are_nowhere_else(tmp_path: Path, token: Token) -> None:
    first, again = opened(tmp_path / "keys", token), opened(tmp_path / "keys", token)
    assert again.root.certificate == first.root.certificate
    assert not list((tmp_path / "keys").glob("*.key.pem"))
    with pytest.raises(SigningError, match="do not leave it"):
        first.seal.key.private_numbers()
    signature = first.seal.key.sign(b"words", ec.ECDSA(hashes.SHA256()))
    first.seal.certificate.public_key().verify(  # type: ignore[union-attr, call-arg]
        signature,
        b"words",
        ec.ECDSA(hashes.SHA256()),  # type: ignore[arg-type]
    )


def test_everything_that_the_court_signs_is_signed_by_the_token(
    tmp_path: Path, token: Token
) -> None:
    """Seal, party's certificate, timestamp, revocation list, bundle: in the server and beside it."""
    authority = opened(tmp_path / "keys", token)
    keys = Keys(
        folder=tmp_path / "keys",
        passphrase=b"a passphrase",
        court_name=court.COURT,
        token_module=MODULE,
        token_label=LABEL,
        token_pin=PIN,
    )
    signing = SigningProcesses(keys, count=1)
    document = court.document()
    pdf, _ = signing.call(work.print_and_seal, document, digest(document))
    party, key = document.signers[0].party, court.BrowserKey()
    who = work.Signatory(
        party=party, name="虚构", label="辩护人", hearing="h1", public_key=key.spki, minutes=60,
        name_image=None, statement="无误",
    )  # fmt: skip
    begun = signing.call(work.prepare, pdf, who)
    signed = signing.call(work.finish, begun, key.sign(begun.to_be_signed), pdf)
    archived = signing.call(work.archive, signed)
    signing.close()
    report = inspect(archived, (authority.root.certificate,), authority.now())
    assert [one.sound for one in report.signatures] == [True, True, True]
    container = sign_manifest(b"manifest", authority)
    facts = judge_container(b"manifest", container, (authority.root.certificate,))
    assert (facts.signed, facts.sealed, facts.stamp_trusted) == (True, True, True)


def test_a_token_that_is_not_there_or_not_ours_is_said(tmp_path: Path, token: Token) -> None:
    opened(tmp_path / "keys", token)
    wrong_pin = Token(MODULE, LABEL, "0000")
    assert code(lambda: opened(tmp_path / "keys", wrong_pin)) == "token_unavailable"
    assert code(lambda: opened(tmp_path / "new", Token(MODULE, "no such", PIN))) == (
        "token_unavailable"
    )
    missing = Token(tmp_path / "no-library.so", LABEL, PIN)
    assert code(lambda: opened(tmp_path / "new", missing)) == "token_unavailable"
    assert not (tmp_path / "new").exists()
    in_files = opened(tmp_path / "files", None)
    assert in_files.root.certificate
    assert code(lambda: opened(tmp_path / "files", token)) == "authority_damaged"


def test_a_token_that_was_pulled_out_is_found_again(tmp_path: Path, token: Token) -> None:
    """Its sessions are gone with it."""
    authority = opened(tmp_path / "keys", token)
    pkcs11.lib(str(MODULE)).reinitialize()
    assert authority.seal.key.sign(b"words", ec.ECDSA(hashes.SHA256()))
    assert authority.crl() is not None
