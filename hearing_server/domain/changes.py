"""What a version says differently, passage by passage, for one reader. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hearing_server.domain.hearing import HearingState
from hearing_server.domain.objections import Standing
from hearing_server.domain.passages import worded
from hearing_server.domain.record import Wording
from hearing_server.domain.sealed import wording_for
from hearing_server.domain.wording import Part, compared


class Change(StrEnum):
    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class ChangedPassage:
    """A passage of a version, or one that it prints no more. `line` and `place` are 0 for what is no line.

    `place` is the printed number; `parts` are what became of the words of a changed line; `objections` the
    numbers of those that were accepted for it, in the changes of a version.
    """

    name: str
    change: Change
    line: int = 0
    place: int = 0
    now: Wording | None = None
    before: Wording | None = None
    parts: tuple[Part, ...] = ()
    objections: tuple[int, ...] = ()


def changes_for(state: HearingState, reader: str) -> tuple[ChangedPassage, ...]:
    """The newest version against what `reader` has confirmed last of each passage, in its order.

    What they objected to they have not confirmed: it is compared with the version before, which they read.
    """
    confirmed = state.confirmed.get(reader, {})
    before = state.printings[-2].passages if confirmed and len(state.printings) > 1 else {}
    unread = {name: digest for name, digest in before.items() if name not in confirmed}
    printed = state.freeze.passages if state.freeze else {}
    found = _compared(state, reader, {**unread, **confirmed}, printed)
    return tuple(_as_new(one) if one.name in unread else one for one in found)


def _as_new(one: ChangedPassage) -> ChangedPassage:
    """Also what stayed as it was, where they never confirmed it."""
    return replace(one, change=Change.NEW) if one.change is Change.SAME else one


def changes_of_version(
    state: HearingState, reader: str, version: int
) -> tuple[ChangedPassage, ...]:
    """A version against the one before it, and which objections it answers by correcting what they asked."""
    now, last = state.printings[version - 1], state.printings[version - 2 : version - 1]
    since = last[0].at if last else 0
    caused: defaultdict[int, list[int]] = defaultdict(list)
    for one in state.objections:
        if one.standing is Standing.ACCEPTED and since < (one.answered_at or 0) <= now.at:
            caused[one.line].append(one.objection)
    return tuple(
        replace(one, objections=tuple(caused.get(one.line, ())))
        if one.change is not Change.SAME
        else one
        for one in _compared(state, reader, last[0].passages if last else {}, now.passages)
    )


def _compared(
    state: HearingState, reader: str, known: Mapping[str, str], printed: Mapping[str, str]
) -> tuple[ChangedPassage, ...]:
    return (*_printed(state, reader, known, printed), *_gone(state, reader, known, printed))


def _printed(
    state: HearingState, reader: str, known: Mapping[str, str], printed: Mapping[str, str]
) -> Iterator[ChangedPassage]:
    place = 0
    for name, digest in printed.items():
        line = line_of(name)
        place += 1 if line else 0
        before = known.get(name)
        now = _wording(state, name, digest, reader)
        was = None if before is None or before == digest else _wording(state, name, before, reader)
        yield ChangedPassage(
            name=name,
            change=_change(before, digest),
            line=line,
            place=place if line else 0,
            now=now,
            before=was,
            parts=compared(was.text, now.text) if was and now else (),
        )


def _gone(
    state: HearingState, reader: str, known: Mapping[str, str], printed: Mapping[str, str]
) -> Iterator[ChangedPassage]:
    for name, digest in known.items():
        if name not in printed:
            before = _wording(state, name, digest, reader)
            yield ChangedPassage(name=name, change=Change.GONE, line=line_of(name), before=before)


def _change(before: str | None, digest: str) -> Change:
    if before is None:
        return Change.NEW
    return Change.SAME if before == digest else Change.CHANGED


def _wording(state: HearingState, name: str, digest: str, reader: str) -> Wording | None:
    wording = state.wordings.get(worded(name, digest))
    return None if wording is None else wording_for(state, wording, reader)


def line_of(passage: str) -> int:
    """The line that a passage is, or 0."""
    kind, _, number = passage.partition("-")
    return int(number) if kind == "line" else 0
