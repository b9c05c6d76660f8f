"""What one party may see of a hearing: the projection of state and events for the wire. Pure."""

from collections.abc import Iterable

from hearing_server.domain import events as ev
from hearing_server.domain.events import to_fact
from hearing_server.domain.hearing import Freeze, HearingState, Line, Seat
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Right, may
from hearing_server.domain.reach import reads_lines, visible
from signaling import protocol as wire
from signaling import view_types as types


def view(state: HearingState, reader: str) -> types.HearingView:
    """The hearing as `reader` may see it: what `visible` lets through of the events behind it."""
    seat = state.seats[reader]
    return types.HearingView(
        hearing=state.hearing,
        court=state.court,
        case_number=state.case_number,
        procedure=state.procedure,
        courtroom=state.courtroom,
        title=state.title,
        planned_at=state.planned_at,
        phase=state.phase,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        pause_reason=state.pause_reason,
        seats=[_seat(other, seat) for other in state.seats.values()],
        lines=[_line(line) for line in state.lines] if reads_lines(seat) else [],
        freeze=_freeze(state.freeze) if state.freeze and seat.admitted else None,
        recording=_recording(state) if may(seat.party.role, Right.OVERSEE) else None,
    )


def told(state: HearingState, entries: Iterable[Entry], reader: str) -> list[wire.EventTold]:
    """The entries that `reader` may see, as messages."""
    return [
        wire.EventTold(seq=entry.seq, at=entry.at, by=entry.by, event=to_fact(entry.event))
        for entry in entries
        if visible(state, entry.event, reader)
    ]


def widens(entries: Iterable[Entry], reader: str) -> bool:
    """Whether `reader` may see more of the past after these entries than before them."""
    return any(isinstance(e.event, ev.PartyAdmitted) and e.event.party == reader for e in entries)


def _seat(seat: Seat, reader: Seat) -> types.SeatView:
    knows = seat is reader or may(reader.party.role, Right.OVERSEE)
    return types.SeatView(
        party=seat.party.id,
        role=seat.party.role,
        name=seat.party.name,
        site=seat.party.site,
        presence=seat.presence,
        admitted=seat.admitted,
        muted=seat.muted,
        sources=dict(seat.sources),
        left_by=seat.left_by,
        camera=seat.camera if knows else None,
        microphone=seat.microphone if knows else None,
    )


def _line(line: Line) -> types.LineView:
    return types.LineView(
        line=line.line,
        revision=line.revision,
        speaker=line.speaker,
        text=line.text,
        started_at=line.started_at,
        ended_at=line.ended_at,
    )


def _freeze(freeze: Freeze) -> types.FreezeView:
    return types.FreezeView(
        version=freeze.version,
        digest=freeze.digest,
        frozen_at=freeze.frozen_at,
        signers=list(freeze.signers),
        sealed=freeze.sealed,
        pages=freeze.pages,
        sha256=freeze.sha256,
        signed=dict(freeze.signed),
        refused=dict(freeze.refused),
        archived=freeze.archived,
        changed_since=freeze.changed_since,
    )


def _recording(state: HearingState) -> types.RecordingView:
    parties = {
        party: types.RecordedView(
            segments=recorded.segments,
            last_at=recorded.last_at,
            gaps=[
                types.GapView(
                    source=gap.source,
                    started_at=gap.started_at,
                    ended_at=gap.ended_at,
                    cause=gap.cause,
                )
                for gap in recorded.gaps
            ],
        )
        for party, recorded in state.recorded.items()
    }
    faults = [
        types.FaultView(at=at, code=fault.code, detail=fault.detail) for at, fault in state.faults
    ]
    return types.RecordingView(parties=parties, faults=faults)
