"""How often a producer is asked for a key frame. No I/O."""

INTERVAL = 0.5  # seconds between two requests upstream


class KeyframeLimiter:
    """Joins the requests of many viewers into few. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._asked_at = -INTERVAL
        self._pending = False

    def request(self, now: float) -> float | None:
        """0.0 to ask now, seconds to wait before calling `expire`, None if one is on its way."""
        if self._pending:
            return None
        if now - self._asked_at >= INTERVAL:
            self._asked_at = now
            return 0.0
        self._pending = True
        return self._asked_at + INTERVAL - now

    def expire(self, now: float) -> None:
        """The wait is over and the request goes out."""
        self._pending = False
        self._asked_at = now
