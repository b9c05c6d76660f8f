"""A file as it is looked at, where that is not the file itself: one page, or a picture browsers can show."""

import io
from typing import BinaryIO

from PIL import Image, ImageOps

from hearing_server.adapters.examining.images import open_image
from hearing_server.adapters.examining.page import cut_page

QUALITY = 90


def show(file: BinaryIO, media_type: str, page: int) -> bytes:
    if media_type == "application/pdf":
        return cut_page(file, page)
    with open_image(file, media_type) as image:
        ImageOps.exif_transpose(image, in_place=True)
        out = io.BytesIO()
        _pixels(image).save(out, "JPEG", quality=QUALITY)
        return out.getvalue()


def _pixels(image: Image.Image) -> Image.Image:
    """Only the pixels, on white where they let it through: where and with what it was taken is in the file,
    for whoever may have that."""
    bare = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        bare.paste(seen, mask=seen)
    else:
        bare.paste(_upper_eight(image) if image.mode.startswith("I") else image)
    return bare


def _upper_eight(image: Image.Image) -> Image.Image:
    """Of sixteen bits for grey what browsers show; Pillow's own conversion shows white."""
    return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
