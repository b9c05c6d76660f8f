"""Kiosks, observers, documents and the self-check on a real server, and who tries to abuse them."""

import asyncio
import io
import time
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from socketio.exceptions import ConnectionError as ConnectionRefused

from .entering import Planned, planned, refused
from .harness import Client
from .staff import StaffClient


class Machine(Client):
    """A kiosk's browser."""

    def __init__(self, court: Planned) -> None:
        super().__init__(court.server, "kiosk")

    @property
    def secret(self) -> str:
        return next(c.value for c in self.http.cookie_jar if c.key == "kiosk")

    async def pair(self, code: str) -> "Machine":
        await self.post("/api/kiosk/pair", {"code": code})
        return self

    async def sit(self) -> "Machine":
        self.seat = (await self.post("/api/kiosk/seat", {}))["seat"]
        return self


async def add_kiosk(clerk: StaffClient) -> tuple[str, str]:
    made = await clerk.post("/kiosks", {"name": "一号会见室", "site": "示范看守所"})
    return made["kiosk"]["id"], made["code"]


async def test_a_kiosk_is_paired_called_and_confirmed_by_the_officer(tmp_path: Path) -> None:
    """One code, one machine; the call gives it the seat without a code; four steps in their order."""
    async with (
        planned(tmp_path, code=True) as court,
        court.desk() as desk,
        Machine(court) as machine,
        Machine(court) as late,
    ):
        identity, code = await add_kiosk(court.clerk)
        await machine.pair(code.lower().replace("-", " "))
        assert await refused(late.pair(code)) == "bad_token", "a code pairs one machine"
        assert await refused(machine.sit()) == "not_found", "nobody has called it"
        listed = await desk.get(f"/api/seats/{desk.seat}/kiosks")
        assert [(k["id"], k["here"], "code" in k) for k in listed["kiosks"]] == [
            (identity, True, False)
        ]

        waiting = asyncio.create_task(machine.get("/api/kiosk?known="))
        await asyncio.sleep(0.3)  # it waits; were it not there yet the answer would be the same
        defendant = court.seats["defendant"]
        call = f"/api/seats/{desk.seat}/parties/{defendant}/kiosk"
        await desk.post(call, {"kiosk": identity})
        assert (await asyncio.wait_for(waiting, 5))["seat"] == defendant

        await machine.sit()
        assert (await machine.get(f"/api/seats/{defendant}"))["kiosk"] is True
        await machine.connect()
        await machine.ask("enter", accepted_as="丙某（虚构）")
        early = machine.ask("take_officer_step", step="handover", officer="关警官（虚构）")
        assert await refused(early) == "not_your_turn"
        for step in ("person", "devices", "connection", "handover"):
            await machine.ask("take_officer_step", step=step, officer="关警官（虚构）")
        await desk.event("officer_step_done", party=defendant, step="handover")

        await machine.post("/api/kiosk/done", {})
        assert (await machine.get("/api/kiosk?known=x"))["seat"] == ""
        assert await refused(machine.post(f"/api/seats/{defendant}/ticket", {})) == "no_session"
        await desk.event("party_left", party=defendant)


async def test_a_revoked_kiosk_is_gone_at_once(tmp_path: Path) -> None:
    """Its cookie, the seat's cookie and the connection; kept copies of them open nothing."""
    async with planned(tmp_path) as court, court.desk() as desk, Machine(court) as machine:
        identity, code = await add_kiosk(court.clerk)
        await machine.pair(code)
        defendant = court.seats["defendant"]
        await desk.post(f"/api/seats/{desk.seat}/parties/{defendant}/kiosk", {"kiosk": identity})
        await (await machine.sit()).connect()
        ticket = (await machine.post(f"/api/seats/{defendant}/ticket", {}))["ticket"]
        await machine.ask("enter", accepted_as="丙某（虚构）")
        kept = {c.key: c.value for c in machine.http.cookie_jar}

        await court.clerk.post(f"/kiosks/{identity}/revoke")
        await desk.event("party_left", party=defendant)
        async with Machine(court) as thief:
            thief.http.cookie_jar.update_cookies(kept)
            assert await refused(thief.get("/api/kiosk")) == "no_session"
            assert await refused(thief.sit()) == "no_session"
            assert await refused(thief.post(f"/api/seats/{defendant}/ticket", {})) == "no_session"
            with pytest.raises(ConnectionRefused):
                await thief.connect(ticket)


async def test_pairing_codes_cannot_be_tried(tmp_path: Path) -> None:
    """An address has a few tries a minute; parties and the public make no kiosk and call none."""
    async with planned(tmp_path) as court, Machine(court) as machine:
        answers = [await refused(machine.pair(f"AAAA-AAA{n}")) for n in range(2, 10)]
        assert set(answers) == {"bad_token", "too_many"}
        assert answers[-1] == "too_many"
        identity, code = await add_kiosk(court.clerk)
        assert await refused(machine.pair(code)) == "too_many", "also for the right one"
        async with court.browser("plaintiff") as party, StaffClient(court.server) as nobody:
            body = {"name": "x", "site": "y"}
            assert await refused(nobody.post("/kiosks", body)) == "no_session"
            seat = f"/api/seats/{party.seat}"
            assert await refused(party.get(f"{seat}/kiosks")) == "not_found"
            call = party.post(f"{seat}/parties/{party.seat}/kiosk", {"kiosk": identity})
            assert await refused(call) == "not_found"


