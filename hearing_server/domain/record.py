"""The record as a hearing's state holds it: the freeze and its signatures, what is read
back, what was recorded, the root.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hearing_server.domain import events as ev

# Each names a newer file of its version.
NEWER_FILE = ev.TranscriptSealed | ev.TranscriptSigned | ev.RefusalSealed | ev.TranscriptArchived

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


def _empty() -> Mapping[Any, Any]:
    return _EMPTY


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why somebody would not sign, and when they said so."""

    reason: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A line as it was frozen: what it said may be of another span now, or in another line."""

    line: int
    span: ev.Span


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a line said in print. `sealed`: by order, and then without its text."""

    speaker: str
    text: str
    span: ev.Span
    disputed: bool
    sealed: bool


@dataclass(frozen=True, kw_only=True)
class FormerRefusal:
    """To sign a version: every later one prints it."""

    version: int
    party: str
    reason: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Printing:
    """A version as it was frozen: its passages (passages.py) to digest. Versions are numbered from 1."""

    version: int
    at: int
    passages: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """The transcript at a version, ready to sign or signed. `sha256` is of the newest file.

    `sealed` is by the court's certification; what is `masked` sealed.py says. `passages` (passages.py) to
    digest. `read`: up to which page, `confirmed`: when last, by party.
    """

    version: int
    digest: str
    signers: tuple[str, ...]
    frozen_at: int
    printed: tuple[Printed, ...] = ()
    masked: frozenset[tuple[str, int, str]] = frozenset()  # words that it prints as sealed
    names: Mapping[str, str] = field(default_factory=_empty)  # of the signers, as it prints them
    passages: Mapping[str, str] = field(default_factory=_empty)
    read: Mapping[str, int] = field(default_factory=_empty)
    confirmed: Mapping[str, int] = field(default_factory=_empty)
    sealed: bool = False
    pages: int = 0
    sha256: str = ""
    signed: Mapping[str, int] = field(default_factory=_empty)  # party -> at
    refused: Mapping[str, Refusal] = field(default_factory=_empty)  # by party
    refusals_sealed: frozenset[str] = frozenset()  # by party: in the file, with the reason
    asserted: frozenset[str] = frozenset()  # by a passkey of their device
    identified: frozenset[str] = frozenset()  # known to the clerk since it was frozen
    archived: bool = False
    changed_since: bool = False  # it is not the whole record any more
    exposes: bool = False  # it names somebody who was screened after it was made

    @property
    def outstanding(self) -> tuple[str, ...]:
        return tuple(p for p in self.signers if p not in self.signed and p not in self.refused)

    @property
    def refusals_due(self) -> tuple[str, ...]:
        """Who refused and whose box does not say so yet, in the order of the signers. Nobody, once it is archived:
        in a log from before the boxes said so nothing is added behind the proof for the long term.
        """
        if self.archived:
            return ()
        return tuple(p for p in self.signers if p in self.refused and p not in self.refusals_sealed)

    @property
    def answered(self) -> bool:
        """Everybody who was asked has signed or refused: it stays, whatever comes after it."""
        return self.sealed and not self.outstanding


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is read back to the courtroom now, and on whose order."""

    read_back: int
    by: str
    began_at: int
    ends_at: int
    lines: tuple[ev.ReadLine, ...]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """How one party's recording goes. `last_at` is the end of the newest segment; the last gaps are kept."""

    segments: int = 0
    last_at: int | None = None
    gaps: tuple[ev.GapFound, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of the recording; `over_at` is when it was over, once it is."""

    at: int
    code: str
    detail: str
    over_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignedRoot:
    """The newest signed root of the log: over how many entries, and when it was entered."""

    size: int
    at: int
    cause: ev.RootCause
    timestamped: bool
