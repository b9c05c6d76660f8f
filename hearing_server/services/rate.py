"""How often somebody may do a thing."""

import time
from collections import OrderedDict

from hearing_server.domain.errors import Code, Refused


class RateLimit:
    """A token bucket for each key, `per_minute` on average and at once; remembers the last 10,000 keys."""

    def __init__(self, per_minute: float) -> None:
        self._per_second = per_minute / 60
        self._burst = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Take one; Refused(too_many)."""
        now = time.monotonic()
        tokens, then = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._per_second)
        self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._buckets) > 10_000:
            self._buckets.popitem(last=False)
        if tokens < 1:
            raise Refused(Code.TOO_MANY)
