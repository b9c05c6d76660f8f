"""What desks do to lines: split, merged, inserted, struck, disputed, replaced, undone; and what is refused."""

from collections.abc import Callable

import pytest

from hearing_server.adapters.notary import document_of
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.copies import withheld
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.lines import Line, after_at
from hearing_server.domain.log import SERVER, to_record
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.sealed import exposes_sealed
from hearing_server.domain.visible import seen
from hearing_server.services.composite import script_of
from hearing_server.services.playback import lines_since
from hearing_server.services.timeline import Timeline
from signaling import views

from .world import DIGEST, SHA, World, in_session


def written(*texts: str) -> World:
    world = in_session()
    for number, text in enumerate(texts, start=1):
        entered = cmd.EnterLine(speaker="judge", text=text, operation=f"enter-{number}")
        world.do("clerk", entered)
    return world


def texts(state: HearingState) -> list[str]:
    return [line.text for line in state.transcript]


def revision(world: World, line: int) -> int:
    return world.state.lines[line - 1].revision


def at(world: World, line: int) -> cmd.LineAt:
    return cmd.LineAt(line=line, revision=revision(world, line))


def refused(world: World, by: str, command: cmd.Command) -> Refused:
    before = world.state
    with pytest.raises(Refused) as error:
        world.do(by, command)
    assert world.state is before
    return error.value


def split(world: World, position: int = 4, **more: object) -> None:
    made = {"line": 1, "revision": revision(world, 1), "position": position, "speaker": "counsel"}
    world.do("clerk", cmd.SplitLine(**{**made, "operation": "split", **more}))  # type: ignore[arg-type]


def merge(world: World) -> None:
    following = at(world, 2)
    one = cmd.MergeLines(
        line=1, revision=revision(world, 1), following=following, operation="merge"
    )
    world.do("clerk", one)


def strike(world: World) -> None:
    world.do("clerk", cmd.StrikeLine(line=1, revision=revision(world, 1), operation="strike"))


def dispute(world: World) -> None:
    disputed = cmd.DisputeLine(
        line=1, revision=revision(world, 1), disputed=True, operation="dispute"
    )
    world.do("clerk", disputed)


def correct(world: World) -> None:
    corrected = cmd.CorrectLine(
        line=1, revision=revision(world, 1), speaker="counsel", text="别的话。", operation="correct"
    )
    world.do("clerk", corrected)


def replace_text(world: World) -> None:
    lines = (at(world, 1), at(world, 2))
    found = cmd.ReplaceText(find="。", replacement="！", lines=lines, operation="replace")
    world.do("clerk", found)


def insert(world: World) -> None:
    entered = cmd.EnterLine(speaker="counsel", text="插话。", after=1, operation="insert")
    world.do("clerk", entered)


ACTS = (split, merge, strike, dispute, correct, replace_text, insert)


def test_a_line_is_split_between_two_speakers() -> None:
    """Either part may have been said at any time of the whole, unless the clerk knows better."""
    world = written("请坐。我反对。", "继续。")
    whole = world.state.lines[0].span
    split(world, 3)
    assert texts(world.state) == ["请坐。", "我反对。", "继续。"]
    first, rest, _ = world.state.transcript
    assert (first.line, rest.line, rest.speaker) == (1, 3, "counsel")
    assert (first.span, rest.span) == (whole, whole)


def test_the_moment_of_a_split_parts_the_time() -> None:
    world = in_session()
    began = world.now
    world.now += 9000
    world.do("clerk", cmd.EnterLine(speaker="judge", text="请坐。我反对。", started_at=began))
    split(world, 3, at=began + 5000)
    first, rest = world.state.transcript
    assert (first.span, rest.span) == (
        (began, began + 5000),
        (began + 5000, world.state.lines[1].ended_at),
    )


def test_two_lines_become_one_over_both_times() -> None:
    world = written("请坐。", "我反对。", "继续。")
    first, second, _ = world.state.transcript
    merge(world)
    assert texts(world.state) == ["请坐。我反对。", "继续。"]
    assert world.state.lines[0].span == (first.started_at, second.ended_at)
    latin = written("Yes.", "I do.")
    merge(latin)
    assert texts(latin.state) == ["Yes. I do."]


