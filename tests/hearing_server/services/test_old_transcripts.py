"""Logs from before a refusal was sealed into the transcript's file: what was archived then stays as it is."""

import asyncio
from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from tests.hearing_server.domain.world import CLERK, DEFENDANT, JUDGE, PROSECUTOR

from .test_transcripts import Desk


async def test_nothing_is_added_behind_an_archive() -> None:
    desk = await Desk().frozen()
    await desk.hearings.execute("h1", cmd.RefuseSignature(version=1, reason="否"), "counsel")
    await desk.sign(PROSECUTOR, DEFENDANT, CLERK, JUDGE)
    await desk.until(lambda freeze: freeze.archived)
    await desk.transcripts.close()
    kept = [one for one in desk.store.logs["h1"] if not isinstance(one.event, ev.RefusalSealed)]
    assert len(kept) < len(desk.store.logs["h1"])
    old = [replace(entry, seq=number) for number, entry in enumerate(kept, start=1)]
    desk.store.logs["h1"] = list(old)
    again = Desk(desk.store, desk.files)
    freeze = (await again.hearings.state("h1")).freeze
    assert freeze is not None
    assert (tuple(freeze.refused), freeze.refusals_due) == (("counsel",), ())
    await asyncio.sleep(0.05)  # what the start takes up begins
    await again.transcripts.close()
    added = [type(one.event) for one in desk.store.logs["h1"][len(old) :]]
    assert added == [ev.PartyLeft], "the connection that the last server had"
    assert (await again.document()).endswith(" archived")
