"""What was overridden in a hearing, for the auditor: the log has it, the trail says where to look."""

import asyncio
from collections.abc import Sequence

import structlog

from hearing_server.domain.errors import Refused
from hearing_server.domain.events import ChargeTaken, HearingClosed
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.services.audit import Action, Audit

WAITING = 1000  # overrides that may wait to be noted
AGAIN_IN = 1.0  # seconds, while the trail cannot be written

log = structlog.get_logger()


class Overrides:
    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._waiting: asyncio.Queue[tuple[Entry, str]] = asyncio.Queue(WAITING)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if detail := _overridden(entry):
                try:
                    self._waiting.put_nowait((entry, detail))
                except asyncio.QueueFull:
                    log.error("override not noted", hearing=entry.hearing, seq=entry.seq)

    async def run(self) -> None:
        """Note them as they come, until cancelled."""
        while True:
            entry, detail = await self._waiting.get()
            await self._note(entry, detail)

    async def _note(self, entry: Entry, detail: str) -> None:
        while True:
            try:
                await self._audit.note(
                    Action.OVERRIDE, actor=entry.by, subject=entry.hearing, detail=detail
                )
            except Refused as refusal:
                log.warning("override waits to be noted", code=refusal.code)
                await asyncio.sleep(AGAIN_IN)
            else:
                return


def _overridden(entry: Entry) -> str:
    """What an entry overrides, if it does: the checklist at the close, or the judge by the clerk."""
    event = entry.event
    if isinstance(event, HearingClosed) and event.overridden:
        return f"closed over {', '.join(event.overridden)}: {event.reason}"
    return "clerk took charge" if isinstance(event, ChargeTaken) else ""
