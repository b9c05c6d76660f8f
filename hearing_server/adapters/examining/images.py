"""Pictures: decoded to the last pixel, and nothing behind their end."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from PIL import Image

from hearing_server.adapters.examining.verdict import Bad, Reason, Verdict

PICTURES: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": ("JPEG", "MPO"),  # MPO: a telephone's JPEG with a second view behind it
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/gif": ("GIF",),
    "image/heic": ("HEIF",),  # as telephones send it
}
MOST_PIXELS = 120_000_000
MOST_SIDE = 32_767
MOST_FRAMES = 300

# What must not stand behind the end of a picture. A second view or a short film of a telephone may.
FOREIGN = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"%pdf-",
    b"<script",
    b"<html",
    b"<!doctype",
    b"<svg",
    b"rar!",
)


HEIC = frozenset({b"heic", b"heix", b"heim", b"heis"})  # brands (ISO/IEC 23008-12, annex B)


def is_heic(head: bytes) -> bool:
    """An HEIF file of HEVC pictures, by its own brand or a compatible one."""
    size = int.from_bytes(head[:4])
    brands = {head[at : at + 4] for at in range(8, min(size, len(head)), 4)}
    return head[4:8] == b"ftyp" and head[8:12] in HEIC | {b"mif1"} and bool(brands & HEIC)


def examine_image(file: BinaryIO, kind: str) -> Verdict:
    with open_image(file, kind) as image:
        width, height = image.size
        frames = getattr(image, "n_frames", 1)
        if frames > MOST_FRAMES or width * height * frames > 4 * MOST_PIXELS:
            raise Bad(Reason.TOO_MANY_PIXELS, f"{width}x{height}x{frames}")
        image.load()
    file.seek(0)
    data = file.read()
    trailing = data[_END[kind](data) :].lower()
    if any(sign.lower() in trailing for sign in FOREIGN):
        raise Bad(Reason.TWO_IN_ONE)
    return Verdict(media_type=kind, pages=1)


@contextlib.contextmanager
def open_image(file: BinaryIO, kind: str) -> Iterator[Image.Image]:
    """Not larger than what a screen could be given; not yet decoded."""
    Image.MAX_IMAGE_PIXELS = None  # our own bound
    if kind == "image/heic":
        _learn_heic()
    with Image.open(file, formats=PICTURES[kind]) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise Bad(Reason.TOO_MANY_PIXELS, f"{width}x{height}")
        yield image


def _learn_heic() -> None:
    """Only for such a picture: each child begins anew, and a courtroom waits for its page."""
    from pi_heif import options
    from pi_heif.as_plugin import register_heif_opener

    options.DECODE_THREADS = 1
    register_heif_opener()


def _png_end(data: bytes) -> int:
    """After IEND (PNG, section 5.3: length, type, data, checksum)."""
    at = 8
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    raise Bad(Reason.DAMAGED, "PNG")


def _webp_end(data: bytes) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def _jpeg_end(data: bytes) -> int:
    """After EOI (ITU-T T.81, annex B): segments by their lengths, scans to their next marker."""
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            raise Bad(Reason.DAMAGED, "JPEG")
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xDA:
            at = _scan_end(data, at)
    return len(data)  # some cameras leave EOI out


def _scan_end(data: bytes, at: int) -> int:
    """The next marker that is no restart and no stuffed byte."""
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
    return len(data)


def gif_blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each begins and ends, the head first, without the trailer (GIF89a, section 27): all but the
    head of pieces with a length byte."""
    at = 13 + _gif_colours(data[10])
    yield 0, at
    while at < len(data):
        start, kind = at, data[at]
        if kind == 0x3B:
            return
        if kind == 0x21:
            at += 2
        elif kind == 0x2C:
            at += 11 + _gif_colours(data[at + 9])
        else:
            raise Bad(Reason.DAMAGED, "GIF")
        while length := data[at]:
            at += 1 + length
        at += 1
        yield start, at


def _gif_end(data: bytes) -> int:
    """After the trailer, which some writers leave out."""
    *_, (_, end) = gif_blocks(data)
    return min(end + 1, len(data))


def _gif_colours(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _heic_end(data: bytes) -> int:
    """After the last box (ISO/IEC 14496-12, section 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        if not data[at + 4 : at + 8].isalnum():
            return at
        if size == 0:
            return len(data)
        at += max(size, 8)
    return min(at, len(data))


_END = {
    "image/png": _png_end,
    "image/webp": _webp_end,
    "image/jpeg": _jpeg_end,
    "image/gif": _gif_end,
    "image/heic": _heic_end,
}