async def test_an_observer_comes_by_the_judges_direction_and_is_cut_off(tmp_path: Path) -> None:
    """No direction, no seat; a link replaced is void; excluded, they are out of the courtroom."""
    async with planned(tmp_path) as court, court.desk() as desk, Client(court.server, "o") as guest:
        link_path = f"/api/seats/{desk.seat}/observers-link"
        old = (await desk.post(link_path, {}))["link"]
        link = (await desk.post(link_path, {}))["link"].partition("#")[2]
        visit = {"hearing": court.hearing["id"], "link": link}
        person = {**visit, "name": "旁听人（虚构）", "address": "示范路1号（虚构）"}
        void = {**person, "link": old.partition("#")[2]}
        assert await refused(guest.post("/api/observe/register", void)) == "bad_token"
        elsewhere = {**person, "hearing": "0" * 12}
        assert await refused(guest.post("/api/observe/register", elsewhere)) == "bad_token"
        assert (await guest.post("/api/observe", visit))["allowed"] is False
        assert await refused(guest.post("/api/observe/register", person)) == "observers_not_allowed"

        async with court.bench() as judge:
            await judge.ask("allow_observers", allowed=True)
            assert (await guest.post("/api/observe", visit))["allowed"] is True
            guest.seat = (await guest.post("/api/observe/register", person))["seat"]
            await guest.connect()
            assert await refused(guest.ask("enter")) == "rules_not_accepted"
            welcome = await guest.ask("enter", accepted_as="旁听人（虚构）")
            others = [seat for seat in welcome["view"]["seats"] if seat["party"] != guest.seat]
            assert all(seat["role"] != "observer" for seat in others)
            await judge.ask("admit", party=guest.seat)
            sending = guest.ask("create_transport", direction="send", rtp_capabilities=None)
            transport = (await sending)["transport"]
            speak = guest.ask("produce", transport=transport, source="microphone", kind="audio",
                              rtp_parameters={})  # fmt: skip
            assert await refused(speak) in ("not_allowed", "media")
            await judge.ask("remove", party=guest.seat, reason="扰乱秩序")
            await desk.event("party_left", party=guest.seat)
            again = guest.post(f"/api/seats/{guest.seat}/ticket", {})
            assert await refused(again) == "removed"
            await back_again(court, person, guest, judge)

        await desk.http.delete(f"{desk.url}{link_path}")
        assert await refused(guest.post("/api/observe", visit)) == "bad_token"


async def back_again(court: Planned, person: dict[str, str], guest: Client, judge: Client) -> None:
    """Removed for good: not by the same browser; of whoever comes from the same network the court is told."""
    other = {**person, "name": "另一人（虚构）", "address": "示范路2号（虚构）"}
    assert await register(guest, other) == "removed", "the browser still has the removed seat"
    async with Client(court.server, "o") as elsewhere:
        elsewhere.seat = (await elsewhere.post("/api/observe/register", other))["seat"]
        await elsewhere.connect()
        await elsewhere.ask("enter", accepted_as="另一人（虚构）")
        told = await judge.event("observer_registered", resembles=guest.seat)
        assert (told["event"]["party"]["id"], told["event"]["origin"]) == (elsewhere.seat, "")
        assert await refused(judge.ask("admit_all")) == "not_waiting"
        await judge.ask("admit", party=elsewhere.seat)


async def test_registering_many_observers_is_slowed(tmp_path: Path) -> None:
    async with planned(tmp_path) as court, court.desk() as desk, Client(court.server, "o") as guest:
        link = (await desk.post(f"/api/seats/{desk.seat}/observers-link", {}))["link"]
        person = {"hearing": court.hearing["id"], "link": link.partition("#")[2]}
        person |= {"name": "旁听人（虚构）", "address": "示范路1号（虚构）"}
        async with court.bench() as judge:
            await judge.ask("allow_observers", allowed=True)
        made = [await register(guest, person) for _ in range(8)]
        assert made == [""] * 6 + ["too_many"] * 2


async def register(guest: Client, person: dict[str, str]) -> str:
    """The code of the refusal, or nothing."""
    async with guest.http.post(f"{guest.url}/api/observe/register", json=person) as answer:
        return "" if answer.status == 201 else str((await answer.json())["code"])


def photograph(kind: str = "PNG", size: tuple[int, int] = (640, 400)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, kind)
    return out.getvalue()


