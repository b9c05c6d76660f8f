"""What a party is shown of a hearing, as types: the view that comes with a welcome. views.py fills them."""

import msgspec

from hearing_server.domain.events import (
    ChecklistItem,
    Demands,
    Departure,
    Device,
    OfficerStep,
    ReadLine,
    RequestKind,
    Screening,
    Source,
    Stage,
    Stance,
    StrikeCause,
    Verdict,
)
from hearing_server.domain.hearing import Phase, Presence
from hearing_server.domain.objections import Standing
from hearing_server.domain.parties import Role, Side


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all messages share: they never change, and say everything by name."""


class CheckView(Message, frozen=True, kw_only=True):
    """What the self-check found; rates in kbit/s, the round trip in ms, loss in thousandths."""

    at: int
    camera: Verdict
    microphone: Verdict
    loudspeaker: Verdict
    line: Verdict
    up_kbit: int | None
    down_kbit: int | None
    rtt_ms: int | None
    loss_permille: int | None


class IdentityView(Message, frozen=True, kw_only=True):
    """`number` is masked."""

    document: str
    number: str
    confirmed_at: int
    picture: bool


class EntryView(Message, frozen=True, kw_only=True):
    """How a party came in, for the court and themselves. `officer_steps` to the officer's name."""

    accepted_as: str | None
    consent_withdrawn: bool
    camera: Device
    microphone: Device
    check: CheckView | None
    code_confirmed: bool
    code_confirmed_at: int
    held_key: bool
    code_locked_until: int
    identity: IdentityView | None
    kiosk: str
    officer_steps: dict[OfficerStep, str]
    listens_to: str
    resembles: str  # of an observer, for the court: who was removed and may be this person


class SeatView(Message, frozen=True, kw_only=True):
    """One seat as the reader may see it. `sources`: what is sent, and whether it is running."""

    party: str
    role: Role
    name: str  # an alias, or empty, where they are screened from the reader
    site: str
    side: Side
    counsel_for: list[str]
    interpreter_for: list[str]
    sign_language: bool
    presence: Presence
    admitted: bool  # also while away
    identified: bool  # the clerk has confirmed who they are, as far as the reader may know
    inside: bool  # once admitted: in the courtroom, not outside it
    ready: bool
    consultation: int | None
    muted: bool
    locked: bool
    locked_by: str  # the clerk in charge, where it was not the judge
    share_locked: bool
    share_locked_by: str  # likewise
    channel_closed: bool
    sources: dict[Source, bool]
    left_by: Departure | None
    entry: EntryView | None  # None: not the reader's to know


class RequestView(Message, frozen=True, kw_only=True):
    request: int
    party: str
    kind: RequestKind
    note: str
    raised_at: int


class ConsultationView(Message, frozen=True, kw_only=True):
    """A talk asked for (`began_at` None) or going on, of those the reader may know.

    `into`: the talk that goes on into which one of its parties is asked.
    """

    consultation: int
    asked_by: str
    parties: list[str]
    accepted: list[str]
    permitted: bool
    began_at: int | None
    members: list[str]
    locked: bool
    into: int


class OpinionView(Message, frozen=True, kw_only=True):
    """No note also where its words are sealed by order."""

    party: str
    authentic: Stance
    lawful: Stance
    relevant: Stance
    note: str
    at: int


class ExhibitView(Message, frozen=True, kw_only=True):
    """`size` in bytes; `pages` is 0 for what has none."""

    exhibit: int
    party: str
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int
    submitted_at: int
    withdrawn: bool
    was_shown: bool
    shown_at: int | None  # first
    original: bool  # may read and take away the file as it was submitted
    opinions: list[OpinionView]  # none for whoever does not read the record


class HighlightView(Message, frozen=True, kw_only=True):
    """In ten-thousandths of the page's width and height."""

    page: int
    x: int
    y: int
    width: int
    height: int


class ShownView(Message, frozen=True, kw_only=True):
    """The exhibit before the courtroom, on the presenter's page."""

    exhibit: int
    party: str
    page: int
    name: str
    media_type: str
    pages: int
    sha256: str
    highlights: list[HighlightView]
    playing: bool
    position: int  # ms of the file, at `moved_at`
    moved_at: int


