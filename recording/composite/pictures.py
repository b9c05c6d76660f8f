"""The decoded pictures of one track, in order of time."""

import contextlib
from collections.abc import Iterator, Sequence

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hearing_server.services.composite import Extent
from hearing_server.services.media import SegmentClosed
from recording.composite.damage import UNDECODABLE, Damage
from recording.lead import back_to_key
from recording.opened import MOST_PIXELS, ExportRefused, SegmentFiles

Picture = tuple[float, VideoFrame]  # Unix ms


class Pictures:
    """`segments` are of one track, in order of time; the first is the one that `since` (Unix ms) lies in.

    No picture of a masked span is ever given. A segment that cannot be used is noted in `damage`. One
    that does not begin with a key frame goes on from the one before it, but not across what is `lost`;
    the first one from `earlier`, the nearest first.
    """

    def __init__(
        self,
        files: SegmentFiles,
        segments: Sequence[SegmentClosed],
        masked: Sequence[Extent],
        damage: Damage,
        earlier: Sequence[SegmentClosed] = (),
        lost: Sequence[Extent] = (),
    ) -> None:
        self._files = files
        self._segments = segments
        self._masked = masked
        self._damage = damage
        self._earlier = earlier
        self._lost = lost
        self._decoder: _Decoder | None = None
        self._coming = self._decoded()
        self._next = next(self._coming, None)

    def until(self, at: float) -> Picture | None:
        """The newest picture that stands at `at` or before, if it is newer than the one given last."""
        newest = None
        while self._next is not None and self._next[0] <= at:
            newest = self._next
            self._next = next(self._coming, None)
        return newest

    def _decoded(self) -> Iterator[Picture]:
        for at, frame in self._all():
            if not any(span.started_at <= at < span.ended_at for span in self._masked):
                yield at, frame

    def _all(self) -> Iterator[Picture]:
        """Also the masked ones: later ones go on from them."""
        for segment in self._segments:
            try:
                yield from self._of_segment(segment)
            except ExportRefused as refusal:
                self._decoder = None
                self._damage.refused(segment.name, refusal)
        yield from self._rest()

    def _of_segment(self, segment: SegmentClosed) -> Iterator[Picture]:
        shown = failed = 0
        decoder: _Decoder | None = None
        with self._files.open(segment) as source:
            stream = source.streams.video[0]
            for packet in source.demux(stream):
                if packet.pts is None:
                    continue  # the demuxer's own mark of the end
                if decoder is None:
                    decoder = self._decoder
                    if packet.is_keyframe or decoder is None or not self._goes_on(stream, segment):
                        yield from self._rest()
                        decoder = _Decoder(stream, segment)
                        if not packet.is_keyframe and segment is self._segments[0]:
                            self._lead(decoder, stream)
                        self._decoder = decoder
                try:
                    for picture in decoder.decode(packet, segment):
                        shown += 1
                        yield picture
                except (av.FFmpegError, ValueError, MemoryError):
                    failed += 1
        if failed or not shown:
            self._damage.note(segment.name, UNDECODABLE if not shown else "partly_undecodable")

    def _goes_on(self, stream: VideoStream, segment: SegmentClosed) -> bool:
        """A camera that stood still goes on from its last picture, however long ago."""
        decoder = self._decoder
        return (
            decoder is not None
            and _kind(stream) == decoder.kind
            and not any(span.meets(decoder.until, segment.started_at) for span in self._lost)
        )

    def _rest(self) -> Iterator[Picture]:
        """What the decoder still holds, when nothing goes on from it."""
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            with contextlib.suppress(av.FFmpegError, ValueError, MemoryError):
                yield from decoder.end()

    def _lead(self, decoder: "_Decoder", stream: VideoStream) -> None:
        """Decode what the first segment goes on from, since its last key frame; nothing if that is not there."""

        def backwards() -> Iterator[list[tuple[SegmentClosed, "Packet[VideoStream]"]]]:
            with contextlib.suppress(ExportRefused):
                for segment in self._earlier:
                    yield self._packets(segment, stream)

        for segment, packet in back_to_key(backwards(), lambda one: one[1].is_keyframe):
            with contextlib.suppress(av.FFmpegError, ValueError, MemoryError):
                decoder.decode(packet, segment)

    def _packets(
        self, segment: SegmentClosed, like: VideoStream
    ) -> list[tuple[SegmentClosed, "Packet[VideoStream]"]]:
        """Raises ExportRefused, also when it is of another kind."""
        with self._files.open(segment) as source:
            stream = source.streams.video[0]
            if _kind(stream) != _kind(like):
                raise ExportRefused("segment_unreadable", "another codec", segment.name)
            return [(segment, packet) for packet in source.demux(stream) if packet.pts is not None]


class _Decoder:
    """One decoder over segments that go on from each other."""

    def __init__(self, stream: VideoStream, first: SegmentClosed) -> None:
        self.kind = _kind(stream)
        self._context = stream.codec_context
        self._context.thread_count = 1
        self._context.options = {"max_pixels": str(MOST_PIXELS)}
        self._started_at = first.started_at
        self.until = first.ended_at

    def decode(self, packet: "Packet[VideoStream]", segment: SegmentClosed) -> list[Picture]:
        """The pictures that are ready, at their own times. Raises av.FFmpegError, ValueError, MemoryError."""
        assert packet.pts is not None
        assert packet.time_base is not None
        self.until = segment.ended_at
        packet.pts += round((segment.started_at - self._started_at) / 1000 / packet.time_base)
        return self._timed(self._context.decode(packet))

    def end(self) -> list[Picture]:
        return self._timed(self._context.decode(None))

    def _timed(self, frames: list[VideoFrame]) -> list[Picture]:
        return [
            (self._started_at + frame.time * 1000, frame)
            for frame in frames
            if frame.time is not None
        ]


def _kind(stream: VideoStream) -> tuple[str, bytes | None]:
    return stream.codec_context.name, stream.codec_context.extradata
