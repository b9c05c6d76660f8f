"""The one-time code on a real server: nothing opens before it, and guessing does not open it."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from .entering import planned, refused

CHECKED = ("camera", "microphone", "loudspeaker", "line")


async def test_nothing_opens_before_the_code(tmp_path: Path) -> None:
    """The link alone gives the check and the form; the code opens this session and no other."""
    async with planned(tmp_path, code=True) as court, court.browser("plaintiff") as one:
        seat = f"/api/seats/{one.seat}"
        door = await one.get(seat)
        assert door["code_needed"] is True
        assert door.keys() == {"code_needed", "court", "planned_at", "phase", "server_time"}
        assert await refused(one.post(f"{seat}/ticket", {})) == "code_needed"
        assert await refused(one.get(f"{seat}/transcript/1.pdf")) == "code_needed"
        assert await refused(one.post(f"{seat}/picture", {})) == "code_needed"
        await one.post(f"{seat}/check", dict.fromkeys(CHECKED, "good"))

        sent = await one.post(f"{seat}/code", {})
        assert sent["channel"] == "clerk"
        assert await refused(one.post(f"{seat}/code", {})) == "too_many"
        code = await court.code()
        wrong = f"{(int(code) + 1) % 10**6:06}"
        assert await refused(one.post(f"{seat}/code/confirm", {"code": wrong})) == "code_wrong"
        async with court.browser("plaintiff") as thief:
            stolen = thief.post(f"{seat}/code/confirm", {"code": code})
            assert await refused(stolen) == "code_wrong", "a code is of the browser that asked"
            await one.post(f"{seat}/code/confirm", {"code": code})
            assert await refused(one.post(f"{seat}/code/confirm", {"code": code})) == "code_wrong"
            assert await refused(thief.post(f"{seat}/ticket", {})) == "code_needed"
        assert (await one.get(seat))["code_needed"] is False
        assert (await one.post(f"{seat}/ticket", {}))["ticket"]
        assert code not in court.server.log


async def test_guessing_locks_the_seat_for_every_browser_and_tells_the_clerk(
    tmp_path: Path,
) -> None:
    """Five wrong over several sessions at once: locked, also for the right code."""
    async with (
        planned(tmp_path, code=True) as court,
        court.desk() as desk,
        court.browser("plaintiff") as one,
        court.browser("plaintiff") as two,
        court.browser("plaintiff") as three,
    ):
        path = f"/api/seats/{one.seat}/code"
        await one.post(path, {})
        code = await court.code()
        guesses = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 10)]
        answers = await asyncio.gather(
            *(
                refused(client.post(f"{path}/confirm", {"code": guess}))
                for client, guess in zip((one, two, three) * 3, guesses, strict=True)
            )
        )
        assert sorted(answers) == ["code_wrong"] * 4 + ["locked"] * 5
        assert await refused(one.post(f"{path}/confirm", {"code": code})) == "locked"
        await desk.event("code_locked", party=one.seat)


async def test_the_clerk_reads_a_code_out_to_whoever_has_asked(tmp_path: Path) -> None:
    """Only the clerk, only where nothing was sent; noted."""
    async with (
        planned(tmp_path, code=True) as court,
        court.desk() as desk,
        court.browser("defendant") as party,
    ):
        path = f"/api/seats/{desk.seat}/parties/{party.seat}/code"
        assert await refused(desk.post(path, {})) == "not_present"
        await party.post(f"/api/seats/{party.seat}/code", {})
        code = (await desk.post(path, {}))["code"]
        own = party.post(f"/api/seats/{party.seat}/parties/{party.seat}/code", {})
        assert await refused(own) == "code_needed"
        await party.post(f"/api/seats/{party.seat}/code/confirm", {"code": code})
        told = await desk.event("code_confirmed", party=party.seat)
        assert told["event"]["channel"] == "clerk"
        other = party.post(f"/api/seats/{party.seat}/parties/{party.seat}/code", {})
        assert await refused(other) == "not_found", "a party reads out no code"
        with contextlib.closing(sqlite3.connect(court.server.data / "hearings.sqlite3")) as found:
            noted = found.execute("SELECT DISTINCT actor FROM audit WHERE action = 'code_read'")
            assert noted.fetchall() == [(desk.seat,)], "who was refused one has read none"
