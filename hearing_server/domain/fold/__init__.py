"""The fold over the log: `apply(state, entry)` is the state after one more entry. Pure, one step an event.

The steps are in one file a subject, as the events are. What was decided is never refused here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hearing_server.domain.events import RootSigned
from hearing_server.domain.fold import (
    course,
    custody,
    exhibits,
    floor,
    lines,
    messages,
    objections,
    people,
    private,
    read_back,
    record,
)
from hearing_server.domain.fold.steps import Step
from hearing_server.domain.hearing import TRANSITIONS, HearingState
from hearing_server.domain.log import Entry

# What is missing here changes nothing but the number.
STEPS: Mapping[type, Step] = MappingProxyType(
    {
        event: step
        for subject in (course, people, floor, private, exhibits, messages, record)
        for event, step in subject.STEPS.items()
    }
)

WHOLE_STEPS = MappingProxyType(
    {**custody.STEPS, **lines.STEPS, **objections.STEPS, **read_back.STEPS}
)  # of the whole entry


def replay(entries: Iterable[Entry], state: HearingState | None = None) -> HearingState:
    state = state or HearingState()
    for entry in entries:
        state = apply(state, entry)
    return state


def apply(state: HearingState, entry: Entry) -> HearingState:
    """The state after one more entry."""
    event = entry.event
    step = STEPS.get(type(event))
    if step is not None:
        state = step(state, event, entry.at)
    elif type(event) in WHOLE_STEPS:
        state = WHOLE_STEPS[type(event)](state, event, entry)
    phase = TRANSITIONS.get((state.phase, type(event)), state.phase)
    return replace(
        state,
        seq=entry.seq,
        at=entry.at,
        phase=phase,
        phase_seq=state.phase_seq if phase is state.phase else entry.seq,
        newest_fact=state.newest_fact if isinstance(event, RootSigned) else entry.seq,
    )
