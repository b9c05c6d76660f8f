"""The live check of the record, look by look: what is heard at the server against what lies in the files."""

import asyncio
import dataclasses

from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.record import Fault
from hearing_server.services.live_check import LiveCheck
from hearing_server.services.media import (
    DirectoryHealth,
    RecordingFailed,
    RecordingHealth,
    RecordingRecovered,
    TrackHealth,
    TrackName,
)
from hearing_server.services.recording_check import Arrival, RecordingCheck, Source, check

NOW = 1_764_000_000_000
MIC, CAMERA = Source("judge", "microphone"), Source("judge", "camera")
SPEAKS = Arrival(kind="audio", flowing=60_000, loud=5_000)
QUIET = Arrival(kind="audio", flowing=60_000, loud=0)
SEEN = Arrival(kind="video", flowing=60_000)
WELL = DirectoryHealth(path="/one", free=1 << 40, bytes_per_hour=1 << 30)


def track(source: Source, **ages: int | None) -> TrackHealth:
    """A track whose times lie so many ms back; None is never."""
    back = {"opened": 60_000, "written": 300, "synced": 4_000, "heard": 400, "carried": 20} | ages
    malformed = back.pop("malformed", 0) or 0
    at = {name: None if age is None else NOW - age for name, age in back.items()}
    return TrackHealth(
        track=TrackName(hearing="h1", party=source.party, source=source.source),
        at=NOW,
        opened_at=at["opened"] or 0,
        received_at=NOW,
        carried_at=at["carried"],
        carrying=50,
        malformed=malformed,
        written_until=at["written"],
        synced_until=at["synced"],
        synced_at=at["synced"],
        heard_until=at["heard"],
        size=1,
    )


def health(
    *tracks: TrackHealth, disks: tuple[DirectoryHealth, ...] = (WELL,), wall: int = 0
) -> RecordingHealth:
    return RecordingHealth(at=NOW + wall, tracks=tracks, directories=disks)


def bad(arrivals: dict[Source, Arrival], said: RecordingHealth) -> list[str]:
    verdicts = check("h1", arrivals, said, answers=True).verdicts
    return [code for code, verdict in verdicts.items() if verdict == "bad"]


def test_all_is_well():
    found = check("h1", {MIC: SPEAKS, CAMERA: SEEN}, health(track(MIC), track(CAMERA)), True)
    assert set(found.verdicts.values()) == {"good"}
    assert found.sources[MIC].heard
    assert found.sources[MIC].in_file
    assert (found.sources[CAMERA].behind, found.sources[CAMERA].saved) == (300, 4_000)
    assert found.directories[0].minutes == 1024 * 60


def test_who_does_not_speak_is_no_finding():
    found = check("h1", {MIC: QUIET}, health(track(MIC, heard=None)), True)
    assert "bad" not in found.verdicts.values()
    assert found.sources[MIC].heard is False


def test_what_is_not_to_be_recorded_is_not_looked_at():
    """Muted, paused, private, deliberating: there is no edge to the recorder, so nothing is expected."""
    assert bad({}, health(track(MIC, written=90_000))) == []


def test_sound_that_is_heard_and_not_in_the_file():
    assert bad({MIC: SPEAKS}, health(track(MIC, heard=9_000))) == ["silent_file"]
    assert bad({MIC: SPEAKS}, health(track(MIC, heard=None))) == ["silent_file"]
    word = dataclasses.replace(SPEAKS, loud=500)  # has only begun
    assert bad({MIC: word}, health(track(MIC, heard=9_000))) == []


def test_a_file_that_stands_still():
    found = check("h1", {MIC: SPEAKS}, health(track(MIC, written=2_100)), True)
    assert found.verdicts["not_written"] == "bad"
    assert found.who["not_written"] == (MIC,)
    assert found.sources[MIC].code == "not_written"
    assert not found.sources[MIC].in_file
    assert bad({CAMERA: SEEN}, health(track(CAMERA, written=2_400))) == []
    assert bad({CAMERA: SEEN}, health(track(CAMERA, written=2_600))) == ["not_written"]


def test_a_line_that_was_down_is_not_the_recorders_fault():
    none = dataclasses.replace(SEEN, flowing=0)
    back = dataclasses.replace(SEEN, flowing=800)
    assert bad({CAMERA: none}, health(track(CAMERA, written=20_000, synced=20_000))) == []
    assert bad({CAMERA: back}, health(track(CAMERA, written=20_000, synced=20_000))) == []


def test_a_track_that_the_recorder_does_not_have():
    assert bad({MIC: SPEAKS}, health()) == ["not_recorded"]
    fresh = dataclasses.replace(SPEAKS, flowing=900)
    assert check("h1", {MIC: fresh}, health(), True).verdicts["not_recorded"] == "unsure"


