"""Segments opened for an export: each is what the log says it is, or it is refused by its name."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import av

from hearing_server.services.media import SegmentClosed
from recording.encryption import Keyring, Unreadable
from recording.integrity import Finding, locate
from recording.reading import open_segment, unseal

MOST_PIXELS = 4096 * 2304  # what a camera or a screen sends at most; a lie costs no memory


class ExportRefused(Exception):
    """No file was made. `code` is one of `no_segments`, `several_parties`, `segment_missing`,
    `segment_truncated`, `segment_changed`, `segment_unreadable`, `disk_full`, `export_failed`, or a code
    of `encryption.Unreadable`, such as `no_key` and `wrong_key`; `segment` is its name, where one is
    to blame.
    """

    def __init__(self, code: str, detail: str, segment: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.segment = segment


class SegmentFiles:
    """The segments of a hearing by name. Each is hashed once, when it is first wanted."""

    def __init__(self, folders: Sequence[Path], keys: Keyring | None = None) -> None:
        self._folders = folders
        self._keys = keys or Keyring()
        self._paths: dict[str, Path] = {}

    def path(self, segment: SegmentClosed) -> Path:
        """Where it lies whole. Raises ExportRefused(segment_missing, …truncated, …changed, …unreadable)."""
        if segment.name not in self._paths:
            found = locate(self._folders, segment)
            if isinstance(found, Finding):
                raise ExportRefused(f"segment_{found.problem}", found.detail, found.name)
            self._paths[segment.name] = found
        return self._paths[segment.name]

    @contextlib.contextmanager
    def open(self, segment: SegmentClosed) -> Iterator[av.container.InputContainer]:
        """Its container. Raises ExportRefused."""
        path = self.path(segment)
        try:
            with (
                open_segment(path, self._keys) as file,
                av.open(file, mode="r", format="matroska") as source,
            ):
                if not source.streams:
                    raise ExportRefused("segment_unreadable", "it has no track", segment.name)
                yield source
        except Unreadable as error:
            raise ExportRefused(error.code, str(error), segment.name) from error
        except (av.FFmpegError, OSError) as error:
            raise ExportRefused("segment_unreadable", str(error), segment.name) from error


def unsealed(
    folders: Sequence[Path], segments: Sequence[SegmentClosed], keys: Keyring | None
) -> dict[str, str]:
    """The data keys that these segments need, by their sealed form, hex: all that a process is given.

    Blocks. Raises ExportRefused(no_key, wrong_key).
    """
    opened: dict[str, str] = {}
    for segment in segments:
        for path in (folder / segment.name for folder in folders):
            try:
                found = unseal([path], keys or Keyring())
            except OSError:
                continue  # not there, damaged: another directory may have it whole, or it is told of when opened
            except Unreadable as error:
                if error.code not in ("no_key", "wrong_key"):
                    continue
                raise ExportRefused(error.code, str(error), segment.name) from error
            opened |= {sealed.hex(): data.hex() for sealed, data in found.items()}
    return opened


def keyring(unsealed: dict[str, str]) -> Keyring:
    """What `unsealed` gave, as a keyring."""
    return Keyring(
        opened={bytes.fromhex(key): bytes.fromhex(data) for key, data in unsealed.items()}
    )
