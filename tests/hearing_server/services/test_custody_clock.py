"""Access to a recording after the calendar was moved."""

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Refused
from hearing_server.services.custody import Custodian
from hearing_server.services.hearings import Hearings

from .fakes import FakeEvents
from .test_custody import HERE, YEARS, FakeAudit, recorded, seat


@pytest.mark.parametrize("step", [-3_600_000, 3_600_000])
async def test_a_span_is_sealed_by_the_hearing_s_clock(step: int) -> None:
    """The calendar is moved by an hour while the court sits: what was just said is sealed all the same, what
    is yet to come is not, and the trail does not say that it was."""
    world, since = recorded(), [0.0]
    calendar = [world.now]
    hearings = Hearings(FakeEvents(world), lambda: calendar[0], lambda: since[0])
    await hearings.state("h1")
    hearings.hold_clock("h1")
    await hearings.execute("h1", cmd.Arrive(connection="again"), "judge")
    calendar[0] += step
    since[0] += 30
    now, audit = hearings.now("h1"), FakeAudit()
    custodian = Custodian(hearings, audit, YEARS, lambda: calendar[0])  # type: ignore[arg-type]
    later = cmd.SetAccess(
        level=ev.Level.SEALED, started_at=now - 20_000, ended_at=now + 600_000, reason="将来"
    )
    with pytest.raises(Refused):
        await custodian.set_access(seat("judge"), later, HERE)
    assert audit.rows == []
    said = cmd.SetAccess(
        level=ev.Level.SEALED, started_at=now - 20_000, ended_at=now - 1_000, reason="刚才"
    )
    await custodian.set_access(seat("judge"), said, HERE)
    assert (await hearings.state("h1")).custody.sealed
