"""Asks about the record."""

from typing import Annotated

from msgspec import Meta

from signaling.protocol.base import Ask


class FreezeTranscript(Ask, frozen=True, kw_only=True):
    """Make the document that everybody signs from the lines as they stand."""


class RefuseSignature(Ask, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    reason: Annotated[str, Meta(max_length=500)]
