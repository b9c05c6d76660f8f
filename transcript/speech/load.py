"""Which seats are not listened to while there is more sound than the machine can follow. Pure."""

from collections.abc import Mapping

BEHIND_S = 1.0  # behind the sound: too much, if it stays so
PATIENCE_S = 2.0  # a moment in which others had the processor is made up for
CALM_S = 0.3
EVERY_S = 1.0  # between two sheddings: the first must show what it brings
REST_S = 10.0  # of calm before a seat is listened to again
MOST_REST_S = 160.0
RELAPSE_S = 30.0


class Load:
    """Sheds the quietest seat first, one at a time, and takes them back the other way round.

    What brings the load back soon after rests twice as long the next time.
    """

    def __init__(self) -> None:
        self.shed: list[int] = []
        self._changed_at = self._calm_since = self._taken_back_at = float("-inf")
        self._behind_since: float | None = None
        self._rest = REST_S

    def look(self, lag: float, spoken: Mapping[int, float], now: float) -> None:
        """`lag` is the worst since the last look, seconds; `spoken` how much each open track says."""
        self.shed = [track for track in self.shed if track in spoken]
        if lag > CALM_S or self._calm_since == float("-inf"):
            self._calm_since = now
        if lag <= BEHIND_S:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        if self._behind_since is not None and now - self._behind_since >= PATIENCE_S:
            self._shed(spoken, now)
        elif self.shed and now - max(self._calm_since, self._changed_at) >= self._rest:
            self.shed.pop()
            self._changed_at = self._taken_back_at = now

    def _shed(self, spoken: Mapping[int, float], now: float) -> None:
        listened = [track for track in spoken if track not in self.shed]
        if not listened or now - self._changed_at < EVERY_S:
            return
        if now - self._taken_back_at < RELAPSE_S:
            self._rest = min(self._rest * 2, MOST_REST_S)
        elif now - self._changed_at > RELAPSE_S:
            self._rest = REST_S
        self.shed.append(min(listened, key=lambda track: spoken[track]))
        self._changed_at = now
