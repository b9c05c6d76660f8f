"""What was recorded, read from the log; and one file a party, made again from the segments when asked."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import Entry
from hearing_server.services.hearings import Hearings


class Exporter(Protocol):
    """Puts the segments of one party on one timeline. Refused when a segment is not what the log says."""

    async def party_file(
        self, hearing: str, party: str, segments: Sequence[ev.SegmentRecorded]
    ) -> Path: ...


class Recordings:
    """`settled` returns when what has been recorded of a hearing so far stands in its log: the last
    seconds are on their way there when somebody asks right after the closing.
    """

    def __init__(
        self, hearings: Hearings, exporter: Exporter, settled: Callable[[str], Awaitable[None]]
    ) -> None:
        self._hearings = hearings
        self._exporter = exporter
        self._settled = settled
        self._one_at_a_time = asyncio.Lock()

    async def overview(self, hearing: str) -> list[dict[str, Any]]:
        """For each party that was recorded: tracks with seconds and bytes, gaps with their cause."""
        await self._settled(hearing)
        return overview(await self._hearings.entries(hearing))

    async def party_file(self, hearing: str, party: str, masked: Sequence[ev.Span]) -> Path:
        """A Matroska file of all tracks of `party`, without any segment that has to do with a masked span.

        Refused(not_found) if nothing is left, or it was deleted.
        """
        await self._settled(hearing)
        entries = await self._hearings.entries(hearing)
        segments = [
            entry.event
            for entry in entries
            if isinstance(entry.event, ev.SegmentRecorded)
            and entry.event.party == party
            and not touches(masked, entry.event.started_at, entry.event.ended_at)
        ]
        if (await self._hearings.state(hearing)).custody.deleted:
            raise Refused(Code.NOT_FOUND)
        if not segments:
            raise Refused(Code.NOT_FOUND)
        async with self._one_at_a_time:
            return await self._exporter.party_file(hearing, party, segments)


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
