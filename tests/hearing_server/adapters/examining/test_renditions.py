"""What is looked at: one page with nothing of the others, a telephone's picture as browsers show it."""

import asyncio
import hashlib
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import StreamObject

from hearing_server.adapters.examining import renditions
from hearing_server.adapters.examining.renditions import ChildRenditions
from hearing_server.domain.errors import Code, Refused

from . import files


async def made(maker: ChildRenditions, folder: Path, data: bytes, page: int, kind: str) -> bytes:
    path = folder / "file"
    path.write_bytes(data)
    return await maker.make(path, hashlib.sha256(data).hexdigest(), kind, page)


def everything_in(pdf: bytes) -> bytes:
    """All that the file holds, unpacked."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = [number for offsets in reader.xref.values() for number in offsets]
    numbers += list(reader.xref_objStm)
    found = [pdf]
    for number in numbers:
        one = reader.get_object(number)
        found += [str(one).encode(), one.get_data() if isinstance(one, StreamObject) else b""]
    return b"\n".join(found)


PARTS = ("words", "pixels", "bare", "inner", "outer", "pattern", "mask", "stamp")


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_page_brings_all_of_its_own_and_nothing_of_the_others(
    page: int, tmp_path: Path
) -> None:
    """Also where all pages share their lists of pictures, and link to each other."""
    whole = files.pdf_with_shared_resources()
    cut = everything_in(await made(ChildRenditions(), tmp_path, whole, page, "application/pdf"))
    assert set(re.findall(rb"secret-\d", cut)) == {f"secret-{page}".encode()}
    for part in PARTS:
        assert f"secret-{page} {part}".encode() in cut, part
    assert b"hidden" not in cut, "what a note says and does not show"
    assert len(PdfReader(io.BytesIO(whole)).pages) == 3


async def test_a_cut_page_reads_as_before(tmp_path: Path) -> None:
    pdf = await made(ChildRenditions(), tmp_path, files.pdf(3), 2, "application/pdf")
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    assert page.extract_text() == "Page 2"
    assert (page.mediabox.width, page.mediabox.height) == (595, 842)


async def test_a_form_is_cut_once_under_however_many_names_it_is_used(tmp_path: Path) -> None:
    """Else a small file grew without end: each of twelve forms has eight names for the next."""
    whole = files.pdf_of_many_names()
    cut = await made(ChildRenditions(), tmp_path, whole, 1, "application/pdf")
    assert everything_in(cut).count(b"drawn") == everything_in(whole).count(b"drawn") > 0
    assert len(cut) < 2 * len(whole)


async def test_a_telephones_picture_becomes_one_that_browsers_show(tmp_path: Path) -> None:
    jpeg = await made(ChildRenditions(), tmp_path, files.HEIC, 1, "image/heic")
    with Image.open(io.BytesIO(jpeg)) as image:
        assert (image.format, image.size) == ("JPEG", (64, 48))
        red, _, blue = image.getpixel((5, 20))  # type: ignore[misc]
        assert red > 150 > blue
        assert not image.getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_what_is_shown_of_a_picture_is_its_pixels_the_right_way_up(
    kind: str, tmp_path: Path
) -> None:
    """Neither the device nor anything else that stands in the file."""
    taken = Image.new("RGB", (60, 40), "red")
    about = taken.getexif()
    about[0x0110], about[0x0112] = "secret telephone", 6  # the model; turned by a quarter
    out = io.BytesIO()
    taken.save(out, kind, exif=about, **({"comment": b"secret"} if kind == "JPEG" else {}))
    assert b"secret" in out.getvalue()
    made_of = await made(ChildRenditions(), tmp_path, out.getvalue(), 1, f"image/{kind.lower()}")
    assert b"secret" not in made_of
    with Image.open(io.BytesIO(made_of)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 60))
        assert not image.getexif()


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("RGBA", (0, 0, 0, 0), 255),
        ("LA", (0, 0), 255),
        ("L", 90, 90),
        ("1", 1, 255),
        ("I;16", 90 << 8, 90),
    ],
)
async def test_a_picture_is_shown_as_bright_as_browsers_show_its_file(
    mode: str, colour: int | tuple[int, ...], seen: int, tmp_path: Path
) -> None:
    out = io.BytesIO()
    Image.new(mode, (20, 20), colour).save(out, "PNG")
    shown = await made(ChildRenditions(), tmp_path, out.getvalue(), 1, "image/png")
    with Image.open(io.BytesIO(shown)) as image:
        assert image.convert("L").getpixel((9, 9)) == pytest.approx(seen, abs=2)


async def test_what_many_look_at_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = [], renditions.ask_child

    async def counted(path: Path, *arguments: str, **bounds: float) -> bytes:
        asked.append(arguments)
        return await ask(path, *arguments, **bounds)  # type: ignore[arg-type]

    monkeypatch.setattr(renditions, "ask_child", counted)
    maker, data = ChildRenditions(), files.pdf(3)
    pages = await asyncio.gather(
        *(made(maker, tmp_path, data, page, "application/pdf") for page in (1, 2) * 5)
    )
    assert len(set(pages)) == 2
    assert sorted(asked) == [("application/pdf", "1"), ("application/pdf", "2")]
    await made(maker, tmp_path, data, 1, "application/pdf")
    assert len(asked) == 2


async def test_the_oldest_pages_make_room(tmp_path: Path) -> None:
    maker, data = ChildRenditions(kept=1500), files.pdf(3)
    for page in (1, 2, 3):
        await made(maker, tmp_path, data, page, "application/pdf")
    assert [page for _, page in maker._made] == [2, 3]
    assert maker._size <= 1500


async def test_a_page_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        await made(ChildRenditions(), tmp_path, b"%PDF-1.7 torn", 1, "application/pdf")
    assert caught.value.code is Code.BAD_FILE
