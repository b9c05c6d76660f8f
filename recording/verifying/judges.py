"""What verifying asks of others: whoever knows signatures, and whoever knows the signed documents.

transcript/ does; hearing_server/judges.py brings the two together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from cryptography import x509

from recording.verifying.report import Finding

Certificates = Sequence[x509.Certificate]


class RootFacts(Protocol):
    """transcript/signing/roots.py says what each means."""

    @property
    def signed(self) -> bool: ...
    @property
    def chained(self) -> bool: ...
    @property
    def stamped_at(self) -> datetime | None: ...
    @property
    def stamp_trusted(self) -> bool: ...
    @property
    def stamp_problem(self) -> str: ...


class ContainerFacts(Protocol):
    """transcript/signing/container.py says what each means."""

    @property
    def signed(self) -> bool: ...
    @property
    def sealed(self) -> bool: ...
    @property
    def revoked(self) -> bool: ...
    @property
    def court(self) -> str: ...
    @property
    def stamped_at(self) -> datetime | None: ...
    @property
    def stamp_trusted(self) -> bool: ...
    @property
    def problem(self) -> str: ...


class Said(NamedTuple):
    """What a log says of who signed a document and who refused, by party: whose refusal it proves, what they
    may be called and why they refused (nothing where it does not tell), the SHA-256 of the certificates that
    were signed with.
    """

    refused: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = MappingProxyType({})
    names: Mapping[str, frozenset[str]] = MappingProxyType({})
    certificates: Mapping[str, str] = MappingProxyType({})


NOTHING_SAID = Said()


# statement, signature, certificate, timestamp, signed_at, court's roots, timestamp authorities' roots
Judge = Callable[[bytes, bytes, bytes, bytes, int, Certificates, Certificates], RootFacts]
# manifest, signature, court's roots, timestamp authorities' roots, revocation list
ContainerJudge = Callable[[bytes, bytes, Certificates, Certificates, bytes], ContainerFacts]
# a revocation list, court's roots
ListJudge = Callable[[bytes, Certificates], bool]
# a PDF, court's roots, what the log says of it
DocumentJudge = Callable[[bytes, Certificates, Said], Iterable[Finding]]
# what is kept of a passkey's answer, the digest (hex) that it is to be over: what is wrong with it
AssertionJudge = Callable[[bytes, str], str]
# a sealed PDF: the record that is embedded in it; nothing when there is none
RecordReader = Callable[[bytes], bytes]


class Judges(NamedTuple):
    root: Judge
    container: ContainerJudge
    revocations: ListJudge
    document: DocumentJudge
    record: RecordReader
    assertion: AssertionJudge
