"""PDFs that are to be signed or served: what is refused beyond an exhibit's rules, and the sheet behind them.

A fillable field could be filled in after the court's seal, a signature of its own would be broken by what
is added, an attachment is signed unseen. Here in the child a file is also put together with the sheet that
has the places for signatures: only its pages come over, no names, scripts or forms of the whole.
"""

import io
from typing import Any, BinaryIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from hearing_server.adapters.examining.pdf import examine_pdf
from hearing_server.adapters.examining.verdict import Bad, Reason, Verdict

MOST_PAGES = 300
KEPT = ("/Link",)  # kinds of annotations that come over
CLAIMS = ("/Metadata", "/OutputIntents")  # it is no PDF/A any more, and must not say so


def examine_paper(file: BinaryIO) -> Verdict:
    """As an exhibit, and stricter; Bad with the reason."""
    head = file.read(8)
    if not head.startswith(b"%PDF-"):
        raise Bad(Reason.UNKNOWN_TYPE if head else Reason.EMPTY)
    verdict = examine_pdf(file)
    if "attachments" in verdict.notes:
        raise Bad(Reason.ATTACHMENTS)
    if verdict.pages > MOST_PAGES:
        raise Bad(Reason.TOO_MANY_PAGES, str(verdict.pages))
    file.seek(0)
    _check_whole(PdfReader(file, strict=False))
    return verdict


def _check_whole(reader: PdfReader) -> None:
    root = reader.root_object
    form = _plain(root.get("/AcroForm"))
    if isinstance(form, DictionaryObject):
        fields = _plain(form.get("/Fields"))
        if _number(form.get("/SigFlags")) & 1:
            raise Bad(Reason.SIGNED)
        if isinstance(fields, ArrayObject) and fields:
            raise Bad(Reason.FORM)
    if "/Perms" in root or "/DSS" in root:
        raise Bad(Reason.SIGNED)
    for number in _numbers(reader):
        _check_object(reader, number)
    for page in reader.pages:
        for each in _plain(page.get("/Annots")) or ():
            if str(_plain(each).get("/Subtype", "")) == "/Widget":
                raise Bad(Reason.FORM)


def _numbers(reader: PdfReader) -> list[tuple[int, int]]:
    found = [(n, g) for g, offsets in reader.xref.items() for n in offsets]
    return found + [(n, 0) for n in reader.xref_objStm]


def _check_object(reader: PdfReader, number: tuple[int, int]) -> None:
    """A signature anywhere, also one that no field points to."""
    try:
        found = reader.get_object(IndirectObject(*number, reader))
    except (RecursionError, MemoryError):
        raise
    except Exception:  # a torn object that no page needs is no fault
        return
    if isinstance(found, DictionaryObject):
        kinds = (str(found.get("/Type", "")), str(found.get("/FT", "")))
        if "/ByteRange" in found or "/Sig" in kinds or "/DocTimeStamp" in kinds:
            raise Bad(Reason.SIGNED)


def _plain(value: Any) -> Any:
    return value.get_object() if value is not None else None


def _number(value: Any) -> int:
    value = _plain(value)
    return int(value) if isinstance(value, int | float) else 0


def join(file: BinaryIO, size: int) -> bytes:
    """One PDF of the two on standard input: the sheet (its first `size` bytes) behind the pages of the other."""
    data = file.read()
    writer = PdfWriter(clone_from=io.BytesIO(data[:size]))
    writer.merge(0, io.BytesIO(data[size:]), import_outline=False)
    for name in CLAIMS:
        writer.root_object.pop(NameObject(name), None)
    for page in writer.pages:
        page.pop(NameObject("/AA"), None)
        annotations = _plain(page.get("/Annots"))
        if annotations is not None:
            kept = [a for a in annotations if str(_plain(a).get("/Subtype", "")) in KEPT]
            page[NameObject("/Annots")] = ArrayObject(kept)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
