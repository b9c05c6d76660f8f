"""When the root of a paper's log is to be signed. Pure; as for a hearing's log (domain/proof.py).

Every hour while it is out, at once when it is finished or withdrawn, and for what comes after that a while
later. A draft proves nothing to anybody.
"""

from typing import NamedTuple

from hearing_server.domain.events import RootCause
from hearing_server.domain.papers.paper import Paper
from hearing_server.domain.proof import HOUR, LATER

KIND = "paper log root"  # keeps the signature from passing for one of anything else


class Due(NamedTuple):
    at: int
    cause: RootCause


def due(paper: Paper) -> Due | None:
    """When, and why; None while nothing is to come."""
    root, signing = paper.root, paper.signing
    covered = root.size if root else 0
    if paper.fact_seq <= covered:
        waits = root is not None and not root.timestamped
        return Due(root.at, RootCause.TIMESTAMPED) if waits and root else None
    if paper.ended_seq > covered:
        return Due(paper.fact_at, RootCause.CLOSED)
    if paper.ended_seq:
        return Due(paper.fact_at + LATER, RootCause.LATER)
    if signing is None:
        return None
    return Due((root.at if root else signing.opened_at) + HOUR, RootCause.HOURLY)
