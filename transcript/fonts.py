"""Which characters the installed fonts can print, read from their character maps.

PDF/A makes a missing glyph an error of the whole document, so texts are asked here before the freeze.
"""

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import typst

from .errors import FontsMissing

FAMILY = "Noto Sans CJK SC"
_SUFFIXES = {".ttc", ".otc", ".ttf", ".otf"}
_LAYOUT = frozenset("\n\t")  # printed as a break and as a space
# Controls, invisible directions, halves of a character, private and unassigned code points:
# what cannot be seen on paper must not be in a signed record.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def default_folder() -> Path:
    """The folder of the typeface that comes with the program."""
    try:
        from noto_cjk_sans_otc import FONT_PATH  # type: ignore[import-untyped]
    except ImportError as error:
        raise FontsMissing(f"the package noto-cjk-sans-otc is not installed: {error}") from error
    if not Path(str(FONT_PATH)).is_file():
        raise FontsMissing(f"the font file {FONT_PATH} is missing")
    return Path(str(FONT_PATH)).parent


@cache
def load(folders: tuple[Path, ...]) -> typst.Fonts:
    """The fonts of the folders and no others, for the typesetter; kept for the life of the process."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(f) for f in folders],
    )
    if FAMILY not in fonts.families():
        raise FontsMissing(f"{FAMILY} is not in {', '.join(map(str, folders))}")
    return fonts


def missing(text: str, folders: tuple[Path, ...]) -> tuple[str, ...]:
    """The characters of `text` that cannot be printed, each once, in order of appearance."""
    known = _coverage(folders)
    return tuple(c for c in dict.fromkeys(text) if c not in _LAYOUT and not _prints(c, known))


# A letter whose glyph is missing is not put together from parts: the typeface sets the accents askew.
def _prints(character: str, known: frozenset[int]) -> bool:
    return ord(character) in known and unicodedata.category(character) not in _INVISIBLE


@cache
def _coverage(folders: tuple[Path, ...]) -> frozenset[int]:
    files = sorted(p for f in folders for p in f.iterdir() if p.suffix.lower() in _SUFFIXES)
    try:
        return frozenset(c for path in files for c in _characters(path.read_bytes()))
    except (OSError, struct.error, IndexError) as error:
        raise FontsMissing(f"a font file cannot be read: {error}") from error


def _characters(data: bytes) -> Iterator[int]:
    """The code points of a font file (OpenType 1.9, ttc header, table directory, cmap)."""
    for face in _faces(data):
        tables = struct.unpack_from(">H", data, face + 4)[0]
        for record in range(face + 12, face + 12 + 16 * tables, 16):
            tag, _, offset, _ = struct.unpack_from(">4sIII", data, record)
            if tag == b"cmap":
                yield from _cmap(data, offset)


def _faces(data: bytes) -> Iterable[int]:
    if data[:4] != b"ttcf":
        return (0,)
    count = struct.unpack_from(">I", data, 8)[0]
    # The faces of one CJK collection cover the same characters with regional shapes.
    return struct.unpack_from(f">{min(count, 1)}I", data, 12)


def _cmap(data: bytes, cmap: int) -> Iterator[int]:
    for index in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        _, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * index)
        subtable = cmap + offset
        form = struct.unpack_from(">H", data, subtable)[0]
        if form == 12:
            yield from _groups(data, subtable)
        elif form == 4:
            yield from _segments(data, subtable)


def _groups(data: bytes, subtable: int) -> Iterator[int]:
    """Format 12: groups of start, end, first glyph; glyph 0 is the missing one."""
    for index in range(struct.unpack_from(">I", data, subtable + 12)[0]):
        start, end, glyph = struct.unpack_from(">III", data, subtable + 16 + 12 * index)
        yield from range(start + (glyph == 0), end + 1)


def _segments(data: bytes, subtable: int) -> Iterator[int]:
    """Format 4: parallel arrays of segment ends, starts, deltas and offsets, each in one of 16 bits."""
    count = struct.unpack_from(">H", data, subtable + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, subtable + 14)
    starts = struct.unpack_from(f">{count}H", data, subtable + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, subtable + 16 + 4 * count)
    base = subtable + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", data, base)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, end + 1):
            glyph = code
            if offsets[i]:
                at = base + 2 * i + offsets[i] + 2 * (code - start)
                glyph = struct.unpack_from(">H", data, at)[0]
            if glyph and (glyph + deltas[i]) & 0xFFFF:
                yield code
