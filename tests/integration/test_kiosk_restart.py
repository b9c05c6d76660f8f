"""A kiosk comes back to where it was, whichever of the two was started anew."""

import signal
from pathlib import Path

import pytest

from .entering import planned
from .test_coming_in import Machine, add_kiosk

pytestmark = pytest.mark.fault

STEPS = ("person", "devices", "connection", "handover")


async def test_a_kiosk_finds_its_seat_and_its_steps_again(tmp_path: Path) -> None:
    """The server killed, then the machine's browser with nothing but its cookies."""
    async with planned(tmp_path) as court, Machine(court) as machine:
        defendant = court.seats["defendant"]
        async with court.desk() as desk:
            identity, code = await add_kiosk(court.clerk)
            await machine.pair(code)
            call = f"/api/seats/{desk.seat}/parties/{defendant}/kiosk"
            await desk.post(call, {"kiosk": identity})
            await (await machine.sit()).connect()
            await machine.ask("enter", accepted_as="丙某（虚构）")
            for step in STEPS[:2]:
                await machine.ask("take_officer_step", step=step, officer="关警官（虚构）")
        await court.server.stop(signal.SIGKILL)
        court.server.links.clear()
        await court.server.start()

        async with Machine(court) as anew:
            cookies = {c.key: c.value for c in machine.http.cookie_jar}
            anew.http.cookie_jar.update_cookies(cookies)
            assert (await anew.get("/api/kiosk?known=?"))["seat"] == defendant
            await (await anew.sit()).connect()
            welcome = await anew.ask("enter", take_over=True)
            mine = next(s for s in welcome["view"]["seats"] if s["party"] == defendant)
            assert list(mine["entry"]["officer_steps"]) == list(STEPS[:2])
            for step in STEPS[2:]:
                await anew.ask("take_officer_step", step=step, officer="关警官（虚构）")
            await anew.post("/api/kiosk/done", {})
            assert (await anew.get("/api/kiosk?known=x"))["seat"] == ""
