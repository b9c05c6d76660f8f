"""What the steps of the fold share."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from hearing_server.domain.hearing import HearingState

Step = Callable[[HearingState, Any, int], HearingState]
K = TypeVar("K")
V = TypeVar("V")


def with_seat(state: HearingState, party: str, **changes: Any) -> HearingState:
    seat = replace(state.seats[party], **changes)
    return replace(state, seats=put(state.seats, party, seat))


def seat_step(**changes: Any) -> Step:
    """The step of an event of one party that always makes the same changes to its seat."""

    def step(state: HearingState, event: Any, at: int) -> HearingState:
        return with_seat(state, event.party, **changes)

    return step


def state_step(**changes: Any) -> Step:
    """The step of an event that always makes the same changes to the state."""

    def step(state: HearingState, event: Any, at: int) -> HearingState:
        return replace(state, **changes)

    return step


def transcript_changed(state: HearingState) -> HearingState:
    """What was frozen is not what stands in the record now."""
    freeze = state.freeze and replace(state.freeze, changed_since=True)
    return replace(state, freeze=freeze)


def put(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return MappingProxyType({**mapping, key: value})


def drop(mapping: Mapping[K, V], key: K) -> Mapping[K, V]:
    return MappingProxyType({k: v for k, v in mapping.items() if k != key})
