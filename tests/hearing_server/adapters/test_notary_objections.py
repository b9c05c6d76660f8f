"""What was objected to, what became of it and who would not sign stand in the next version."""

from collections.abc import Callable
from typing import Any

import pytest

from hearing_server.adapters.notary import TypstNotary, document_of
from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Level
from hearing_server.domain.hearing import HearingState
from tests.hearing_server.domain.test_objections import closed, froze, objected
from tests.hearing_server.domain.world import World
from transcript.document import TranscriptDocument, digest, from_json, to_json
from transcript.pdf import render
from transcript.signing.signer import SEALED_REASON


def printed(state: HearingState) -> TranscriptDocument:
    assert state.freeze is not None
    return document_of(state, state.freeze)


def refused_once() -> World:
    """The defendant objected and was refused, counsel refused to sign; frozen again."""
    world = closed()
    objected(world, reason="日期有误\U0001f600")
    world.do("counsel", cmd.RefuseSignature(version=1, reason="与我听到的不符"))
    assert not printed(world.state).objections
    world.do("clerk", cmd.RefuseObjection(objection=1, reason="与录音一致"))
    return froze(world)


def test_the_next_version_prints_the_objection_its_answer_and_the_refusal_to_sign() -> None:
    document = printed(refused_once().state)
    (objection,) = document.objections
    assert (objection.version, objection.place, objection.label) == (1, 2, "被告人")
    assert (objection.quote, objection.wording) == ("昨天", "前天")
    assert objection.reason == "日期有误□", "what no font has keeps no record from being frozen"
    assert (objection.standing, objection.answer) == ("refused", "与录音一致")
    assert objection.answered_label == "书记员"
    (refusal,) = document.refusals
    assert (refusal.version, refusal.reason) == (1, "与我听到的不符")
    assert from_json(to_json(document)) == document
    assert render(document).pages >= 2


class Asked:
    """Keeps what a signing process would have been given."""

    given: tuple[Any, ...] = ()

    def start(self) -> None: ...

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.given = arguments
        return b""


@pytest.mark.parametrize("sealed", [False, True])
def test_a_reason_that_is_sealed_does_not_reach_the_file(sealed: bool) -> None:
    """Nor the process that makes it; one that is not is sealed as it was given, and printed as fonts allow."""
    world, reason = closed(), "与我听到的不符\U0001f600"
    world.do("counsel", cmd.RefuseSignature(version=1, reason=reason))
    asked = Asked()
    TypstNotary(asked).refuse(b"", world.state, "counsel", sealed=sealed)
    _, said = asked.given
    told = (SEALED_REASON, SEALED_REASON) if sealed else (reason, "与我听到的不符□")
    assert (said.reason, said.printed) == told
    assert ("与我听到的不符" in repr(said)) is not sealed


def test_an_answer_after_the_freeze_leaves_its_document_as_it_was() -> None:
    """It is printed and sealed after the freeze: meanwhile somebody may have answered."""
    world = closed()
    objected(world)
    world.do("clerk", cmd.EnterLine(speaker="judge", text="补记。"))
    froze(world)
    before = digest(printed(world.state))
    assert printed(world.state).objections[0].standing == "open"
    world.do("clerk", cmd.RefuseObjection(objection=1, reason="与录音一致"))
    assert digest(printed(world.state)) == before


def test_what_is_said_of_a_sealed_line_is_printed_for_nobody() -> None:
    world = closed()
    objected(world)
    said = world.state.lines[1].span
    seal = {"started_at": said.started_at, "ended_at": (said.ended_at or 0) + 1}
    world.do("judge", cmd.SetAccess(level=Level.SEALED, reason="隐私", **seal))  # type: ignore[arg-type]
    froze(world)
    (objection,) = printed(world.state).objections
    assert objection.sealed
    assert (objection.quote, objection.wording, objection.reason) == ("", "", "")
    assert "昨天" not in to_json(printed(world.state)).decode()
