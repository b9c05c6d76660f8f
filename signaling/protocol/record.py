"""Asks about the record."""

from typing import Annotated

from msgspec import Meta

from signaling.protocol.base import Ask, Id, Number
from signaling.protocol.lines import Line, Revision, Text

Version = Annotated[int, Meta(ge=1, le=1_000_000)]
Wording = Annotated[str, Meta(max_length=5000)]
Passage = Annotated[str, Meta(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class FreezeTranscript(Ask, frozen=True, kw_only=True):
    """Make the document that everybody signs from the lines as they stand."""


class IdentifySigner(Ask, frozen=True, kw_only=True):
    """The clerk sees that it is this party who is about to sign: after the closing, or in an identity check."""

    party: Id
    version: Version


class PermitHeldKey(Ask, frozen=True, kw_only=True):
    """A party who cannot make a key of their own may sign with the server's, beside a witness."""

    party: Id
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class RefuseSignature(Ask, frozen=True, kw_only=True):
    version: Version
    reason: Annotated[str, Meta(max_length=500)]


class ReadTranscript(Ask, frozen=True, kw_only=True):
    """Pages 1 to `page` have been on the screen, each to its foot; told in steps, not with every page."""

    version: Version
    page: Annotated[int, Meta(ge=1, le=100_000)]


class ConfirmPassages(Ask, frozen=True, kw_only=True):
    """The party has read these; none: all of the version but the lines that they object to."""

    version: Version
    passages: Annotated[tuple[Passage, ...], Meta(max_length=1500)] = ()


class ObjectToLine(Ask, frozen=True, kw_only=True):
    """`wording` should stand instead of `quote`, or of the whole line; none: strike it. Says why or how."""

    version: Version
    line: Line
    quote: Wording = ""
    wording: Wording = ""
    reason: Annotated[str, Meta(max_length=500)] = ""


class AcceptObjection(Ask, frozen=True, kw_only=True):
    """The line says this from now on; no text: it is struck. As it stands, if a desk has corrected it."""

    objection: Number
    revision: Revision
    speaker: Id
    text: Text


class RefuseObjection(Ask, frozen=True, kw_only=True):
    objection: Number
    reason: Annotated[str, Meta(max_length=500)]


class WithdrawObjection(Ask, frozen=True, kw_only=True):
    """One's own, before it is answered."""

    objection: Number
