"""What one party may see of a hearing: the projection of state and events for the wire. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.doors import knows_confirmed, oversees
from hearing_server.domain.exhibit_readers import (
    called,
    has_original,
    is_shown,
    knows_exhibit,
    reads_opinions,
)
from hearing_server.domain.facts import to_fact
from hearing_server.domain.hearing import Consultation, Exhibit, HearingState, Identity, Seat, Shown
from hearing_server.domain.lines import Line
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.message_readers import reader_of, reads_message
from hearing_server.domain.parties import Role
from hearing_server.domain.places import inside, mute, sends
from hearing_server.domain.read_back import lines_heard
from hearing_server.domain.record import Freeze, Reading
from hearing_server.domain.sealed import (
    line_for,
    message_for,
    objection_for,
    opinion_for,
    refusal_for,
    request_for,
    words_at,
)
from hearing_server.domain.visible import (
    concerned,
    follows_signing,
    hears_why,
    knows_talk,
    named,
    reads_lines,
    renews,
    seen,
)
from hearing_server.services.recording_check import RecordingCheck
from signaling import protocol as wire
from signaling import view_types as types


def view(state: HearingState, reader: str) -> types.HearingView:
    """The hearing as `reader` may see it: what visible.py lets through of the events behind it."""
    seat = state.seats[reader]
    court = oversees(state, reader)
    here = court or inside(state, seat)
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
        pause_reason=words_at(state, state.pause_reason, state.paused_at, reader)
        if hears_why(state, reader)
        else "",
        minutes=state.minutes,
        demands=state.demands,
        cancelled=state.cancelled,
        opens_at=state.opens_at,
        suspended_until=state.suspended_until,
        stages=list(state.stages),
        stage=state.stage if here else None,
        checklist=list(state.checklist),
        marked=dict(state.marked) if here else {},
        public_excluded=state.public_excluded,
        off_record=state.off_record,
        observers_allowed=state.observers_allowed,
        deliberating=state.deliberating,
        in_charge=state.in_charge,
        word=state.word if here else "",
        chat=state.chat and here,
        seats=[_seat(state, other, seat) for other in _shown_seats(state, seat)],
        requests=[_alike(types.RequestView, request_for(state, r, reader)) for r in state.requests]
        if here
        else [],
        consultations=[
            _consultation(state, talk, reader)
            for talk in state.consultations.values()
            if knows_talk(state, talk, reader)
        ],
        screenings=_screenings(state, seat),
        identity_checks=_identity_checks(state, seat),
        exhibits=[
            _exhibit(state, e, reader) for e in state.exhibits if knows_exhibit(state, e, reader)
        ],
        shown=_shown(state, state.shown, reader)
        if state.shown and (court or is_shown(state, seat))
        else None,
        reading=_reading(state, state.reading, reader) if state.reading and here else None,
        messages=[
            _alike(types.MessageView, message_for(state, message, reader))
            for message in state.messages
            if reads_message(state, message.message, message.sender, message.to, seat)
        ],
        read_up_to=dict(state.read_up_to.get(reader_of(seat.party), {})),
        read_by=_read_by(state, reader_of(seat.party)),
        lines=[_line(line_for(state, state.lines[n - 1], reader)) for n in state.order]
        if court or reads_lines(state, seat)
        else [],
        sealed=[types.SpanView(started_at=s, ended_at=e) for s, e in state.custody.sealed]
        if court
        else [],
        freeze=_freeze(state, state.freeze, reader)
        if state.freeze and (court or follows_signing(state, seat))
        else None,
        objections=[
            _alike(types.ObjectionView, objection_for(state, one, reader))
            for one in state.objections
        ]
        if court or follows_signing(state, seat)
        else [],
        recording=_recording(state) if court else None,
    )


def told(state: HearingState, entries: Iterable[Entry], reader: str) -> list[wire.EventTold]:
    """The entries that `reader` may see, as they may see them, as messages."""
    return Telling(state, entries).to(reader)


class Telling:
    """The same entries for one reader after another. To whom an event is the same, it is one message."""

    def __init__(self, state: HearingState, entries: Iterable[Entry]) -> None:
        self._state = state
        self._entries = [(entry, _Said()) for entry in entries]
        self._answers = {(e.at, e.by) for e, _ in self._entries if _answers(e)}

    def to(self, reader: str) -> list[wire.EventTold]:
        """What `told` makes of them."""
        return [
            said.message(entry, self._by(entry, reader), event)
            for entry, said in self._entries
            if (event := seen(self._state, entry, reader)) is not None
        ]

    def _by(self, entry: Entry, reader: str) -> str:
        hidden = (entry.at, entry.by) in self._answers and entry.by != reader
        return SERVER if hidden else entry.by


class _Said:
    """An entry as it was said so far: by whom, and what was left of the event."""

    def __init__(self) -> None:
        self._messages: list[tuple[str, ev.Event, wire.EventTold]] = []

    def message(self, entry: Entry, by: str, event: ev.Event) -> wire.EventTold:
        for said_by, said, message in self._messages:
            if said_by == by and (said is event or said == event):
                return message
        message = wire.EventTold(seq=entry.seq, at=entry.at, by=by, event=to_fact(event))
        self._messages.append((by, event, message))
        return message


def _answers(entry: Entry) -> bool:
    """In an old log what follows from an answer to a talk stands under the name of who gave it."""
    event = entry.event
    follows = ev.ConsultationBegan | ev.ConsultationAwaitsLeave | ev.ConsultationLeaveDropped
    return isinstance(event, follows) and entry.by in event.parties


def recording_checked(checked: RecordingCheck) -> wire.RecordingChecked:
    """The live check of the recording, as bench and clerk are told of it."""
    sources: dict[str, dict[ev.Source, wire.SourceChecked]] = {}
    for (party, source), one in checked.sources.items():
        sources.setdefault(party, {})[ev.Source(source)] = _alike(wire.SourceChecked, one)
    return wire.RecordingChecked(
        recorder=checked.recorder,
        clock_off=checked.clock_off,
        sources=sources,
        directories=[_alike(wire.DirectoryChecked, each) for each in checked.directories],
    )


def widens(state: HearingState, entries: Iterable[Entry], reader: str) -> bool:
    """Whether `reader` needs the whole view again: they may see more of the past, or less."""
    return any(renews(state, entry.event, reader) for entry in entries)


def _shown_seats(state: HearingState, reader: Seat) -> list[Seat]:
    """Observers never appear among the parties; the court knows of them, and each of themselves."""
    court = oversees(state, reader.party.id)
    return [
        seat
        for seat in state.seats.values()
        if court or seat is reader or seat.party.role is not Role.OBSERVER
    ]


def _seat(state: HearingState, seat: Seat, reader: Seat) -> types.SeatView:
    court = oversees(state, reader.party.id)
    knows = seat is reader or court
    party = named(state, seat.party, reader.party.id)
    confirmed = knows_confirmed(state, party.id, reader.party.id)
    muted, locked = mute(state, party.id, reader.party.id)
    return types.SeatView(
        party=party.id,
        role=party.role,
        name=party.name,
        site=party.site,
        side=party.side,
        counsel_for=list(party.counsel_for),
        interpreter_for=list(party.interpreter_for),
        sign_language=party.sign_language,
        presence=seat.presence,
        admitted=seat.admitted,
        identified=seat.identity is not None and confirmed,
        inside=seat.inside,
        ready=seat.ready,
        consultation=seat.consultation,
        muted=muted,
        locked=locked,
        locked_by=seat.locked_by if locked else "",
        share_locked=seat.share_locked,
        share_locked_by=seat.share_locked_by,
        channel_closed=seat.channel_closed,
        sources=dict(sends(state, seat.party.id, reader.party.id)),
        left_by=seat.left_by,
        entry=_entry(seat, court=court, held_key=seat.party.id in state.held_keys)
        if knows
        else None,
    )


def _entry(seat: Seat, *, court: bool, held_key: bool) -> types.EntryView:
    return types.EntryView(
        accepted_as=seat.accepted_as,
        consent_withdrawn=seat.consent_withdrawn,
        camera=seat.camera,
        microphone=seat.microphone,
        check=_alike(types.CheckView, seat.check, at=seat.checked_at) if seat.check else None,
        code_confirmed=seat.code_confirmed,
        code_confirmed_at=seat.code_confirmed_at,
        held_key=held_key,
        code_locked_until=seat.code_locked_until,
        identity=_identity(seat.identity) if seat.identity else None,
        kiosk=seat.kiosk,
        officer_steps=dict(seat.officer_steps),
        listens_to=seat.listens_to,
        resembles=seat.registration.resembles if seat.registration and court else "",
    )


def _identity(identity: Identity) -> types.IdentityView:
    return types.IdentityView(
        document=identity.document,
        number=identity.number,
        confirmed_at=identity.confirmed_at,
        picture=bool(identity.picture_sha256),
    )


def _consultation(state: HearingState, talk: Consultation, reader: str) -> types.ConsultationView:
    """Who asked, and whether they locked it, is the business of its people."""
    own = concerned(talk, reader)
    return types.ConsultationView(
        consultation=talk.consultation,
        asked_by=talk.asked_by if own else "",
        parties=list(state.in_order(talk.parties)),
        accepted=sorted(talk.accepted),
        permitted=talk.permitted,
        began_at=talk.began_at,
        members=list(state.in_order(talk.members)),
        locked=talk.locked and own,
        into=talk.into,
    )


def _read_by(state: HearingState, me: str) -> dict[str, int]:
    """How far each correspondent has read what `me` sent to them."""
    return {reader: read[me] for reader, read in state.read_up_to.items() if me in read}


def _screenings(state: HearingState, reader: Seat) -> list[ev.Screening]:
    """All for the court; for a party its own."""
    court = oversees(state, reader.party.id)
    return [s for s in state.screenings.values() if court or s.party == reader.party.id]


def _identity_checks(state: HearingState, reader: Seat) -> dict[str, str]:
    court = oversees(state, reader.party.id)
    return {p: c for p, c in state.identity_checks.items() if court or p == reader.party.id}


def _exhibit(state: HearingState, exhibit: Exhibit, reader: str) -> types.ExhibitView:
    given = exhibit.opinions.values() if reads_opinions(state, exhibit, reader) else ()
    opinions = [_alike(types.OpinionView, opinion_for(state, o, reader)) for o in given]
    seat = state.seats[reader]
    here = inside(state, seat) or oversees(state, reader)
    view: types.ExhibitView = _alike(
        types.ExhibitView,
        exhibit,
        name=called(state, exhibit, reader),
        opinions=opinions,
        was_shown=exhibit.was_shown and here,  # what happens in the courtroom is for those in it
        shown_at=exhibit.shown_at if here else None,
        original=has_original(state, exhibit, reader),
    )
    return view


def _shown(state: HearingState, shown: Shown, reader: str) -> types.ShownView:
    name = called(state, state.exhibits[shown.exhibit - 1], reader)
    highlights = [_alike(types.HighlightView, mark) for mark in shown.highlights]
    view: types.ShownView = _alike(types.ShownView, shown, name=name, highlights=highlights)
    return view


def _reading(state: HearingState, reading: Reading, reader: str) -> types.ReadingView:
    """The lines that this reader hears; the others go by in silence."""
    view: types.ReadingView = _alike(
        types.ReadingView, reading, lines=list(lines_heard(state, reader, reading.lines))
    )
    return view


def _alike(kind: type[Any], value: object, **other: Any) -> Any:
    """A view whose fields are the value's of the same names, but for those given."""
    names = (name for name in kind.__struct_fields__ if name not in other)
    return kind(**{name: getattr(value, name) for name in names}, **other)


