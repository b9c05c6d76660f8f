"""The name a party wrote with finger or mouse: a PNG from a stranger, checked before anything draws it."""

import struct
import zlib

from transcript.errors import SigningError

MAX_BYTES = 200_000
MAX_SIDE = 2000  # pixels
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type -> samples a pixel (PNG, table 11.1)
_DEPTHS = {0: {1, 2, 4, 8}, 2: {8}, 3: {1, 2, 4, 8}, 4: {8}, 6: {8}}
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def check_png(data: bytes) -> bytes:
    """The image with its picture chunks alone, or SigningError `bad_name_image`.

    Every checksum, size and the exact length of the unpacked pixels is checked, so that a small file
    cannot unpack into a large one; text, profiles and animation are dropped.
    """
    if len(data) > MAX_BYTES:
        raise _bad(f"larger than {MAX_BYTES} bytes")
    if not data.startswith(_SIGNATURE):
        raise _bad("not a PNG")
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1] != (b"IEND", b""):
        raise _bad("incomplete")
    width, height, bits = _header(chunks[0][1])
    _check_pixels(b"".join(body for kind, body in chunks if kind == b"IDAT"), width, height, bits)
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks if kind in _KEPT)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = [], len(_SIGNATURE)
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        end = at + 12 + size
        if end > len(data) or data[end - 4 : end] != _crc(kind, body):
            raise _bad("damaged")
        chunks.append((kind, body))
        at = end
        if kind == b"IEND":
            break
    return chunks


def _header(body: bytes) -> tuple[int, int, int]:
    if len(body) != 13:
        raise _bad("damaged")
    width, height, depth, colour, packing, filtering, interlace = struct.unpack(">IIBBBBB", body)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise _bad(f"not between 1 and {MAX_SIDE} pixels a side")
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlace:
        raise _bad("of an unusual kind")
    return width, height, depth * _CHANNELS[colour]


def _check_pixels(packed: bytes, width: int, height: int, bits: int) -> None:
    expected = height * (1 + (width * bits + 7) // 8)  # a filter byte before each row
    unpacker = zlib.decompressobj()
    try:
        size = len(unpacker.decompress(packed, expected + 1))
    except zlib.error as error:
        raise _bad("damaged") from error
    if size != expected or not unpacker.eof:
        raise _bad("damaged")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + _crc(kind, body)


def _crc(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + body))


def _bad(why: str) -> SigningError:
    return SigningError(f"the picture of the name is {why}", code="bad_name_image")
