"""What keeps the tracks of one party together: the party's own clock, from its sender reports; pure.

A camera's packets leave a browser later than the sound of the same moment: they are encoded longer
and wait in its pacer. Arrival alone would put the picture behind the sound by that much. A sender
report (RFC 3550, 6.4.1) names one instant both on the browser's clock and in the track's
timestamps; where an arrival clock (clock.py) puts that instant, less what the browser's clock
said, is the track's `offset`. The track with the least of them came by the shortest way, and
`lag` is by how much another one is behind it.

A report is a claim. So a lag is never more than `MOST_LAG_MS`, tracks further apart than that are
not compared at all (another machine, a clock that lies), and a clock that steps changes nothing
until every track has reported after the step.
"""

MOST_LAG_MS = 500.0
STEP_MS = 100.0  # an offset that changes by more is a step of the browser's clock
STEP_WAIT_S = 10.0
STALE_S = 30.0  # a track that has not reported for so long is not compared with
NTP_MS = 1000.0 / (1 << 32)


class PartyClock:
    """The offsets of the tracks of one party, by the worker's track number."""

    def __init__(self) -> None:
        self._offsets: dict[int, tuple[float, float]] = {}  # ms, and when it was reported
        self._lags: dict[int, float] = {}
        self._awaited: set[int] = set()  # after a step: who has not yet reported
        self._step_over_at = 0.0

    def report(self, track: int, ntp: int, calendar: float, at: float) -> None:
        """The instant `ntp` is at `calendar` ms on the track's arrival clock; `at` is monotonic."""
        offset = calendar - ntp * NTP_MS
        before = self._offsets.get(track)
        stepped = before is not None and abs(offset - before[0]) > STEP_MS
        self._offsets[track] = (offset, at)
        if stepped and track not in self._awaited and at >= self._step_over_at:
            self._awaited = {
                other
                for other, (_, reported) in self._offsets.items()
                if at - reported < STALE_S and other != track
            }
            self._step_over_at = at + STEP_WAIT_S
        self._awaited.discard(track)
        if not self._awaited or at >= self._step_over_at:
            self._awaited = set()
            self._step_over_at = at
            self._compare(at)

    def lag(self, track: int) -> float:
        """How many ms the track's arrival clock is behind the party's best; 0 while not known."""
        return self._lags.get(track, 0.0)

    def leave(self, track: int) -> None:
        """The track ended."""
        self._offsets.pop(track, None)
        self._lags.pop(track, None)
        self._awaited.discard(track)

    @property
    def empty(self) -> bool:
        return not self._offsets

    def _compare(self, at: float) -> None:
        fresh = {
            track: offset for track, (offset, told) in self._offsets.items() if at - told < STALE_S
        }
        for track, offset in fresh.items():
            least = min(other for other in fresh.values() if offset - other <= MOST_LAG_MS)
            self._lags[track] = offset - least
