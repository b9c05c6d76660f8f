"""One hearing as the command centre shows it, as plain values. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from hearing_server.domain.events import RequestKind
from hearing_server.domain.hearing import HearingState, Phase, Seat
from hearing_server.domain.message_readers import TECHNICIAN_DESK
from hearing_server.domain.parties import Party
from hearing_server.domain.watch import (
    GRAVE,
    LIVE,
    Lines,
    LineSample,
    expected,
    unanswered,
    worst,
)
from hearing_server.services.planning import Sitting
from hearing_server.services.tasks import Task

STALE = 25_000  # ms; recording segments last at most ten seconds
DESK_MESSAGES = 200  # of one hearing's detail

Plain = dict[str, Any]


def row(
    sitting: Sitting, state: HearingState | None, lines: Lines, tasks: Iterable[Task], now: int
) -> Plain:
    """What the list shows. `people` is None while the hearing's log is not in memory."""
    return {
        "hearing": sitting.hearing,
        "number": sitting.number,
        "title": sitting.title,
        "procedure": sitting.procedure,
        "courtroom": sitting.courtroom,
        "judge": sitting.judge,
        "planned_at": sitting.planned_at,
        "ends_at": sitting.ends_at,
        "phase": _phase(sitting, state),
        "opened_at": state.opened_at if state else sitting.opened_at,
        "closed_at": state.closed_at if state else sitting.closed_at,
        "expected": len(expected(state)) if state else sitting.parties,
        "people": _people(state) if state else None,
        "worst": _worst(state, lines) if state else None,
        "recording": recording_health(state, now) if state else "unknown",
        "unread": _unread(state) if state else 0,
        "tasks": [task_json(task, state) for task in tasks],
    }


def detail(state: HearingState, lines: Lines) -> Plain:
    """What is shown of one hearing that somebody has chosen."""
    messages = [m for m in state.messages if TECHNICIAN_DESK in (m.sender, m.to)]
    return {
        "hearing": state.hearing,
        "in_charge": state.in_charge,
        "requests": sum(r.kind is RequestKind.HAND for r in state.requests),
        "people": [_person(state, seat, lines.get(seat.party.id)) for seat in _sorted(state)],
        "faults": [
            {"at": f.at, "code": f.code, "detail": f.detail, "over_at": f.over_at}
            for f in state.faults[-10:]
        ],
        "messages": [asdict(message) for message in messages[-DESK_MESSAGES:]],
        "read_up_to": dict(state.read_up_to.get(TECHNICIAN_DESK, {})),
        "read_by": {
            reader: read[TECHNICIAN_DESK]
            for reader, read in state.read_up_to.items()
            if TECHNICIAN_DESK in read
        },
    }


def recording_health(state: HearingState, now: int) -> str:
    """`off` outside the session, `fault`, `late` when nothing was saved for long, `none` yet, `good`."""
    if any(fault.over_at is None for fault in state.faults) and state.phase in LIVE:
        return "fault"
    if state.phase is not Phase.IN_SESSION:
        return "off"
    last = [recorded.last_at for recorded in state.recorded.values() if recorded.last_at]
    sends = any(any(seat.sources.values()) for seat in state.seats.values())
    if not sends or state.deliberating:
        return "off"
    if not last:
        return "none"
    return "late" if now - max(last) > STALE else "good"


def task_json(task: Task, state: HearingState | None) -> Plain:
    seat = state.seats.get(task.party) if state else None
    return {
        "id": task.id,
        "kind": task.kind,
        "grave": task.kind in GRAVE,
        "party": task.party,
        "who": _who(seat.party) if seat else None,
        "detail": task.detail,
        "since": task.since,
        "ended_at": task.ended_at,
        "done_at": task.done_at,
        "done_by": task.done_by,
    }


def line_json(line: LineSample) -> Plain:
    return {
        "loss": round(line.loss, 3),
        "loss_up": round(line.loss_up, 3),
        "loss_down": round(line.loss_down, 3),
        "jitter_ms": round(line.jitter_ms),
        "rtt_ms": None if line.rtt_ms is None else round(line.rtt_ms),
        "kbit_up": line.kbit_up,
        "codecs": line.codecs,
        "browser": line.browser,
        "silent": line.silent,
        "poor": line.poor,
    }


def _phase(sitting: Sitting, state: HearingState | None) -> str:
    if state is None:
        return sitting.phase
    return "cancelled" if state.cancelled else str(state.phase)


def _who(party: Party) -> Plain:
    return {"party": party.id, "role": party.role, "name": party.name}


def _people(state: HearingState) -> Plain:
    seats = expected(state)
    return {
        "present": sum(seat.here for seat in seats),
        "missing": [_who(seat.party) for seat in seats if not seat.here],
    }


def _worst(state: HearingState, lines: Lines) -> Plain | None:
    party = worst({p: line for p, line in lines.items() if p in state.seats})
    if party is None:
        return None
    line = lines[party]
    return {
        **_who(state.seats[party].party),
        "loss": round(line.loss, 2),
        "rtt_ms": None if line.rtt_ms is None else round(line.rtt_ms, -1),
        "poor": line.poor,
        "silent": line.silent,
    }


def _unread(state: HearingState) -> int:
    read: Mapping[str, int] = state.read_up_to.get(TECHNICIAN_DESK, {})
    return sum(
        m.to == TECHNICIAN_DESK and m.message > read.get(m.sender, 0) for m in state.messages
    )


def _sorted(state: HearingState) -> list[Seat]:
    return [seat for seat in state.seats.values() if not seat.removed]


def _person(state: HearingState, seat: Seat, line: LineSample | None) -> Plain:
    check = seat.check
    return {
        **_who(seat.party),
        "site": seat.party.site,
        "presence": seat.presence,
        "left_by": seat.left_by,
        "camera": seat.camera,
        "microphone": seat.microphone,
        "check": None
        if check is None
        else {
            name: getattr(check, name) for name in ("camera", "microphone", "loudspeaker", "line")
        },
        "checked_at": seat.checked_at,
        "sources": dict(seat.told),
        "asks": seat.party.id in unanswered(state),
        "line": line_json(line) if line and seat.here else None,
    }