def _line(line: Line) -> types.LineView:
    view: types.LineView = _alike(types.LineView, line)
    return view


def _freeze(state: HearingState, freeze: Freeze, reader: str) -> types.FreezeView:
    return types.FreezeView(
        version=freeze.version,
        digest=freeze.digest,
        frozen_at=freeze.frozen_at,
        signers=list(freeze.signers),
        sealed=freeze.sealed,
        pages=freeze.pages,
        sha256=freeze.sha256,
        signed=dict(freeze.signed),
        refused={p: refusal_for(state, refusal, reader) for p, refusal in freeze.refused.items()},
        identified=[
            one for one in sorted(freeze.identified) if one == reader or oversees(state, reader)
        ],
        archived=freeze.archived,
        changed_since=freeze.changed_since,
        earlier=[one.version for one in state.earlier],
        read=_of_reader(state, freeze.read, reader),
        confirmed=_of_reader(state, freeze.confirmed, reader),
    )


def _of_reader(state: HearingState, by_party: Mapping[str, int], reader: str) -> dict[str, int]:
    """How somebody reads is between them and the court."""
    court = oversees(state, reader)
    return {party: value for party, value in by_party.items() if court or party == reader}


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
        types.FaultView(at=fault.at, code=fault.code, detail=fault.detail, over_at=fault.over_at)
        for fault in state.faults
    ]
    notes = [_alike(types.ExplanationView, note) for note in state.explanations]
    return types.RecordingView(parties=parties, faults=faults, explanations=notes)
