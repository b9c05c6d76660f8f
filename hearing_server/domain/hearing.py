"""The state of a hearing: phases as one literal table, seats, and what stands around them. fold/ makes it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.custody import Custody
from hearing_server.domain.lines import Line, Operation
from hearing_server.domain.objections import Objection
from hearing_server.domain.parties import Party, Right, Role, may
from hearing_server.domain.record import (
    Fault,
    FormerRefusal,
    Freeze,
    Printing,
    Reading,
    Recorded,
    SignedRoot,
    Wording,
)

KEPT = 50  # gaps of a party, and faults, that the state remembers; the log has them all


class Phase(StrEnum):
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    IN_SESSION = "in_session"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    CLOSED = "closed"


# Every legal move. What is not here does not happen.
TRANSITIONS: Mapping[tuple[Phase, type], Phase] = MappingProxyType(
    {
        (Phase.SCHEDULED, ev.WaitingRoomOpened): Phase.WAITING,
        (Phase.SCHEDULED, ev.HearingCancelled): Phase.CLOSED,
        (Phase.WAITING, ev.HearingCancelled): Phase.CLOSED,
        (Phase.WAITING, ev.HearingOpened): Phase.IN_SESSION,
        (Phase.IN_SESSION, ev.HearingPaused): Phase.PAUSED,
        (Phase.PAUSED, ev.HearingResumed): Phase.IN_SESSION,
        (Phase.IN_SESSION, ev.HearingSuspended): Phase.SUSPENDED,
        (Phase.PAUSED, ev.HearingSuspended): Phase.SUSPENDED,
        (Phase.SUSPENDED, ev.HearingResumed): Phase.IN_SESSION,
        (Phase.IN_SESSION, ev.HearingClosed): Phase.CLOSED,
        (Phase.PAUSED, ev.HearingClosed): Phase.CLOSED,
        (Phase.SUSPENDED, ev.HearingClosed): Phase.CLOSED,
    }
)


class Presence(StrEnum):
    EXPECTED = "expected"  # never arrived
    WAITING = "waiting"  # arrived, not admitted
    ADMITTED = "admitted"  # in the courtroom
    OUTSIDE = "outside"  # admitted, out of hearing and sight: a witness not called, or dismissed
    CONSULTING = "consulting"  # in a private talk
    REMOVED = "removed"  # for good
    AWAY = "away"  # was here; the last departure's cause says why


_EMPTY: Mapping[Any, Any] = MappingProxyType({})


def _empty() -> Mapping[Any, Any]:
    return _EMPTY


@dataclass(frozen=True, kw_only=True)
class Identity:
    """How the clerk knows who somebody is; the number is masked."""

    document: str
    number: str
    confirmed_at: int
    picture_sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What an observer gave, and whom they resemble (see ObserverRegistered)."""

    address: str
    origin: str
    resembles: str


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One party as the hearing knows it now. `sources` maps what they send to whether it is running.

    `told` is the same without what changed in a private room, for everybody who is not in it.
    """

    party: Party
    connection: str | None = None
    registration: Registration | None = None  # an observer's
    admitted: bool = False
    inside: bool = True  # once admitted: in the courtroom, not outside it
    removed: bool = False
    stays: tuple[ev.Span, ...] = ()  # when they were in the courtroom, or away from it for a moment
    chat_after: int = 0  # the last message before they were called in
    consultation: int | None = None  # the private talk they are in
    first_seen: int | None = None  # when they first arrived
    accepted_as: str | None = None
    consent_withdrawn: bool = False
    left_by: ev.Departure | None = None
    camera: ev.Device = ev.Device.UNKNOWN
    microphone: ev.Device = ev.Device.UNKNOWN
    ready: bool = False
    check: ev.SelfCheckReported | None = None
    checked_at: int | None = None
    code_confirmed: bool = False
    code_confirmed_at: int = 0
    code_locked_until: int = 0
    identity: Identity | None = None
    kiosk: str = ""
    officer_steps: Mapping[ev.OfficerStep, str] = field(default_factory=_empty)  # to the officer
    muted: bool = False  # by the court
    locked: bool = False  # the party cannot lift it
    locked_by: str = ""  # the clerk in charge, where it was not the judge
    told_muted: bool = False  # `muted` and `locked` as the courtroom knows them
    told_locked: bool = False
    share_locked: bool = False
    share_locked_by: str = ""  # likewise
    channel_closed: bool = False  # an interpreter's
    listens_to: str = ""  # the interpreter whose channel this party has chosen
    sources: Mapping[ev.Source, bool] = field(default_factory=_empty)
    told: Mapping[ev.Source, bool] = field(
        default_factory=_empty
    )  # `sources` as the courtroom knows

    @property
    def arrived(self) -> bool:
        return self.first_seen is not None

    @property
    def attended(self) -> bool:
        """Was in the courtroom at some time."""
        return bool(self.stays)

    @property
    def here(self) -> bool:
        return self.connection is not None

    @property
    def presence(self) -> Presence:
        if self.removed:
            return Presence.REMOVED
        if not self.here:
            return Presence.AWAY if self.arrived else Presence.EXPECTED
        if self.consultation is not None:
            return Presence.CONSULTING
        if not self.admitted:
            return Presence.WAITING
        return Presence.ADMITTED if self.inside else Presence.OUTSIDE


@dataclass(frozen=True, kw_only=True)
class Request:
    """A raised hand or an objection that waits for the presiding judge."""

    request: int
    party: str
    kind: ev.RequestKind
    note: str
    raised_at: int


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """A private talk, asked for or going on. `parties` must all accept; `members` are in it.

    `into`: what is asked for is that one of them comes into that talk.
    """

    consultation: int
    asked_by: str
    parties: tuple[str, ...]
    accepted: frozenset[str]
    leave_asked: bool = False  # all have accepted, the judge's leave is missing
    permitted: bool = False
    began_at: int | None = None
    members: tuple[str, ...] = ()
    locked: bool = False
    into: int = 0


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What a party says of an exhibit."""

    party: str
    authentic: ev.Stance
    lawful: ev.Stance
    relevant: ev.Stance
    note: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """Something submitted in evidence. `opinions` by party: what each says of it now."""

    exhibit: int
    party: str
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int
    submitted_at: int
    withdrawn: bool = False
    shown_at: int | None = None  # first
    opinions: Mapping[str, Opinion] = field(default_factory=_empty)

    @property
    def was_shown(self) -> bool:
        return self.shown_at is not None

    @property
    def on_record(self) -> bool:
        """In the transcript: what the court has seen, or a side has spoken about."""
        return not self.withdrawn and (self.was_shown or bool(self.opinions))


