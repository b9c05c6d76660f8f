"""Decisions about lines: what a desk does to the record, each operation once and against what it has read."""

from collections.abc import Iterable, Mapping
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import Decision, Events, Rule, seat_of, text, writable
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.lines import Line, Operation, Touched, joined, split
from hearing_server.domain.parties import Right

MAX_TEXT = 20_000  # characters of one line
MAX_LINES = 50_000
MAX_FOUND = 500  # characters that are looked for, and that replace them
MAX_REPLACED = 1000  # lines at once

_OPEN = frozenset({Phase.IN_SESSION, Phase.PAUSED, Phase.SUSPENDED, Phase.CLOSED})


def _once(decision: Decision) -> Decision:
    """Nothing for an operation that was carried out already; refused on a record that is complete."""

    def decided(state: HearingState, command: Any, by: str, now: int) -> Events:
        done = _operation(state, command.operation)
        if done is not None:
            if done.by != by:
                raise Refused(Code.NOT_ALLOWED, "somebody else's operation")
            return ()
        writable(state)
        return decision(state, command, by, now)

    return decided


def _operation(state: HearingState, operation: str) -> Operation | None:
    made = reversed(state.operations)
    return next((one for one in made if operation and one.operation == operation), None)


def _line(state: HearingState, at: cmd.LineAt | Any) -> Line:
    """The line of a command at the revision that it names, or why not."""
    if not 1 <= at.line <= len(state.lines):
        raise Refused(Code.UNKNOWN_LINE, str(at.line))
    line = state.lines[at.line - 1]
    if line.revision != at.revision:
        raise Refused(Code.STALE_REVISION, f"now at {line.revision}")
    return line


def _standing(state: HearingState, at: cmd.LineAt | Any) -> Line:
    line = _line(state, at)
    if line.struck is not None:
        raise Refused(Code.LINE_STRUCK, line.struck)
    return line


def _enter(state: HearingState, command: cmd.EnterLine, by: str, now: int) -> Events:
    seat_of(state, command.speaker)
    if len(state.lines) >= MAX_LINES:
        raise Refused(Code.TOO_MANY, f"{MAX_LINES} lines")
    after = command.after
    if after is not None and not 0 <= after <= len(state.lines):
        raise Refused(Code.UNKNOWN_LINE, str(after))
    span = _said(state, command, now)
    return (
        ev.LineEntered(
            line=len(state.lines) + 1,
            speaker=command.speaker,
            text=text(command.text, MAX_TEXT),
            started_at=span.started_at,
            ended_at=span.ended_at or span.started_at,
            after=after,
            operation=command.operation,
        ),
    )


def _said(state: HearingState, command: cmd.EnterLine, now: int) -> ev.Span:
    """When a new line was said, within the hearing."""
    earliest = state.opened_at or now

    def within(at: int) -> int:
        return min(max(at, earliest), now)

    if command.after is None:
        start = within(command.started_at or now)
        return ev.Span(
            start, now if command.ended_at is None else max(start, within(command.ended_at))
        )
    if command.started_at is not None:
        start = within(command.started_at)
        return ev.Span(start, max(start, within(command.ended_at or start)))
    before, behind = _neighbours(state, command.after)
    edges = [before.ended_at if before else earliest, behind.started_at if behind else now]
    return ev.Span(within(min(edges)), within(max(edges)))


def _neighbours(state: HearingState, after: int) -> tuple[Line | None, Line | None]:
    place = state.order.index(after) + 1 if after else 0
    before = state.lines[after - 1] if after else None
    behind = state.lines[state.order[place] - 1] if place < len(state.order) else None
    return before, behind


def _correct(state: HearingState, command: cmd.CorrectLine, by: str, now: int) -> Events:
    seat_of(state, command.speaker)
    line = _standing(state, command)
    wording = text(command.text, MAX_TEXT)
    if (line.speaker, line.text) == (command.speaker, wording):
        raise Refused(Code.NO_CHANGE)
    return (corrected(line, command.operation, speaker=command.speaker, text=wording),)


