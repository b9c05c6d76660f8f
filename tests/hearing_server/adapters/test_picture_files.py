"""Pictures of documents at rest: sealed, bound to their place, written anew without what was hidden."""

import io
from pathlib import Path

import pytest
from PIL import Image

from hearing_server.adapters.picture_files import MAX_SIDE, SealedPictures
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.access import Seated

KEY = b"k" * 32
SEAT = Seated(hearing="h", party="p")


@pytest.fixture
def pictures(tmp_path: Path) -> SealedPictures:
    return SealedPictures(tmp_path, KEY)


def drawn(size: tuple[int, int] = (300, 200), kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def test_what_is_kept_is_sealed_for_its_place(pictures: SealedPictures, tmp_path: Path) -> None:
    """The file says nothing; moved to another seat or kind, or under another key, it is nothing."""
    picture = pictures.clean(drawn())
    pictures.write(SEAT, "kept", picture)
    path = tmp_path / "h" / "p.kept"
    sealed = path.read_bytes()
    assert b"JFIF" not in sealed
    assert path.stat().st_mode & 0o777 == 0o600
    assert pictures.read(SEAT, "kept") == picture
    assert SealedPictures(tmp_path, b"x" * 32).read(SEAT, "kept") is None
    (tmp_path / "h" / "q.kept").write_bytes(sealed)
    assert pictures.read(Seated(hearing="h", party="q"), "kept") is None
    (tmp_path / "h" / "p.offered").write_bytes(sealed)
    assert pictures.read(SEAT, "offered") is None
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert pictures.read(SEAT, "kept") is None


def test_a_picture_is_removed_and_may_be_missing(pictures: SealedPictures) -> None:
    assert pictures.read(SEAT, "kept") is None
    pictures.remove(SEAT, "kept")
    pictures.write(SEAT, "kept", b"one")
    pictures.write(SEAT, "kept", b"two")
    assert pictures.read(SEAT, "kept") == b"two"
    pictures.remove(SEAT, "kept")
    assert pictures.read(SEAT, "kept") is None


def test_nothing_that_was_hidden_stays(pictures: SealedPictures) -> None:
    """Where it was taken, a comment, bytes after the end; turned the right way up; made smaller."""
    exif = Image.Exif()
    exif[0x0112] = 6  # stands on its side
    exif[0x010E] = "secret place"
    dirty = drawn((3000, 1500), exif=exif, comment=b"secret comment") + b"<script>secret"
    with Image.open(io.BytesIO(pictures.clean(dirty))) as image:
        assert image.format == "JPEG"
        assert not image.getexif()
        assert image.height == MAX_SIDE
        assert image.height > image.width
    assert b"secret" not in pictures.clean(dirty)
    assert pictures.clean(drawn(kind="PNG"))[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        drawn(kind="GIF"),
        drawn()[:200],
        drawn((5000, 4000)),
        drawn((15, 300)),
    ],
    ids=["empty", "pdf", "svg", "gif", "cut short", "too many pixels", "too small"],
)
def test_what_is_no_picture_is_refused(pictures: SealedPictures, data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        pictures.clean(data)
    assert caught.value.code is Code.BAD_PICTURE
