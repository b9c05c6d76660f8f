"""What a dead server or worker left in the recordings folder, found again and made whole.

`.unfinished/<hearing>` is a journal for each hearing whose segments may not all be in the log: it
exists before the first segment does, and tells of each track when and why it ended. So a start
looks at the hearings of the last day and not at years of recordings.
"""

import mmap
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import get_args

import msgspec

from hearing_server.services.media import GapCause, RecordingGap, TrackName
from recording import matroska, names
from recording.segment import Finished, sync_folder

FORGET_AFTER_S = 86_400
MAX_FILE = 1 << 30
MAX_JOURNAL = 4 << 20

Previous = dict[TrackName, tuple[int, GapCause]]


class _End(msgspec.Struct, frozen=True):
    """A line of a journal: the track was covered until `until` (Unix ms) and ended for `cause`."""

    party: str
    source: str
    until: int
    cause: str


def begin_hearing(folder: Path, hearing: str) -> None:
    """Note durably that this hearing has segments. Raises OSError."""
    journals = folder / names.UNFINISHED
    journals.mkdir(exist_ok=True, mode=0o750)
    (journals / names.check_id(hearing)).touch()
    sync_folder(journals)
    sync_folder(folder)


def note_end(folder: Path, track: TrackName, until: int, cause: str) -> None:
    """Remember why a track ended; without it, a later start of the track would blame the server."""
    line = _End(party=track.party, source=track.source, until=until, cause=cause)
    with (
        suppress(OSError),
        (folder / names.UNFINISHED / track.hearing).open("ab") as journal,
    ):
        journal.write(msgspec.json.encode(line) + b"\n")


def unfinished(folder: Path) -> dict[str, list[str]]:
    """The hearings with a journal, each with the names of its segments; `.part` where unfinished."""
    journals = folder / names.UNFINISHED
    if not journals.is_dir():
        return {}
    return {path.name: _segments(folder, path.name) for path in sorted(journals.iterdir())}


def forget(folder: Path, hearing: str) -> None:
    """Every segment of this hearing is in the log: no longer look at it, once it is a day old."""
    path = folder / names.UNFINISHED / names.check_id(hearing)
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > FORGET_AFTER_S:
            path.unlink()


def adopt(folder: Path, name: str) -> Finished | RecordingGap:
    """Make a left file ready to be finished; a gap when nothing in it could be read.

    `name` is a segment's name, with `.part` where it was being written. Such a file is trimmed to
    its last whole cluster; if there is none it is kept under another name.
    """
    whole = name.removesuffix(names.PART)
    track, named_start = names.parse_segment_name(whole)
    path = folder / name
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        contents = _read(file.fileno(), size)
        if contents is None or contents.started_at != named_start:
            return _unusable(path, folder / (whole + names.UNUSABLE), track, named_start)
        if path.name.endswith(names.PART):
            size = contents.size
        else:
            os.rename(path, folder / (whole + names.PART))  # back, so that it is finished like any
        return Finished(
            track=track,
            name=whole,
            codec=contents.codec,
            frames=contents.frames,
            started_at=contents.started_at,
            ended_at=_ended_at(contents),
            fd=os.dup(file.fileno()),
            size=size,
            patches=[],
            recovered=True,
        )


def previous_ends(folder: Path, hearing: str) -> Previous:
    """Until when each track of a hearing is recorded, and why not afterwards."""
    noted = _journal(folder, hearing)
    previous: Previous = {}
    for track, below in names.track_folders(folder, hearing):
        until = _newest_end(below)
        noted_until, cause = noted.get((track.party, track.source), (0, ""))
        if noted_until and noted_until >= until:
            if cause in get_args(GapCause):
                previous[track] = (noted_until, cause)  # type: ignore[assignment]
        elif until:
            previous[track] = (until, "server")
    return previous


def _segments(folder: Path, hearing: str) -> list[str]:
    found = []
    for _, below in names.track_folders(folder, hearing):
        for path in sorted(below.iterdir()):
            name = path.relative_to(folder).as_posix()
            with suppress(ValueError):
                names.parse_segment_name(name.removesuffix(names.PART))
                if path.is_file() and not path.is_symlink():
                    found.append(name)
    return found


def _newest_end(below: Path) -> int:
    newest = max(
        (path for path in below.iterdir() if path.name.endswith((".mkv", names.PART))),
        key=lambda path: int(path.name.partition("-")[0]),
        default=None,
    )
    if newest is None:
        return 0
    with newest.open("rb") as file:
        contents = _read(file.fileno(), os.fstat(file.fileno()).st_size)
    return _ended_at(contents) if contents else 0


def _read(fd: int, size: int) -> matroska.Contents | None:
    if not 0 < size <= MAX_FILE:
        return None
    with mmap.mmap(fd, size, access=mmap.ACCESS_READ) as data:
        return matroska.trim(data)


def _ended_at(contents: matroska.Contents) -> int:
    return contents.started_at + contents.last_at + (contents.interval or 20)


def _unusable(path: Path, aside: Path, track: TrackName, started_at: int) -> RecordingGap:
    ended_at = max(started_at, int(path.stat().st_mtime * 1000))
    os.rename(path, aside)
    sync_folder(path.parent)
    return RecordingGap(track=track, started_at=started_at, ended_at=ended_at, cause="server")


def _journal(folder: Path, hearing: str) -> dict[tuple[str, str], tuple[int, str]]:
    noted: dict[tuple[str, str], tuple[int, str]] = {}
    with suppress(OSError), (folder / names.UNFINISHED / hearing).open("rb") as journal:
        for line in journal.read(MAX_JOURNAL).splitlines():
            with suppress(msgspec.MsgspecError):
                end = msgspec.json.decode(line, type=_End)
                noted[end.party, end.source] = (end.until, end.cause)
    return noted
