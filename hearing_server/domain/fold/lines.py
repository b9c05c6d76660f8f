"""Steps of lines. They read who did it, so they take the whole entry."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import transcript_changed
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.lines import KEPT_OPERATIONS, Line, Operation, Touched, placed
from hearing_server.domain.log import Entry

EntryStep = Callable[[HearingState, Any, Entry], HearingState]


def _entered(state: HearingState, event: ev.LineEntered, entry: Entry) -> HearingState:
    line = Line(
        line=event.line,
        revision=1,
        speaker=event.speaker,
        text=event.text,
        started_at=event.started_at,
        ended_at=event.ended_at,
        entered=ev.Span(event.started_at, event.ended_at),
    )
    after = replace(
        state,
        lines=(*state.lines, line),
        order=placed(state.order, event.line, event.after),
    )
    return transcript_changed(
        _noted(after, entry, Touched(line=line.line, before=None, revision=1))
    )


def _corrected(state: HearingState, event: ev.LineCorrected, entry: Entry) -> HearingState:
    line = state.lines[event.line - 1]
    return _changed(
        state,
        entry,
        speaker=event.speaker,
        text=event.text,
        started_at=line.started_at if event.started_at is None else event.started_at,
        ended_at=line.ended_at if event.ended_at is None else event.ended_at,
    )


def _struck(state: HearingState, event: ev.LineStruck, entry: Entry) -> HearingState:
    return _changed(state, entry, struck=event.cause)


def _restored(state: HearingState, event: ev.LineRestored, entry: Entry) -> HearingState:
    return _changed(state, entry, struck=None)


def _disputed(state: HearingState, event: ev.LineDisputed, entry: Entry) -> HearingState:
    return _changed(state, entry, disputed=event.disputed)


def _changed(state: HearingState, entry: Entry, **changes: Any) -> HearingState:
    event: Any = entry.event
    index = event.line - 1
    before = state.lines[index]
    line = replace(before, revision=event.revision, **changes)
    after = replace(state, lines=(*state.lines[:index], line, *state.lines[index + 1 :]))
    touched = Touched(line=line.line, before=before, revision=line.revision)
    return transcript_changed(_noted(after, entry, touched))


def _noted(state: HearingState, entry: Entry, touched: Touched) -> HearingState:
    """Part of an operation: its first event, or one more of the newest."""
    event: Any = entry.event
    if not event.operation:
        return state
    made = state.operations
    if not (made and (made[-1].operation, made[-1].by) == (event.operation, entry.by)):
        new = Operation(operation=event.operation, by=entry.by, touched=(touched,))
        return replace(state, operations=(*made, new)[-KEPT_OPERATIONS:])
    newest = made[-1]
    first = {one.line: one for one in newest.touched}
    before = first[touched.line].before if touched.line in first else touched.before
    first[touched.line] = replace(touched, before=before)
    newest = replace(newest, touched=tuple(first.values()))
    return replace(state, operations=(*made[:-1], newest))


def _undone(state: HearingState, event: ev.OperationUndone, entry: Entry) -> HearingState:
    """Its lines are what they were before it: what had made them so can be undone in its turn."""
    undone = next((one for one in state.operations if one.operation == event.undone), None)
    if undone is None:  # so long ago that the undoing took its place
        return state
    again = {
        (one.line, one.before.revision): state.lines[one.line - 1].revision
        for one in undone.touched
        if one.before is not None
    }
    marks: dict[str, dict[str, Any]] = {
        event.undone: {"undone": True},
        event.operation: {"undoes": event.undone},
    }
    operations = (
        replace(_again(one, again), **marks.get(one.operation, {})) for one in state.operations
    )
    return replace(state, operations=tuple(operations))


def _again(operation: Operation, again: Mapping[tuple[int, int], int]) -> Operation:
    if not any((one.line, one.revision) in again for one in operation.touched):
        return operation
    touched = (
        replace(one, revision=again.get((one.line, one.revision), one.revision))
        for one in operation.touched
    )
    return replace(operation, touched=tuple(touched))


STEPS: Mapping[type, EntryStep] = {
    ev.LineEntered: _entered,
    ev.LineCorrected: _corrected,
    ev.LineStruck: _struck,
    ev.LineRestored: _restored,
    ev.LineDisputed: _disputed,
    ev.OperationUndone: _undone,
}
