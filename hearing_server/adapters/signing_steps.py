"""The steps of a signature as the signing processes do them, for transcripts, notes and papers. Blocking."""

import hashlib
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.transcripts import HeldSignature, Prepared
from transcript.errors import TranscriptError
from transcript.signing import work
from transcript.signing.signer import PreparedSignature

SIGNING_MINUTES = 48 * 60  # a party's certificate: the timestamp keeps the signature provable after

CODES = {
    "unprintable_character": Code.UNPRINTABLE_CHARACTER,
    "bad_public_key": Code.BAD_SIGNATURE,
    "bad_signature": Code.BAD_SIGNATURE,
    "bad_name_image": Code.BAD_MESSAGE,
    "name_too_long": Code.BAD_MESSAGE,
    "stale_revision": Code.BUSY,
    "timestamp_unavailable": Code.BUSY,
    "signing_unavailable": Code.BUSY,
    "unknown_signer": Code.NOT_A_SIGNER,
    "already_signed": Code.ALREADY_ANSWERED,
    "another_digest": Code.TRANSCRIPT_CHANGED,
    "certificate_expired": Code.BAD_TOKEN,
}  # what is not here is a fault of ours

T = TypeVar("T")


class Workshop(Protocol):
    """Where the steps of transcript/signing/work.py are done, over the court's authority."""

    def start(self) -> None: ...

    def call(self, function: Callable[..., T], *arguments: Any) -> T: ...


class SigningSteps:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def do(self, step: Callable[..., T], *arguments: Any) -> T:
        """The package's own codes become ours."""
        try:
            return self._workshop.call(step, *arguments)
        except TranscriptError as error:
            if error.code not in CODES:
                raise
            raise Refused(CODES[error.code], str(error)) from error

    def prepared(
        self, step: Callable[..., PreparedSignature], pdf: bytes, who: work.Signatory, *more: Any
    ) -> Prepared:
        """The file ready for a signature that is made elsewhere."""
        begun = self.do(step, pdf, who, *more)
        return Prepared(
            to_be_signed=begun.to_be_signed,
            certificate_sha256=hashlib.sha256(begun.certificate).hexdigest(),
            name_image_sha256=_image_sha256(who),
            finish=lambda raw: self.do(work.finish, begun, raw, pdf),
        )

    def held(self, pdf: bytes, who: work.Signatory, witness: str) -> HeldSignature:
        """Signed with a key of the court's, beside a witness."""
        signed, certificate = self.do(work.sign_held, pdf, who, witness)
        return HeldSignature(
            pdf=signed,
            certificate_sha256=hashlib.sha256(certificate).hexdigest(),
            name_image_sha256=_image_sha256(who),
        )


def _image_sha256(who: work.Signatory) -> str:
    return hashlib.sha256(who.name_image or b"").hexdigest()
