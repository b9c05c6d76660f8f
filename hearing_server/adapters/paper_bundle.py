"""Implements PaperContainers: ASiC-E files in the folder of papers, hidden, so that a start clears what is left."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from hearing_server.adapters.bundle_files import SealedBundle
from hearing_server.domain.papers import proof
from hearing_server.domain.papers.events import PaperRootSigned
from recording import names
from recording.about_record import PAPER_TEXT
from recording.record_folder import root_files
from transcript.signing.authority import Authority
from transcript.signing.roots import sign_root


class PaperBundleFiles:
    def __init__(self, folder: Path, authority: Authority) -> None:
        self._folder = folder
        self._authority = authority

    def write(
        self, paper: str, roots: Sequence[PaperRootSigned], files: Iterable[tuple[str, bytes]]
    ) -> Path:
        path = self._folder / f".bundle-{secrets.token_hex(8)}"
        bundle = SealedBundle(path, self._authority)
        try:
            for name, data in (*files, *self._beside(paper, roots)):
                bundle.add(name, (data,))
            bundle.seal()
        except BaseException:
            bundle.abandon()
            raise
        return path

    def signed_list(self, said: bytes) -> list[tuple[str, bytes]]:
        signature, certificate = sign_root(said, self._authority)
        pem = _pem(x509.load_der_x509_certificate(certificate))
        return list(zip(names.COPY_FILES, (said, signature, pem), strict=True))

    def _beside(self, paper: str, roots: Sequence[PaperRootSigned]) -> list[tuple[str, bytes]]:
        authority = self._authority
        stamps = authority.remote.roots if authority.remote else ()
        files = [
            (names.ABOUT, PAPER_TEXT.encode()),
            (names.COURT, _pem(authority.root.certificate)),
            (names.CRL, authority.crl().public_bytes(serialization.Encoding.DER)),
            (names.CERTIFICATES, b"".join(map(_pem, authority.certificates))),
        ]
        if stamps:
            files.append((names.STAMPS, b"".join(map(_pem, stamps))))
        for root in roots:
            for name, data in root_files(paper, asdict(root), proof.KIND):
                files.append((f"{names.ROOTS}/{name}", data))
        return files


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
