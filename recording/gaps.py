"""What is a gap, and its bookkeeping for one track; pure.

A gap is a span of an open track that no segment holds:
- packets that never came and were not repaired (`network`): for sound the span of the lost packets,
  for pictures from the last whole frame to the next key frame, since nothing between decodes;
- no packet for more than 500 ms, or three times the usual distance of frames where that is longer
  (a still screen sends one a second); Opus sends one every 400 ms even in silence (`network`);
- what came and cannot be read: packets that say what is not so, pictures that no decoder takes, more
  frames than fit into the time (`malformed`);
- what the recorder dropped because its worker was behind (`overrun`), could not write (`disk`),
  or had in hand when it died (`server`), up to the first packet after it that cannot be read;
- from the opening of a track to its first packet, where that takes more than five seconds (`network`);
- from the end of a track to its next start, with the cause given at the end; a track whose end was
  `closed` leaves none. After a restart of the server the cause is `server`.

Losses of the line and what cannot be read, shorter than 500 ms and less than 2 s apart, are named as
one gap of at most 10 s that spans them all, by what took more of it, so that neither a line with 10 %
loss nor a hostile sender floods the log.
"""

from hearing_server.domain.explanation import MACHINE
from hearing_server.services.media import GapCause, RecordingGap, TrackName

HOLE_MS = 500
STARTS_MS = 5_000  # from an opening to the first packet: a browser begins, a line is made
SLACK_MS = 8  # rounding, not a hole
LONGEST_USUAL_MS = 2_000
MERGE_MS = 2_000
MERGED_MAX_MS = 10_000
MERGED: frozenset[GapCause] = frozenset({"network", "malformed"})
COURTS = 3
_WEIGHT: dict[GapCause | None, int] = {None: 0, "network": 1, "malformed": 2}


class GapLedger:
    """Told of every frame of one track and of every loss; returns the gaps they make."""

    def __init__(self, track: TrackName) -> None:
        self.covered_until: int | None = None
        self._track = track
        self.cause: GapCause | None = None  # of what is missing before the next frame
        self._inherited = False  # it is what an earlier recording of the track ended by
        self._usual = 0.0  # distance of frames, ms
        self._short: tuple[int, int] | None = None  # a span of short losses
        self._taken: dict[GapCause, int] = {}  # ms in it, by what took them

    def begin(self, at: int, cause: GapCause) -> None:
        """The track was covered until `at`, and `cause` is why it is not afterwards."""
        self.covered_until, self.cause = at, cause

    def resume(self, at: int, cause: GapCause) -> None:
        """The same, of an earlier recording of the track."""
        self.begin(at, cause)
        self._inherited = True

    def arrived(self, at: int, opened: int) -> list[RecordingGap]:
        """The first packet of a track came, sampled at `at`: why it was not recorded before is over, unless
        what follows is of no use by the court's own fault."""
        covered = self.covered_until
        if covered is None:  # a long wait for a key frame is a gap, and for the first packet
            self.covered_until = opened if at - opened > STARTS_MS else at
        elif self.cause is not None and self.cause not in MACHINE:
            gaps, self.cause = self._hole(covered, at), None
            self.covered_until = max(at, covered)
            return gaps
        return []

    def lost(self, cause: GapCause) -> None:
        """Something before the next frame is missing. A sender's doing outweighs the line's, and the
        court's own outweighs both."""
        if _WEIGHT.get(cause, COURTS) > _WEIGHT.get(self.cause, COURTS):
            self.cause = cause

    def unreadable(self, at: int) -> list[RecordingGap]:
        """What came at `at` cannot be read. Where an earlier recording ended by the court's own fault that
        is over: the sender is heard again. Once, so that no log is flooded by their turns."""
        covered, inherited = self.covered_until, self._inherited
        if not (inherited and covered is not None and self.cause in MACHINE):
            self.lost("malformed")
            return []
        gaps = self._hole(covered, at)
        self.begin(max(at, covered), "malformed")
        self._inherited = False
        return gaps

    def frame(self, start: int, end: int) -> list[RecordingGap]:
        """A frame of this span (Unix ms) is in the file."""
        covered, gaps = self.covered_until, []
        if covered is not None:
            hole = start - covered
            if self.cause is not None or hole > HOLE_MS:
                gaps = self._hole(covered, start)
            elif self._short is not None and start - self._short[1] > MERGE_MS:
                gaps = self._merged()
            self._usual += (end - start + min(hole, LONGEST_USUAL_MS) - self._usual) * 0.125
        self.cause, self._inherited = None, False
        self.covered_until = end
        return gaps

    def unkept(self, at: int, cause: GapCause) -> list[RecordingGap]:
        """A frame at `at` came and cannot be kept: what was missing before it keeps its own cause."""
        covered = self.covered_until
        if self.cause == cause or covered is None:
            self.cause = cause
            return []
        missing = self.cause is not None or at - covered > HOLE_MS
        gaps = self._hole(covered, at) if missing else []
        self.begin(max(at, covered) if missing else covered, cause)
        return gaps

    def cut_back(self, until: int, cause: GapCause) -> None:
        """Frames after `until` did not reach the disk after all."""
        self.begin(until, cause)

    def end(self, at: int, opened: int) -> list[RecordingGap]:
        """The track, open since `opened`, ends at `at`; names what is missing up to there."""
        gaps: list[RecordingGap] = []
        if self.covered_until is None and at - opened > STARTS_MS:
            self.covered_until = opened
        if self.covered_until is None:
            return gaps
        if at - self.covered_until > HOLE_MS or self.cause is not None:
            gaps = self._hole(self.covered_until, at)
            self.covered_until = max(at, self.covered_until)
        self.cause = None
        return gaps + self._merged()

    def _hole(self, start: int, end: int) -> list[RecordingGap]:
        if end - start <= SLACK_MS:
            return []
        if self.cause is None and end - start <= 3 * self._usual:
            return []
        cause = self.cause or "network"
        if cause not in MERGED or end - start >= HOLE_MS:
            return [*self._merged(), self._gap(start, end, cause)]
        gaps: list[RecordingGap] = []
        first, last = self._short or (start, start)
        if start - last > MERGE_MS or end - first > MERGED_MAX_MS:
            gaps, first = self._merged(), start
        self._short = (first, end)
        self._taken[cause] = self._taken.get(cause, 0) + end - start
        return gaps

    def _merged(self) -> list[RecordingGap]:
        if self._short is None:
            return []
        start, end = self._short
        cause = max(self._taken, key=lambda cause: self._taken[cause])
        self._short, self._taken = None, {}
        return [self._gap(start, end, cause)]

    def _gap(self, start: int, end: int, cause: GapCause) -> RecordingGap:
        return RecordingGap(track=self._track, started_at=start, ended_at=end, cause=cause)
