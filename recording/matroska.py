"""Matroska (RFC 9559), the small part that a segment needs: written whole clusters at a time, read back.

Written here and not by libavformat so that each cluster is one write() of known size on a file
descriptor that is ours to fsync, and an error is the error of that write. `trim` reads a file that
a crash left behind up to its last whole cluster.
"""

from dataclasses import dataclass
from struct import Struct as Layout
from struct import pack, unpack

from hearing_server.services.media import Codec

MS = 1_000_000  # ns
EPOCH_2001_MS = 978_307_200_000
MAX_CLUSTER = 30_000  # ticks: a block's time within its cluster is 16 bits, signed

CODEC_IDS: dict[Codec, bytes] = {
    "opus": b"A_OPUS",
    "vp8": b"V_VP8",
    "h264": b"V_MPEG4/ISO/AVC",
}
_CODECS = {identity: codec for codec, identity in CODEC_IDS.items()}

_EBML, _SEGMENT, _INFO, TRACKS, _TAGS, CLUSTER = (
    b"\x1a\x45\xdf\xa3",
    b"\x18\x53\x80\x67",
    b"\x15\x49\xa9\x66",
    b"\x16\x54\xae\x6b",
    b"\x12\x54\xc3\x67",
    b"\x1f\x43\xb6\x75",
)
_VOID, _DURATION, _DATE, _TIMESTAMP, _BLOCK = b"\xec", b"\x44\x89", b"\x44\x61", b"\xe7", b"\xa3"
_TRACK_ENTRY, _CODEC_ID = b"\xae", b"\x86"
_UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
_ROOM_FOR_DURATION = _VOID + b"\x89" + bytes(9)
_BLOCK_HEAD = Layout(">cIBhB")  # id, size as four bytes, track number, time in cluster, flags


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a player must know before the first block. `started_at` is Unix ms; time 0 of the file."""

    codec: Codec
    started_at: int
    tags: dict[str, str]
    width: int = 0
    height: int = 0
    channels: int = 0
    private: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What `trim` found: bytes worth keeping, blocks in them, milliseconds since `started_at`."""

    codec: Codec
    started_at: int
    size: int
    frames: int
    last_at: int
    interval: int  # between the last two blocks; 0 when there is one


def element(identity: bytes, body: bytes) -> bytes:
    """One EBML element with a size of eight bytes, or one when it fits."""
    size = len(body)
    length = bytes([0x80 | size]) if size < 0x7F else pack(">Q", size | 1 << 56)
    return identity + length + body


