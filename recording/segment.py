"""One segment: written cluster by cluster to each directory that works, then made durable and named."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hearing_server.services.media import Codec, SegmentClosed, TrackName
from recording import matroska
from recording.disk import Disk
from recording.encryption import CLUSTER, FIRST, LAST, Encryptor, HearingKey, end_of
from recording.part import Part, create

LONGEST_MS = 10_000
ROUNDING_MS = 8
CLUSTER_MS = 250  # how much a killed worker can lose
CLUSTER_BYTES = 1 << 20

PartFailed = Callable[[Disk, OSError], None]


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A segment that is not yet durable. `patches` go into those of its files that are whole."""

    track: TrackName
    name: str
    codec: Codec
    started_at: int
    ended_at: int
    parts: list[Part]
    patches: list[tuple[int, bytes]] = field(default_factory=list)
    recovered: bool = False
    clean: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of it: None where nothing of it could be made durable, and where it lies."""

    closed: SegmentClosed | None
    kept: list[Part]
    failures: list[tuple[Disk, OSError]]


class SegmentWriter:
    """`failed` is told of each directory that gives up; when the last one does, methods raise OSError
    and `abandon` is to be called.
    """

    def __init__(
        self,
        disks: list[Disk],
        track: TrackName,
        header: matroska.Header,
        clean: bool,
        failed: PartFailed,
        key: HearingKey | None = None,
    ) -> None:
        self.started_at = header.started_at
        self.ends_at = header.started_at + LONGEST_MS  # no frame lasts longer
        self.full_at = self.ends_at - ROUNDING_MS  # what starts then is for the next one
        self.header = header
        self.clean = clean  # begins with a key frame
        self.last = header.started_at  # start and end of the last frame taken, Unix ms
        self.ended_at = header.started_at
        self.written_until: int | None = None  # the same for what write() took
        self.size = 0
        self._track = track
        self._failed = failed
        self._head = matroska.header_bytes(header)
        self._blocks: list[bytes] = []
        self._held = 0  # bytes in `_blocks`
        self._frames = 0
        self._cluster = header.started_at
        self._plain = len(self._head)  # bytes, before encryption
        self._interval = 0  # ms between the last two frames
        self._encryptor: Encryptor | None = None
        first = self._head
        if key is not None:
            self._encryptor = Encryptor(key, track, header.codec, header.started_at)
            first = self._encryptor.head + self._encryptor.chunk(FIRST, first)
        self.name, self._parts = create(disks, track, header.started_at, key is not None)
        self._live = list(self._parts)
        try:
            self._write(first)
        except OSError:
            self._drop()
            raise

    @property
    def live(self) -> list[Part]:
        """The files that are being written."""
        return self._live

    def add(self, at: int, end: int, data: bytes, key: bool) -> None:
        """Take one frame that starts at `at` and lasts until `end` (Unix ms), but no longer than this does."""
        time, blocks = at - self._cluster, self._blocks
        if time >= CLUSTER_MS or self._held > CLUSTER_BYTES:
            self.flush()
            blocks = self._blocks
        if not blocks:
            self._cluster, time = at, 0
        size = len(data)
        blocks += (matroska.block_head(size, time, key), data)
        self._held += size
        self._interval = at - self.last
        self.last = at
        self.ended_at = end if end < self.ends_at else self.ends_at

    def flush(self) -> None:
        """Write what is held as one cluster."""
        if self._blocks:
            data = matroska.cluster(self._cluster - self.started_at, self._blocks)
            frames = len(self._blocks) // 2
            self._plain += len(data)
            self._frames += frames
            if self._encryptor is not None:
                last_at = self.last - self.started_at
                data = self._encryptor.chunk(CLUSTER, data, last_at, self._interval, frames)
            self._blocks, self._held = [], 0
            self._write(data)
            self.written_until = self.ended_at
            for part in self._live:
                part.frames, part.until = self._frames, self.ended_at

    def cut(self, at: int) -> None:
        """The next frame, at `at`, is in another segment: the last one here lasts no longer."""
        self.ended_at = min(self.ended_at, at)
        if self.written_until is not None:
            self.written_until = min(self.written_until, at)
        for part in self._live:
            part.until = min(part.until, at)

    def finish(self) -> Finished:
        """Write the rest; the segment is complete but for `make_durable`."""
        self.flush()
        duration = self.ended_at - self.started_at
        patches = matroska.patches(self._head, self._plain, duration)
        if self._encryptor is None:
            return self._finished(self.ended_at, patches)
        self._write(self._encryptor.chunk(LAST, end_of(patches)))
        return self._finished(self.ended_at, [])

    def abandon(self) -> Finished | None:
        """After an error: what was written before it, None when that is nothing."""
        if self.written_until is None:
            self._drop()
            return None
        return self._finished(self.written_until, [])

    def _finished(self, until: int, patches: list[tuple[int, bytes]]) -> Finished:
        return Finished(
            track=self._track,
            name=self.name,
            codec=self.header.codec,
            started_at=self.started_at,
            ended_at=until,
            parts=self._parts,
            patches=patches,
            clean=self.clean,
        )

    def _drop(self) -> None:
        for part in self._parts:
            part.drop()

    def _write(self, data: bytes) -> None:
        lost: OSError | None = None
        for part in self._live:
            try:
                part.write(data)
            except OSError as error:
                lost = error
        if lost is not None:
            self._lose()
            if not self._live:
                raise lost
        self.size += len(data)

    def _lose(self) -> None:
        """Go on with the files that took it."""
        for part in self._live:
            if part.error is not None:
                self._failed(part.disk, part.error)
        self._live = [part for part in self._live if part.error is None]


def make_durable(finished: Finished) -> Outcome:
    """Make every whole file of a segment durable; where none can be, the longest of the others.

    Blocks: for a thread. A failed fsync is final; if no other file holds the segment, the file keeps
    a name that says so and is not tried again.
    """
    whole = [part for part in finished.parts if part.error is None]
    kept, failures, digest = [], [], ""
    for part in whole:
        try:
            digest = part.finish(finished.patches, digest)
            kept.append(part)
        except OSError as error:
            part.error = error
            failures.append((part.disk, error))
    if not kept:
        for part in sorted(finished.parts, key=lambda part: part.size, reverse=True):
            if part.error is not None and part not in whole and part.trusted and part.frames:
                try:
                    digest = part.finish([], "")
                except OSError as error:
                    failures.append((part.disk, error))
                else:
                    kept = [part]
                    break
    for part in finished.parts:
        if part not in kept:
            part.drop() if kept or not part.frames else part.set_aside()
    return Outcome(closed=_closed(finished, kept, digest), kept=kept, failures=failures)


def _closed(finished: Finished, kept: list[Part], digest: str) -> SegmentClosed | None:
    if not kept:
        return None
    best = kept[0]
    return SegmentClosed(
        track=finished.track,
        name=finished.name,
        codec=finished.codec,
        sha256=digest,
        size=best.size,
        frames=best.frames,
        started_at=finished.started_at,
        ended_at=best.until,
        recovered=finished.recovered,
        clean=finished.clean,
    )
