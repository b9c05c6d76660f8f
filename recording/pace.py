"""When each frame of a track starts: none before the one before it, and none far ahead of the time; pure."""

from recording.gaps import GapLedger

AHEAD_MS = 1_000


class Pace:
    """A sender may send more frames than fit into the time, each of a moment of its own. A recording that took
    them all would run ahead of the clock, and squeeze in behind it whatever came afterwards.
    """

    def __init__(self) -> None:
        self._full_until = 0  # Unix ms: what is recorded already, and more was left out

    def start(self, time: int, key: bool, last: int, now: int, gaps: GapLedger) -> int | None:
        """Of a frame sampled at `time`, behind one that starts at `last` (Unix ms); None where it has no place:
        then what follows has none either until the time has caught up, and that is a gap."""
        at = time if time > last else last + 1
        if now < self._full_until or (self._full_until and not key):
            return None
        if at - now > AHEAD_MS:
            self._full_until = gaps.covered_until or 0
            gaps.cut_back(now, "malformed")
            return None
        self._full_until = 0
        return at
