"""Whole segments at once, as the recorder leaves them, from encoded frames: for what reads recordings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hearing_server.services.media import Codec, SegmentClosed, TrackName
from recording.disk import Disk, Disks, claim
from recording.encryption import HearingKey
from recording.h264 import avcc
from recording.matroska import Header
from recording.segment import SegmentWriter, make_durable

from . import streams

LENGTH_MS = 9_000
OPUS_HEAD = b"OpusHead\x01\x02\0\0" + (48_000).to_bytes(4, "little") + b"\0\0\0"


@dataclass(frozen=True)
class Taken:
    """One encoded frame and when it is shown, Unix ms; `key` begins a file."""

    at: int
    ends: int
    data: bytes
    key: bool = True


def filmed(frames: Sequence[bytes], at: float, key_every: int = 30, fps: float = 30) -> list[Taken]:
    """Pictures from `at` (Unix ms) on."""
    step = 1000 / fps
    return [
        Taken(round(at + n * step), round(at + (n + 1) * step), data, n % key_every == 0)
        for n, data in enumerate(frames)
    ]


def heard(frames: Sequence[bytes], at: float) -> list[Taken]:
    """Sound of 20 ms a packet from `at` on."""
    return [
        Taken(round(at + n * 20), round(at + n * 20 + 20), data) for n, data in enumerate(frames)
    ]


class Archive:
    """A recordings folder that is filled by hand."""

    def __init__(self, folder: Path, hearing: str = "h1", key: HearingKey | None = None) -> None:
        self.folder = folder
        self.hearing = hearing
        self.segments: list[SegmentClosed] = []
        self._disks = Disks([folder])
        self._key = key
        claim(self._disks)

    def keep(
        self,
        party: str,
        source: str,
        codec: Codec,
        frames: Sequence[Taken],
        size: tuple[int, int] = (160, 120),
        private: bytes | None = None,
    ) -> list[SegmentClosed]:
        """One track's frames, cut at key frames after nine seconds as the recorder would."""
        made, writer = [], None
        for frame in frames:
            if writer is None or (frame.key and frame.at - writer.started_at >= LENGTH_MS):
                made += self._finish(writer)
                writer = self._begin(party, source, codec, frame.at, size, private)
            writer.add(frame.at, frame.ends, frame.data, frame.key)
        made += self._finish(writer)
        self.segments += made
        return made

    def _begin(
        self,
        party: str,
        source: str,
        codec: Codec,
        at: int,
        size: tuple[int, int],
        private: bytes | None,
    ) -> SegmentWriter:
        track = TrackName(hearing=self.hearing, party=party, source=source)
        sound = codec == "opus"
        header = Header(
            codec=codec,
            started_at=at,
            width=0 if sound else size[0],
            height=0 if sound else size[1],
            channels=2 if sound else 0,
            private=OPUS_HEAD if sound else private or b"",
            tags={"HEARING": self.hearing, "PARTY": party, "SOURCE": source},
        )

        def failed(disk: Disk, error: OSError) -> None:
            raise error

        return SegmentWriter(list(self._disks), track, header, True, failed, self._key)

    @staticmethod
    def _finish(writer: SegmentWriter | None) -> list[SegmentClosed]:
        if writer is None:
            return []
        closed = make_durable(writer.finish()).closed
        assert closed is not None
        return [closed]


def length_prefixed(annex_b: bytes) -> bytes:
    """A picture of H.264 as Matroska holds it."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in streams.nal_units(annex_b))


def parameter_sets(annex_b: bytes) -> bytes:
    """`avcC` of the stream that begins with this picture."""
    units = streams.nal_units(annex_b)
    sps = next(unit for unit in units if unit[0] & 0x1F == 7)
    pps = next(unit for unit in units if unit[0] & 0x1F == 8)
    return avcc(sps, pps)
