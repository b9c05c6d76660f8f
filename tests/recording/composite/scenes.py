"""A small hearing as a script, and what can be read out of a composite of it."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from hearing_server.services.composite import (
    FRAME_MS,
    Cue,
    Extent,
    Hole,
    Place,
    Scene,
    Script,
    ShownSeat,
    Stretch,
)
from hearing_server.services.media import SegmentClosed
from recording.composite.layout import Box
from tests.recording import streams

START = 1_764_000_000_000


def seat(party: str, place: Place, role: str, name: str, **more: bool) -> ShownSeat:
    return ShownSeat(party=party, place=place, role=role, name=name, **more)


JUDGE = seat("judge", "bench", "审判长", "秦明")
PROSECUTOR = seat("prosecutor", "left", "公诉人", "孔理")
DEFENDANT = seat("defendant", "right", "被告人", "尤某甲")
COUNSEL = seat("counsel", "right", "辩护人", "施言")
WITNESS = seat("witness", "stand", "证人", "甲证人")
FOUR = (JUDGE, PROSECUTOR, DEFENDANT, COUNSEL)


def script(
    segments: Sequence[SegmentClosed],
    seconds: float,
    seats: Sequence[ShownSeat] = FOUR,
    scenes: Sequence[Scene] = (),
    stretches: Sequence[Stretch] = (),
    holes: Sequence[Hole] = (),
    masked: Sequence[Extent] = (),
    cues: Sequence[Cue] = (),
    leads: Sequence[SegmentClosed] = (),
) -> Script:
    everybody = Scene(started_at=START, seats=tuple(seat.party for seat in seats), why={})
    lasts = round(seconds * 1000)
    whole = Stretch(started_at=START, ended_at=START + lasts, frames=-(-lasts // FRAME_MS))
    return Script(
        court="示范人民法院",
        case_number="（2026）示0104刑初123号",
        opened_at=START,
        stretches=tuple(stretches) or (whole,),
        seats=tuple(seats),
        scenes=tuple(scenes) or (everybody,),
        holes=tuple(holes),
        masked=tuple(masked),
        cues=tuple(cues),
        segments=tuple(sorted(segments, key=lambda one: one.started_at)),
        leads=tuple(leads),
    )


def tile_number(luma: np.ndarray, box: Box) -> int:
    """The frame number that a seat's picture shows."""
    inside = luma[box.y + 6 : box.bottom - 6, box.x : box.right]
    number, width = 0, box.width
    for bit in range(streams.BITS):
        left, right = width * bit // streams.BITS + 4, width * (bit + 1) // streams.BITS - 4
        number |= int(inside[:, left:right].mean() > 125) << bit
    return number


def lumas(path: Path) -> list[tuple[float, np.ndarray]]:
    """Time and brightness of every picture of a file."""
    with av.open(str(path)) as source:
        return [
            (float(frame.time), frame.to_ndarray(format="gray")) for frame in source.decode(video=0)
        ]


def samples(path: Path) -> np.ndarray:
    """All sound of a file, 48 kHz, one channel, from time 0."""
    with av.open(str(path)) as source:
        stream = source.streams.audio[0]
        parts = []
        for frame in source.decode(stream):
            mono = frame.to_ndarray().mean(axis=0)
            start = round(float(frame.time) * 48_000)
            parts.append((start, mono))
    out = np.zeros(max(start + len(part) for start, part in parts), np.float32)
    for start, part in parts:
        out[max(0, start) : start + len(part)] = part[max(0, -start) :]
    return out


def tone_at(sound: np.ndarray, at: float) -> int | None:
    """Which tone of the scale is heard around `at` seconds; None where it is quiet."""
    window = sound[int((at - 0.02) * 48_000) : int((at + 0.02) * 48_000)]
    if len(window) < 1000 or np.abs(window).max() < 0.01:
        return None
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)), 16_384))
    hertz = spectrum.argmax() * 48_000 / 16_384
    return int(np.abs(np.array(streams.TONES) - hertz).argmin())
