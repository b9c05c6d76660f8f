"""What papers need of others: who prints and signs, who knows the people of a case, how files are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hearing_server.domain.cases import Case
from hearing_server.domain.papers.events import Addressee, Way
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.exhibits import Examined
from hearing_server.services.transcripts import HeldSignature, Prepared, Printed

UPLOADED, PRINTED, NOTICE = (
    0,
    1,
    2,
)  # what a file of a paper is: DocumentFiles keeps it as a version


@dataclass(frozen=True, kw_only=True)
class SignRequest:
    """`possession`: what the key says about itself, so that no certificate is made for a key nobody holds."""

    person: str
    public_key: bytes
    possession: bytes
    name_image: bytes
    strokes: bytes = b""  # how it was written, JSON; empty where it was typed


class Press(Protocol):
    """Prints, seals and signs papers; nothing blocks. Refused for bad input, Refused(busy)."""

    async def examine(self, path: Path) -> Examined:
        """Refused(bad_file) with the reason: what it is, or why it may not be sent round."""

    async def digest(self, paper: Paper, signers: Sequence[Addressee]) -> str:
        """Of the paper's record with these signers; Refused(unprintable_character)."""

    async def draft(self, paper: Paper) -> bytes: ...

    async def print_and_seal(self, paper: Paper, upload: bytes) -> Printed: ...

    async def prepare(self, pdf: bytes, paper: Paper, request: SignRequest) -> Prepared: ...

    async def sign_held(
        self, pdf: bytes, paper: Paper, request: SignRequest, witness: str
    ) -> HeldSignature:
        """With a key made on the server, said so in the certificate and in what is seen of the signature."""

    async def archive(self, pdf: bytes) -> bytes: ...

    async def notice(self, paper: Paper, to: Addressee, ways: Sequence[Way], now: int) -> bytes: ...

    async def proof(
        self, paper: Paper, person: str, entries: Sequence[Entry], now: int
    ) -> bytes: ...

    async def evidence(self, paper: Paper, entries: Sequence[Entry], now: int) -> bytes: ...


class People(Protocol):
    async def get(self, case: str) -> Case | None:
        """The case as it stands now, with everybody in it."""