def test_a_file_that_is_not_made_safe():
    assert bad({CAMERA: SEEN}, health(track(CAMERA, synced=5_900))) == []
    assert bad({CAMERA: SEEN}, health(track(CAMERA, synced=6_100))) == ["not_saved"]
    assert bad({CAMERA: SEEN}, health(track(CAMERA, synced=None))) == ["not_saved"]
    assert bad({CAMERA: SEEN}, health(track(CAMERA, synced=None, opened=5_000))) == []


def test_when_no_disk_takes_anything_that_alone_is_the_alarm():
    full = dataclasses.replace(WELL, trouble="disk_full", free=0)
    assert bad({MIC: SPEAKS}, health(track(MIC, written=9_000), disks=(full,))) == []


def test_a_microphone_that_is_on_and_sends_nothing():
    silent = Arrival(kind="audio", flowing=0, loud=0, absent=3_100)
    gone = dict(written=3_200, synced=3_200, heard=None, carried=3_100)
    found = check("h1", {MIC: silent}, health(track(MIC, **gone)), True)
    assert found.verdicts["nothing_arrives"] == "bad"
    assert found.sources[MIC].code == "nothing_arrives"
    assert bad({MIC: silent}, health(track(MIC, **gone))) == ["nothing_arrives"]
    assert bad({MIC: silent}, health()) == ["nothing_arrives"]  # nor has the recorder begun
    pause = dataclasses.replace(QUIET, absent=400)  # between two packets of silence
    assert bad({MIC: pause}, health(track(MIC, heard=None))) == []


def test_a_shared_screen_may_stand_still():
    screen = Source("judge", "screen")
    still = Arrival(kind="video", flowing=0, absent=60_000)
    assert bad({screen: still}, health(track(screen, written=60_000, carried=60_000))) == []


def test_padding_alone_is_nothing_that_could_be_written():
    """It probes the line; the file stands still, and that is not the file's fault."""
    probed = track(CAMERA, written=9_000, synced=9_000, carried=9_000)
    assert bad({CAMERA: SEEN}, health(probed)) == ["nothing_arrives"]
    assert bad({CAMERA: SEEN}, health(track(CAMERA, written=None, synced=None, carried=None))) == [
        "nothing_arrives"
    ]
    screen = Source("judge", "screen")
    assert bad({screen: SEEN}, health(dataclasses.replace(probed, track=track(screen).track))) == []


def test_what_came_and_is_not_written_is_the_files_fault_whatever_comes_now():
    lost = track(CAMERA, written=9_000, carried=3_000)
    assert bad({CAMERA: SEEN}, health(lost)) == ["not_written"]
    none_comes = dataclasses.replace(
        track(CAMERA, written=9_000, carried=9_000), received_at=NOW - 9_000
    )
    assert bad({CAMERA: SEEN}, health(none_comes)) == ["not_written"]


def test_packets_of_which_many_cannot_be_read():
    """One alarm, not four: that the file stands still, or is silent, follows from it."""
    found = check("h1", {MIC: SPEAKS}, health(track(MIC, malformed=10)), True)
    assert found.verdicts["malformed"] == "bad"
    assert found.who["malformed"] == (MIC,)
    all_of_them = track(MIC, malformed=50, written=9_000, synced=None, heard=None)
    assert bad({MIC: SPEAKS}, health(all_of_them)) == ["malformed"]
    assert bad({MIC: SPEAKS}, health(track(MIC, malformed=9))) == []
    assert (
        check("h1", {MIC: SPEAKS}, health(track(MIC, malformed=9)), True).verdicts["malformed"]
        == "unsure"
    )
    assert (
        check("h1", {MIC: SPEAKS}, health(track(MIC, malformed=2)), True).verdicts["malformed"]
        == "good"
    )


