"""How long a recording must be kept."""

from datetime import UTC, datetime


def kept_until(closed_at: int, years: int) -> int:
    """The day on which the retention is over, so many years after the closing; both Unix milliseconds."""
    closed = datetime.fromtimestamp(closed_at / 1000, UTC)
    try:
        over = closed.replace(year=closed.year + years)
    except ValueError:  # 29 February
        over = closed.replace(year=closed.year + years, month=3, day=1)
    return int(over.timestamp() * 1000)
