"""What it costs to draw a PDF: not how long its streams are, but how often each is drawn.

A form may draw another ten times, and that one the next: ten of them in two kilobytes are a thousand
million operations, in the tab of everyone whom the page is shown to.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pypdf.errors import LimitReachedError
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from hearing_server.adapters.examining.verdict import Bad, Reason

MOST_DRAWN = 64 << 20  # bytes of operators for one page: some millions of them
EACH = 64  # what beginning and ending a form costs, though it is empty
MOST_DEPTH = 60

# A reader draws a name no oftener than the name stands there, whatever stands between it and its
# operator, in a comment or a string too: so names are counted, not operators. Those that another
# operator takes draw no form.
NAME = re.compile(
    rb"/([^\0\t\n\f\r /()<>\[\]{}%]*)"
    rb"(?:[\0\t\n\f\r ]+(gs|scn|SCN|cs|CS|sh)"
    rb"|[\0\t\n\f\r ]+[-+]?(?:\d+\.?\d*|\.\d+)[\0\t\n\f\r ]+(Tf))?"
)
# At the least these bytes stand where a path, a text or a mask is painted. A reader needs no blank
# between two operators, so they are counted wherever they stand.
PAINTS = (b"f", b"F", b"b", b"B", b"s", b"S", b"'", b'"', b"Tj", b"TJ", b"Do", b"EI")
HEXADECIMAL = re.compile(rb"<[^>]*>")
BRACKET = re.compile(rb"[()\\]")
NOTHING: Mapping[str, Any] = DictionaryObject()


class Weight(NamedTuple):
    """What drawing a content costs, and what of it costs more by a font or pattern of whoever draws it."""

    cost: int
    glyphs: int
    paints: int


class Drawing:
    """Weighs what is drawn, each stream once for the resources that it is drawn with.

    `glyphs`: the document has fonts whose glyphs are drawn, so what is shown in them counts.
    """

    def __init__(self, *, glyphs: bool) -> None:
        self._glyphs = glyphs
        self._weights: dict[tuple[int, int], Weight] = {}
        self._kept: list[object] = []  # so that no id is given twice
        self._open: set[tuple[int, int]] = set()

    def weigh_page(self, page: Mapping[str, Any], resources: Any) -> None:
        """Raise Bad(bomb) for a page that costs too much with all that annotations draw over it."""
        contents = _plain(page.get("/Contents"))
        streams = contents if isinstance(contents, ArrayObject) else [contents]
        parts = [_content(one) for one in map(_plain, streams) if isinstance(one, StreamObject)]
        found = _dictionary(resources)
        cost = self._weight(b"\n".join(parts), found, 0).cost
        for looks in _annotations(page):
            heaviest = max((self._weigh(each, found, 0).cost for each in looks), default=0)
            cost = _bounded(cost + heaviest)

    def weigh_form(self, form: StreamObject) -> None:
        """The same for a form: something may draw it that is not known here."""
        self._weigh(form, NOTHING, 0)

    def _weigh(self, stream: StreamObject, inherited: Mapping[str, Any], depth: int) -> Weight:
        own = _plain(stream.get("/Resources"))
        resources = own if isinstance(own, DictionaryObject) else inherited
        key = id(stream), id(resources)
        if key in self._weights:
            return self._weights[key]
        if key in self._open:
            raise Bad(Reason.BOMB, "cycle")
        if depth > MOST_DEPTH:
            raise Bad(Reason.BOMB, "depth")
        self._open.add(key)
        weight = self._weight(_content(stream), resources, depth)
        weight = weight._replace(cost=EACH + weight.cost)
        self._open.remove(key)
        self._kept += (stream, resources)
        self._weights[key] = weight
        return weight

    def _weight(self, content: bytes, resources: Mapping[str, Any], depth: int) -> Weight:
        """Font and pattern stay in force in the forms that are drawn, whatever these have of their own."""
        cost, tile = len(content), 0
        glyphs = _shown(content) if self._glyphs else 0
        paints = sum(map(content.count, PAINTS))
        drawn = dict(_drawn_by(resources))
        for name, times in _names(content).items() if drawn else ():
            if stream := drawn.get(name):
                weight = self._weigh(stream, resources, depth + 1)
                cost = _bounded(cost + times * weight.cost)
                if name[0] == "/Pattern":
                    tile = max(tile, weight.cost)
                else:
                    glyphs += times * weight.glyphs
                    paints += times * weight.paints
        if glyphs:
            each = [self._weigh(glyph, where, depth + 1) for glyph, where in _glyphs(resources)]
            cost = _bounded(cost + glyphs * max((one.cost for one in each), default=0))
            paints += glyphs * max((one.paints for one in each), default=0)
        return Weight(_bounded(cost + paints * tile), glyphs, paints)


Named = tuple[str, str]  # what kind of resource, and its name


def _drawn_by(resources: Mapping[str, Any]) -> Iterator[tuple[Named, StreamObject]]:
    """The streams that a content draws by a name: forms, tiling patterns, soft masks."""
    for kind in ("/XObject", "/Pattern", "/ExtGState"):
        for name, value in _dictionary(resources.get(kind)).items():
            found = _plain(value)
            if kind == "/ExtGState":
                found = _plain(_dictionary(_dictionary(found).get("/SMask")).get("/G"))
            picture = kind == "/XObject" and str(_dictionary(found).get("/Subtype")) == "/Image"
            if isinstance(found, StreamObject) and not picture:
                yield (kind, str(name)), found


def _glyphs(resources: Mapping[str, Any]) -> Iterator[tuple[StreamObject, Mapping[str, Any]]]:
    """The glyphs of fonts that draw each by a content of its own (Type 3), and what with."""
    for font in _fonts(resources):
        own = _plain(font.get("/Resources"))
        where = own if isinstance(own, DictionaryObject) else resources
        for glyph in map(_plain, _dictionary(font.get("/CharProcs")).values()):
            if isinstance(glyph, StreamObject):
                yield glyph, where


def _fonts(resources: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those with a name of their own, and those that a graphics state sets."""
    yield from map(_dictionary, _dictionary(resources.get("/Font")).values())
    for state in map(_dictionary, _dictionary(resources.get("/ExtGState")).values()):
        pair = _plain(state.get("/Font"))
        if isinstance(pair, ArrayObject) and pair:
            yield _dictionary(pair[0])


