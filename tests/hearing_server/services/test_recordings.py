"""What was recorded, as the log tells it; and the report's way into the log."""

import asyncio

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER
from hearing_server.services import record_keeper as module
from hearing_server.services.hearings import Hearings
from hearing_server.services.media import (
    RecordingGap,
    RecordingRecovered,
    SegmentClosed,
    TrackBegan,
    TrackEnded,
    TrackName,
)
from hearing_server.services.record_keeper import RecordKeeper
from hearing_server.services.recordings import Recordings
from tests.hearing_server.domain.world import NOW, SHA, World, in_session, planned

from .fakes import FakeEvents

CAMERA = TrackName(hearing="h1", party="judge", source="camera")
SOUND = TrackName(hearing="h1", party="clerk", source="microphone")


def closed(track: TrackName, number: int) -> SegmentClosed:
    return SegmentClosed(
        track=track, name=f"{track.party}/{track.source}/{number}.mkv", codec="vp8", sha256=SHA,
        size=1000, frames=30, started_at=NOW + number * 10_000, ended_at=NOW + number * 10_000 + 2500,
    )  # fmt: skip


def gap(track: TrackName) -> RecordingGap:
    return RecordingGap(track=track, started_at=NOW, ended_at=NOW + 700, cause="network")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_AFTER", 0.01)


class Keeping:
    def __init__(self) -> None:
        self.store = FakeEvents(in_session())
        self.hearings = Hearings(self.store, lambda: NOW)
        self.keeper = RecordKeeper(self.hearings, lambda: ("h1", "h2"))
        self.keeper.start()

    def events(self, hearing: str = "h1") -> list[ev.Event]:
        kinds = (ev.SegmentRecorded, ev.GapFound, ev.RecordingFault, ev.RecordingRecovered)
        return [e.event for e in self.store.logs[hearing] if isinstance(e.event, kinds)]


async def test_the_log_says_from_when_to_when_a_source_was_recorded() -> None:
    keeping = Keeping()
    keeping.keeper.report(TrackBegan(track=CAMERA, at=NOW + 1))
    keeping.keeper.report(TrackEnded(track=CAMERA, at=NOW + 2, cause="sealed"))
    await keeping.keeper.close()
    assert [entry.event for entry in keeping.store.logs["h1"][-2:]] == [
        ev.RecordingBegan(party="judge", source="camera", at=NOW + 1),
        ev.RecordingEnded(party="judge", source="camera", at=NOW + 2, cause="sealed"),
    ]


async def test_reports_enter_the_log_in_their_order() -> None:
    """Each with all that the recorder said."""
    keeping = Keeping()
    for report in (closed(CAMERA, 1), gap(SOUND), closed(SOUND, 1), closed(CAMERA, 2)):
        keeping.keeper.report(report)
    await keeping.keeper.close()
    first, second, *_ = keeping.events()
    assert [getattr(e, "name", "gap") for e in keeping.events()] == [
        "judge/camera/1.mkv",
        "gap",
        "clerk/microphone/1.mkv",
        "judge/camera/2.mkv",
    ]
    assert first == ev.SegmentRecorded(
        party="judge", source="camera", name="judge/camera/1.mkv", codec="vp8", sha256=SHA,
        size=1000, frames=30, started_at=NOW + 10_000, ended_at=NOW + 12_500, recovered=False,
    )  # fmt: skip
    assert second == ev.GapFound(
        party="clerk", source="microphone", started_at=NOW, ended_at=NOW + 700, cause="network"
    )


@pytest.mark.parametrize("trouble", ["broken", "unreadable"])
async def test_a_store_that_is_down_delays_reports_and_loses_none(trouble: str) -> None:
    """Not even when the hearing has to be read in first; the order stays."""
    keeping = Keeping()
    setattr(keeping.store, trouble, True)
    for number in (1, 2, 3):
        keeping.keeper.report(closed(CAMERA, number))
    if trouble == "broken":
        await asyncio.wait_for(keeping.store.begun.wait(), 5)
    await asyncio.sleep(0.05)  # several attempts
    assert keeping.events() == []
    setattr(keeping.store, trouble, False)
    await keeping.keeper.close()
    assert [e.name for e in keeping.events() if isinstance(e, ev.SegmentRecorded)] == [
        f"judge/camera/{n}.mkv" for n in (1, 2, 3)
    ]


