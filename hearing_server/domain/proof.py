"""When the root of a hearing's log is to be signed, and what exactly is signed. Pure.

A root of N entries proves each of them, their order and that none is missing among them. What is entered
after the newest root is proven by nothing yet: so a root is due whenever the hearing stands still, every
hour while it goes on, and for what comes after its closing. That a recording was deleted is signed at
once: until then nothing proves that its files are missing by order.
"""

import rfc8785

from hearing_server.domain.events import RootCause
from hearing_server.domain.hearing import HearingState, Phase

HOUR = 3_600_000  # ms
PAUSE_AGAIN = 60_000  # ms between the roots of two pauses
LATER = 60_000  # ms without a new entry, after the closing
KIND = "hearing log root"  # keeps the signature from passing for one of anything else

STANDS = {
    Phase.PAUSED: RootCause.PAUSED,
    Phase.SUSPENDED: RootCause.SUSPENDED,
    Phase.CLOSED: RootCause.CLOSED,
}


def statement(
    hearing: str, size: int, root: str, cause: RootCause, signed_at: int, kind: str = KIND
) -> bytes:
    """What the court's key signs, as canonical JSON (RFC 8785). `hearing` is the log, also of another kind."""
    return rfc8785.dumps(
        {
            "kind": kind,
            "hearing": hearing,
            "size": size,
            "root": root,
            "cause": cause.value,
            "signed_at": signed_at,
        }
    )


def due(state: HearingState, now: int) -> RootCause | None:
    """Why the root is to be signed now; None when nothing is due. A hearing that never began needs none."""
    root = state.root
    covered = root.size if root else 0
    if state.opened_at is None or state.newest_fact <= covered:
        return None
    since = now - (root.at if root else state.opened_at)
    if state.phase in STANDS and state.phase_seq > covered:
        soon = state.phase is Phase.PAUSED and root is not None and since < PAUSE_AGAIN
        return None if soon else STANDS[state.phase]
    if state.phase is Phase.CLOSED:
        waited = now - state.at >= LATER or deletion_unsigned(state)
        return RootCause.LATER if waited else None
    return RootCause.HOURLY if since >= HOUR else None


def deletion_unsigned(state: HearingState) -> bool:
    """Whether the recording was deleted after the newest root."""
    deletion, root = state.custody.deletion, state.root
    if deletion is None or deletion.deleted_at is None:
        return False
    if root is None:
        return True
    return deletion.deleted_at >= root.at and state.newest_fact > root.size
