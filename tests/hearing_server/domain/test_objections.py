"""A frozen version is read, confirmed and objected to by passages; what has changed is read again."""

import contextlib
import random

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level
from hearing_server.domain.log import SERVER
from hearing_server.domain.objections import Standing
from hearing_server.domain.passages import has_read, unread
from hearing_server.services.line_sound import in_print
from signaling import views

from .world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    DIGEST,
    FIVE,
    JUDGE,
    PROSECUTOR,
    SHA,
    World,
    in_session,
)

LINES = ("现在开庭。", "我昨天在成都。", "没有意见。")


def froze(world: World, pages: int = 4) -> World:
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    version = world.state.freeze.version if world.state.freeze else 0
    world.do(SERVER, cmd.EnterSeal(version=version, pages=pages, sha256=SHA))
    return world


def closed(*lines: str) -> World:
    world = in_session()
    for line in lines or LINES:
        world.do("clerk", cmd.EnterLine(speaker="defendant", text=line))
    world.do("judge", cmd.CloseHearing())
    return froze(world)


def refused(world: World, by: str, command: cmd.Command) -> Code:
    before = world.state
    with pytest.raises(Refused) as refusal:
        world.do(by, command)
    assert world.state == before
    return refusal.value.code


def objected(world: World, by: str = "defendant", **fields: object) -> int:
    given = {"version": 1, "line": 2, "quote": "昨天", "wording": "前天", "reason": "日期有误"}
    world.do(by, cmd.ObjectToLine(**{**given, **fields}))  # type: ignore[arg-type]
    return len(world.state.objections)


def test_nobody_signs_what_was_not_shown_to_them() -> None:
    """Page by page, told in steps; refusing needs no reading."""
    world = closed()
    assert refused(world, "defendant", sign(1)) is Code.NOT_READ
    world.do("defendant", cmd.ReadTranscript(version=1, page=3))
    assert refused(world, "defendant", cmd.ReadTranscript(version=1, page=2)) is Code.NO_CHANGE
    assert refused(world, "defendant", cmd.ReadTranscript(version=1, page=5)) is Code.BAD_MESSAGE
    assert (
        refused(world, "defendant", cmd.ReadTranscript(version=2, page=4))
        is Code.TRANSCRIPT_CHANGED
    )
    assert refused(world, "defendant", sign(1)) is Code.NOT_READ
    assert views.view(world.state, "clerk").freeze.read == {"defendant": 3}  # type: ignore[union-attr]
    assert views.view(world.state, "counsel").freeze.read == {}  # type: ignore[union-attr]
    world.do("defendant", cmd.ReadTranscript(version=1, page=4))
    world.do("defendant", sign(1))
    world.do("counsel", cmd.RefuseSignature(version=1, reason="不签"))


def sign(version: int) -> cmd.Sign:
    return cmd.Sign(version=version, sha256=SHA, certificate_sha256=SHA, name_image_sha256=SHA)


def test_reading_a_long_record_is_not_an_entry_a_page() -> None:
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.CloseHearing())
    froze(world, pages=200)
    entries = len(world.entries)
    for page in range(1, 201):
        with contextlib.suppress(Refused):
            world.do("defendant", cmd.ReadTranscript(version=1, page=page))
    assert len(world.entries) - entries == 20
    assert has_read(world.state, "defendant")


def test_an_accepted_objection_corrects_the_line_and_needs_a_new_version() -> None:
    world = closed()
    number = objected(world)
    event = world.entries[-1].event
    assert isinstance(event, ev.ObjectionMade)
    assert event.started_at == world.state.lines[1].started_at
    accept = cmd.AcceptObjection(
        objection=number, revision=1, speaker="defendant", text="我前天在成都。"
    )
    assert refused(world, "counsel", accept) is Code.NOT_ALLOWED
    stale = cmd.AcceptObjection(objection=number, revision=2, speaker="defendant", text="我")
    assert refused(world, "clerk", stale) is Code.STALE_REVISION
    corrected, accepted = world.do("clerk", accept)
    assert isinstance(corrected, ev.LineCorrected)
    assert accepted == ev.ObjectionAccepted(objection=number, revision=2)
    assert world.state.lines[1].text == "我前天在成都。"
    assert refused(world, "clerk", accept) is Code.ALREADY_ANSWERED
    assert refused(world, "defendant", sign(1)) is Code.TRANSCRIPT_CHANGED
    made = world.state.objections[0]
    assert (made.standing, made.answered_by) == (Standing.ACCEPTED, "clerk")


def test_a_desk_that_has_corrected_the_line_already_accepts_it_so() -> None:
    world = closed()
    number = objected(world)
    as_it_was = cmd.AcceptObjection(
        objection=number, revision=1, speaker="defendant", text=LINES[1]
    )
    assert refused(world, "judge", as_it_was) is Code.NO_CHANGE
    wording = "我前日在成都。"
    world.do("clerk", cmd.CorrectLine(line=2, revision=1, speaker="defendant", text=wording))
    accept = cmd.AcceptObjection(objection=number, revision=2, speaker="defendant", text=wording)
    assert world.do("judge", accept) == (ev.ObjectionAccepted(objection=number, revision=2),)


