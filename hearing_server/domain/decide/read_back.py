"""Decisions about reading back."""

from collections.abc import Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.decide.rules import BEGUN, Decision, Events, Rule
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import Right
from hearing_server.domain.read_back import (
    LEAD_MS,
    LONGEST_MS,
    MOST_LINES,
    REST_MS,
    TAIL_MS,
    lead_in,
)

RULES: Mapping[type, Rule] = {
    cmd.ReadBack: Rule(phases=BEGUN, right=Right.READ_BACK),
    cmd.StopReadBack: Rule(phases=BEGUN, right=Right.READ_BACK),
    cmd.FinishReadBack: Rule(phases=BEGUN, server=True),
}


def _read_back(state: HearingState, command: cmd.ReadBack, by: str, now: int) -> Events:
    """Another one takes the place of what is read back now."""
    if state.deliberating:
        raise Refused(Code.DELIBERATING)
    if state.custody.going:
        raise Refused(Code.NO_SOUND)
    lines = _timed(state, command.lines)
    length = lines[-1].after + lines[-1].ended_at - lines[-1].started_at
    if len(lines) > MOST_LINES or length > LONGEST_MS:
        raise Refused(Code.TOO_MANY)
    began = ev.ReadBackBegan(
        read_back=state.read_backs + 1, lines=lines, ends_at=now + length + TAIL_MS
    )
    return (*_ended(state, ev.ReadBackEnd.STOPPED), began)


def _timed(state: HearingState, numbers: tuple[int, ...]) -> tuple[ev.ReadLine, ...]:
    """The lines in their order in the record, one after the other."""
    wanted, found, after = set(numbers), list[ev.ReadLine](), LEAD_MS
    for place, line in enumerate(state.transcript, start=1):
        if line.line not in wanted:
            continue
        if touches(state.custody.ordered, line.started_at, line.ended_at):
            raise Refused(Code.SEALED, str(line.line))
        begins = lead_in(state, line.speaker, line.started_at)
        if (
            found and found[-1].speaker == line.speaker
        ):  # what was just heard leads in no second time
            begins = max(begins, min(found[-1].ended_at, line.started_at))
        found.append(
            ev.ReadLine(
                line=line.line,
                place=place,
                speaker=line.speaker,
                started_at=begins,
                ended_at=line.ended_at,
                after=after,
            )
        )
        after += line.ended_at - begins + REST_MS
    if not found or len(found) != len(wanted):
        raise Refused(Code.UNKNOWN_LINE)
    return tuple(found)


def _stop(state: HearingState, command: cmd.StopReadBack, by: str, now: int) -> Events:
    if state.reading is None:
        raise Refused(Code.NO_CHANGE)
    return _ended(state, ev.ReadBackEnd.STOPPED)


def _finish(state: HearingState, command: cmd.FinishReadBack, by: str, now: int) -> Events:
    if state.reading is None or state.reading.read_back != command.read_back:
        raise Refused(Code.NO_CHANGE)
    return _ended(state, ev.ReadBackEnd.FINISHED)


def _ended(state: HearingState, cause: ev.ReadBackEnd) -> Events:
    if state.reading is None:
        return ()
    return (ev.ReadBackEnded(read_back=state.reading.read_back, cause=cause),)


def ended_with(before: HearingState, after: HearingState) -> Events:
    """Whatever takes the court out of its sitting, or its pause, ends what is read back in it."""
    reading = after.reading
    if reading is None or (before.phase is after.phase and not after.deliberating):
        return ()
    return (ev.ReadBackEnded(read_back=reading.read_back, cause=ev.ReadBackEnd.SESSION),)


DECISIONS: Mapping[type, Decision] = {
    cmd.ReadBack: _read_back,
    cmd.StopReadBack: _stop,
    cmd.FinishReadBack: _finish,
}
