"""From a fault in the log to the note that the presiding judge signs (法释〔2017〕5号 art. 4)."""

from typing import get_args

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.copies import withheld
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.explanation import LINE, MACHINE, due, facts
from hearing_server.domain.log import SERVER
from hearing_server.services import explanation_draft as words
from hearing_server.services.explanation_draft import draft, rows
from hearing_server.services.media import GapCause
from hearing_server.services.recording_check import CODES
from tests.hearing_server.domain.world import DEFENDANT, SHA, World, in_session

PROCEDURE = {
    "left", "superseded", "muted", "paused", "consultation", "deliberation", "dismissed",
    "elsewhere", "sealed",
}  # fmt: skip
RECORDER = {
    "disk_full", "disk_error", "one_disk_full", "one_disk_error", "recorder_behind",
    "recorder_stalled", "recorder_died", "track_failed", "flush_timeout",
}  # fmt: skip


def record(world: World, event: ev.Event) -> None:
    world.do(SERVER, cmd.EnterRecording(event=event))  # type: ignore[arg-type]


def gap(world: World, cause: str, ms: int, source: str = "microphone") -> None:
    until = world.now
    record(
        world,
        ev.GapFound(
            party="defendant", source=source, started_at=until - ms, ended_at=until, cause=cause
        ),
    )


def explain(world: World, by: str = "judge", number: int = 1) -> None:
    command = cmd.ExplainFault(
        explanation=number, started_at=1, ended_at=world.now, text="说明", english="", pages=1,
        sha256=SHA, certificate_sha256=SHA, name_image_sha256=SHA,
    )  # fmt: skip
    world.do(by, command)


def test_a_note_is_due_for_faults_and_for_what_the_procedure_did_not_leave_out():
    world = in_session()
    for cause in PROCEDURE:
        gap(world, cause, 60_000)
    gap(world, "network", 400)
    assert not due(world.state)
    assert not facts(world.entries, world.now).due
    gap(world, "disk", 40)
    assert due(world.state)
    found = facts(world.entries, world.now)
    assert [(g.cause, g.ended_at - g.started_at) for g in found.gaps] == [("disk", 40)]
    assert [(loss.count, loss.total) for loss in found.losses] == [(1, 400)]


def test_every_cause_is_the_procedures_or_has_words():
    assert set(get_args(GapCause)) == PROCEDURE | MACHINE | LINE
    assert set(words.CAUSES) == MACHINE | LINE
    assert set(words.FAULTS) == RECORDER | set(CODES)


def test_a_note_names_nobody_who_was_ever_screened_and_is_in_no_copy_outside():
    """Neither once the screening is lifted, nor when the note is older than it."""
    world = in_session()
    explain(world)
    assert not withheld(world.state, world.entries[-1], None)
    screening = ev.Screening(party="defendant", hidden_from=("counsel",), alias="被告人甲")
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.Unscreen(party="defendant"))
    gap(world, "disk", 60_000)
    found = facts(world.entries, world.now)
    told = words.draft(world.state, found).text + str(words.rows(world.state, found))
    assert DEFENDANT.name not in told
    assert "被告人甲" in told
    notes = [e for e in world.entries if isinstance(e.event, ev.FaultExplained)]
    assert all(withheld(world.state, note, None) for note in notes)
    assert not any(withheld(world.state, note, "judge") for note in notes)


def test_a_fault_lasts_until_its_end_and_is_told_once():
    world = in_session()
    record(world, ev.RecordingFault(code="recorder_died", detail="killed"))
    began = world.now
    record(world, ev.RecordingFault(code="recorder_died", detail="killed"))
    world.do("judge", cmd.PauseHearing(reason=""))
    paused = world.now
    record(world, ev.RecordingRecovered(code="recorder_died", detail=""))
    (fault,) = facts(world.entries, world.now).faults
    assert (fault.code, fault.at, fault.over_at) == ("recorder_died", began, world.now)
    text = draft(world.state, facts(world.entries, world.now))
    assert "录制程序中止，系统自动重新启动" in text.text
    assert f"其间于 {words._clock(paused)} 休庭" in text.text
    assert "The court rose at" in text.english


