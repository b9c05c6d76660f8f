"""Asks about reading back."""

from typing import Annotated

from msgspec import Meta

from signaling.protocol.base import Ask
from signaling.protocol.lines import Line


class ReadBack(Ask, frozen=True, kw_only=True):
    """Play the sound of these lines to everybody in the courtroom, in their order in the record; in the place
    of what is read back now. Refused with `no_sound`, `sound_not_ready`, `sealed`.
    """

    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=30)]


class StopReadBack(Ask, frozen=True, kw_only=True):
    """Every page falls silent."""