def test_no_wording_strikes_the_line() -> None:
    world = closed()
    number = objected(world, quote="", wording="", reason="我没有说过")
    accept = cmd.AcceptObjection(objection=number, revision=1, speaker="defendant", text="")
    struck, _ = world.do("clerk", accept)
    assert isinstance(struck, ev.LineStruck)


def test_a_refused_objection_lapses_no_signature_and_goes_on_record() -> None:
    """A new version that prints it may be made, and need not."""
    world = closed()
    world.signed_by(COUNSEL)
    number = objected(world)
    assert refused(world, "clerk", cmd.FreezeTranscript(digest=DIGEST)) is Code.NO_CHANGE
    assert refused(world, "clerk", cmd.RefuseObjection(objection=number, reason=" ")) is Code.EMPTY
    world.do("judge", cmd.RefuseObjection(objection=number, reason="与录音一致"))
    assert world.state.freeze is not None
    assert "counsel" in world.state.freeze.signed
    world.signed_by(DEFENDANT)
    froze(world)
    assert "objection-1" in world.state.freeze.passages  # type: ignore[union-attr]
    assert unread(world.state, "counsel") == ("objection-1",)


def test_the_objector_waits_for_the_answer_and_the_last_signature_for_all_answers() -> None:
    world = closed()
    number = objected(world)
    world.read_by(DEFENDANT)
    assert refused(world, "defendant", sign(1)) is Code.OBJECTION_OPEN
    for party in (PROSECUTOR, COUNSEL):
        world.signed_by(party)
    world.do("defendant", cmd.RefuseSignature(version=1, reason="等待补正"))
    world.signed_by(CLERK)
    world.read_by(JUDGE)
    assert refused(world, "judge", sign(1)) is Code.OBJECTION_OPEN
    other = cmd.WithdrawObjection(objection=number)
    assert refused(world, "counsel", other) is Code.NOT_ALLOWED
    world.do("defendant", other)
    assert refused(world, "defendant", other) is Code.ALREADY_ANSWERED
    world.signed_by(JUDGE)


def test_an_archive_waits_for_the_answers_too() -> None:
    world = closed()
    number = objected(world)
    for party in FIVE:
        world.do(party.id, cmd.RefuseSignature(version=1, reason="不签"))
        world.do(SERVER, cmd.EnterRefusal(version=1, party=party.id, sha256=SHA))
    archive = cmd.EnterArchive(version=1, sha256=SHA)
    assert refused(world, SERVER, archive) is Code.OBJECTION_OPEN
    world.do("clerk", cmd.RefuseObjection(objection=number, reason="与录音一致"))
    world.do(SERVER, archive)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"version": 2}, Code.TRANSCRIPT_CHANGED),
        ({"line": 9}, Code.UNKNOWN_LINE),
        ({"quote": "今天"}, Code.NOT_FOUND),
        ({"wording": "昨天"}, Code.NO_CHANGE),
        ({"wording": "", "reason": ""}, Code.EMPTY),
        ({"wording": "前\u202e天"}, Code.BAD_MESSAGE),
        ({"reason": "a\u0007"}, Code.BAD_MESSAGE),
        ({"wording": "长" * 5001}, Code.BAD_MESSAGE),
    ],
)
def test_what_is_no_objection_is_refused_by_name(fields: dict[str, object], code: Code) -> None:
    given = {"version": 1, "line": 2, "quote": "昨天", "wording": "前天", "reason": "日期有误"}
    command = cmd.ObjectToLine(**{**given, **fields})  # type: ignore[arg-type]
    assert refused(closed(), "defendant", command) is code


def test_objections_are_bounded() -> None:
    world = closed("一二三四五六七八九十" * 4)
    again = {"version": 1, "line": 1, "reason": "有误"}
    for length in range(1, 31):
        quote = ("一二三四五六七八九十" * 4)[:length]
        world.do("defendant", cmd.ObjectToLine(quote=quote, **again))  # type: ignore[arg-type]
    twice = cmd.ObjectToLine(quote="一", **again)  # type: ignore[arg-type]
    assert refused(world, "defendant", twice) is Code.NO_CHANGE
    more = cmd.ObjectToLine(quote="十一", **again)  # type: ignore[arg-type]
    assert refused(world, "defendant", more) is Code.TOO_MANY
    world.do("counsel", more)


def test_whoever_has_signed_or_refused_objects_no_more() -> None:
    world = closed()
    world.signed_by(DEFENDANT)
    late = cmd.ObjectToLine(version=1, line=1, reason="有误")
    assert refused(world, "defendant", late) is Code.ALREADY_ANSWERED


