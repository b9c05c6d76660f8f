"""The clock of a hearing: its log and its recording tell one time.

What is sealed, by the log, is cut out of what was recorded, by the recorder: a step of the calendar clock
that moved one against the other would move the seal off what was said. So from the first track on a
hearing's clock is held: it goes on evenly from where it stood, whatever the calendar does, until the court
adjourns or closes. That the two differ is the live check's alarm (`clock_off`).
"""

import time
from collections.abc import Callable


class HearingClocks:
    """`calendar` gives Unix ms; `monotonic` seconds, the same in every process of this machine."""

    def __init__(
        self, calendar: Callable[[], int], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._calendar = calendar
        self._monotonic = monotonic
        self._anchors: dict[str, float] = {}  # of those that are held: Unix ms at monotonic 0

    def now(self, hearing: str, newest: int) -> int:
        """Unix ms, never before `newest`, the time of the log's newest entry."""
        anchor = self._anchors.get(hearing)
        if anchor is None:
            return max(self._calendar(), newest)
        return max(round(anchor + self._monotonic() * 1000), newest)

    def hold(self, hearing: str, newest: int) -> float:
        """The clock's Unix ms at monotonic 0, held from now on.

        It goes on from `newest` where the calendar is behind: it was set back since, perhaps before the
        server's last start, and what is recorded now must not lie in a span that is over.
        """
        if hearing not in self._anchors:
            at = max(self._calendar(), newest)
            self._anchors[hearing] = at - self._monotonic() * 1000
        return self._anchors[hearing]

    def let_go(self, hearing: str) -> None:
        """It follows the calendar again."""
        self._anchors.pop(hearing, None)
