"""The one plain form of an event: JSON values, its type under `type`, as in the log and on the wire."""

import dataclasses
import re
import types
import typing
from enum import StrEnum

from hearing_server.domain.events import EVENT_TYPES, Event


def tag(event_type: type) -> str:
    """The name of an event type in the log and on the wire: `LineEntered` is `line_entered`."""
    return snake(event_type.__name__)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


BY_TAG: dict[str, type] = {tag(event_type): event_type for event_type in EVENT_TYPES}


def to_fact(event: Event) -> dict[str, object]:
    """The event as plain JSON values, its type under `type`."""
    return {"type": tag(type(event)), **dataclasses.asdict(event)}


def from_fact(fact: dict[str, typing.Any]) -> Event:
    """The event of a plain value that `to_fact` made; KeyError, TypeError or ValueError otherwise."""
    values = dict(fact)
    event_type = BY_TAG[values.pop("type")]
    event: Event = build(event_type, values)
    return event


def build(target: typing.Any, values: dict[str, typing.Any]) -> typing.Any:
    hints = typing.get_type_hints(target)
    return target(**{name: _value(hints[name], value) for name, value in values.items()})


def _value(hint: typing.Any, value: typing.Any) -> typing.Any:
    if isinstance(hint, types.GenericAlias) and hint.__origin__ is tuple:
        return tuple(_value(hint.__args__[0], item) for item in value)
    if isinstance(hint, types.UnionType):  # X | None
        return None if value is None else _value(hint.__args__[0], value)
    if dataclasses.is_dataclass(hint):
        return build(hint, value)
    return hint(value) if issubclass(hint, StrEnum) else value
