"""Asks about the record."""

from typing import Annotated

from msgspec import Meta

from signaling.protocol.base import Ask, Id


class FreezeTranscript(Ask, frozen=True, kw_only=True):
    """Make the document that everybody signs from the lines as they stand."""


class IdentifySigner(Ask, frozen=True, kw_only=True):
    """The clerk sees that it is this party who is about to sign: after the closing, or in an identity check."""

    party: Id
    version: Annotated[int, Meta(ge=1, le=1_000_000)]


class PermitHeldKey(Ask, frozen=True, kw_only=True):
    """A party who cannot make a key of their own may sign with the server's, beside a witness."""

    party: Id
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class RefuseSignature(Ask, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    reason: Annotated[str, Meta(max_length=500)]
