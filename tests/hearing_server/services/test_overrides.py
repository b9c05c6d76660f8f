"""What is overridden in a hearing reaches the audit trail, also when that is out of reach for a while."""

import asyncio
from typing import Any

import pytest

from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import Entry
from hearing_server.services import overrides as service
from hearing_server.services.overrides import Overrides
from tests.hearing_server.domain.world import NOW, in_session


class Trail:
    """Takes notes, after it was busy once."""

    def __init__(self) -> None:
        self.busy = True
        self.noted: list[str] = []
        self.told = asyncio.Event()

    async def note(self, action: str, *, actor: str, subject: str, detail: str) -> None:
        if self.busy:
            self.busy = False
            raise Refused(Code.BUSY)
        self.noted.append(f"{actor} {action} {subject} {detail}")
        if len(self.noted) == 2:
            self.told.set()


async def test_what_overrides_is_noted_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the judge's reason; a hearing that is closed in order overrides nothing."""
    monkeypatch.setattr(service, "AGAIN_IN", 0.01)
    trail: Any = Trail()
    overrides = Overrides(trail)
    happened = (
        ("clerk", ev.ChargeTaken(party="clerk")),
        ("judge", ev.HearingClosed()),
        ("judge", ev.HearingClosed(overridden=("recusal", "debate_heard"), reason="撤诉")),
    )
    entries = [
        Entry(hearing="h1", seq=n, at=NOW, by=by, event=event)
        for n, (by, event) in enumerate(happened, start=1)
    ]
    overrides.on_entries(in_session().state, entries)
    task = asyncio.create_task(overrides.run())
    await asyncio.wait_for(trail.told.wait(), 5)
    task.cancel()
    assert trail.noted == [
        "clerk override h1 clerk took charge",
        "judge override h1 closed over recusal, debate_heard: 撤诉",
    ]
