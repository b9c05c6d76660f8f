"""A new version shows what it says differently, to each against what they have confirmed themselves."""

from hearing_server.domain import commands as cmd
from hearing_server.domain.changes import Change, changes_for, changes_of_version
from hearing_server.domain.events import Level
from hearing_server.domain.wording import Mark

from .test_objections import closed, froze, objected
from .world import COUNSEL, DEFENDANT, World


def corrected(world: World) -> World:
    """Line 2 corrected on an objection, line 3 struck, a line put first; frozen as version 2."""
    number = objected(world)
    accept = cmd.AcceptObjection(
        objection=number, revision=1, speaker="defendant", text="我前天在成都。"
    )
    world.do("clerk", accept)
    world.do("clerk", cmd.StrikeLine(line=3, revision=1))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="补记。", after=0))
    return froze(world)


def test_whoever_read_the_version_before_sees_what_has_changed_and_where() -> None:
    world = closed()
    world.read_by(COUNSEL)
    world.do("counsel", cmd.ConfirmPassages(version=1))
    corrected(world)
    found = {one.name: one for one in changes_for(world.state, "counsel")}
    assert {name: one.change for name, one in found.items()} == {
        "head": Change.SAME,
        "line-4": Change.NEW,
        "line-1": Change.SAME,
        "line-2": Change.CHANGED,
        "objection-1": Change.NEW,
        "line-3": Change.GONE,
    }
    assert [found[name].place for name in ("line-4", "line-1", "line-2")] == [1, 2, 3]
    marks = [(part.mark, part.text) for part in found["line-2"].parts]
    assert marks == [
        (Mark.SAME, "我"), (Mark.GONE, "昨"), (Mark.NEW, "前"), (Mark.SAME, "天在成都。"),
    ]  # fmt: skip
    gone = found["line-3"].before
    assert gone is not None
    assert gone.text == "没有意见。"


def test_whoever_objected_sees_what_became_of_their_line_though_they_never_confirmed_it() -> None:
    world = closed()
    for party in (DEFENDANT, COUNSEL):
        world.read_by(party)
    objected(world)
    objected(world, by="counsel", line=1, quote="", wording="", reason="多余")
    for party in (DEFENDANT, COUNSEL):
        world.do(party.id, cmd.ConfirmPassages(version=1))
    accept = cmd.AcceptObjection(
        objection=1, revision=1, speaker="defendant", text="我前天在成都。"
    )
    world.do("clerk", accept)
    froze(world)
    mine = {one.name: one for one in changes_for(world.state, "defendant")}
    assert mine["line-2"].change is Change.CHANGED
    assert mine["line-2"].parts
    theirs = {one.name: one.change for one in changes_for(world.state, "counsel")}
    assert theirs["line-1"] is Change.NEW, "as it was, and still not confirmed"


def test_whoever_has_read_nothing_is_shown_all_of_it_as_new_and_the_desk_what_came() -> None:
    world = corrected(closed())
    assert {one.change for one in changes_for(world.state, "prosecutor")} == {Change.NEW}
    by_version = {one.name: one for one in changes_of_version(world.state, "clerk", 2)}
    assert by_version["line-2"].change is Change.CHANGED
    assert by_version["line-2"].objections == (1,)
    assert by_version["line-1"].change is Change.SAME
    assert by_version["line-3"].objections == (), "struck at the desk, nobody had asked for it"


def test_the_changes_of_each_version_can_be_read_later() -> None:
    """Each against the one before it, the first against nothing, with the objections it answered."""
    world = corrected(closed())
    line = world.state.lines[1]
    correct = cmd.CorrectLine(
        line=2, revision=line.revision, speaker="defendant", text="我在成都。"
    )
    world.do("clerk", correct)
    froze(world)
    first = changes_of_version(world.state, "judge", 1)
    assert {one.change for one in first} == {Change.NEW}
    second = {one.name: one for one in changes_of_version(world.state, "judge", 2)}
    assert [part.text for part in second["line-2"].parts] == ["我", "昨", "前", "天在成都。"]
    assert second["line-3"].change is Change.GONE
    third = {one.name: one for one in changes_of_version(world.state, "judge", 3)}
    assert third["line-2"].now is not None
    assert third["line-2"].now.text == "我在成都。"
    assert third["line-2"].objections == ()
    assert "line-3" not in third


def test_an_earlier_wording_that_was_sealed_since_is_told_to_nobody_but_the_court() -> None:
    world = closed()
    world.read_by(COUNSEL)
    world.do("counsel", cmd.ConfirmPassages(version=1))
    said = world.state.lines[1].span
    seal = {"started_at": said.started_at, "ended_at": (said.ended_at or 0) + 1}
    world.do("judge", cmd.SetAccess(level=Level.SEALED, reason="隐私", **seal))  # type: ignore[arg-type]
    froze(world)
    (mine,) = [one for one in changes_for(world.state, "counsel") if one.name == "line-2"]
    assert mine.change is Change.CHANGED
    assert mine.before is not None
    assert mine.now is not None
    assert (mine.before.text, mine.now.text) == ("", "")
    (court,) = [one for one in changes_of_version(world.state, "judge", 2) if one.name == "line-2"]
    assert court.before is not None
    assert court.before.text == "我昨天在成都。"
