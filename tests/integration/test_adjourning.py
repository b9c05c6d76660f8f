"""A judge adjourns to a date over a real socket, and another hearing of the court stands there."""

from pathlib import Path

from .entering import planned, refused
from .planner import DAY, HOUR, case_body, soon, wish_for


async def test_the_judge_is_told_what_stands_at_the_date(tmp_path: Path) -> None:
    """Refused, and nothing has changed; another time is taken, in the calendar too."""
    at = soon(3 * DAY / HOUR)
    async with planned(tmp_path) as court, court.bench() as judge:
        other = await court.clerk.post("/cases", case_body(2))
        await court.clerk.post("/hearings", await wish_for(court.clerk, other, at, invite=False))
        await judge.ask("open_hearing")
        adjourn = {"reason": "补充证据", "until": at + HOUR // 2}
        assert await refused(judge.ask("suspend_hearing", **adjourn)) == "clash"
        assert await refused(judge.ask("suspend_hearing", **adjourn, anyway=True)) == "clash"
        await judge.ask("suspend_hearing", reason="补充证据", until=at + 2 * HOUR)
        found = await court.clerk.get(f"/hearings/{court.hearing['id']}")
        assert (found["phase"], found["planned_at"]) == ("suspended", at + 2 * HOUR)
