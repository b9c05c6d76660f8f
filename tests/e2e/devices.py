"""What the fake cameras and microphones show and play, and how to tell whose it is.

Each camera is one colour with a moving bar, each microphone one tone.
"""

import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

# Five pictures a second: each browser draws every one of them in software, and with more of them
# five browsers on two cores answer too late to keep their sockets.
WIDTH, HEIGHT, RATE, SECONDS = 320, 240, 5, 4
SAMPLES = 48_000


@dataclass(frozen=True, kw_only=True)
class Device:
    """`colour` in YUV (luma, blue and red difference, 0-255), `tone` in Hz."""

    name: str
    colour: tuple[int, int, int]
    tone: int

    def camera(self, folder: Path) -> Path:
        path = folder / f"{self.name}.y4m"
        with path.open("wb") as file:
            file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420mpeg2\n".encode())
            for n in range(RATE * SECONDS):
                file.write(b"FRAME\n" + self._picture(n))
        return path

    def _picture(self, n: int) -> bytes:
        luma = np.full((HEIGHT, WIDTH), self.colour[0], np.uint8)
        at = n * WIDTH // (RATE * SECONDS)
        luma[:, at : at + 8] = 235
        size = (HEIGHT // 2) * (WIDTH // 2)
        return luma.tobytes() + bytes([self.colour[1]]) * size + bytes([self.colour[2]]) * size

    def microphone(self, folder: Path) -> Path:
        path = folder / f"{self.name}.wav"
        time = np.arange(SAMPLES * 2) / SAMPLES
        sound = (np.sin(2 * np.pi * self.tone * time) * 12_000).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLES)
            file.writeframes(sound.tobytes())
        return path


COURT = Device(name="court", colour=(90, 90, 200), tone=440)  # reddish
ELSEWHERE = Device(name="elsewhere", colour=(90, 200, 90), tone=1000)  # bluish


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a recording decodes to. `colour` is the mean of its pictures, `tone` the strongest in Hz."""

    frames: int
    colour: tuple[float, float, float]
    tone: float
    seconds: float


def decode(path: Path) -> Recorded:
    """Decode all of a recording, to the end."""
    colours, sound, frames, last = [], [], 0, 0.0
    rate = SAMPLES
    with av.open(str(path)) as container:
        heard_and_seen = [one for one in container.streams if one.type in ("audio", "video")]
        for frame in container.decode(heard_and_seen):
            last = max(last, frame.time or 0.0)
            if isinstance(frame, av.VideoFrame):
                frames += 1
                planes = frame.reformat(format="yuv420p").to_ndarray()
                height = frame.height
                luma, chroma = planes[:height], planes[height:].reshape(2, -1)
                colours.append((float(np.median(luma)), *(float(np.median(c)) for c in chroma)))
            else:
                rate = frame.sample_rate
                sound.append(_one_channel(frame))
    return Recorded(
        frames=frames,
        colour=tuple(np.median(np.array(colours), axis=0)) if colours else (0.0, 0.0, 0.0),
        tone=strongest(np.concatenate(sound), rate) if sound else 0.0,
        seconds=last,
    )


def _one_channel(frame: av.AudioFrame) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    samples = frame.to_ndarray()
    return samples[0] if frame.format.is_planar else samples[0][:: len(frame.layout.channels)]


def strongest(sound: "np.ndarray[tuple[int], np.dtype[np.float32]]", rate: int) -> float:
    """The frequency with the most power, in Hz."""
    if not len(sound):
        return 0.0
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.fft.rfftfreq(len(sound), 1 / rate)[int(np.argmax(spectrum))])


def near(found: tuple[float, float, float], device: Device) -> bool:
    """Whether a colour is the camera's: its blue and red difference are within a quarter of the range."""
    return all(abs(a - b) < 40 for a, b in zip(found[1:], device.colour[1:], strict=True))