async def test_a_document_is_shown_to_the_court_alone_and_lies_encrypted(tmp_path: Path) -> None:
    """Offered by the party, seen by the clerk, kept after the confirmation; the number is masked."""
    async with (
        planned(tmp_path, identity=True) as court,
        court.desk() as desk,
        court.browser("plaintiff") as party,
        court.browser("defendant") as other,
    ):
        await party.enter()
        admit = {"party": party.seat}
        assert await refused(desk.ask("admit", **admit)) == "identity_not_confirmed"
        mine = f"{party.url}/api/seats/{party.seat}/picture"
        for lie in (b"%PDF-1.7 no picture", photograph("GIF"), photograph()[:2000]):
            async with party.http.post(mine, data=lie) as answer:
                assert (await answer.json())["code"] == "bad_picture"
        async with party.http.post(mine, data=b"x" * 1_000_000) as answer:
            assert (await answer.json())["code"] == "bad_picture"
        data = photograph("JPEG")
        async with party.http.post(mine, data=data) as answer:
            assert answer.status == 201

        shown = f"/api/seats/{{}}/parties/{party.seat}/picture"
        picture = await desk.get(shown.format(desk.seat))
        assert Image.open(io.BytesIO(picture)).size == (640, 400)
        for stranger in (party, other):
            assert await refused(stranger.get(shown.format(stranger.seat))) == "not_found"
        keep = desk.post(f"{shown.format(desk.seat)}/keep", {})
        assert await refused(keep) == "identity_not_confirmed"

        await desk.ask("begin_identity_check", party=party.seat)
        number = "510104199001011234"
        await desk.ask("confirm_identity", party=party.seat, document="居民身份证", number=number)
        told = await desk.event("identity_confirmed", party=party.seat)
        assert told["event"]["number"] != number
        assert told["event"]["number"].count("*") >= 10
        await desk.post(f"{shown.format(desk.seat)}/keep", {})
        await desk.event("document_picture_kept", party=party.seat)
        await desk.ask("admit", **admit)

        files = [p for p in (court.server.data / "pictures").rglob("*") if p.is_file()]
        assert [p.suffix for p in files] == [".kept"]
        assert b"JFIF" not in files[0].read_bytes()
        assert all(number.encode() not in p.read_bytes() for p in files_of(court.server.data))
        assert number not in court.server.log
        async with StaffClient(court.server) as auditor:
            await auditor.sign_in("auditor")
            rows = (await auditor.get("/audit", params={"action": "picture_seen"}))["rows"]
            assert [(r["actor"], r["subject"]) for r in rows] == [(desk.seat, party.seat)]


def files_of(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and p.stat().st_size < 20_000_000]


async def test_the_check_is_measured_and_told_to_the_clerk(tmp_path: Path) -> None:
    """On a day before the hearing, without entering; noise goes both ways, and not more."""
    async with (
        planned(tmp_path) as court,
        court.desk() as desk,
        court.browser("plaintiff") as party,
    ):
        seat = f"/api/seats/{party.seat}"
        assert (await party.get(seat))["planned_at"] > time.time() * 1000 + 20 * 3_600_000
        assert len(await party.get(f"{seat}/probe")) == 256 << 10
        noise = b"n" * (256 << 10)
        async with party.http.post(f"{party.url}{seat}/probe", data=noise) as answer:
            assert (await answer.json())["size"] == len(noise)
        async with party.http.post(f"{party.url}{seat}/probe", data=noise + b"n") as answer:
            assert (await answer.json())["code"] == "too_many"
        result = {"camera": "good", "microphone": "good", "loudspeaker": "fair", "line": "bad"}
        numbers = {"up_kbit": 900, "down_kbit": 4000, "rtt_ms": 80, "loss_permille": 12}
        await party.post(f"{seat}/check", {**result, **numbers})
        told = await desk.event("self_check_reported", party=party.seat)
        assert {k: told["event"][k] for k in (*result, *numbers)} == {**result, **numbers}
        wild = {**result, **numbers, "loss_permille": 2000}
        assert await refused(party.post(f"{seat}/check", wild)) == "bad_message"


async def test_a_mirror_is_of_one_seat_and_few_of_an_address(tmp_path: Path) -> None:
    """A newer one ends the older; somebody else's does not exist; without a session there is none."""
    async with (
        planned(tmp_path) as court,
        court.browser("plaintiff") as one,
        court.browser("defendant") as two,
        aiohttp.ClientSession() as nobody,
    ):
        body: dict[str, str] = {}
        path = f"/api/seats/{one.seat}/mirror"
        first = await one.post(path, body)
        assert {"send", "receive", "rtp_capabilities"} <= first.keys()
        assert (await one.get(f"{path}/{first['mirror']}"))["protocol"] == "none"
        theirs = f"/api/seats/{two.seat}/mirror/{first['mirror']}"
        assert await refused(two.get(theirs)) == "not_found"
        second = await one.post(path, body)
        assert await refused(one.get(f"{path}/{first['mirror']}")) == "not_found"
        bad = {"direction": "send", "dtls_parameters": {}}
        connect = one.post(f"{path}/{second['mirror']}/connect", bad)
        assert await refused(connect) == "media"
        headers = {"Origin": one.url}
        async with nobody.post(f"{one.url}{path}", json=body, headers=headers) as answer:
            assert (await answer.json())["code"] == "no_session"
