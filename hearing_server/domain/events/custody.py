"""Custody of the recording: who may play it, what is noted beside it, and its deletion.

Who did it is the entry's actor; the facts do not say it again.
"""

from dataclasses import dataclass

from hearing_server.domain.events.values import Level


@dataclass(frozen=True, kw_only=True)
class AccessSet:
    """From now on this level holds: for the whole recording (`started_at` 0, `ended_at` None), or a span.

    `access` counts from 1. A span whose `ended_at` is None goes on until `AccessEnded`.
    """

    access: int
    level: Level
    started_at: int
    ended_at: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccessEnded:
    """A span that went on ends here."""

    access: int
    ended_at: int


@dataclass(frozen=True, kw_only=True)
class AccessLifted:
    """It holds no more, as if it had never been set."""

    access: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class NotePlaced:
    """By bench or clerk, at a moment of the recording; a bookmark when the text is empty.

    Private notes are for bench and clerk; the others for whoever plays that moment.
    """

    note: int
    at: int
    text: str
    private: bool


@dataclass(frozen=True, kw_only=True)
class NoteRemoved:
    note: int


@dataclass(frozen=True, kw_only=True)
class DeletionProposed:
    """The first of two persons; the retention is over."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DeletionConsented:
    """The second: from here on the files go."""


@dataclass(frozen=True, kw_only=True)
class DeletionDropped:
    """The proposal is taken back or turned down."""


@dataclass(frozen=True, kw_only=True)
class RecordingDeleted:
    """The files are gone from every directory, and what was made from them; their hashes stay here.

    `size` is in bytes, each segment counted once.
    """

    segments: int
    size: int
