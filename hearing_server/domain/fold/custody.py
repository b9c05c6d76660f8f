"""Steps of the custody of the recording. They read who did it, so they take the whole entry."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.custody import Access, Custody, Deletion, Note
from hearing_server.domain.fold.steps import drop, put, transcript_changed
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.sealed import masked_in_print

EntryStep = Callable[[HearingState, Any, Entry], HearingState]


def _with(state: HearingState, **changes: Any) -> HearingState:
    return replace(state, custody=replace(state.custody, **changes))


def _with_access(state: HearingState, access: Mapping[int, Access], **changes: Any) -> HearingState:
    """A frozen record that would be printed otherwise now is no longer the newest."""
    after = _with(state, access=access, **changes)
    if not state.complete and masked_in_print(state) != masked_in_print(after):
        return transcript_changed(after)
    return after


def _set(state: HearingState, event: ev.AccessSet, entry: Entry) -> HearingState:
    # In an old log nothing follows an unrecorded exclusion, and the next level set is the judge's own.
    follows = event.access == state.custody.exclusion and event.started_at == entry.at
    access = Access(
        access=event.access,
        level=event.level,
        started_at=event.started_at,
        ended_at=event.ended_at,
        reason=event.reason,
        exclusion=follows,
    )
    everything = put(state.custody.access, event.access, access)
    return _with_access(state, everything, access_set=event.access)


def _ended(state: HearingState, event: ev.AccessEnded, entry: Entry) -> HearingState:
    ended = replace(state.custody.access[event.access], ended_at=event.ended_at)
    return _with_access(state, put(state.custody.access, event.access, ended))


def _lifted(state: HearingState, event: ev.AccessLifted, entry: Entry) -> HearingState:
    return _with_access(state, drop(state.custody.access, event.access))


def _placed(state: HearingState, event: ev.NotePlaced, entry: Entry) -> HearingState:
    note = Note(note=event.note, at=event.at, text=event.text, private=event.private, by=entry.by)
    return _with(state, notes=(*state.custody.notes, note))


def _removed(state: HearingState, event: ev.NoteRemoved, entry: Entry) -> HearingState:
    notes, index = state.custody.notes, event.note - 1
    removed = replace(notes[index], removed=True)
    return _with(state, notes=(*notes[:index], removed, *notes[index + 1 :]))


def _proposed(state: HearingState, event: ev.DeletionProposed, entry: Entry) -> HearingState:
    deletion = Deletion(proposed_by=entry.by, proposed_at=entry.at, reason=event.reason)
    return _with(state, deletion=deletion)


def _with_deletion(custody: Custody, **changes: Any) -> Custody:
    assert custody.deletion is not None
    return replace(custody, deletion=replace(custody.deletion, **changes))


def _consented(state: HearingState, event: ev.DeletionConsented, entry: Entry) -> HearingState:
    return replace(state, custody=_with_deletion(state.custody, consented_by=entry.by))


def _dropped(state: HearingState, event: ev.DeletionDropped, entry: Entry) -> HearingState:
    return _with(state, deletion=None)


def _deleted(state: HearingState, event: ev.RecordingDeleted, entry: Entry) -> HearingState:
    custody = _with_deletion(
        state.custody, deleted_at=entry.at, segments=event.segments, size=event.size
    )
    return replace(state, custody=custody)


STEPS: Mapping[type, EntryStep] = {
    ev.AccessSet: _set,
    ev.AccessEnded: _ended,
    ev.AccessLifted: _lifted,
    ev.NotePlaced: _placed,
    ev.NoteRemoved: _removed,
    ev.DeletionProposed: _proposed,
    ev.DeletionConsented: _consented,
    ev.DeletionDropped: _dropped,
    ev.RecordingDeleted: _deleted,
}