def test_the_draft_says_when_how_long_whose_and_why():
    world = in_session()
    gap(world, "server", 5_000)
    gap(world, "network", 300, "camera")
    gap(world, "network", 500, "camera")
    found = facts(world.entries, world.now)
    made = draft(world.state, found)
    assert "（2026）川0104刑初123号" in made.text
    assert "法释〔2017〕5号第四条" in made.text
    assert "（5.0 秒），被告人被告乙（虚构）声音未录入，原因：录制服务器故障。" in made.text
    assert "短时丢包共 2 处、合计 0.8 秒" in made.text
    assert "(5.0 s): Defendant, sound not recorded; cause: recording server." in made.english
    printed = rows(world.state, found)
    assert [row.seconds for row in printed] == ["5.0", "0.8"]


def test_the_draft_says_whose_sound_the_live_check_missed():
    world = in_session()
    detail = (
        "defendant microphone, judge camera, gone microphone, defen"  # cut off, as a long one is
    )
    record(world, ev.RecordingFault(code="silent_file", detail=detail))
    found = facts(world.entries, world.now)
    made = draft(world.state, found)
    whose = "（被告人被告乙（虚构）声音、审判长宋审判（虚构）画面）"
    assert f"能听到发言但录像文件中没有声音{whose}。" in made.text
    assert "no sound of it (Defendant, sound; Presiding judge, picture)." in made.english
    (row,) = rows(world.state, found)
    assert row.chinese.endswith(whose)
    assert row.span == f"{words._clock(world.now)}–"


@pytest.mark.parametrize("code", ["malformed", "nothing_arrives"])
def test_the_draft_names_everybody_of_whom_nothing_came(code: str):
    """Also who had it later while it lasted; and when the court rose for it."""
    world = in_session()
    record(world, ev.RecordingFault(code=code, detail="defendant microphone"))
    world.do("judge", cmd.PauseHearing(reason="technical"))
    paused = words._clock(world.now)
    record(world, ev.RecordingFault(code=code, detail="defendant microphone, judge camera"))
    record(world, ev.RecordingRecovered(code=code, detail=""))
    assert due(world.state)
    (fault,) = facts(world.entries, world.now).faults
    assert fault.sources == (("defendant", "microphone"), ("judge", "camera"))
    made = draft(world.state, facts(world.entries, world.now))
    whose = "（被告人被告乙（虚构）声音、审判长宋审判（虚构）画面）"
    assert f"{words.FAULTS[code][0]}{whose}。其间于 {paused} 休庭。" in made.text
    assert f"{words.FAULTS[code][1]} (Defendant, sound; Presiding judge, picture)." in made.english


def test_who_is_screened_is_not_named():
    world = in_session()
    gap(world, "server", 5_000)
    screening = ev.Screening(
        party="defendant", hidden_from=("counsel",), sight=True, sound=True, alias="甲"
    )
    world.do("judge", cmd.Screen(screening=screening))
    made = draft(world.state, facts(world.entries, world.now))
    assert "被告乙" not in made.text
    assert "被告人甲声音" in made.text


def test_what_a_signed_note_reaches_is_not_asked_for_again():
    world = in_session()
    gap(world, "disk", 4_000)
    explain(world)
    assert not due(world.state)
    assert not facts(world.entries, world.now).due
    assert world.state.explanations[0].explanation == 1
    gap(world, "overrun", 100)
    found = facts(world.entries, world.now)
    assert [g.cause for g in found.gaps] == ["overrun"]
    assert found.started_at > 1
    explain(world, number=2)


@pytest.mark.parametrize("by", ["clerk", "prosecutor", "defendant"])
def test_only_who_presides_explains(by: str):
    with pytest.raises(Refused) as caught:
        explain(in_session(), by)
    assert caught.value.code is Code.NOT_ALLOWED


def test_two_notes_of_one_number_are_one_too_many():
    world = in_session()
    explain(world)
    with pytest.raises(Refused) as caught:
        explain(world)
    assert caught.value.code is Code.STALE_REVISION
