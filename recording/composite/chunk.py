"""One chunk of a composite: at most a minute, drawn and mixed into a file of its own, which is whole or
not there.

Chunks follow each other to the sample and the frame, so that two processes can make them side by side
and what is done is never done again.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hearing_server.services.composite import FRAME_MS, Script, Stretch
from recording.composite import sound
from recording.composite.canvas import Canvas, Scaler
from recording.composite.damage import Damage
from recording.composite.drawing import Painter
from recording.composite.layout import CLOCK, HEIGHT, WIDTH, Box, Tile
from recording.composite.pictures import Pictures
from recording.composite.timeline import TOLD_MS, Timeline, View
from recording.opened import SegmentFiles

MOST_FRAMES = 1_500  # 60 s
RATE = 1000 // FRAME_MS
X264 = {
    "preset": "superfast",
    "crf": "23",
    "x264-params": "bframes=0:scenecut=0:keyint=50:threads=1",
}
TOLD_EVERY = 50  # frames
BLOCK = 48_000  # samples

Progress = Callable[[int], None]  # frames done


class Piece(NamedTuple):
    """A chunk's place: its stretch, the first frame in the stretch and in the whole, how many."""

    stretch: Stretch
    offset: int
    first: int
    frames: int

    @property
    def started_at(self) -> int:
        return self.stretch.started_at + self.offset * FRAME_MS

    @property
    def ended_at(self) -> int:
        return self.started_at + self.frames * FRAME_MS