class MessageView(Message, frozen=True, kw_only=True):
    """`sender` and `to`: a party, the desk `clerk` or `technician`; `to` may be `all`."""

    message: int
    sender: str
    to: str
    text: str
    at: int
    answers: int | None


class LineView(Message, frozen=True, kw_only=True):
    """In the order of the record. No text: sealed by order, and not the reader's to know.

    What is `struck` is not printed, and says why.
    """

    line: int
    revision: int
    speaker: str
    text: str
    started_at: int
    ended_at: int
    disputed: bool
    struck: StrikeCause | None


class SpanView(Message, frozen=True, kw_only=True):
    """A part of the timeline; `ended_at` None: it goes on."""

    started_at: int
    ended_at: int | None


class FreezeView(Message, frozen=True, kw_only=True):
    """`signers` in the order of signing; `signed` is party to time, `refused` party to reason.

    `identified`: whom the clerk knew on camera, since it was frozen; to bench, clerk and themselves.
    `earlier`: the versions before it that everybody had answered; their files stay. `read`: up to which
    page, `confirmed`: when they confirmed passages of it last; of everybody for the court, else one's own.
    """

    version: int
    digest: str
    frozen_at: int
    signers: list[str]
    sealed: bool
    pages: int
    sha256: str
    signed: dict[str, int]
    refused: dict[str, str]
    identified: list[str]
    archived: bool
    changed_since: bool
    earlier: list[int]
    read: dict[str, int]
    confirmed: dict[str, int]


class ObjectionView(Message, frozen=True, kw_only=True):
    """A party asks that a line of a frozen version be corrected; no words where they are sealed.

    `place`: the number that the version prints before it. `wording` instead of `quote`, or of the whole
    line. `answer` is why it was refused.
    """

    objection: int
    party: str
    version: int
    line: int
    place: int
    quote: str
    wording: str
    reason: str
    made_at: int
    standing: Standing
    answer: str
    answered_by: str
    answered_at: int | None


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
    over_at: int | None


class ExplanationView(Message, frozen=True, kw_only=True):
    """A signed note of what went wrong with the recording, up to `ended_at`."""

    explanation: int
    started_at: int
    ended_at: int
    pages: int
    sha256: str


class RecordingView(Message, frozen=True, kw_only=True):
    """How the recording goes: by party, the last faults, and the notes that explain them."""

    parties: dict[str, RecordedView]
    faults: list[FaultView]
    explanations: list[ExplanationView]


class ReadingView(Message, frozen=True, kw_only=True):
    """What is read back to the courtroom now; of its lines those that this reader hears."""

    read_back: int
    by: str
    began_at: int
    ends_at: int
    lines: list[ReadLine]


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
    minutes: int
    demands: Demands
    cancelled: bool
    opens_at: int | None
    suspended_until: int | None
    stages: list[Stage]
    stage: Stage | None
    checklist: list[ChecklistItem]
    marked: dict[str, int]
    public_excluded: bool
    off_record: bool  # nothing is recorded while the public is excluded
    observers_allowed: bool
    deliberating: bool
    in_charge: str
    word: str
    chat: bool
    seats: list[SeatView]
    requests: list[RequestView]
    consultations: list[ConsultationView]
    screenings: list[Screening]  # for the court
    identity_checks: dict[str, str]  # waiting party to clerk
    exhibits: list[ExhibitView]
    shown: ShownView | None
    reading: ReadingView | None
    messages: list[MessageView]
    read_up_to: dict[str, int]  # by correspondent, the last message that the reader has read
    read_by: dict[
        str, int
    ]  # by correspondent, the last message of the reader's that they have read
    lines: list[LineView]
    sealed: list[SpanView]  # for the court: what is said there others do not read
    freeze: FreezeView | None
    objections: list[ObjectionView]  # to any version, in the order in which they were made
    recording: RecordingView | None  # None: not the reader's to know
