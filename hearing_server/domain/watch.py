"""What of a hearing needs a technician's eye: its alarms, its worst line, who is missing. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hearing_server.domain.due_work import UNFINISHED
from hearing_server.domain.events import Device, Verdict
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.message_readers import TECHNICIAN_DESK
from hearing_server.domain.parties import Role

MINUTE = 60_000  # ms
LATE = 10 * MINUTE  # after the planned time
LEFT_OPEN = 30 * MINUTE  # after the planned end
POOR_LOSS = 0.08
POOR_RTT = 500.0  # ms
LIVE = frozenset({Phase.WAITING, Phase.IN_SESSION, Phase.PAUSED})
BEFORE = frozenset({Phase.SCHEDULED, Phase.WAITING})


class AlarmKind(StrEnum):
    DISCONNECTED = "disconnected"  # detail: the cause
    MEDIA_BLOCKED = "media_blocked"  # detail: camera, microphone, and why
    MEDIA_SILENT = "media_silent"  # connected, and no packet comes
    LINE_POOR = "line_poor"
    CHECK_FAILED = "check_failed"  # detail: of what
    RECORDING_FAULT = "recording_fault"  # detail: the code
    CODE_LOCKED = "code_locked"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    LATE = "late"  # not opened in time
    LEFT_OPEN = "left_open"  # not closed long after its time
    JUDGE_ABSENT = "judge_absent"  # detail: `clerk` while the clerk is in charge
    MESSAGE = "message"  # waits for an answer of the technicians' desk


GRAVE = frozenset(
    {
        AlarmKind.DISCONNECTED,
        AlarmKind.MEDIA_SILENT,
        AlarmKind.RECORDING_FAULT,
        AlarmKind.JUDGE_ABSENT,
        AlarmKind.CONSENT_WITHDRAWN,
        AlarmKind.MESSAGE,
    }
)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`party` is empty for what concerns the hearing. The same kind and party is the same alarm."""

    kind: AlarmKind
    party: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class LineSample:
    """One party's line just now. Losses are fractions; `kbit_up` is what comes from them.

    `silent`: connected, and nothing is heard of their media.
    """

    loss_up: float = 0.0
    loss_down: float = 0.0
    jitter_ms: float = 0.0
    rtt_ms: float | None = None
    kbit_up: int = 0
    codecs: str = ""
    browser: str = ""
    silent: bool = False

    @property
    def loss(self) -> float:
        return 1.0 if self.silent else max(self.loss_up, self.loss_down)

    @property
    def poor(self) -> bool:
        return self.silent or self.loss > POOR_LOSS or (self.rtt_ms or 0) > POOR_RTT


Lines = Mapping[str, LineSample]  # by party


def expected(state: HearingState) -> list[Seat]:
    """Who should be there: not observers, not who was removed for good."""
    return [
        seat
        for seat in state.seats.values()
        if seat.party.role is not Role.OBSERVER and not seat.removed
    ]


def worst(lines: Lines) -> str | None:
    """The party with the worst line, if there is any."""
    return max(lines, key=lambda party: (lines[party].loss, lines[party].rtt_ms or 0), default=None)


def alarms(state: HearingState, poor: Lines, ends_at: int, now: int) -> tuple[Alarm, ...]:
    """`poor` are the lines that have been bad for a while."""
    found = [*_of_course(state, ends_at, now), *_of_recording(state)]
    if state.phase is not Phase.CLOSED:
        for seat in expected(state):
            found += _of_seat(state, seat, now)
        found += (_of_line(party, line) for party, line in poor.items())
    found += (Alarm(kind=AlarmKind.MESSAGE, party=party) for party in unanswered(state))
    return tuple(found)


def unanswered(state: HearingState) -> list[str]:
    """Parties whose last word with the technicians' desk is their own."""
    last: dict[str, bool] = {}
    for message in state.messages:
        if message.to == TECHNICIAN_DESK:
            last[message.sender] = True
        elif message.sender == TECHNICIAN_DESK:
            last[message.to] = False
    return [party for party, waits in last.items() if waits]


def _of_course(state: HearingState, ends_at: int, now: int) -> Iterator[Alarm]:
    if state.phase in BEFORE and now > state.planned_at + LATE and now < ends_at + LEFT_OPEN:
        yield Alarm(kind=AlarmKind.LATE)
    if state.phase in LIVE and now > ends_at + LEFT_OPEN:
        yield Alarm(kind=AlarmKind.LEFT_OPEN)
    judge = state.presiding()
    if state.phase is Phase.IN_SESSION and judge is not None and not judge.here:
        detail = "clerk" if state.in_charge else ""
        yield Alarm(kind=AlarmKind.JUDGE_ABSENT, party=judge.party.id, detail=detail)


def _of_recording(state: HearingState) -> Iterator[Alarm]:
    over = state.phase is Phase.CLOSED  # documents are signed after it
    lasting = [
        fault
        for fault in state.faults
        if fault.over_at is None and (not over or fault.code == UNFINISHED)
    ]
    if lasting:
        yield Alarm(kind=AlarmKind.RECORDING_FAULT, detail=lasting[-1].code)


def _of_seat(state: HearingState, seat: Seat, now: int) -> Iterator[Alarm]:
    party = seat.party.id
    judge = state.presiding()
    told_already = state.phase is Phase.IN_SESSION and seat is judge
    if seat.presence is Presence.AWAY and state.phase in LIVE and not told_already:
        yield Alarm(kind=AlarmKind.DISCONNECTED, party=party, detail=str(seat.left_by or ""))
    if seat.here and (detail := _blocked(seat)):
        yield Alarm(kind=AlarmKind.MEDIA_BLOCKED, party=party, detail=detail)
    if state.phase in BEFORE and not seat.here and (detail := _failed(seat)):
        yield Alarm(kind=AlarmKind.CHECK_FAILED, party=party, detail=detail)
    if seat.code_locked_until > now and not seat.code_confirmed:
        yield Alarm(kind=AlarmKind.CODE_LOCKED, party=party)
    if seat.consent_withdrawn:
        yield Alarm(kind=AlarmKind.CONSENT_WITHDRAWN, party=party)


def _of_line(party: str, line: LineSample) -> Alarm:
    kind = AlarmKind.MEDIA_SILENT if line.silent else AlarmKind.LINE_POOR
    return Alarm(kind=kind, party=party)


def _blocked(seat: Seat) -> str:
    """What keeps sound or picture from coming, as `camera:denied microphone:busy`."""
    devices = (("camera", seat.camera), ("microphone", seat.microphone))
    fine = (Device.READY, Device.UNKNOWN)
    return " ".join(f"{name}:{device}" for name, device in devices if device not in fine)


def _failed(seat: Seat) -> str:
    """What the self-check found bad, as names with spaces between."""
    if seat.check is None:
        return ""
    names = ("camera", "microphone", "loudspeaker", "line")
    return " ".join(name for name in names if getattr(seat.check, name) is Verdict.BAD)
