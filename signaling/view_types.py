"""What a party is shown of a hearing, as types: the view that comes with a welcome. views.py fills them."""

import msgspec

from hearing_server.domain.events import Departure, Device, Source
from hearing_server.domain.hearing import Phase, Presence
from hearing_server.domain.parties import Role


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all messages share: they never change, and say everything by name."""


class SeatView(Message, frozen=True, kw_only=True):
    """One seat as the reader may see it. `sources`: what is sent, and whether it is running."""

    party: str
    role: Role
    name: str
    site: str
    presence: Presence
    admitted: bool  # also while away
    muted: bool
    sources: dict[Source, bool]
    left_by: Departure | None
    camera: Device | None  # None: not the reader's to know
    microphone: Device | None


class LineView(Message, frozen=True, kw_only=True):
    line: int
    revision: int
    speaker: str
    text: str
    started_at: int
    ended_at: int


class FreezeView(Message, frozen=True, kw_only=True):
    """`signers` in the order of signing; `signed` is party to time, `refused` party to reason."""

    version: int
    digest: str
    frozen_at: int
    signers: list[str]
    sealed: bool
    pages: int
    sha256: str
    signed: dict[str, int]
    refused: dict[str, str]
    archived: bool
    changed_since: bool


class GapView(Message, frozen=True, kw_only=True):
    source: str
    started_at: int
    ended_at: int
    cause: str


class RecordedView(Message, frozen=True, kw_only=True):
    """`last_at`: the end of the party's newest segment; `gaps`: the last fifty."""

    segments: int
    last_at: int | None
    gaps: list[GapView]


class FaultView(Message, frozen=True, kw_only=True):
    at: int
    code: str
    detail: str


class RecordingView(Message, frozen=True, kw_only=True):
    """How the recording goes: by party, and the last faults."""

    parties: dict[str, RecordedView]
    faults: list[FaultView]


class HearingView(Message, frozen=True, kw_only=True):
    """The hearing as the reader may see it, after the number that comes with it."""

    hearing: str
    court: str
    case_number: str
    procedure: str
    courtroom: str
    title: str
    planned_at: int
    phase: Phase
    opened_at: int | None
    closed_at: int | None
    pause_reason: str
    seats: list[SeatView]
    lines: list[LineView]
    freeze: FreezeView | None
    recording: RecordingView | None  # None: not the reader's to know
