"""Implements Material of a copy: the recordings directories, and the court's key for its list."""

from collections.abc import Iterable, Iterator

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from recording import names
from recording.record_folder import RecordFolders
from transcript.signing.authority import Authority
from transcript.signing.roots import sign_root


class CourtMaterial:
    def __init__(self, folders: RecordFolders, authority: Authority) -> None:
        self._folders = folders
        self._authority = authority

    def beside(self, roots: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        return self._folders.beside(roots)

    def segment(self, name: str) -> Iterator[bytes] | None:
        return self._folders.segment(name)

    def valid_from(self) -> int:
        return int(self._authority.record.certificate.not_valid_before_utc.timestamp() * 1000)

    def signed_list(self, said: bytes) -> Iterator[tuple[str, bytes]]:
        signature, certificate = sign_root(said, self._authority)
        pem = x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)
        return iter(zip(names.COPY_FILES, (said, signature, pem), strict=True))
