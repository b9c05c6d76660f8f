"""A clerk's cases, plans and invitations at a real server, with a real mail server and SMS gateway."""

import asyncio
import re
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from .harness import Client, Refusal, ServerProcess, serving
from .planner import DAY, HOUR, case_body, furnish, soon, wish_for
from .post_office import MailBox, SmsGateway, body_of
from .staff import StaffClient

MADE = {"q": "测0001"}  # what tests make, beside the demonstration's own


@pytest.fixture
async def clerk(server: ServerProcess) -> AsyncIterator[StaffClient]:
    async with StaffClient(server) as admin, StaffClient(server) as clerk:
        await admin.sign_in("administrator")
        await furnish(admin, "第一法庭", "第二法庭")
        await clerk.sign_in("clerk")
        yield clerk


async def refusal(call: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def made(clerk: StaffClient, n: int, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = await clerk.post("/cases", case_body(n, **changes))
    return found


async def test_a_case_from_its_making_to_its_end(clerk: StaffClient) -> None:
    """Made, changed by who saw it last, found by number, name and procedure, closed, never lost."""
    case = await made(clerk, 1, number="(2026) 测0001民初1号")
    assert case["number"] == "（2026）测0001民初1号"
    ids = [party["id"] for party in case["parties"]]
    assert case["parties"][1]["counsel_for"] == [ids[0]]
    body = {name: case[name] for name in ("number", "procedure", "title", "parties", "version")}
    changed = await clerk.ask("PUT", f"/cases/{case['id']}", json={**body, "title": "改了"})
    assert [party["id"] for party in changed["parties"]] == ids
    stale = await refusal(clerk.ask("PUT", f"/cases/{case['id']}", json=body))
    assert stale.code == "stale_revision"
    assert (await refusal(made(clerk, 1))).code == "bad_fields"
    await made(clerk, 2, procedure="mediation")
    for query, found in (
        ("民初1号", 1),
        ("(2026)测", 2),
        ("乙2", 1),
        ("改了", 1),
        ("%", 0),
        ("无", 0),
    ):
        page = await clerk.get("/cases", params={"q": query})
        assert len(page["cases"]) == found, query
    page = await clerk.get("/cases", params={"procedure": "mediation"})
    assert [one["procedure"] for one in page["cases"]] == ["mediation"]
    assert "example.com" not in str(page)
    await clerk.post(f"/cases/{case['id']}/closed", {"closed": True})
    assert len((await clerk.get("/cases", params={**MADE, "closed": "no"}))["cases"]) == 1
    await clerk.ask("DELETE", f"/cases/{case['id']}")
    assert (await refusal(clerk.get(f"/cases/{case['id']}"))).status == 404


async def test_a_file_is_taken_whole_or_not_at_all(clerk: StaffClient) -> None:
    """A dry run shows, a bad row keeps all out, a good file comes in and out again."""
    template = await clerk.get("/cases-template.csv")
    dry = await clerk.ask("POST", "/cases-import?dry", data=template.encode("gb18030"))
    assert (dry["made"], dry["cases"], dry["faults"]) == (False, 1, [])
    assert (await clerk.get("/cases", params=MADE))["cases"] == []
    bad = template + template.splitlines()[1].replace("民初1号", "民初二号") + "\r\n"
    answer = await clerk.ask("POST", "/cases-import", data=bad.encode())
    assert [(f["row"], f["column"], f["problem"]) for f in answer["faults"]] == [
        (5, "案号", "bad_number")
    ]
    assert (await clerk.get("/cases", params=MADE))["cases"] == []
    assert (await clerk.ask("POST", "/cases-import", data=template.encode()))["made"]
    again = await clerk.ask("POST", "/cases-import", data=template.encode())
    assert [(f["row"], f["problem"]) for f in again["faults"]] == [(2, "duplicate")]
    both = await clerk.ask("POST", "/cases-import", data=bad.encode())
    named = [(f["row"], f["column"], f["problem"]) for f in both["faults"]]
    assert named == [(2, "案号", "duplicate"), (5, "案号", "bad_number")], "every fault at once"
    written = await clerk.get("/cases.csv", params={"language": "en"})
    assert "（2026）测0001民初1号,civil" in written


async def test_a_file_that_is_too_large_is_said_to_be(clerk: StaffClient) -> None:
    """And not that there were too many requests; also when its length is not told before."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    for data in (b"x" * 2_000_000, pieces()):
        refused = await refusal(clerk.ask("POST", "/cases-import", data=data))
        assert (refused.code, refused.detail, refused.status) == ("too_large", "1", 413)


async def test_pages_follow_each_other(clerk: StaffClient) -> None:
    rows = [f"（2026）测0001民初{n}号,民事,案{n},原告,甲{n}（虚构）" for n in range(1, 121)]
    text = "\n".join(("案号,程序,案由,诉讼地位,姓名或名称", *rows))
    assert (await clerk.ask("POST", "/cases-import", data=text.encode()))["made"]
    seen: list[str] = []
    cursor = dict(MADE)
    while True:
        page = await clerk.get("/cases", params=cursor)
        seen += [case["number"] for case in page["cases"]]
        if not page["cursor"]:
            break
        cursor = {**MADE, "cursor": page["cursor"]}
    assert len(seen) == len(set(seen)) == 120


async def test_two_clerks_at_once_cannot_take_one_courtroom(clerk: StaffClient) -> None:
    """Ten requests at the same moment, one hearing."""
    cases = [await made(clerk, n) for n in range(1, 11)]
    at = soon()
    wishes = [await wish_for(clerk, case, at) for case in cases]
    answers = await asyncio.gather(
        *(clerk.post("/hearings", wish) for wish in wishes), return_exceptions=True
    )
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert {a.code for a in answers if isinstance(a, Refusal)} == {"clash"}
    query = {"from": str(at - HOUR), "to": str(at + HOUR)}
    assert len((await clerk.get("/calendar", params=query))["hearings"]) == 1


async def test_without_mail_and_sms_the_clerk_reads_out(
    clerk: StaffClient, server: ServerProcess
) -> None:
    """The link comes once a click, opens the seat, and every showing is in the audit."""
    case = await made(clerk, 1)
    hearing = (await clerk.post("/hearings", await wish_for(clerk, case, soon())))["hearing"]
    await _settled(clerk, hearing, 3)
    listed = (await clerk.get("/outbox", params={"hearing": hearing, "state": "held"}))["messages"]
    invitations = [m for m in listed if m["kind"] == "invitation"]
    assert {m["channel"] for m in invitations} == {"clerk"}
    assert "/enter" not in str(listed)
    text = await clerk.post(f"/outbox/{invitations[0]['id']}/read")
    link = re.search(r"/enter#(\S+)", text["body"])
    assert link is not None
    server.links["invited"] = link[1]
    async with Client(server, "invited") as party:
        await party.link()
        about = await party.get(f"/api/seats/{party.seat}")
        assert about["case_number"] == case["number"]
    state = (await clerk.get("/outbox", params={"state": "read_out"}))["messages"]
    assert [m["id"] for m in state] == [invitations[0]["id"]]
    seat = (await clerk.get(f"/hearings/{hearing}"))["seats"][-1]
    shown = await clerk.post(f"/hearings/{hearing}/parties/{seat['party']}/link")
    assert "/enter#" in shown["link"]
    async with StaffClient(server) as auditor:
        await auditor.sign_in("auditor")
        rows = (await auditor.get("/audit"))["rows"]
    acts = [row["action"] for row in rows]
    for act in ("read_out", "link_shown", "hearing_planned", "case_created"):
        assert act in acts
    assert link[1] not in str(rows)
    assert link[1] not in server.log


async def _settled(clerk: StaffClient, hearing: str, invitations: int) -> None:
    """The parties have been told, or their messages are in the outbox."""
    async with asyncio.timeout(15):
        while True:
            found = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
            if sum(m["kind"] == "invitation" for m in found) >= invitations:
                return
            await asyncio.sleep(0.05)


async def _state_of(clerk: StaffClient, hearing: str, wanted: str) -> list[dict[str, Any]]:
    """The hearing's messages, once one of them is in the wanted state."""
    async with asyncio.timeout(20):
        while True:
            found = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
            if any(message["state"] == wanted for message in found):
                return list(found)
            await asyncio.sleep(0.05)


async def _planned(server: ServerProcess, clerk: StaffClient, n: int = 1) -> tuple[str, Any]:
    async with StaffClient(server) as admin:
        await admin.sign_in("administrator")
        await furnish(admin, "第一法庭")
    await clerk.sign_in("clerk")
    case = await made(clerk, n)
    wish = await wish_for(clerk, case, soon(24 * 5))
    return (await clerk.post("/hearings", wish))["hearing"], case


async def test_invitations_go_by_mail_and_sms(tmp_path: Path) -> None:
    """Each in the person's language, to each of their contacts; the rest is for the clerk."""
    async with MailBox() as box, SmsGateway() as gateway:
        settings = {**box.settings, **gateway.settings}
        async with serving(tmp_path / "data", **settings) as server, StaffClient(server) as clerk:
            hearing, case = await _planned(server, clerk)
            mails, sms = await box.got(2), await gateway.got(1)
            to = dict(zip(box.recipients, mails, strict=True))
            assert set(to) == {"jia1@example.com", "yi1@example.com"}
            assert case["number"] in to["jia1@example.com"]["Subject"]
            assert "请准备" in body_of(to["jia1@example.com"])
            assert "Dear 乙1" in body_of(to["yi1@example.com"])
            assert to["jia1@example.com"]["From"].endswith("<court@court.example>")
            assert sms[0]["to"] == "13800000001"
            assert gateway.headers == ["application/json"]
            links = {re.search(r"/enter#(\S+)", body_of(m))[1] for m in mails}  # type: ignore[index]
            assert len(links) == 2
            assert sms[0]["text"].endswith(
                re.search(r"enter#\S+", body_of(to["jia1@example.com"]))[0]
            )  # type: ignore[index]
            listed = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
            assert "j***@example.com" in {m["to"] for m in listed}
            assert "jia1@example.com" not in str(listed)
            kinds = {(m["kind"], m["channel"]) for m in listed if m["name"].startswith("丙")}
            assert ("invitation", "clerk") in kinds
            waiting = {m["kind"] for m in listed if m["state"] == "queued"}
            assert waiting == {"self_check", "reminder_day", "reminder_hour"}
            for contact in ("jia1@example.com", "13800000001"):
                assert contact not in server.log


async def test_what_fails_is_tried_again_or_given_up(tmp_path: Path) -> None:
    """A passing fault waits its turn, a final one is shown; a changed contact is used when sent again."""
    async with MailBox() as box:
        box.refused = frozenset({"jia1@example.com"})
        async with (
            serving(tmp_path / "data", **box.settings) as server,
            StaffClient(server) as clerk,
        ):
            box.moods = ["451 later"]
            hearing, case = await _planned(server, clerk)
            found = await _state_of(clerk, hearing, "failed")
            failed = next(m for m in found if m["state"] == "failed")
            assert (failed["name"], failed["error"]) == ("甲1（虚构）", "SMTP 550")
            async with asyncio.timeout(10):
                while True:
                    found = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
                    later = [m for m in found if m["error"] == "SMTP 451"]
                    if later:
                        break
                    await asyncio.sleep(0.05)
            assert (later[0]["state"], later[0]["attempts"]) == ("queued", 1)
            body = {k: case[k] for k in ("number", "procedure", "title", "parties", "version")}
            body["parties"][0]["email"] = "jia.new@example.com"
            await clerk.ask("PUT", f"/cases/{case['id']}", json=body)
            await clerk.post(f"/outbox/{failed['id']}/retry")
            await box.got(1)
            assert box.recipients == ["jia.new@example.com"]


@pytest.mark.fault
async def test_a_message_that_a_crash_caught_is_named(tmp_path: Path) -> None:
    """Killed between handing over and knowing: sent again under the same id, and marked."""
    async with MailBox() as box:
        box.gate = asyncio.Event()
        data = tmp_path / "data"
        server = await ServerProcess(data=data, environment=box.settings).start()
        async with StaffClient(server) as clerk:
            hearing, _ = await _planned(server, clerk)
            await box.got(2)
            await server.stop(signal.SIGKILL)
            box.gate.set()
            _expire_leases(data)
            await server.start()
            mails = await box.got(4)
            assert len({mail["Message-ID"] for mail in mails}) == 2
            found = await _state_of(clerk, hearing, "sent")
            async with asyncio.timeout(10):
                while sum(m["state"] == "sent" for m in found) < 2:
                    found = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
            assert all(m["uncertain"] for m in found if m["state"] == "sent")
        await server.stop()


def _expire_leases(data: Path) -> None:
    """As if a minute and a half had gone by."""
    connection = sqlite3.connect(data / "hearings.sqlite3")
    with connection:
        changed = connection.execute("UPDATE outbox SET leased_until = 1 WHERE state = 'sending'")
        assert changed.rowcount == 2
    connection.close()


async def test_what_no_database_can_look_for_is_bad_input(clerk: StaffClient) -> None:
    """Not `busy`: PostgreSQL takes no NUL in a text."""
    for path, params in (("/cases", {"q": "甲\0乙"}), ("/outbox", {"hearing": "\0"})):
        assert (await refusal(clerk.get(path, params=params))).code == "bad_message"
    assert (await refusal(clerk.post("/cases", case_body(1, title="\0")))).code == "bad_message"


async def test_who_was_invited_hears_of_a_change(tmp_path: Path) -> None:
    async with (
        MailBox() as box,
        serving(tmp_path / "data", **box.settings) as server,
        StaffClient(server) as clerk,
    ):
        hearing, _ = await _planned(server, clerk)
        await box.got(2)
        await _state_of(clerk, hearing, "sent")
        since = (await clerk.get(f"/hearings/{hearing}"))["planned_at"]
        move = {"since": since, "planned_at": soon(24 * 7), "minutes": 90, "reason": "证人未到"}
        later = {**move, "planned_at": soon(24 * 8)}
        both = [clerk.post(f"/hearings/{hearing}/postpone", each) for each in (move, later)]
        answers = await asyncio.gather(*both, return_exceptions=True)
        (stale,) = [answer for answer in answers if isinstance(answer, Refusal)]
        assert stale.code == "stale_revision", "two clerks at once: one moves it, one is told"
        if answers[0] is stale:
            move = later
        mails = await box.got(4)
        assert all("证人未到" in body_of(m) for m in mails[2:])
        found = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
        due = {m["due_at"] for m in found if m["kind"] == "reminder_day" and m["state"] == "queued"}
        assert due == {move["planned_at"] - DAY}
        await clerk.post(f"/hearings/{hearing}/cancel", {"reason": "撤诉"})
        mails = await box.got(6)
        assert "取消" in mails[-1]["Subject"] or "cancelled" in mails[-1]["Subject"]
        assert "/enter#" not in body_of(mails[-1])
        found = (await clerk.get("/outbox", params={"hearing": hearing}))["messages"]
        assert not [m for m in found if m["state"] in ("queued", "held")]


async def test_roles_and_other_people_s_hearings(clerk: StaffClient, server: ServerProcess) -> None:
    """Clerks write, judges read what they sit in; unknown ids are 404; nobody without a session."""
    case = await made(clerk, 1)
    other = await made(clerk, 2)
    wish = await wish_for(clerk, case, soon())
    hearing = (await clerk.post("/hearings", wish))["hearing"]
    async with StaffClient(server) as judge, StaffClient(server) as nobody:
        assert (await refusal(nobody.get("/cases"))).status == 401
        await judge.sign_in("judge")
        assert (await judge.get(f"/hearings/{hearing}"))["mine"]
        assert [c["id"] for c in (await judge.get("/cases"))["cases"]] == [case["id"]]
        assert (await refusal(judge.get(f"/cases/{other['id']}"))).status == 404
        for path, body in (
            ("/cases", case_body(3)), ("/hearings", wish), (f"/hearings/{hearing}/cancel", {"reason": "x"}),
            (f"/hearings/{hearing}/invitations", {}),
        ):  # fmt: skip
            assert (await refusal(judge.post(path, body))).status == 403, path
        for path in ("/cases/none", "/hearings/none", "/hearings/..%2fx"):
            assert (await refusal(clerk.get(path))).status == 404
        room = {"name": "第九法庭"}
        assert (await refusal(clerk.ask("PUT", "/courtrooms", json=room))).status == 403
