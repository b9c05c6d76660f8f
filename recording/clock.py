"""RTP timestamps (RFC 3550, 5.1) to calendar milliseconds; pure."""

JUMP_MS = 500.0  # a packet cannot arrive before it was sent: this early is another timeline
FAR_MS = 10_000.0  # as late as this is another timeline too
WINDOW_S = 5.0  # the least delayed packet of a window shows the true offset
DRIFT_MS = 5.0  # the most that a window may pull the clock later: 1000 ppm
CATCH_UP = 0.25  # the share of elapsed time by which it is pulled earlier
MOVE = 0.2  # the same for the lag behind the party's other tracks

WRAP = 1 << 32
HALF = WRAP // 2


class RtpClock:
    """Maps the timestamps of one track to the calendar.

    `wall_offset` is Unix ms minus monotonic ms, read once for a recording: a step of the wall clock
    afterwards bends nothing. The offset follows the least delayed packets, so that a queue in the
    network does not move the picture, and slowly follows the drift between sender and receiver.
    A timestamp that cannot belong to the old timeline starts a new one at its arrival.
    `lag` is by how much all of this is late (party_clock.py); times move there a fifth as fast as time passes.
    """

    def __init__(self, rate: int, wall_offset: float) -> None:
        self._ms = 1000.0 / rate
        self._wall_offset = wall_offset
        self._last: int | None = None  # unwrapped
        self._offset = 0.0  # calendar ms of timestamp 0
        self._seen = 0.0
        self._window_end = 0.0
        self._least = float("inf")
        self.lag = 0.0  # ms, where times shall be moved to
        self._moved = 0.0  # ms, what they are moved by

    def calendar(self, at: float) -> float:
        """Calendar ms of a monotonic time in seconds."""
        return at * 1000.0 + self._wall_offset

    def observe(self, timestamp: int, at: float) -> float:
        """A packet with this timestamp arrived at `at`; returns the calendar ms it was sampled at."""
        last = self._last
        if last is None:
            last = timestamp
            self._offset = float("inf")  # so that the first packet starts the timeline
        else:
            step = (timestamp - last) % WRAP
            last += step if step < HALF else step - WRAP
        self._last = last
        ticks = last * self._ms
        offset = at * 1000.0 + self._wall_offset - ticks
        late = offset - self._offset
        if late < 0.0 or late > FAR_MS:
            if late < -JUMP_MS or late > FAR_MS:
                self._restart(offset, at)
            else:
                self._offset += max(late, -CATCH_UP * max(0.0, at - self._seen) * 1000.0)
        if self._moved != self.lag:
            self._move(at - self._seen)
        self._seen = at
        if offset < self._least:
            self._least = offset
        if at >= self._window_end:
            self._end_window(at)
        return ticks + self._offset - self._moved

    def arrival(self, timestamp: int) -> float | None:
        """Calendar ms of a timestamp by arrival times alone; None for one that is far from the newest."""
        if self._last is None:
            return None
        step = (timestamp - self._last + HALF) % WRAP - HALF
        if abs(step) * self._ms > FAR_MS:
            return None
        return (self._last + step) * self._ms + self._offset

    def _move(self, elapsed: float) -> None:
        most = max(0.0, elapsed) * 1000.0 * MOVE
        self._moved += max(-most, min(most, self.lag - self._moved))

    def _restart(self, offset: float, at: float) -> None:
        self._offset = self._least = offset
        self._window_end = at + WINDOW_S

    def _end_window(self, at: float) -> None:
        late = self._least - self._offset
        if late > JUMP_MS:  # everything is later for good: the sender's clock stood still
            self._offset = self._least
        elif late > 0:
            self._offset += min(late, DRIFT_MS)
        self._least = float("inf")
        self._window_end = at + WINDOW_S
