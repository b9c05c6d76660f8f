"""The chunks as one file: pictures copied, sound encoded once over all of them, captions as a track."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from hearing_server.services.composite import FRAME_MS, Cue, Script
from recording.composite.chunk import Piece
from recording.composite.sound import PER_FRAME, RATE

SOUND_BITS = 96_000
LANGUAGE = "zho"
MOST_CUE = 2_000  # bytes of UTF-8 in a sample of mov_text
_MS = Fraction(1, 1000)
# The encoder of captions wants a header, as libavcodec keeps it: one style, no positions.
_STYLES = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, "
    b"SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, "
    b"Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    b"Style: Default,Noto Sans CJK SC,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n"
    b"\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)

Told = Callable[[int], None]
AnyPacket: TypeAlias = "Packet[Any]"


def placed(script: Script, pieces: Sequence[Piece]) -> list[Cue]:
    """Captions in ms of the file, none over another: a line ends at the latest where the next begins."""
    cues: list[Cue] = []
    for piece in pieces:
        start = piece.first * FRAME_MS
        if piece.stretch.cause:
            continue
        for cue in script.cues:
            begins_here = piece.started_at <= cue.started_at < piece.ended_at
            goes_on = piece.offset == 0 and cue.started_at < piece.started_at < cue.ended_at
            if not begins_here and not goes_on:
                continue
            until = min(cue.ended_at, piece.stretch.ended_at)
            begin = max(cue.started_at, piece.started_at)
            cues.append(
                Cue(
                    started_at=start + begin - piece.started_at,
                    ended_at=start + until - piece.started_at,
                    text=cue.text,
                )
            )
    cues.sort(key=lambda cue: cue.started_at)
    return _apart(cues)


def _apart(cues: Sequence[Cue]) -> list[Cue]:
    out: list[Cue] = []
    for cue in cues:
        if out and out[-1].started_at == cue.started_at:
            both = f"{out[-1].text}\n{cue.text}"
            out[-1] = Cue(
                started_at=cue.started_at,
                ended_at=max(cue.ended_at, out[-1].ended_at),
                text=both,
            )
            continue
        if out and out[-1].ended_at > cue.started_at:
            last = out[-1]
            out[-1] = Cue(started_at=last.started_at, ended_at=cue.started_at, text=last.text)
        out.append(cue)
    return out


def webvtt(cues: Iterable[Cue]) -> str:
    """As a WebVTT file (W3C WebVTT 1): what would be markup is escaped."""
    blocks = ["WEBVTT\n"]
    for number, cue in enumerate(cues, start=1):
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        lines = "\n".join(line for line in text.splitlines() if line.strip())
        blocks.append(f"{number}\n{_time(cue.started_at)} --> {_time(cue.ended_at)}\n{lines}\n")
    return "\n".join(blocks)


def _time(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def join(
    pieces: Sequence[Piece],
    chunks: Sequence[Path],
    output: Path,
    told: Told,
    *,
    title: str,
    cues: Sequence[Cue] = (),
    pictures: bool = True,
) -> None:
    """Write `output` (MP4, its index first) from chunks in order; whole, or not there. OSError."""
    part = output.with_name(output.name + ".part")
    try:
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(part), "w", format="mp4", options=options) as container:
            container.metadata["title"] = title
            _Joined(container, pieces, chunks, told).write(cues, pictures)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


class _Joined:
    def __init__(
        self,
        container: av.container.OutputContainer,
        pieces: Sequence[Piece],
        chunks: Sequence[Path],
        told: Told,
    ) -> None:
        self._container = container
        self._pieces = pieces
        self._chunks = chunks
        self._told = told
        self._samples = 0

    def write(self, cues: Sequence[Cue], pictures: bool) -> None:
        video = self._add_video() if pictures else None
        audio: AudioStream = self._container.add_stream("aac", rate=RATE, layout="mono")
        audio.bit_rate = SOUND_BITS
        audio.metadata["language"] = LANGUAGE
        captions = self._add_captions() if cues and pictures else None
        waiting = iter(cues)
        cue = next(waiting, None)
        for piece, chunk in zip(self._pieces, self._chunks, strict=True):
            for packet in self._copied(piece, chunk, video, audio):
                self._container.mux_one(packet)
            while captions is not None and cue is not None and cue.started_at < _end(piece):
                self._container.mux_one(_caption(cue, captions))
                cue = next(waiting, None)
            self._told(piece.frames)
        self._container.mux(audio.encode(None))

    def _add_video(self) -> VideoStream:
        with av.open(str(self._chunks[0])) as source:
            video = self._container.add_stream_from_template(source.streams.video[0], opaque=True)
        video.time_base = _MS
        return video

    def _add_captions(self) -> SubtitleStream:
        captions = self._container.add_stream("mov_text")
        captions.codec_context.subtitle_header = _STYLES
        captions.time_base = _MS
        captions.metadata["language"] = LANGUAGE
        return captions

    def _copied(
        self, piece: Piece, chunk: Path, video: VideoStream | None, audio: AudioStream
    ) -> Iterator[AnyPacket]:
        """The chunk's pictures at their place in the whole, its sound encoded on."""
        resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
        end = (piece.first + piece.frames) * PER_FRAME
        start = piece.first * FRAME_MS
        with av.open(str(chunk)) as source:
            for packet in source.demux():
                if packet.pts is None:
                    continue
                if packet.stream.type == "video" and video is not None:
                    assert packet.time_base is not None
                    at = start + round(packet.pts * packet.time_base / _MS)
                    packet.pts = packet.dts = at
                    packet.time_base, packet.duration, packet.stream = _MS, FRAME_MS, video
                    yield packet
                elif packet.stream.type == "audio":
                    for decoded in packet.decode():
                        assert isinstance(decoded, av.AudioFrame)
                        yield from self._encoded(resampler.resample(decoded), audio)
        if self._samples != end:
            raise ValueError(f"{chunk.name} has not the sound of its {piece.frames} frames")

    def _encoded(self, frames: Iterable[av.AudioFrame], audio: AudioStream) -> Iterator[AnyPacket]:
        for frame in frames:
            frame.pts, frame.time_base = self._samples, Fraction(1, RATE)
            self._samples += frame.samples
            yield from audio.encode(frame)


def _end(piece: Piece) -> int:
    return (piece.first + piece.frames) * FRAME_MS


def _caption(cue: Cue, stream: SubtitleStream) -> AnyPacket:
    text = cue.text.encode()[:MOST_CUE].decode(errors="ignore").encode()
    packet = Packet(len(text).to_bytes(2, "big") + text)
    packet.stream, packet.time_base = stream, _MS
    packet.pts = packet.dts = cue.started_at
    packet.duration = max(1, cue.ended_at - cue.started_at)
    return packet
