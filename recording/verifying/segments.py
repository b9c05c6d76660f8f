"""Every segment against the log: read once, hashed in threads, never held in memory."""

import hashlib
import os
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from hearing_server.domain.events import SegmentRecorded
from recording import names
from recording.verifying.report import Finding
from recording.verifying.source import Source

CHUNK = 1 << 20
AHEAD = 8  # files that are being read

Progress = Callable[[int, int], None]  # bytes read, bytes in all


class Wanted(NamedTuple):
    """A segment as the log has it. `name` is below the hearing's folder."""

    seq: int
    name: str
    event: SegmentRecorded


class Read(NamedTuple):
    """A file as it is; `error` when it could not be read to its end."""

    size: int
    sha256: str
    error: str = ""


def named_rightly(hearing: str, event: SegmentRecorded) -> str | None:
    """The name below the hearing's folder; None when it is not a name of this track of this hearing."""
    try:
        track, started_at = names.parse_segment_name(event.name)
    except ValueError:
        return None
    mine = (track.hearing, track.party, track.source) == (hearing, event.party, event.source)
    return event.name.partition("/")[2] if mine and started_at == event.started_at else None


def check(
    source: Source,
    wanted: list[Wanted],
    present: Mapping[str, int],
    excused: Callable[[Wanted], str],
    progress: Progress,
    digests: dict[str, str],
) -> Iterator[Finding]:
    """What is not as the log says. `present` are the sizes of the files that are there; `excused` gives
    the reason that a missing file has, or nothing. The SHA-256 of what was read goes to `digests`.
    """
    owners = {one.event.sha256: one.name for one in wanted}
    total = sum(present.get(one.name, 0) for one in wanted)
    done = whole = size = 0
    reasons: dict[str, int] = {}
    for one, read in _read_all(source, wanted, present):
        if read is None:
            reason = excused(one)
            if reason:
                reasons[reason] = reasons.get(reason, 0) + 1
            else:
                yield _finding("segment_missing", one)
            continue
        if not read.error:
            digests[one.name] = read.sha256
        done += read.size
        progress(done, total)
        finding = _judged(one, read, owners)
        if finding is not None:
            yield finding
        else:
            whole, size = whole + 1, size + read.size
    data = {"segments": whole, "of": len(wanted), "bytes": size}
    text = f"{whole} / {len(wanted)}, {size / 1e6:.1f} MB"
    yield Finding(level="ok", code="segments", text=text, data=data)
    for reason, count in reasons.items():
        level = "ok" if reason == "segments_deleted" else "masked"
        yield Finding(level=level, code=reason, text=str(count), data={"segments": count})  # type: ignore[arg-type]


def _read_all(
    source: Source, wanted: list[Wanted], present: Mapping[str, int]
) -> Iterator[tuple[Wanted, Read | None]]:
    """In order; a few files ahead, so that all cores hash."""
    waiting: deque[tuple[Wanted, Future[Read] | None]] = deque()
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        for one in wanted:
            reading = threads.submit(_read, source, one.name) if one.name in present else None
            waiting.append((one, reading))
            if len(waiting) > AHEAD:
                first, future = waiting.popleft()
                yield first, future.result() if future else None
        for one, reading in waiting:
            yield one, reading.result() if reading else None


def _read(source: Source, name: str) -> Read:
    digest, size = hashlib.sha256(), 0
    try:
        with source.open(name) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        return Read(size, digest.hexdigest(), str(error)[:100] or type(error).__name__)
    return Read(size, digest.hexdigest())


def _judged(one: Wanted, read: Read, owners: Mapping[str, str]) -> Finding | None:
    event = one.event
    if (read.size, read.sha256) == (event.size, event.sha256):
        return None
    if read.error and read.size != event.size:
        return _finding("segment_unreadable", one, read.error)
    owner = owners.get(read.sha256)
    if owner is not None and owner != one.name:
        return _finding("segment_exchanged", one, f"= {owner}")
    if read.size < event.size:
        return _finding("segment_truncated", one, f"{read.size} / {event.size}")
    return _finding("segment_changed", one, f"SHA-256 {read.sha256}")


def _finding(code: str, one: Wanted, more: str = "") -> Finding:
    event = one.event
    data = {
        "entry": one.seq,
        "name": one.name,
        "started_at": event.started_at,
        "ended_at": event.ended_at,
    }
    text = f"{one.name} (#{one.seq})" + (f": {more}" if more else "")
    return Finding(level="error", code=code, text=text, data=data)
