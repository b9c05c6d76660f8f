"""How many refusals are noted in the audit, so that nobody can flood it."""

from hearing_server.domain.errors import Refused
from hearing_server.services.rate import RateLimit


class Notes:
    """At most so many a minute, of one source (an address, a party) and altogether.

    What was left out is said with the next.
    """

    def __init__(self, of_one: int, altogether: int) -> None:
        self._of_one = RateLimit(per_minute=of_one)
        self._altogether = RateLimit(per_minute=altogether)
        self._left_out = 0

    def take(self, source: str) -> str | None:
        """What to add to the note; None when it is not to be made."""
        try:
            self._of_one.check(source)
            self._altogether.check("")
        except Refused:
            self._left_out += 1
            return None
        more, self._left_out = self._left_out, 0
        return f"; {more} more before, not noted" if more else ""
