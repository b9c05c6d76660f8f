"""Where a track leaves what it made."""

from typing import Protocol

from hearing_server.services.media import RecordingGap
from recording.disk import Disk
from recording.part import Part
from recording.segment import Finished


class Outlet(Protocol):
    """The worker, for its tracks."""

    def ask(self, track: int) -> None:
        """A key frame is wanted."""

    def gap(self, gap: RecordingGap) -> None: ...

    def complete(self, finished: Finished) -> None:
        """Make it durable and report it."""

    def disk_failed(self, hearing: str, disk: Disk, error: OSError) -> None: ...

    def sync(self, part: Part, until: int) -> None:
        """Make durable what is written, up to the frame that ends at `until`."""
