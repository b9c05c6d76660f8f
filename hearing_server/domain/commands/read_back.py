"""Commands about reading back."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ReadBack:
    """Play the sound of these lines to the courtroom, in their order in the record."""

    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class StopReadBack:
    pass


@dataclass(frozen=True, kw_only=True)
class FinishReadBack:
    """By the server, when its time is over."""

    read_back: int
