"""Asks about the record."""

from typing import Annotated

from msgspec import Meta

from signaling.protocol.base import Ask, Count, Id


class EnterLine(Ask, frozen=True, kw_only=True):
    """`started_at`: when the speaker began, Unix ms; the server keeps it within the hearing."""

    speaker: Id
    text: Annotated[str, Meta(max_length=20_000)]
    started_at: Count | None = None


class CorrectLine(Ask, frozen=True, kw_only=True):
    """`revision`: the one the correction was made against."""

    line: Annotated[int, Meta(ge=1, le=50_000)]
    revision: Annotated[int, Meta(ge=1, le=1_000_000)]
    speaker: Id
    text: Annotated[str, Meta(max_length=20_000)]


class FreezeTranscript(Ask, frozen=True, kw_only=True):
    """Make the document that everybody signs from the lines as they stand."""


class RefuseSignature(Ask, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    reason: Annotated[str, Meta(max_length=500)]