def corrected(line: Line, operation: str, **changes: Any) -> ev.LineCorrected:
    stays = {name: getattr(line, name) for name in ("speaker", "text", "started_at", "ended_at")}
    return ev.LineCorrected(
        line=line.line, revision=line.revision + 1, operation=operation, **{**stays, **changes}
    )


def _split(state: HearingState, command: cmd.SplitLine, by: str, now: int) -> Events:
    seat_of(state, command.speaker)
    line = _standing(state, command)
    if len(state.lines) >= MAX_LINES:
        raise Refused(Code.TOO_MANY, f"{MAX_LINES} lines")
    first, rest = split(line.text, max(0, command.position))
    if not (first and rest):
        raise Refused(Code.EMPTY)
    cut = command.at
    if cut is not None:
        cut = min(max(cut, line.started_at), line.ended_at)
    number = len(state.lines) + 1
    until = line.ended_at if cut is None else cut
    part = corrected(line, command.operation, text=first, ended_at=until)
    entered = ev.LineEntered(
        line=number,
        speaker=command.speaker,
        text=rest,
        started_at=line.started_at if cut is None else cut,
        ended_at=line.ended_at,
        after=line.line,
        operation=command.operation,
    )
    marked = ev.LineDisputed(line=number, revision=2, disputed=True, operation=command.operation)
    return (part, entered, marked) if line.disputed else (part, entered)


def _merge(state: HearingState, command: cmd.MergeLines, by: str, now: int) -> Events:
    line, following = _standing(state, command), _standing(state, command.following)
    places = [number for number in state.order if state.lines[number - 1].struck is None]
    if places.index(following.line) != places.index(line.line) + 1:
        raise Refused(Code.STALE_REVISION, "another line stands between them")
    whole = corrected(
        line,
        command.operation,
        text=text(joined(line.text, following.text), MAX_TEXT),
        started_at=min(line.started_at, following.started_at),
        ended_at=max(line.ended_at, following.ended_at),
    )
    merged = struck(following, ev.StrikeCause.MERGED, command.operation)
    if line.disputed or not following.disputed:
        return whole, merged
    marked = ev.LineDisputed(
        line=line.line, revision=line.revision + 2, disputed=True, operation=command.operation
    )
    return whole, merged, marked


def struck(line: Line, cause: ev.StrikeCause, operation: str) -> ev.LineStruck:
    return ev.LineStruck(
        line=line.line, revision=line.revision + 1, cause=cause, operation=operation
    )


def _strike(state: HearingState, command: cmd.StrikeLine, by: str, now: int) -> Events:
    line = _standing(state, command)
    return (struck(line, ev.StrikeCause.STRUCK, command.operation),)


def _restore(state: HearingState, command: cmd.RestoreLine, by: str, now: int) -> Events:
    line = _line(state, command)
    if line.struck is None:
        raise Refused(Code.NO_CHANGE)
    if line.struck is ev.StrikeCause.MERGED:  # its words stand in another
        raise Refused(Code.LINE_STRUCK, line.struck)
    revision = line.revision + 1
    return (ev.LineRestored(line=line.line, revision=revision, operation=command.operation),)


def _dispute(state: HearingState, command: cmd.DisputeLine, by: str, now: int) -> Events:
    line = _standing(state, command)
    if line.disputed is command.disputed:
        raise Refused(Code.NO_CHANGE)
    return (
        ev.LineDisputed(
            line=line.line,
            revision=line.revision + 1,
            disputed=command.disputed,
            operation=command.operation,
        ),
    )


def _replace(state: HearingState, command: cmd.ReplaceText, by: str, now: int) -> Events:
    """The refusal names every line that stands in the way."""
    find, replacement = command.find, command.replacement
    if not find:
        raise Refused(Code.EMPTY)
    if max(len(find), len(replacement)) > MAX_FOUND or len(command.lines) > MAX_REPLACED:
        raise Refused(Code.TOO_MANY, f"{MAX_FOUND} characters, {MAX_REPLACED} lines")
    if len({at.line for at in command.lines}) != len(command.lines):
        raise Refused(Code.BAD_MESSAGE, "a line twice")
    wrong: dict[Code, list[int]] = {}
    made: list[ev.Event] = []
    for at in command.lines:
        try:
            line = _standing(state, at)
            wording = text(line.text.replace(find, replacement), MAX_TEXT)
            if wording == line.text:
                raise Refused(Code.NO_CHANGE)
            made.append(corrected(line, command.operation, text=wording))
        except Refused as refusal:
            wrong.setdefault(refusal.code, []).append(at.line)
    for code, lines in wrong.items():
        raise Refused(code, numbers(lines))
    if not made:
        raise Refused(Code.NO_CHANGE)
    return tuple(made)


