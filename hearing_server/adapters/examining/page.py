"""One page of a PDF, and nothing of the others: what somebody may see who is only shown that page.

Only what the page itself draws is copied. A document often has one list of fonts and pictures for all
its pages, and links from one page to the next: by either the whole of it would come along.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

PLAIN = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group")
LISTS = ("/Font", "/XObject", "/Pattern", "/Shading", "/ExtGState", "/ColorSpace", "/Properties")
OF_A_MARK = (
    "/Type",
    "/Subtype",
    "/Rect",
    "/F",
    "/AS",
    "/C",
    "/Border",
    "/BS",
    "/QuadPoints",
    "/CA",
)
NOT_DRAWN = frozenset({"/Resources", "/PieceInfo", "/Metadata", "/StructParent", "/StructParents"})
LINKS = frozenset({"/Link", "/Popup", "/FileAttachment"})
NAME = re.compile(rb"/([^\s()<>\[\]{}/%\0]+)")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
MOST_DEPTH = 20

Names = set[str]


def cut_page(file: BinaryIO, number: int) -> bytes:
    """Page `number` (from 1) as a document of its own."""
    reader = PdfReader(file, strict=False)
    cut = _Cut(PdfWriter())
    cut.page(reader.pages[number - 1])
    layers = reader.root_object.get("/OCProperties")  # which of them are not shown
    if layers is not None:
        cut.writer.root_object[NameObject("/OCProperties")] = layers.clone(cut.writer)
    out = io.BytesIO()
    cut.writer.write(out)
    return out.getvalue()


class _Cut:
    def __init__(self, writer: PdfWriter) -> None:
        self.writer = writer
        self._depth = 0
        self._made: dict[
            int, tuple[Any, Any]
        ] = {}  # by id: what was found, so that none is given twice

    def page(self, page: PageObject) -> None:
        box = page.mediabox
        made = self.writer.add_blank_page(float(box.width), float(box.height))
        self._copy(page, made, PLAIN)
        content = page.get("/Contents")
        if content is not None:
            made[NameObject("/Contents")] = page.raw_get("/Contents").clone(self.writer)
        resources = _dictionary(page.get("/Resources"))
        names = _names(content) | _names_of_bare_forms(resources, _names(content))
        made[NameObject("/Resources")] = self._resources(resources, names)
        marks = [self._mark(one.get_object()) for one in page.get("/Annots") or ()]
        kept = ArrayObject(self.writer._add_object(mark) for mark in marks if mark is not None)
        if kept:
            made[NameObject("/Annots")] = kept

    def _copy(self, found: Mapping[str, Any], made: DictionaryObject, keys: Any) -> None:
        for key in keys:
            if key in found:
                made[NameObject(key)] = found[key].clone(self.writer)

    def _resources(self, found: DictionaryObject, names: Names) -> DictionaryObject:
        """Those that are named where they would be used."""
        made = DictionaryObject()
        for kind in LISTS:
            entries = _dictionary(found.get(kind))
            used = {name: entries.raw_get(name) for name in entries if name in names}
            if used:
                copied = {NameObject(name): self._drawn(value) for name, value in used.items()}
                made[NameObject(kind)] = DictionaryObject(copied)
        return made

    def _drawn(self, value: Any) -> Any:
        """Something that is drawn with; made once, under however many names it is used."""
        found = value.get_object()
        if id(found) not in self._made:
            self._made[id(found)] = found, self._anew(value, found)
        return self._made[id(found)][1]

    def _anew(self, value: Any, found: Any) -> Any:
        """A drawing in it (a form, a pattern, a mask) has a list of its own."""
        if isinstance(found, StreamObject) and "/Resources" in found:
            return self._drawing(found)
        mask = _dictionary(_dictionary(found).get("/SMask"))
        group = mask.get("/G")
        if group is None:
            return value.clone(self.writer)
        made = DictionaryObject()
        self._copy(found, made, found.keys() - {"/SMask"})
        hidden = DictionaryObject()
        self._copy(mask, hidden, mask.keys() - {"/G"})
        hidden[NameObject("/G")] = self._drawn(group)
        made[NameObject("/SMask")] = hidden
        return made

    def _drawing(self, found: StreamObject) -> Any:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise ValueError("drawings in drawings")
        made = StreamObject()
        made._data = found._data
        self._copy(found, made, found.keys() - NOT_DRAWN)
        resources = _dictionary(found.get("/Resources"))
        names = _names(found) | _names_of_bare_forms(resources, _names(found))
        made[NameObject("/Resources")] = self._resources(resources, names)
        self._depth -= 1
        return self.writer._add_object(made)

    def _mark(self, found: Any) -> DictionaryObject | None:
        """What was written over the page, as it looks; not where it leads, nor what else it says."""
        looks = _dictionary(_dictionary(found).get("/AP")).get("/N")
        if looks is None or str(found.get("/Subtype")) in LINKS:
            return None
        made = DictionaryObject()
        self._copy(found, made, OF_A_MARK)
        looks = looks.get_object()
        drawn: Any = (
            self._drawn(looks)
            if isinstance(looks, StreamObject)
            else DictionaryObject({NameObject(k): self._drawn(v) for k, v in looks.items()})
        )
        made[NameObject("/AP")] = DictionaryObject({NameObject("/N"): drawn})
        return made


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _names(content: Any) -> Names:
    """Every name that a content stream says: what it draws with is among them."""
    return {
        ESCAPE.sub(lambda code: bytes((int(code[1], 16),)), name)
        .join((b"/", b""))
        .decode("latin-1")
        for data in _data(content)
        for name in NAME.findall(data)
    }


def _data(content: Any) -> Iterator[bytes]:
    found = content.get_object() if content is not None else None
    if isinstance(found, StreamObject):
        yield found.get_data()
    elif isinstance(found, ArrayObject):
        for part in found:
            yield from _data(part)


def _names_of_bare_forms(resources: DictionaryObject, names: Names) -> Names:
    """A form without a list of its own draws with its page's (ISO 32000-1, 7.8.3)."""
    forms = _dictionary(resources.get("/XObject"))
    found: Names = set()
    rest = [name for name in names if name in forms]
    while rest:
        form = _dictionary(forms[rest.pop()])
        if str(form.get("/Subtype")) == "/Form" and "/Resources" not in form:
            more = _names(form) - found
            found |= more
            rest += [name for name in more if name in forms]
    return found
