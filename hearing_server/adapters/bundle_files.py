"""Implements Containers: bundles as ASiC-E files beside the other exports, sealed by the court."""

from collections.abc import Iterable
from pathlib import Path

import structlog

from hearing_server.domain.export_jobs import ExportJob
from recording.asic import AsicTarget
from transcript.errors import SigningError
from transcript.signing.authority import Authority
from transcript.signing.container import sign_manifest

SUFFIX = ".asice"

log = structlog.get_logger()


class BundleFiles:
    def __init__(self, folder: Path, authority: Authority) -> None:
        self._folder = folder
        self._authority = authority

    def open(self, job: ExportJob) -> "SealedBundle":
        path = self.path(job)
        path.parent.mkdir(parents=True, exist_ok=True)
        return SealedBundle(path, self._authority)

    def path(self, job: ExportJob) -> Path:
        return self._folder / job.hearing / f"{job.id}{SUFFIX}"

    def discard(self, job: ExportJob) -> None:
        """Also what a server left that was killed while it made it."""
        path = self.path(job)
        path.unlink(missing_ok=True)
        AsicTarget.part_of(path).unlink(missing_ok=True)


class SealedBundle:
    """Implements Container."""

    def __init__(self, path: Path, authority: Authority) -> None:
        self._target = AsicTarget(path)
        self._authority = authority

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        self._target.add(name, chunks)

    def seal(self) -> int:
        return self._target.close(self._sign)

    def abandon(self) -> None:
        self._target.abandon()

    def _sign(self, manifest: bytes) -> bytes:
        """Without a timestamp while there is no authority to be had: verifying says so."""
        try:
            return sign_manifest(manifest, self._authority)
        except SigningError as error:
            if error.code != "timestamp_unavailable":
                raise
            log.warning("bundle sealed without a timestamp", why=str(error))
            return sign_manifest(manifest, self._authority, stamp=False)
