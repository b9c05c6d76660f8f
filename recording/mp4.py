"""Fragmented MP4 (ISO 14496-12, -15), the small part that one track of H.264 needs in a browser.

Written here because it is a page, and because libavformat would parse what a stranger's encoder made
in the server's own process. `ticks` are those of a millisecond.
"""

from collections.abc import Iterator
from struct import pack

from recording.blocks import SLACK_MS, Block, stretches
from recording.matroska import Header

_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC, _NOT_SYNC = (
    0x02000000,
    0x01010000,
)  # depends on no other frame; depends, and is no sync sample


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return pack(">I", len(body) + 8) + name + body


def _full(name: bytes, flags: int, *parts: bytes, version: int = 0) -> bytes:
    return _box(name, pack(">I", version << 24 | flags), *parts)


def mime(header: Header) -> str:
    """With profile, constraints and level as RFC 6381 writes them."""
    return f'video/mp4; codecs="avc1.{header.private[1:4].hex().upper()}"'


def head(header: Header, ticks: int = 1) -> bytes:
    """What a player must know before the first frame."""
    kind = _box(b"ftyp", b"iso5", pack(">I", 512), b"iso5", b"iso6", b"mp41", b"avc1")
    movie = _full(
        b"mvhd",
        0,
        pack(">IIII", 0, 0, 1000 * ticks, 0) + pack(">IH", 0x10000, 0x100) + bytes(10),
        _MATRIX + bytes(24) + pack(">I", 2),
    )
    extends = _box(b"mvex", _full(b"trex", 0, pack(">IIIII", 1, 1, 0, 0, 0)))
    return kind + _box(b"moov", movie, _track(header, ticks), extends)


def _track(header: Header, ticks: int) -> bytes:
    size = pack(">II", header.width << 16, header.height << 16)
    shown = _full(
        b"tkhd",
        3,
        pack(">IIIII", 0, 0, 1, 0, 0) + bytes(8) + pack(">hhhH", 0, 0, 0, 0),
        _MATRIX,
        size,
    )
    language = pack(">HH", 0x55C4, 0)  # und
    time = _full(b"mdhd", 0, pack(">IIII", 0, 0, 1000 * ticks, 0), language)
    handler = _full(b"hdlr", 0, bytes(4), b"vide", bytes(12), b"video\0")
    here = _box(b"dinf", _full(b"dref", 0, pack(">I", 1), _full(b"url ", 1)))
    information = _box(b"minf", _full(b"vmhd", 1, bytes(8)), here, _samples(header))
    return _box(b"trak", shown, _box(b"mdia", time, handler, information))


def _samples(header: Header) -> bytes:
    entry = _box(
        b"avc1",
        bytes(6) + pack(">H", 1) + bytes(16),
        pack(">HHIII", header.width, header.height, 0x480000, 0x480000, 0),
        pack(">H", 1) + bytes(32) + pack(">Hh", 24, -1),
        _box(b"avcC", header.private),
    )
    none = pack(">I", 0)
    return _box(
        b"stbl",
        _full(b"stsd", 0, pack(">I", 1), entry),
        _full(b"stts", 0, none),
        _full(b"stsc", 0, none),
        _full(b"stsz", 0, none, none),
        _full(b"stco", 0, none),
    )


def media(found: list[Block], ticks: int = 1) -> Iterator[bytes]:
    """The frames, one movie fragment for each stretch without a hole."""
    for number, run in enumerate(stretches(found, SLACK_MS * ticks), start=1):
        yield _fragment(number, run)


def _fragment(number: int, run: list[Block]) -> bytes:
    first = _moof(number, run, 0)
    return _moof(number, run, len(first) + 8) + _box(b"mdat", *(block.data for block in run))


def _moof(number: int, run: list[Block], data_at: int) -> bytes:
    samples = b"".join(
        pack(">III", block.until - block.at, len(block.data), _SYNC if block.key else _NOT_SYNC)
        for block in run
    )
    return _box(
        b"moof",
        _full(b"mfhd", 0, pack(">I", number)),
        _box(
            b"traf",
            _full(b"tfhd", 0x020000, pack(">I", 1)),  # data offsets count from the moof
            _full(b"tfdt", 0, pack(">Q", run[0].at), version=1),
            _full(b"trun", 0x000701, pack(">Ii", len(run), data_at), samples),
        ),
    )
