"""How often a producer is asked for a key frame. No I/O."""

INTERVAL = 0.5  # seconds in which at most two requests go upstream
APART = 0.1  # seconds between those two; what many viewers want at once is one request
AGAIN = 0.5  # seconds until it is asked again; Chromium hears nothing within 0.3 s of a request


class KeyframeLimiter:
    """Joins the requests of many viewers into few. Times are monotonic seconds.

    Two may follow each other: who comes a moment after another viewer does not wait for long.
    """

    def __init__(self) -> None:
        self._asked_at = (-INTERVAL, -INTERVAL)  # the last but one, the last
        self._pending = False

    def request(self, now: float) -> float | None:
        """0.0 to ask now, seconds to wait before calling `expire`, None if one is on its way."""
        if self._pending:
            return None
        due = max(self._asked_at[0] + INTERVAL, self._asked_at[1] + APART)
        if now >= due:
            self._asked_at = (self._asked_at[1], now)
            return 0.0
        self._pending = True
        return due - now

    def expire(self, now: float) -> None:
        """The wait is over and the request goes out."""
        self._pending = False
        self._asked_at = (self._asked_at[1], now)

    def spare(self, now: float) -> bool:
        """Whether to ask for one that no viewer waits for. It is not counted: it holds back nobody who does."""
        return not self._pending and now - self._asked_at[1] >= INTERVAL
