"""Who edits which line now. Nothing of it lasts: a lease that is lost loses nothing, revisions decide.

Time is an argument, in seconds of a clock that only goes forward.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hearing_server.domain.errors import Code, Refused

LASTS = 10.0  # seconds after the holder was last heard of it
MOST = 20  # lines of one desk


@dataclass(frozen=True)
class Lease:
    party: str
    until: float


class Leases:
    """The lines of one hearing that are being edited here."""

    def __init__(self) -> None:
        self._held: dict[int, Lease] = {}

    @property
    def held(self) -> dict[int, str]:
        """Line to who holds it."""
        return {line: lease.party for line, lease in sorted(self._held.items())}

    def take(self, line: int, party: str, now: float) -> bool:
        """Take or keep a line; whether that is news. Refused(line_held) while somebody else has it."""
        self.check([line], party, now)
        mine = sum(lease.party == party for lease in self._held.values())
        if line not in self._held and mine >= MOST:
            raise Refused(Code.TOO_MANY, f"{MOST} lines")
        before = self._held.get(line)
        self._held[line] = Lease(party, now + LASTS)
        return before is None or before.party != party

    def check(self, lines: Iterable[int], party: str, now: float) -> None:
        """Refused(line_held) when somebody else is editing one of these."""
        for line in lines:
            lease = self._held.get(line)
            if lease is not None and lease.party != party and lease.until > now:
                raise Refused(Code.LINE_HELD, lease.party)

    def release(self, line: int, party: str) -> bool:
        """Whether it was theirs."""
        lease = self._held.get(line)
        if lease is None or lease.party != party:
            return False
        del self._held[line]
        return True

    def leave(self, party: str) -> bool:
        """A connection has ended, and with it its leases; whether there were any."""
        return self._drop([n for n, lease in self._held.items() if lease.party == party])

    def expire(self, now: float) -> bool:
        """Those that nobody has kept; whether there were any."""
        return self._drop([n for n, lease in self._held.items() if lease.until <= now])

    def _drop(self, lines: list[int]) -> bool:
        for line in lines:
            del self._held[line]
        return bool(lines)
