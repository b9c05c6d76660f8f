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
        out = io.BytesIO()
        turned = ImageOps.exif_transpose(image)
        # Only the pixels: where and with what it was taken is in the file, for whoever may have that.
        bare = Image.new("RGB", turned.size)
        bare.paste(turned.convert("RGB"))
        bare.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()
