"""Implements RootSigner over the court's authority."""

from hearing_server.services.roots import StampUnavailable
from transcript.errors import SigningError
from transcript.signing.authority import Authority
from transcript.signing.roots import sign_root, stamp_root


class CourtRootSigner:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def sign(self, statement: bytes) -> tuple[bytes, bytes]:
        return sign_root(statement, self._authority)

    def stamp(self, signature: bytes) -> bytes:
        try:
            return stamp_root(signature, self._authority)
        except SigningError as error:
            raise StampUnavailable(str(error)) from error
