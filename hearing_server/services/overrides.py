"""What was overridden in a hearing, for the auditor: the log has it, the trail says where to look.

What is to be noted is read from the log, and what is noted from the trail: neither a trail that is out of
reach nor a crash between the two loses any, and nothing is noted twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import structlog

from hearing_server.domain.audit import Link
from hearing_server.domain.errors import Refused
from hearing_server.domain.events import ChargeTaken, HearingClosed, HearingSuspended
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.services.audit import Action, Search
from hearing_server.services.hearings import Clock

AGAIN_IN = 1.0  # seconds, while log or trail cannot be reached
RECENT = 7 * 24 * 3_600_000  # ms after a closing that a start still looks at the hearing

log = structlog.get_logger()


class Trail(Protocol):
    async def note(self, action: Action, *, actor: str, subject: str, detail: str) -> None: ...

    def pages(self, search: Search) -> AsyncIterator[Sequence[Link]]: ...


class Logs(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def read(self, hearing: str, after: int = 0) -> list[Entry]: ...

    async def opened(self, closed_since: int) -> list[str]:
        """Hearings that were opened and are not closed, or were closed since (Unix ms)."""


class Overrides:
    def __init__(self, logs: Logs, audit: Trail, now: Clock) -> None:
        self._logs = logs
        self._audit = audit
        self._now = now
        self._behind: dict[str, None] = {}  # hearings whose log may say more than the trail
        self._woken = asyncio.Event()

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        if any(_overridden(entry) for entry in entries):
            self._behind[state.hearing] = None
            self._woken.set()

    async def run(self) -> None:
        """What an earlier run left, then what comes, until cancelled."""
        recalled = False
        while True:
            try:
                if not recalled:
                    self._behind |= dict.fromkeys(await self._logs.opened(self._now() - RECENT))
                    recalled = True
                await self._catch_up()
            except Refused as refusal:
                log.warning("overrides wait to be noted", code=refusal.code)
            except Exception:
                log.exception("overrides not noted")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_IN if self._behind or not recalled else None):
                    await self._woken.wait()
            self._woken.clear()

    async def _catch_up(self) -> None:
        for hearing in list(self._behind):
            del self._behind[hearing]  # what comes meanwhile puts it back
            try:
                await self._note(hearing)
            except BaseException:
                self._behind[hearing] = None
                raise

    async def _note(self, hearing: str) -> None:
        """Whatever of this hearing's log the trail does not have yet."""
        found = [entry for entry in await self._logs.read(hearing) if _overridden(entry)]
        if not found:
            return
        noted: set[str] = set()
        search = Search(actions=(Action.OVERRIDE,), subject=hearing)
        async for links in self._audit.pages(search):
            noted |= {link.row.detail.partition(":")[0] for link in links}
        for entry in found:
            number = f"entry {entry.seq}"
            if number not in noted:
                await self._audit.note(
                    Action.OVERRIDE,
                    actor=entry.by,
                    subject=hearing,
                    detail=f"{number}: {_overridden(entry)}",
                )


def _overridden(entry: Entry) -> str:
    """What an entry overrides, if it does: the checklist at the close, a clash, or the judge by the clerk."""
    event = entry.event
    if isinstance(event, HearingClosed) and event.overridden:
        return f"closed over {', '.join(event.overridden)}: {event.reason}"
    if isinstance(event, HearingSuspended) and event.anyway:
        return f"adjourned to when a party is elsewhere: {event.reason}"
    return "clerk took charge" if isinstance(event, ChargeTaken) else ""
