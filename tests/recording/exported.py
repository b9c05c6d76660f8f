"""One party's segments as one file, made in its pieces here and not in processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hearing_server.services.composite import Extent
from hearing_server.services.media import SegmentClosed
from recording import export
from recording.opened import SegmentFiles


@dataclass(frozen=True, kw_only=True)
class Exported:
    started_at: int
    duration_ms: int
    tracks: list[str]


def party_file(
    files: SegmentFiles,
    segments: Sequence[SegmentClosed],
    output: Path,
    *,
    masked: Sequence[Extent] = (),
    within: Sequence[Extent] = (),
) -> Exported:
    pieces = export.pieces_of(segments)
    started_at = export.begins_at(segments, within)
    with TemporaryDirectory() as folder:
        written = [Path(folder) / str(number) for number in range(len(pieces))]
        for piece, path in zip(pieces, written, strict=True):
            export.write_piece(files, piece, path, started_at, masked=masked, within=within)
        tracks = export.join_pieces(files, pieces, written, output, started_at)
    ended_at = max(segment.ended_at for segment in segments)
    return Exported(started_at=started_at, duration_ms=ended_at - started_at, tracks=tracks)
