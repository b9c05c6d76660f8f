"""From opening to closing: every span has a segment, a cause, or is a hole."""

from dataclasses import replace
from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import RootCause, Source
from hearing_server.domain.log import SERVER
from recording.verifying.report import Report
from tests.hearing_server.domain.world import FIVE
from tests.recording.records import HearingRecord
from transcript.signing.authority import Authority

from .attack import found, verified

SEAT = ("judge", Source.CAMERA)


def opened(tmp_path: Path, authority: Authority) -> HearingRecord:
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(2)
    return record


def closed(record: HearingRecord, authority: Authority) -> Report:
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    return verified(record.home, authority)


def test_a_hole_without_a_cause_is_found(tmp_path: Path, authority: Authority) -> None:
    """Which source, when and how long."""
    record = opened(tmp_path, authority)
    start = record.now
    record.run(2, without=[SEAT])
    record.run(2)
    report = closed(record, authority)
    assert found(report) == ["hole"]
    (hole,) = [one for one in report.findings if one.code == "hole"]
    assert (hole.data["party"], hole.data["source"]) == SEAT
    assert (hole.data["started_at"], hole.data["ended_at"]) == (start, start + 20_000)


@pytest.mark.parametrize(
    ("begin", "end", "cause"),
    [
        (("judge", cmd.Mute(party="counsel")), ("judge", cmd.Unmute(party="counsel")), "muted"),
        (
            ("counsel", cmd.StopSource(source=Source.MICROPHONE)),
            ("counsel", cmd.StartSource(source=Source.MICROPHONE)),
            "device",
        ),
        (("judge", cmd.BeginDeliberation()), ("judge", cmd.EndDeliberation()), "deliberation"),
    ],
)
def test_what_was_not_to_be_recorded_has_its_reason(
    tmp_path: Path,
    authority: Authority,
    begin: tuple[str, cmd.Command],
    end: tuple[str, cmd.Command],
    cause: str,
) -> None:
    """Told from the course of the hearing, also where the recorder names no gap."""
    record = opened(tmp_path, authority)
    record.do(*begin)
    tracks = record.tracks if cause == "deliberation" else [("counsel", Source.MICROPHONE)]
    record.run(3, without=tracks)
    record.do(*end)
    record.run(2)
    report = closed(record, authority)
    assert found(report) == []
    gaps = [one.data for one in report.findings if one.code == "gap"]
    assert {one["cause"] for one in gaps} == {cause}
    assert {(one["party"], one["source"]) for one in gaps} == {(p, str(s)) for p, s in tracks}


@pytest.mark.parametrize("step", [3_600_000, -1_800_000])
def test_a_stepped_clock_is_named_and_bends_no_time(
    tmp_path: Path, authority: Authority, step: int
) -> None:
    """No hole appears where the server's clock was moved, and none is hidden."""
    record = opened(tmp_path, authority)
    record.step_clock(step)
    record.run(6)
    report = closed(record, authority)
    assert "hole" not in found(report)
    if step > 0:
        (stepped,) = [one for one in report.findings if one.code == "clock_step"]
        assert abs(stepped.data["offset"] - step) < 5000
        (track,) = {one.data["recorded_ms"] for one in report.findings if one.code == "track"}
        assert track == 80_000
    else:
        assert "log_time_backwards" in found(report)


@pytest.mark.parametrize("back", [200_000, 600_000, 3_000_000])
def test_a_clock_that_was_set_back_is_said_and_accuses_nobody(
    tmp_path: Path, authority: Authority, back: int
) -> None:
    """The log's times stand still until it has caught up, as the server keeps them; a pause may fall into it."""
    record = opened(tmp_path, authority)
    before = len(record.world.entries)
    record.run(10)
    record.do("judge", cmd.PauseHearing(reason="休息"))
    record.world.now += 60_000
    record.do("judge", cmd.ResumeHearing())
    record.run(10)
    record.do("judge", cmd.CloseHearing(override="演示"))
    newest = record.world.entries[before - 1].at
    for index, entry in enumerate(record.world.entries[before:], before):
        newest = max(newest, entry.at - back)
        record.world.entries[index] = replace(entry, at=newest)
    record.sign(RootCause.CLOSED)
    record.world.entries[-1] = replace(record.world.entries[-1], at=newest)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    assert "clock_set_back" in found(report, "warning")


def test_a_killed_server_s_hole_is_the_server_s(tmp_path: Path, authority: Authority) -> None:
    """It lasts until its party is back, though the log has a word of it only from the next start."""
    record = opened(tmp_path, authority)
    start = record.now
    record.world.now += 40_000
    for party in FIVE:
        left = cmd.Leave(party=party.id, connection=f"c-{party.id}", cause=ev.Departure.SERVER)
        record.world.now -= 1000
        record.do(SERVER, left)
    record.do("judge", cmd.Arrive(connection="again", accepted_as="虚构"))
    report = closed(record, authority)
    assert found(report) == []
    gaps = [one.data for one in report.findings if one.code == "gap"]
    lost = {(one["party"], one["ended_at"] - start) for one in gaps if one["cause"] == "server"}
    assert lost == {(p.id, 41_000 if p.id == "judge" else 42_000) for p in FIVE}
    assert {one["started_at"] for one in gaps if one["cause"] == "server"} == {start}


def test_an_open_hearing_is_judged_up_to_now(tmp_path: Path, authority: Authority) -> None:
    """It is said that it is not closed, and what is not yet proven."""
    record = opened(tmp_path, authority)
    record.sign()
    record.run(2)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    assert found(report, "warning") == ["not_proven_after", "not_closed"]
