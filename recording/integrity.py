"""Whether the segments on disk are those in the log."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hearing_server.services.media import SegmentClosed
from recording import names

Problem = Literal["missing", "truncated", "changed", "unreadable", "extra"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One segment that is not as the log says; `detail` is for people."""

    problem: Problem
    name: str
    detail: str


def locate(folders: Sequence[Path], segment: SegmentClosed) -> Path | Finding:
    """The first directory's file that is what the log says, or why there is none.

    Raises ValueError when the name is not one of ours. Reads the file: for a thread or a process.
    """
    track, _ = names.parse_segment_name(segment.name)
    if track != segment.track:
        raise ValueError(f"{segment.name!r} is not a name of its track")
    findings = []
    for folder in folders:
        finding = _check(folder / segment.name, segment)
        if finding is None:
            return folder / segment.name
        findings.append(finding)
    return next((one for one in findings if one.problem != "missing"), findings[0])


def check_segment(folders: Sequence[Path], segment: SegmentClosed) -> Finding | None:
    """Whether any directory has the file as the log says. Raises ValueError as `locate`."""
    found = locate(folders, segment)
    return found if isinstance(found, Finding) else None


def _check(path: Path, segment: SegmentClosed) -> Finding | None:
    """A disk that cannot be read is a finding too: another directory may have the file."""
    try:
        if path.is_symlink() or not path.is_file():
            return Finding(problem="missing", name=segment.name, detail="there is no such file")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        return Finding(problem="unreadable", name=segment.name, detail=str(error))
    if size < segment.size:
        detail = f"{size} of {segment.size} bytes"
        return Finding(problem="truncated", name=segment.name, detail=detail)
    if digest != segment.sha256:
        detail = f"SHA-256 {digest}, in the log {segment.sha256}"
        return Finding(problem="changed", name=segment.name, detail=detail)
    return None


def check_segments(folders: Sequence[Path], segments: Sequence[SegmentClosed]) -> list[Finding]:
    """Every difference between the log's segments and the files of the same hearings.

    `segments` must be all that the log has of each hearing it names: any other complete one of these
    hearings is `extra`. Reads every file: for a thread or a process.
    """
    findings = [
        finding for segment in segments if (finding := check_segment(folders, segment)) is not None
    ]
    expected = {segment.name for segment in segments}
    extra: dict[str, None] = {}
    for hearing in sorted({segment.track.hearing for segment in segments}):
        for folder in folders:
            for _, below in names.track_folders(folder, hearing):
                for path in sorted(below.iterdir()):
                    if path.name.endswith(names.WHOLE):
                        extra[path.relative_to(folder).as_posix()] = None
    return findings + [
        Finding(problem="extra", name=name, detail="not in the log")
        for name in extra
        if name not in expected
    ]