def test_only_neighbours_are_merged() -> None:
    world = written("一", "二", "三")
    far = cmd.MergeLines(line=1, revision=1, following=at(world, 3))
    assert refused(world, "clerk", far).code is Code.STALE_REVISION
    world.do("clerk", cmd.StrikeLine(line=2, revision=1))
    world.do("clerk", far)
    assert texts(world.state) == ["一三"]


def test_a_line_is_inserted_where_it_was_said() -> None:
    """Before all, in between, and at a time that the clerk remembers."""
    world = written("一", "三")
    first, third = world.state.transcript
    world.do("clerk", cmd.EnterLine(speaker="judge", text="二", after=1))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="零", after=0, started_at=5))
    assert texts(world.state) == ["零", "一", "二", "三"]
    zero, _, second, _ = world.state.transcript
    assert zero.span == (world.state.opened_at, world.state.opened_at)
    assert second.span == tuple(sorted((first.ended_at, third.started_at)))
    beyond = cmd.EnterLine(speaker="judge", text="x", after=9)
    assert refused(world, "clerk", beyond).code is Code.UNKNOWN_LINE


@pytest.mark.parametrize("act", ACTS)
def test_every_act_can_be_undone_and_leaves_the_text_as_it_was(
    act: Callable[[World], None],
) -> None:
    world = written("请坐。我反对。", "继续。")
    before = world.state.transcript
    act(world)
    name = world.state.operations[-1].operation
    assert world.state.transcript != before
    world.do("clerk", cmd.UndoOperation(undone=name, operation="undo"))

    def said(state: tuple[object, ...]) -> list[tuple[object, ...]]:
        return [
            (one.line, one.speaker, one.text, one.span, one.disputed)  # type: ignore[attr-defined]
            for one in state
        ]

    assert said(world.state.transcript) == said(before)
    again = cmd.UndoOperation(undone=name, operation="undo again")
    assert refused(world, "clerk", again).code is Code.NO_CHANGE
    assert replay(world.entries) == world.state


def test_one_act_after_the_other_is_undone() -> None:
    """What an undoing gave back is as it was before it: the act before that can be undone in its turn."""
    world = written("请坐。我反对。", "继续。")
    begun = texts(world.state)
    correct(world)
    replace_text(world)
    dispute(world)
    for number, name in enumerate(("dispute", "replace", "correct")):
        world.do("clerk", cmd.UndoOperation(undone=name, operation=f"undo-{number}"))
    assert texts(world.state) == begun
    assert not any(line.disputed for line in world.state.lines)


