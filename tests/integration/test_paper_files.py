"""PDFs handed in as papers: what is not taken and why, and what is signed with its sheet."""

import io
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from tests.hearing_server.adapters.examining import files

from .harness import Refusal, ServerProcess
from .papers import checked, code_of, entering, made, pdf, person_of, sent, until
from .planner import case_body
from .staff import StaffClient


@pytest.fixture
async def clerk(server: ServerProcess) -> AsyncIterator[StaffClient]:
    async with StaffClient(server) as clerk:
        yield await clerk.sign_in("clerk")


def scripted() -> bytes:
    made = PdfWriter(clone_from=io.BytesIO(files.pdf(1)))
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    action = DictionaryObject({NameObject(name): value for name, value in script.items()})
    made.root_object[NameObject("/OpenAction")] = action
    return _written(made)


def with_file() -> bytes:
    made = PdfWriter(clone_from=io.BytesIO(files.pdf(1)))
    made.add_attachment("more.txt", b"more")
    return _written(made)


def with_field(kind: str) -> bytes:
    """A form with one field: of text, or a signature that is in it."""
    made = PdfWriter(clone_from=io.BytesIO(files.pdf(1)))
    name = NameObject
    field = DictionaryObject(
        {name("/FT"): name(kind), name("/T"): TextStringObject("f"), name("/Type"): name("/Annot"),
         name("/Subtype"): name("/Widget"),
         name("/Rect"): ArrayObject(NumberObject(n) for n in (0, 0, 9, 9))}
    )  # fmt: skip
    form = DictionaryObject({name("/Fields"): ArrayObject([made._add_object(field)])})
    if kind == "/Sig":
        form[name("/SigFlags")] = NumberObject(3)
    made.root_object[name("/AcroForm")] = made._add_object(form)
    return _written(made)


def _written(made: PdfWriter) -> bytes:
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


async def upload(clerk: StaffClient, case: str, data: bytes, title: str = "裁定书") -> Any:
    path = f"/cases/{case}/papers-file"
    return await clerk.ask("POST", path, params={"title": title, "language": "zh-CN"}, data=data)


async def test_pdfs_that_are_not_sent_round(clerk: StaffClient) -> None:
    case = (await clerk.post("/cases", case_body(6)))["id"]
    for data, reason in (
        (scripted(), "active"),
        (files.pdf(1).replace(b"%%EOF", b"% /Launch\n%%EOF"), "active"),
        (with_file(), "attachments"),
        (with_field("/Tx"), "form"),
        (with_field("/Sig"), "signed"),
        (files.encrypted_pdf(), "encrypted"),
        (b"hello", "unknown_type"),
        (b"%PDF-1.7\n" + os.urandom(2000), "damaged"),
        (b"", "empty"),
    ):
        with pytest.raises(Refusal) as caught:
            await upload(clerk, case, data)
        assert caught.value.code == "bad_file", reason
        assert caught.value.detail.split()[0] == reason
    signed = await pdf(clerk, f"/papers/{(await made(clerk, {'id': case}))['id']}/file")
    assert await code_of(upload(clerk, case, signed)) == "bad_file"  # it has a file inside
    assert await code_of(upload(clerk, case, files.pdf(1), title="")) == "bad_fields"
    assert await code_of(upload(clerk, case, b"%PDF-" + bytes(21 << 20))) == "too_large"
    assert (await clerk.get(f"/cases/{case}/papers"))["papers"] != []


async def test_an_uploaded_pdf_is_signed_with_its_sheet(clerk: StaffClient) -> None:
    """Its own pages stay, the places for signatures follow; a verifier says that they were not printed here."""
    case = await clerk.post("/cases", case_body(7))
    jia = case["parties"][0]["id"]
    paper = (await upload(clerk, case["id"], files.pdf(2)))["id"]
    board = await sent(clerk, paper, [jia])
    assert board["pages"] == 3
    one = await person_of(clerk, paper, jia)
    async with entering(one):
        await one.sign(paper)
    await until(clerk, paper, "phase", "complete")
    final = await pdf(clerk, f"/papers/{paper}/file")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(final)).pages]
    assert "Page 1" in pages[0]
    assert "签名页" in pages[2]
    codes = await checked(clerk.server, final)
    assert {"seal", "signature", "archived", "pages_not_compared"} <= set(codes)
