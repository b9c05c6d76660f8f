"""What a dead server or worker left in the recordings folders, found again and made whole.

`.unfinished/<hearing>` is a journal for each hearing whose segments may not all be in the log: it
exists before the first segment does, and tells of each track when and why it ended. So a start
looks at the hearings of the last day and not at years of recordings.
"""

import errno
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import msgspec

from hearing_server.services.media import GapCause, RecordingGap, TrackName
from recording import encryption, matroska, names
from recording.disk import Disk, Disks
from recording.part import Part, sync_folder
from recording.segment import CLUSTER_MS, Finished

FORGET_AFTER_S = 86_400
MAX_FILE = 1 << 28
BLOCK = 1 << 16  # what is lost of a file with a place that cannot be read
MAX_JOURNAL = 4 << 20

Previous = dict[TrackName, tuple[int, GapCause]]


class _End(msgspec.Struct, frozen=True):
    """A line of a journal: the track was covered until `until` (Unix ms) and ended for `cause`."""

    party: str
    source: str
    until: int
    cause: str


def begin_hearing(disk: Disk, hearing: str) -> None:
    """Note that this hearing has segments here; `sync_journals` makes it last. Raises OSError."""
    disk.check()
    journals = disk.folder / names.UNFINISHED
    journals.mkdir(exist_ok=True, mode=0o750)
    (journals / names.check_id(hearing)).touch()


def sync_journals(disk: Disk) -> None:
    """Have new journals survive a power cut. Blocks; a failure shows in the segments too."""
    with suppress(OSError):
        sync_folder(disk.folder / names.UNFINISHED)
        sync_folder(disk.folder)


def note_end(disks: Disks, track: TrackName, until: int, cause: str) -> None:
    """Remember why a track ended; without it, a later start of the track would blame the server."""
    line = _End(party=track.party, source=track.source, until=until, cause=cause)
    for disk in disks:
        path = disk.folder / names.UNFINISHED / track.hearing
        with suppress(OSError), path.open("ab") as journal:
            journal.write(msgspec.json.encode(line) + b"\n")


@dataclass(frozen=True, kw_only=True)
class Left:
    """What an earlier run left: hearings with the names of their segments, `.part` where no directory
    has it whole; and the whole ones that lie in one directory alone, with that directory.
    """

    hearings: dict[str, list[str]]
    single: list[tuple[str, Disk]]


def unfinished(disks: Disks) -> Left:
    """The hearings with a journal in any directory. One that cannot be read is as if it were empty."""
    found: dict[str, dict[str, list[Disk]]] = {}
    for disk in disks:
        with suppress(OSError):
            for path in sorted((disk.folder / names.UNFINISHED).iterdir()):
                segments = found.setdefault(path.name, {})
                for name in _segments(disk.folder, path.name):
                    segments.setdefault(name, []).append(disk)
    hearings, single = {}, []
    for hearing, segments in sorted(found.items()):
        hearings[hearing] = [
            name
            for name in sorted(segments)
            if not name.endswith(names.PART) or name.removesuffix(names.PART) not in segments
        ]
        single += [
            (name, where[0])
            for name, where in segments.items()
            if len(where) == 1 < len(disks.all) and not name.endswith(names.PART)
        ]
    return Left(hearings=hearings, single=single)


def forget(disks: Disks, hearing: str) -> None:
    """Every segment of this hearing is in the log: no longer look at it, once it is a day old."""
    for disk in disks:
        path = disk.folder / names.UNFINISHED / names.check_id(hearing)
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGET_AFTER_S:
                path.unlink()