def test_a_sealed_line_is_not_objected_to_and_an_objection_to_it_is_sealed_with_it() -> None:
    """Its quote and wording would tell what the seal hides."""
    world = closed()
    objected(world)
    world.do("clerk", cmd.RefuseObjection(objection=1, reason="SECRET"))
    said = world.state.lines[1].span
    seal = cmd.SetAccess(
        level=Level.SEALED,
        started_at=said.started_at,
        ended_at=(said.ended_at or 0) + 1,
        reason="涉及隐私",
    )
    world.do("judge", seal)
    shown = views.view(world.state, "prosecutor").objections[0]
    assert (shown.quote, shown.wording, shown.reason, shown.answer) == ("", "", "", "")
    assert views.view(world.state, "clerk").objections[0].answer == "SECRET"
    froze(world)
    again = cmd.ObjectToLine(version=2, line=2, reason="有误")
    assert refused(world, "defendant", again) is Code.SEALED


def test_of_two_lines_that_say_the_same_each_keeps_its_own_time() -> None:
    """Else an objection to one is told where only the other is sealed, or the other is heard for it."""
    world = closed("没有意见。", "我在成都。", "没有意见。")
    objected(world, line=1, quote="没有意见", wording="有意见", reason="SECRET")
    first = world.state.lines[0].span
    assert world.state.objections[0].span.started_at == first.started_at
    assert in_print(world.state, "clerk", 1, 1)[1].started_at == first.started_at
    until = (first.ended_at or first.started_at) + 1
    assert until <= world.state.lines[2].span.started_at
    sealed = {"started_at": first.started_at, "ended_at": until, "reason": "涉及隐私"}
    world.do("judge", cmd.SetAccess(level=Level.SEALED, **sealed))  # type: ignore[arg-type]
    assert views.view(world.state, "prosecutor").objections[0].reason == ""


def test_a_confirmation_stands_where_the_version_says_the_same() -> None:
    """The old signature lapses with its file; what was read need not be read again."""
    world = closed()
    world.signed_by(COUNSEL)
    world.do("prosecutor", cmd.ReadTranscript(version=1, page=4))
    world.do("prosecutor", cmd.ConfirmPassages(version=1))
    number = objected(world)
    accept = cmd.AcceptObjection(objection=number, revision=1, speaker="defendant", text="改了。")
    world.do("clerk", accept)
    froze(world)
    changed = ("line-2", "objection-1")
    for party in ("counsel", "prosecutor"):
        assert unread(world.state, party) == changed
        assert refused(world, party, sign(2)) is Code.NOT_READ
        world.do(party, cmd.ConfirmPassages(version=2, passages=changed))
        assert has_read(world.state, party)
        world.do(party, sign(2))
    assert refused(world, "defendant", cmd.ConfirmPassages(version=2)) is Code.NOT_READ


def test_whoever_objects_confirms_all_but_the_line_they_object_to() -> None:
    world = closed()
    world.read_by(DEFENDANT)
    objected(world)
    world.do("defendant", cmd.ConfirmPassages(version=1))
    assert unread(world.state, "defendant") == ("line-2",)
    strange = cmd.ConfirmPassages(version=1, passages=("line-77",))
    assert refused(world, "defendant", strange) is Code.NOT_FOUND


@pytest.mark.parametrize("seed", range(30))
def test_confirmations_lapse_exactly_where_the_text_has_changed(seed: int) -> None:
    """Whatever desks did to the lines between two versions."""
    chance = random.Random(seed)
    world = closed(*(f"第{n}条。" for n in range(1, 8)))
    world.read_by(DEFENDANT)
    world.do("defendant", cmd.ConfirmPassages(version=1))
    before = {line.line: said(line) for line in world.state.transcript}
    for _ in range(chance.randint(1, 12)):
        try:
            world.do("clerk", act(chance, world))
        except Refused:
            continue
    if world.state.freeze is None or not world.state.freeze.changed_since:
        return
    froze(world)
    after = {line.line: said(line) for line in world.state.transcript}
    expected = {f"line-{number}" for number, text in after.items() if before.get(number) != text}
    assert set(unread(world.state, "defendant")) == expected


def said(line: object) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in ("speaker", "text", "disputed"))


def act(chance: random.Random, world: World) -> cmd.Command:
    line = chance.choice(world.state.lines)
    at = {"line": line.line, "revision": line.revision}
    operation = f"o{world.state.seq}"
    text = chance.choice([f"第{line.line}条。", f"改{chance.randint(1, 3)}。"])
    made = [one.operation for one in world.state.operations] or ["x"]
    return chance.choice(
        [
            cmd.CorrectLine(**at, speaker="defendant", text=text, operation=operation),
            cmd.StrikeLine(**at, operation=operation),
            cmd.RestoreLine(**at, operation=operation),
            cmd.DisputeLine(**at, disputed=chance.random() < 0.5, operation=operation),
            cmd.EnterLine(
                speaker="judge", text="补记。", after=chance.randint(0, 3), operation=operation
            ),
            cmd.SplitLine(**at, position=2, speaker="defendant", operation=operation),
            cmd.UndoOperation(undone=chance.choice(made), operation=operation),
        ]
    )
