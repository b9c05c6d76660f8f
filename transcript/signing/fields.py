# asn1crypto and parts of pyHanko carry no types.
# mypy: allow-untyped-calls
"""The signature fields of a transcript: their names, and their places."""

import io
from collections.abc import Iterable
from urllib.parse import quote, unquote

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from transcript.pdf import SignatureBox

SEAL_FIELD = "Seal"
_PARTY = "Party-"


def field_name(party: str | None) -> str:
    """The field of a party, or of the court's seal. A dot would make a hierarchy, so it is escaped."""
    if party is None:
        return SEAL_FIELD
    return _PARTY + quote(party, safe="").replace(".", "%2E")


def party_of(field: str) -> str | None:
    """The party whose field it is; None for the seal and for fields that are not ours."""
    return unquote(field.removeprefix(_PARTY)) if field.startswith(_PARTY) else None


def add_fields(pdf: bytes, boxes: Iterable[SignatureBox], names: dict[str, str]) -> bytes:
    """Every field in one revision; `names` gives each party's tooltip, read aloud by screen readers."""
    buffer = io.BytesIO(pdf)
    writer = IncrementalPdfFileWriter(buffer)
    for box in boxes:
        append_signature_field(writer, _spec(box, names))
    writer.write_in_place()
    return buffer.getvalue()


def _spec(box: SignatureBox, names: dict[str, str]) -> SigFieldSpec:
    corners = (box.x, box.y, box.x + box.width, box.y + box.height)
    left, bottom, right, top = (round(value) for value in corners)
    spoken = (
        names.get(box.party, box.party) if box.party is not None else "法院签章 Seal of the court"
    )
    return SigFieldSpec(
        field_name(box.party),
        on_page=box.page - 1,
        box=(left, bottom, right, top),
        readable_field_name=spoken,
    )
