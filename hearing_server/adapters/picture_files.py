"""Pictures of documents as files of the data folder, each encrypted for its place. Implements PictureFiles."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hearing_server.adapters.folder import write_durably
from hearing_server.adapters.sealing import Sealing
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.access import Seated

MAX_PIXELS = 16_000_000
MAX_SIDE = 2000  # px of what is kept
FORMATS = ("JPEG", "PNG")


class SealedPictures:
    """`key` is 32 bytes that only this server has."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._sealing = Sealing(key)

    def clean(self, data: bytes) -> bytes:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                    return _written(image)
        except (UnidentifiedImageError, Image.DecompressionBombError, Warning) as error:
            raise Refused(Code.BAD_PICTURE, type(error).__name__) from None
        except (OSError, ValueError, SyntaxError, MemoryError):
            raise Refused(Code.BAD_PICTURE, "damaged") from None

    def write(self, seated: Seated, kind: str, picture: bytes) -> None:
        path = self._path(seated, kind)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_durably(path, self._sealing.seal(picture, _place(seated, kind)), 0o600)
        except OSError as error:
            raise Refused(Code.NOT_SAVED, error.strerror or "") from error

    def read(self, seated: Seated, kind: str) -> bytes | None:
        """None also for a file that was not sealed here for this place."""
        try:
            return self._sealing.open(self._path(seated, kind).read_bytes(), _place(seated, kind))
        except OSError:
            return None

    def remove(self, seated: Seated, kind: str) -> None:
        self._path(seated, kind).unlink(missing_ok=True)

    def hearings(self, before: int) -> Sequence[str]:
        found = (folder for folder in self._folder.iterdir() if folder.is_dir())
        return [folder.name for folder in found if _newest(folder) < before]

    def remove_all(self, hearing: str) -> int:
        files = list((self._folder / hearing).iterdir())
        for file in files:
            file.unlink(missing_ok=True)
        (self._folder / hearing).rmdir()
        return len(files)

    def _path(self, seated: Seated, kind: str) -> Path:
        return self._folder / seated.hearing / f"{seated.party}.{kind}"


def _newest(folder: Path) -> int:
    """When the last of its files was written, Unix ms."""
    return max((int(file.stat().st_mtime * 1000) for file in folder.iterdir()), default=0)


def _place(seated: Seated, kind: str) -> str:
    return f"{seated.hearing}/{seated.party}/{kind}"


def _written(image: Image.Image) -> bytes:
    """As a JPEG of ours, the right way up. The size is known before anything is decoded."""
    if image.width * image.height > MAX_PIXELS or min(image.size) < 16:
        raise Refused(Code.BAD_PICTURE, f"{image.width} x {image.height}")
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    upright.info.clear()  # else a comment of the file's would be written again
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue()
