"""One party's recording as one file: all its segments on one timeline, nothing transcoded.

`python -m recording.export` reads an order as JSON from standard input and answers on standard
output; `export_party` runs it as a process with limits. Time 0 is the start of the first segment,
gaps stay gaps, each source has a track of its own (a second one where its codec changes).
"""

import asyncio
import contextlib
import heapq
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import msgspec
from av.packet import Packet
from av.stream import Stream

from hearing_server.services.media import SegmentClosed
from recording.encryption import Keyring, Unreadable
from recording.integrity import Finding, locate
from recording.reading import open_segment, unseal

MOST_SEGMENTS = 50_000
CPU_S = 1800
MEMORY = 2 << 30
TIMEOUT_S = 3600.0
PACKAGES = str(Path(__file__).resolve().parent.parent)


class _Files(NamedTuple):
    """Where each segment lies whole, by its name, and what opens the encrypted ones."""

    paths: dict[str, Path]
    keys: Keyring


_MS = Fraction(1, 1000)


class ExportRefused(Exception):
    """No file was made. `code` is one of `no_segments`, `several_parties`, `segment_missing`,
    `segment_truncated`, `segment_changed`, `segment_unreadable`, `export_failed`, or a code of
    `encryption.Unreadable`, such as `no_key` and `wrong_key`; `segment` is its
    name, where one is to blame.
    """

    def __init__(self, code: str, detail: str, segment: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.segment = segment


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """`started_at` is Unix ms of time 0; `duration_ms` up to the end of the last segment."""

    started_at: int
    duration_ms: int
    size: int
    tracks: list[str]  # the source and codec of each track, in order, such as `camera vp8`


class _Order(msgspec.Struct, frozen=True):
    folders: list[str]
    output: str
    segments: list[SegmentClosed]
    keys: dict[str, str] = {}  # data keys by their sealed form, hex


class _Answer(msgspec.Struct, frozen=True):
    result: ExportResult | None = None
    code: str = ""
    detail: str = ""
    segment: str | None = None


async def export_party(
    folders: Sequence[Path],
    segments: Sequence[SegmentClosed],
    output: Path,
    timeout: float = TIMEOUT_S,
    keys: Keyring | None = None,
) -> ExportResult:
    """Run `party_file` in a process of its own; at most `timeout` seconds. Raises ExportRefused.

    `keys` opens segments that are encrypted; the process is given only what it needs of them.
    Cancelling ends the process. `output` appears only when it is complete.
    """
    unsealed = await asyncio.to_thread(_unsealed, folders, segments, keys)
    order = _Order([str(folder) for folder in folders], str(output), list(segments), unsealed)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "recording.export"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={"PATH": os.defpath, "PYTHONPATH": PACKAGES},
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(msgspec.json.encode(order)), timeout)
    except TimeoutError as error:
        raise ExportRefused("export_failed", f"not done within {timeout:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
            _part(output).unlink(missing_ok=True)
    return _answered(said, process.returncode)


def _unsealed(
    folders: Sequence[Path], segments: Sequence[SegmentClosed], keys: Keyring | None
) -> dict[str, str]:
    found = (
        next((path for folder in folders if (path := folder / segment.name).is_file()), None)
        for segment in segments
    )
    try:
        opened = unseal((path for path in found if path is not None), keys or Keyring())
    except Unreadable as error:
        raise ExportRefused(error.code, str(error)) from error
    except OSError as error:
        raise ExportRefused("export_failed", str(error)) from error
    return {sealed.hex(): data.hex() for sealed, data in opened.items()}


def _answered(said: bytes, status: int | None) -> ExportResult:
    try:
        answer = msgspec.json.decode(said, type=_Answer)
    except msgspec.MsgspecError as error:
        detail = f"the export ended with status {status}"
        raise ExportRefused("export_failed", detail) from error
    if answer.result is None:
        raise ExportRefused(answer.code, answer.detail, answer.segment)
    return answer.result


def party_file(
    folders: Sequence[Path],
    segments: Sequence[SegmentClosed],
    output: Path,
    keys: Keyring | None = None,
) -> ExportResult:
    """Write all segments of one party into `output` (Matroska). Blocks. Raises ExportRefused.

    A segment whose SHA-256 is not that of the log is refused by name, and then nothing is written.
    """
    files = _Files(_check(folders, segments), keys or Keyring())
    started_at = min(segment.started_at for segment in segments)
    part = _part(output)
    try:
        tracks = _remux(files, segments, started_at, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, output)
    except (OSError, av.FFmpegError) as error:
        raise ExportRefused("export_failed", str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return ExportResult(
        started_at=started_at,
        duration_ms=max(segment.ended_at for segment in segments) - started_at,
        size=output.stat().st_size,
        tracks=tracks,
    )


def _part(output: Path) -> Path:
    return output.with_name(output.name + ".part")


def _check(folders: Sequence[Path], segments: Sequence[SegmentClosed]) -> dict[str, Path]:
    """Where each segment lies whole."""
    if not 0 < len(segments) <= MOST_SEGMENTS:
        raise ExportRefused("no_segments", f"{len(segments)} segments")
    if len({(segment.track.hearing, segment.track.party) for segment in segments}) > 1:
        raise ExportRefused("several_parties", "the segments are not of one party")
    paths: dict[str, Path] = {}
    for segment in segments:
        found = locate(folders, segment)
        if isinstance(found, Finding):
            raise ExportRefused(f"segment_{found.problem}", found.detail, found.name)
        paths[segment.name] = found
    return paths


def _by_track(segments: Sequence[SegmentClosed]) -> dict[str, list[SegmentClosed]]:
    """Segments by source and codec, pictures first, each in order of time."""
    tracks: dict[str, list[SegmentClosed]] = {}
    order = sorted(
        segments,
        key=lambda segment: (segment.codec == "opus", segment.track.source, segment.started_at),
    )
    for segment in order:
        tracks.setdefault(f"{segment.track.source} {segment.codec}", []).append(segment)
    return tracks


def _remux(
    files: _Files, segments: Sequence[SegmentClosed], started_at: int, part: Path
) -> list[str]:
    tracks = _by_track(segments)
    with av.open(str(part), "w", format="matroska") as output:
        output.metadata["STARTED_AT"] = str(started_at)
        streams = [
            _add_stream(output, files, title, of_track) for title, of_track in tracks.items()
        ]
        timelines = [
            _packets(files, of_track, started_at, index)
            for index, of_track in enumerate(tracks.values())
        ]
        for _, index, packet in heapq.merge(*timelines, key=lambda item: item[:2]):
            packet.stream = streams[index]
            output.mux_one(packet)
    return list(tracks)


def _add_stream(
    output: av.container.OutputContainer,
    files: _Files,
    title: str,
    segments: list[SegmentClosed],
) -> Stream:
    with _opened(files, segments[0]) as source:
        stream = output.add_stream_from_template(source.streams[0], opaque=True)
    stream.time_base = _MS
    stream.metadata["title"] = title
    return stream


def _packets(
    files: _Files, segments: list[SegmentClosed], started_at: int, index: int
) -> Iterator[tuple[int, int, "Packet[Stream]"]]:
    """Packets of one track in milliseconds since `started_at`, never two at one time."""
    last = -1
    for segment in segments:
        with _opened(files, segment) as source:
            for packet in source.demux(source.streams[0]):
                if packet.pts is None:
                    continue  # the demuxer's own mark of the end
                assert packet.time_base is not None
                since_start = round(packet.pts * packet.time_base / _MS)
                last = max(last + 1, segment.started_at - started_at + since_start)
                packet.time_base = _MS
                packet.pts = packet.dts = last
                yield last, index, packet


@contextlib.contextmanager
def _opened(files: _Files, segment: SegmentClosed) -> Iterator[av.container.InputContainer]:
    try:
        with (
            open_segment(files.paths[segment.name], files.keys) as file,
            av.open(file, mode="r", format="matroska") as source,
        ):
            yield source
    except Unreadable as error:
        raise ExportRefused(error.code, str(error), segment.name) from error
    except av.FFmpegError as error:
        raise ExportRefused("segment_unreadable", str(error), segment.name) from error


def main() -> int:
    """Take one order, answer it; exit 0 when it was answered, with a refusal too."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=_Order)
    try:
        folders = [Path(folder) for folder in order.folders]
        opened = {bytes.fromhex(key): bytes.fromhex(data) for key, data in order.keys.items()}
        keys = Keyring(opened=opened)
        answer = _Answer(party_file(folders, order.segments, Path(order.output), keys))
    except ExportRefused as refused:
        answer = _Answer(None, refused.code, str(refused), refused.segment)
    except ValueError as error:
        answer = _Answer(None, "export_failed", str(error))
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