def pieces_of(script: Script) -> list[Piece]:
    pieces, first = [], 0
    for stretch in script.stretches:
        for offset in range(0, stretch.frames, MOST_FRAMES):
            frames = min(MOST_FRAMES, stretch.frames - offset)
            pieces.append(Piece(stretch, offset, first, frames))
            first += frames
    return pieces


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What chunks are made from. `pictures` is off where sound alone is wanted."""

    script: Script
    files: SegmentFiles
    font: str
    zone: str
    pictures: bool = True


def make_chunk(shop: Workshop, piece: Piece, output: Path, told: Progress) -> dict[str, str]:
    """Write one chunk; the segments that were found damaged, by name. Raises ExportRefused, OSError."""
    part = output.with_name(output.name + ".part")
    damage = Damage()
    try:
        with av.open(
            str(part), "w", format="matroska", options={"fflags": "+bitexact"}
        ) as container:
            _Chunk(shop, piece, damage, container, told).make()
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return damage.causes


class _Chunk:
    def __init__(
        self,
        shop: Workshop,
        piece: Piece,
        damage: Damage,
        container: av.container.OutputContainer,
        told: Progress,
    ) -> None:
        self._shop = shop
        self._piece = piece
        self._damage = damage
        self._container = container
        self._told = told
        self._timeline = Timeline(shop.script, damage.causes)

    def make(self) -> None:
        """Sound first, since it says who speaks; it is muxed between the pictures."""
        video = self._video() if self._shop.pictures else None
        audio: AudioStream = self._container.add_stream("flac", rate=sound.RATE, layout="mono")
        parts = {} if self._piece.stretch.cause else self._sounds()
        count = self._piece.frames * sound.PER_FRAME
        blocks = self._blocks(sound.mixed(parts, count))
        if video is not None:
            lit = sound.speakers(parts, self._piece.frames)
            del parts
            for index, frame in enumerate(self._frames(lit)):
                frame.pts, frame.time_base = index, Fraction(1, RATE)
                self._container.mux(video.encode(frame))
                if index % RATE == 0:
                    self._mux_sound(audio, next(blocks, None))
                if index % TOLD_EVERY == 0:
                    self._told(index)
            self._container.mux(video.encode(None))
        for block in blocks:
            self._mux_sound(audio, block)
        self._container.mux(audio.encode(None))
        self._told(self._piece.frames)

    def _video(self) -> VideoStream:
        stream: VideoStream = self._container.add_stream("libx264", rate=RATE, options=X264)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context.thread_count = 1  # two chunks are made at once
        context.colorspace, context.color_range = 6, 1  # BT.601 as cameras send it, limited
        context.color_primaries, context.color_trc = 6, 6
        return stream

    def _sounds(self) -> dict[str, sound.Samples]:
        piece, script = self._piece, self._shop.script
        count = piece.frames * sound.PER_FRAME
        parts: dict[str, sound.Samples] = {}
        for party, source in self._timeline.tracks("microphone", "screen_sound"):
            segments = self._timeline.of_track(party, source, piece.started_at, piece.ended_at)
            if not segments:
                continue
            samples = sound.of_track(
                self._shop.files, segments, piece.started_at, count, self._damage
            )
            sound.silence(samples, piece.started_at, script.masked)
            for span in self._timeline.quiet(party, piece.started_at, piece.ended_at):
                sound.soften(samples, piece.started_at, span)
            name = party if source == "microphone" else f"{party} {source}"
            parts[name] = samples
        return parts

    @staticmethod
    def _blocks(samples: sound.Samples) -> Iterator[AudioFrame]:
        whole = (samples * 32767).astype(np.int16)
        for at in range(0, len(whole), BLOCK):
            block = np.ascontiguousarray(whole[at : at + BLOCK].reshape(1, -1))
            frame = AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = sound.RATE, at, Fraction(1, sound.RATE)
            yield frame

    def _mux_sound(self, audio: AudioStream, block: AudioFrame | None) -> None:
        if block is not None:
            self._container.mux(audio.encode(block))

    def _frames(self, lit: Sequence[str]) -> Iterator[VideoFrame]:
        piece = self._piece
        painter = Painter(self._shop.script, self._shop.font, self._shop.zone)
        screen = _Screen(self._shop, self._timeline, piece, painter, self._damage)
        for index in range(piece.frames):
            at = piece.started_at + index * FRAME_MS
            yield screen.at(at, (piece.first + index) // RATE, lit[index])


class _Screen:
    """The canvas over the time of one chunk."""

    def __init__(
        self, shop: Workshop, timeline: Timeline, piece: Piece, painter: Painter, damage: Damage
    ) -> None:
        self._timeline = timeline
        self._piece = piece
        self._painter = painter
        self._canvas = Canvas()
        self._changes = timeline.changes(piece.started_at, piece.ended_at)
        self._view: View | None = None
        self._told: frozenset[str] = frozenset()  # whose camera has words instead of an old picture
        self._second = -1
        self._lit = ""
        self._films: dict[tuple[str, str], _Film] = {}
        if not piece.stretch.cause:
            for party, source in timeline.tracks("camera", "screen"):
                segments = timeline.of_track(party, source, piece.started_at, piece.ended_at)
                if segments:
                    earlier, lost = timeline.before(segments[0]), timeline.lost(party, source)
                    masked = shop.script.masked
                    film = Pictures(shop.files, segments, masked, damage, earlier, lost)
                    self._films[party, source] = _Film(film)
        damage.changed = self._look_again

    def at(self, at: int, running_s: int, lit: str) -> VideoFrame:
        if self._piece.stretch.cause:
            return self._card(at, running_s)
        for film in self._films.values():  # also one that is not seen: it may be the next moment
            film.advance(at)
        told = self._without_picture(at)
        if told != self._told or (self._changes and self._changes[0] <= at):
            self._told = told
            while self._changes and self._changes[0] <= at:
                self._changes.pop(0)
            self._look(at)
        self._film()
        self._light(lit)
        self._clock(at, running_s)
        return self._canvas.frame()

    def _look_again(self) -> None:
        self._changes.insert(0, 0)

    def _card(self, at: int, running_s: int) -> VideoFrame:
        if self._second < 0:
            self._canvas.draw(self._painter.stretch_card(self._piece.stretch))
        self._clock(at, running_s)
        return self._canvas.frame()

    def _look(self, at: int) -> None:
        """Draw the view anew where it has changed; what was filmed last is put back."""
        view = self._timeline.view(at)
        lossy = {party: view.gaps[party] for party in view.gaps if party in self._told}
        view = replace(view, messages={**lossy, **view.messages}, gaps={})
        if view == self._view:
            return
        self._view, self._second, self._lit = view, -1, ""
        self._canvas.draw(self._painter.background(view))
        for film in self._films.values():
            film.fresh = True
        for tile in view.floor.tiles:
            if tile.party in view.messages and (tile.party, "camera") in self._films:
                self._films[tile.party, "camera"].last = None

    def _without_picture(self, at: int) -> frozenset[str]:
        return frozenset(
            party
            for (party, source), film in self._films.items()
            if source == "camera" and at - film.came_at >= TOLD_MS
        )

    def _film(self) -> None:
        view = self._view
        for (party, source), film in self._films.items():
            if view is None or view.sealed is not None or film.last is None or not film.fresh:
                continue
            box = self._box(view, party, source)
            if box is not None:
                film.show(self._canvas, box)
                if source == "camera" and party == self._lit:
                    self._canvas.light(box)

    @staticmethod
    def _box(view: View, party: str, source: str) -> Box | None:
        if source == "screen":
            return view.floor.stage if party == view.sharer else None
        if party in view.messages:
            return None
        return next((tile.picture for tile in view.floor.tiles if tile.party == party), None)

    def _light(self, lit: str) -> None:
        view = self._view
        if lit == self._lit or view is None or view.sealed is not None:
            return
        tiles = {tile.party: tile for tile in view.floor.tiles}
        if self._lit in tiles:
            self._unlight(view, tiles[self._lit])
        self._lit = lit
        if lit in tiles:
            self._canvas.light(tiles[lit].picture)

    def _unlight(self, view: View, tile: Tile) -> None:
        film = self._films.get((tile.party, "camera"))
        if film is not None and film.last is not None and tile.party not in view.messages:
            film.show(self._canvas, tile.picture)
        else:
            self._canvas.draw_part(self._painter.background(view), tile.picture)

    def _clock(self, at: int, running_s: int) -> None:
        second = at // 1000
        if second != self._second:
            self._second = second
            self._canvas.draw(self._painter.clock(at, running_s), CLOCK.x, CLOCK.y)


class _Film:
    """One track's newest picture."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._scaler = Scaler()
        self.last: VideoFrame | None = None
        self.came_at = 0.0  # the time of the newest one, Unix ms
        self.fresh = False

    def advance(self, at: int) -> None:
        """A picture is shown by the frame that is nearest to its time."""
        newer = self._pictures.until(at + FRAME_MS / 2)
        if newer is not None:
            self.came_at, self.last = newer
            self.fresh = True

    def show(self, canvas: Canvas, box: Box) -> None:
        assert self.last is not None
        canvas.show(self._scaler, self.last, box)
        self.fresh = False
