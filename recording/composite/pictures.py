"""The decoded pictures of one track, in order of time."""

from collections.abc import Iterator, Sequence

import av
from av.video.frame import VideoFrame

from hearing_server.services.composite import Extent
from hearing_server.services.media import SegmentClosed
from recording.composite.damage import UNDECODABLE, Damage
from recording.opened import MOST_PIXELS, ExportRefused, SegmentFiles


class Pictures:
    """`segments` are of one track, in order of time; the first is the one that `since` (Unix ms) lies in.

    No picture of a masked span is ever given. A segment that cannot be used is noted in `damage`.
    """

    def __init__(
        self,
        files: SegmentFiles,
        segments: Sequence[SegmentClosed],
        masked: Sequence[Extent],
        damage: Damage,
    ) -> None:
        self._files = files
        self._segments = segments
        self._masked = masked
        self._damage = damage
        self._coming = self._decoded()
        self._next = next(self._coming, None)

    def until(self, at: float) -> VideoFrame | None:
        """The newest picture that stands at `at` or before, if it is newer than the one given last."""
        newest = None
        while self._next is not None and self._next[0] <= at:
            newest = self._next[1]
            self._next = next(self._coming, None)
        return newest

    def _decoded(self) -> Iterator[tuple[float, VideoFrame]]:
        for segment in self._segments:
            try:
                yield from self._of_segment(segment)
            except ExportRefused as refusal:
                self._damage.refused(segment.name, refusal)

    def _of_segment(self, segment: SegmentClosed) -> Iterator[tuple[float, VideoFrame]]:
        shown = failed = 0
        with self._files.open(segment) as source:
            stream = source.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
            for packet in source.demux(stream):
                try:
                    frames = packet.decode()
                except (av.FFmpegError, ValueError, MemoryError):
                    failed += 1
                    continue
                for frame in frames:
                    if frame.time is None:
                        continue
                    at = segment.started_at + frame.time * 1000
                    shown += 1
                    if not any(span.started_at <= at < span.ended_at for span in self._masked):
                        yield at, frame
        if failed or not shown:
            self._damage.note(segment.name, UNDECODABLE if not shown else "partly_undecodable")