def _uint(identity: bytes, value: int) -> bytes:
    return element(identity, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def header_bytes(header: Header, kind: bytes = b"matroska", tick: int = MS) -> bytes:
    """Everything before the first cluster. The segment's size and duration are left to `finish`.

    `kind` is the document's type; `webm` is what browsers take of it. A `tick` is in ns.
    """
    ebml = element(
        _EBML,
        _uint(b"\x42\x86", 1)
        + _uint(b"\x42\xf7", 1)
        + _uint(b"\x42\xf2", 4)
        + _uint(b"\x42\xf3", 8)
        + element(b"\x42\x82", kind)
        + _uint(b"\x42\x87", 4)
        + _uint(b"\x42\x85", 2),
    )
    date = (header.started_at - EPOCH_2001_MS) * 1_000_000
    info = element(
        _INFO,
        _ROOM_FOR_DURATION
        + _uint(b"\x2a\xd7\xb1", tick)
        + element(b"\x4d\x80", b"hearing-server")
        + element(b"\x57\x41", b"hearing-server")
        + element(_DATE, pack(">q", date)),
    )
    return ebml + _SEGMENT + _UNKNOWN_SIZE + info + element(TRACKS, _track(header)) + _tags(header)


def _track(header: Header) -> bytes:
    common = (
        _uint(b"\xd7", 1)
        + _uint(b"\x73\xc5", 1)
        + _uint(b"\x9c", 0)  # no lacing
        + element(b"\x22\xb5\x9c", b"und")
        + element(_CODEC_ID, CODEC_IDS[header.codec])
    )
    if header.private:
        common += element(b"\x63\xa2", header.private)
    if header.codec == "opus":
        common += _uint(b"\x56\xaa", 0) + _uint(b"\x56\xbb", 80_000_000)  # delay, pre-roll in ns
        sound = element(b"\xb5", pack(">d", 48_000.0)) + _uint(b"\x9f", header.channels)
        return element(_TRACK_ENTRY, common + _uint(b"\x83", 2) + element(b"\xe1", sound))
    picture = _uint(b"\xb0", header.width) + _uint(b"\xba", header.height)
    return element(_TRACK_ENTRY, common + _uint(b"\x83", 1) + element(b"\xe0", picture))


def _tags(header: Header) -> bytes:
    simple = b"".join(
        element(
            b"\x67\xc8", element(b"\x45\xa3", name.encode()) + element(b"\x44\x87", text.encode())
        )
        for name, text in header.tags.items()
    )
    return element(_TAGS, element(b"\x73\x73", element(b"\x63\xc0", b"") + simple))


def block_head(size: int, time: int, key: bool) -> bytes:
    """The head of a SimpleBlock of `size` bytes, `time` ms after its cluster."""
    return _BLOCK_HEAD.pack(_BLOCK, size + 4 | 0x1000_0000, 0x81, time, 0x80 if key else 0)


def lasting(data: bytes, time: int, key: bool, length: int) -> bytes:
    """A BlockGroup: a frame that says for how many ticks it lasts."""
    block = element(b"\xa1", pack(">BhB", 0x81, time, 0) + data)
    earlier = b"" if key else b"\xfb\x81\xff"  # made from one that is before it: no key frame
    return element(b"\xa0", block + _uint(b"\x9b", length) + earlier)


def cluster(time: int, blocks: list[bytes]) -> bytes:
    """One cluster of heads and data, `time` ms after the start of the file."""
    body = b"".join(blocks)
    stamp = _TIMESTAMP + b"\x88" + pack(">Q", time)
    return b"".join((CLUSTER, pack(">Q", len(stamp) + len(body) | 1 << 56), stamp, body))


def patches(head: bytes, size: int, duration: int) -> list[tuple[int, bytes]]:
    """What to write over where once a file of `size` bytes that begins with `head` is complete."""
    segment = head.index(_SEGMENT) + len(_SEGMENT)
    body = size - segment - len(_UNKNOWN_SIZE)
    room = head.index(_ROOM_FOR_DURATION, segment)
    return [
        (segment, pack(">Q", body | 1 << 56)),
        (room, element(_DURATION, pack(">d", float(duration)))),
    ]


def trim(data: bytes) -> Contents | None:
    """Read what a crash left, up to the last whole cluster; None when not one block is whole."""
    at = _skip_to_segment(data)
    if at is None:
        return None
    codec: Codec | None = None
    started_at: int | None = None
    frames = last = interval = good = 0
    while (found := element_at(data, at, len(data))) is not None:
        identity, start, end = found
        if identity == _INFO:
            started_at = _started_at(data, start, end)
        elif identity == TRACKS:
            codec = codec_of(data, start, end)
        elif identity == CLUSTER:
            times = _block_times(data, start, end)
            if times is None:
                break
            for time in times:
                interval, last = (time - last if frames else 0), time
                frames += 1
            good = end
        at = end
    if codec is None or started_at is None or not frames:
        return None
    return Contents(
        codec=codec,
        started_at=started_at,
        size=good,
        frames=frames,
        last_at=last,
        interval=interval,
    )


def _skip_to_segment(data: bytes) -> int | None:
    ebml = element_at(data, 0, len(data))
    if ebml is None or ebml[0] != _EBML or data[ebml[2] : ebml[2] + 4] != _SEGMENT:
        return None
    return ebml[2] + len(_SEGMENT) + len(_UNKNOWN_SIZE)


def element_at(data: bytes, at: int, limit: int) -> tuple[bytes, int, int] | None:
    """Identity, start and end of the body of the element at `at`; None unless all of it is there."""
    if at >= limit or data[at] < 0x10:
        return None
    size_at = at + 9 - data[at].bit_length()
    if size_at >= limit or data[size_at] == 0:
        return None
    width = 9 - data[size_at].bit_length()
    start = size_at + width
    if start > limit:
        return None
    size = int.from_bytes(data[size_at:start], "big") & ((1 << 7 * width) - 1)
    end = start + size
    return (data[at:size_at], start, end) if end <= limit else None


def children(data: bytes, start: int, end: int) -> list[tuple[bytes, int, int]] | None:
    found = []
    while start < end:
        child = element_at(data, start, end)
        if child is None:
            return None
        found.append(child)
        start = child[2]
    return found


def _started_at(data: bytes, start: int, end: int) -> int | None:
    for identity, first, last in children(data, start, end) or ():
        if identity == _DATE and last - first == 8:
            (date,) = unpack(">q", data[first:last])
            return int(date // 1_000_000) + EPOCH_2001_MS
    return None


def codec_of(data: bytes, start: int, end: int) -> Codec | None:
    for entry, first, last in children(data, start, end) or ():
        if entry != _TRACK_ENTRY:
            continue
        for identity, begin, stop in children(data, first, last) or ():
            if identity == _CODEC_ID:
                return _CODECS.get(data[begin:stop])
    return None


def _block_times(data: bytes, start: int, end: int) -> list[int] | None:
    """Milliseconds of the blocks of one cluster; None when it is damaged."""
    found = children(data, start, end)
    if not found or found[0][0] != _TIMESTAMP:
        return None
    base = int.from_bytes(data[found[0][1] : found[0][2]], "big")
    times = []
    for identity, first, last in found[1:]:
        if identity != _BLOCK or last - first < 4:
            return None
        times.append(base + int.from_bytes(data[first + 1 : first + 3], "big", signed=True))
    return times
