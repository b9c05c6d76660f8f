"""An export that somebody asked for: what of, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ExportKind(StrEnum):
    COMPOSITE = "composite"  # the whole courtroom in one picture
    PARTY = "party"  # one party's tracks as they were recorded
    SPAN = "span"  # a part of the time: of a party if one is named, else of the composite
    SOUND = "sound"  # everybody's, mixed
    CAPTIONS = "captions"  # the transcript's lines, timed
    BUNDLE = "bundle"  # the record that proves itself, with the recordings
    BUNDLE_HASHES = "bundle_hashes"  # likewise, with their hashes alone


BUNDLES = frozenset({ExportKind.BUNDLE, ExportKind.BUNDLE_HASHES})


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Every legal move. A server that ends puts what it was at back into the queue.
MOVES: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.FAILED}),
        JobState.RUNNING: frozenset(
            {JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
        ),
        JobState.DONE: frozenset(),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
    }
)
ACTIVE = frozenset({JobState.QUEUED, JobState.RUNNING})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for. `party` is empty where it is of all; the span is Unix ms, None for all of it.
    Of a bundle `party` is whose copy it is, empty for one that leaves the court.

    `sealed` asks for the court's own copy: nothing is masked and nobody left out. Any other may leave.
    """

    kind: ExportKind
    party: str = ""
    started_at: int | None = None
    ended_at: int | None = None
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """`by` is a party; `node` keeps the file. `code` says why it failed, with the segment to blame.

    `masked` is what the copy leaves out, as a digest: a copy from before more was sealed is not given.
    (Of a bundle, before it and a colon, how many entries of the log it is over.)
    `damaged` are the segments that it shows as damaged.
    """

    id: str
    hearing: str
    node: str
    by: str
    wish: Wish
    state: JobState
    asked_at: int
    begun_at: int | None = None
    ended_at: int | None = None
    code: str = ""
    detail: str = ""
    segment: str = ""
    size: int = 0
    masked: str = ""
    damaged: tuple[str, ...] = ()
