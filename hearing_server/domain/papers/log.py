"""A paper's log as something that can be proved: entries in canonical form (RFC 8785), leaves of one tree."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import rfc8785

from hearing_server.domain.facts import build, tag


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event with its place. `log` is the paper, or the person whose consent it is; `at` is Unix ms."""

    log: str
    seq: int
    at: int
    by: str
    event: Any


def canonical(entry: Entry) -> bytes:
    """The bytes that are hashed: the same on every machine and for ever."""
    return rfc8785.dumps(to_record(entry))


def to_record(entry: Entry) -> dict[str, Any]:
    fact = {"type": tag(type(entry.event)), **dataclasses.asdict(entry.event)}
    return {"log": entry.log, "seq": entry.seq, "at": entry.at, "by": entry.by, "event": fact}


def entry_from(record: dict[str, Any], types: tuple[type, ...]) -> Entry:
    """The entry of a decoded record whose event is one of `types`; KeyError, TypeError, ValueError if none."""
    values = dict(record)
    fact = dict(values.pop("event"))
    kinds = {tag(kind): kind for kind in types}
    return Entry(event=build(kinds[fact.pop("type")], fact), **values)
