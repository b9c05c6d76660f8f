"""Papers at a real server: made, sent round, signed by many, refused, served; and what is refused itself."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from .harness import ServerProcess, serving
from .papers import (
    Person,
    checked,
    code_of,
    entering,
    link_of,
    made,
    pdf,
    people,
    person_of,
    refusal,
    sent,
    settled,
    until,
)
from .planner import case_body, soon
from .post_office import MailBox, SmsGateway, body_of
from .signer import BrowserKey
from .staff import StaffClient


@pytest.fixture
async def clerk(server: ServerProcess) -> AsyncIterator[StaffClient]:
    async with StaffClient(server) as clerk:
        yield await clerk.sign_in("clerk")


async def test_two_sign_one_refuses_and_the_file_proves_it(clerk: StaffClient) -> None:
    """Made from the template, looked at as a draft, sealed, read, signed, refused, archived, reported."""
    case = await clerk.post("/cases", case_body(1))
    jia, yi, bing = (party["id"] for party in case["parties"])
    paper = (await made(clerk, case))["id"]
    draft = await pdf(clerk, f"/papers/{paper}/file")
    assert "十万元" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(draft)).pages)
    board = await sent(clerk, paper, [jia, yi, bing])
    assert [row["state"] for row in board["signers"]] == ["waiting"] * 3
    one, two, three = [await person_of(clerk, paper, person) for person in (jia, yi, bing)]
    async with entering(one, two, three):
        (listed,) = (await one.mine())["papers"]
        assert (listed["title"], listed["signing"]["signed_at"]) == ("调解协议", None)
        assert await code_of(one.prepare(paper)) == "not_read"
        await one.get(paper, "/file")
        shown = await one.post(paper, "/pages", {"pages": [1]})
        assert shown["signing"]["read_to"] == 1
        first = await one.sign(paper)
        await three.get(paper, "/file")
        await three.post(paper, "/objection", {"text": "第一条的数额不对"})
        await three.post(paper, "/refusal", {"reason": "数额不对"})
        second = await two.sign(paper)
        assert first != second
        board = await until(clerk, paper, "phase", "complete")
        states = {row["name"]: row["state"] for row in board["signers"]}
        assert states == {
            "甲1（虚构）": "signed",
            "乙1（虚构）": "signed",
            "丙1（虚构）": "refused",
        }
        assert board["signers"][2]["refused"]["text"] == "数额不对"
        assert board["signers"][2]["objections"][0]["text"] == "第一条的数额不对"
        final = await two.get(paper, "/file?download=1")
    codes = await checked(clerk.server, final)
    assert codes.count("signature") == 2
    assert {"seal", "digest", "pages", "archived", "unsigned"} <= set(codes)
    evidence = await pdf(clerk, f"/papers/{paper}/evidence")
    assert {"seal", "digest", "pages"} <= set(await checked(clerk.server, evidence))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(evidence)).pages)
    assert "数额不对" in said.replace("\n", "").replace("\u200b", "")
    assert (await clerk.get(f"/cases/{case['id']}/papers"))["papers"][0]["signed"] == 2
    assert await code_of(clerk.ask("DELETE", f"/cases/{case['id']}")) == "in_use"
    without = {**case_body(1), "parties": case["parties"][1:], "version": case["version"]}
    without["parties"][0]["counsel_for"] = []
    assert await code_of(clerk.ask("PUT", f"/cases/{case['id']}", json=without)) == "in_use"
    assert "甲1" not in clerk.server.log


@pytest.mark.timeout(240)
async def test_thirty_five_press_at_once(clerk: StaffClient) -> None:
    """Each with a key of their own; all are in the file, none was told to come back."""
    case = await clerk.post("/cases", case_body(2, parties=people(35)))
    who = [party["id"] for party in case["parties"]]
    paper = (await made(clerk, case))["id"]
    await sent(clerk, paper, who)
    signers = [await person_of(clerk, paper, person) for person in who]
    async with entering(*signers):
        await asyncio.gather(*(one.read(paper) for one in signers))

        async def press(one: Person) -> str:
            return await one.finish(paper, await one.prepare(paper, name_image=""))

        hashes = await asyncio.gather(*map(press, signers))
    assert len(set(hashes)) == 35
    board = await until(clerk, paper, "phase", "complete")
    assert {row["state"] for row in board["signers"]} == {"signed"}
    final = await pdf(clerk, f"/papers/{paper}/file")
    assert (await checked(clerk.server, final)).count("signature") == 35


async def test_signatures_that_are_none(clerk: StaffClient) -> None:
    """Over another digest, without possession, by another key, for another person, replayed, twice, too late."""
    case = await clerk.post("/cases", case_body(3))
    jia, yi, bing = (party["id"] for party in case["parties"])
    paper = (await made(clerk, case))["id"]
    await sent(clerk, paper, [jia, yi, bing])
    one, two, three = [await person_of(clerk, paper, person) for person in (jia, yi, bing)]
    async with entering(one, two, three):
        await one.read(paper)
        await two.read(paper)
        assert await code_of(one.prepare(paper, digest="0" * 64)) == "other_digest"
        other = BrowserKey()
        assert await code_of(one.prepare(paper, public_key=other.public)) == "bad_signature"
        stolen = one.possession(paper, yi)
        assert await code_of(one.prepare(paper, possession=stolen)) == "bad_signature"
        assert await code_of(one.prepare(paper, possession="")) == "bad_signature"
        prepared = await one.prepare(paper)
        assert await code_of(two.finish(paper, prepared)) == "not_found"  # not theirs
        wrong = other.sign(prepared["to_be_signed"])
        assert await code_of(one.finish(paper, prepared, wrong)) == "bad_signature"
        prepared = await one.prepare(paper)
        good = one.key.sign(prepared["to_be_signed"])
        await one.finish(paper, prepared, good)
        assert await code_of(one.finish(paper, prepared, good)) == "not_found"  # replayed
        assert await code_of(one.prepare(paper)) == "already_answered"
        mine = await two.prepare(paper)
        assert await code_of(two.finish(paper, mine, good)) == "bad_signature"  # of another's
        await clerk.post(f"/papers/{paper}/closed", {"reason": "期限调整"})
        await until(clerk, paper, "phase", "complete")
    assert (await checked(clerk.server, await pdf(clerk, f"/papers/{paper}/file"))).count(
        "signature"
    ) == 1


async def test_after_the_deadline_nobody_signs(clerk: StaffClient) -> None:
    case = await clerk.post("/cases", case_body(4))
    jia = case["parties"][0]["id"]
    paper = (await made(clerk, case))["id"]
    too_soon = {"people": [jia], "deadline": soon(-1)}
    assert await code_of(clerk.post(f"/papers/{paper}/signing", too_soon)) == "bad_message"
    stranger = {"people": ["nobody"], "deadline": soon(48)}
    assert await code_of(clerk.post(f"/papers/{paper}/signing", stranger)) == "unknown_party"
    twice = {"people": [jia, jia], "deadline": soon(48)}
    assert await code_of(clerk.post(f"/papers/{paper}/signing", twice)) == "bad_message"
    at_once = {"people": [jia], "deadline": int(time.time() * 1000) + 2000}
    await clerk.post(f"/papers/{paper}/signing", at_once)
    await until(clerk, paper, "late", True)
    one = await person_of(clerk, paper, jia)
    async with entering(one):
        await one.read(paper)
        assert await code_of(one.prepare(paper)) == "deadline_passed"
        assert await code_of(one.post(paper, "/refusal", {"reason": "迟了"})) == "deadline_passed"


async def test_other_peoples_papers_are_not_there(clerk: StaffClient) -> None:
    """Another person's id, another case's paper, a guessed link, a judge who does not sit in the case."""
    case = await clerk.post("/cases", case_body(5))
    jia, yi, _ = (party["id"] for party in case["parties"])
    paper = (await made(clerk, case))["id"]
    private = (await made(clerk, case))["id"]
    await sent(clerk, paper, [jia, yi])
    await sent(clerk, private, [yi])
    one = await person_of(clerk, paper, jia)
    async with entering(one):
        assert await refusal(one.ask("GET", f"/api/persons/{yi}")) == ("not_found", 404)
        theirs = f"/api/persons/{yi}/papers/{paper}/file"
        assert await refusal(one.ask("GET", theirs)) == ("not_found", 404)
        for rest in ("", "/file", "/notice"):
            assert await refusal(one.get(private, rest)) == ("not_found", 404)
        assert await refusal(one.post(private, "/refusal", {"reason": "x"})) == ("not_found", 404)
        assert await refusal(one.get("0" * 16)) == ("not_found", 404)
    guess = Person(clerk.server, one.link[:-4] + "AAAA")
    nobody = Person(clerk.server)
    try:
        assert await code_of(guess.enter()) == "bad_token"
        answers = [await code_of(guess.enter()) for _ in range(70)]
        assert "too_many" in answers
        assert await refusal(nobody.ask("GET", f"/api/persons/{jia}")) == ("no_session", 401)
    finally:
        await guess.http.close()
        await nobody.http.close()
    async with StaffClient(clerk.server) as auditor:
        await auditor.sign_in("auditor")
        noted = await auditor.get("/audit", params={"action": "denied", "text": private})
        assert noted["rows"][0]["actor"] == jia  # who tried, and what
    async with StaffClient(clerk.server) as judge, StaffClient(clerk.server) as technician:
        await judge.sign_in("judge")
        assert await refusal(judge.get(f"/papers/{paper}")) == ("not_found", 404)
        assert await refusal(judge.get(f"/cases/{case['id']}/papers")) == ("not_found", 404)
        assert await refusal(judge.post(f"/papers/{paper}/closed", {})) == ("not_allowed", 403)
        await technician.sign_in("technician")
        assert await refusal(technician.get(f"/papers/{paper}")) == ("not_allowed", 403)


async def test_letters_codes_reminders_and_service(tmp_path: Path) -> None:
    """Over a real mail server and SMS gateway: link, code, reminder, consent, service, effect, proof."""
    async with (
        MailBox() as mail,
        SmsGateway() as sms,
        serving(tmp_path / "data", **mail.settings, **sms.settings) as server,
        StaffClient(server) as clerk,
    ):
        await clerk.sign_in("clerk")
        await _served(clerk, mail, sms)


async def _served(clerk: StaffClient, mail: MailBox, sms: SmsGateway) -> None:
    case = await clerk.post("/cases", case_body(8))
    jia, yi, bing = (party["id"] for party in case["parties"])
    paper = (await made(clerk, case))["id"]
    await sent(clerk, paper, [jia, yi, bing], code=True)
    await mail.got(2)
    (text,) = [m for m in await sms.got(1) if "paper#" in str(m)]
    link = str(text).partition("/paper#")[2].partition("/")[0]
    assert link == await link_of(clerk, paper, jia)
    english = next(m for m in mail.mails if "Dear" in body_of(m))
    assert "Mediation" in body_of(english) or "调解协议" in body_of(english)
    one = Person(clerk.server, link)
    async with entering(one):
        about = await one.mine()
        assert about["code_needed"]
        assert "name" not in about
        assert await code_of(one.get(paper)) == "code_needed"
        assert await code_of(one.get(paper, "/file")) == "code_needed"
        path = f"/api/persons/{jia}/code"
        asked = await one.ask("POST", path, {})
        assert asked["channel"] == "sms"
        code = next(m for m in await sms.got(2) if "验证码" in str(m))
        digits = "".join(c if c.isdigit() else " " for c in str(code)).split()
        right = next(part for part in digits if len(part) == 6)
        wrong = f"{(int(right) + 1) % 10**6:06}"
        assert await code_of(one.ask("POST", f"{path}/confirm", {"code": wrong})) == "code_wrong"
        await one.ask("POST", f"{path}/confirm", {"code": right})
        await one.sign(paper)
        board = await clerk.post(f"/papers/{paper}/reminders", {})
        assert [row["reminders"] for row in board["signers"]] == [0, 1, 1]
        await mail.got(3)
        again = {"people": [jia]}
        assert await code_of(clerk.post(f"/papers/{paper}/reminders", again)) == "already_answered"
        await clerk.post(f"/papers/{paper}/closed", {"reason": "其余当事人另行处理"})
        await until(clerk, paper, "phase", "complete")
        await _serve(clerk, one, paper, case)
    two = await person_of(clerk, paper, yi)
    async with entering(
        two
    ):  # five wrong codes, and the board says who is stuck: not once it is closed
        await two.ask("POST", f"/api/persons/{yi}/code", {})
        for n in range(5):
            tried = two.ask("POST", f"/api/persons/{yi}/code/confirm", {"code": f"{n:06}"})
            assert await code_of(tried) == ("locked" if n == 4 else "code_wrong")
    for secret in (link, right, "jia8@example.com", "13800000008"):
        assert secret not in clerk.server.log


async def _serve(clerk: StaffClient, one: Person, paper: str, case: dict[str, Any]) -> None:
    jia = one.person
    serve = {"person": jia, "ways": ["email", "portal"]}
    assert await code_of(clerk.post(f"/papers/{paper}/services", serve)) == "no_consent"
    consents = f"/cases/{case['id']}/consents"
    given = {"how": "express", "through": "form", "ways": ["email"], "confirmed": []}
    await clerk.post(f"{consents}/{jia}", given)
    assert await code_of(clerk.post(f"/papers/{paper}/services", serve)) == "no_consent"  # portal
    agreed = await one.ask("POST", f"/api/persons/{jia}/consent", {"ways": ["email", "portal"]})
    assert agreed["confirmed"] == ["email", "portal"]
    nowhere = {**given, "ways": ["sms"]}
    bing = case["parties"][2]["id"]
    assert await code_of(clerk.post(f"{consents}/{bing}", nowhere)) == "no_contact"
    board = await clerk.post(f"/papers/{paper}/services", serve)
    (service,) = board["services"]
    assert service["effect"]["rule"] == "reached"
    assert service["effect"]["way"] == "portal"  # the earliest: it has it at once
    assert await code_of(clerk.post(f"/papers/{paper}/services", serve)) == "no_change"
    assert (await one.get(paper))["service"]["confirmed_at"] is None
    assert await checked(clerk.server, await one.get(paper, "/notice"))
    await one.get(paper, "/file")
    await one.get(paper, "/file?download=1")
    await one.post(paper, "/receipt", {})
    assert await code_of(one.post(paper, "/receipt", {})) == "no_change"
    await settled(lambda: one.get(paper), lambda about: "email" in about["service"]["delivered"])
    proof = await pdf(clerk, f"/papers/{paper}/services/{jia}/proof?download=1")
    assert {"seal", "digest", "pages"} <= set(await checked(clerk.server, proof))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(proof)).pages)
    assert "电子送达凭证" in said
    assert "第三十一条第一款" in said.replace("\n", "")
    assert await code_of(clerk.get(f"/papers/{paper}/services/{bing}/proof")) == "not_found"
    await one.ask("DELETE", f"/api/persons/{jia}/consent")
    people = (await clerk.get(f"/cases/{case['id']}/papers"))["people"]
    assert people[0]["consent"]["given_at"] is None
