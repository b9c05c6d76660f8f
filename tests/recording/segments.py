"""Segments made at once from real encoded frames, as the recorder leaves them."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from hearing_server.services.media import Codec, SegmentClosed, TrackName
from recording.depacketise import depacketiser
from recording.disk import Disk
from recording.encryption import HearingKey
from recording.matroska import Header
from recording.segment import SegmentWriter, make_durable

from . import streams

OPUS_HEAD = b"OpusHead\x01\x02\0\0" + (48_000).to_bytes(4, "little") + b"\0\0\0"


@contextlib.contextmanager
def written(folder: Path) -> Iterator[Disk]:
    """The folder, held as a recorder holds it."""
    disk = Disk(folder)
    try:
        yield disk
    finally:
        disk._let_go()


def picture_segment(
    disk: Disk,
    track: TrackName,
    started_at: int,
    codec: Codec,
    frames: Iterable[bytes],
    key: HearingKey | None = None,
    before: tuple[bytes, ...] = (),
) -> SegmentClosed:
    """Frames at 30 a second, taken through RTP and the depacketiser; they go on from those `before`."""
    reader, found = depacketiser(codec), []
    for packet in streams.video_packets(codec, (*before, *frames)):
        payload, marker = packet.data[12:], packet.data[1] > 127
        timestamp = int.from_bytes(packet.data[4:8], "big")
        found += [(packet.at, frame) for frame in reader.push(payload, timestamp, marker, 0)]
    first = found[0][1]
    header = Header(
        codec=codec,
        started_at=started_at,
        width=first.width,
        height=first.height,
        private=first.private,
        tags={},
    )
    writer = SegmentWriter([disk], track, header, not before, _never, key)
    since = len(before) * streams.FRAME_S
    for at, frame in found[len(before) :]:
        begin = started_at + round((at - since) * 1000)
        end = started_at + round((at - since + streams.FRAME_S) * 1000)
        writer.add(begin, end, frame.data, frame.key)
    return _closed(writer)


def sound_segment(
    disk: Disk,
    track: TrackName,
    started_at: int,
    packets: Iterable[tuple[int, bytes]],
    key: HearingKey | None = None,
) -> SegmentClosed:
    """Opus packets of 20 ms, each at its ms after the start."""
    header = Header(codec="opus", started_at=started_at, channels=2, private=OPUS_HEAD, tags={})
    writer = SegmentWriter([disk], track, header, True, _never, key)
    for at, packet in packets:
        writer.add(started_at + at, started_at + at + 20, packet, True)
    return _closed(writer)


def _never(disk: Disk, error: OSError) -> None:
    raise AssertionError(str(error))


def _closed(writer: SegmentWriter) -> SegmentClosed:
    closed = make_durable(writer.finish()).closed
    assert closed is not None
    return closed
