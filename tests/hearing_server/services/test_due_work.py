"""What a transcript's file lacks is added to it: after a newer version, after what failed, and said meanwhile."""

import asyncio

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.due_work import UNFINISHED, due
from hearing_server.domain.errors import Code
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.watch import AlarmKind, alarms
from hearing_server.services import due_work
from tests.hearing_server.domain.world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    JUDGE,
    PROSECUTOR,
    in_session,
)

from .fakes import FakeEvents
from .test_transcripts import Desk

REFUSE = cmd.RefuseSignature(version=1, reason="与我所述不符")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_work, "AGAIN_AFTER", 0.01)


def _told(desk: Desk) -> list[type[object]]:
    return [
        type(entry.event)
        for entry in desk.store.logs["h1"]
        if getattr(entry.event, "code", "") == UNFINISHED
    ]


async def _corrected_and_frozen_again(desk: Desk) -> None:
    corrected = cmd.CorrectLine(line=1, revision=1, speaker="judge", text="现在继续开庭。")
    await desk.hearings.execute("h1", corrected, "clerk")
    await desk.transcripts.freeze("h1", "clerk")


async def _until_nothing_is_due(desk: Desk) -> HearingState:
    await desk.until(lambda _: not due(_state(desk)))
    return _state(desk)


def _state(desk: Desk) -> HearingState:
    state = desk.hearings.loaded("h1")
    assert state is not None
    return state


def _sealed_refusals(desk: Desk, version: int) -> frozenset[str]:
    freeze = _state(desk).version(version)
    assert freeze is not None
    return freeze.refusals_sealed


async def test_a_refusal_is_sealed_into_its_version_after_a_newer_one() -> None:
    """It failed until then; both versions end with what the log says of them."""
    desk = await Desk().frozen()
    desk.notary.refusals["refuse"] = [Code.INTERNAL] * 10_000
    await desk.hearings.execute("h1", REFUSE, "counsel")
    await desk.sign(PROSECUTOR)
    await _corrected_and_frozen_again(desk)
    await desk.until(lambda freeze: freeze.version == 2 and freeze.sealed)
    desk.notary.refusals["refuse"].clear()
    await _until_nothing_is_due(desk)
    assert _sealed_refusals(desk, 1) == {"counsel"}
    sealed = [e.event for e in desk.store.logs["h1"] if isinstance(e.event, ev.RefusalSealed)]
    assert [(one.version, one.party) for one in sealed] == [(1, "counsel")]
    assert desk.files.kept[sealed[0].sha256] == b"v1 prosecutor counsel refused"
    assert (await desk.until(lambda freeze: True)).sha256 in desk.files.kept
    await desk.transcripts.close()


async def test_a_version_that_everybody_answered_is_archived_after_a_newer_one() -> None:
    desk = await Desk().frozen()
    desk.notary.refusals["archive"] = [Code.INTERNAL] * 10_000
    await desk.sign(PROSECUTOR, DEFENDANT, COUNSEL, CLERK, JUDGE)
    await _corrected_and_frozen_again(desk)
    await desk.until(lambda freeze: freeze.version == 2 and freeze.sealed)
    desk.notary.refusals["archive"].clear()
    await _until_nothing_is_due(desk)
    assert (await desk.document()).endswith("judge archived")
    await desk.transcripts.close()


async def test_what_fails_is_said_until_it_is_done() -> None:
    """Once, however often it is tried; also after the hearing was closed."""
    desk = await Desk().frozen()
    desk.notary.refusals["refuse"] = [Code.INTERNAL] * 10_000
    await desk.hearings.execute("h1", REFUSE, "counsel")
    await desk.until(lambda _: bool(_told(desk)))
    await asyncio.sleep(0.1)
    assert _told(desk) == [ev.RecordingFault]
    state = await desk.hearings.state("h1")
    raised = [a for a in alarms(state, {}, state.planned_at, state.at) if not a.party]
    assert [(a.kind, a.detail) for a in raised] == [(AlarmKind.RECORDING_FAULT, UNFINISHED)]
    desk.notary.refusals["refuse"].clear()
    await desk.until(lambda freeze: bool(freeze.refusals_sealed))
    await desk.until(lambda _: len(_told(desk)) == 2)
    assert _told(desk) == [ev.RecordingFault, ev.RecordingRecovered]
    await desk.transcripts.close()


async def test_what_fails_keeps_nothing_else() -> None:
    """One refusal that cannot be sealed does not hold up the next one, nor a signature."""
    desk = await Desk().frozen()
    desk.notary.refusals["refuse"] = [Code.INTERNAL]
    await desk.hearings.execute("h1", REFUSE, "counsel")
    await desk.hearings.execute("h1", REFUSE, "defendant")
    await desk.sign(PROSECUTOR)
    freeze = await desk.until(lambda freeze: len(freeze.refusals_sealed) == 2)
    assert freeze.signed.keys() == {"prosecutor"}
    await desk.transcripts.close()


async def test_what_passes_by_itself_is_no_alarm() -> None:
    desk = await Desk().frozen()
    desk.notary.refusals["refuse"] = [Code.BUSY]
    await desk.hearings.execute("h1", REFUSE, "counsel")
    await desk.until(lambda freeze: bool(freeze.refusals_sealed))
    await desk.transcripts.close()
    assert _told(desk) == []


async def test_a_start_takes_up_what_an_earlier_version_lacks() -> None:
    desk = await Desk().frozen()
    desk.notary.refusals["refuse"] = [Code.INTERNAL] * 10_000
    await desk.hearings.execute("h1", REFUSE, "counsel")
    await _corrected_and_frozen_again(desk)
    await desk.until(lambda freeze: freeze.version == 2 and freeze.sealed)
    await desk.transcripts.close()
    again = Desk(desk.store, desk.files)
    await again.hearings.state("h1")
    await _until_nothing_is_due(again)
    assert _sealed_refusals(again, 1) == {"counsel"}
    await again.transcripts.close()


async def test_who_is_sent_out_before_the_seal_is_not_in_the_next_version() -> None:
    """It cannot be printed as it was frozen, and nobody is asked to sign who cannot."""
    world = in_session()
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.PauseHearing())
    desk = Desk(FakeEvents(world))
    for one in ("clerk", "judge"):
        await desk.hearings.execute("h1", cmd.Arrive(connection=f"new-{one}"), one)
    desk.notary.refusals["seal"] = [Code.BUSY] * 10_000
    await desk.transcripts.freeze("h1", "clerk")
    gone = cmd.Remove(party="counsel", reason="扰乱法庭")
    await desk.hearings.execute("h1", gone, "judge")
    freeze = _state(desk).freeze
    assert freeze is not None
    assert freeze.changed_since
    desk.notary.refusals["seal"].clear()
    await desk.transcripts.freeze("h1", "clerk")
    freeze = await desk.until(lambda freeze: freeze.version == 2 and freeze.sealed)
    assert "counsel" not in freeze.signers
    await desk.transcripts.close()
