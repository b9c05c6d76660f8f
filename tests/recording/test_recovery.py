"""What a killed worker left, as the next one takes it up."""

from pathlib import Path

import pytest

from hearing_server.services.media import RecordingGap
from recording import recovery
from recording.disk import Disks
from recording.segment import CLUSTER_MS, make_durable
from recording.track import Track

from . import streams
from .test_track import BEGIN, TICK_S, WALL, Desk, opened


@pytest.mark.parametrize("killed_at", [10.05, 10.2])
def test_a_kill_at_the_very_start_of_a_segment(killed_at: float, tmp_path: Path) -> None:
    """The segment in which nothing was written yet is a gap of what it can have held, whatever the
    calendar says of its file; until when the track is recorded is what the one before it says."""
    desk = Desk(tmp_path)
    recovery.begin_hearing(desk.disks.all[0], "h1")
    track, ticked = Track(1, opened("opus", "microphone"), desk.disks, desk, None), 0.0
    for packet in streams.sound_packets(streams.encode_sound(11.0)):
        if packet.at > killed_at:
            break
        while ticked < packet.at:
            track.tick(BEGIN + ticked)
            ticked += TICK_S
        track.packet(packet.data, BEGIN + packet.at)
    (segment,) = desk.segments
    assert recovery.previous_ends(desk.disks, "h1") == {track.name: (segment.ended_at, "server")}
    (left,) = (
        name for name in recovery.unfinished(desk.disks).hearings["h1"] if name.endswith(".part")
    )
    gap = recovery.adopt(desk.disks, left)
    assert isinstance(gap, RecordingGap)
    assert gap.cause == "server"
    assert gap.ended_at - gap.started_at == CLUSTER_MS
    assert abs(gap.started_at - (WALL + BEGIN * 1000 + 10_000)) < 100


def test_of_two_unfinished_files_the_shorter_one_does_not_stay(tmp_path: Path) -> None:
    """One directory failed before the kill: the longer file is taken, and the other is gone with it."""
    one, two = tmp_path / "one", tmp_path / "two"
    desk = Desk(one)
    desk.disks = Disks([one, two])
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, None)
    for packet in streams.sound_packets(streams.encode_sound(4.0)):
        if packet.at == pytest.approx(2.0):
            (part,) = two.rglob("*.part")
            short = part.read_bytes()
        track.packet(packet.data, BEGIN + packet.at)
    (left,) = one.rglob("*.part")
    part.write_bytes(short)
    name = left.relative_to(one).as_posix()
    adopted = recovery.adopt(Disks([one, two]), name)
    assert not isinstance(adopted, RecordingGap)
    outcome = make_durable(adopted)
    assert outcome.closed is not None
    assert outcome.closed.ended_at - outcome.closed.started_at > 3_500
    assert [kept.disk.folder for kept in outcome.kept] == [one]
    assert list(tmp_path.rglob("*.part")) == []


def test_where_the_longer_one_cannot_be_made_durable_the_shorter_is_kept(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    desk = Desk(one)
    desk.disks = Disks([one, two])
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, None)
    for packet in streams.sound_packets(streams.encode_sound(4.0)):
        if packet.at == pytest.approx(2.0):
            (part,) = two.rglob("*.part")
            short = part.read_bytes()
        track.packet(packet.data, BEGIN + packet.at)
    (left,) = one.rglob("*.part")
    part.write_bytes(short)
    adopted = recovery.adopt(Disks([one, two]), left.relative_to(one).as_posix())
    assert not isinstance(adopted, RecordingGap)
    left.rename(left.with_name("astray"))  # so that its renaming fails
    outcome = make_durable(adopted)
    assert outcome.closed is not None
    assert [kept.disk.folder for kept in outcome.kept] == [two]
    assert 1_500 < outcome.closed.ended_at - outcome.closed.started_at < 2_100