def test_room_for_less_than_an_hour():
    low = dataclasses.replace(WELL, free=(1 << 30) - 1)
    some = dataclasses.replace(WELL, free=(1 << 30) * 11 // 10)
    assert bad({}, health(disks=(WELL, low))) == ["disk_low"]
    assert check("h1", {}, health(disks=(some,)), True).verdicts["disk_low"] == "unsure"


def test_a_clock_that_was_stepped():
    assert bad({}, health(track(MIC), wall=3_600_000)) == ["clock_off"]
    assert bad({}, health(track(MIC), wall=-2_500)) == ["clock_off"]
    assert bad({}, health(track(MIC), wall=1_500)) == []


def test_a_recorder_that_does_not_answer_is_one_alarm_not_six():
    found = check("h1", {MIC: SPEAKS}, health(track(MIC, written=9_000, heard=9_000)), False)
    assert "bad" not in found.verdicts.values()
    assert not found.recorder


class Desk:
    """A live check over one hearing, and what it told."""

    def __init__(self, state: HearingState) -> None:
        self.state = state
        self.arrivals = {MIC: SPEAKS}
        self.reports: list[tuple[str, str]] = []
        self.told: list[RecordingCheck] = []
        self.check = LiveCheck(
            lambda: [(self.state, self.arrivals)], self._report, self._tell, lambda *_: None
        )

    def _report(self, report: RecordingFailed | RecordingRecovered) -> None:
        """Told, and in the state at once."""
        began = isinstance(report, RecordingFailed)
        self.reports.append(("began" if began else "over", report.code))
        faults = [f for f in self.state.faults if f.code != report.code]
        if began:
            faults.append(Fault(at=1, code=report.code, detail=report.detail))
        self.state = dataclasses.replace(self.state, faults=tuple(faults))

    def _tell(self, hearing: str, found: RecordingCheck) -> None:
        self.told.append(found)

    def look(self, said: RecordingHealth, times: int = 1) -> list[tuple[str, str]]:
        self.reports.clear()
        for _ in range(times):
            self.check.take(said)
            self.check.look()
        return list(self.reports)


SESSION = HearingState(hearing="h1", phase=Phase.IN_SESSION)
STILL = health(track(MIC, written=9_000))


async def test_a_change_is_told_once_when_two_looks_agree():
    desk = Desk(SESSION)
    assert desk.look(STILL) == []
    assert desk.look(STILL, 5) == [("began", "not_written")]
    assert desk.look(health(track(MIC)), 3) == [("over", "not_written")]
    assert len(desk.told) == 9


async def test_a_further_source_with_the_same_fault_is_told_once():
    """Who is there from the beginning is not told again, whoever comes and goes."""
    desk = Desk(SESSION)
    desk.arrivals = {MIC: SPEAKS, CAMERA: SEEN}
    one, both = (
        health(track(MIC, written=9_000), track(CAMERA)),
        health(track(MIC, written=9_000), track(CAMERA, written=9_000)),
    )
    assert desk.look(one, 3) == [("began", "not_written")]
    assert desk.look(both, 3) == [("began", "not_written")]
    (fault,) = desk.state.faults
    assert fault.detail.split(", ") == [" ".join(MIC), " ".join(CAMERA)]
    assert desk.look(one, 3) + desk.look(both, 3) == []
    assert desk.look(health(track(MIC), track(CAMERA)), 3) == [("over", "not_written")]
    assert desk.look(one, 3) == [("began", "not_written")]


async def test_after_a_restart_whom_the_log_names_is_not_told_again():
    fault = Fault(at=1, code="not_written", detail="judge microphone")
    desk = Desk(dataclasses.replace(SESSION, faults=(fault,)))
    desk.arrivals = {MIC: SPEAKS, CAMERA: SEEN}
    assert desk.look(health(track(MIC, written=9_000), track(CAMERA)), 3) == []
    stand = health(track(MIC, written=9_000), track(CAMERA, written=9_000))
    assert desk.look(stand, 3) == [("began", "not_written")]


async def test_while_the_log_cannot_be_written_nothing_is_told_twice():
    desk = Desk(SESSION)
    desk.look(STILL, 2)
    desk.state = SESSION  # it is not in yet
    assert desk.look(STILL, 5) == []


async def test_what_an_earlier_run_told_of_is_ended_from_the_log():
    faults = (
        Fault(at=1, code="not_saved", detail=""),
        Fault(at=2, code="recorder_died", detail=""),
    )
    desk = Desk(dataclasses.replace(SESSION, faults=faults))
    assert sorted(desk.look(health(track(MIC)), 3)) == [
        ("over", "not_saved"),
        ("over", "recorder_died"),
    ]


async def test_a_track_that_could_not_be_begun_is_over_once_it_is_recorded():
    """Whoever could not begin it says so at once; the end is seen here, and told once."""
    desk = Desk(SESSION)
    desk.look(health(track(MIC)))
    fault = Fault(at=5, code="not_recorded", detail="judge microphone")
    desk.state = dataclasses.replace(SESSION, faults=(fault,))
    assert desk.look(health(), 3) == []
    assert desk.look(health(track(MIC)), 3) == [("over", "not_recorded")]


async def test_in_the_waiting_room_nothing_is_entered():
    desk = Desk(dataclasses.replace(SESSION, phase=Phase.WAITING))
    assert desk.look(STILL, 5) == []


async def test_a_recorder_that_says_nothing_is_looked_at_all_the_same():
    """The page must not go on showing the last good word."""
    desk = Desk(SESSION)
    running = asyncio.create_task(desk.check.run())
    desk.check.take(health(track(MIC)))
    async with asyncio.timeout(10):
        while not (desk.told and not desk.told[-1].recorder):  # noqa: ASYNC110 - it is a clock
            await asyncio.sleep(0.1)
    running.cancel()
    assert desk.reports == []
