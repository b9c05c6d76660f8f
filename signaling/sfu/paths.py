"""The proven addresses of one transport, and which of them media takes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .transport import Transport

MAX_PATHS = 8  # of one transport; the one not heard for longest makes room
QUIET = 1.0  # seconds after which TCP may take over from UDP

Address = tuple[Any, ...]


@dataclass(eq=False, slots=True)
class Path:
    """A remote address that passed an integrity check. `sendto(data, address)` never blocks."""

    transport: "Transport"
    protocol: Literal["udp", "tcp"]
    address: Address
    sendto: Any
    heard_at: float = 0.0


@dataclass(eq=False)
class PathChoice:
    """Pure choice among the paths of a transport. Times are monotonic seconds."""

    paths: list[Path] = field(default_factory=list)
    selected: Path | None = None

    def add(self, path: Path) -> Path | None:
        """Take in a newly proven path; returns the one that had to go, if any."""
        evicted = None
        if len(self.paths) >= MAX_PATHS:
            others = (each for each in self.paths if each is not self.selected)
            evicted = min(others, key=lambda each: each.heard_at)
            self.paths.remove(evicted)
        self.paths.append(path)
        return evicted

    def on_check(self, path: Path, *, nominated: bool, now: float) -> bool:
        """A check passed on `path`; True if media moves to it.

        A nominated path is taken at once, so that a new network goes on within one round trip.
        Firefox nominates every path that works: there TCP does not displace a living UDP path.
        """
        path.heard_at = now
        current = self.selected
        if current is path:
            return False
        if current is not None:
            if not nominated:
                return False
            alive = now - current.heard_at < QUIET
            if path.protocol == "tcp" and current.protocol == "udp" and alive:
                return False
        self.selected = path
        return True

    def remove(self, path: Path) -> bool:
        """Forget a path; True if media must move because it was the selected one."""
        if path in self.paths:
            self.paths.remove(path)
        if self.selected is not path:
            return False
        rest = sorted(self.paths, key=lambda each: each.heard_at)
        self.selected = rest[-1] if rest else None
        return True
