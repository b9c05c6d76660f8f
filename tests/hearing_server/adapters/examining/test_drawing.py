"""What a PDF costs to draw, however small it is: told by the examiner over real files."""

import io
import time

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NumberObject
from pypdf.generic import NameObject as Name

from hearing_server.adapters.examining.pdf import examine_pdf
from hearing_server.adapters.examining.verdict import Bad, Reason

from . import files

LEVELS = 10
BOX = ArrayObject(NumberObject(side) for side in (0, 0, 600, 800))


def stream(made: PdfWriter, words: str, **entries: object) -> DecodedStreamObject:
    found = DecodedStreamObject()
    found.set_data(words.encode())
    found.update({Name(f"/{key}"): value for key, value in entries.items()})
    return made._add_object(found)


def resources(kind: str, **entries: object) -> DictionaryObject:
    named = DictionaryObject({Name(f"/{name}"): value for name, value in entries.items()})
    return DictionaryObject({Name(kind): named})


def form(made: PdfWriter, words: str, draws: DictionaryObject | None = None) -> DecodedStreamObject:
    more = {} if draws is None else {"Resources": draws}
    return stream(made, words, Subtype=Name("/Form"), BBox=BOX, **more)


def nested(made: PdfWriter, words: str) -> DecodedStreamObject:
    """A form that draws the next as `words` say, and that one the next, to the last of LEVELS."""
    found = form(made, "0 0 m 600 800 l S")
    for _ in range(LEVELS - 1):
        found = form(made, words, resources("/XObject", X=found))
    return found


def page(made: PdfWriter, words: str, draws: DictionaryObject) -> bytes:
    sheet = made.add_blank_page(width=600, height=800)
    sheet[Name("/Contents")] = stream(made, words)
    sheet[Name("/Resources")] = draws
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def reason_of(data: bytes) -> Reason | None:
    try:
        examine_pdf(io.BytesIO(data))
    except Bad as bad:
        return bad.reason
    return None


@pytest.mark.parametrize(
    "words",
    [
        "/X Do " * 10,
        "/#58 Do " * 10,
        "/X%\nDo " * 10,
        "/X null Do " * 10,
        "/X " * 10 + "0 0 m " + "Do " * 10,
        "q/X Do Q" * 10,
        "(\\)) Tj ( %) Tj " + "/X Do " * 10,
    ],
    ids=["plain", "escaped", "comment", "null", "left over", "joined", "strings"],
)
def test_forms_that_draw_forms_are_a_bomb_however_they_are_written(words: str) -> None:
    made = PdfWriter()
    data = page(made, "/X Do", resources("/XObject", X=nested(made, words)))
    assert len(data) < 5000
    begun = time.perf_counter()
    assert reason_of(data) is Reason.BOMB
    assert time.perf_counter() - begun < 5


def test_a_form_with_the_resources_of_whoever_draws_it_is_weighed_with_them() -> None:
    made = PdfWriter()
    names = {"L0": form(made, "0 0 m 600 800 l S")}
    for level in range(1, LEVELS):
        names[f"L{level}"] = form(made, f"/L{level - 1} Do " * 10)
    assert (
        reason_of(page(made, f"/L{LEVELS - 1} Do", resources("/XObject", **names))) is Reason.BOMB
    )


def test_patterns_and_soft_masks_are_weighed_as_forms_are() -> None:
    for kind, words in (("/Pattern", "/X scn 0 0 9 9 re f"), ("/ExtGState", "/X gs")):
        made = PdfWriter()
        drawn = nested(made, "/X Do " * 10)
        if kind == "/ExtGState":
            mask = DictionaryObject({Name("/S"): Name("/Alpha"), Name("/G"): drawn})
            drawn = DictionaryObject({Name("/SMask"): mask})
        assert reason_of(page(made, words, resources(kind, X=drawn))) is Reason.BOMB, kind


def font(made: PdfWriter, glyph: str) -> DictionaryObject:
    procs = DictionaryObject({Name("/a"): stream(made, glyph)})
    return DictionaryObject({Name("/Subtype"): Name("/Type3"), Name("/CharProcs"): procs})


@pytest.mark.parametrize(
    "text", ["(" + "a" * 9000 + ")", "(" * 4500 + ")" * 4500, "<" + "61" * 9000 + ">"]
)
def test_glyphs_that_draw_are_weighed_for_each_that_is_shown(text: str) -> None:
    made = PdfWriter()
    heavy = resources("/Font", F=font(made, "0 0 m 600 800 l S " * 500))
    assert reason_of(page(made, f"/F 9 Tf {text} Tj", heavy)) is Reason.BOMB
    made = PdfWriter()
    light = resources("/Font", F=font(made, "0 0 m 600 800 l S " * 20))
    assert reason_of(page(made, f"/F 9 Tf {text} Tj", light)) is None


