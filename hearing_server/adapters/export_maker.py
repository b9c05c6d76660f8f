"""Implements ExportMaker over the recording package: jobs become orders, made in processes with limits."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from hearing_server.domain.export_jobs import ExportJob, ExportKind, Wish
from hearing_server.services.composite import Script
from hearing_server.services.export_ports import ExportFailed, Made, Told
from recording.encryption import Keyring
from recording.exporting.job import Job, discard
from recording.exporting.order import SUFFIX, Kind, Order
from recording.opened import ExportRefused, unsealed
from transcript.fonts import FAMILY, default_folder

GB = 1 << 30
_KINDS: dict[ExportKind, Kind] = {
    ExportKind.COMPOSITE: "composite",
    ExportKind.PARTY: "party",
    ExportKind.SOUND: "sound",
    ExportKind.CAPTIONS: "captions",
}


class SegmentMaker:
    """`recordings` are the directories, `keys` opens those that are encrypted; `workers` processes make
    one export. No file that is written grows above `most_bytes`.
    """

    def __init__(
        self,
        recordings: Sequence[Path],
        exports: Path,
        keys: Keyring | None,
        *,
        zone: str,
        workers: int = 2,
        most_bytes: int = 64 * GB,
    ) -> None:
        self._recordings = recordings
        self._exports = exports
        self._keys = keys
        self._zone = zone
        self._workers = workers
        self._most_bytes = most_bytes

    def path(self, job: ExportJob) -> Path:
        return self._exports / job.hearing / f"{job.id}{SUFFIX[kind_of(job.wish)]}"

    def discard(self, job: ExportJob) -> None:
        discard(self.path(job))

    async def make(self, job: ExportJob, script: Script, told: Told) -> Made:
        return await self.make_file(kind_of(job.wish), script, self.path(job), told)

    async def make_file(self, kind: Kind, script: Script, output: Path, told: Told) -> Made:
        """Raises ExportFailed."""
        try:
            needed = (*script.leads, *script.segments)
            keys = await asyncio.to_thread(unsealed, self._recordings, needed, self._keys)
            order = Order(
                kind=kind,
                script=script,
                folders=[str(folder) for folder in self._recordings],
                output=str(output),
                font=str(font_file()),
                zone=self._zone,
                most_bytes=self._most_bytes,
                keys=keys,
            )
            damaged = await Job(order, self._workers, told).make()
            size = (await asyncio.to_thread(output.stat)).st_size
        except ExportRefused as refused:
            raise ExportFailed(refused.code, str(refused), refused.segment or "") from None
        except OSError as error:
            raise ExportFailed("export_failed", str(error)) from error
        return Made(size=size, damaged=tuple(sorted(damaged)))


def kind_of(wish: Wish) -> Kind:
    """What a wish makes: a span is one of a party's tracks, or of the composite."""
    if wish.kind is ExportKind.SPAN:
        return "party" if wish.party else "composite"
    return _KINDS[wish.kind]


def font_file() -> Path:
    """The collection of the typeface that the transcript is printed in."""
    folder = default_folder()
    found = next(
        (p for p in sorted(folder.iterdir()) if p.suffix.lower() in (".ttc", ".otc")), None
    )
    if found is None:
        raise ExportFailed("export_failed", f"{FAMILY} is not in {folder}")
    return found
