"""How fast a camera may send, from what its viewers and its own path can take. No I/O."""

GROWTH = 1.08  # per report, about a second
RISE = 0.06  # seconds of queueing on the way up that count as congestion
FORGET = 10.0  # seconds after which the shortest delay is learned again


class RateCap:
    """A bit rate that falls at once on congestion and climbs back slowly."""

    def __init__(self, *, floor: int, ceiling: int) -> None:
        self.floor = floor
        self.ceiling = ceiling
        self.bitrate = ceiling
        self._lowered_at = -1.0

    def congested(self, factor: float, current: int, now: float) -> None:
        """Someone can take only `factor` of the `current` bit rate; heard once a second."""
        if now - self._lowered_at < 1.0:
            return
        self._lowered_at = now
        target = int(min(self.bitrate, current) * max(0.5, min(0.95, factor)))
        self.bitrate = max(self.floor, target)

    def grow(self, now: float) -> None:
        if now - self._lowered_at >= 2.0:
            self.bitrate = min(self.ceiling, int(self.bitrate * GROWTH) + 5000)


class DelayGate:
    """Sees a queue build up before the server, from abs-send-time and arrival (both in seconds).

    Clocks are unrelated, so only the difference from the shortest recent delay counts.
    """

    def __init__(self) -> None:
        self._base: float | None = None
        self._base_at = 0.0
        self._next: float | None = None
        self._window: float | None = None

    def add(self, sent: float, arrived: float) -> None:
        """`sent` is 24-bit abs-send-time as seconds below 64."""
        delay = (arrived - sent) % 64.0
        if self._base is not None:
            delay = self._base + ((delay - self._base + 32.0) % 64.0 - 32.0)
        self._window = delay if self._window is None else min(self._window, delay)

    def congested(self, now: float) -> bool:
        """Whether even the quickest packet since the last call queued for long."""
        window, self._window = self._window, None
        if window is None:
            return False
        if self._base is None or window < self._base:
            self._base, self._base_at, self._next = window, now, None
        self._next = window if self._next is None else min(self._next, window)
        if now - self._base_at > FORGET:
            self._base, self._base_at, self._next = self._next, now, None
        return window - self._base > RISE
