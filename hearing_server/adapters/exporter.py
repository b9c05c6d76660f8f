"""Implements Exporter over the recording package: files made from segments, named by what is in them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import SegmentRecorded
from hearing_server.services.media import SegmentClosed, TrackName
from recording.encryption import Keyring
from recording.export import ExportRefused, export_party


class SegmentExporter:
    """`recordings` are the directories, `keys` opens those that are encrypted. Exports are kept until
    the segments differ: the name is a hash of the segments' hashes.
    """

    def __init__(
        self, recordings: Sequence[Path], exports: Path, keys: Keyring | None = None
    ) -> None:
        self._recordings = recordings
        self._exports = exports
        self._keys = keys

    async def party_file(
        self, hearing: str, party: str, segments: Sequence[SegmentRecorded]
    ) -> Path:
        contents = hashlib.sha256("".join(s.sha256 for s in segments).encode()).hexdigest()[:16]
        folder = self._exports / hearing
        folder.mkdir(parents=True, exist_ok=True)
        output = folder / f"{party}-{contents}.mkv"
        if output.exists():
            return output
        closed = [_closed(hearing, segment) for segment in segments]
        try:
            await export_party(self._recordings, closed, output, keys=self._keys)
        except ExportRefused as refusal:
            raise Refused(
                Code.RECORDING_DAMAGED, f"{refusal.code} {refusal.segment or ''}"
            ) from None
        for older in folder.glob(f"{party}-*.mkv"):
            if older != output:
                older.unlink(missing_ok=True)
        return output


def _closed(hearing: str, segment: SegmentRecorded) -> SegmentClosed:
    return SegmentClosed(
        track=TrackName(hearing=hearing, party=segment.party, source=segment.source),
        name=segment.name,
        codec=segment.codec,  # type: ignore[arg-type]
        sha256=segment.sha256,
        size=segment.size,
        frames=segment.frames,
        started_at=segment.started_at,
        ended_at=segment.ended_at,
        recovered=segment.recovered,
    )
