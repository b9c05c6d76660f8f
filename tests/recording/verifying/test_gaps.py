"""What is not recorded is said: gaps within a segment, and losses that look as if they had a reason."""

from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import Source
from hearing_server.domain.log import SERVER
from recording.verifying.report import Finding, Report
from tests.hearing_server.domain.world import FIVE, World
from tests.recording.records import HearingRecord
from transcript.signing.authority import Authority

from .attack import found, verified
from .test_time import closed, opened

SEAT = ("defendant", Source.MICROPHONE)


def of(report: Report, code: str, track: tuple[str, Source] = SEAT) -> list[Finding]:
    return [
        one
        for one in report.findings
        if one.code == code and (one.data.get("party"), one.data.get("source")) == track
    ]


def spans(findings: list[Finding], since: int) -> list[tuple[int, int]]:
    return [(one.data["started_at"] - since, one.data["ended_at"] - since) for one in findings]


def left_by_server(record: HearingRecord) -> None:
    """Killed, and back."""
    for party in FIVE:
        record.world.now -= 1000
        record.do(
            SERVER,
            cmd.Leave(party=party.id, connection=f"c-{party.id}", cause=ev.Departure.SERVER),
        )
    record.do("judge", cmd.Arrive(connection="again", accepted_as="虚构"))


def test_gaps_within_a_segment_are_not_recorded(tmp_path: Path, authority: Authority) -> None:
    """Named like others, and not counted; of what may be several short losses it is said."""
    record = opened(tmp_path, authority)
    at = record.now
    record.run(6)
    record.gap(*SEAT, at + 1000, at + 9500, "network")
    record.gap(*SEAT, at + 11_000, at + 19_900, "disk")
    record.gap(*SEAT, at + 21_000, at + 36_000, "network")
    report = closed(record, authority)
    gaps = of(report, "gap")
    assert spans(gaps, at) == [(1000, 9500), (11_000, 19_900), (21_000, 36_000)]
    assert ["up to" in one.text for one in gaps] == [True, False, False]
    (track,) = of(report, "track")
    assert track.data["recorded_ms"] == 80_000 - 8500 - 8900 - 15_000
    assert found(report) == []


def test_whoever_had_nothing_on_is_listed(tmp_path: Path, authority: Authority) -> None:
    """Their devices were off; and that nothing at all was recorded is said by itself."""
    record = HearingRecord(tmp_path / "recordings", authority)
    record.world = World().arrive(*FIVE)
    record.world.admit(*FIVE[2:])
    record.do("judge", cmd.OpenHearing())
    record.world.now += 3_600_000
    report = closed(record, authority)
    assert found(report) == []
    assert found(report, "warning") == ["nothing_recorded"]
    for party in FIVE:
        for source in (Source.CAMERA, Source.MICROPHONE):
            (gap,) = of(report, "gap", (party.id, source))
            assert gap.data["cause"] == "device"
            assert gap.data["ended_at"] - gap.data["started_at"] > 3_600_000


def test_a_kill_excuses_no_more_than_it_can_have_taken(
    tmp_path: Path, authority: Authority
) -> None:
    """What was missing for minutes before has no cause."""
    record = opened(tmp_path, authority)
    at = record.now
    record.run(30, without=[SEAT])
    left_by_server(record)
    report = closed(record, authority)
    assert spans(of(report, "hole"), at) == [(0, 288_000)]
    assert found(report) == ["hole"]


def test_a_server_that_goes_after_the_closing_excuses_nothing(
    tmp_path: Path, authority: Authority
) -> None:
    record = opened(tmp_path, authority)
    record.run(2, without=[SEAT])
    record.do("judge", cmd.CloseHearing(override="演示"))
    left_by_server(record)
    record.sign(ev.RootCause.CLOSED)
    record.save()
    report = verified(record.home, authority)
    assert [one.data["party"] for one in report.findings if one.code == "hole"] == [SEAT[0]]


def test_an_end_gives_its_cause_until_it_should_have_begun_again(
    tmp_path: Path, authority: Authority
) -> None:
    """The party was back and sent, and the recorder took nothing."""
    record = opened(tmp_path, authority)
    left = cmd.Leave(party=SEAT[0], connection="c-defendant", cause=ev.Departure.NETWORK)
    record.do(SERVER, left)
    ended = ev.RecordingEnded(party=SEAT[0], source="microphone", at=record.now, cause="network")
    record.do(SERVER, cmd.EnterRecording(event=ended))
    record.do(SEAT[0], cmd.Arrive(connection="again", accepted_as="虚构"))
    record.do(SEAT[0], cmd.StartSource(source=Source.MICROPHONE))
    at = record.now
    record.run(30, without=[SEAT, (SEAT[0], Source.CAMERA)])
    report = closed(record, authority)
    assert spans(of(report, "hole"), at) == [(5000, 301_000)]


def test_a_start_that_no_segment_follows_is_a_hole(tmp_path: Path, authority: Authority) -> None:
    """However short they were heard; a lead-in before a segment is none."""
    record = opened(tmp_path, authority)
    others = [track for track in record.tracks if track != SEAT]
    for lost in (True, True, False):
        at = record.now
        record.do("judge", cmd.Mute(party=SEAT[0]))
        record.world.now += 3000
        record.do("judge", cmd.Unmute(party=SEAT[0]))
        heard = record.now
        record.world.now += 3900
        if not lost:
            record.segment(*SEAT, heard + 1900, record.now)
        for track in others:
            record.segment(*track, at, record.now)
    report = closed(record, authority)
    assert [end - start for start, end in spans(of(report, "hole"), 0)] == [4900, 4900]


@pytest.mark.parametrize(("missing", "warned"), [(1900, True), (300, False)])
def test_holes_that_are_tolerated_add_up(
    tmp_path: Path, authority: Authority, missing: int, warned: bool
) -> None:
    """Frames that come a little apart do not. A second more is before the closing."""
    record = opened(tmp_path, authority)
    first = record.now
    for number in range(20):
        at = first + number * (1000 + missing)
        record.segment(*SEAT, at, at + 1000)
        record.world.now = at + 1000 + missing
        for track in record.tracks:
            if track != SEAT:
                record.segment(*track, at, record.now)
    record.run(1)
    report = closed(record, authority)
    assert found(report) == []
    said = [one.data["small_ms"] for one in of(report, "small_holes")]
    assert said == ([20 * missing + 1000] if warned else [])
