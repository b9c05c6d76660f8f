"""PDF: opens, its pages are counted, every part is looked at for what it would do and what it unpacks to."""

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from hearing_server.adapters.examining.drawing import Drawing
from hearing_server.adapters.examining.verdict import Bad, Reason, Verdict

MOST_PAGES = 5000
MOST_OBJECTS = 500_000
MOST_DEPTH = 60
MOST_PIXELS = 150_000_000  # of one picture inside
MOST_UNPACKED = 256 << 20  # bytes of one stream
MOST_ALTOGETHER = 4 << 30
CHUNK = 1 << 16

# What a document must not do: by the name of an action, of an annotation, or of a key.
ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "Launch",
    "/SubmitForm": "SubmitForm",
    "/ImportData": "ImportData",
    "/RichMediaExecute": "RichMedia",
}
ANNOTATIONS = {"/RichMedia": "RichMedia", "/3D": "3D", "/Movie": "Movie", "/Screen": "Screen"}
KEYS = {"/JS": "JavaScript", "/JavaScript": "JavaScript", "/XFA": "XFA"}
RAW = re.compile(rb"/JavaScript\b|/Launch\b")
FLATE = {"/FlateDecode", "/Fl"}
PICTURE = {"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}


def examine_pdf(file: BinaryIO) -> Verdict:
    _check_end(file)
    _check_raw(file)
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise Bad(Reason.ENCRYPTED)
        walk = _Walk(reader)
        notes = walk.notes()
        pages = len(reader.pages)
        if pages <= MOST_PAGES:
            _weigh(reader, walk)
    except (LimitReachedError, RecursionError):
        raise Bad(Reason.BOMB) from None
    if not pages:
        raise Bad(Reason.DAMAGED, "no page")
    if pages > MOST_PAGES:
        raise Bad(Reason.TOO_MANY_PAGES, str(pages))
    return Verdict(media_type="application/pdf", pages=pages, notes=notes)


def _weigh(reader: PdfReader, walk: "_Walk") -> None:
    """What drawing costs: pages, and forms that nothing known here draws."""
    drawing = Drawing(glyphs=walk.glyphs)
    for form in walk.forms:
        drawing.weigh_form(form)
    for page in reader.pages:
        drawing.weigh_page(page, page.get("/Resources"))


def _check_end(file: BinaryIO) -> None:
    """The end mark near the end, and no archive behind it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 17)))
    tail = file.read()
    end = tail.rfind(b"%%EOF")
    if end == -1:
        raise Bad(Reason.DAMAGED, "no end")
    behind = tail[end + 5 :]
    if (
        b"PK\x05\x06" in behind
        or b"<script" in behind.lower()
        or len(behind.strip(b"\0\r\n ")) > 1024
    ):
        raise Bad(Reason.TWO_IN_ONE)


def _check_raw(file: BinaryIO) -> None:
    """Also where no table of contents points: another reader may find it there."""
    file.seek(0)
    before = b""
    while data := file.read(1 << 20):
        found = RAW.search(before + data)
        if found:
            raise Bad(Reason.ACTIVE, found[0].decode().strip("/"))
        before = data[-16:]


class _Walk:
    """Every object of the file, once."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self.forms: list[StreamObject] = []  # what may draw others
        self.glyphs = False  # some font has glyphs that are drawn (Type 3)
        self._notes: set[str] = set()
        self._unpacked = 0

    def notes(self) -> tuple[str, ...]:
        numbers = list(self._numbers())
        if len(numbers) > MOST_OBJECTS:
            raise Bad(Reason.TOO_HEAVY, "objects")
        self._look(self._reader.trailer, 0)
        for number, generation in numbers:
            try:
                found = self._reader.get_object(IndirectObject(number, generation, self._reader))
            except (LimitReachedError, RecursionError, MemoryError):
                raise
            except Exception:  # noqa: S112 - a torn object that no page needs is no fault
                continue
            self._look(found, 0)
            if isinstance(found, StreamObject):
                self._unpack(found)
                if "/Resources" in found:
                    self.forms.append(found)
        return tuple(sorted(self._notes))

    def _numbers(self) -> Iterator[tuple[int, int]]:
        for generation, offsets in self._reader.xref.items():
            for number in offsets:
                yield number, generation
        for number in self._reader.xref_objStm:
            yield number, 0

    def _look(self, value: Any, depth: int) -> None:
        if depth > MOST_DEPTH:
            raise Bad(Reason.BOMB, "depth")
        if isinstance(value, DictionaryObject):
            self._look_at_names(value)
            for inner in value.values():
                self._look(inner, depth + 1)
        elif isinstance(value, ArrayObject):
            for inner in value:
                self._look(inner, depth + 1)

    def _look_at_names(self, found: DictionaryObject) -> None:
        self.glyphs = self.glyphs or "/CharProcs" in found
        action, kind = str(found.get("/S", "")), str(found.get("/Subtype", ""))
        for key, word in KEYS.items():
            if key in found:
                raise Bad(Reason.ACTIVE, word)
        if action in ACTIONS:
            raise Bad(Reason.ACTIVE, ACTIONS[action])
        if kind in ANNOTATIONS and "/Rect" in found:
            raise Bad(Reason.ACTIVE, ANNOTATIONS[kind])
        if "/EF" in found or str(found.get("/Type", "")) == "/EmbeddedFile":
            self._notes.add("attachments")
        if action == "/URI":
            self._notes.add("links")

    def _unpack(self, stream: StreamObject) -> None:
        width, height = (_number(stream.get(key)) for key in ("/Width", "/Height"))
        if str(stream.get("/Subtype", "")) == "/Image" and width * height > MOST_PIXELS:
            raise Bad(Reason.TOO_MANY_PIXELS, f"{width}x{height}")
        filters = _filters(stream.get("/Filter"))
        while filters and filters[-1] in PICTURE:
            filters.pop()
        if not filters:
            return
        if set(filters) <= FLATE:
            self._unpacked += _inflated(stream._data, len(filters))
        else:
            self._unpacked += len(stream.get_data())
        if self._unpacked > MOST_ALTOGETHER:
            raise Bad(Reason.BOMB)


def _number(value: Any) -> int:
    value = value.get_object() if isinstance(value, IndirectObject) else value
    return int(value) if isinstance(value, int | float) else 0


def _filters(value: Any) -> list[str]:
    value = value.get_object() if isinstance(value, IndirectObject) else value
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, ArrayObject) else [str(value)]


def _inflated(data: bytes, times: int) -> int:
    """How much a stream unpacks to, without ever holding it; Bad(bomb) beyond the bound."""
    pieces: Iterable[bytes] = (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
    for _ in range(min(times, 4)):
        pieces = _inflate(pieces)
    total = 0
    try:
        for piece in pieces:
            total += len(piece)
            if total > MOST_UNPACKED:
                raise Bad(Reason.BOMB)
    except zlib.error:
        return total  # a torn stream: readers show what there is
    return total


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, CHUNK)
            rest = unpacker.unconsumed_tail
