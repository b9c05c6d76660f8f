"""One party's recording as one file: all its segments on one timeline, nothing transcoded.

Time 0 is the start of the first segment or of the span that is wanted, gaps stay gaps, each source has a
track of its own (a second one where its codec changes). Runs in a process with limits (exporting/).
"""

import heapq
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import msgspec
from av.packet import Packet
from av.stream import Stream

from hearing_server.services.composite import Extent
from hearing_server.services.media import SegmentClosed
from recording import opus
from recording.opened import ExportRefused, SegmentFiles

MOST_SEGMENTS = 50_000
TOLD_EVERY_MS = 10_000

_MS = Fraction(1, 1000)


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """`started_at` is Unix ms of time 0; `duration_ms` up to the end of the last segment."""

    started_at: int
    duration_ms: int
    size: int
    tracks: list[str]  # the source and codec of each track, in order, such as `camera vp8`


def party_file(
    files: SegmentFiles,
    segments: Sequence[SegmentClosed],
    output: Path,
    *,
    masked: Sequence[Extent] = (),
    within: Sequence[Extent] = (),
    leads: Sequence[SegmentClosed] = (),
    told: Callable[[float], None] = lambda share: None,
) -> ExportResult:
    """Write all segments of one party into `output` (Matroska). Blocks. Raises ExportRefused, OSError.

    Nothing of a masked span is written, and nothing that lies outside `within`, if given, but the
    pictures from the key frame before it on, also of the `leads`: at time 0, so that nobody sees them.
    `told` hears now and then which share is done. A segment whose SHA-256 is not that of the log is refused
    by name, and then nothing is written.
    """
    _check(files, [*leads, *segments])
    started_at = min(segment.started_at for segment in segments)
    if within:
        started_at = max(started_at, min(span.started_at for span in within))
    ended_at = max(segment.ended_at for segment in segments)
    part = output.with_name(output.name + ".part")
    try:
        remux = _Remux(files, masked, within, started_at)
        lasts = max(1, ended_at - started_at)
        tracks = remux.write([*leads, *segments], part, lambda at: told(min(1.0, at / lasts)))
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return ExportResult(
        started_at=started_at,
        duration_ms=ended_at - started_at,
        size=output.stat().st_size,
        tracks=tracks,
    )


def write_text(output: Path, text: str) -> None:
    """A small file, whole or not at all. Blocks."""
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _check(files: SegmentFiles, segments: Sequence[SegmentClosed]) -> None:
    if not 0 < len(segments) <= MOST_SEGMENTS:
        raise ExportRefused("no_segments", f"{len(segments)} segments")
    if len({(segment.track.hearing, segment.track.party) for segment in segments}) > 1:
        raise ExportRefused("several_parties", "the segments are not of one party")
    for segment in segments:
        files.path(segment)


def _by_track(segments: Sequence[SegmentClosed]) -> dict[str, list[SegmentClosed]]:
    """Segments by source and codec, pictures first, each in order of time."""
    tracks: dict[str, list[SegmentClosed]] = {}
    order = sorted(
        segments,
        key=lambda segment: (segment.codec == "opus", segment.track.source, segment.started_at),
    )
    for segment in order:
        tracks.setdefault(f"{segment.track.source} {segment.codec}", []).append(segment)
    return tracks


class _Remux:
    def __init__(
        self,
        files: SegmentFiles,
        masked: Sequence[Extent],
        within: Sequence[Extent],
        started_at: int,
    ) -> None:
        self._files = files
        self._masked = masked
        self._within = within
        self._started_at = started_at

    def write(
        self, segments: Sequence[SegmentClosed], part: Path, told: Callable[[int], None]
    ) -> list[str]:
        """`told` hears up to which ms it is done."""
        tracks, done = _by_track(segments), 0
        options = {"fflags": "+bitexact"}
        with av.open(str(part), "w", format="matroska", options=options) as output:
            output.metadata["STARTED_AT"] = str(self._started_at)
            streams = [
                self._add_stream(output, title, of_track[0]) for title, of_track in tracks.items()
            ]
            timelines = [
                self._packets(of_track, index) for index, of_track in enumerate(tracks.values())
            ]
            for at, index, packet in heapq.merge(*timelines, key=lambda item: item[:2]):
                packet.stream = streams[index]
                output.mux_one(packet)
                if at >= done:
                    told(at)
                    done = at + TOLD_EVERY_MS
        return list(tracks)

    def _add_stream(
        self, output: av.container.OutputContainer, title: str, first: SegmentClosed
    ) -> Stream:
        with self._files.open(first) as source:
            stream = output.add_stream_from_template(source.streams[0], opaque=True)
        stream.time_base = _MS
        stream.metadata["title"] = title
        return stream

    def _packets(
        self, segments: list[SegmentClosed], index: int
    ) -> Iterator[tuple[int, int, "Packet[Stream]"]]:
        """Packets of one track in milliseconds since the start, never two at one time but what leads up
        to the first."""
        last = -1
        kept = self._sound(segments) if segments[0].codec == "opus" else self._pictures(segments)
        for at, packet in kept:
            last = max(last + 1, at - self._started_at) if at >= self._started_at else 0
            packet.time_base = _MS
            packet.pts = packet.dts = last
            yield last, index, packet

    def _sound(self, segments: list[SegmentClosed]) -> Iterator[tuple[int, "Packet[Stream]"]]:
        """Unix ms and packet. None that touches a masked span, nor the one after it: it may carry the
        masked one again (RFC 6716, 2.1.7).
        """
        for at, packet in self._read(segments):
            length = ceil(opus.duration(bytes(packet))) or 1
            if self._is_wanted(at) and not self._is_masked(at - length, at + length):
                yield at, packet

    def _pictures(self, segments: list[SegmentClosed]) -> Iterator[tuple[int, "Packet[Stream]"]]:
        """Unix ms and packet. Those that follow what was left out wait for a key frame, whichever segment
        that is in; those before a wanted span come along from its key frame on.
        """
        whole, since = True, 0
        before: list[tuple[int, Packet[Stream]]] = []
        for at, packet in self._read(segments):
            masked_between = self._is_masked(since, at)
            since = at + 1
            if self._is_masked(at, at + 1):
                whole, before = False, []
                continue
            whole = packet.is_keyframe or (whole and not masked_between)
            if packet.is_keyframe or not whole:
                before = []
            if not whole:
                continue
            before.append((at, packet))
            if self._is_wanted(at):
                yield from before
                before = []

    def _read(self, segments: list[SegmentClosed]) -> Iterator[tuple[int, "Packet[Stream]"]]:
        for segment in segments:
            with self._files.open(segment) as source:
                for packet in source.demux(source.streams[0]):
                    if packet.pts is None:
                        continue  # the demuxer's own mark of the end
                    assert packet.time_base is not None
                    yield segment.started_at + round(packet.pts * packet.time_base / _MS), packet

    def _is_masked(self, started_at: int, ended_at: int) -> bool:
        return any(span.meets(started_at, ended_at) for span in self._masked)

    def _is_wanted(self, at: int) -> bool:
        return not self._within or any(span.meets(at, at + 1) for span in self._within)