def test_an_undoing_is_undone_in_its_turn_and_that_one_too() -> None:
    """Redo and undo again, as often as somebody likes."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="甲", operation="enter"))
    world.do(
        "clerk", cmd.CorrectLine(line=1, revision=1, speaker="judge", text="乙", operation="a")
    )
    texts = []
    undone = "a"
    for name in ("b", "c", "d", "e"):
        world.do("clerk", cmd.UndoOperation(undone=undone, operation=name))
        texts.append(world.state.lines[0].text)
        undone = name
    assert texts == ["甲", "乙", "甲", "乙"]


def test_nothing_is_undone_that_somebody_has_touched_since() -> None:
    world = written("请坐。我反对。", "继续。")
    replace_text(world)
    strike(world)
    undo = cmd.UndoOperation(undone="replace", operation="undo")
    refusal = refused(world, "clerk", undo)
    assert (refusal.code, refusal.detail) == (Code.STALE_REVISION, "1")
    unknown = cmd.UndoOperation(undone="nothing", operation="undo")
    assert refused(world, "clerk", unknown).code is Code.NOT_FOUND


@pytest.mark.parametrize("act", ACTS)
def test_an_operation_sent_twice_happens_once(act: Callable[[World], None]) -> None:
    """Also when its first time has made its revision old."""
    world = written("请坐。我反对。", "继续。")
    commands: list[cmd.Command] = []
    original = world.do

    def do(by: str, command: cmd.Command) -> tuple[ev.Event, ...]:
        commands.append(command)
        return original(by, command)

    world.do = do  # type: ignore[method-assign]
    act(world)
    after = world.state
    assert original("clerk", commands[0]) == ()
    assert world.state is after


def test_find_and_replace_is_all_or_nothing_and_names_what_stands_in_the_way() -> None:
    world = written("张三到庭。", "张三离席。", "张三发言。")
    lines = tuple(at(world, n) for n in (1, 2, 3))
    world.do("clerk", cmd.CorrectLine(line=2, revision=1, speaker="judge", text="张三走了。"))
    world.do("clerk", cmd.CorrectLine(line=3, revision=1, speaker="judge", text="张三说。"))
    found = cmd.ReplaceText(find="张三", replacement="章三", lines=lines)
    refusal = refused(world, "clerk", found)
    assert (refusal.code, refusal.detail) == (Code.STALE_REVISION, "2, 3")
    lines = tuple(at(world, n) for n in (1, 2, 3))
    world.do("clerk", cmd.ReplaceText(find="张三", replacement="章三", lines=lines))
    assert texts(world.state) == ["章三到庭。", "章三走了。", "章三说。"]
    again = cmd.ReplaceText(find="张三", replacement="章三", lines=(at(world, 1),))
    assert refused(world, "clerk", again).code is Code.NO_CHANGE
    gone = cmd.ReplaceText(find="章三到庭。", replacement="", lines=(at(world, 1),))
    assert refused(world, "clerk", gone).code is Code.EMPTY
    twice = cmd.ReplaceText(find="章", replacement="张", lines=(at(world, 1), at(world, 1)))
    assert refused(world, "clerk", twice).code is Code.BAD_MESSAGE


def test_what_is_struck_takes_nothing_until_it_is_restored() -> None:
    world = written("请坐。")
    strike(world)
    assert texts(world.state) == []
    corrected = cmd.CorrectLine(line=1, revision=2, speaker="judge", text="x")
    assert refused(world, "clerk", corrected).code is Code.LINE_STRUCK
    world.do("judge", cmd.PauseHearing(reason=""))
    empty = cmd.FreezeTranscript(digest=DIGEST)
    assert refused(world, "clerk", empty).code is Code.NOTHING_TO_FREEZE
    world.do("clerk", cmd.RestoreLine(line=1, revision=2))
    assert texts(world.state) == ["请坐。"]
    restored = cmd.RestoreLine(line=1, revision=3)
    assert refused(world, "clerk", restored).code is Code.NO_CHANGE


def test_words_that_stand_in_another_line_are_not_restored() -> None:
    world = written("请坐。", "我反对。")
    merge(world)
    restored = cmd.RestoreLine(line=2, revision=2)
    assert refused(world, "clerk", restored).code is Code.LINE_STRUCK


def test_the_print_has_the_lines_in_their_places_without_what_is_struck() -> None:
    world = written("一", "二", "三", "四")
    world.do("clerk", cmd.StrikeLine(line=2, revision=1))
    insert(world)
    dispute(world)
    world.do("judge", cmd.CloseHearing(override="演示"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    assert world.state.freeze is not None
    document = document_of(world.state, world.state.freeze)
    printed = [(one.number, one.text, one.disputed) for one in document.lines]
    assert printed == [(1, "一", True), (2, "插话。", False), (3, "三", False), (4, "四", False)]
    cues = [cue.text.partition("：")[2] for cue in script_of(world.entries, "judge").cues]
    assert "二" not in cues
    assert sorted(cues) == sorted(["一", "插话。", "三", "四"])


def test_a_freeze_stands_only_as_long_as_no_line_changes() -> None:
    for act in ACTS:
        world = written("请坐。我反对。", "继续。")
        world.do("judge", cmd.CloseHearing(override="演示"))
        world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
        act(world)
        assert world.state.freeze is not None
        assert world.state.freeze.changed_since, act.__name__


def sealed(world: World, since: int, until: int) -> None:
    order = cmd.SetAccess(level=Level.SEALED, started_at=since, ended_at=until, reason="涉及隐私")
    world.do("judge", order)


def test_a_seal_finds_the_words_of_its_span_whatever_became_of_their_line() -> None:
    """The whole as it was entered, the part that was said then, and a line that took in what was."""
    world = in_session()
    began = world.now
    world.now += 9000
    world.do("clerk", cmd.EnterLine(speaker="judge", text="OPEN SECRET", started_at=began))
    split(world, 5, at=began + 5000)
    world.now += 5000
    world.do("clerk", cmd.EnterLine(speaker="judge", text="LATER"))
    sealed(world, began + 6000, began + 7000)
    view = views.view(world.state, "defendant")
    assert [line.text for line in view.lines] == ["OPEN", "", "LATER"]
    told = str([seen(world.state, entry, "defendant") for entry in world.entries])
    assert "SECRET" not in told
    copy = [to_record(e) for e in world.entries if not withheld(world.state, e, None)]
    assert "SECRET" not in str(copy)
    assert "LATER" in str(copy)
    following = at(world, 3)
    world.do("clerk", cmd.MergeLines(line=2, revision=revision(world, 2), following=following))
    view = views.view(world.state, "defendant")
    assert [line.text for line in view.lines if line.struck is None] == ["OPEN", ""]


def test_a_document_that_was_printed_whole_is_withheld_when_a_part_is_sealed() -> None:
    """The part is another line by then; what was printed had its words."""
    world = in_session()
    began = world.now
    world.now += 9000
    world.do("clerk", cmd.EnterLine(speaker="judge", text="OPEN SECRET", started_at=began))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="STRUCK"))
    struck_at = world.now
    world.do("clerk", cmd.StrikeLine(line=2, revision=1))
    world.do("judge", cmd.CloseHearing(override="演示"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=1, sha256=SHA))
    sealed(world, struck_at, struck_at + 1)
    assert not exposes_sealed(world.state, "defendant"), "what was struck was not printed"
    split(world, 5, at=began + 5000)
    sealed(world, began + 6000, began + 7000)
    assert exposes_sealed(world.state, "defendant")


def test_playback_hears_of_every_line_that_changed() -> None:
    world = written("一", "二")
    timeline = Timeline()
    timeline.extend(world.entries)
    known = timeline.seq
    merge(world)
    timeline.extend(world.entries)
    found = lines_since(world.state, timeline, "judge", known)
    assert [(one["line"], one["text"], one["struck"]) for one in found] == [
        (1, "一二", False),
        (2, "", True),
    ]


def test_only_the_clerk_writes() -> None:
    world = written("一", "二")
    for by in ("judge", "counsel"):
        struck = cmd.StrikeLine(line=1, revision=1)
        assert refused(world, by, struck).code is Code.NOT_ALLOWED


def test_somebody_elses_operation_is_neither_repeated_nor_undone() -> None:
    second = Party(id="clerk2", role=Role.CLERK, name="书记二（虚构）")
    world = in_session(second)
    world.do("clerk", cmd.EnterLine(speaker="judge", text="一", operation="one"))
    again = cmd.EnterLine(speaker="judge", text="一", operation="one")
    assert refused(world, "clerk2", again).code is Code.NOT_ALLOWED
    undo = cmd.UndoOperation(undone="one", operation="undo")
    assert refused(world, "clerk2", undo).code is Code.NOT_FOUND


@pytest.mark.parametrize(("at", "place"), [(0, 0), (1_000, 1), (2_500, 1), (9_999, None)])
def test_where_something_stands_that_was_said_at_a_moment(at: int, place: int | None) -> None:
    """An accepted draft stands where it was said, not where the desk accepted it."""
    made = (
        Line(line=n, revision=1, speaker="judge", text="x", started_at=1000 * n * n,
             ended_at=1000 * n * n, entered=ev.Span(0, 0))
        for n in (1, 2)
    )  # fmt: skip
    assert after_at(tuple(made), (1, 2), at) == place
