"""Two desks on one record, in any interleaving, over lines that fail: in the end there is one text.

A desk makes its operations from what it has heard, keeps them in a queue until they are answered, hears of
the log late, loses answers and sends again. It folds what it is told by itself, as the page does.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.facts import to_fact
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.visible import seen

from .world import World, in_session

SECOND = Party(id="clerk2", role=Role.CLERK, name="书记二（虚构）")
NAMED = {Code.STALE_REVISION, Code.LINE_STRUCK, Code.NO_CHANGE, Code.EMPTY, Code.NOT_FOUND}

Known = dict[str, Any]


@dataclass
class Desk:
    """One clerk's page: `lines` in their places as far as it has heard, and what is not yet answered."""

    party: str
    heard: int = 0
    lines: list[Known] = field(default_factory=list)
    queue: list[cmd.Command] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    refused: dict[str, Code] = field(default_factory=dict)

    def hear(self, state: HearingState, entries: list[Entry], most: int) -> None:
        for entry in entries[self.heard : self.heard + most]:
            event = seen(state, entry, self.party)
            if event is not None:
                self._fold(to_fact(event))
            self.heard += 1

    def _fold(self, fact: Known) -> None:
        kind, number = fact["type"], fact.get("line")
        if kind == "line_entered":
            after = fact["after"]
            numbers = [line["line"] for line in self.lines]
            place = len(numbers) if after is None else numbers.index(after) + 1 if after else 0
            line = {name: fact[name] for name in ("line", "speaker", "text")}
            self.lines.insert(place, {**line, "revision": 1, "struck": False, "disputed": False})
        elif kind.startswith("line_"):
            line = next(one for one in self.lines if one["line"] == number)
            line["revision"] = fact["revision"]
            line |= {
                "line_corrected": {name: fact.get(name) for name in ("speaker", "text")},
                "line_struck": {"struck": True},
                "line_restored": {"struck": False},
                "line_disputed": {"disputed": fact.get("disputed")},
            }[kind]

    def make(self, kind: str, pick: int, known: list[Known]) -> None:
        """An operation on what this desk sees now."""
        operation = f"{self.party}-{len(self.made)}"
        command = _make(kind, pick, known, operation, self.made)
        if command is not None:
            self.made.append(operation)
            self.queue.append(command)

    def send(self, world: World, *, arrives: bool, answered: bool) -> None:
        """The first that waits; without an answer it stays first, whatever became of it."""
        if not self.queue:
            return
        command, refusal = self.queue[0], None
        if arrives:
            try:
                world.do(self.party, command)
            except Refused as error:
                refusal = error.code
        if not (arrives and answered):
            return
        operation = self.queue.pop(0).operation  # type: ignore[union-attr]
        if refusal is None:
            self.done.append(operation)
        else:
            self.refused[operation] = refusal


def _make(
    kind: str, pick: int, known: list[Known], operation: str, made: list[str]
) -> cmd.Command | None:
    if kind == "enter":
        after = [None, 0, *(line["line"] for line in known)]
        return cmd.EnterLine(
            speaker="judge",
            text=f"甲乙{operation}丙丁",
            after=after[pick % len(after)],
            operation=operation,
        )
    if kind == "undo":
        return (
            cmd.UndoOperation(undone=made[pick % len(made)], operation=operation) if made else None
        )
    standing = [line for line in known if not line["struck"]]
    if not standing:
        return None
    line = standing[pick % len(standing)]
    at = {"line": line["line"], "revision": line["revision"], "operation": operation}
    if kind == "merge":
        behind = standing[standing.index(line) + 1 :]
        if not behind:
            return None
        following = cmd.LineAt(line=behind[0]["line"], revision=behind[0]["revision"])
        return cmd.MergeLines(**at, following=following)
    if kind == "replace":
        lines = tuple(cmd.LineAt(line=o["line"], revision=o["revision"]) for o in standing)
        return cmd.ReplaceText(find="甲", replacement="甲甲", lines=lines, operation=operation)
    acts: dict[str, Callable[[], cmd.Command]] = {
        "correct": lambda: cmd.CorrectLine(**at, speaker="counsel", text=f"{line['text']}改"),
        "split": lambda: cmd.SplitLine(**at, position=2, speaker="counsel"),
        "strike": lambda: cmd.StrikeLine(**at),
        "dispute": lambda: cmd.DisputeLine(**at, disputed=not line["disputed"]),
    }
    return acts[kind]()


KINDS = (
    "enter",
    "enter",
    "enter",
    "correct",
    "split",
    "merge",
    "strike",
    "dispute",
    "replace",
    "undo",
)
STEP = st.one_of(
    st.tuples(st.just("make"), st.sampled_from(KINDS), st.integers(0, 7)),
    st.tuples(st.just("send"), st.booleans(), st.booleans()),
    st.tuples(st.just("send"), st.just(True), st.just(True)),
    st.tuples(st.just("hear"), st.integers(1, 5), st.just(0)),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 1), STEP), max_size=60))
def test_any_interleaving_of_two_desks_ends_in_one_text(steps: list[tuple[int, Any]]) -> None:
    world = in_session(SECOND)
    begun = len(world.entries)
    desks = [Desk("clerk", heard=begun), Desk("clerk2", heard=begun)]
    for who, (what, one, two) in steps:
        desk = desks[who]
        if what == "make":
            desk.make(one, two, desk.lines)
        elif what == "send":
            desk.send(world, arrives=one, answered=two)
        else:
            desk.hear(world.state, world.entries, one)
    for desk in desks:  # the lines are back: what waits is sent, what was missed is heard
        while desk.queue:
            desk.send(world, arrives=True, answered=True)
    for desk in desks:
        desk.hear(world.state, world.entries, len(world.entries))
    state = world.state
    assert replay(world.entries) == state
    expected = [_known(state, number) for number in state.order]
    assert desks[0].lines == expected
    assert desks[1].lines == expected
    check_operations(world, desks)


def _known(state: HearingState, number: int) -> Known:
    line = state.lines[number - 1]
    known = {name: getattr(line, name) for name in ("line", "speaker", "text", "revision")}
    return known | {"struck": line.struck is not None, "disputed": line.disputed}


def check_operations(world: World, desks: list[Desk]) -> None:
    """What was acknowledged is in the log, once; what was refused is not, and has its name."""
    entered = Counter(
        entry.event.operation for entry in world.entries if isinstance(entry.event, ev.LineEntered)
    )
    assert not entered or max(entered.values()) == 1
    in_log = {entry.event.operation for entry in world.entries if isinstance(entry.event, OPERATED)}
    for desk in desks:
        assert sorted(desk.made) == sorted([*desk.done, *desk.refused])
        assert set(desk.done) <= in_log
        assert not set(desk.refused) & in_log
        assert set(desk.refused.values()) <= NAMED
    assert len(world.state.operations) == sum(len(desk.done) for desk in desks)


OPERATED = (
    ev.LineEntered
    | ev.LineCorrected
    | ev.LineStruck
    | ev.LineRestored
    | ev.LineDisputed
    | ev.OperationUndone
)