def _annotations(page: Mapping[str, Any]) -> Iterator[list[StreamObject]]:
    """How each annotation of a page may look: a reader draws one of them."""
    marks = _plain(page.get("/Annots"))
    for mark in marks if isinstance(marks, ArrayObject) else ():
        looks = _plain(_dictionary(_dictionary(mark).get("/AP")).get("/N"))
        states = [looks] if isinstance(looks, StreamObject) else _dictionary(looks).values()
        yield [one for one in map(_plain, states) if isinstance(one, StreamObject)]


def _names(content: bytes) -> Counter[Named]:
    """How often each name stands in a content, for each kind of resource that it may mean."""
    found: Counter[Named] = Counter()
    for (raw, one, two), times in Counter(m.groups() for m in NAME.finditer(content)).items():
        name, taken = str(NameObject.read_from_stream(io.BytesIO(b"/" + raw), None)), one or two
        if taken in (None, b"gs"):
            found["/ExtGState", name] += times
        if taken in (None, b"scn", b"SCN"):
            found["/Pattern", name] += times
        if taken is None:
            found["/XObject", name] += times
    return found


def _shown(content: bytes) -> int:
    """How many glyphs a content shows at the most: no more than the bytes of its strings."""
    shown = sum(len(match[0]) // 2 for match in HEXADECIMAL.finditer(content))
    depth = at = begun = 0
    while match := BRACKET.search(content, at):
        at = match.end()
        if match[0] == b"(":
            begun = match.start() if not depth else begun
            depth += 1
        elif match[0] == b")" and depth:
            depth -= 1
            shown += 0 if depth else at - begun
        elif depth:
            at += 1  # what is escaped ends no string
    return shown + (len(content) - begun if depth else 0)


def _content(stream: StreamObject) -> bytes:
    if _plain(stream.get("/Filter")) is None:
        return stream._data
    try:
        return decode_stream_data(stream)
    except (LimitReachedError, RecursionError, MemoryError):
        raise
    except Exception as error:  # what cannot be weighed here, another reader may still draw
        raise Bad(Reason.DAMAGED, type(error).__name__) from None


def _bounded(cost: int) -> int:
    if cost > MOST_DRAWN:
        raise Bad(Reason.BOMB, "drawing")
    return cost


def _dictionary(value: Any) -> Mapping[str, Any]:
    found = _plain(value)
    return found if isinstance(found, DictionaryObject) else NOTHING


def _plain(value: Any) -> Any:
    """What a reference stands for; None for what is torn: no reader draws it either."""
    if not isinstance(value, IndirectObject):
        return value
    try:
        return value.get_object()
    except (LimitReachedError, RecursionError, MemoryError):
        raise
    except Exception:
        return None