def adopt(disks: Disks, name: str) -> Finished | RecordingGap:
    """Make a left segment ready to be finished; a gap when nothing in it could be read.

    `name` is a segment's name, with `.part` where it was being written. Such a file is trimmed to
    its last whole cluster, the longest of them where there are two; if there is none it is kept
    under another name.
    """
    whole = name.removesuffix(names.PART)
    track, named_start = names.parse_segment_name(whole)
    found = [
        (contents, disk)
        for disk in disks
        if (contents := _read(disk.folder / name)) is not None
        and contents.started_at == named_start
    ]
    if not found:
        return _unusable(disks, name, track, named_start)
    best = max((contents for contents, _ in found), key=lambda contents: contents.size)
    part_only = name.endswith(names.PART)
    parts = [
        _part(disk, name, contents if part_only else best, part_only)
        for contents, disk in found
        if part_only or contents.size == best.size
    ]
    for part in parts:
        if part.size < best.size:  # takes no more, and is kept only where the longest cannot be
            part.error = OSError(errno.EIO, "shorter than the other one", part.name)
    return Finished(
        track=track,
        name=whole,
        codec=best.codec,
        started_at=best.started_at,
        ended_at=_ended_at(best),
        parts=parts,
        recovered=True,
    )


def previous_ends(disks: Disks, hearing: str) -> Previous:
    """Until when each track of a hearing is recorded, and why not afterwards."""
    noted: dict[tuple[str, str], tuple[int, str]] = {}
    newest: dict[TrackName, int] = {}
    for disk in disks:
        for whose, end in _journal(disk.folder, hearing).items():
            noted[whose] = max(end, noted.get(whose, end), key=lambda one: one[0])
        with suppress(OSError):
            for track, below in names.track_folders(disk.folder, hearing):
                newest[track] = max(newest.get(track, 0), _newest_end(below))
    previous: Previous = {}
    for track, until in newest.items():
        noted_until, cause = noted.get((track.party, track.source), (0, ""))
        if noted_until and noted_until >= until:
            if cause in get_args(GapCause):
                previous[track] = (noted_until, cause)  # type: ignore[assignment]
        elif until:
            previous[track] = (until, "server")
    return previous


def _part(disk: Disk, name: str, contents: matroska.Contents, part_only: bool) -> Part:
    """An open file of what is left, under the name of one that is being written."""
    path = disk.folder / name
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    if not part_only:  # back, so that it is finished like any
        os.rename(path, path.with_name(path.name + names.PART))
    part = Part(disk, name.removesuffix(names.PART), fd)
    part.size, part.frames, part.until = contents.size, contents.frames, _ended_at(contents)
    return part


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
    """Until when the newest segment in which there is a frame lasts: a kill may leave one without."""
    files = (path for path in below.iterdir() if path.name.endswith((*names.WHOLE, names.PART)))
    for path in sorted(files, key=lambda path: int(path.name.partition("-")[0]), reverse=True):
        if contents := _read(path):
            return _ended_at(contents)
    return 0


def _read(path: Path) -> matroska.Contents | None:
    """Up to where the disk can be read: what fails at a kill is often the last that was written. Not from a
    map, of which that would end the process, and the next one after it."""
    data = bytearray()
    with suppress(OSError), path.open("rb", buffering=0) as file:
        while len(data) <= MAX_FILE and (block := file.read(BLOCK)):
            data += block
    if not 0 < len(data) <= MAX_FILE:
        return None
    encrypted = data.startswith(encryption.MAGIC)
    return encryption.trim(bytes(data)) if encrypted else matroska.trim(bytes(data))


def _ended_at(contents: matroska.Contents) -> int:
    return contents.started_at + contents.last_at + (contents.interval or 20)


def _unusable(disks: Disks, name: str, track: TrackName, started_at: int) -> RecordingGap:
    """What it held was the one cluster that had not been written yet: the calendar's times of the file
    say nothing on the hearing's clock."""
    for disk in disks:
        path = disk.folder / name
        with suppress(FileNotFoundError):
            os.rename(path, path.with_name(path.name.removesuffix(names.PART) + names.UNUSABLE))
            sync_folder(path.parent)
    ended_at = started_at + CLUSTER_MS
    return RecordingGap(track=track, started_at=started_at, ended_at=ended_at, cause="server")


def _journal(folder: Path, hearing: str) -> dict[tuple[str, str], tuple[int, str]]:
    noted: dict[tuple[str, str], tuple[int, str]] = {}
    with suppress(OSError), (folder / names.UNFINISHED / hearing).open("rb") as journal:
        for line in journal.read(MAX_JOURNAL).splitlines():
            with suppress(msgspec.MsgspecError):
                end = msgspec.json.decode(line, type=_End)
                noted[end.party, end.source] = (end.until, end.cause)
    return noted
