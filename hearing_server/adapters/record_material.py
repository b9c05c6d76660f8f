"""Implements Material of a copy: the recordings directories, the documents, and the court's keys."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from hearing_server.services.evidence import Evidence
from hearing_server.services.media import SegmentClosed
from hearing_server.services.record_copy import Document
from recording import names
from recording.record_folder import RecordFolders
from transcript import evidence as printing
from transcript.signing.authority import Authority
from transcript.signing.roots import sign_root


class DocumentFiles(Protocol):
    def read(self, hearing: str, version: int, sha256: str) -> bytes: ...

    def read_beside(self, hearing: str, kind: str, sha256: str) -> bytes: ...


class CourtMaterial:
    """`documents` has the files of each kind of document."""

    def __init__(
        self,
        folders: RecordFolders,
        authority: Authority,
        documents: Mapping[str, DocumentFiles],
    ) -> None:
        self._folders = folders
        self._authority = authority
        self._documents = documents

    def beside(self, roots: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        yield from self._folders.beside(roots)
        yield names.CRL, self._authority.crl().public_bytes(serialization.Encoding.DER)
        yield names.CERTIFICATES, b"".join(map(_pem, self._authority.certificates))

    def document(self, hearing: str, document: Document) -> bytes:
        if document.party:
            files = self._documents["transcript"]
            return files.read_beside(hearing, document.kind, document.sha256)
        return self._documents[document.kind].read(hearing, document.number, document.sha256)

    def report(self, evidence: Evidence) -> Iterator[tuple[str, bytes]]:
        yield names.REPORT_DATA, printing.to_json(evidence)
        yield names.REPORT, printing.render(evidence)

    def segment(self, segment: SegmentClosed) -> Iterator[bytes] | None:
        return self._folders.segment(segment)

    def valid_from(self) -> int:
        return int(self._authority.record.certificate.not_valid_before_utc.timestamp() * 1000)

    def signed_list(self, said: bytes) -> Iterator[tuple[str, bytes]]:
        signature, certificate = sign_root(said, self._authority)
        pem = _pem(x509.load_der_x509_certificate(certificate))
        return iter(zip(names.COPY_FILES, (said, signature, pem), strict=True))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
