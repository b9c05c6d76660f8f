"""The seats of the court go over to others: over real sockets, with the accounts that sit there."""

from pathlib import Path
from typing import Any

from .entering import Planned, planned, refused
from .planner import case_body, wish_for
from .staff import StaffClient


async def seated_as(court: Planned, role: str, name: str) -> dict[str, Any]:
    """Who can be given a seat and has this role, but not as `name`."""
    staff = (await court.clerk.get("/planning"))["staff"]
    found: dict[str, Any] = next(s for s in staff if role in s["roles"] and s["name"] != name)
    return found


async def hearing_of(court: Planned) -> dict[str, Any]:
    found: dict[str, Any] = await court.clerk.get(f"/hearings/{court.hearing['id']}")
    return found


async def test_judge_and_clerk_are_followed_by_others(tmp_path: Path) -> None:
    """The first are out at once and see it no more; who follows must be free, and enters from their account."""
    more = (("auditor", "judge"), ("technician", "clerk"))
    async with (
        planned(tmp_path, more=more) as court,
        StaffClient(court.server) as first,
        StaffClient(court.server) as second,
    ):
        await first.sign_in("judge")
        path = f"/hearings/{court.hearing['id']}/parties"
        judge, clerk = court.seats["presiding_judge"], court.seats["clerk"]
        follows = await seated_as(court, "judge", court.hearing["judge"])
        body = {"account": follows["id"], "reason": "审判长生病"}
        await second.sign_in("auditor")
        assert await refused(second.get(f"/hearings/{court.hearing['id']}")) == "not_found"

        case = await court.clerk.post("/cases", case_body(2))
        wish = await wish_for(court.clerk, case, court.hearing["planned_at"], courtroom="第二法庭")
        first_judge, first_clerk = wish["staff"]
        wish["staff"] = [{**first_judge, "account": follows["id"]}, first_clerk]
        assert await refused(court.clerk.post("/hearings", wish)) == "clash"  # the clerk is here

        async with court.seated(first, "presiding_judge") as bench:
            seat = (await court.clerk.post(f"{path}/{judge}/successor", body))["party"]
            told = await bench.told(lambda tell: bool(tell["type"] == "removed"))
            assert told["reason"] == "审判长生病"
            assert await refused(bench.connect()) == "replaced"
        async with StaffClient(court.server) as technician:
            await technician.sign_in("technician")
            close = f"/centre/hearings/{court.hearing['id']}/close-request"
            told = await technician.post(close, {"text": "请处理"})
            assert told == {"told": 2}  # who presides now, and the clerk
        found = await hearing_of(court)
        assert found["judge"] == follows["name"]
        here = {s["party"]: s["presence"] for s in found["seats"]}
        assert (here[judge], here[seat]) == ("removed", "expected")
        assert (await second.post(f"/hearings/{court.hearing['id']}/seat"))["seat"] == seat
        assert await refused(first.get(f"/hearings/{court.hearing['id']}")) == "not_found"
        assert await refused(first.post(f"/hearings/{court.hearing['id']}/seat")) == "not_found"

        seats = {s["party"]: s["name"] for s in found["seats"]}
        writer = await seated_as(court, "clerk", seats[clerk])
        wish["staff"] = [first_judge, {"role": "clerk", "account": writer["id"]}]
        await court.clerk.post("/hearings", wish)  # the first judge is free at that time
        taken = {"account": writer["id"], "reason": "换班"}
        assert await refused(court.clerk.post(f"{path}/{clerk}/successor", taken)) == "clash"
        unfit = {"account": first_judge["account"], "reason": "换班"}
        assert await refused(court.clerk.post(f"{path}/{clerk}/successor", unfit)) == "bad_fields"
