"""The passages of a frozen version: what is read, confirmed and compared one by one. Pure.

A passage is a line, an exhibit with its opinions, an objection, a refusal to sign, or the head (who was
there and when). Its digest is of what the print says of it, without its place: a line that says the same
after another was put before it is the same passage.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hearing_server.domain.hearing import Exhibit, HearingState
from hearing_server.domain.lines import Line
from hearing_server.domain.objections import Objection, as_of
from hearing_server.domain.parties import Role
from hearing_server.domain.record import FormerRefusal, Freeze, Wording

HEAD = "head"


@dataclass(frozen=True, kw_only=True)
class Passages:
    """`digests` by passage in the order of the print; `wordings` by `worded`, those of the lines alone."""

    digests: Mapping[str, str]
    wordings: Mapping[str, Wording]


def line_passage(line: int) -> str:
    return f"line-{line}"


def worded(passage: str, digest: str) -> str:
    """Under which name a wording is kept: of two lines that say the same each has its own time."""
    return f"{passage} {digest}"


def place_of(freeze: Freeze, line: int) -> int:
    """The number that a version prints before one of its lines."""
    lines = [name for name in freeze.passages if name.startswith("line-")]
    return lines.index(line_passage(line)) + 1


def passages_of(
    state: HearingState, version: int, at: int, masked: frozenset[tuple[str, int, str]]
) -> Passages:
    """Those of a version that is frozen at this time, with these words masked."""
    digests = {HEAD: _digest(_head(state))}
    wordings: dict[str, Wording] = {}
    for line in state.transcript:
        wording = _wording(line, sealed=("line", line.line, "") in masked)
        digest = _digest([wording.speaker, wording.text, wording.disputed, wording.sealed])
        name = line_passage(line.line)
        digests[name] = digest
        wordings[worded(name, digest)] = wording
    for name, said in _others(state, version, at, masked):
        digests[name] = _digest(said)
    return Passages(digests=MappingProxyType(digests), wordings=MappingProxyType(wordings))


def _wording(line: Line, *, sealed: bool) -> Wording:
    return Wording(
        speaker=line.speaker,
        text="" if sealed else line.text,
        span=line.span,
        disputed=line.disputed,
        sealed=sealed,
    )


def _head(state: HearingState) -> list[Any]:
    present = [
        [seat.party.id, seat.first_seen]
        for seat in state.seats.values()
        if seat.arrived and seat.party.role is not Role.OBSERVER
    ]
    charges = [[charge.party, charge.began_at, charge.ended_at] for charge in state.charges]
    return [state.title, state.opened_at, state.closed_at, present, charges]


def _others(
    state: HearingState, version: int, at: int, masked: frozenset[tuple[str, int, str]]
) -> Iterator[tuple[str, list[Any]]]:
    for exhibit in state.exhibits:
        if exhibit.on_record:
            yield f"exhibit-{exhibit.exhibit}", _exhibit(exhibit, masked)
    for objection in as_of(state.objections, at):
        yield f"objection-{objection.objection}", _objection(objection, masked)
    for one in former(state, version):
        said = "" if ("refusal", one.version, one.party) in masked else one.reason
        yield f"refusal-{one.version}-{one.party}", [one.at, said]


def former(state: HearingState, version: int) -> tuple[FormerRefusal, ...]:
    """The refusals to sign that a version prints: of those before it."""
    return tuple(one for one in state.refusals if one.version < version)


def _exhibit(exhibit: Exhibit, masked: frozenset[tuple[str, int, str]]) -> list[Any]:
    named = ("exhibit", exhibit.exhibit, "") not in masked
    opinions = [
        [
            party,
            given.authentic,
            given.lawful,
            given.relevant,
            "" if ("opinion", exhibit.exhibit, party) in masked else given.note,
        ]
        for party, given in exhibit.opinions.items()
    ]
    return [exhibit.name if named else "", exhibit.sha256, exhibit.shown_at, opinions]


def _objection(one: Objection, masked: frozenset[tuple[str, int, str]]) -> list[Any]:
    sealed = ("objection", one.objection, "") in masked
    said = [] if sealed else [one.quote, one.wording, one.reason, one.answer]
    return [one.party, one.version, one.line, one.standing, one.answered_at, *said]


def _digest(said: list[Any]) -> str:
    plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8", "backslashreplace")).hexdigest()


def unread(state: HearingState, party: str) -> tuple[str, ...]:
    """The passages of the newest version that say something else than `party` has confirmed, or are new."""
    if state.freeze is None:
        return ()
    confirmed = state.confirmed.get(party, {})
    return tuple(
        name for name, digest in state.freeze.passages.items() if confirmed.get(name) != digest
    )


def has_read(state: HearingState, party: str) -> bool:
    """Whether every page of the newest version was shown to `party`, or what changed since they confirmed
    the rest."""
    freeze = state.freeze
    if freeze is None:
        return False
    return freeze.read.get(party, 0) >= freeze.pages or not unread(state, party)
