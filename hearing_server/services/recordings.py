"""What was recorded, read from the log."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.log import Entry
from hearing_server.services.hearings import Hearings


class Recordings:
    """`settled` returns when what has been recorded of a hearing so far stands in its log: the last
    seconds are on their way there when somebody asks right after the closing.
    """

    def __init__(self, hearings: Hearings, settled: Callable[[str], Awaitable[None]]) -> None:
        self._hearings = hearings
        self._settled = settled

    async def overview(self, hearing: str) -> list[dict[str, Any]]:
        """For each party that was recorded: tracks with seconds and bytes, gaps with their cause."""
        await self._settled(hearing)
        return overview(await self._hearings.entries(hearing))

    async def deleted_at(self, hearing: str) -> int | None:
        """When its files were deleted by order, Unix ms; what was recorded is told all the same."""
        deletion = (await self._hearings.state(hearing)).custody.deletion
        return deletion.deleted_at if deletion else None


def overview(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Pure: the recording facts of a log, by party."""
    tracks: dict[tuple[str, str], dict[str, Any]] = {}
    gaps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        event = entry.event
        if isinstance(event, ev.SegmentRecorded):
            track = tracks.setdefault(
                (event.party, event.source),
                {"source": event.source, "segments": 0, "seconds": 0.0, "size": 0},
            )
            track["segments"] += 1
            track["seconds"] += (event.ended_at - event.started_at) / 1000
            track["size"] += event.size
        elif isinstance(event, ev.GapFound):
            gaps[event.party].append(
                {
                    "source": event.source,
                    "started_at": event.started_at,
                    "ended_at": event.ended_at,
                    "cause": event.cause,
                }
            )
    parties = dict.fromkeys([party for party, _ in tracks] + list(gaps))
    return [
        {
            "party": party,
            "tracks": [track for (owner, _), track in tracks.items() if owner == party],
            "gaps": gaps.get(party, []),
        }
        for party in parties
    ]
