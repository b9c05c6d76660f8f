"""Whether a file is Matroska as RFC 9559 and RFC 8794 have it, by a reader that shares nothing with the writer.

It walks every element: each is known and stands where it may, its size is exact, and the times, key
frames, tracks and lengths agree with each other. Only a segment that was cut off may not know its size.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

# identity: (name, parent, kind); kinds: m master, u unsigned, i signed, f float, s text, 8 UTF-8, b binary, d date
KNOWN: dict[int, tuple[str, str, str]] = {
    0x1A45DFA3: ("EBML", "", "m"),
    0x4286: ("EBMLVersion", "EBML", "u"),
    0x42F7: ("EBMLReadVersion", "EBML", "u"),
    0x42F2: ("EBMLMaxIDLength", "EBML", "u"),
    0x42F3: ("EBMLMaxSizeLength", "EBML", "u"),
    0x4282: ("DocType", "EBML", "s"),
    0x4287: ("DocTypeVersion", "EBML", "u"),
    0x4285: ("DocTypeReadVersion", "EBML", "u"),
    0x18538067: ("Segment", "", "m"),
    0x114D9B74: ("SeekHead", "Segment", "m"),
    0x4DBB: ("Seek", "SeekHead", "m"),
    0x53AB: ("SeekID", "Seek", "b"),
    0x53AC: ("SeekPosition", "Seek", "u"),
    0x1549A966: ("Info", "Segment", "m"),
    0x73A4: ("SegmentUUID", "Info", "b"),
    0x2AD7B1: ("TimestampScale", "Info", "u"),
    0x4489: ("Duration", "Info", "f"),
    0x4461: ("DateUTC", "Info", "d"),
    0x7BA9: ("Title", "Info", "8"),
    0x4D80: ("MuxingApp", "Info", "8"),
    0x5741: ("WritingApp", "Info", "8"),
    0x1654AE6B: ("Tracks", "Segment", "m"),
    0xAE: ("TrackEntry", "Tracks", "m"),
    0xD7: ("TrackNumber", "TrackEntry", "u"),
    0x73C5: ("TrackUID", "TrackEntry", "u"),
    0x83: ("TrackType", "TrackEntry", "u"),
    0xB9: ("FlagEnabled", "TrackEntry", "u"),
    0x88: ("FlagDefault", "TrackEntry", "u"),
    0x55AA: ("FlagForced", "TrackEntry", "u"),
    0x9C: ("FlagLacing", "TrackEntry", "u"),
    0x23E383: ("DefaultDuration", "TrackEntry", "u"),
    0x536E: ("Name", "TrackEntry", "8"),
    0x22B59C: ("Language", "TrackEntry", "s"),
    0x86: ("CodecID", "TrackEntry", "s"),
    0x63A2: ("CodecPrivate", "TrackEntry", "b"),
    0x55EE: ("MaxBlockAdditionID", "TrackEntry", "u"),
    0x258688: ("CodecName", "TrackEntry", "8"),
    0x56AA: ("CodecDelay", "TrackEntry", "u"),
    0x56BB: ("SeekPreRoll", "TrackEntry", "u"),
    0xE0: ("Video", "TrackEntry", "m"),
    0x9A: ("FlagInterlaced", "Video", "u"),
    0x9D: ("FieldOrder", "Video", "u"),
    0xB0: ("PixelWidth", "Video", "u"),
    0xBA: ("PixelHeight", "Video", "u"),
    0x54B0: ("DisplayWidth", "Video", "u"),
    0x54BA: ("DisplayHeight", "Video", "u"),
    0x54B2: ("DisplayUnit", "Video", "u"),
    0x55B0: ("Colour", "Video", "m"),
    0x55B7: ("ChromaSitingHorz", "Colour", "u"),
    0x55B8: ("ChromaSitingVert", "Colour", "u"),
    0x55B9: ("Range", "Colour", "u"),
    0x55BA: ("TransferCharacteristics", "Colour", "u"),
    0x55BB: ("Primaries", "Colour", "u"),
    0x55B1: ("MatrixCoefficients", "Colour", "u"),
    0xE1: ("Audio", "TrackEntry", "m"),
    0xB5: ("SamplingFrequency", "Audio", "f"),
    0x9F: ("Channels", "Audio", "u"),
    0x6264: ("BitDepth", "Audio", "u"),
    0x1254C367: ("Tags", "Segment", "m"),
    0x7373: ("Tag", "Tags", "m"),
    0x63C0: ("Targets", "Tag", "m"),
    0x63C5: ("TagTrackUID", "Targets", "u"),
    0x68CA: ("TargetTypeValue", "Targets", "u"),
    0x67C8: ("SimpleTag", "Tag", "m"),
    0x45A3: ("TagName", "SimpleTag", "8"),
    0x447A: ("TagLanguage", "SimpleTag", "s"),
    0x4484: ("TagDefault", "SimpleTag", "u"),
    0x4487: ("TagString", "SimpleTag", "8"),
    0x1F43B675: ("Cluster", "Segment", "m"),
    0xE7: ("Timestamp", "Cluster", "u"),
    0xA7: ("Position", "Cluster", "u"),
    0xAB: ("PrevSize", "Cluster", "u"),
    0xA3: ("SimpleBlock", "Cluster", "b"),
    0xA0: ("BlockGroup", "Cluster", "m"),
    0xA1: ("Block", "BlockGroup", "b"),
    0x9B: ("BlockDuration", "BlockGroup", "u"),
    0xFB: ("ReferenceBlock", "BlockGroup", "i"),
    0x75A2: ("DiscardPadding", "BlockGroup", "i"),
    0x1C53BB6B: ("Cues", "Segment", "m"),
    0xBB: ("CuePoint", "Cues", "m"),
    0xB3: ("CueTime", "CuePoint", "u"),
    0xB7: ("CueTrackPositions", "CuePoint", "m"),
    0xF7: ("CueTrack", "CueTrackPositions", "u"),
    0xF1: ("CueClusterPosition", "CueTrackPositions", "u"),
    0xF0: ("CueRelativePosition", "CueTrackPositions", "u"),
    0xB2: ("CueDuration", "CueTrackPositions", "u"),
}
SEGMENT = 0x18538067
ANYWHERE = {0xEC: "Void", 0xBF: "CRC-32"}
NEEDED = {
    "EBML": {"DocType"},
    "Segment": {"Info", "Tracks", "Cluster"},
    "Info": {"TimestampScale", "MuxingApp", "WritingApp"},
    "TrackEntry": {"TrackNumber", "TrackUID", "TrackType", "CodecID"},
    "Video": {"PixelWidth", "PixelHeight"},
    "Audio": {"SamplingFrequency", "Channels"},
    "Cluster": {"Timestamp"},
}
LENGTHS = {"u": range(9), "i": range(9), "f": (0, 4, 8), "d": (0, 8)}


class Element(NamedTuple):
    name: str
    kind: str
    start: int  # of the body
    end: int


class Broken(Exception):
    """Nothing can be read from here on."""


@dataclass
class Structure:
    """What a file is made of; `findings` is empty when it is as it should be."""

    data: bytes
    findings: list[str] = field(default_factory=list)
    tracks: dict[int, dict[str, bytes]] = field(default_factory=dict)
    duration: float = 0.0  # ms
    blocks: list[tuple[int, int, bool]] = field(default_factory=list)  # track, ms, key frame

    def find(self, text: str) -> None:
        self.findings.append(text)


def check(path: Path) -> list[str]:
    """What is wrong with a complete file, in words; nothing when all is well."""
    structure = read(path.read_bytes())
    return structure.findings


def read(data: bytes) -> Structure:
    found = Structure(data)
    try:
        tops = list(_children(found, "", 0, len(data)))
        if [top.name for top in tops] != ["EBML", "Segment"]:
            found.find(f"holds {[top.name for top in tops]}")
        for top in tops:
            _walk(found, top)
    except Broken as broken:
        found.find(str(broken))
        return found
    _agree(found)
    return found


def _walk(found: Structure, element: Element) -> None:
    if element.kind != "m":
        lengths = LENGTHS.get(element.kind)
        if lengths is not None and element.end - element.start not in lengths:
            found.find(f"{element.name} of {element.end - element.start} bytes")
        return
    children = list(_children(found, element.name, element.start, element.end))
    names = [child.name for child in children]
    for missing in NEEDED.get(element.name, set()) - set(names):
        found.find(f"{element.name} without {missing}")
    if element.name == "TrackEntry":
        _track(found, children)
    elif element.name == "Info":
        values = {child.name: found.data[child.start : child.end] for child in children}
        scale = int.from_bytes(values.get("TimestampScale", b"\x0f\x42\x40"), "big")
        found.duration = _float(values.get("Duration", b"")) * scale / 1e6
    elif element.name == "Cluster":
        _cluster(found, children)
    for child in children:
        _walk(found, child)


def _children(found: Structure, parent: str, start: int, end: int) -> Iterator[Element]:
    while start < end:
        element = _element(found.data, start, end)
        name, wanted, _ = KNOWN.get(element[0], (ANYWHERE.get(element[0], ""), parent, "b"))
        if not name:
            raise Broken(f"an unknown element {element[0]:#x} at {start}")
        if wanted != parent:
            found.find(f"{name} inside {parent or 'the file'}")
        kind = KNOWN[element[0]][2] if element[0] in KNOWN else "b"
        yield Element(name, kind, element[1], element[2])
        start = element[2]


def _element(data: bytes, at: int, limit: int) -> tuple[int, int, int]:
    """Identity, start and end of the body."""
    width = 9 - data[at].bit_length()
    if width > 4 or at + width >= limit:
        raise Broken(f"no element at {at}")
    identity = int.from_bytes(data[at : at + width], "big")
    at += width
    width = 9 - data[at].bit_length()
    if width > 8 or at + width > limit:
        raise Broken(f"no size at {at}")
    size = int.from_bytes(data[at : at + width], "big") - (1 << 7 * width)
    if size == (1 << 7 * width) - 1:
        if identity != SEGMENT:
            raise Broken(f"a size that is not known at {at}")
        size = limit - at - width  # what a broken disk or a killed recorder leaves: up to the end
    if at + width + size > limit:
        raise Broken(f"element {identity:#x} reaches {at + width + size - limit} bytes too far")
    return identity, at + width, at + width + size


def _track(found: Structure, children: list[Element]) -> None:
    values = {child.name: found.data[child.start : child.end] for child in children}
    number = int.from_bytes(values.get("TrackNumber", b""), "big")
    if not number or number in found.tracks:
        found.find(f"track number {number}")
    found.tracks[number] = values
    codec, private = values.get("CodecID", b""), values.get("CodecPrivate", b"")
    if codec == b"A_OPUS" and private[:8] != b"OpusHead":
        found.find("Opus without its head")
    if codec == b"V_MPEG4/ISO/AVC" and private[:1] != b"\x01":
        found.find("H.264 without its parameter sets")
    if (codec[:2] == b"V_" and "Video" not in values) or (
        codec[:2] == b"A_" and "Audio" not in values
    ):
        found.find(f"{codec!r} without what it is")


def _cluster(found: Structure, children: list[Element]) -> None:
    if not children or children[0].name not in ("Timestamp", "CRC-32"):
        found.find("a cluster that does not begin with its time")
    base = next(
        (
            int.from_bytes(found.data[c.start : c.end], "big")
            for c in children
            if c.name == "Timestamp"
        ),
        0,
    )
    for child in children:
        if child.name == "SimpleBlock":
            _block(found, base, child, None)
        elif child.name == "BlockGroup":
            inner = list(_children(found, "BlockGroup", child.start, child.end))
            key = all(each.name != "ReferenceBlock" for each in inner)
            for block in inner:
                if block.name == "Block":
                    _block(found, base, block, key)


def _block(found: Structure, base: int, block: Element, key: bool | None) -> None:
    body = found.data[block.start : block.end]
    width = 9 - body[0].bit_length() if body and body[0] else 9
    if width > 4 or len(body) < width + 3:
        found.find("a block without a head")
        return
    track = int.from_bytes(body[:width], "big") - (1 << 7 * width)
    (time,) = struct.unpack_from(">h", body, width)
    flags = body[width + 2]
    if flags & 0x06:
        found.find("a block with lacing")
    if len(body) == width + 3:
        found.find("a block without a frame")
    found.blocks.append((track, base + time, bool(flags & 0x80) if key is None else key))


def _agree(found: Structure) -> None:
    """Blocks belong to tracks, begin with a key frame, never go back, and end before the file does."""
    last: dict[int, int] = {}
    for track, time, key in found.blocks:
        if track not in found.tracks:
            found.find(f"a block of track {track}")
            continue
        if track not in last and not key:
            found.find(f"track {track} does not begin with a key frame")
        if time < last.get(track, 0):
            found.find(f"track {track} goes back from {last[track]} to {time} ms")
        last[track] = time
    if not found.blocks:
        found.find("no block at all")
    elif found.duration and found.duration + 1 < max(last.values()):
        found.find(f"ends at {found.duration} ms, before its last block at {max(last.values())}")


def _float(body: bytes) -> float:
    return struct.unpack(">d" if len(body) == 8 else ">f", body)[0] if len(body) in (4, 8) else 0.0
