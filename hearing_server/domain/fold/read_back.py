"""Steps of reading back. They read who ordered it, so they take the whole entry."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import events as ev
from hearing_server.domain.fold.lines import EntryStep
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.record import Reading


def _began(state: HearingState, event: ev.ReadBackBegan, entry: Entry) -> HearingState:
    reading = Reading(
        read_back=event.read_back,
        by=entry.by,
        began_at=entry.at,
        ends_at=event.ends_at,
        lines=event.lines,
    )
    return replace(state, reading=reading, read_backs=event.read_back)


def _ended(state: HearingState, event: ev.ReadBackEnded, entry: Entry) -> HearingState:
    return replace(state, reading=None)


STEPS: Mapping[type, EntryStep] = {ev.ReadBackBegan: _began, ev.ReadBackEnded: _ended}
