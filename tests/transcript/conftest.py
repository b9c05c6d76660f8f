"""One authority and one sealed, signed and archived transcript for the whole package."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from transcript import pdf
from transcript.signing import signer
from transcript.signing.archive import archive
from transcript.signing.authority import Authority

from . import court


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The stages of one transcript."""

    rendered: pdf.RenderedTranscript
    sealed: bytes
    signed: bytes
    archived: bytes
    roots: tuple[x509.Certificate, ...]


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority") / "keys"
    return Authority.open(folder, b"a passphrase", court.COURT)


@pytest.fixture(scope="package")
def signed(authority: Authority) -> Signed:
    rendered = pdf.render(court.document())
    sealed = whole = signer.seal(rendered, authority)
    for party, *_ in court.SIGNING_ORDER:
        whole = court.sign(whole, party, authority)
    return Signed(
        rendered=rendered,
        sealed=sealed,
        signed=whole,
        archived=archive(whole, authority),
        roots=(authority.root.certificate,),
    )
