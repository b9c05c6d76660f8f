"""A film, a sound or a moving picture without what its file tells besides: where, when, by whom and with
what it was taken.

The packets stay as they are, also their times. What stands around them is written anew: no tags, chapters,
attachments, covers, titles or tracks of data; of what a camera writes between its pictures only what a
player needs.
"""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import av

from hearing_server.adapters.examining.images import gif_blocks
from hearing_server.adapters.examining.media import DEMUXERS, playable

WRITTEN_AS: Mapping[str, str] = {"matroska": "webm", "aac": "adts"}  # else as it is read
PLAYED = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # how often a GIF is repeated
# Payloads of supplemental information that players need (ITU-T H.264, annex D): buffering, timing,
# recovery points, stereo, orientation, brightness. In others some cameras write place and time.
NEEDED = frozenset({0, 1, 6, 45, 47, 137, 144, 147})
SEI = 6
PNG_SEEN = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)

Clean = Callable[[bytes], bytes]


def strip(file: BinaryIO, media_type: str, out: BinaryIO) -> None:
    """Into `out`, which can seek. Raises anything that a parser throws."""
    if media_type == "image/gif":
        out.write(_bare_gif(file.read()))
    else:
        _strip_media(file, DEMUXERS[media_type], out)


def _strip_media(file: BinaryIO, demuxer: str, out: BinaryIO) -> None:
    with av.open(file, format=demuxer, options={"protocol_whitelist": ""}) as container:
        written = _written_as(container, demuxer)
        # bit-exact: not even what wrote it, and when
        with av.open(out, "w", format=written, options={"fflags": "+bitexact"}) as made:
            _copy(container, playable(container, demuxer), made)


def _copy(container: Any, streams: list[Any], made: Any) -> None:
    copies = {s.index: made.add_stream_from_template(s, opaque=True) for s in streams}
    cleaners = {s.index: _cleaner(s, copies[s.index]) for s in streams}
    last: dict[int, int] = {}
    for packet in container.demux(streams):
        if not packet.size:  # the end
            continue
        index = packet.stream.index
        packet = _cleaned(packet, cleaners[index])
        _in_order(packet, index, last)
        packet.stream = copies[index]
        made.mux(packet)


def _cleaned(packet: Any, clean: Clean | None) -> Any:
    if clean is None:
        return packet
    found = bytes(packet)
    data = clean(found)
    if data == found:
        return packet
    made: Any = av.Packet(data)
    made.time_base, made.pts, made.dts = packet.time_base, packet.pts, packet.dts
    made.duration, made.is_keyframe = packet.duration, packet.is_keyframe
    for more in packet.iter_sidedata():
        made.set_sidedata(more)
    return made


def _written_as(container: Any, demuxer: str) -> str:
    if demuxer != "mov":
        return WRITTEN_AS.get(demuxer, demuxer)
    return "mov" if container.metadata.get("major_brand") == "qt  " else "mp4"


def _in_order(packet: Any, index: int, last: dict[int, int]) -> None:
    """Some writers give two packets one time, which no muxer takes."""
    if packet.dts is None:
        return
    packet.dts = max(packet.dts, last.get(index, packet.dts - 1) + 1)
    if packet.pts is not None:
        packet.pts = max(packet.pts, packet.dts)
    last[index] = packet.dts


def _cleaner(stream: Any, copy: Any) -> Clean | None:
    """What takes out of a packet what is no picture; a codec's own head is cleaned at once."""
    context = stream.codec_context
    match context.codec.canonical_name:
        case "h264":
            length = (context.extradata[4] & 3) + 1  # ISO/IEC 14496-15, 5.3.3.1
            return lambda data: _bare_h264(data, length)
        case "mjpeg":
            return _bare_jpeg
        case "png":
            return _bare_png
        case "vorbis":
            copy.codec_context.extradata = _bare_vorbis(context.extradata)
    return None


def _bare_h264(data: bytes, length: int) -> bytes:
    kept, at = [], 0
    while at + length < len(data):
        end = at + length + int.from_bytes(data[at : at + length])
        unit = data[at + length : end]
        if unit and unit[0] & 0x1F == SEI:
            unit = _bare_sei(unit)
        if unit:
            kept += [len(unit).to_bytes(length), unit]
        at = end
    return b"".join(kept)


def _bare_sei(unit: bytes) -> bytes:
    """Only the payloads that are needed; nothing where none is (7.3.2.3, and 7.4.1 for the escapes)."""
    data, kept, at = unit[1:].replace(b"\0\0\3", b"\0\0"), b"", 0
    while at + 2 < len(data):
        start = at
        kind, at = _counted(data, at)
        size, at = _counted(data, at)
        at += size
        if kind in NEEDED:
            kept += data[start:at]
    return unit[:1] + _escaped(kept + b"\x80") if kept else b""


def _counted(data: bytes, at: int) -> tuple[int, int]:
    """A number as bytes of 255 and a last one, and where it ends."""
    value = 0
    while data[at] == 255:
        value, at = value + 255, at + 1
    return value + data[at], at + 1


def _escaped(data: bytes) -> bytes:
    out = bytearray()
    for byte in data:
        if byte <= 3 and out[-2:] == b"\0\0":
            out.append(3)
        out.append(byte)
    return bytes(out)


def _bare_jpeg(data: bytes) -> bytes:
    """Without APPn (but for APP0 and APP14, which say how colours are meant) and comments, up to the scan."""
    kept, at = data[:2], 2
    while data[at : at + 1] == b"\xff" and (marker := data[at + 1]) != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += data[at:end]
        at = end
    return kept + data[at:]


def _bare_png(data: bytes) -> bytes:
    kept, at = data[:8], 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] in PNG_SEEN:
            kept += data[at:end]
        at = end
    return kept


def _bare_vorbis(heads: bytes) -> bytes:
    """Its three heads, the second, of comments, empty (Vorbis I, section 5; laced as in Matroska)."""
    if heads[0] != 2:
        raise ValueError("vorbis")
    first, at = _counted(heads, 1)
    second, at = _counted(heads, at)
    comments = b"\3vorbis" + bytes(8) + b"\1"
    identification, setup = heads[at : at + first], heads[at + first + second :]
    return bytes((2, first, len(comments))) + identification + comments + setup


def _bare_gif(data: bytes) -> bytes:
    """Without comments, texts and what applications add, but for the number of repetitions."""
    kept, end = [], 0
    for start, end in gif_blocks(data):
        kind, label = data[start], data[start + 1]
        extends = start and kind == 0x21
        if not extends or label == 0xF9 or data[start + 3 : start + 14] in PLAYED:
            kept.append(data[start:end])
    return b"".join(kept) + b"\x3b"
