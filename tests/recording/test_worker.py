"""The worker's own loop, fed without a process."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hearing_server.services.media import RecordingGap, SegmentClosed, TrackName
from hearing_server.services.worker_link import frames
from recording import recovery, wire
from recording.disk import Disks, Taken, claim
from recording.worker import Worker

from . import streams

NAME = TrackName(hearing="h1", party="judge", source="microphone")
BEGIN = time.monotonic() + 3600  # so that the end of a track is not later than its packets


class Link:
    """A worker and the server's end of its socket; `run` gives it frames and then hangs up."""

    def __init__(self, folder: Path) -> None:
        self._ours, theirs = socket.socketpair()
        self.worker = Worker(Disks([folder]), theirs)

    def run(self, *sent: bytes) -> list[wire.Message]:
        self._ours.sendall(b"".join(sent))
        self._ours.shutdown(socket.SHUT_WR)
        self.worker.run()
        self._ours.settimeout(1)
        return frames.ReportReader(wire.Message).feed(self._ours.recv(1 << 20))


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Link]:
    return Link(tmp_path)


def opening(number: int) -> bytes:
    opened = wire.Open(name=NAME, format=streams.FORMATS["opus"], wall_offset=1.764e12)
    return frames.frame(frames.OPEN, number, frames.encode(opened))


def sound(number: int, begin: float, end: float) -> list[bytes]:
    packets = streams.sound_packets(streams.encode_sound(3.0))
    return [
        frames.frame(frames.PACKET, number, packet.data, BEGIN + packet.at)
        for packet in packets
        if begin <= packet.at < end
    ]


def reported(messages: list[wire.Message]) -> list[object]:
    return [message.report for message in messages if hasattr(message, "report")]


def test_when_the_server_is_gone_everything_is_finished(link, tmp_path):
    """The end of the socket closes the files and says so while somebody listens."""
    segment, *rest = reported(link.run(opening(1), *sound(1, 0, 3)))
    assert isinstance(segment, SegmentClosed)
    assert (segment.frames, rest) == (150, [])
    assert (tmp_path / segment.name).stat().st_size == segment.size


def test_a_repeated_opening_and_packets_of_no_track_change_nothing(link):
    """As they come to a worker that took over from one that died."""
    reports = reported(
        link.run(opening(1), *sound(1, 0, 1), opening(1), *sound(2, 0, 1), *sound(1, 1, 2))
    )
    assert [(type(report), report.frames) for report in reports] == [(SegmentClosed, 100)]


def test_a_fault_in_one_track_starts_that_track_again(link):
    """It is told, what was written is kept, and the packets after it are recorded."""
    link.worker._take(memoryview(b"".join((opening(1), *sound(1, 0, 1)))))
    link.worker._tracks[1]._clock = None
    reports = reported(link.run(*sound(1, 1, 2)))
    assert [report.code for report in reports if hasattr(report, "code")] == ["track_failed"]
    frames = [report.frames for report in reports if isinstance(report, SegmentClosed)]
    assert sorted(frames) == [49, 50]
    (gap,) = (report for report in reports if isinstance(report, RecordingGap))
    assert (gap.ended_at - gap.started_at, gap.cause) == (20, "server")


def test_a_fault_of_the_writer_itself_ends_no_other_track(link):
    """What it wrote before is kept, and the rest up to the next packet is a gap."""
    link.worker._take(memoryview(b"".join((opening(1), opening(2), *sound(1, 0, 1)))))
    link.worker._tracks[1]._writer._blocks.append(None)  # no bytes: nothing of it can be written
    reports = reported(link.run(*sound(1, 1, 2), *sound(2, 0, 2)))
    assert [report.code for report in reports if hasattr(report, "code")] == ["track_failed"]
    frames = sorted(report.frames for report in reports if isinstance(report, SegmentClosed))
    assert frames[-1] == 100
    assert len(frames) == 3
    (gap,) = (report for report in reports if isinstance(report, RecordingGap))
    assert gap.cause == "server"
    assert 20 <= gap.ended_at - gap.started_at <= 300


def test_a_fault_at_the_end_of_a_track_ends_no_other(link):
    link.worker._take(memoryview(b"".join((opening(1), opening(2), *sound(1, 0, 1)))))
    link.worker._tracks[1]._writer._blocks.append(None)
    reports = reported(link.run(frames.frame(frames.END, 1, b"muted", BEGIN + 1), *sound(2, 0, 2)))
    assert [report.code for report in reports if hasattr(report, "code")] == ["track_failed"]
    kept = sorted(report.frames for report in reports if isinstance(report, SegmentClosed))
    assert kept[-1] == 100
    assert len(kept) == 2


def test_the_folder_has_one_owner(tmp_path):
    """A second claim waits as long as it was told to, and no longer."""
    claim(Disks([tmp_path]))
    with pytest.raises(Taken):
        claim(Disks([tmp_path]), wait=0.05)


def test_ends_are_remembered_over_a_restart(tmp_path):
    """A muted track was not lost to the server; a closed one leaves no gap; others are the server's."""
    disks = Disks([tmp_path])
    (tmp_path / ".unfinished").mkdir()
    messages = Link(tmp_path).run(
        opening(1), *sound(1, 0, 1), frames.frame(frames.END, 1, b"muted", BEGIN + 1)
    )
    (segment,) = reported(messages)
    assert recovery.previous_ends(disks, "h1") == {NAME: (segment.ended_at, "muted")}
    recovery.note_end(disks, NAME, segment.ended_at, "closed")
    assert recovery.previous_ends(disks, "h1") == {}
    (tmp_path / ".unfinished" / "h1").write_bytes(b"torn line")
    assert recovery.previous_ends(disks, "h1") == {NAME: (segment.ended_at, "server")}