@dataclass(frozen=True, kw_only=True)
class Highlight:
    """A rectangle of a page, in ten-thousandths of its width and height."""

    page: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The exhibit that is open before the courtroom, on the presenter's page."""

    exhibit: int
    party: str
    page: int
    name: str
    media_type: str
    pages: int
    sha256: str
    highlights: tuple[Highlight, ...] = ()
    playing: bool = False
    position: int = 0  # ms of the file, at `moved_at`
    moved_at: int = 0
    touched_at: int = 0  # when it was put up, turned, marked or played last


@dataclass(frozen=True, kw_only=True)
class Message:
    """`sender` and `to` are a party or a desk; `to` may be `all`. `answers` is the message replied to."""

    message: int
    sender: str
    to: str
    text: str
    at: int
    answers: int | None = None


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A time in which the clerk kept order for a judge whose connection was lost."""

    party: str
    began_at: int
    ended_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class HearingState:
    """A hearing after `seq` entries of its log, the last of them at `at`."""

    seq: int = 0
    at: int = 0
    hearing: str = ""
    court: str = ""
    case_number: str = ""
    procedure: str = ""
    courtroom: str = ""
    title: str = ""
    planned_at: int = 0
    phase: Phase = Phase.SCHEDULED
    opened_at: int | None = None
    closed_at: int | None = None
    pause_reason: str = ""
    paused_at: int = 0  # when the reason was given
    case: str = ""
    minutes: int = 60
    demands: ev.Demands = ev.Demands()  # noqa: RUF009 - frozen
    cancelled: bool = False
    opens_at: int | None = None  # the countdown's end
    suspended_until: int | None = None
    stages: tuple[ev.Stage, ...] = ()
    stage: ev.Stage | None = None
    checklist: tuple[ev.ChecklistItem, ...] = ()
    marked: Mapping[str, int] = field(default_factory=_empty)  # checklist item -> when
    public_excluded: bool = False
    off_record: bool = False  # nothing is recorded while the public is excluded
    observers_allowed: bool = False
    deliberating: bool = False
    in_charge: str = ""  # the clerk, while the presiding judge's connection is lost
    charges: tuple[Charge, ...] = ()  # when that was
    word: str = ""  # who was given it
    requests: tuple[Request, ...] = ()  # in the order in which they were raised
    requests_made: int = 0
    consultations: Mapping[int, Consultation] = field(default_factory=_empty)  # asked or going on
    consultations_made: int = 0
    screenings: Mapping[str, ev.Screening] = field(default_factory=_empty)  # by who is screened
    # every screening there ever was, by who was screened
    screened_ever: Mapping[str, tuple[ev.Screening, ...]] = field(default_factory=_empty)
    identity_checks: Mapping[str, str] = field(default_factory=_empty)  # waiting party -> clerk
    reading: Reading | None = None  # back to the courtroom
    read_backs: int = 0
    exhibits: tuple[Exhibit, ...] = ()
    shown: Shown | None = None
    messages: tuple[Message, ...] = ()
    # reader -> correspondent -> message
    read_up_to: Mapping[str, Mapping[str, int]] = field(default_factory=_empty)
    chat: bool = False
    seats: Mapping[str, Seat] = field(default_factory=_empty)
    lines: tuple[Line, ...] = ()  # by their numbers, also those that are struck
    order: tuple[int, ...] = ()  # the numbers of all of them in their places
    operations: tuple[Operation, ...] = ()  # the last ones of the desks
    freeze: Freeze | None = None  # the newest
    held_keys: Mapping[str, str] = field(default_factory=_empty)  # party -> why they have none
    # those that everybody had answered when a newer one came, or that did not say yet who refused
    earlier: tuple[Freeze, ...] = ()
    printings: tuple[Printing, ...] = ()  # every version there ever was
    wordings: Mapping[str, Wording] = field(
        default_factory=_empty
    )  # all ever printed (passages.py)
    # party -> passage -> the digest that they have confirmed last
    confirmed: Mapping[str, Mapping[str, str]] = field(default_factory=_empty)
    objections: tuple[Objection, ...] = ()
    refusals: tuple[FormerRefusal, ...] = ()  # to sign any version
    recorded: Mapping[str, Recorded] = field(default_factory=_empty)
    faults: tuple[Fault, ...] = ()  # the last of them
    custody: Custody = Custody()  # noqa: RUF009 - frozen
    phase_seq: int = 0  # the entry that began the phase
    newest_fact: int = 0  # the last entry that is no signed root
    root: SignedRoot | None = None
    explanations: tuple[ev.FaultExplained, ...] = ()

    @property
    def checklist_open(self) -> tuple[str, ...]:
        """The items that are not yet done."""
        return tuple(item.id for item in self.checklist if item.id not in self.marked)

    @property
    def transcript(self) -> tuple[Line, ...]:
        """The lines that stand in the record, in their places."""
        placed = (self.lines[number - 1] for number in self.order)
        return tuple(line for line in placed if line.struck is None)

    @property
    def complete(self) -> bool:
        """The record takes nothing more: the hearing is closed and everybody has answered all of it."""
        freeze = self.freeze
        settled = freeze is not None and freeze.archived and not freeze.changed_since
        return settled and self.phase is Phase.CLOSED

    def version(self, version: int) -> Freeze | None:
        """The newest freeze or an earlier one."""
        kept = (*self.earlier, self.freeze)
        return next((one for one in kept if one is not None and one.version == version), None)

    def with_version(self, version: int) -> "HearingState":
        """This state with an earlier freeze as the one it is about, where everybody has answered it."""
        found = self.version(version)
        return replace(self, freeze=found) if found is not None and found.answered else self

    def screened(self, party: str, reader: str) -> ev.Screening | None:
        """The screening that keeps `party` from `reader`, if there is one. The public is always kept."""
        screening = self.screenings.get(party)
        if screening is None or reader == party:
            return None
        seat = self.seats.get(reader)
        public = seat is not None and seat.party.role is Role.OBSERVER
        return screening if public or reader in screening.hidden_from else None

    def in_order(self, parties: Container[str]) -> tuple[str, ...]:
        """These in the order of the seats, which tells nothing of who came first or asked."""
        return tuple(party for party in self.seats if party in parties)

    def presiding(self) -> Seat | None:
        """The presiding judge's seat."""
        seats = [seat for seat in self.seats.values() if not seat.removed]
        return next((seat for seat in seats if may(seat.party.role, Right.PRESIDE)), None)
