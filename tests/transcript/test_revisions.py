"""Many signatures judged together say what pyHanko says of each alone."""

import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, SuspiciousModification

from transcript.signing.authority import Authority
from transcript.signing.revisions import EachRevisionOnce
from transcript.verify import verify_pdf

from . import court
from .conftest import Signed

Change = Callable[[IncrementalPdfFileWriter], None]


def _field(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/T"] == name:
            writer.update_container(field)
            return field
    raise KeyError(name)


def _picture(writer: IncrementalPdfFileWriter) -> None:
    """Another look for what was signed first."""
    stream = _field(writer, "Party-prosecutor").raw_get("/AP")["/N"]
    stream._data = b"0 0 100 40 re f"
    stream._encoded_data = None
    writer.update_container(stream)


def _value(writer: IncrementalPdfFileWriter) -> None:
    """One party's signature in the place of another's."""
    other = _field(writer, "Party-counsel").raw_get("/V")
    _field(writer, "Party-prosecutor")["/V"] = other


def _box(writer: IncrementalPdfFileWriter) -> None:
    field = _field(writer, "Party-prosecutor")
    field["/Rect"] = generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 10, 10))


def _page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 999 999 re f"))
    writer.update_container(page)


def _nothing(writer: IncrementalPdfFileWriter) -> None:
    writer.write(io.BytesIO())


def _with(pdf: bytes, change: Change) -> bytes:
    output = io.BytesIO(pdf)
    writer = IncrementalPdfFileWriter(output, strict=False)
    change(writer)
    writer.write_in_place()
    return output.getvalue()


@pytest.mark.parametrize("change", [None, _picture, _value, _box, _page])
def test_it_says_what_comparing_everything_says(
    signed: Signed, authority: Authority, change: Change | None
) -> None:
    """Of every signature, in a good file and in one that was changed after the last; also when signed again."""
    pdf = signed.archived if change is None else _with(signed.archived, change)
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    signatures = list(reader.embedded_signatures)
    first = signatures[0]
    once = EachRevisionOnce(reader, first.signed_revision, first.docmdp_level)
    refused = 0
    for one in signatures:
        said, wanted = (
            policy.review_file(reader, one.signed_revision, doc_mdp=one.docmdp_level)
            for policy in (once, DEFAULT_DIFF_POLICY)
        )
        assert isinstance(said, SuspiciousModification) >= isinstance(
            wanted, SuspiciousModification
        ), one.field_name
        refused += isinstance(said, SuspiciousModification)
    assert bool(refused) is (change is not None)
    assert verify_pdf(pdf, signed.roots).ok is (change is None)


def test_a_look_that_changes_before_the_next_signature_is_noticed(
    signed: Signed, authority: Authority
) -> None:
    """The seal itself allows that a box is filled in; whose it was does not."""
    pdf = _with(court.sign(signed.sealed, "prosecutor", authority), _picture)
    report = verify_pdf(court.sign(pdf, "defendant", authority), signed.roots)
    wrong = [one.text for one in report.findings if one.code == "changed"]
    assert any("公诉人" in text for text in wrong)