def numbers(lines: Iterable[int]) -> str:
    return ", ".join(str(line) for line in sorted(lines))


def _undo(state: HearingState, command: cmd.UndoOperation, by: str, now: int) -> Events:
    undone = _operation(state, command.undone)
    if undone is None or undone.by != by or not command.operation:
        raise Refused(Code.NOT_FOUND, "no operation of yours")
    if undone.undone:
        raise Refused(Code.NO_CHANGE)
    changed = [t.line for t in undone.touched if state.lines[t.line - 1].revision != t.revision]
    if changed:
        raise Refused(Code.STALE_REVISION, numbers(changed))
    back = (event for one in undone.touched for event in _back(state, one, command.operation))
    return (*back, ev.OperationUndone(operation=command.operation, undone=undone.operation))


def _back(state: HearingState, touched: Touched, operation: str) -> Iterable[ev.Event]:
    """What makes a line what it was before, each event a revision further."""
    line, before = state.lines[touched.line - 1], touched.before
    number, revision = line.line, line.revision
    if before is None:
        if line.struck is None:
            yield struck(line, ev.StrikeCause.UNDONE, operation)
        return
    if line.struck is not None and before.struck is None:
        revision += 1
        yield ev.LineRestored(line=number, revision=revision, operation=operation)
    if (line.speaker, line.text, line.span) != (before.speaker, before.text, before.span):
        revision += 1
        yield ev.LineCorrected(
            line=number,
            revision=revision,
            speaker=before.speaker,
            text=before.text,
            started_at=before.started_at,
            ended_at=before.ended_at,
            operation=operation,
        )
    if line.disputed is not before.disputed:
        revision += 1
        yield ev.LineDisputed(
            line=number, revision=revision, disputed=before.disputed, operation=operation
        )
    if before.struck is not None and line.struck is None:
        revision += 1
        yield ev.LineStruck(
            line=number, revision=revision, cause=before.struck, operation=operation
        )


def lines_of(state: HearingState, command: cmd.Command) -> tuple[int, ...]:
    """The lines that a command would change, as far as there are such: none if it has done so already."""
    if _operation(state, getattr(command, "operation", "")) is not None:
        return ()
    if isinstance(command, cmd.ReplaceText):
        return tuple(at.line for at in command.lines)
    if isinstance(command, cmd.MergeLines):
        return command.line, command.following.line
    if isinstance(command, cmd.UndoOperation):
        undone = _operation(state, command.undone)
        return tuple(one.line for one in undone.touched) if undone else ()
    if isinstance(command, cmd.AcceptObjection):
        found = [one.line for one in state.objections if one.objection == command.objection]
        return tuple(found)
    return (command.line,) if isinstance(command, _OF_ONE) else ()


_OF_ONE = cmd.CorrectLine | cmd.SplitLine | cmd.StrikeLine | cmd.RestoreLine | cmd.DisputeLine

_MADE: Mapping[type, Decision] = {
    cmd.EnterLine: _enter,
    cmd.CorrectLine: _correct,
    cmd.SplitLine: _split,
    cmd.MergeLines: _merge,
    cmd.StrikeLine: _strike,
    cmd.RestoreLine: _restore,
    cmd.DisputeLine: _dispute,
    cmd.ReplaceText: _replace,
    cmd.UndoOperation: _undo,
}
DECISIONS: Mapping[type, Decision] = {kind: _once(decision) for kind, decision in _MADE.items()}
RULES: Mapping[type, Rule] = dict.fromkeys(DECISIONS, Rule(phases=_OPEN, right=Right.WRITE))
