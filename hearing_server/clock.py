"""The calendar clock."""

import time


def now() -> int:
    """Unix milliseconds. It may be set: what must only go forward asks a hearing's own clock."""
    return time.time_ns() // 1_000_000
