"""The sound of a chunk: each party's as samples, mixed so that nothing clips, silent where it is masked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from hearing_server.services.composite import FRAME_MS, Extent
from hearing_server.services.media import SegmentClosed
from recording.composite.damage import UNDECODABLE, Damage
from recording.opened import ExportRefused, SegmentFiles

RATE = 48_000
PER_FRAME = RATE * FRAME_MS // 1000
PER_MS = RATE // 1000
SLACK = 72  # samples: times are written in whole ms
JUMP = 960  # samples: further off than a packet is no drift
NUDGE = 2  # samples a packet is stretched by, at most, to stay in step
KNEE, MOST = 0.5, 0.8  # louder than the knee is bent, never cut off; AAC overshoots by a fifth
QUIET = 0.25  # -12 dB
HEARD = 0.01  # -40 dBFS: somebody speaks
HOLD = 10  # frames that a light stays on between words

Samples = NDArray[np.float32]


def of_track(
    files: SegmentFiles,
    segments: Sequence[SegmentClosed],
    started_at: int,
    count: int,
    damage: Damage,
) -> Samples:
    """`count` mono samples of one track from `started_at` (Unix ms) on; silence where there is none.

    Packets follow each other without a seam; where the calendar and they drift apart they are stretched
    by a few hundredths of a percent, and after a hole the next stands where the calendar says.
    """
    out = np.zeros(count, np.float32)
    position: int | None = None
    for at, samples in _decoded(files, segments, damage):
        wanted = round((at - started_at) * PER_MS)
        if position is None or abs(wanted - position) > JUMP:
            position = wanted
        elif abs(wanted - position) > SLACK:
            samples = _stretched(samples, NUDGE if wanted > position else -NUDGE)
        _place(out, samples, position)
        position += len(samples)
        if position >= count:
            break
    return out


def _stretched(samples: Samples, by: int) -> Samples:
    old = np.arange(len(samples))
    new = np.linspace(0, len(samples) - 1, max(1, len(samples) + by))
    return np.interp(new, old, samples).astype(np.float32)


def _place(out: Samples, samples: Samples, position: int) -> None:
    first, end = max(0, position), min(len(out), position + len(samples))
    if first < end:
        out[first:end] = samples[first - position : end - position]


def _decoded(
    files: SegmentFiles, segments: Sequence[SegmentClosed], damage: Damage
) -> Iterator[tuple[float, Samples]]:
    """Start (Unix ms) and samples of each packet; one decoder over all segments, so that none clicks."""
    decoder: AudioCodecContext | None = None
    for segment in segments:
        heard = failed = 0
        try:
            with files.open(segment) as source:
                stream = source.streams.audio[0]
                if decoder is None:
                    decoder = av.CodecContext.create("opus", "r")
                    decoder.extradata = stream.codec_context.extradata
                for packet in source.demux(stream):
                    if packet.pts is None or packet.time_base is None:
                        continue
                    at = segment.started_at + float(packet.pts * packet.time_base) * 1000
                    try:
                        frames = decoder.decode(av.Packet(bytes(packet)))
                    except (av.FFmpegError, ValueError):
                        failed += 1
                        continue
                    for frame in frames:
                        heard += 1
                        yield at, _mono(frame.to_ndarray())
                        at += frame.samples / PER_MS
        except ExportRefused as refusal:
            damage.refused(segment.name, refusal)
            continue
        except IndexError:
            heard = 0
        if failed or not heard:
            damage.note(segment.name, UNDECODABLE if not heard else "partly_undecodable")


def _mono(samples: NDArray[Any]) -> Samples:
    return np.asarray(samples.mean(axis=0), np.float32)


def mixed(parts: Mapping[str, Samples], count: int) -> Samples:
    """The sum of all, bent above the knee: no sample is above `MOST`."""
    out = np.zeros(count, np.float32)
    for samples in parts.values():
        out += samples
    size = np.abs(out)
    over = size > KNEE
    room = MOST - KNEE
    bent = KNEE + room * np.tanh((size[over] - KNEE) / room)
    out[over] = np.sign(out[over]) * bent
    return out


def silence(samples: Samples, started_at: int, masked: Sequence[Extent]) -> None:
    """Nothing of a masked span is heard, to the sample."""
    for span in masked:
        first = max(0, (span.started_at - started_at) * PER_MS)
        end = max(0, (span.ended_at - started_at) * PER_MS)
        samples[first:end] = 0


def soften(samples: Samples, started_at: int, span: Extent) -> None:
    """A voice that only some heard stays under the others."""
    first = max(0, (span.started_at - started_at) * PER_MS)
    samples[first : max(0, (span.ended_at - started_at) * PER_MS)] *= QUIET


def speakers(parts: Mapping[str, Samples], frames: int) -> list[str]:
    """For each frame who is heard best, empty when nobody is; a light does not flicker between words."""
    if not parts:
        return [""] * frames
    names = list(parts)
    levels = np.stack([_levels(samples, frames) for samples in parts.values()])
    loudest = levels.argmax(axis=0)
    lit, until, found = "", -1, []
    for frame in range(frames):
        best = int(loudest[frame])
        if levels[best, frame] > HEARD:
            lit, until = names[best], frame + HOLD
        found.append(lit if frame <= until else "")
    return found


def _levels(samples: Samples, frames: int) -> NDArray[np.float32]:
    """RMS over each frame, smoothed over five."""
    power = (samples.reshape(frames, PER_FRAME) ** 2).mean(axis=1)
    smooth = np.convolve(power, np.full(5, 0.2, np.float32), mode="same")
    return np.sqrt(smooth, dtype=np.float32)
