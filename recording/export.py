"""One party's recording as one file: all its segments on one timeline, nothing transcoded.

Time 0 is the start of the first segment or of the span that is wanted, gaps stay gaps, each source has a
track of its own (a second one where its codec changes). It is made in pieces, each a file of one track that
stays when the rest is not yet done, and joined from them, in processes with limits (exporting/).
"""

import heapq
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Stream

from hearing_server.services.composite import Extent
from hearing_server.services.media import SegmentClosed
from recording import opus
from recording.opened import ExportRefused, SegmentFiles

MOST_SEGMENTS = 50_000
PIECE = 60  # segments, ten minutes of a track
TOLD_EVERY_MS = 10_000

_MS = Fraction(1, 1000)
_OPTIONS = {"fflags": "+bitexact"}

Told = Callable[[int], None]  # so many ms are done
Segments = Sequence[SegmentClosed]


def pieces_of(segments: Segments, leads: Segments = ()) -> list[list[SegmentClosed]]:
    """Of each track, pictures first, runs of segments that can be written by themselves: pictures that begin
    with a key frame need nothing from before it. Raises ExportRefused(no_segments, several_parties).
    """
    if not 0 < len(segments) <= MOST_SEGMENTS:
        raise ExportRefused("no_segments", f"{len(segments)} segments")
    if len({(segment.track.hearing, segment.track.party) for segment in segments}) > 1:
        raise ExportRefused("several_parties", "the segments are not of one party")
    pieces: list[list[SegmentClosed]] = []
    for of_track in _by_track([*leads, *segments]).values():
        pieces.append([])
        for segment in of_track:
            if len(pieces[-1]) >= PIECE and (segment.clean or segment.codec == "opus"):
                pieces.append([])
            pieces[-1].append(segment)
    return pieces


def begins_at(segments: Segments, within: Sequence[Extent]) -> int:
    """Unix ms of time 0."""
    started_at = min(segment.started_at for segment in segments)
    return max(started_at, min(span.started_at for span in within)) if within else started_at


def lasts(piece: Segments) -> int:
    """ms, by which the progress goes."""
    return sum(segment.ended_at - segment.started_at for segment in piece)


def write_piece(
    files: SegmentFiles,
    piece: Segments,
    output: Path,
    started_at: int,
    *,
    masked: Sequence[Extent] = (),
    within: Sequence[Extent] = (),
    told: Told = lambda done: None,
) -> None:
    """Write a piece (Matroska, empty where nothing of it is left), whole or not at all. Blocks. Raises
    ExportRefused, OSError.

    Nothing of a masked span is written, and nothing that lies outside `within`, if given, but the pictures
    from the key frame before it on: at time 0, so that nobody sees them. A segment whose SHA-256 is not
    that of the log is refused by name.
    """
    for segment in piece:
        files.path(segment)
    part, count, done = output.with_name(output.name + ".part"), 0, 0
    try:
        with av.open(str(part), "w", format="matroska", options=_OPTIONS) as container:
            stream = _add_stream(files, container, piece[0])
            for at, packet in _Kept(files, masked, within, started_at).packets(piece):
                packet.stream = stream
                container.mux_one(packet)
                count += 1
                if at >= done:
                    told(max(0, at - (piece[0].started_at - started_at)))
                    done = at + TOLD_EVERY_MS
        if not count:
            part.write_bytes(b"")
        _settle(part, output)
    finally:
        part.unlink(missing_ok=True)


def join_pieces(
    files: SegmentFiles,
    pieces: Sequence[Segments],
    written: Sequence[Path],
    output: Path,
    started_at: int,
    told: Told = lambda done: None,
) -> list[str]:
    """Write `output` (Matroska) from the pieces; whole or not at all. Returns the source and codec of each
    track, in order, such as `camera vp8`. Blocks. Raises ExportRefused, OSError.
    """
    part, done = output.with_name(output.name + ".part"), 0
    tracks: dict[str, list[Path]] = {}
    first: dict[str, SegmentClosed] = {}
    for piece, path in zip(pieces, written, strict=True):
        tracks.setdefault(_title(piece[0]), []).append(path)
        first.setdefault(_title(piece[0]), piece[0])
    try:
        with av.open(str(part), "w", format="matroska", options=_OPTIONS) as container:
            container.metadata["STARTED_AT"] = str(started_at)
            streams = [_add_stream(files, container, first[title]) for title in tracks]
            timelines = [_again(paths, index) for index, paths in enumerate(tracks.values())]
            for at, index, packet in heapq.merge(*timelines, key=lambda item: item[:2]):
                packet.stream = streams[index]
                container.mux_one(packet)
                if at >= done:
                    told(at)
                    done = at + TOLD_EVERY_MS
        _settle(part, output)
    finally:
        part.unlink(missing_ok=True)
    return list(tracks)


def _again(paths: Sequence[Path], index: int) -> Iterator[tuple[int, int, "Packet[Stream]"]]:
    """The packets of one track, piece after piece; never two at one time but what leads up to the first."""
    last = -1
    for path in paths:
        if not path.stat().st_size:
            continue
        with av.open(str(path), format="matroska") as source:
            for packet in source.demux(source.streams[0]):
                if packet.pts is None:
                    continue  # the demuxer's own mark of the end
                assert packet.time_base is not None
                at = round(packet.pts * packet.time_base / _MS)
                last = max(last + 1, at) if at else 0
                packet.time_base = _MS
                packet.pts = packet.dts = last
                yield last, index, packet


def _settle(part: Path, output: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(output)


def _title(segment: SegmentClosed) -> str:
    return f"{segment.track.source} {segment.codec}"


def _add_stream(
    files: SegmentFiles, output: av.container.OutputContainer, first: SegmentClosed
) -> Stream:
    with files.open(first) as source:
        stream = output.add_stream_from_template(source.streams[0], opaque=True)
    stream.time_base = _MS
    stream.metadata["title"] = _title(first)
    return stream


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


def _by_track(segments: Segments) -> dict[str, list[SegmentClosed]]:
    """Segments by source and codec, pictures first, each in order of time."""
    tracks: dict[str, list[SegmentClosed]] = {}
    order = sorted(
        segments,
        key=lambda segment: (segment.codec == "opus", segment.track.source, segment.started_at),
    )
    for segment in order:
        tracks.setdefault(_title(segment), []).append(segment)
    return tracks


class _Kept:
    """What of a track's segments goes into the file."""

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

    def packets(self, segments: Segments) -> Iterator[tuple[int, "Packet[Stream]"]]:
        """In milliseconds since the start, never two at one time but what leads up to the first."""
        last = -1
        kept = self._sound(segments) if segments[0].codec == "opus" else self._pictures(segments)
        for at, packet in kept:
            last = max(last + 1, at - self._started_at) if at >= self._started_at else 0
            packet.time_base = _MS
            packet.pts = packet.dts = last
            yield last, packet

    def _sound(self, segments: Segments) -> Iterator[tuple[int, "Packet[Stream]"]]:
        """Unix ms and packet. None that touches a masked span, nor the one after it: it may carry the
        masked one again (RFC 6716, 2.1.7).
        """
        for at, packet in self._read(segments):
            length = ceil(opus.duration(bytes(packet))) or 1
            if self._is_wanted(at) and not self._is_masked(at - length, at + length):
                yield at, packet

    def _pictures(self, segments: Segments) -> Iterator[tuple[int, "Packet[Stream]"]]:
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

    def _read(self, segments: Segments) -> Iterator[tuple[int, "Packet[Stream]"]]:
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
