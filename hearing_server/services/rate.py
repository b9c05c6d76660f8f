"""How often somebody may do a thing."""

import time
from collections import OrderedDict

from hearing_server.domain.errors import Code, Refused


class Bucket:
    """A token bucket: `burst` at once, `per_second` on average. A refusal costs nothing."""

    __slots__ = ("_burst", "_per_second", "_refilled", "_tokens")

    def __init__(self, *, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = burst
        self._refilled = time.monotonic()

    def take(self) -> bool:
        """Take one if there is one."""
        now = time.monotonic()
        refill = (now - self._refilled) * self._per_second
        self._tokens, self._refilled = min(self._burst, self._tokens + refill), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class RateLimit:
    """A bucket for each key, `per_minute` on average and at once; remembers the last 10,000 keys."""

    def __init__(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def check(self, key: str) -> None:
        """Take one; Refused(too_many)."""
        bucket = self._buckets.pop(key, None) or Bucket(
            per_second=self._per_minute / 60, burst=self._per_minute
        )
        self._buckets[key] = bucket
        if len(self._buckets) > 10_000:
            self._buckets.popitem(last=False)
        if not bucket.take():
            raise Refused(Code.TOO_MANY)