def test_glyphs_are_weighed_however_their_font_comes_to_be_in_force() -> None:
    """By a graphics state; or by the page, for a form that has no font of its own."""
    text, glyph = "(" + "a" * 9000 + ") Tj", "0 0 m 600 800 l S " * 500
    made = PdfWriter()
    pair = ArrayObject([made._add_object(font(made, glyph)), NumberObject(9)])
    state = resources("/ExtGState", G=DictionaryObject({Name("/Font"): pair}))
    assert reason_of(page(made, f"/G gs {text}", state)) is Reason.BOMB
    made = PdfWriter()
    words = resources("/Font", F=font(made, glyph))
    words[Name("/XObject")] = DictionaryObject({Name("/X"): form(made, text, DictionaryObject())})
    assert reason_of(page(made, "/F 9 Tf /X Do", words)) is Reason.BOMB


@pytest.mark.parametrize(
    "painted", ["0 0 9 9 re f\n", "0 0 m 9 9 l S\n", "(a)Tj", "0 0 9 9 re f0f"]
)
def test_a_pattern_is_weighed_for_all_that_is_painted_with_it(painted: str) -> None:
    """Also in a form that the page draws while it is in force."""
    for times, reason in ((2000, Reason.BOMB), (20, None)):
        made = PdfWriter()
        pattern = form(made, "0 0 m 9 9 l S " * 4000, DictionaryObject())
        words = f"/Pattern cs /P scn /Pattern CS /P SCN {painted * times}"
        assert reason_of(page(made, words, resources("/Pattern", P=pattern))) is reason
        made = PdfWriter()
        draws = resources("/Pattern", P=form(made, "0 0 m 9 9 l S " * 4000, DictionaryObject()))
        drawn = form(made, painted * times, DictionaryObject())
        draws[Name("/XObject")] = DictionaryObject({Name("/X"): drawn})
        words = "/Pattern cs /P scn /Pattern CS /P SCN /X Do"
        assert reason_of(page(made, words, draws)) is reason


def test_what_annotations_draw_is_weighed_for_each_of_them() -> None:
    """A stamp on every line is taken."""
    for heavy, reason in ((50_000, Reason.BOMB), (100, None)):
        made = PdfWriter()
        looks = form(made, "0 0 m 9 9 l S " * heavy, DictionaryObject())
        note = DictionaryObject({Name("/Subtype"): Name("/Stamp"), Name("/Rect"): BOX})
        note[Name("/AP")] = DictionaryObject({Name("/N"): DictionaryObject({Name("/On"): looks})})
        made.add_blank_page(width=600, height=800)[Name("/Annots")] = ArrayObject([note] * 200)
        out = io.BytesIO()
        made.write(out)
        assert reason_of(out.getvalue()) is reason


def test_a_form_that_only_a_note_draws_is_weighed() -> None:
    made = PdfWriter()
    note = DictionaryObject({Name("/Subtype"): Name("/Stamp"), Name("/Rect"): BOX})
    note[Name("/AP")] = DictionaryObject({Name("/N"): nested(made, "/X Do " * 10)})
    made.add_blank_page(width=600, height=800)[Name("/Annots")] = ArrayObject([note])
    out = io.BytesIO()
    made.write(out)
    assert reason_of(out.getvalue()) is Reason.BOMB


def test_a_form_that_draws_itself_is_a_bomb_and_one_that_only_lists_itself_is_not() -> None:
    for words, reason in (("/X Do", Reason.BOMB), ("/X 12 Tf (Do) Tj", None)):
        made = PdfWriter()
        shared = made._add_object(resources("/XObject"))
        shared.get_object()["/XObject"][Name("/X")] = form(made, words, shared)
        assert reason_of(page(made, "/X Do", shared)) is reason


def test_what_honest_documents_draw_is_taken() -> None:
    """A map of twenty thousand signs; a letterhead on each of a hundred pages; shared resources."""
    made = PdfWriter()
    sign = form(made, "0 0 m 10 10 l S " * 20)
    assert reason_of(page(made, "/X Do\n" * 20_000, resources("/XObject", X=sign))) is None
    made = PdfWriter()
    head = form(made, "0 0 m 10 10 l S " * 10_000)
    for _ in range(99):
        page(made, "/X Do", resources("/XObject", X=head))
    assert reason_of(page(made, "/X Do", resources("/XObject", X=head))) is None
    assert reason_of(files.pdf_with_shared_resources(20)) is None