async def test_a_report_that_is_refused_holds_nobody_up() -> None:
    """A segment of a hearing that nobody knows is logged and left; the next report goes in."""
    keeping = Keeping()
    stray = TrackName(hearing="nowhere", party="judge", source="camera")
    keeping.keeper.report(closed(stray, 1))
    keeping.keeper.report(closed(CAMERA, 1))
    await keeping.keeper.close()
    assert len(keeping.events()) == 1


async def test_a_fault_of_the_whole_recorder_goes_to_every_live_hearing() -> None:
    """A fault of one hearing goes to that one; what it says is bounded."""
    keeping = Keeping()
    keeping.store.logs["h2"] = list(World().entries)
    keeping.keeper.fault(None, "disk_full", "x" * 900)
    keeping.keeper.fault("h2", "stalled", "camera")
    await keeping.keeper.close()
    assert keeping.events("h1") == [ev.RecordingFault(code="disk_full", detail="x" * 500)]
    assert [e.code for e in keeping.events("h2") if isinstance(e, ev.RecordingFault)] == [
        "disk_full",
        "stalled",
    ]


async def test_the_end_of_a_fault_is_entered_and_ends_it_in_the_state() -> None:
    """Only the fault of that code; another goes on."""
    keeping = Keeping()
    keeping.keeper.fault("h1", "disk_full", "")
    keeping.keeper.fault("h1", "recorder_died", "")
    keeping.keeper.report(RecordingRecovered(hearing="h1", code="disk_full", detail="it writes"))
    await keeping.keeper.close()
    assert keeping.events()[-1] == ev.RecordingRecovered(code="disk_full", detail="it writes")
    faults = (await keeping.hearings.state("h1")).faults
    assert [(fault.code, fault.over_at is None) for fault in faults] == [
        ("disk_full", False),
        ("recorder_died", True),
    ]


async def settled(hearing: str) -> None:
    """Nothing is on its way."""


async def test_what_is_on_its_way_is_waited_for() -> None:
    """Who asks right after the closing gets the last seconds too."""
    keeping = Keeping()

    async def last_seconds(hearing: str) -> None:
        keeping.keeper.report(closed(CAMERA, len(keeping.events(hearing)) + 1))
        await keeping.keeper.settle()

    recordings = Recordings(keeping.hearings, last_seconds)
    for segments in (1, 2):
        (judge,) = await recordings.overview("h1")
        assert judge["tracks"][0]["segments"] == segments
    await keeping.keeper.close()


async def recorded() -> Recordings:
    keeping = Keeping()
    for report in (closed(CAMERA, 1), closed(CAMERA, 2), closed(SOUND, 1), gap(SOUND)):
        keeping.keeper.report(report)
    await keeping.keeper.close()
    return Recordings(keeping.hearings, settled)


async def test_the_overview_sums_up_tracks_and_names_gaps() -> None:
    overview = {party["party"]: party for party in await (await recorded()).overview("h1")}
    assert set(overview) == {"judge", "clerk"}
    assert overview["judge"]["gaps"] == []
    assert overview["judge"]["tracks"] == [
        {"source": "camera", "segments": 2, "seconds": 5.0, "size": 2000}
    ]
    assert overview["clerk"]["gaps"] == [
        {"source": "microphone", "started_at": NOW, "ended_at": NOW + 700, "cause": "network"}
    ]


async def test_a_party_of_whom_only_gaps_are_known_is_in_the_overview() -> None:
    """Silence is a finding: it must not look as if there had been nobody."""
    hearings = Hearings(FakeEvents(), lambda: NOW)
    await hearings.plan(cmd.Plan(planned=planned()))
    lost = ev.GapFound(party="counsel", source="camera", started_at=1, ended_at=2, cause="disk")
    await hearings.execute("h1", cmd.EnterRecording(event=lost), SERVER)
    (only,) = await Recordings(hearings, settled).overview("h1")
    assert (only["party"], only["tracks"], len(only["gaps"])) == ("counsel", [], 1)
