"""The picture being composed, as planes of yuv420p: drawn images, filmed pictures and lights go in.

This is the hot loop of a composite: a picture costs its scaling and one copy, and nothing is drawn twice.
"""

from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from recording.composite.drawing import BORDER, LIT, PICTURE
from recording.composite.layout import HEIGHT, WIDTH, Box, fitted

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


def _yuv(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """BT.601, limited range."""
    y = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    u = 128 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255
    v = 128 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255
    return round(y), round(u), round(v)


class Canvas:
    def __init__(self) -> None:
        self._whole = np.zeros((HEIGHT * 3 // 2, WIDTH), np.uint8)
        flat = self._whole.reshape(-1)
        luma, chroma = WIDTH * HEIGHT, WIDTH * HEIGHT // 4
        self._planes: Planes = (
            flat[:luma].reshape(HEIGHT, WIDTH),
            flat[luma : luma + chroma].reshape(HEIGHT // 2, WIDTH // 2),
            flat[luma + chroma :].reshape(HEIGHT // 2, WIDTH // 2),
        )
        self._drawing = VideoReformatter()

    def frame(self) -> VideoFrame:
        """A copy of the picture as it stands."""
        return VideoFrame.from_ndarray(self._whole, format="yuv420p")

    def draw(self, image: Image.Image, x: int = 0, y: int = 0) -> None:
        """A drawn image at even coordinates, of even size."""
        rgb = VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
        planes = self._drawing.reformat(
            rgb,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        self._paste(planes, Box(x, y, image.width, image.height))

    def draw_part(self, image: Image.Image, box: Box) -> None:
        """What an image of the whole picture has in this box."""
        part = image.crop((box.x, box.y, box.right, box.bottom))
        self.draw(part, box.x, box.y)

    def show(self, scaler: "Scaler", frame: VideoFrame, box: Box) -> None:
        """A filmed picture, whole, in a box; where it does not reach there is the colour of none."""
        within = fitted(frame.width, frame.height, box)
        if within != box:
            self.fill(box, PICTURE)
        self._paste(scaler.scaled(frame, within), within)

    def fill(self, box: Box, colour: tuple[int, int, int]) -> None:
        for plane, value, half in zip(self._planes, _yuv(*colour), (1, 2, 2), strict=True):
            plane[box.y // half : box.bottom // half, box.x // half : box.right // half] = value

    def light(self, box: Box) -> None:
        """A frame around a box, inside it."""
        edge = BORDER
        for one in (
            Box(box.x, box.y, box.width, edge),
            Box(box.x, box.bottom - edge, box.width, edge),
            Box(box.x, box.y, edge, box.height),
            Box(box.right - edge, box.y, edge, box.height),
        ):
            self.fill(one, LIT)

    def _paste(self, frame: VideoFrame, box: Box) -> None:
        for plane, source, half in zip(self._planes, frame.planes, (1, 2, 2), strict=True):
            width, height = box.width // half, box.height // half
            data: NDArray[Any] = np.frombuffer(memoryview(source), np.uint8).reshape(
                -1, source.line_size
            )
            plane[box.y // half : box.y // half + height, box.x // half : box.x // half + width] = (
                data[:height, :width]
            )


class Scaler:
    """Scales one track's pictures; kept, since it costs more to set up than to use."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def scaled(self, frame: VideoFrame, box: Box) -> VideoFrame:
        return self._reformatter.reformat(
            frame,
            box.width,
            box.height,
            "yuv420p",
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BILINEAR,
            threads=1,
        )
