"""When a sender is asked for a key frame, so that any picture is a short way from one; pure."""

ASK_AFTER_MS = 4_250  # one every five seconds, with the time that the answer takes
CUT_AFTER_MS = 2 * ASK_AFTER_MS  # age of a segment: the next key frame would be too late for it
ASK_EVERY_S = 1.0


class KeyframeWish:
    """Of one track of pictures."""

    def __init__(self) -> None:
        self._came = 0  # start of the last one, Unix ms
        self._asked = float("-inf")  # monotonic

    def came(self, at: int) -> None:
        """One that starts at `at` (Unix ms), whoever asked for it."""
        self._came = at

    def is_due(self, calendar: float, segment: int) -> bool:
        """At this time, in a segment that starts at `segment` (both Unix ms)."""
        return calendar - self._came >= ASK_AFTER_MS or calendar - segment >= CUT_AFTER_MS

    def ask(self, now: float) -> bool:
        """It is wanted at `now` (monotonic seconds): whether to ask, or an answer may be on its way."""
        if now - self._asked < ASK_EVERY_S:
            return False
        self._asked = now
        return True
