"""What exports need of others: where the jobs stand, and who makes the files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hearing_server.domain.export_jobs import ExportJob, Wish
from hearing_server.domain.hearing import HearingState
from hearing_server.services.composite import Script

Told = Callable[[float], None]  # how much is done, from 0 to 1


class ExportFailed(Exception):
    """No file was made. `code` is stable; `segment` is its name, where one is to blame."""

    def __init__(self, code: str, detail: str, segment: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.segment = segment


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file's size in bytes, the segments that it shows as damaged, and what it is without."""

    size: int
    damaged: tuple[str, ...] = ()
    masked: str = ""


class ExportStore(Protocol):
    """The jobs. Raises Refused(busy) while it is away."""

    async def add(self, job: ExportJob) -> None: ...

    async def update(self, job: ExportJob) -> None: ...

    async def remove(self, job: str) -> None: ...

    async def of_hearing(self, hearing: str) -> list[ExportJob]:
        """The newest first."""

    async def active(self, node: str) -> list[ExportJob]:
        """Queued or running, in the order in which they were asked for."""


class ExportMaker(Protocol):
    """Makes the file of a job from a script; what was done before is not done again."""

    async def make(self, job: ExportJob, script: Script, told: Told) -> Made:
        """Raises ExportFailed. Cancelled, it ends its processes and leaves what is done."""

    def path(self, job: ExportJob) -> Path:
        """Where the file is when it is there."""

    def discard(self, job: ExportJob) -> None:
        """Take away the file, and what is done of it. Blocks."""


class Bundler(Protocol):
    """Makes bundles, and knows whose they are (services/bundles.py)."""

    def check(self, state: HearingState, by: str, wish: Wish) -> None: ...

    def sees(self, state: HearingState, reader: str, wish: Wish) -> bool: ...

    async def make(self, job: ExportJob, told: Told) -> Made:
        """Raises ExportFailed and Refused; cancelled, it leaves nothing."""

    async def holds(self, job: ExportJob) -> bool:
        """Whether it may still be given."""

    def path(self, job: ExportJob) -> Path: ...

    def discard(self, job: ExportJob) -> None: ...
